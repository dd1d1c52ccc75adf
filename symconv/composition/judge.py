"""Whether two convolutions are exactly their composite: for one input size, or for every size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.composition.borders import AxisSizes, Cells, Pattern, axis_patterns, sizes_that_decide
from symconv.composition.difference import Difference, adds_wrongly, difference, reads_wrongly
from symconv.composition.kernel import Kernel
from symconv.composition.modes import Modes, can_pad, mode_difference
from symconv.errors import ShapeError, sentence

EXACT = "exact: no tap of the second layer that leaves the middle has a weight on the input, nor a share of the bias"
VALID = "exact: the second layer has no padding, so no tap leaves the middle"


@dataclass(frozen=True)
class Judgement:
    """The verdict in numbers; ``frame`` is ``None`` where no input size was given."""

    exact: bool
    reason: str
    frame: NDArray[np.bool_] | None = None
    weights_wrong: bool = False
    bias_wrong: bool = False


def judge(first: Kernel, second: Kernel, size: Sequence[int] | None) -> Judgement:
    """Judge two plain convolutions with their given weights; raises ``ShapeError`` where nothing comes out."""
    axes = axis_sizes(first, second, size or (1,) * first.dims)
    if size is not None:
        _check_output(axes, size)
    unpadded = not any(map(any, second.padding))
    if unpadded or first.padding_mode != "zeros" or second.padding_mode != "zeros":
        return _judge_modes(first, second, axes, size, unpadded)
    weights = dense(first), (None if first.bias is None else as_numbers(first.bias)), dense(second)
    if size is None:
        return _for_every_size(*weights, axes)
    return _from_difference(difference(*weights, axes))


def _from_difference(found: Difference) -> Judgement:
    frame, weights, bias = found.frame, bool(found.weights.any()), bool(found.bias.any())
    if not frame.any():
        return Judgement(True, EXACT, frame)
    return Judgement(False, wrong(weights, bias, f" at {int(frame.sum())} of {frame.size} cells"), frame, weights, bias)


def wrong(weights: bool, bias: bool, where: str = "") -> str:
    """What is wrong at the border, in words."""
    what = " and ".join(
        part
        for part, holds in (
            ("the composite reads what the first layer would have written outside the middle", weights),
            ("it adds the first bias there", bias),
        )
        if holds
    )
    return f"they are not one convolution: the second layer pads the middle with zeros, while {what}{where}"


def _for_every_size(
    weight1: NDArray[Any], bias1: NDArray[Any] | None, weight2: NDArray[Any], axes: Sequence[AxisSizes]
) -> Judgement:
    """Collect the patterns of all sizes, axis by axis; the sizes along the axes are free of one another."""
    by_axis = [_patterns_of_all_sizes(axis) for axis in axes]
    weights = bias = False
    for patterns in product(*by_axis):
        if all(all(p.inside) for p in patterns):
            continue
        cells = Cells(patterns, ())
        weights = weights or reads_wrongly(weight1, weight2, cells, axes)
        bias = bias or (bias1 is not None and adds_wrongly(bias1, weight2, cells))
        if weights and (bias or bias1 is None):
            break
    if weights or bias:
        return Judgement(False, wrong(weights, bias, " for some sizes"), None, weights, bias)
    return Judgement(True, EXACT)


def _patterns_of_all_sizes(axis: AxisSizes) -> tuple[Pattern, ...]:
    found: dict[Pattern, None] = {}
    for n in sizes_that_decide(axis):
        sized = AxisSizes(**{**axis.__dict__, "size": n})
        if sized.middle > 0 and sized.output > 0:
            found.update(dict.fromkeys(axis_patterns(sized)))
    return tuple(found)


def _judge_modes(
    first: Kernel, second: Kernel, axes: Sequence[AxisSizes], size: Sequence[int] | None, unpadded: bool
) -> Judgement:
    """Padding that copies cells: for a size by following every tap, without one where a rule shows it for all."""
    if unpadded:
        frame = None if size is None else np.zeros(tuple(a.output for a in axes), bool)
        return Judgement(True, VALID, frame)
    if size is not None:
        return _with_modes(first, second, axes)
    reason = commuting(first, second)
    if reason is not None:
        return Judgement(True, reason)
    modes = f"padding modes {first.padding_mode!r} then {second.padding_mode!r}"
    reason = f"not known to be one convolution for every size: with {modes} that depends on the input's size"
    return Judgement(False, f"{reason}; pass input_size", None, True, first.bias is not None)


def _with_modes(first: Kernel, second: Kernel, axes: Sequence[AxisSizes]) -> Judgement:
    modes = Modes(first.padding_mode, second.padding_mode, composite_mode(first, second))
    if not can_pad(axes, modes):
        frame = np.ones(tuple(axis.output for axis in axes), bool)
        reason = "they are not one convolution: the composite would pad with more cells than the input has"
        return Judgement(False, reason, frame, True, first.bias is not None)
    bias1 = None if first.bias is None else as_numbers(first.bias)
    found = mode_difference(dense(first), bias1, dense(second), axes, modes)
    frame, weights, bias = found.frame, bool(found.weights.any()), bool(found.bias.any())
    if not frame.any():
        return Judgement(True, "exact: both ways read the same cells with the same weights", frame)
    named = f"padding modes {modes.first!r} then {modes.second!r}"
    reason = f"they are not one convolution: with {named} they differ at {int(frame.sum())} of {frame.size} cells"
    return Judgement(False, reason, frame, weights, bias)


def composite_mode(first: Kernel, second: Kernel) -> str:
    """The composite pads as the first layer does, or as the second where the first does not pad."""
    return first.padding_mode if any(map(any, first.padding)) else second.padding_mode


def is_pointwise(_: Kernel, second: Kernel, axes: Sequence[AxisSizes]) -> bool:
    """Whether a 1x1 layer comes before padding that copies cells."""
    copies = second.padding_mode != "zeros"
    return copies and all(a.kernel1 == 1 and a.stride1 == 1 and a.padding1 == (0, 0) for a in axes)


def goes_around(first: Kernel, second: Kernel, axes: Sequence[AxisSizes]) -> bool:
    """Whether both layers go around the same number of cells."""
    circular = first.padding_mode == second.padding_mode == "circular"
    return circular and all(a.stride1 == 1 and sum(a.padding1) == a.dilation1 * (a.kernel1 - 1) for a in axes)


def is_mirrored(first: Kernel, second: Kernel, axes: Sequence[AxisSizes]) -> bool:
    """Whether both layers reflect, and the first kernel is its own mirror image."""
    centred = all(
        a.stride1 == 1 and a.padding1[0] == a.padding1[1] and 2 * a.padding1[0] == a.dilation1 * (a.kernel1 - 1)
        for a in axes
    )
    if first.padding_mode != "reflect" or second.padding_mode != "reflect" or not centred:
        return False
    weight = as_numbers(first.weight)
    return all(bool(np.all(weight == np.flip(weight, axis + 2))) for axis in range(first.dims))


def commuting(first: Kernel, second: Kernel) -> str | None:
    """Why the first layer commutes with the second's padding, which copies cells, for every size; else ``None``."""
    axes = axis_sizes(first, second, (1,) * first.dims)
    return next((reason for rule, reason in _COMMUTES if rule(first, second, axes)), None)


