"""The layers that are composed by phases, read into one form: convolutions, transposed ones, and shuffled ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.composition.arrays import Arrays
from symconv.composition.grouping import exchanged, with_groups
from symconv.composition.kernel import Kernel
from symconv.composition.phases import PhasedAxis, convolution_axis, shuffled_axis, transposed_axis
from symconv.composition.shuffled import ShuffledKernel
from symconv.errors import ArgumentError, sentence

#: NumPy's names of the padding modes that copy cells.
_COPIES = {"circular": "wrap", "reflect": "reflect", "replicate": "edge"}


@dataclass(frozen=True, eq=False)
class Operand:
    """A layer of any kind.

    weight  (out, in/groups, *taps), as arrays are worked on; a shuffled kernel's taps are numbered phase by phase
    bias    for each phase (one of each axis), (out,); ``None`` without a bias
    axes    how it reads along each axis
    """

    weight: Any
    bias: dict[tuple[int, ...], Any] | None
    groups: int
    axes: tuple[PhasedAxis, ...]

    @property
    def channels(self) -> int:
        """How many channels it writes."""
        return int(self.weight.shape[0])


def operand_of(layer: Kernel | ShuffledKernel, arrays: Arrays) -> Operand:
    """The layer in the common form; raises ``ArgumentError`` for padding that repeats the input."""
    if isinstance(layer, ShuffledKernel):
        return _shuffled(layer, arrays)
    if layer.padding_mode != "zeros" and any(map(any, layer.padding)):
        raise ArgumentError(
            sentence(
                f"padding_mode={layer.padding_mode!r}",
                "repeats the input, and is not composed with transposed kernels",
                "use 'zeros', or keep the two layers",
            )
        )
    axes, read = axes_of_layer(layer), arrays.read(layer.weight)
    weight = exchanged(arrays, read, layer.groups) if layer.transposed else read
    bias = None if layer.bias is None else dict.fromkeys(_phases(axes), arrays.read(layer.bias))
    return Operand(weight, bias, layer.groups, axes)


def axes_of_layer(layer: Kernel | ShuffledKernel) -> tuple[PhasedAxis, ...]:
    """How a layer reads along each axis."""
    kernel = layer.kernel if isinstance(layer, ShuffledKernel) else layer
    numbers = zip(
        kernel.kernel_size, kernel.stride, kernel.dilation, kernel.padding, kernel.output_padding, strict=True
    )
    make: Callable[..., PhasedAxis] = transposed_axis if kernel.transposed else convolution_axis
    axes = tuple(make(k, s, d, before, after - extra) for k, s, d, (before, after), extra in numbers)
    if not isinstance(layer, ShuffledKernel):
        return axes
    return tuple(map(shuffled_axis, axes, layer.factor, layer.crop))


def frame_through(frame: NDArray[np.bool_], layer: Kernel | ShuffledKernel) -> NDArray[np.bool_]:
    """The output positions of a layer, plain, transposed or shuffled, with a tap on a marked cell of its input.

    Padding that copies cells copies their marks.
    """
    if isinstance(layer, Kernel) and layer.padding_mode != "zeros" and any(map(any, layer.padding)):
        copied: Any = np.pad(frame, layer.padding, mode=_COPIES[layer.padding_mode])  # type: ignore[call-overload]
        return frame_through(copied, replace(layer, padding=0, padding_mode="zeros"))
    marked = frame
    for number, axis in enumerate(axes_of_layer(layer)):
        cells = np.arange(frame.shape[number])
        reads = [np.isin(cells, [cell for _, cell in axis.reads(z)]) for z in range(axis.size(len(cells)))]
        along = np.tensordot(marked, np.array(reads, int), axes=([number], [1])) > 0
        marked = np.moveaxis(along, -1, number)
    return marked


def dense_operand(layer: Kernel | ShuffledKernel, arrays: Arrays) -> Operand:
    """The layer in the common form, of one group."""
    grouped = operand_of(layer, arrays)
    return replace(grouped, weight=with_groups(arrays, grouped.weight, grouped.groups, 1), groups=1)


def _shuffled(layer: ShuffledKernel, arrays: Arrays) -> Operand:
    kernel, dims, axes = layer.kernel, layer.dims, axes_of_layer(layer)
    channels, grouped = layer.out_channels, kernel.weight.shape[1]
    split = arrays.read(kernel.weight).reshape((channels, *layer.factor, grouped, *kernel.kernel_size))
    order = (0, dims + 1, *(at for axis in range(dims) for at in (1 + axis, dims + 2 + axis)))
    taps = tuple(factor * k for factor, k in zip(layer.factor, kernel.kernel_size, strict=True))
    weight = arrays.permute(split, order).reshape((channels, grouped, *taps))
    if kernel.bias is None:
        return Operand(weight, None, kernel.groups, axes)
    by_phase = arrays.read(kernel.bias).reshape((channels, *layer.factor))
    bias = {phase: by_phase[(slice(None), *phase)] for phase in _phases(axes)}
    return Operand(weight, bias, kernel.groups, axes)


def _phases(axes: Sequence[PhasedAxis]) -> product[tuple[int, ...]]:
    return product(*(range(axis.factor) for axis in axes))
