"""Both sides of a proposition at many points: where they differ modulo a prime, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sympy import And, Basic, Expr

from symconv.prover.refuting.columns import Column, Formulas
from symconv.prover.refuting.effort import Effort
from symconv.prover.refuting.points import Points
from symconv.prover.refuting.tables import PRIME, Sum, Table
from symconv.statements.expression import Expression
from symconv.statements.proposition import Proposition

#: Rows of a case; passes of the plain loops for it; cases of a point; rows of all cases that go together.
MAX_ROWS = 20_000
MAX_PASSES = 60_000
MAX_CASES = 50_000
BLOCK = 300_000


@dataclass(frozen=True)
class Comparison:
    """A proposition made ready for columns."""

    ranges: tuple[tuple[str, Formulas], ...]
    extents: Formulas
    conditions: tuple[Formulas, ...]
    sides: tuple[tuple[Sum, ...], tuple[Sum, ...]]
    rows: tuple[Formulas, ...]
    passes: tuple[Formulas, ...]

    @staticmethod
    def of(proposition: Proposition) -> Comparison:
        """Raises ``StatementError`` for a node that has no exact rule."""
        left, right = _sums(proposition.left), _sums(proposition.right)
        return Comparison(
            tuple((r.index.name, Formulas.of((r.extent,))) for r in proposition.ranges),
            Formulas.of(r.extent for r in proposition.ranges),
            tuple(Formulas.of((c,)) for c in _about(proposition.assuming, proposition.free_indices)),
            (left, right),
            tuple(Formulas.of(s.looped) for s in (*left, *right)),
            tuple(Formulas.of(r.extent for r in t.ranges) for t in (*proposition.left.terms, *proposition.right.terms)),
        )

    def differing(self, points: Points, effort: Effort) -> Iterator[dict[str, int]]:
        """The cases, parameters and free indices, at which the sides differ; what is too large is left out."""
        for cases in self._cases(points, effort):
            if effort.is_over:
                effort.complete = False
                return
            sums = [self._side(side, cases) for side in self.sides]
            unequal = sums[0][1] & sums[1][1] & (sums[0][0] != sums[1][0])
            for row in np.flatnonzero(unequal):
                yield cases.point(int(row))

    def _side(self, side: Sequence[Sum], cases: Points) -> tuple[Column, Column]:
        total, known = np.zeros(cases.size, np.int64), np.ones(cases.size, np.bool_)
        for term in side:
            values, there = term.at(cases.columns, cases.size)
            total, known = (total + values) % PRIME, known & there
        return total, known

    def _cases(self, points: Points, effort: Effort) -> Iterator[Points]:
        """The points with all values of the free indices, in blocks of bounded work."""
        number = _products((self.extents,), points)
        for some in _blocks(points, number, number > MAX_CASES, effort):
            table = Table.of(some.columns, some.size)
            for name, extent in self.ranges:
                table = table.over(name, table.whole(extent)[0])
            for condition in self.conditions:
                table = table.kept(condition.hold(table.columns(condition.names), table.rows))
            table = table.kept(table.known[table.owner])
            cases = Points(table.columns([*some.columns, *table.bound]), table.rows)
            rows, passes = _products(self.rows, cases), _products(self.passes, cases)
            yield from _blocks(cases, rows, (rows > MAX_ROWS) | (passes > MAX_PASSES), effort)


def _products(groups: Sequence[Formulas], points: Points) -> Column:
    """For each point one, and the product of the extents of every group."""
    total = np.ones(points.size)
    for formulas in groups:
        number = np.ones(points.size)
        for values in formulas.at({n: points.columns[n] for n in formulas.names}, points.size):
            number = number * np.maximum(values.whole()[0], 0).astype(float)
        total += number
    return total


def _blocks(points: Points, work: Column, large: Column, effort: Effort) -> Iterator[Points]:
    """The points in order without the large ones, as many at once as a block of work has.

    That something is left out is noted only when it is reached.
    """
    before = np.cumsum(np.where(large, 0, work))
    start = 0
    while start < points.size:
        if large[start]:
            effort.complete = False
            start += 1
            continue
        spent = before[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(before, spent + BLOCK, side="right")))
        reached = large[start:end]
        end = start + int(np.argmax(reached)) if reached.any() else end
        yield points.between(start, end)
        start = end


def _sums(expression: Expression) -> tuple[Sum, ...]:
    return tuple(map(Sum.of, expression.terms))


def _about(conditions: Sequence[Basic], indices: Sequence[Expr]) -> list[Basic]:
    """The parts of conditions in which a free index occurs."""
    parts = [part for c in conditions for part in And.make_args(c)]
    return [part for part in parts if part.free_symbols & set(indices)]
