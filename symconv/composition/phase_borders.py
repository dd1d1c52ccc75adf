"""Where two layers differ from their composite by phases: the cells outside the middle, and the first bias.

The middle is what the first layer writes after its crop.  The composite also sees what it would have written outside;
the second layer reads zeros there.  Output positions that read alike, up to a shift, are decided together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.composition.arrays import Arrays
from symconv.composition.operands import Operand
from symconv.composition.phase_readings import Reading, readings
from symconv.composition.phased_product import bias_shares
from symconv.composition.phases import AxisPair

#: So many entries of products of taps are held at once.
_MOST_ENTRIES = 1 << 24


@dataclass(frozen=True)
class Doubts:
    """What may be wrong with a composite: both layers, dense, in numbers; ``one_bias``: all phases share one bias."""

    arrays: Arrays
    first: Operand
    second: Operand
    pairs: tuple[AxisPair, ...]
    one_bias: bool

    @property
    def counts(self) -> tuple[tuple[int, int], ...]:
        """The taps of both layers along each axis."""
        return tuple(zip(self.first.weight.shape[2:], self.second.weight.shape[2:], strict=True))

    def products(self) -> Iterator[NDArray[Any]]:
        """The products of all pairs of taps, for so many output channels at a time as memory allows.

        One channel comes first: where something is wrong, it mostly is in each.
        """
        yield self._first_products
        entries = math.prod(self.first.weight.shape[1:]) * math.prod(self.second.weight.shape[2:])
        rows = max(1, _MOST_ENTRIES // entries)
        for start in range(1, self.second.channels, rows):
            yield _pairs_of_taps(self.first.weight, self.second.weight[start : start + rows], self.counts)

    @cached_property
    def _first_products(self) -> NDArray[Any]:
        return _pairs_of_taps(self.first.weight, self.second.weight[:1], self.counts)


@dataclass(frozen=True)
class Suspects:
    """Positions, given by one reading an axis, that may differ; ``places`` says which positions have which reading."""

    by_axis: tuple[dict[Reading, list[int]], ...]
    doubtful: tuple[frozenset[Reading], ...]

    def __len__(self) -> int:
        plain = (len(groups) - len(doubted) for groups, doubted in zip(self.by_axis, self.doubtful, strict=True))
        return math.prod(map(len, self.by_axis)) - math.prod(plain)

    def __iter__(self) -> Iterator[tuple[Reading, ...]]:
        for choice in product(*self.by_axis):
            if any(reading in doubted for reading, doubted in zip(choice, self.doubtful, strict=True)):
                yield choice

    def places(self, choice: Sequence[Reading]) -> tuple[Any, ...]:
        """The positions that read so, as an index."""
        return np.ix_(*(groups[reading] for groups, reading in zip(self.by_axis, choice, strict=True)))


def suspects(doubts: Doubts, by_axis: Sequence[Sequence[Reading]]) -> Suspects:
    """The positions that need a look: those that leak on an axis or, with a first bias, lack one of its shares."""
    groups, doubtful = [], []
    for pair, row in zip(doubts.pairs, by_axis, strict=True):
        places: dict[Reading, list[int]] = {}
        for place, reading in enumerate(row):
            places.setdefault(reading, []).append(place)
        usual, biased = _usual_taps(pair), doubts.first.bias is not None
        groups.append(places)
        doubtful.append(
            frozenset(
                r
                for r in places
                if r.leaks or (biased and (r.cropped or (doubts.one_bias and usual != [u for u, *_ in r.taps])))
            )
        )
    return Suspects(tuple(groups), tuple(doubtful))


def _usual_taps(pair: AxisPair) -> list[int]:
    """The taps of phase 0: those that a single bias counts."""
    return [u for u, _ in pair.second.reads(0)]


def reads_wrongly(doubts: Doubts, choice: Sequence[Reading]) -> bool:
    """Whether the taps outside the middle have together a weight that is not 0 on a real cell.

    A pair of taps is outside where it is so on some axis; summed by the first such axis, nothing is counted twice.
    """
    if not any(reading.leaks for reading in choice):
        return False
    counts = doubts.counts
    chosen = [
        [(True,)] * axis + [(False,)] + [(True, False)] * (len(choice) - axis - 1)
        for axis, reading in enumerate(choice)
        if reading.leaks
    ]
    masks = [[_mask(r, c, n) for r, c, n in zip(choice, each, counts, strict=True)] for each in chosen]
    return any(_nonzero(sum(_contracted(products, each) for each in masks)) for products in doubts.products())


def _pairs_of_taps(first: NDArray[Any], second: NDArray[Any], counts: Sequence[tuple[int, int]]) -> NDArray[Any]:
    """Products over the middle channels for all pairs of taps: (out, in, pairs of axis 1, pairs of axis 2, ...)."""
    whole = np.tensordot(second, first, axes=([1], [0]))
    dims = len(counts)
    order = [0, dims + 1, *(at for axis in range(dims) for at in (1 + axis, dims + 2 + axis))]
    return whole.transpose(order).reshape((second.shape[0], first.shape[1], *(t1 * t2 for t1, t2 in counts)))


def _mask(reading: Reading, inside: tuple[bool, ...], count: tuple[int, int]) -> NDArray[Any]:
    """Which pair of taps falls on which cell, for pairs inside the middle, outside, or both: (cells, pairs)."""
    cells = {cell: row for row, cell in enumerate(sorted({cell for cell, *_ in reading.cells}))}
    mask = np.zeros((len(cells), count[0] * count[1]), int)
    for cell, u, a, within in reading.cells:
        if within in inside:
            mask[cells[cell], u * count[0] + a] = 1
    return mask


def _contracted(products: NDArray[Any], masks: Sequence[NDArray[Any]]) -> NDArray[Any]:
    for mask in masks:
        products = np.tensordot(products, mask, axes=([2], [1]))
    return products


def adds_wrongly(doubts: Doubts, choice: Sequence[Reading], shares: dict[tuple[int, ...], Any]) -> bool:
    """Whether the first bias arrives otherwise than through the taps that the composite's bias counts."""
    if not shares:
        return False
    seen = [
        (tuple(phase for _, phase, _ in tap), tuple(u for u, _, _ in tap), all(inside for *_, inside in tap))
        for tap in product(*(reading.taps for reading in choice))
    ]
    if not doubts.one_bias:
        return _nonzero(_summed(shares, {(phase, u) for phase, u, inside in seen if not inside}))
    # one bias comes from layers whose own bias is the same in all phases: any phase stands for all
    phase = next(iter(shares))
    usual = {(phase, u) for u in product(*map(_usual_taps, doubts.pairs))}
    arriving = {(phase, u) for _, u, inside in seen if inside}
    return _nonzero(_summed(shares, arriving - usual) - _summed(shares, usual - arriving))