#: For every size: when the first layer commutes with padding that copies cells, and why.
_COMMUTES = (
    (is_pointwise, "exact: a 1x1 layer commutes with padding that copies cells"),
    (goes_around, "exact: the first layer keeps the size, so that both go around alike"),
    (is_mirrored, "exact: the first kernel is its own mirror image, so that both reflect alike"),
)


def _check_output(axes: Sequence[AxisSizes], size: Sequence[int]) -> None:
    for axis in axes:
        if axis.middle < 1 or axis.output < 1:
            raise ShapeError(
                sentence(
                    f"input_size={tuple(size)}",
                    f"leaves {max(axis.middle, 0)} cells in the middle and {max(axis.output, 0)} at the end of an axis",
                    "enlarge the input or the padding",
                )
            )


def axis_sizes(first: Kernel, second: Kernel, size: Sequence[int]) -> tuple[AxisSizes, ...]:
    """Both layers' numbers along each axis."""
    numbers = zip(
        size,
        first.kernel_size,
        first.stride,
        first.dilation,
        first.padding,
        second.kernel_size,
        second.stride,
        second.dilation,
        second.padding,
        strict=True,
    )
    return tuple(AxisSizes(*row) for row in numbers)


def dense(kernel: Kernel) -> NDArray[Any]:
    """The weight without groups, as a NumPy array of numbers or SymPy expressions: zeros between the groups."""
    weight = as_numbers(kernel.weight)
    if kernel.groups == 1:
        return weight
    outputs, grouped = weight.shape[:2]
    whole = np.zeros((outputs, grouped * kernel.groups, *weight.shape[2:]), weight.dtype)
    for o in range(outputs):
        start = o // (outputs // kernel.groups) * grouped
        whole[o, start : start + grouped] = weight[o]
    return whole


def as_numbers(array: Any) -> NDArray[Any]:
    """An array as NumPy numbers in double precision, or as objects where its entries are symbols."""
    if hasattr(array, "detach"):
        import torch

        tensor = array.detach().cpu()
        return (tensor.to(torch.float64) if tensor.is_floating_point() else tensor).numpy()  # type: ignore[no-any-return]
    if isinstance(array, np.ndarray):
        return array.astype(np.float64) if array.dtype.kind == "f" else array
    from symconv.composition.arrays import arrays_of

    return arrays_of(array).read(array)  # type: ignore[no-any-return]
