"""Where two convolutions differ from their composite: the taps of the second layer that read outside the middle.

The second layer pads the middle with zeros; the composite sees there what the first layer *would* have written.  Along
one axis an output cell is described by two rows of flags: which taps u lie inside the middle, and which taps t of the
composite lie on the real input.  Cells with equal flags behave alike, so that few patterns decide all cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class AxisSizes:
    """One axis of two convolutions in numbers; padding is (before, after)."""

    size: int
    kernel1: int
    stride1: int
    dilation1: int
    padding1: tuple[int, int]
    kernel2: int
    stride2: int
    dilation2: int
    padding2: tuple[int, int]

    @property
    def middle(self) -> int:
        """How many cells the first layer writes; not positive where its window does not fit."""
        return _positions(self.size, self.kernel1, self.stride1, self.dilation1, self.padding1)

    @property
    def output(self) -> int:
        """How many cells the second layer writes."""
        return _positions(self.middle, self.kernel2, self.stride2, self.dilation2, self.padding2)


def _positions(size: int, kernel: int, stride: int, dilation: int, padding: tuple[int, int]) -> int:
    return (size + sum(padding) - dilation * (kernel - 1) - 1) // stride + 1


@dataclass(frozen=True)
class Pattern:
    """How output cells of one axis read.

    inside   for each tap of the second kernel, whether it lies inside the middle
    real     for each pair (u, a) of taps, whether the composite's tap lies on the real input
    """

    inside: tuple[bool, ...]
    real: tuple[tuple[bool, ...], ...]


def axis_patterns(axis: AxisSizes) -> tuple[Pattern, ...]:
    """The pattern of every output cell along the axis."""
    z = np.arange(axis.output)[:, None]
    u, a = np.arange(axis.kernel2), np.arange(axis.kernel1)
    j = axis.stride2 * z + axis.dilation2 * u - axis.padding2[0]
    inside = (j >= 0) & (j < axis.middle)
    x = axis.stride1 * j[:, :, None] + axis.dilation1 * a - axis.padding1[0]
    real = (x >= 0) & (x < axis.size)
    return tuple(
        Pattern(tuple(map(bool, ins)), tuple(tuple(map(bool, row)) for row in re))
        for ins, re in zip(inside, real, strict=True)
    )


def sizes_that_decide(axis: AxisSizes) -> range:
    """Sizes of the input after which no new pattern occurs: those up to the reach of both kernels, and one period more.

    Once the input is as long as the composite's reach, the flags at one end no longer depend on the other end; they
    depend on the size through the remainders modulo the strides alone.
    """
    reach = axis.dilation1 * (axis.kernel1 - 1) + axis.stride1 * axis.dilation2 * (axis.kernel2 - 1) + 1
    padding = sum(axis.padding1) + axis.stride1 * sum(axis.padding2)
    period = axis.stride1 * axis.stride2
    return range(1, 2 * (reach + padding) + 2 * period + 1)


@dataclass(frozen=True)
class Cells:
    """Cells of the output that read alike: their pattern along each axis, and which cells they are along each axis."""

    patterns: tuple[Pattern, ...]
    places: tuple[tuple[int, ...], ...]


def kinds_of_cells(by_axis: Sequence[Sequence[Pattern]]) -> Iterator[Cells]:
    """Every combination of patterns that has a tap outside the middle, and the cells it stands for."""
    grouped = [_grouped(patterns) for patterns in by_axis]
    for choice in product(*(groups.items() for groups in grouped)):
        patterns = tuple(pattern for pattern, _ in choice)
        if not all(all(p.inside) for p in patterns):
            yield Cells(patterns, tuple(tuple(places) for _, places in choice))


def _grouped(patterns: Sequence[Pattern]) -> dict[Pattern, list[int]]:
    groups: dict[Pattern, list[int]] = {}
    for place, pattern in enumerate(patterns):
        groups.setdefault(pattern, []).append(place)
    return groups


def taps_outside(patterns: Sequence[Pattern]) -> Flags:
    """Which taps u of the second kernel lie outside the middle: a boolean array over its spatial extents."""
    return ~_box([np.array(p.inside) for p in patterns])


def taps_on_input(patterns: Sequence[Pattern]) -> Flags:
    """Which pairs of taps (u..., a...) read the real input: boolean over both kernels' spatial extents."""
    dims = len(patterns)
    real = _box([np.array(p.real).ravel() for p in patterns])
    shapes = [np.array(p.real).shape for p in patterns]
    split = real.reshape([length for shape in shapes for length in shape])
    return split.transpose([*range(0, 2 * dims, 2), *range(1, 2 * dims, 2)])


def _box(rows: Sequence[Flags]) -> Flags:
    """The outer "and" of one row of flags an axis."""
    box = np.array(True)
    for row in rows:
        box = box[..., None] & row
    return box
