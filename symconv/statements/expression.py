"""Expressions of the statement language, written in Python: ``total(W[u]*X[i + u]*bracket(i + u >= P), (u, K))``.

Nothing here evaluates: a sum stays a sum, and two expressions are equal where they are written alike.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sympy import Expr, Integer, S, Symbol
from sympy.logic.boolalg import Boolean

from symconv.errors import StatementError, sentence
from symconv.statements.binding import check_scopes, multiplied, summed
from symconv.statements.conditions import selection
from symconv.statements.language import Access, Range, Term
from symconv.statements.leaves import formula, whole
from symconv.statements.symbols import check_name, index, symbol

#: How many terms a product may have once it is multiplied out.
MAX_TERMS = 500
MAX_POWER = 16

#: What has no tensors: ``int``, ``Fraction`` and SymPy's numbers, and formulas of sizes and indices.
Scalar = Any


@dataclass(frozen=True, repr=False)
class Expression:
    """A sum of products of tensors at integer indices, with brackets and index sums; ``0`` has no terms.

    ``+ - *`` take expressions, SymPy expressions, integers and fractions; ``**`` a small positive integer; ``/`` what
    has no tensors.  A product is multiplied out, and what its sums bind is renamed where a name occurs twice.
    Raises ``StatementError`` for a term that binds an index twice, or whose extents depend on an index.

    >>> import symconv as sc
    >>> (u,), (K,), W = sc.indices("u,"), sc.sizes("K,"), sc.tensor("W")
    >>> sc.total(W[u], (u, K)) * (W[u] - 1)
    sum(u0 < K) W[u0]*W[u] - sum(u < K) W[u]
    """

    terms: tuple[Term, ...] = ()

    #: NumPy's numbers leave their products with expressions to the expressions.
    __array_ufunc__ = None

    def __post_init__(self) -> None:
        for term in self.terms:
            check_scopes(term)

    def __add__(self, other: Any) -> Expression:
        added = _operand(other)
        return NotImplemented if added is None else Expression(self.terms + added.terms)

    def __radd__(self, other: Any) -> Expression:
        added = _operand(other)
        return NotImplemented if added is None else Expression(added.terms + self.terms)

    def __neg__(self) -> Expression:
        return _product(self, _constant(S.NegativeOne))

    def __sub__(self, other: Any) -> Expression:
        taken = _operand(other)
        return NotImplemented if taken is None else self + -taken

    def __rsub__(self, other: Any) -> Expression:
        added = _operand(other)
        return NotImplemented if added is None else added + -self

    def __mul__(self, other: Any) -> Expression:
        factor = _operand(other)
        return NotImplemented if factor is None else _product(self, factor)

    __rmul__ = __mul__  # what stands on the left of it has no tensors

    def __truediv__(self, other: Any) -> Expression:
        divisor = formula(other, "divisor")
        if divisor == 0:
            raise StatementError(sentence(f"divisor={divisor}", "is 0", "choose a divisor that is not 0"))
        return _product(self, _constant(1 / divisor))

    def __pow__(self, exponent: int) -> Expression:
        if not isinstance(exponent, (int, Integer)) or not 1 <= exponent <= MAX_POWER:
            raise StatementError(
                sentence(
                    f"exponent={reprlib.repr(exponent)}",
                    f"is no integer from 1 to {MAX_POWER}",
                    "write a larger power as a product",
                )
            )
        return reduce(_product, [self] * int(exponent))

    def __str__(self) -> str:
        """The text of the grammar, which ``parse_expression`` reads again."""
        from symconv.statements.printing import terms_text

        return terms_text(self.terms)

    __repr__ = __str__

    def latex(self) -> str:
        """LaTeX, for mathematics mode."""
        from symconv.statements.printing import terms_latex

        return terms_latex(self.terms)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def as_expression(value: Expression | Scalar) -> Expression:
    """``value`` itself, or a formula without tensors as an expression.

    Raises ``StatementError`` for what is neither.
    """
    return value if isinstance(value, Expression) else _constant(formula(value, "value"))


def _operand(value: Any) -> Expression | None:
    """``value`` as an expression; ``None`` for what Python should ask the other operand about."""
    if isinstance(value, (Expression, int, Expr, float)) or hasattr(value, "numerator"):
        return as_expression(value)
    return None


def _constant(value: Expr) -> Expression:
    return Expression((Term((), (), (), value),) if value != 0 else ())


def _product(left: Expression, right: Expression) -> Expression:
    if len(left.terms) * len(right.terms) > MAX_TERMS:
        raise StatementError(
            sentence(
                f"terms={len(left.terms) * len(right.terms)}",
                f"are more than {MAX_TERMS} in a product that is multiplied out",
                "write fewer sums as factors",
            )
        )
    return Expression(kept(multiplied(a, b) for a in left.terms for b in right.terms))


def kept(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms whose coefficient is not 0."""
    return tuple(term for term in terms if term.coefficient != 0)


