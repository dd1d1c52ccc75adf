"""Reading an index expression as an affine form of its indices."""

from __future__ import annotations

from collections.abc import Collection

from sympy import Expr, Symbol, expand

from symconv.errors import StatementError, sentence


def affine(expression: Expr, indices: Collection[Symbol]) -> tuple[dict[Symbol, Expr], Expr]:
    """``expression = constant + SUM coefficient * index``; coefficients and constant are free of the indices.

    Returns (coefficients of the indices that occur, constant).  Raises ``StatementError`` where it is not affine.

    >>> from symconv.statements.symbols import index, size
    >>> y, u, S = index("y"), index("u"), size("S")
    >>> affine(S * y + 2 * u - 1, (y, u))
    ({y: S, u: 2}, -1)
    """
    expression = expand(expression)
    coefficients = {v: expression.coeff(v) for v in indices if expression.has(v)}
    constant = expand(expression - sum(c * v for v, c in coefficients.items()))
    names = set(indices)
    if constant.free_symbols & names or any(c.free_symbols & names for c in coefficients.values()):
        raise StatementError(
            sentence(
                f"index={expression}",
                f"is not affine in {', '.join(sorted(v.name for v in names))}",
                "write it as a constant plus size*index terms",
            )
        )
    return coefficients, constant
