"""A layer run by PyTorch's own functions: one-sided padding, "same", every padding mode, pooling's options."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from oracles.numbers import Numbers


def run(n: Numbers, tensors: Mapping[str, Tensor]) -> Tensor:
    """The output on {"X": ..., "W": ..., "b": ...}."""
    if not n.sizes:
        return functional.linear(tensors["X"], tensors["W"], tensors.get("b"))
    return {"conv": _convolution, "transposed": _transposed, "pool": _pool}[n.kind](n, tensors)


def _convolution(n: Numbers, tensors: Mapping[str, Tensor]) -> Tensor:
    mode = "constant" if n.padding_mode == "zeros" else n.padding_mode
    padded = functional.pad(tensors["X"], [side for sides in reversed(n.sides) for side in sides], mode=mode)
    convolve = _ranked("conv{}d", n)
    return convolve(padded, tensors["W"], tensors.get("b"), n.stride, 0, n.dilation, n.groups)


def _transposed(n: Numbers, tensors: Mapping[str, Tensor]) -> Tensor:
    """Uncropped, then cropped by slices: PyTorch takes one crop for both sides, and none beyond the window."""
    convolve = _ranked("conv_transpose{}d", n)
    canvas = convolve(tensors["X"], tensors["W"], None, n.stride, 0, 0, n.groups, n.dilation)
    canvas = functional.pad(canvas, [side for extra in reversed(n.extra) for side in (0, extra)])
    for axis, (before, after) in enumerate(n.sides, start=2):
        canvas = canvas.narrow(axis, before, canvas.shape[axis] - before - after)
    return canvas if not n.bias else canvas + tensors["b"].reshape(-1, *[1] * len(n.sizes))


def transposed_in_one_call(n: Numbers, tensors: Mapping[str, Tensor]) -> Tensor | None:
    """PyTorch's own crop and output_padding, where it has them: equal sides."""
    if any(before != after for before, after in n.sides):
        return None
    convolve = _ranked("conv_transpose{}d", n)
    crop = [before for before, _ in n.sides]
    return convolve(tensors["X"], tensors["W"], tensors.get("b"), n.stride, crop, n.extra, n.groups, n.dilation)


def _pool(n: Numbers, tensors: Mapping[str, Tensor]) -> Tensor:
    padding = [before for before, _ in n.sides]
    if len(n.sizes) == 3 and any(size < k for size, k in zip(n.sizes, n.kernel, strict=True)):
        return _pool_axis_by_axis(n, tensors["X"])
    pool = _ranked("avg_pool{}d", n)
    return pool(tensors["X"], n.kernel, n.stride, padding, n.ceil_mode, n.count_include_pad)


def _pool_axis_by_axis(n: Numbers, x: Tensor) -> Tensor:
    """avg_pool3d refuses an input smaller than its kernel, padded or not; an average over a box is one an axis."""
    for axis, (kernel, stride, (padding, _)) in enumerate(zip(n.kernel, n.stride, n.sides, strict=True), start=2):
        moved = x.movedim(axis, -1)
        rows = moved.reshape(1, -1, moved.shape[-1])
        pooled = functional.avg_pool1d(rows, kernel, stride, padding, n.ceil_mode, n.count_include_pad)
        x = pooled.reshape(*moved.shape[:-1], -1).movedim(-1, axis)
    return x


def _ranked(name: str, n: Numbers) -> Any:
    return getattr(functional, name.format(len(n.sizes)))


def module(layer: Any, **options: Any) -> torch.nn.Module:
    """The module of torch.nn with the layer's arguments, equal padding on both sides."""
    arguments = {field.name: getattr(layer, field.name) for field in dataclasses.fields(layer)}
    return getattr(torch.nn, type(layer).__name__)(**arguments, **options)
