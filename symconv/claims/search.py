"""The smallest sizes at which two formulas differ: by their sum, then in the order of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Basic, Expr, Symbol

from symconv.claims.domain import has_values, holds_at
from symconv.numerics.formulas import evaluate
from symconv.statements import symbols_of

#: How many points are tried before the search gives up.
POINTS = 20_000


def smallest_difference(
    left: Expr, right: Expr, conditions: Sequence[Basic] = (), divisors: Sequence[Expr] = (), points: int = POINTS
) -> tuple[dict[str, int] | None, int]:
    """(the smallest sizes with left != right, or ``None``; how many admissible points were tried).

    Where one of the ``divisors`` is 0, the two are not equal: one has no value.

    >>> from symconv.statements import size
    >>> smallest_difference(size("a") * 2, size("a") ** 2)
    ({'a': 1}, 1)
    """
    symbols = sorted(symbols_of((left, right, *conditions, *divisors)), key=lambda s: s.name)
    tried = 0
    for point in smallest_points(symbols, points):
        if not holds_at(conditions, point):
            continue
        tried += 1
        if not has_values(divisors, point) or evaluate(left, point) != evaluate(right, point):
            return point, tried
    return None, tried


def smallest_points(symbols: Sequence[Symbol], points: int = POINTS) -> Iterator[dict[str, int]]:
    """All sizes from the smallest on, ordered by their sum, then lexicographically by the symbols' order."""
    least = [1 if s.is_positive else 0 for s in symbols]
    if not symbols:
        yield {}
        return
    given = 0
    excess = 0
    while given < points:
        for extra in _compositions(excess, len(symbols)):
            yield {s.name: low + more for s, low, more in zip(symbols, least, extra, strict=True)}
            given += 1
            if given >= points:
                return
        excess += 1


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Ways to write ``total`` as ``parts`` non-negative integers, lexicographically."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)
