"""The gather: arrays of the two factors of every product of a layer, outputs behind terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from oracles.exact_bounds import Sum, grain

Block = NDArray[Any]

#: The place in the input of a product that a transposed layer has between the cells of its input, where 0 is read.
HOLE = -(10**6)


@dataclass(frozen=True)
class Arguments:
    """A layer: one entry for each axis, and the padding before and after it."""

    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int = 1
    transposed: bool = False
    output_padding: tuple[int, ...] = ()

    @property
    def dims(self) -> int:
        return len(self.stride)

    def keywords(self) -> dict[str, Any]:
        """The keywords of a function that takes a layer's arguments one by one."""
        found = {name: getattr(self, name) for name in ("stride", "padding", "dilation", "groups", "transposed")}
        return found | ({"output_padding": self.output_padding} if self.transposed else {})


Kernel = Callable[[Tensor, Tensor, Tensor | None, Arguments], Tensor]


@dataclass(frozen=True)
class Case:
    """A layer and its tensors as arrays of float64, for the gather.

    weight    [O, C/G, *K], also for transposed layers
    tables    for each axis the place read by tap k for output j, [K, out]; outside of the input lies the padding
    channels  the channels that output channel o reads, [O, C/G]
    outside   what is read in the padding
    """

    x: Block
    weight: Block
    bias: Block | None
    tables: tuple[Block, ...]
    channels: Block
    dtype: torch.dtype
    arguments: Arguments
    outside: float = 0.0

    @property
    def kernel(self) -> tuple[int, ...]:
        return self.weight.shape[2:]

    @property
    def out(self) -> tuple[int, ...]:
        return tuple(table.shape[1] for table in self.tables)


