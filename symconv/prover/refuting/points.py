"""The sizes at which a proposition speaks, in order: by the sum of their absolute values, then name by name.

Names are in alphabetical order; of two integers of one absolute value the positive one is first.  A condition is judged
as soon as its names have values, so that few points are ever written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sympy import And, Basic, Ge, Integer

from symconv.numerics.arguments import Parameter, parameter
from symconv.prover.refuting.columns import Column, Formulas
from symconv.prover.refuting.effort import Effort
from symconv.statements.proposition import Proposition

#: How many points are written down at once.
PIECE = 4096


@dataclass(frozen=True)
class Points:
    """``size`` points, as a column of values for each name."""

    columns: Mapping[str, Column]
    size: int

    def kept(self, chosen: Column) -> Points:
        """The chosen points."""
        if chosen.all():
            return self
        return Points({n: c[chosen] for n, c in self.columns.items()}, int(chosen.sum()))

    def pieces(self, size: int = PIECE) -> Iterator[Points]:
        """The points in order, at most ``size`` at a time."""
        for start in range(0, self.size, size):
            yield self.between(start, min(start + size, self.size))

    def between(self, start: int, end: int) -> Points:
        """The points from ``start`` to before ``end``."""
        return Points({n: c[start:end] for n, c in self.columns.items()}, end - start)

    def point(self, row: int) -> dict[str, int]:
        """One of the points."""
        return {n: int(c[row]) for n, c in self.columns.items()}

    def in_order(self) -> Points:
        """The points in the order of the search, each once."""
        if not self.columns or not self.size:
            return self
        names = sorted(self.columns)
        values = np.stack([self.columns[n] for n in names])
        places = 2 * abs(values) + (values < 0)
        stacked = values[:, np.lexsort(np.vstack([places[::-1], abs(values).sum(axis=0)]))]
        new = np.ones(self.size, np.bool_)
        new[1:] = (stacked[:, 1:] != stacked[:, :-1]).any(axis=0)
        return Points(dict(zip(names, stacked[:, new], strict=True)), int(new.sum()))


def together(parts: Sequence[Points]) -> Points:
    """All points, one group after the other."""
    columns = {n: np.concatenate([p.columns[n] for p in parts]) for n in parts[0].columns}
    return Points(columns, sum(p.size for p in parts))


@dataclass(frozen=True)
class Space:
    """The parameters of a proposition, and the conditions that are about them alone."""

    parameters: tuple[Parameter, ...]
    conditions: tuple[Basic, ...]

    @staticmethod
    def of(proposition: Proposition) -> Space:
        """Roles, what is assumed, and that there are indices at all.  Raises ``StatementError`` as formulas do."""
        found = sorted(proposition.parameters, key=lambda s: s.name)
        some = [Ge(r.extent, Integer(1), evaluate=False) for r in proposition.ranges]
        parts = [part for c in (*some, *proposition.assuming) for part in And.make_args(c)]
        indices = set(proposition.free_indices)
        return Space(tuple(map(parameter, found)), tuple(c for c in parts if not c.free_symbols & indices))

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(p.name for p in self.parameters)

    @cached_property
    def least(self) -> dict[str, int]:
        """The value of each name that is nearest to 0 by its role."""
        return {p.name: int(_allowed(p, 2)[0]) for p in self.parameters}

    @cached_property
    def _ready(self) -> tuple[tuple[Formulas, ...], ...]:
        """The conditions on several names, at the place of the last one."""
        places = {name: place for place, name in enumerate(self.names)}
        found: list[list[Formulas]] = [[] for _ in self.names]
        for c in self.conditions:
            if len(c.free_symbols) > 1:
                found[max(places[s.name] for s in c.free_symbols)].append(Formulas.of((c,)))
        return tuple(map(tuple, found))

    @cached_property
    def _own(self) -> dict[str, Formulas]:
        """The conditions on one name."""
        own = {p.name: [c for c in self.conditions if c.free_symbols == {p.symbol}] for p in self.parameters}
        return {name: Formulas.of(conditions) for name, conditions in own.items() if conditions}

    @cached_property
    def is_empty(self) -> bool:
        """Whether a condition without names is false."""
        return not all(Formulas.of((c,)).hold({}, 1).all() for c in self.conditions if not c.free_symbols)

    def admitted(self, points: Points) -> Points:
        """The points that have the roles of their names and satisfy the conditions."""
        columns, size = points.columns, points.size
        chosen = np.full(size, not self.is_empty)
        for p in self.parameters:
            chosen &= _has_role(p, columns[p.name])
            if p.name in self._own:
                chosen &= self._own[p.name].hold(columns, size)
        points = points.kept(chosen)
        for formulas in (f for ready in self._ready for f in ready):
            points = points.kept(formulas.hold(points.columns, points.size))
        return points

    def of_sum(self, total: int, effort: Effort) -> Iterator[Points]:
        """The admitted points of one sum, in order, until the effort is spent."""
        if self.is_empty:
            return
        if not self.names:
            yield from [Points({}, 1)] if total == 0 else []
            return
        choices = [self.choices(p, total) for p in self.parameters]
        if all(c.size for c in choices):
            yield from self._grown(Points({}, 1), _Level.of(total, choices), effort)

    def choices(self, p: Parameter, most: int) -> Column:
        """The values of a name up to an absolute value, nearest to 0 first."""
        values = _allowed(p, most)
        own = self._own.get(p.name)
        return values if own is None or not values.size else values[own.hold({p.name: values}, len(values))]

    def _grown(self, points: Points, level: _Level, effort: Effort) -> Iterator[Points]:
        """The points of a level, from points that have the first names only."""
        place = len(points.columns)
        if place == len(self.names):
            yield points
        if place == len(self.names) or effort.is_over:
            return
        wider = level.wider(points, self.names[place])
        for formulas in self._ready[place]:
            wider = wider.kept(formulas.hold(wider.columns, wider.size))
        for piece in wider.pieces():
            yield from self._grown(piece, level, effort)


@dataclass(frozen=True)
class _Level:
    """The values of each name, and what the names behind it need at least of the sum."""

    total: int
    choices: tuple[Column, ...]
    kept_back: tuple[int, ...]

    @staticmethod
    def of(total: int, choices: Sequence[Column]) -> _Level:
        """A level with this sum of absolute values."""
        least = [int(abs(c).min()) for c in choices]
        return _Level(total, tuple(choices), tuple(sum(least[place + 1 :]) for place in range(len(least))))

    def wider(self, points: Points, name: str) -> Points:
        """Every point with every value of the next name that the sum allows; the last name takes what is left."""
        place = len(points.columns)
        values = self.choices[place]
        weights = abs(values)
        left = self.total - sum((abs(c) for c in points.columns.values()), np.zeros(points.size, np.int64))
        high = np.searchsorted(weights, left - self.kept_back[place], side="right")
        low = np.searchsorted(weights, left) if place + 1 == len(self.choices) else np.zeros_like(high)
        counts = np.maximum(high - low, 0)
        source = np.repeat(np.arange(points.size), counts)
        chosen = np.arange(len(source)) - (np.cumsum(counts) - counts - low)[source]
        return Points({**{n: c[source] for n, c in points.columns.items()}, name: values[chosen]}, len(source))


def _allowed(p: Parameter, most: int) -> Column:
    """What the role of a name allows, up to an absolute value, in order."""
    places = np.arange(2 * most + 1)
    values = (places + 1) // 2 * np.where(places % 2 == 1, 1, -1)
    return values[_has_role(p, values)]


def _has_role(p: Parameter, values: Column) -> Column:
    chosen = np.ones(len(values), np.bool_)
    if p.least is not None:
        chosen &= values >= p.least
    if p.greatest is not None:
        chosen &= values <= p.greatest
    tests = {"even": values % 2 == 0, "odd": values % 2 == 1, "nonzero": values != 0}
    for name in p.tests:
        chosen &= tests[name]
    return chosen
