"""Polynomials that are >= 0, and what is known of them: points, slack coordinates, answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from random import Random

from symconv.prover.polynomial import Polynomial
from symconv.prover.positivity.certificate import Proof, certificate
from symconv.prover.positivity.chart import Chart, ExpansionError, absurd, start
from symconv.prover.positivity.linear import contradiction, plain_contradiction
from symconv.prover.positivity.points import Point, Sampler

POINTS = 12
TRIES = 40
TARGETS = 4
OTHERS = (2, -3, 0, 7)


class Facts:
    """Facts that speak of each other, in proofs by position; ``points`` may be known already.

    >>> from symconv.prover.polynomial import variable
    >>> i, n = variable("i"), variable("n")
    >>> Facts((i, n - 1 - i)).nonnegative(n - 1)
    ((1, 2), (1, 1), (1, 0))
    """

    def __init__(self, facts: Sequence[Polynomial], points: Sequence[Point] = ()) -> None:
        self.facts = tuple(facts)
        self.names = frozenset(name for f in facts for name in f.names)
        self._random = Random(0)
        self._answers: dict[Polynomial, Proof | None] = {}
        self._given = points

    @cached_property
    def points(self) -> list[Point]:
        """Some points where all facts hold; the one that was of use last is first."""
        found = list(self._given)
        sampler = Sampler(self.facts)
        for _ in range(0 if found else TRIES):
            point = sampler.point(self._random)
            if point is not None and point not in found:
                found.append(point)
            if len(found) == POINTS:
                break
        return found

    @cached_property
    def _chart(self) -> Chart:
        return start(self.facts).full()

    @cached_property
    def refutation(self) -> Proof | None:
        """That the facts cannot hold together."""
        if self.points:
            return None
        try:
            return _first(contradiction(self._chart, degree) for degree in (1, 2, 3))
        except ExpansionError:
            return None

    def is_false(self, p: Polynomial) -> bool:
        """Whether p < 0 at a point where the facts hold."""
        for k, point in enumerate(self.points):
            missing = p.names - point.keys()
            if any(p.at({**point, **dict.fromkeys(missing, x)}) < 0 for x in (OTHERS if missing else OTHERS[:1])):
                self.points.insert(0, self.points.pop(k))
                return True
        return False

    def nonnegative(self, p: Polynomial) -> Proof | None:
        """That p >= 0; the negated goal comes after the facts."""
        if p not in self._answers:
            try:
                self._answers[p] = None if self.is_false(p) else self._prove(-p - 1)
            except ExpansionError:
                self._answers[p] = None
        return self._answers[p]

    def _prove(self, goal: Polynomial) -> Proof | None:
        """A contradiction of the facts and the negated goal: from the cheapest coordinates and products on."""
        known = self._chart.with_goal(goal)
        proof = certificate(known, [(1, len(self.facts))]) if absurd(known.image(goal)) else None
        if proof is not None:
            return proof
        begun = start(self.facts, goal)
        chart = begun.full()
        targeted = (plain_contradiction(begun.full(target)) for target in begun.changed[:TARGETS])
        proof = plain_contradiction(chart) or _first(targeted) or contradiction(chart, 1)
        if proof is not None or self._counterexample(goal):
            return proof
        return _first(contradiction(chart, degree) for degree in (2, 3))

    def _counterexample(self, goal: Polynomial) -> bool:
        """Whether a point is found that shows the goal false; it joins the points."""
        sampler = Sampler((*self.facts, goal))
        for _ in range(TRIES):
            point = sampler.point(self._random)
            if point is not None:
                self.points.insert(0, point)
                return True
        return False


def joined(groups: Sequence[Facts]) -> Facts:
    """Groups that share no names, as one."""
    found = all(group.points for group in groups)
    points = [group.points for group in groups if found]
    merged = [{k: v for own in points for k, v in own[i % len(own)].items()} for i in range(POINTS if points else 0)]
    return Facts([f for group in groups for f in group.facts], merged)


def _first(attempts: Iterable[Proof | None]) -> Proof | None:
    return next((proof for proof in attempts if proof is not None), None)
