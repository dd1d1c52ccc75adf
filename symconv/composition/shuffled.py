"""``ShuffledKernel``: a strided convolution followed by a pixel shuffle, the normal form of strides up and down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symconv.composition.kernel import Kernel
from symconv.errors import ArgumentError, sentence

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False, repr=False)
class ShuffledKernel:
    """A convolution with a channel for each phase of the output, interleaved in space, and cut behind.

    kernel  writes out_channels * prod(factor) channels, those of one output channel together (as ``nn.PixelShuffle``)
    factor  how many output cells one of its positions gives, an axis
    crop    an axis, for each remainder of the input's size by the kernel's stride, how many cells are cut behind

    W. Shi and others, Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
    Neural Network, 2016.  Raises ``ArgumentError`` for factors and crops that do not fit the kernel.
    """

    kernel: Kernel
    factor: tuple[int, ...]
    crop: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        dims, channels = self.kernel.dims, self.kernel.out_channels
        fits = len(self.factor) == dims and all(f > 0 for f in self.factor) and not self.kernel.transposed
        if not fits or channels % math.prod(self.factor):
            raise ArgumentError(
                sentence(
                    f"factor={self.factor!r}",
                    f"does not fit a plain kernel of {dims} axes and {channels} output channels",
                    "pass one positive int an axis, whose product divides the channels",
                )
            )
        if tuple(map(len, self.crop)) != tuple(self.kernel.stride) or min(map(min, self.crop)) < 0:
            raise ArgumentError(
                sentence(
                    f"crop={self.crop!r}",
                    f"does not fit stride={self.kernel.stride}",
                    "pass an axis as many sizes, zero or more, as its stride",
                )
            )

    @property
    def dims(self) -> int:
        """How many spatial axes."""
        return self.kernel.dims

    @property
    def in_channels(self) -> int:
        """How many channels it reads."""
        return self.kernel.in_channels

    @property
    def out_channels(self) -> int:
        """How many channels it writes, after the shuffle."""
        return self.kernel.out_channels // math.prod(self.factor)

    @property
    def weight(self) -> Any:
        """The weight of the convolution."""
        return self.kernel.weight

    @property
    def transposed(self) -> bool:
        """True: as a transposed kernel, it has phases, and a further layer is composed with it by phases."""
        return True

    def to_module(self) -> Any:
        """An ``nn.Module`` of the same function: the convolution's module, the shuffle and the cut."""
        from symconv.composition.shuffled_modules import ShuffledConvolution

        return ShuffledConvolution(self.kernel.to_module(), self.factor, self.crop)

    def __call__(self, x: Any) -> Any:
        """Apply it to a torch tensor (N, in_channels, *sizes)."""
        return shuffle(self.kernel(x), self.factor, cuts_for(self.crop, tuple(x.shape[2:])))

    def __repr__(self) -> str:
        crop = tuple(cuts[0] if len(set(cuts)) == 1 else cuts for cuts in self.crop)
        cut = f", crop={crop}" if any(map(any, self.crop)) else ""
        return f"ShuffledKernel({self.kernel!r}, factor={self.factor}{cut})"


def cuts_for(crop: tuple[tuple[int, ...], ...], sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The cells to cut behind, an axis, for an input of those sizes."""
    return tuple(cuts[n % len(cuts)] for cuts, n in zip(crop, sizes, strict=True))


def shuffle(y: torch.Tensor, factor: tuple[int, ...], cuts: tuple[int, ...]) -> torch.Tensor:
    """(N, C*prod(factor), *sizes) to (N, C, ...): ``nn.PixelShuffle`` with a factor an axis, then the cut."""
    dims, batch, sizes = len(factor), y.shape[0], tuple(y.shape[2:])
    apart = y.reshape(batch, -1, *factor, *sizes)
    order = [axis for pair in zip(range(2 + dims, 2 + 2 * dims), range(2, 2 + dims), strict=True) for axis in pair]
    whole = apart.permute(0, 1, *order).reshape(batch, -1, *(f * n for f, n in zip(factor, sizes, strict=True)))
    kept = tuple(slice(0, f * n - cut) for f, n, cut in zip(factor, sizes, cuts, strict=True))
    return whole[(slice(None), slice(None), *kept)]