def _summed(shares: dict[tuple[int, ...], Any], taps: set[tuple[tuple[int, ...], tuple[int, ...]]]) -> Any:
    return sum((shares[phase][(slice(None), *u)] for phase, u in sorted(taps)), np.zeros((), int))


def _nonzero(values: Any) -> bool:
    found = np.asarray(values)
    if found.dtype != object:
        return bool((found != 0).any())
    from sympy import expand

    return any(expand(value) != 0 for value in found.ravel())


@dataclass(frozen=True)
class Wrong:
    """Positions that differ: in what they read, and in the bias; boolean over the output's spatial positions."""

    weights: NDArray[np.bool_]
    bias: NDArray[np.bool_]


def wrong_positions(doubts: Doubts, size: Sequence[int]) -> Wrong:
    """Decide every output position for one input size, exactly for the given weights."""
    looked = suspects(doubts, [readings(pair, n) for pair, n in zip(doubts.pairs, size, strict=True)])
    shape = tuple(pair.size(n) for pair, n in zip(doubts.pairs, size, strict=True))
    wrong = Wrong(np.zeros(shape, bool), np.zeros(shape, bool))
    shares = bias_shares(doubts.arrays, doubts.first, doubts.second)
    for choice in looked:
        wrong.weights[looked.places(choice)] = reads_wrongly(doubts, choice)
        wrong.bias[looked.places(choice)] = adds_wrongly(doubts, choice, shares)
    return wrong
