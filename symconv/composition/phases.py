"""Layers of any kind along one axis: which cells an output position reads, and through which taps.

A convolution of stride S, a transposed one of stride R, and a pixel shuffle by R after a convolution of stride S read
alike: R positions further on along the output lies S cells further on along the input.  R is called the factor, S the
stride, and a position's remainder by R its phase.  Two such layers in a row are one more: of R1*R2/g and S1*S2/g, where
g = gcd(R1, S2).  (For strides alone: P. P. Vaidyanathan, Multirate Systems and Filter Banks, 1993, section 4.3.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

#: A tap of the second layer, and one of the first.
TapPair: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class PhasedAxis:
    """One axis of one layer: position R*m + r reads the cells S*m + offset of its phase r.

    taps   for each phase, the taps (number, offset) that it reads through
    sizes  for each remainder n of the input's size by the stride, the output's size at n
    """

    factor: int
    stride: int
    taps: tuple[tuple[tuple[int, int], ...], ...]
    sizes: tuple[int, ...]

    def size(self, n: int) -> int:
        """The output's size for an input of n cells; not positive where nothing comes out."""
        rounds, rest = divmod(n, self.stride)
        return self.sizes[rest] + self.factor * rounds

    def reads(self, position: int) -> tuple[tuple[int, int], ...]:
        """(tap, cell) for every tap of an output position; cells before 0 and behind the input are read as zeros."""
        rounds, phase = divmod(position, self.factor)
        return tuple((tap, self.stride * rounds + offset) for tap, offset in self.taps[phase])


def convolution_axis(kernel: int, stride: int, dilation: int, before: int, after: int) -> PhasedAxis:
    """A convolution: position y reads the cells S*y + D*u - before."""
    span = dilation * (kernel - 1)
    sizes = tuple((n + before + after - span - 1) // stride + 1 for n in range(stride))
    return PhasedAxis(1, stride, (tuple((u, dilation * u - before) for u in range(kernel)),), sizes)


def transposed_axis(kernel: int, stride: int, dilation: int, before: int, after: int) -> PhasedAxis:
    """A transposed convolution: cell x is written to the positions S*x + D*u - before."""
    phases = tuple(
        tuple(
            (u, (r + before - dilation * u) // stride)
            for u in range(kernel)
            if (r + before - dilation * u) % stride == 0
        )
        for r in range(stride)
    )
    return PhasedAxis(stride, 1, phases, (1 - stride + dilation * (kernel - 1) - before - after,))


def shuffled_axis(convolution: PhasedAxis, factor: int, cuts: Sequence[int]) -> PhasedAxis:
    """A pixel shuffle by ``factor`` after a convolution: each phase has taps of its own, numbered phase by phase.

    ``cuts`` says how many positions are cut behind, for each remainder of the input's size.
    """
    (taps,) = convolution.taps
    phases = tuple(tuple((r * len(taps) + t, offset) for t, offset in taps) for r in range(factor))
    sizes = tuple(factor * size - cut for size, cut in zip(convolution.sizes, cuts, strict=True))
    return PhasedAxis(factor, convolution.stride, phases, sizes)


@dataclass(frozen=True)
class AxisPair:
    """The same axis of two layers in a row."""

    first: PhasedAxis
    second: PhasedAxis

    @property
    def factor(self) -> int:
        """R of the composite."""
        return self.second.factor * self.first.factor // math.gcd(self.first.factor, self.second.stride)

    @property
    def stride(self) -> int:
        """S of the composite."""
        return self.first.stride * self.second.stride // math.gcd(self.first.factor, self.second.stride)

    def size(self, n: int) -> int:
        """The output's size for an input of n cells."""
        return self.second.size(self.first.size(n))

    def meetings(self, position: int) -> Iterator[tuple[TapPair, int, int]]:
        """Every pair of taps under an output position, the middle cell between them, and the cell of the input."""
        for u, middle in self.second.reads(position):
            for a, cell in self.first.reads(middle):
                yield (u, a), middle, cell


@dataclass(frozen=True)
class AxisPlan:
    """How one axis of the composite is laid out as a kernel.

    phases    how many phases the kernel has output channels for (1 for a single convolution, plain or transposed)
    stride, dilation, before, after   the kernel's arguments; ``extra`` its output_padding
    sources   for each phase and tap, the pairs of taps whose products add up there
    cuts      for each remainder of the input's size by the stride, the cells cut behind after the shuffle
    """

    phases: int
    stride: int
    dilation: int
    before: int
    after: int
    extra: int
    sources: tuple[tuple[tuple[TapPair, ...], ...], ...]
    cuts: tuple[int, ...]


def gathered(pair: AxisPair) -> AxisPlan:
    """The axis as a convolution with one output channel a phase, shuffled and cut."""
    R, S = pair.factor, pair.stride
    offsets: list[dict[int, list[TapPair]]] = [{} for _ in range(R)]
    for phase in range(R):
        for taps, _, cell in pair.meetings(phase):
            offsets[phase].setdefault(cell, []).append(taps)
    # positions m = 0, 1, ... exist up to S*(positions - 1) = n - 1 + room, and these must hold all outputs
    positions = [-(-pair.size(n) // R) for n in range(S)]
    room = max(S * (count - 1) - n + 1 for n, count in enumerate(positions))
    least, greatest, step = _grid([o for phase in offsets for o in phase], 0, -room)
    reached = range(least, greatest + 1, step)
    sources = tuple(tuple(tuple(phase.get(o, ())) for o in reached) for phase in offsets)
    cuts = tuple(R * ((n + room - 1) // S + 1) - pair.size(n) for n in range(S))
    return AxisPlan(R, S, step, -least, room + greatest, 0, sources, cuts)


def scattered(pair: AxisPair) -> AxisPlan:
    """The axis as a transposed convolution, where the composite's stride S is 1: cell x is written to R*x + offset.

    It is cut alike on both sides, and lengthened behind by less than a step, as ``nn.ConvTranspose`` does.
    """
    R = pair.factor
    offsets: dict[int, list[TapPair]] = {}
    for phase in range(R):
        for taps, _, cell in pair.meetings(phase):
            offsets.setdefault(phase - R * cell, []).append(taps)
    end = pair.size(1)
    least, greatest, step = _grid(list(offsets), 0, None)
    while 1 + greatest - end > -least:
        least -= step
    while -least - (1 + greatest - end) >= max(R, step):
        greatest += step
    extra = -least - (1 + greatest - end)
    sources = tuple(tuple(offsets.get(o, ())) for o in range(least, greatest + 1, step))
    return AxisPlan(1, R, step, -least, -least, extra, (sources,), (0,))


def _grid(offsets: Sequence[int], highest_start: int, lowest_end: int | None) -> tuple[int, int, int]:
    """First, last and step of the taps that reach all offsets, lengthened by zero taps where the padding needs them."""
    least, greatest = min(offsets, default=0), max(offsets, default=0)
    front = max(0, least - highest_start)
    back = 0 if lowest_end is None else max(0, lowest_end - greatest)
    step = math.gcd(*(o - least for o in offsets)) or max(front, back) or 1
    return least - step * -(-front // step), greatest + step * -(-back // step), step
