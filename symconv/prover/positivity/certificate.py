"""From products of facts that contradict each other in slack coordinates to a full proof: with the products of slacks
and of equations that cancel what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from symconv.prover.polynomial import Monomial, Polynomial, variable
from symconv.prover.positivity.chart import SLACK, Chart, Terms, positions_of, signed, times

Positions = tuple[int, ...]
Part = tuple[int, ...]
Proof = tuple[Part, ...]


def certificate(chart: Chart, parts: Sequence[Part]) -> Proof | None:
    """The parts (c, i, j, ...) and more that make SUM c * PROD facts a negative constant; ``None`` where that fails.

    >>> from symconv.prover.positivity.chart import start
    >>> a, b = variable("a"), variable("b")
    >>> certificate(start((a, b - 1, -a - b)).full(), [(1, 2)])
    ((1, 2), (1, 0), (1, 1))
    """
    exact = _exact_values(chart)
    total: Terms = defaultdict(int)
    for c, *positions in parts:
        image: Terms = {(): c}
        for i in positions:
            image = times(image, chart.facts[i].put(exact).terms)
        for m, d in image.items():
            total[m] += d
    found = list(parts)
    for m, c in total.items():
        if m and c:
            more = _cancelling(chart, m, c)
            if more is None:
                return None
            found += more
    return tuple(found) if total[()] < 0 else None


def _exact_values(chart: Chart) -> dict[str, Polynomial]:
    """The names in slack coordinates, where equations have slacks too.  A name may occur in its own value, next to the
    slack of an equation."""
    exact: dict[str, Polynomial] = {}
    for bound in chart.bounds:
        value = bound.value(chart.facts[bound.position].put(exact), variable(bound.slack))
        exact = {name: v.put({bound.name: value}) for name, v in exact.items()} | {bound.name: value}
    return exact


def _cancelling(chart: Chart, monomial: Monomial, c: int) -> list[Part] | None:
    """Parts that add up to minus c times the monomial; with an equation in it, names may be in it too."""
    slacks = tuple(name for name in monomial if name[0] == SLACK)
    positions = positions_of(slacks)
    zero = next((i for i in positions if i in chart.equations), None)
    if zero is None:
        return [(-c, *positions)] if c < 0 and signed(monomial) else None
    ways: list[Part] = [(-c, *positions)]
    for name in monomial:
        if name[0] != SLACK:
            anchor = _anchor(chart, name)
            if anchor is None:
                return None
            position, sign, shift = anchor
            ways = [(d * sign, *way, position) for d, *way in ways] + [(d * shift, *way) for d, *way in ways if shift]
    other = chart.facts.index(-chart.facts[zero])
    return [(d, *way) if d > 0 else (-d, other, *_without(way, zero)) for d, *way in ways]


def _anchor(chart: Chart, name: str) -> tuple[int, int, int] | None:
    """A fact that bounds a name by a number: name = sign * fact + shift."""
    for i, f in enumerate(chart.facts):
        sign = f.coefficient(name)
        if abs(sign) == 1 and len(f.names) == 1 == f.degree:
            return i, sign, -sign * f.constant_part
    return None


def _without(positions: list[int], one: int) -> list[int]:
    place = positions.index(one)
    return positions[:place] + positions[place + 1 :]
