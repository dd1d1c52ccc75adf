"""The composite of two layers by phases as a kernel: plain, transposed, or shuffled, whichever it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from symconv.composition.arrays import Array, Arrays, arrays_of, numpy_arrays
from symconv.composition.grouping import exchanged
from symconv.composition.judge import as_numbers
from symconv.composition.kernel import Kernel
from symconv.composition.operands import Operand, operand_of
from symconv.composition.phased_product import phased_bias, phased_weight
from symconv.composition.phases import AxisPair, AxisPlan, gathered, scattered
from symconv.composition.product import check_held
from symconv.composition.shuffled import ShuffledKernel

Layer: TypeAlias = Kernel | ShuffledKernel


def axis_pairs(first: Operand, second: Operand) -> tuple[AxisPair, ...]:
    """The axes of two layers side by side."""
    return tuple(map(AxisPair, first.axes, second.axes))


def phased_composite(first: Layer, second: Layer) -> tuple[Layer, bool]:
    """The composite, and whether all its phases share one bias (that of the first phase); see ``explain_transposed``.

    Raises ``ArgumentError`` for padding that repeats the input, ``IntegerOverflow`` where an integer type does not hold
    an entry.
    """
    arrays = arrays_of(*_arrays_in(first), *_arrays_in(second))
    exact = _python_integers(arrays) if _counts(arrays) else arrays
    inner, outer = operand_of(first, exact), operand_of(second, exact)
    pairs = axis_pairs(inner, outer)
    window = all(pair.factor == 1 for pair in pairs)
    plain = isinstance(first, Kernel) and isinstance(second, Kernel)
    if plain and not window and all(pair.stride == 1 for pair in pairs):
        return _transposed(exact, inner, outer, pairs), True
    kernel, plans = _convolution(exact, inner, outer, pairs)
    if window:
        return kernel, False
    return ShuffledKernel(kernel, tuple(pair.factor for pair in pairs), tuple(plan.cuts for plan in plans)), False


def _arrays_in(layer: Layer) -> list[Array]:
    kernel = layer.kernel if isinstance(layer, ShuffledKernel) else layer
    return [kernel.weight] if kernel.bias is None else [kernel.weight, kernel.bias]


def _convolution(
    arrays: Arrays, first: Operand, second: Operand, pairs: Sequence[AxisPair]
) -> tuple[Kernel, tuple[AxisPlan, ...]]:
    """A plain convolution with an output channel for each phase."""
    plans = tuple(map(gathered, pairs))
    phases = tuple(product(*(range(pair.factor) for pair in pairs)))
    bias = phased_bias(arrays, first, second, pairs, phases)
    kernel = Kernel(
        arrays.write(phased_weight(arrays, first, second, plans)),
        None if bias is None else arrays.write(bias),
        **_arguments(first, second, plans),
    )
    return kernel, plans


def _transposed(arrays: Arrays, first: Operand, second: Operand, pairs: Sequence[AxisPair]) -> Kernel:
    """A transposed convolution; its bias is that of the first phase."""
    plans = tuple(map(scattered, pairs))
    arguments = _arguments(first, second, plans)
    bias = phased_bias(arrays, first, second, pairs, ((0,) * len(pairs),))
    return Kernel(
        arrays.write(exchanged(arrays, phased_weight(arrays, first, second, plans), arguments["groups"])),
        None if bias is None else arrays.write(bias),
        **arguments,
        transposed=True,
        output_padding=tuple(plan.extra for plan in plans),
    )


def _arguments(first: Operand, second: Operand, plans: Sequence[AxisPlan]) -> dict[str, Any]:
    return {
        "stride": tuple(plan.stride for plan in plans),
        "padding": tuple((plan.before, plan.after) for plan in plans),
        "dilation": tuple(plan.dilation for plan in plans),
        "groups": math.gcd(first.groups, second.groups),
    }


# ---------------------------------------------------------------------- in which numbers
def numeric(first: Layer, second: Layer) -> Arrays:
    """Both layers' entries as NumPy numbers in double precision; whole numbers and symbols as objects, exactly."""
    found = [as_numbers(array) for layer in (first, second) for array in _arrays_in(layer)]
    dtype = np.dtype(object) if any(f.dtype.kind not in "fc" for f in found) else np.result_type(*found)
    return replace(numpy_arrays(dtype), read=lambda array: as_numbers(array).astype(dtype))


def _counts(arrays: Arrays) -> bool:
    """Whether the data type is one of integers, which would overflow without a word."""
    if arrays.kind == "torch":
        return not (arrays.dtype.is_floating_point or arrays.dtype.is_complex)
    return bool(arrays.dtype.kind in "iu")


def _python_integers(arrays: Arrays) -> Arrays:
    """Python's unbounded integers in place of an integer type, which is written again at the end."""
    dtype = np.dtype(str(arrays.dtype).removeprefix("torch."))

    def write(array: Any) -> Any:
        check_held(min(array.ravel()), max(array.ravel()), dtype)
        whole = array.astype(dtype)
        if arrays.kind != "torch":
            return whole
        import torch

        return torch.from_numpy(whole).to(arrays.device)

    return replace(numpy_arrays(np.dtype(object)), read=lambda array: as_numbers(array).astype(object), write=write)
