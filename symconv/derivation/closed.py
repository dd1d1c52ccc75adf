"""Closed forms of ``TapsBelow``, each under a condition: a triangle of taps, where it fits into the box.

With u, y >= 0 unbounded, #{s*y + d*u < p} has a closed form in floors where one of s, d is 1 or divides the other; for
coprime symbolic s and d it is a floor sum, which has none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sympy import And, Basic, Expr, Ge, Max, Min, S, ceiling, expand, floor, true

from symconv.derivation.signs import known_nonnegative
from symconv.statements import TapsBelow


@dataclass(frozen=True)
class ClosedForm:
    """``value`` equals the original wherever ``condition`` holds."""

    value: Expr
    condition: Basic


def closed_form(expression: Expr, facts: Sequence[Expr] = ()) -> ClosedForm | None:
    """Replace every ``TapsBelow`` by its closed form; ``None`` where one of them has none.

    >>> from symconv.statements import count, size
    >>> closed_form(TapsBelow(count("P"), 1, 1, size("H"), size("K")))
    ClosedForm(value=P*(P + 1)/2, condition=(H >= P) & (K >= P))
    """
    needs: list[Basic] = []
    for found in sorted(expression.atoms(TapsBelow), key=str):
        form = _closed(found, facts)
        if form is None:
            return None
        needs.append(form.condition)
        expression = expression.xreplace({found: form.value})
    return ClosedForm(expression, And(*needs))


def closed_where_known(found: Expr, facts: Sequence[Expr], unfold: Callable[[Expr], Expr]) -> Expr:
    """The closed form of one ``TapsBelow`` where its condition is known to hold; else ``found`` itself."""
    if not isinstance(found, TapsBelow):
        return found
    unfolded = TapsBelow(*map(unfold, found.args))
    if not isinstance(unfolded, TapsBelow):
        return unfolded
    if not all(known_nonnegative(room, facts) for room in _rooms(unfolded)):
        return found
    form = _closed(unfolded, facts)
    return found if form is None else form.value


def _rooms(found: TapsBelow) -> tuple[Expr, ...]:
    """What must not be negative for the triangle of taps to fit into the box: along a single row, one side only."""
    p, s, d, m, k = found.args
    if k == 1:
        return (s * m - p,)
    return (d * k - p,) if m == 1 else (s * m - p, d * k - p)


def _closed(found: TapsBelow, facts: Sequence[Expr]) -> ClosedForm | None:
    p, s, d, m, k = found.args
    depth = p if p.is_nonnegative or known_nonnegative(p, facts) else Max(p, 0)
    if 1 in (m, k):
        step, extent = (s, m) if k == 1 else (d, k)
        reached = ceiling(depth / step)
        fits = known_nonnegative(step * extent - p, facts)
        return ClosedForm(reached if fits else Min(extent, reached), true)
    triangle = _triangle(depth, s, d)
    if triangle is None:
        return None
    return ClosedForm(triangle, And(_at_least(s * m, p, facts), _at_least(d * k, p, facts)))


def _triangle(p: Expr, s: Expr, d: Expr) -> Expr | None:
    """#{y, u >= 0: s*y + d*u < p} for p >= 0."""
    if s == 1 and d == 1:
        return p * (p + 1) / 2
    if s == 1:
        rows = ceiling(p / d)
        return rows * p - d * rows * (rows - 1) / 2
    if d == 1:
        rows = floor(p / s)
        return (rows + 1) * (p - s * rows) + s * rows * (rows + 1) / 2
    if (d / s).is_integer:
        return _triangle(ceiling(p / s), S.One, d / s)
    if (s / d).is_integer:
        return _triangle(ceiling(p / d), s / d, S.One)
    return None


def _at_least(larger: Expr, smaller: Expr, facts: Sequence[Expr]) -> Basic:
    """larger >= smaller as a condition; ``true`` where the signs show it."""
    return true if known_nonnegative(expand(larger - smaller), facts) else Ge(larger, smaller)
