"""Mixed-radix numbers: an index such as y*w + x with x < w, and its digits."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, S, Symbol, expand

from symconv.statements.affine import affine


def mixed_radix(at: Expr, extents: Mapping[Symbol, Expr]) -> dict[Symbol, Expr] | None:
    """The digits of a mixed-radix number and their weights: each weight is the product of the extents of the lower.

    >>> from symconv.statements.symbols import index, size
    >>> y, x, h, w = index("y"), index("x"), size("h"), size("w")
    >>> mixed_radix(y * w + x, {y: h, x: w})
    {x: 1, y: w}
    """
    weights, constant = affine(at, [v for v in extents if at.has(v)])
    if constant != 0:
        return None
    digits: dict[Symbol, Expr] = {}
    weight: Expr = S.One
    while len(digits) < len(weights):
        found = next((v for v, c in weights.items() if v not in digits and expand(c - weight) == 0), None)
        if found is None:
            return None
        digits[found] = weight
        weight = expand(weight * extents[found])
    return digits
