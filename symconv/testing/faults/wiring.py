"""Which entries a convolution multiplies, with any stride, dilation or padding, at as many outputs as there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symconv.rounding.problem import Problem

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Wiring:
    """A layer in numbers: ``before`` and ``after`` are the padding of each axis, of a transposed layer the crop.

    kernel, out   spatial sizes; so many outputs are computed, whatever the padding after says
    """

    transposed: bool
    stride: Shape
    dilation: Shape
    before: Shape
    after: Shape
    groups: int
    kernel: Shape
    out: Shape

    @classmethod
    def of(cls, problem: Problem) -> Wiring:
        """The wiring of a problem's layer."""
        product = problem.product
        return cls(
            product.transposed,
            product.stride,
            product.dilation,
            tuple(before for before, _ in product.sides),
            tuple(after for _, after in product.sides),
            product.groups,
            product.weight[2:],
            product.output[2:],
        )

    @property
    def dims(self) -> int:
        """How many spatial axes."""
        return len(self.stride)

    @property
    def reach(self) -> Shape:
        """Of a layer that is not transposed: how many positions its outputs read along each axis."""
        axes = zip(self.out, self.stride, self.dilation, self.kernel, strict=True)
        return tuple((o - 1) * s + d * (k - 1) + 1 for o, s, d, k in axes)

    def by_output(self, weight: Any) -> Any:
        """The weight as [output channels, input channels of a group, taps], also that of a transposed layer."""
        return weight.unflatten(0, (self.groups, -1)).swapaxes(1, 2).flatten(0, 1) if self.transposed else weight

    def as_stored(self, weight: Any) -> Any:
        """The weight as the layer has it; the inverse of ``by_output``."""
        return self.by_output(weight)


#: (wiring, input, weight) -> output without bias, linear in each
Forward = Callable[[Wiring, Any, Any], Any]


def convolve(wiring: Wiring, x: Any, weight: Any) -> Any:
    """The output of a layer so wired, without bias."""
    import torch

    if wiring.transposed:
        full = _convolution(wiring, x, weight)
        axes = zip(wiring.before, wiring.out, full.shape[2:], strict=True)
        return torch.nn.functional.pad(full, _pads((-before, out - (size - before)) for before, out, size in axes))
    axes = zip(wiring.before, wiring.reach, x.shape[2:], strict=True)
    return _convolution(
        wiring,
        torch.nn.functional.pad(x, _pads((before, reach - before - size) for before, reach, size in axes)),
        weight,
    )


def _pads(sides: Any) -> list[int]:
    return [p for pair in reversed(list(sides)) for p in pair]


def _convolution(wiring: Wiring, x: Any, weight: Any) -> Any:
    import torch

    zeros = [0] * wiring.dims
    return torch.ops.aten.convolution(
        x, weight, None, list(wiring.stride), zeros, list(wiring.dilation), wiring.transposed, zeros, wiring.groups
    )
