"""The product of two kernels as PyTorch tensors: Toom-Cook, PyTorch's transposed convolution, or matrix products.

Toom-Cook: a polynomial of n coefficients is read off its values at n points (one of them infinity), and those of a
product are the products of its factors' values.  So n products of channel matrices on an axis do the work of
taps1*taps2 (5 in place of 9 for 3 and 3; 25 in place of 81 in two dimensions).  D. E. Knuth, The Art of Computer
Programming, vol. 2, section 4.3.3; for convolution layers A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural
Networks, 2016.

The points are not the usual 0, 1, -1, 2: those below have a third of their error (found by a search over multiples of
1/16, for normal kernels of 3 and 3 taps and of sizes near them).  An infinite entry makes more of K infinite
or no number than the direct product would, and small taps beside large ones have the large ones' error.
"""

from __future__ import annotations

import math
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symconv.composition.arrays import arrays_of
from symconv.composition.product import (
    Axis,
    ProductPlan,
    assemble,
    check_held,
    direct_product,
    integer_bound,
    integer_product,
)
from symconv.errors import ArgumentError, sentence

if TYPE_CHECKING:
    import torch

#: The finite points for each number of taps of K on an axis; infinity is the last.
POINTS: dict[int, tuple[float, ...]] = {
    3: (0.75, -0.75),
    4: (0.0, 1.0, -1.0),
    5: (0.375, -0.375, 1.125, -1.125),
    6: (0.0, 0.6875, -0.6875, 1.375, -1.375),
    7: (0.3125, -0.3125, 0.875, -0.875, 1.875, -1.875),
}
#: Up to which number of taps of K on each axis "auto" uses Toom-Cook, by the number of axes: relative error below 5e-6.
_MOST_TAPS = {1: 7, 2: 6, 3: 5}
#: Least channels of a block, times products saved, from which Toom-Cook is the faster one (measured on one thread).
_LEAST_GAIN = 150
#: From so many multiplications a tap of k2, and from so many blocks, conv_transpose is the slower one (not in float32).
_MOST_MACS, _MOST_BLOCKS = 150_000, 32
#: Up to so many multiplications a call's overhead is what counts; conv_transpose in float64 has the least.
_TINY = 100_000


def torch_product(plan: ProductPlan, k1: torch.Tensor, k2: torch.Tensor, method: str) -> torch.Tensor:
    """K for tensors with channel axes, in their promoted data type; gradients flow to both kernels.

    Integers are multiplied exactly.  16-bit floats are multiplied in a longer type, and rounded once.  "auto" is

    - Toom-Cook for float32 (and shorter) where both steps are 1 and enough channels meet,
    - ``torch.nn.functional.conv_transpose`` for other kernels on a CPU, as long as it is fast,
    - matrix products of channels for all else: large double or complex kernels, 1x1 kernels, other devices (where
      PyTorch's convolutions may round float32 to TF32).

    Raises ``ArgumentError`` for several devices, truth values, and method "toom-cook" where it does not apply;
    ``IntegerOverflow`` where an integer type might not hold an entry.
    """
    import torch

    dtype = k1.dtype
    if k2.dtype != dtype or k1.device != k2.device or dtype == torch.bool:
        dtype = arrays_of(k1, k2).dtype
    if not (dtype.is_floating_point or dtype.is_complex):
        _refuse(method == "toom-cook", f"dtype={dtype}", "is for floats: integers are multiplied exactly")
        return _integers(plan, k1.to(dtype), k2.to(dtype))
    work = _work_type(dtype, plan.macs <= _TINY and k1.device.type == "cpu")
    if k1.dtype != work or k2.dtype != work:
        return _product(plan, k1.to(work), k2.to(work), method).to(dtype).contiguous()
    return _product(plan, k1, k2, method).contiguous()


def _work_type(dtype: torch.dtype, tiny: bool) -> torch.dtype:
    """The type to multiply in: that of the result, or a longer one for those shorter than 32 bits a number."""
    import torch

    if dtype.itemsize > (4 if dtype.is_complex else 2):
        return dtype
    if dtype.is_complex:
        return torch.complex64
    return torch.float64 if tiny else torch.float32


def _integers(plan: ProductPlan, k1: torch.Tensor, k2: torch.Tensor) -> torch.Tensor:
    import torch

    bound = integer_bound(plan, _range(k1), _range(k2))
    if bound > 2**53 or k1.device.type != "cpu":
        # other devices may multiply no integer matrices, or have no float64
        host1, host2 = k1.cpu().numpy(), k2.cpu().numpy()
        return torch.from_numpy(integer_product(plan, host1.dtype, host1, host2)).to(k1.device)
    result = _product(plan, k1.double(), k2.double(), "direct")
    if bound > torch.iinfo(k1.dtype).max:
        check_held(*_range(result), np.dtype(str(k1.dtype).removeprefix("torch.")))
    return result.to(k1.dtype).contiguous()


def _range(tensor: torch.Tensor) -> tuple[int, int]:
    # PyTorch finds no least entry of uint16 to uint64
    known = tensor.dtype.is_signed or tensor.dtype.itemsize == 1
    least, greatest = tensor.aminmax() if known else (tensor.cpu().numpy().min(), tensor.cpu().numpy().max())
    return int(least), int(greatest)


def _product(plan: ProductPlan, k1: torch.Tensor, k2: torch.Tensor, method: str) -> torch.Tensor:
    """K for floats of one type, of 32 bits or more."""
    import torch

    if method == "toom-cook" or (method == "auto" and k1.dtype == torch.float32 and _pays(plan)):
        return toom_cook(plan, k1, k2)
    if k1.device.type == "cpu" and _conv_is_fast(plan, k1.dtype):
        return transposed_convolution(plan, k1, k2)
    result: torch.Tensor = direct_product(plan, arrays_of(k1, k2), k1, k2)
    return result


