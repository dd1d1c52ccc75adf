"""The bilinear map of a convolution or of one of its gradients, computed by PyTorch in the dtype of its operands."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from symconv.layers.base import Layer

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Product:
    """``product(left, right)``: the sums of products, without bias, of the operands of a ``Problem``.

    sides   padding, of a transposed layer crop, (before, after) an axis
    x, weight, output   shapes, the layer's output's whatever is computed
    """

    computes: str
    transposed: bool
    stride: Shape
    dilation: Shape
    sides: tuple[tuple[int, int], ...]
    output_padding: Shape
    groups: int
    x: Shape
    weight: Shape
    output: Shape

    @classmethod
    def of(cls, layer: Layer, computes: str, x: Shape, weight: Shape, output: Shape) -> Product:
        """The map of a layer in numbers on tensors of these shapes."""
        transposed = hasattr(layer, "output_padding")
        return cls(
            computes,
            transposed,
            tuple(layer.stride),  # type: ignore[attr-defined]
            tuple(layer.dilation),  # type: ignore[attr-defined]
            tuple((int(lo), int(hi)) for lo, hi in layer.sides),  # type: ignore[attr-defined]
            tuple(layer.output_padding) if transposed else (0,) * layer.dims,  # type: ignore[attr-defined]
            int(layer.groups),  # type: ignore[attr-defined]
            x,
            weight,
            output,
        )

    @property
    def dims(self) -> int:
        """How many spatial axes."""
        return len(self.stride)

    def on(self, x: Any, weight: Any, groups: int | None = None) -> Product:
        """The same convolution on tensors with other channels; left out, one group for each channel of ``x``."""
        output = (x.shape[0], weight.shape[0], *self.output[2:])
        groups = int(x.shape[1]) if groups is None else groups
        return replace(self, groups=groups, x=tuple(x.shape), weight=tuple(weight.shape), output=output)

    @property
    def one_channel(self) -> Product:
        """The same map on one batch item and one channel each: the part of it that is about positions."""
        return replace(
            self,
            groups=1,
            x=(1, 1, *self.x[2:]),
            weight=(1, 1, *self.weight[2:]),
            output=(1, 1, *self.output[2:]),
        )

    @property
    def channels_summed(self) -> int:
        """How many channels, or batch items, each term's position is summed over."""
        if self.computes == "weight":
            return self.x[0]
        of_input = self.transposed == (self.computes == "output")
        return self.weight[0] // self.groups if of_input else self.weight[1]

    def terms(self) -> Any:
        """How many products each element sums, in float64, broadcast over batch and channels."""
        import torch

        if self.computes == "bias":
            return torch.full((1,), math.prod(self.output) // self.output[1], dtype=torch.float64)
        one = self.one_channel
        shapes = {"output": (one.x, one.weight), "input": (one.output, one.weight), "weight": (one.output, one.x)}
        left, right = (torch.ones(s, dtype=torch.float64) for s in shapes[self.computes])
        return one(left, right).round() * self.channels_summed

    def __call__(self, left: Any, right: Any | None = None) -> Any:
        """The sums of products; for the gradient by the bias, the sums of ``left``."""
        if self.computes == "bias":
            return left.sum([a for a in range(left.ndim) if a != 1])
        if self.computes == "output":
            return self._forward(left, right)
        return self._backward(left, right)

    def _forward(self, x: Any, weight: Any) -> Any:
        if self.transposed:
            return self._cropped(self._convolution(x, weight))
        return self._convolution(self._padded(x), weight)

    def _convolution(self, x: Any, weight: Any) -> Any:
        import torch

        zeros = [0] * self.dims
        return torch.ops.aten.convolution(
            x,
            weight,
            None,
            list(self.stride),
            zeros,
            list(self.dilation),
            self.transposed,
            list(self.output_padding),
            self.groups,
        )

    def _backward(self, grad_output: Any, other: Any) -> Any:
        """The gradient by the input (``other``: the weight) or by the weight (``other``: the input)."""
        import torch

        by_input = self.computes == "input"
        if self.transposed:
            grad_output = self._uncropped(grad_output)
            x_shape = self.x
        else:
            x_shape = (*self.x[:2], *(h + lo + hi for h, (lo, hi) in zip(self.x[2:], self.sides, strict=True)))
        # the one that the gradient is taken by is read for its shape alone
        blank = grad_output.new_zeros(()).expand(x_shape if by_input else self.weight)
        x, weight = (blank, other) if by_input else (other if self.transposed else self._padded(other), blank)
        gradients = torch.ops.aten.convolution_backward(
            grad_output.contiguous(),
            x,
            weight.contiguous(),
            None,
            list(self.stride),
            [0] * self.dims,
            list(self.dilation),
            self.transposed,
            list(self.output_padding),
            self.groups,
            [by_input, not by_input, False],
        )
        if not by_input:
            return gradients[1]
        return gradients[0] if self.transposed else self._cropped(gradients[0])

    def _padded(self, x: Any) -> Any:
        import torch

        if not any(map(any, self.sides)):
            return x
        return torch.nn.functional.pad(x, [p for lo, hi in reversed(self.sides) for p in (lo, hi)])

    def _cropped(self, y: Any) -> Any:
        return y[(..., *(slice(lo, y.shape[2 + a] - hi) for a, (lo, hi) in enumerate(self.sides)))]

    def _uncropped(self, grad_output: Any) -> Any:
        import torch

        return torch.nn.functional.pad(grad_output, [p for lo, hi in reversed(self.sides) for p in (lo, hi)])
