"""Padding that copies cells of the input (circular, reflect, replicate): where two layers and their composite differ.

Along one axis, every pair of taps (u, a) reads one cell of the input or a zero: through the two layers, the second's
padding first finds a cell of the middle, whose window the first's padding then leads to the input; through the
composite, its own padding leads there at once.  Where the two readings agree for all pairs, so do the results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.composition.borders import AxisSizes
from symconv.composition.difference import Difference

#: Which cell of n a place outside means, by the padding mode; ``None`` is a zero.  Inside, a place means itself.
_CELLS: dict[str, Callable[[int, int], int | None]] = {
    "zeros": lambda _place, _n: None,
    "circular": lambda place, n: place % n,
    "reflect": lambda place, n: -place if place < 0 else 2 * (n - 1) - place,
    "replicate": lambda place, n: 0 if place < 0 else n - 1,
}
#: How much padding each mode can fill, as PyTorch has it: one round, or one reflection.
_MOST: dict[str, Callable[[int], float]] = {
    "zeros": lambda _n: float("inf"),
    "circular": lambda n: n,
    "reflect": lambda n: n - 1,
    "replicate": lambda _n: float("inf"),
}
Cell = int | None


@dataclass(frozen=True)
class Modes:
    """The padding modes of the first layer, the second, and the composite."""

    first: str
    second: str
    composite: str


@dataclass(frozen=True)
class Reading:
    """How an output cell reads along one axis, counted from where its window begins.

    pairs    for each (u, a), the cell through the two layers and the one through the composite
    present  for each u, whether the second layer reads a cell of the middle there, and with it the first bias
    """

    pairs: tuple[tuple[tuple[Cell, Cell], ...], ...]
    present: tuple[bool, ...]

    @property
    def agrees(self) -> bool:
        """Whether the two ways read alike."""
        return all(self.present) and all(two == one for row in self.pairs for two, one in row)


def can_pad(axes: Sequence[AxisSizes], modes: Modes) -> bool:
    """Whether the input is large enough for the composite's padding, which no mode copies twice."""
    return all(
        axis.padding1[side] + axis.stride1 * axis.padding2[side] <= _MOST[modes.composite](axis.size)
        for axis in axes
        for side in (0, 1)
    )


def mode_difference(
    weight1: NDArray[Any], bias1: NDArray[Any] | None, weight2: NDArray[Any], axes: Sequence[AxisSizes], modes: Modes
) -> Difference:
    """The difference for dense weights (out, in, *sizes), for every kind of output cell."""
    shape = tuple(axis.output for axis in axes)
    found = Difference(np.zeros(shape, bool), np.zeros(shape, bool))
    for readings in product(*(_readings(axis, modes).items() for axis in axes)):
        along = [reading for reading, _ in readings]
        if all(reading.agrees for reading in along):
            continue
        where = np.ix_(*(places for _, places in readings))
        found.weights[where] = _weights_differ(weight1, weight2, along)
        found.bias[where] = bias1 is not None and _bias_differs(bias1, weight2, along)
    return found


def _readings(axis: AxisSizes, modes: Modes) -> dict[Reading, list[int]]:
    groups: dict[Reading, list[int]] = {}
    for z in range(axis.output):
        groups.setdefault(_reading(axis, modes, z), []).append(z)
    return groups


def _reading(axis: AxisSizes, modes: Modes, z: int) -> Reading:
    start = axis.stride1 * axis.stride2 * z
    pairs, present = [], []
    for u in range(axis.kernel2):
        place = axis.stride2 * z + axis.dilation2 * u - axis.padding2[0]
        middle = _cell(place, axis.middle, modes.second)
        present.append(middle is not None)
        row = []
        for a in range(axis.kernel1):
            reach = axis.dilation1 * a - axis.padding1[0]
            two = None if middle is None else _cell(axis.stride1 * middle + reach, axis.size, modes.first)
            one = _cell(axis.stride1 * place + reach, axis.size, modes.composite)
            row.append((_from(two, start), _from(one, start)))
        pairs.append(tuple(row))
    return Reading(tuple(pairs), tuple(present))


def _cell(place: int, n: int, mode: str) -> Cell:
    return place if 0 <= place < n else _CELLS[mode](place, n)


def _from(cell: Cell, start: int) -> Cell:
    return None if cell is None else cell - start


def _weights_differ(weight1: NDArray[Any], weight2: NDArray[Any], along: Sequence[Reading]) -> bool:
    """Whether some input cell has, through the composite, another weight than through the two layers."""
    weights: dict[tuple[int, ...], Any] = defaultdict(int)
    every: tuple[Any, ...] = (slice(None), slice(None))
    for u, a, two, one in _pairs(along):
        if two != one:
            share = weight2[(*every, *u)] @ weight1[(*every, *a)]
            if two is not None:
                weights[two] = weights[two] - share
            if one is not None:
                weights[one] = weights[one] + share
    return any(bool(np.any(weight != 0)) for weight in weights.values())


def _pairs(
    along: Sequence[Reading],
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...] | None, tuple[int, ...] | None]]:
    """Every pair of taps (u, a), and the input cell that each way reads there; ``None`` for a zero."""
    for u in product(*(range(len(reading.pairs)) for reading in along)):
        rows = [reading.pairs[v] for reading, v in zip(along, u, strict=True)]
        for a in product(*(range(len(row)) for row in rows)):
            both = [row[b] for row, b in zip(rows, a, strict=True)]
            yield u, a, _together([two for two, _ in both]), _together([one for _, one in both])


def _together(cells: Sequence[Cell]) -> tuple[int, ...] | None:
    known = tuple(cell for cell in cells if cell is not None)
    return known if len(known) == len(cells) else None


def _bias_differs(bias1: NDArray[Any], weight2: NDArray[Any], along: Sequence[Reading]) -> bool:
    """Whether the taps of the second layer on zeros have together a share of the first bias that is not 0."""
    present = np.array(True)
    for reading in along:
        present = present[..., None] & np.array(reading.present)
    return bool((weight2[:, :, ~present].sum(axis=2) @ bias1 != 0).any())
