"""Coordinates in which facts are plain: each name is a bound plus a slack, and a slack is a fact.

A fact x - rest >= 0 turns x into rest + slack, an equation turns x into rest.  A fact whose coefficients in the slacks
are all negative and whose constant is negative is a contradiction: products of facts cancel its monomials.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from symconv.prover.polynomial import ZERO, Monomial, Polynomial, variable

Terms = dict[Monomial, int]
SLACK = "!"
LOWER, UPPER, BOTH = (1,), (-1,), (1, -1)
MOST_TERMS = 2500


class ExpansionError(Exception):
    """A polynomial has more terms in slack coordinates than a proof should have products."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The fact at a position gives a name its value: fact = sign*name + rest."""

    position: int
    name: str
    sign: int

    @property
    def slack(self) -> str:
        """The name of the slack; no fact has such a name."""
        return f"{SLACK}{self.position}"

    def value(self, fact: Polynomial, slack: Polynomial | int) -> Polynomial:
        """The name, where ``fact`` (in other coordinates, perhaps) is the slack."""
        return (slack - fact) * self.sign + variable(self.name)


@dataclass(frozen=True)
class Chart:
    """Slack coordinates of some facts: the bounds are put in one after another.

    >>> i, n = variable("i"), variable("n")
    >>> start((i, n - 1 - i, n - 1)).full().image(n * i)
    {('!0', '!1'): 1, ('!0',): 1, ('!0', '!0'): 1}
    """

    facts: tuple[Polynomial, ...]
    bounds: tuple[Bound, ...]
    equations: frozenset[int]
    values: dict[str, Polynomial]
    images: dict[Monomial, Terms] = field(default_factory=dict)

    def with_goal(self, goal: Polynomial) -> Chart:
        """The same coordinates for one fact more."""
        return replace(self, facts=(*self.facts, goal))

    def extended(self, tried: Sequence[tuple[int, tuple[int, ...]]]) -> Chart:
        """With slacks for more facts (position, signs): each gives a value to a name that is a monomial of it with a
        coefficient among the signs and occurs nowhere else in it, if there is one."""
        values, bounds = self.values, {bound.position: bound for bound in self.bounds}
        for i, signs in tried:
            f, is_equation = self.facts[i], i in self.equations
            single = [m[0] for m, c in f.terms.items() if len(m) == 1 and c in signs and m[0] not in values]
            if i in bounds or not (single or is_equation):
                continue
            image = f.put(values)
            if len(image.terms) > MOST_TERMS:
                raise ExpansionError
            names = [x for x in _units(image, signs) if is_equation or x in single]
            if names:
                x = min(names, key=lambda name: (self.uses[name], name))
                bounds[i] = bound = Bound(i, x, image.coefficient(x))
                value = bound.value(image, 0 if is_equation else variable(bound.slack))
                values = {name: v.put({x: value}) for name, v in values.items()} | {x: value}
        return Chart(self.facts, tuple(bounds.values()), self.equations, values)

    def full(self, target: Polynomial = ZERO) -> Chart:
        """With slacks for all facts that can have one: first those that bound from above what is positive in the
        target, then those with many names, which are tight; lower bounds come before upper bounds."""
        left = [i for i in range(len(self.facts)) if i not in self.equations]
        left.sort(key=lambda i: (-_use(self.facts[i], target), -len(self.facts[i].names), i))
        return self.extended([(i, LOWER) for i in left] + [(i, UPPER) for i in left])

    @cached_property
    def changed(self) -> list[Polynomial]:
        """The facts that are other polynomials in these coordinates."""
        images = [f.put(self.values) for f in self.facts]
        return [image for image, f in zip(images, self.facts, strict=True) if image.names and image != f]

    @cached_property
    def uses(self) -> Counter[str]:
        """In how many facts a name is."""
        return Counter(name for f in self.facts for name in f.names)

    def image(self, p: Polynomial) -> Terms:
        """The polynomial in slack coordinates, where slacks of equations are 0."""
        found: Terms = {}
        for monomial, c in p.terms.items():
            for m, d in self._image(monomial).items():
                found[m] = found.get(m, 0) + c * d
        return {m: c for m, c in found.items() if c}

    def _image(self, monomial: Monomial) -> Terms:
        known = self.images.get(monomial)
        if known is None:
            if monomial:
                last = self.values.get(monomial[-1])
                known = times(self._image(monomial[:-1]), last.terms if last else {monomial[-1:]: 1})
            else:
                known = {(): 1}
            self.images[monomial] = known
        return known


def positions_of(slacks: Monomial) -> tuple[int, ...]:
    """The positions of the facts that are the slacks."""
    return tuple(int(name[len(SLACK) :]) for name in slacks)


def signed(monomial: Monomial) -> bool:
    """Whether a monomial in slack coordinates is a product of slacks, thus >= 0."""
    return all(name[0] == SLACK for name in monomial)


def absurd(image: Terms) -> bool:
    """Whether the image of a fact is negative, plainly."""
    return image.get((), 0) < 0 and all(c < 0 and signed(m) for m, c in image.items())


def times(a: Terms, b: Terms) -> Terms:
    """The product."""
    found: Terms = {}
    for m, c in a.items():
        for n, d in b.items():
            both = tuple(sorted(m + n)) if m and n else m or n
            found[both] = found.get(both, 0) + c * d
    if len(found) > MOST_TERMS:
        raise ExpansionError
    return {m: c for m, c in found.items() if c}


def start(facts: tuple[Polynomial, ...], goal: Polynomial | None = None) -> Chart:
    """Coordinates where the equations among the facts, then the goal (the last fact), give names their values."""
    at = {f: i for i, f in reversed(list(enumerate(facts)))}
    equations = frozenset(i for i, f in enumerate(facts) if -f in at)
    first = [(i, BOTH) for i in sorted(equations) if i < at[-facts[i]]]
    if goal is None:
        return Chart(facts, (), equations, {}).extended(first)
    return Chart((*facts, goal), (), equations, {}).extended([*first, (len(facts), BOTH)])


def _units(image: Polynomial, signs: tuple[int, ...]) -> list[str]:
    """The names that are one monomial, with a coefficient among ``signs``, and occur nowhere else."""
    single = [m[0] for m, c in image.terms.items() if len(m) == 1 and c in signs and m[0][0] != SLACK]
    return [x for x in single if sum(x in m for m in image.terms) == 1]


def _use(f: Polynomial, target: Polynomial) -> int:
    """How much is positive in the target among what f bounds from above, less what is negative."""
    upper = [m for m, c in f.terms.items() if len(m) == 1 and c < 0] if target.terms else []
    return sum((c > 0) - (c < 0) for (x,) in upper for m, c in target.terms.items() if x in m)