def case_of(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Case:
    w, groups, kernel = numbers(weight), arguments.groups, tuple(weight.shape[2:])
    if arguments.transposed:
        split = w.reshape(groups, w.shape[0] // groups, *w.shape[1:])
        w = split.swapaxes(1, 2).reshape(groups * w.shape[1], w.shape[0] // groups, *w.shape[2:])
    group = np.arange(w.shape[0]) // (w.shape[0] // groups)
    return Case(
        x=numbers(x),
        weight=w,
        bias=None if bias is None else numbers(bias),
        tables=tables(arguments, out_sizes(arguments, x.shape[2:], kernel), kernel),
        channels=group[:, None] * w.shape[1] + np.arange(w.shape[1]),
        dtype=x.dtype,
        arguments=arguments,
    )


def numbers(tensor: Tensor) -> Block:
    return tensor.detach().to(torch.float64).numpy()


def out_sizes(arguments: Arguments, sizes: tuple[int, ...], kernel: tuple[int, ...]) -> tuple[int, ...]:
    """How many outputs there are along each axis."""
    axes = zip(sizes, kernel, arguments.stride, arguments.padding, arguments.dilation, strict=True)
    if not arguments.transposed:
        return tuple((n + sum(sides) - d * (k - 1) - 1) // s + 1 for n, k, s, sides, d in axes)
    return tuple(
        (n - 1) * s + d * (k - 1) + 1 - sum(sides) + extra
        for (n, k, s, sides, d), extra in zip(axes, arguments.output_padding, strict=True)
    )


def tables(arguments: Arguments, outs: tuple[int, ...], kernel: tuple[int, ...]) -> tuple[Block, ...]:
    """The places of the input that ``outs`` outputs along each axis read."""
    axes = zip(outs, kernel, arguments.stride, arguments.padding, arguments.dilation, strict=True)
    place = _spread if arguments.transposed else _read
    return tuple(place(np.arange(out), d * np.arange(k)[:, None], s, before) for out, k, s, (before, _), d in axes)


def _read(out: Block, tap: Block, stride: int, before: int) -> Block:
    return out * stride + tap - before


def _spread(out: Block, tap: Block, stride: int, before: int) -> Block:
    place = out + before - tap
    return np.where(place % stride == 0, place // stride, HOLE)


def factors(case: Case) -> tuple[Block, Block]:
    """The inputs [terms, N, O, *out] and weights [terms, 1, O, 1...] of all products, channels before taps."""
    read, dims = case.x, len(case.tables)
    for axis, table in enumerate(case.tables):
        size, at = case.x.shape[2 + axis], 2 + 2 * axis
        edge = [np.full_like(read.take([0], at), value) for value in (case.outside, 0.0)]
        places = np.where(table == HOLE, size + 1, np.where((table < 0) | (table >= size), size, table))
        taken = np.concatenate([read, *edge], at).take(places.reshape(-1), at)
        read = taken.reshape(*read.shape[:at], *table.shape, *read.shape[at + 1 :])
    # [N, C, K, out, K, out, ...] -> [N, O, C/G, K, out, ...] -> [C/G, *K, N, O, *out]
    grouped = read[:, case.channels]
    taps, outs = (tuple(range(start, 3 + 2 * dims, 2)) for start in (3, 4))
    x = grouped.transpose(2, *taps, 0, 1, *outs).reshape(-1, read.shape[0], len(case.channels), *case.out)
    return x, weight_factors(case, case.weight)


def taps_first(case: Case, block: Block) -> Block:
    """The terms of a block with the loop over channels inside."""
    channels = case.channels.shape[1]
    return block.reshape(channels, -1, *block.shape[1:]).swapaxes(0, 1).reshape(block.shape)


def rounded(total: Block, dtype: torch.dtype) -> Tensor:
    """Numbers of float32 or float64 to the nearest of the data type; float64 to 16 bits without rounding twice."""
    if total.dtype == np.float64 and dtype in (torch.float16, torch.bfloat16):
        total = _to_odd(total)
    return torch.from_numpy(np.ascontiguousarray(total)).to(dtype)


def _to_odd(values: Block) -> Block:
    """float64 to float32: where that is inexact, to the neighbour with an odd last bit."""
    near = values.astype(np.float32)
    with np.errstate(invalid="ignore"):  # of infinities
        error = values - near
    even = np.isfinite(error) & (error != 0) & (near.view(np.uint32) % 2 == 0)
    return np.where(even, np.nextafter(near, np.copysign(np.float32(np.inf), error.astype(np.float32))), near)


def exact_sums(case: Case) -> list[Sum]:
    """The sum of every output, in order."""
    a, b = factors(case)
    inside = factors(replace(case, x=np.ones_like(case.x)))[0].astype(bool)
    of_x, of_weight, of_bias = (grain([Fraction(v) for v in block.reshape(-1)]) for block in _tensors(case))
    found = []
    for at in np.ndindex(*a.shape[1:]):
        held = inside[(slice(None), *at)]
        w = b[(held, 0, at[1], *(0,) * len(case.out))]
        products = tuple(Fraction(p) * Fraction(q) for p, q in zip(a[(held, *at)], w, strict=True))
        bias = None if case.bias is None else Fraction(case.bias[at[1]])
        found.append(Sum(products, bias, len(products), (of_x * of_weight, of_bias)))
    return found


def _tensors(case: Case) -> tuple[Block, Block, Block]:
    return case.x, case.weight, np.zeros(0) if case.bias is None else case.bias


def exact_totals(case: Case) -> list[Fraction]:
    """The exact value of every output, in order, from one sum of integers each."""
    (x, x_unit), (weight, weight_unit) = whole(case.x), whole(case.weight)
    a = np.append(x, 0)[places(case)]
    totals = [int(total) * x_unit * weight_unit for total in (a * weight_factors(case, weight)).sum(0).reshape(-1)]
    if case.bias is None:
        return totals
    channel = np.broadcast_to(np.arange(len(case.bias)).reshape(-1, *(1,) * len(case.out)), a.shape[1:]).reshape(-1)
    return [total + Fraction(case.bias[at]) for total, at in zip(totals, channel, strict=True)]


def places(case: Case) -> Block:
    """The number of the input entry that every product reads, [terms, N, O, *out]; -1 for none."""
    numbered = replace(case, x=np.arange(1.0, case.x.size + 1).reshape(case.x.shape))
    return factors(numbered)[0].astype(np.int64) - 1


def weight_factors(case: Case, weight: Block) -> Block:
    """The weights of all products, [terms, 1, O, 1...]."""
    return np.moveaxis(weight, 0, -1).reshape(-1, 1, len(case.channels), *(1,) * len(case.out))


def whole(values: Block) -> tuple[Block, Fraction]:
    """Finite numbers as whole multiples, of any size, of a power of two."""
    fraction, exponent = np.frexp(values)
    lowest = int(exponent.min(initial=0))
    whole = np.ldexp(fraction, 53).astype(np.int64).astype(object)
    return whole << (exponent - lowest).astype(object), Fraction(2) ** (lowest - 53)
