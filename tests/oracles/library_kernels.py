"""A layer by what libraries offer: PyTorch's own kernels, its derivatives, and products of matrices."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from oracles.gather import Arguments, Block, Kernel, case_of, factors, numbers, out_sizes, rounded, taps_first


def _convolve(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    run = getattr(functional, f"conv{arguments.dims}d")
    sides = arguments.padding
    own = all(before == after for before, after in sides)
    padded = x if own else functional.pad(x, sides_of(sides))
    padding = [before for before, _ in sides] if own else 0
    return run(padded, weight, bias, arguments.stride, padding, arguments.dilation, arguments.groups)


def _convolve_transposed(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    run = getattr(functional, f"conv_transpose{arguments.dims}d")
    steps = {"stride": arguments.stride, "dilation": arguments.dilation, "groups": arguments.groups}
    if all(before == after for before, after in arguments.padding):
        own = {"padding": [before for before, _ in arguments.padding], "output_padding": arguments.output_padding}
        return run(x, weight, bias, **own, **steps)
    return with_bias(cut(run(x, weight, **steps), arguments), bias)


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    """PyTorch's own layer."""
    return (_convolve_transposed if arguments.transposed else _convolve)(x, weight, bias, arguments)


def sides_of(sides: tuple[tuple[int, int], ...]) -> list[int]:
    """Padding as ``torch.nn.functional.pad`` takes it: the last axis first."""
    return [side for pair in reversed(sides) for side in pair]


def cut(full: Tensor, arguments: Arguments) -> Tensor:
    """A transposed layer's output from the one without padding."""
    pairs = zip(arguments.padding, arguments.output_padding, strict=True)
    return functional.pad(full, sides_of(tuple((-before, extra - after) for (before, after), extra in pairs)))


def with_bias(total: Tensor, bias: Tensor | None) -> Tensor:
    return total if bias is None else total + bias.reshape(-1, *(1,) * (total.ndim - 2))


def channels_last(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    """PyTorch's layer with the channels of a place side by side in memory."""
    order = (0, *range(2, x.ndim), 1)
    back = (0, x.ndim - 1, *range(1, x.ndim - 1))
    x, weight = (t.permute(order).contiguous().permute(back) for t in (x, weight))
    return convolve(x, weight, bias, arguments)


def one_item_at_a_time(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    return torch.cat([convolve(item, weight, bias, arguments) for item in x.split(1)])


def without_onednn(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the flags set an option of another device, too, and warn that it is absent
        with torch.backends.mkldnn.flags(enabled=False):
            return convolve(x, weight, bias, arguments)


def linearly(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    """The layer as the derivative of the layer that goes the other way."""
    zeros = (0,) * arguments.dims
    sizes = zip(x.shape[2:], weight.shape[2:], arguments.stride, arguments.dilation, strict=True)
    if arguments.transposed:
        full = tuple((n - 1) * s + d * (k - 1) + 1 for n, k, s, d in sizes)
        other = replace(arguments, transposed=False, padding=((0, 0),) * arguments.dims, output_padding=())
        start = x.new_zeros((x.shape[0], weight.shape[1] * arguments.groups, *full))
        return with_bias(cut(_pulled_back(_convolve, start, weight, other, x), arguments), bias)
    padded = functional.pad(x, sides_of(arguments.padding))
    left = tuple((n - d * (k - 1) - 1) % s for n, (_, k, s, d) in zip(padded.shape[2:], sizes, strict=True))
    out = out_sizes(arguments, x.shape[2:], weight.shape[2:])
    other = replace(arguments, transposed=True, padding=((0, 0),) * len(zeros), output_padding=left)
    start = x.new_zeros((x.shape[0], weight.shape[0], *out))
    return with_bias(_pulled_back(_convolve_transposed, start, weight, other, padded), bias)


def _pulled_back(run: Kernel, start: Tensor, weight: Tensor, arguments: Arguments, along: Tensor) -> Tensor:
    start.requires_grad_()
    (found,) = torch.autograd.grad(run(start, weight, None, arguments), start, along)
    return found


def unfolded(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    """torch.nn.functional.unfold (fold, for transposed layers) and a product of matrices; one or two axes."""
    if arguments.dims == 1:
        flat = replace(
            arguments,
            stride=(1, *arguments.stride),
            padding=((0, 0), *arguments.padding),
            dilation=(1, *arguments.dilation),
            output_padding=(0, *arguments.output_padding),
        )
        return unfolded(x[:, :, None], weight[:, :, None], bias, flat)[:, :, 0]
    groups, kernel = arguments.groups, weight.shape[2:]
    steps = {"kernel_size": kernel, "stride": arguments.stride, "dilation": arguments.dilation}
    matrices = weight.reshape(groups, weight.shape[0] // groups, -1)
    if arguments.transposed:
        columns = matrices.transpose(1, 2) @ x.reshape(x.shape[0], groups, matrices.shape[1], -1)
        axes = zip(x.shape[2:], kernel, arguments.stride, arguments.dilation, strict=True)
        full = tuple((n - 1) * s + d * (k - 1) + 1 for n, k, s, d in axes)
        return with_bias(cut(functional.fold(columns.flatten(1, 2), full, **steps), arguments), bias)
    columns = functional.unfold(functional.pad(x, sides_of(arguments.padding)), **steps)
    total = matrices @ columns.reshape(x.shape[0], groups, -1, columns.shape[-1])
    out = out_sizes(arguments, x.shape[2:], kernel)
    return with_bias(total.reshape(x.shape[0], weight.shape[0], *out), bias)


def tap_by_tap(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    """A layer of one tap for each tap, added up."""
    case = case_of(x, weight, bias, arguments)
    a, b = (torch.from_numpy(taps_first(case, block)).to(x.dtype) for block in factors(case))
    step = case.channels.shape[1]
    parts = [torch.einsum("cno...,cno...->no...", a[i : i + step], b[i : i + step]) for i in range(0, len(a), step)]
    return with_bias(torch.stack(parts).sum(0), bias)


def matrix(
    x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments, *, product: Callable[[Any, Any], Any]
) -> Tensor:
    """Columns of the input times the matrix of weights, for each group."""
    case = case_of(x, weight, bias, arguments)
    a = np.moveaxis(factors(case)[0], 2, 0)  # [O, terms, N, *out]
    own = len(case.channels) // arguments.groups
    columns = a[::own].reshape(arguments.groups, a.shape[1], -1)
    rows = case.weight.reshape(arguments.groups, own, -1)
    total = product(torch.from_numpy(rows).to(x.dtype), torch.from_numpy(columns).to(x.dtype))
    shape = (len(case.channels), x.shape[0], *case.out)
    return with_bias(torch.as_tensor(total).reshape(shape).transpose(0, 1), bias)


def of_arrays(product: Callable[[Block, Block], Block]) -> Callable[[Tensor, Tensor], Block]:
    return lambda rows, columns: product(rows.numpy(), columns.numpy())


def widened(kernel: Kernel) -> Kernel:
    """The kernel in float32 for tensors of 16 bits, what it gives rounded once."""

    def run(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
        if x.dtype in (torch.float64, torch.float32):
            return kernel(x, weight, bias, arguments)
        bias = None if bias is None else bias.float()
        return kernel(x.float(), weight.float(), bias, arguments).to(x.dtype)

    return run


def in_double(kernel: Kernel) -> Kernel:
    """The kernel in float64, what it gives rounded once."""

    def run(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
        bias = None if bias is None else bias.double()
        return rounded(numbers(kernel(x.double(), weight.double(), bias, arguments)), x.dtype)

    return run
