"""Winograd's minimal filtering in tiles: sums of absolute terms, and what rounding and underflow lose of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from symconv.rounding.arithmetic import Arithmetic
from symconv.rounding.cook_toom import Filtering, Matrix

#: So many numbers of a transformed input are held at a time, but for a single batch item that has more.
_HELD = 2**22


@dataclass(frozen=True, eq=False)
class Tiling:
    """A convolution in tiles.

    axes          the filtering of each axis
    data, weight  their absolute values, the data padded
    bias          its largest absolute value
    """

    axes: tuple[Filtering, ...]
    data: Any
    weight: Any
    bias: float
    shape: tuple[int, ...]
    groups: int
    arithmetic: Arithmetic
    unit: float

    @property
    def channels(self) -> int:
        """How many channels each element sums."""
        return int(self.weight.shape[1])

    @cached_property
    def growth(self) -> float:
        """(1 + unit)**k - 1: two operands read, the transforms, the products, their sum, and the bias."""
        transforms = sum(_roundings(matrix) for f in self.axes for matrix in (f.data, f.kernel, f.output) if f.taps > 1)
        k = 2 + transforms + 1 + (self.channels - 1) + 1
        # beyond e**80, what may underflow already exceeds the formats whose unit is so large
        return math.expm1(min(k * math.log1p(self.unit), 80.0))

    @cached_property
    def underflow(self) -> float:
        """What numbers lose together that are too small: where subnormals are rounded, or flushed."""
        accumulator = self.arithmetic.accumulator
        lost = accumulator.normal if self.arithmetic.flush else accumulator.tiny
        of_weight, of_data, of_output = (
            lost * _operations(m) * _norm(m) * (1 + self.growth) for m in (self.kernels, self.inputs, self.outputs)
        )
        weight, data = self._largest_weight, self._largest_data
        of_products = self.channels * (of_weight * data + of_data * weight + of_weight * of_data + 4 * lost)
        return (1 + self.growth) ** 2 * (_norm(self.outputs) * of_products + of_output)

    @property
    def inputs(self) -> tuple[Matrix, ...]:
        """B^T of each axis."""
        return tuple(f.data for f in self.axes)

    @property
    def kernels(self) -> tuple[Matrix, ...]:
        """G of each axis."""
        return tuple(f.kernel for f in self.axes)

    @property
    def outputs(self) -> tuple[Matrix, ...]:
        """A^T of each axis."""
        return tuple(f.output for f in self.axes)

    @property
    def _largest_weight(self) -> float:
        return _norm(self.kernels) * float(self.weight.max())

    @property
    def _largest_data(self) -> float:
        return _norm(self.inputs) * float(self.data.max())

    @property
    def _room(self) -> float:
        """How large the sums of absolute products may be without overflow; negative where transforms may overflow."""
        largest = (self.arithmetic.accumulator.largest - self.underflow) / (1 + self.growth)
        if max(self._largest_weight, self._largest_data) > largest:
            return -1.0
        return largest / (_norm(self.outputs) * _slack(self.channels)) - self.bias

    def loss(self, sums: Any) -> Any:
        """The bound of elements whose sums of absolute terms are these."""
        return (self.growth * sums + self.underflow) * _slack(self.channels)

    def sums(self) -> Any:
        """|A^T| [sum of (|G||g||G|^T) o (|B^T||d||B|)] |A|, in float64; infinite in tiles that may overflow."""
        import torch

        weight = _transformed(self.weight, self.kernels).flatten(2).unflatten(0, (self.groups, -1))
        data = self._filled()
        inputs = (f.inputs * -(-e // f.outputs) for f, e in zip(self.axes, self.shape[2:], strict=True))
        one = max(self.data.shape[1], self.shape[1]) * math.prod(inputs)
        items = data.split(max(1, _HELD // one))
        return torch.cat([self._sums(item, weight) for item in items])

    def _filled(self) -> Any:
        """The data with zeros behind, so that there are whole tiles."""
        import torch

        sizes = (f.outputs * -(-e // f.outputs) + f.taps - 1 for f, e in zip(self.axes, self.shape[2:], strict=True))
        behind = [size - int(e) for size, e in zip(sizes, self.data.shape[2:], strict=True)]
        return torch.nn.functional.pad(self.data, [p for b in reversed(behind) for p in (0, b)])

    def _sums(self, data: Any, weight: Any) -> Any:
        import torch

        dims = len(self.axes)
        for axis, f in enumerate(self.axes):
            data = data.unfold(2 + axis, f.inputs, f.outputs)
        tiles, inputs = data.shape[2:-dims], data.shape[-dims:]
        data = _transformed(data, self.inputs).flatten(-dims).flatten(2, -2).unflatten(1, (self.groups, -1))
        products: Any = torch.einsum("bgcpt,goct->bgopt", data, weight)
        over = products.amax(-1, keepdim=True) > self._room
        products = products.masked_fill(over, math.inf).flatten(1, 2).unflatten(2, tiles).unflatten(-1, inputs)
        results = _transformed(products, self.outputs).nan_to_num(nan=math.inf, posinf=math.inf)
        for axis in range(dims):
            results = results.movedim(2 + dims + axis, 3 + 2 * axis)  # tiles and the outputs in them, axis by axis
        for axis in range(dims):
            results = results.flatten(2 + axis, 3 + axis)
        return results[(..., *(slice(e) for e in self.shape[2:]))]


def _transformed(tensor: Any, matrices: Sequence[Matrix]) -> Any:
    """The last axes, each multiplied by the absolute values of its matrix."""
    for axis, matrix in enumerate(matrices, start=-len(matrices)):
        factor = tensor.new_tensor([[float(abs(entry)) for entry in row] for row in matrix])
        tensor = (tensor.movedim(axis, -1) @ factor.T).movedim(-1, axis)
    return tensor


def _roundings(matrix: Matrix) -> int:
    """How many roundings a transform puts on a path: two constants, two products by them, and the additions."""
    return 4 + _longest(matrix) - 1


def _operations(matrices: Sequence[Matrix]) -> float:
    """What all operations on a transformed number may lose by underflow, times the loss of one, at most.

    A term is read, multiplied twice and added; what that loses is multiplied by no more than the largest constant.
    Twice as much, for the underflow of the float64 numbers that are calculated with here.
    """
    return float(sum(8 * _longest(m) * max(Fraction(1), *(abs(e) for row in m for e in row)) for m in matrices))


def _longest(matrix: Matrix) -> int:
    """How many terms the longest sum has."""
    return max(sum(entry != 0 for entry in row) for row in matrix)


def _norm(matrices: Sequence[Matrix]) -> float:
    """By how much transforms make numbers larger, at most; 1 or more an axis."""
    sums = ([sum(map(abs, row), Fraction(0)) for row in matrix] for matrix in matrices)
    return math.prod(float(max(Fraction(1), *rows)) for rows in sums)


def _slack(channels: int) -> float:
    """What makes up for the rounding of the float64 operations that evaluate a bound."""
    return 1.0 + (channels + 128) * 2.0**-50