def _refuse(condition: bool, subject: str, why: str) -> None:
    if condition:
        raise ArgumentError(sentence(f"method='toom-cook' with {subject}", why, "pass method='auto'"))


@lru_cache(maxsize=1024)
def _pays(plan: ProductPlan) -> bool:
    if not all(_applies(axis) and axis.size <= _MOST_TAPS[len(plan.axes)] for axis in plan.axes):
        return False
    saved = math.prod(plan.taps1) * math.prod(plan.taps2) / math.prod(plan.sizes)
    return saved > 1 and saved * min(plan.block) >= _LEAST_GAIN


@lru_cache(maxsize=1024)
def _conv_is_fast(plan: ProductPlan, dtype: torch.dtype) -> bool:
    taps1, taps2 = math.prod(plan.taps1), math.prod(plan.taps2)
    if 1 in (taps1, taps2):
        return plan.macs <= _TINY and plan.blocks == 1
    few_blocks = plan.blocks <= _MOST_BLOCKS
    if dtype.itemsize <= (8 if dtype.is_complex else 4):
        return few_blocks or not dtype.is_complex
    return few_blocks and plan.macs <= _MOST_MACS * taps2


@lru_cache(maxsize=1024)
def _steps(plan: ProductPlan) -> dict[str, Any]:
    """The arguments of the transposed layer, left out where they are its defaults: reading them takes PyTorch time."""
    stride, dilation = tuple(axis.step2 for axis in plan.axes), tuple(axis.step1 for axis in plan.axes)
    return {} if {*stride, *dilation} == {1} else {"stride": stride, "dilation": dilation}


def transposed_convolution(plan: ProductPlan, k1: torch.Tensor, k2: torch.Tensor) -> torch.Tensor:
    """K by a transposed layer of weight k1, stride step2 and dilation step1 that reads k2, its outputs as the batch."""
    from torch.nn import functional

    layer = (functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d)[len(plan.axes) - 1]
    if plan.blocks == 1:
        whole: torch.Tensor = layer(k2, k1, **_steps(plan))
        return whole
    outputs, _, inputs = plan.block
    rows = k2.reshape(plan.groups2, outputs, -1, *plan.taps2).transpose(0, 1).reshape(outputs, -1, *plan.taps2)
    result = layer(rows, k1, **_steps(plan), groups=plan.blocks)
    blocks = result.reshape(outputs, plan.blocks, inputs, *plan.sizes).transpose(0, 1)
    grouped: torch.Tensor = assemble(plan, arrays_of(k1, k2), blocks)
    return grouped


def toom_cook(plan: ProductPlan, k1: torch.Tensor, k2: torch.Tensor) -> torch.Tensor:
    """K by evaluation at points, batched matrix products of channels, and interpolation, for steps of 1."""
    import torch

    for axis in plan.axes:
        subject = f"steps {axis.step1} and {axis.step2} to {axis.size} taps"
        _refuse(not _applies(axis), subject, "needs steps of 1 and at most 7 taps of K on an axis")
    values1, values2, back = (torch.from_numpy(m).to(k1) for m in _matrices(plan.axes))
    (outputs, middle, inputs), blocks = plan.block, plan.blocks
    second = k2.reshape(plan.groups2, outputs, blocks // plan.groups2, middle, -1).transpose(1, 2)
    # the taps go first, in memory too: matrix products of such thin arrays are slow along the last axis
    columns1 = k1.reshape(-1, values1.shape[1]).t().contiguous()
    columns2 = second.reshape(-1, values2.shape[1]).t().contiguous()
    at1 = (values1 @ columns1).view(-1, middle, inputs)
    at2 = (values2 @ columns2).view(-1, outputs, middle)
    products = torch.bmm(at2, at1).view(back.shape[1], -1)
    result: torch.Tensor = products.t() @ back.t()
    grouped: torch.Tensor = assemble(plan, arrays_of(k1, k2), result.view(blocks, outputs, inputs, *plan.sizes))
    return grouped


def _applies(axis: Axis) -> bool:
    return axis.step1 == axis.step2 == 1 and (axis.size in POINTS or 1 in (axis.taps1, axis.taps2))


@lru_cache(maxsize=256)
def _matrices(axes: tuple[Axis, ...]) -> tuple[NDArray[Any], ...]:
    """Values of k1 and of k2 from their taps, and K's taps from its values; all axes at once."""
    return tuple(reduce(np.kron, parts) for parts in zip(*map(_axis_matrices, axes), strict=True))


def _axis_matrices(axis: Axis) -> tuple[NDArray[Any], ...]:
    if 1 in (axis.taps1, axis.taps2):
        # nothing is saved: every tap is a value of its own
        values1 = np.eye(axis.taps1) if axis.taps1 > 1 else np.ones((axis.size, 1))
        values2 = np.eye(axis.taps2) if axis.taps2 > 1 else np.ones((axis.size, 1))
        return values1, values2, np.eye(axis.size)
    points = np.array(POINTS[axis.size])
    return _values(points, axis.taps1), _values(points, axis.taps2), np.linalg.inv(_values(points, axis.size))


def _values(points: NDArray[Any], taps: int) -> NDArray[Any]:
    """The values at the points, and at infinity the last coefficient, of a polynomial with so many coefficients."""
    return np.vstack([np.vander(points, taps, increasing=True), np.eye(taps)[-1]])
