"""The torch module of a ``ShuffledKernel``; imported only where one is asked for."""

from __future__ import annotations

import torch
from torch import nn

from symconv.composition.shuffled import cuts_for, shuffle


class ShuffledConvolution(nn.Module):
    """A convolution, a pixel shuffle over 1 to 3 axes with a factor an axis, and a cut behind."""

    def __init__(self, convolution: nn.Module, factor: tuple[int, ...], crop: tuple[tuple[int, ...], ...]) -> None:
        super().__init__()
        self.convolution = convolution
        self.factor = factor
        self.crop = crop

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The shuffled convolution of a tensor (N, in_channels, *sizes)."""
        return shuffle(self.convolution(x), self.factor, cuts_for(self.crop, tuple(x.shape[2:])))

    def extra_repr(self) -> str:
        """What ``print`` shows beside the convolution."""
        return f"factor={self.factor}, crop={self.crop}"
