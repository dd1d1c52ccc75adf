"""Counterexamples: first every small point in order; then points that conditions and chance suggest, made smaller."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from symconv.prover.refuting.below import before
from symconv.prover.refuting.comparison import Comparison
from symconv.prover.refuting.counterexample import Counterexample, counterexample
from symconv.prover.refuting.effort import Effort
from symconv.prover.refuting.hints import hints
from symconv.prover.refuting.points import Points, Space, together
from symconv.prover.refuting.sampling import Repair, around, constants, repaired, repairs, scattered
from symconv.statements.proposition import Proposition

#: The part of the time for which small points are looked at in order, and how many points that may be.
_IN_ORDER = 0.6
MAX_POINTS = 2_000_000
#: Points of several sums wait for one another until there are so many, or for so many seconds.
_TOGETHER = 24
_WAIT = 0.01
#: How many points are tried at once, near one point or anywhere.
_NEAR = 256
_ANYWHERE = 2048
#: Seconds for making a counterexample smaller that was not found in order.
_LOWERING = 1.0


def refute(proposition: Proposition, *, seconds: float = 2.0, points: int = MAX_POINTS) -> Counterexample | None:
    """A counterexample, or ``None`` where none was found in about so many seconds, and among so many points in order.

    Points are tried by the sum of the absolute values of the parameters, then by the parameters in alphabetical order
    (the smaller absolute value first, then the positive one), then by the free indices as the proposition lists them.
    Sizes are at least 1, counts and indices at least 0, free indices inside their ranges, and what is assumed holds.
    A point where an index or extent is no integer, or something is divided by 0, says nothing and is left out.

    The first counterexample in this order is ``smallest``.  Where the time does not suffice, points are tried that z3
    proposes (if it is installed), and random ones; what is found is made smaller, and is not called ``smallest``.
    A counterexample was computed twice, the second time by plain loops over the proposition with exact fractions.
    Raises ``StatementError`` for what has no exact rule on integers.

    >>> from symconv.statements.grammar import parse_proposition
    >>> print(refute(parse_proposition("a//m + b//m = (a + b)//m")))
    at the smallest sizes a=1, b=1, m=2: left = 0, right = 1
    """
    search = _Search(proposition, Comparison.of(proposition), Space.of(proposition))
    found = search.in_order(Effort.of(seconds * _IN_ORDER), points)
    return found or search.elsewhere(Effort.of(seconds * (1 - _IN_ORDER)))


@dataclass(frozen=True)
class _Search:
    proposition: Proposition
    comparison: Comparison
    space: Space

    def in_order(self, effort: Effort, most: int) -> Counterexample | None:
        """The first counterexample, if the effort suffices."""
        for points in self._small_points(effort, most):
            found = self._first(points, effort, in_order=True)
            if found is not None:
                return found
        return None

    def _small_points(self, effort: Effort, most: int) -> Iterator[Points]:
        """All points in order, until the effort is spent."""
        seen, since = 0, time.monotonic()
        waiting: list[Points] = []
        for total in count() if self.space.names else (0,):
            for points in self.space.of_sum(total, effort):
                waiting.append(points)
                seen += points.size
                if sum(p.size for p in waiting) >= _TOGETHER:
                    yield together(waiting)
                    waiting, since = [], time.monotonic()
                if seen > most or effort.is_over:
                    return
            if waiting and time.monotonic() > since + _WAIT:
                yield together(waiting)
                waiting, since = [], time.monotonic()
            if effort.is_over:
                return
        yield from [together(waiting)] if waiting else []

    def _first(self, points: Points, effort: Effort, *, in_order: bool = False) -> Counterexample | None:
        """The first counterexample among points."""
        for case in self.comparison.differing(points, effort):
            found = counterexample(self.proposition, case, smallest=in_order and effort.complete)
            if found is not None:
                return found
        return None

    def elsewhere(self, effort: Effort) -> Counterexample | None:
        """A counterexample among points that hints and chance suggest, made smaller."""
        if not self.space.names or self.space.is_empty:
            return None
        moves = repairs(self.space)
        for points in self._suggested(effort, moves):
            found = self._first(points, effort)
            if found is not None:
                return self._smaller(found, moves)
            if effort.is_over:
                return None
        return None

    def _suggested(self, effort: Effort, moves: tuple[Repair, ...]) -> Iterator[Points]:
        random = np.random.default_rng(0)
        special = constants(self.proposition)
        yield repaired(scattered(self.space, special, random, _NEAR), self.space, moves)
        for hint in hints(self.proposition, effort.end):
            yield repaired(around(hint, self.space, random, _NEAR), self.space, moves)
        while not effort.is_over:
            yield repaired(scattered(self.space, special, random, _ANYWHERE), self.space, moves)

    def _smaller(self, found: Counterexample, moves: tuple[Repair, ...]) -> Counterexample:
        """A counterexample to which none is known that comes before it."""
        effort = Effort.of(_LOWERING)
        while not effort.is_over:
            point = {name: found.sizes[name] for name in self.space.names}
            lower = self._first(before(point, self.space, moves), effort)
            if lower is None:
                break
            found = lower
        return found
