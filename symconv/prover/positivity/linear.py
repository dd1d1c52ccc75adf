"""Contradictions that are linear in products of facts: which products are worth it, and the linear program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from symconv.prover.polynomial import Monomial
from symconv.prover.positivity.certificate import Positions, Proof, certificate
from symconv.prover.positivity.chart import SLACK, Chart, Terms, absurd, positions_of, signed, times
from symconv.prover.positivity.simplex import combination

Columns = dict[Positions, Terms]
MOST_COLUMNS = 200
MOST_PAIR_TERMS = 250
MOST_WAITING = 4000


def plain_contradiction(chart: Chart) -> Proof | None:
    """A proof from one fact and products of slacks, or ``None``."""
    attempts = (certificate(chart, [(1, i)]) for i, f in enumerate(chart.facts) if absurd(chart.image(f)))
    return next((proof for proof in attempts if proof is not None), None)


def contradiction(chart: Chart, degree: int) -> Proof | None:
    """A proof from products of up to ``degree`` facts of the chart, or ``None``; slacks that cancel what is positive
    count no degree."""
    columns = _pruned(_Products(chart, degree).reached())
    if not columns:
        return None
    rows = dict.fromkeys(m for image in columns.values() for m in image)
    costs = [1.0 + len(positions) + 0.1 * len(image) for positions, image in columns.items()]
    found = combination(list(columns.values()), costs, (), {m for m in rows if not signed(m)})
    if found is None:
        return None
    products = list(columns)
    return certificate(chart, [(x, *products[j]) for j, x in found.items()])


class _Products:
    """Products of up to ``degree`` facts: a fact that is not a sum of products of slacks already, or two of them,
    times slacks."""

    def __init__(self, chart: Chart, degree: int) -> None:
        self._degree = degree
        images = {i: chart.image(f) for i, f in enumerate(chart.facts)}
        plain = {i: image for i, image in images.items() if any(c < 0 or not signed(m) for m, c in image.items())}
        self._images: Columns = {(i,): image for i, image in plain.items()}
        self._having: dict[Monomial, list[int]] = defaultdict(list)
        for i, image in plain.items():
            for m in image:
                self._having[m].append(i)

    def reached(self) -> Columns:
        """Those that are negative numbers in part, those that cancel their monomials, those that cancel theirs, and so
        on."""
        found: Columns = {}
        waiting: list[tuple[Monomial, bool]] = [((), False)]
        seen = set(waiting)
        for monomial, positive in waiting:
            for base, slacks in self._cancelling(monomial, positive):
                key = base + positions_of(slacks)
                if key in found:
                    continue
                found[key] = {tuple(sorted(m + slacks)): c for m, c in self._images[base].items()}
                fresh = [(m, c < 0) for m, c in found[key].items() if c > 0 or not signed(m)]
                waiting += [need for need in fresh if need not in seen]
                seen.update(fresh)
            if len(found) > MOST_COLUMNS or len(waiting) > MOST_WAITING:
                break
        return found

    def _cancelling(self, monomial: Monomial, positive: bool) -> Iterator[tuple[Positions, Monomial]]:
        """The facts or pairs, and slacks, whose product has the monomial with a coefficient of the sign."""
        for slacks, rest in _splits(monomial, self._degree - 1):
            bases: list[Positions] = [(i,) for i in self._having.get(rest, ())]
            if len(slacks) + 2 <= self._degree:
                bases += self._pairs(rest)
            for base in bases:
                if self._images[base].get(rest, 0) * (1 if positive else -1) > 0:
                    yield base, slacks

    def _pairs(self, monomial: Monomial) -> Iterator[Positions]:
        """Pairs of facts that have two monomials whose product is this one."""
        found: dict[tuple[int, int], None] = {}
        for size in range(len(monomial) // 2 + 1):
            for left, right in _taken(monomial, range(len(monomial)), size):
                for i in self._having.get(left, ()):
                    for j in self._having.get(right, ()):
                        found[min(i, j), max(i, j)] = None
        for i, j in found:
            a, b = self._images[i,], self._images[j,]
            if len(a) * len(b) <= MOST_PAIR_TERMS:
                if (i, j) not in self._images:
                    self._images[i, j] = times(a, b)
                yield i, j


def _splits(monomial: Monomial, most: int) -> Iterator[tuple[Monomial, Monomial]]:
    """The ways to take up to ``most`` slacks out of a monomial."""
    places = [k for k, name in enumerate(monomial) if name[0] == SLACK]
    for size in range(min(most, len(places)) + 1):
        yield from _taken(monomial, places, size)


def _taken(monomial: Monomial, places: range | list[int], size: int) -> Iterator[tuple[Monomial, Monomial]]:
    """The different ways to take names at some of the places out of a monomial, with what is left."""
    ways = {}
    for taken in combinations(places, size):
        ways[tuple(monomial[k] for k in taken)] = tuple(x for k, x in enumerate(monomial) if k not in taken)
    yield from ways.items()


def _pruned(columns: Columns) -> Columns:
    """Without the columns that no solution can use, as nothing cancels one of their monomials, and without the rows
    that are met anyway."""
    use: dict[Monomial, tuple[set[Positions], set[Positions]]] = defaultdict(lambda: (set(), set()))
    for key, image in columns.items():
        for m, c in image.items():
            use[m][c > 0].add(key)
    waiting = list(use)
    alive = dict(columns)
    while waiting:
        m = waiting.pop()
        negative, positive = use[m]
        idle = positive if not negative else negative if not positive and not signed(m) else ()
        for key in list(idle):
            for other, c in alive.pop(key).items():
                use[other][c > 0].discard(key)
                waiting.append(other)
    if not use[()][0]:
        return {}
    return {key: {m: c for m, c in image.items() if use[m][1] or not m} for key, image in alive.items()}
