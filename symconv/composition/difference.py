"""What a composite reads wrongly at the border, for given weights: the difference to the two layers, cell by cell.

At an output cell the composite sees, through each tap of the second kernel outside the middle, what the first layer
would have written there; the two layers see zero.  The difference is therefore the product of the first kernel with
those taps alone, as far as it reads the real input, and their share of the first bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.composition.borders import AxisSizes, Cells, axis_patterns, kinds_of_cells, taps_on_input, taps_outside


@dataclass(frozen=True)
class Difference:
    """Where the composite differs from the two layers.

    weights   output cells whose difference depends on the input
    bias      output cells whose difference has a part that does not
    Both are boolean arrays over the output's spatial positions.
    """

    weights: NDArray[np.bool_]
    bias: NDArray[np.bool_]

    @property
    def frame(self) -> NDArray[np.bool_]:
        """The cells at which the two may differ for some input."""
        return self.weights | self.bias


def difference(
    weight1: NDArray[Any], bias1: NDArray[Any] | None, weight2: NDArray[Any], axes: Sequence[AxisSizes]
) -> Difference:
    """The difference for dense (ungrouped) weights (out, in, *sizes), NumPy arrays of numbers or objects."""
    shape = tuple(axis.output for axis in axes)
    found = Difference(np.zeros(shape, bool), np.zeros(shape, bool))
    for cells in kinds_of_cells([axis_patterns(axis) for axis in axes]):
        where = np.ix_(*cells.places)
        found.weights[where] = reads_wrongly(weight1, weight2, cells, axes)
        found.bias[where] = bias1 is not None and adds_wrongly(bias1, weight2, cells)
    return found


def reads_wrongly(weight1: NDArray[Any], weight2: NDArray[Any], cells: Cells, axes: Sequence[AxisSizes]) -> bool:
    """Whether the taps outside the middle have together a weight that is not 0 on some real input cell."""
    dims = len(axes)
    pairs = taps_on_input(cells.patterns) & taps_outside(cells.patterns).reshape(
        (*(axis.kernel2 for axis in axes), *[1] * dims)
    )
    cells_read: dict[tuple[int, ...], list[tuple[tuple[int, ...], tuple[int, ...]]]] = {}
    for pair in np.argwhere(pairs):
        u, a = tuple(map(int, pair[:dims])), tuple(map(int, pair[dims:]))
        cell = tuple(x.stride1 * x.dilation2 * v + x.dilation1 * b for x, v, b in zip(axes, u, a, strict=True))
        cells_read.setdefault(cell, []).append((u, a))
    return any(_sum_of_products(weight1, weight2, taps).any() for taps in cells_read.values())


def _sum_of_products(
    weight1: NDArray[Any], weight2: NDArray[Any], taps: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]
) -> NDArray[np.bool_]:
    """Where the products of channel matrices, added up over pairs of taps, are not 0."""
    every: tuple[Any, ...] = (slice(None), slice(None))
    products = [weight2[(*every, *u)] @ weight1[(*every, *a)] for u, a in taps]
    return np.asarray(sum(products[1:], products[0]) != 0)


def adds_wrongly(bias1: NDArray[Any], weight2: NDArray[Any], cells: Cells) -> bool:
    """Whether the taps outside the middle have together a share of the first bias that is not 0."""
    outside = taps_outside(cells.patterns)
    return bool((weight2[:, :, outside].sum(axis=2) @ bias1 != 0).any())
