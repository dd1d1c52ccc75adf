"""The bias-map repair: a composite that is wrong in its bias alone, with the bias that each output cell needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from symconv.composition.kernel import Kernel
from symconv.errors import ShapeError, sentence

#: The most input sizes whose images are kept.
_MOST_IMAGES = 8


def check_sizes(x: torch.Tensor, sizes: Sequence[int] | None) -> None:
    """Refuse an input of other sizes than those that a repair is for; ``None`` allows all."""
    if sizes is not None and tuple(x.shape[-len(sizes) :]) != tuple(sizes):
        raise ShapeError(
            sentence(
                f"x of shape {tuple(x.shape)}",
                f"is not of input_size={tuple(sizes)}, for which the repair was made",
                "repair a verdict for that size, or one without input_size",
            )
        )


class BiasMap(nn.Module):
    """The composite without bias, plus a constant image: what the layers make of an input of zeros.

    composite   the composite without its bias; its weights are the parameters
    layers      the layers in a row, their parameters frozen: they only make the image

    Images are kept for the last few input sizes, outside the state dict.
    """

    def __init__(self, composite: Kernel, layers: Sequence[Kernel], sizes: Sequence[int] | None) -> None:
        super().__init__()
        self.composite = composite.to_module()
        self.layers = nn.Sequential(*(layer.to_module() for layer in layers)).requires_grad_(False)
        self.sizes = None if sizes is None else tuple(sizes)
        self._shape = (layers[0].in_channels, layers[0].dims)
        self._images: dict[Any, torch.Tensor] = {}
        self.register_load_state_dict_post_hook(_forget_images)  # type: ignore[no-untyped-call]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The layers' result on a tensor (N, in_channels, *sizes), or one without N."""
        check_sizes(x, self.sizes)
        image = self.image(x.shape[-self._shape[1] :])
        y: torch.Tensor = self.composite(x)
        return y + image

    def image(self, sizes: Sequence[int]) -> torch.Tensor:
        """The constant image (out_channels, *output sizes) for an input of those sizes."""
        weight = next(self.layers.parameters())
        key = (tuple(sizes), weight.dtype, weight.device)
        if key not in self._images:
            if len(self._images) >= _MOST_IMAGES:
                self._images.clear()
            with torch.no_grad():
                zeros = torch.zeros((1, self._shape[0], *sizes), dtype=weight.dtype, device=weight.device)
                self._images[key] = self.layers(zeros)[0]
        return self._images[key]


def _forget_images(module: nn.Module, _: Any) -> None:
    if isinstance(module, BiasMap):
        module._images.clear()