@dataclass(frozen=True)
class Tensor:
    """A tensor by its name: ``X[i, j + 2*u]`` is one of its entries, and ``X[()]`` the one entry of a scalar.

    It is a function on all integers: what lies outside its box is whatever it is, unless a bracket says 0.
    """

    name: str

    #: ``X[0], X[1], ...`` has no end, so that a tensor is no sequence.
    __iter__ = None

    def __post_init__(self) -> None:
        check_name(self.name, "tensor")

    def __getitem__(self, at: Any) -> Expression:
        indices = at if isinstance(at, tuple) else (at,)
        return Expression((Term((), (), (Access(self.name, tuple(whole(e, "index") for e in indices)),)),))


def tensor(name: str) -> Tensor:
    """The tensor ``name``.  Raises ``ArgumentError`` for what is no name.

    >>> X, i = tensor("X"), index("i")
    >>> X[i, 2*i + 1] - X[0, 0]
    X[i, 2*i + 1] - X[0, 0]
    """
    return Tensor(name)


def total(expression: Expression | Scalar, *ranges: tuple[Symbol, Scalar]) -> Expression:
    """The sum over 0 <= u < K for every pair ``(u, K)``; it is 0 where a size is not positive.

    Raises ``StatementError`` for what is no index, for an index given twice, and for an extent that depends on one.

    >>> import symconv as sc
    >>> (u, i), (K, L), W = sc.indices("u i"), sc.sizes("K L"), sc.tensor("W")
    >>> sc.total(W[u, i], (u, K), (i, L))
    sum(u < K, i < L) W[u, i]
    """
    read = tuple(map(range_of, ranges))
    return Expression(tuple(summed(read, term) if read else term for term in as_expression(expression).terms))


def range_of(pair: Any) -> Range:
    """The range that a pair ``(u, K)`` writes.  Raises ``StatementError`` for what is none."""
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise StatementError(
            sentence(f"range={reprlib.repr(pair)}", "is no pair of an index and its extent", "write (u, K)")
        )
    bound, extent = pair
    if not isinstance(bound, Symbol) or bound != index(bound.name):
        raise StatementError(sentence(f"index={bound}", "is no index", "make it with sc.indices"))
    return Range(bound, whole(symbol(extent) if isinstance(extent, str) else extent, "extent"))


def bracket(*conditions: Boolean | bool) -> Expression:
    """1 where all the conditions hold, else 0.

    A condition is ``Eq``, ``Ne``, ``>=``, ``>``, ``<=`` or ``<`` of integers, an ``And`` of such, true or false.
    Raises ``StatementError`` for any other condition.

    >>> y, H = index("y"), symbol("H")
    >>> bracket(0 <= y - 1, y - 1 < H)
    [0 <= y - 1 < H]
    """
    found = selection(conditions)
    if found.never:
        return Expression()
    held = Expression((Term((), found.held, ()),))
    return reduce(_product, (1 - Expression((Term((), (b,), ()),)) for b in found.failed), held)
