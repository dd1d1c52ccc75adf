"""Many correct ways to compute a layer: orders of summation, chains of fused operations, and libraries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from oracles.gather import Arguments, Block, Kernel, case_of, factors, numbers, rounded, taps_first
from oracles.library_kernels import (
    channels_last,
    convolve,
    in_double,
    linearly,
    matrix,
    of_arrays,
    one_item_at_a_time,
    tap_by_tap,
    unfolded,
    widened,
    without_onednn,
)
from oracles.summation_orders import (
    ascending,
    backwards,
    blocks,
    chain,
    chain_backwards,
    chain_blocks,
    chain_lanes,
    checkered,
    forwards,
    lanes,
    largest_first,
    pairwise,
    random_tree,
)


def gathered(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    arguments: Arguments,
    *,
    add: Callable[..., Block],
    acc: Any = None,
    taps: bool = False,
    bias_at: str = "first",
    chained: bool = False,
) -> Tensor:
    """The layer with the sum ``add`` in ``acc`` (left out: the usual one).

    ``bias_at`` is first, last, or stored: added to what is stored, and rounded again.
    """
    case = case_of(x, weight, bias, arguments)
    kind = acc or (np.float64 if x.dtype == torch.float64 else np.float32)
    a, b = (block.astype(kind) for block in factors(case))
    if taps:
        a, b = taps_first(case, a), taps_first(case, b)
    shape = (1, len(case.channels), *(1,) * len(case.out))
    zero = np.zeros(a.shape[1:], kind)
    bias_block = None if case.bias is None else zero + case.bias.astype(kind).reshape(shape)
    first = bias_at == "first" and bias_block is not None
    if chained:
        total = add(a, b, bias_block if first else zero)
    else:
        products = a * b
        total = add(np.concatenate([bias_block[None], products]) if first else products)
    if bias_block is None or first:
        return rounded(total, case.dtype)
    if bias_at == "last":
        return rounded(total + bias_block, case.dtype)
    stored = numbers(rounded(total, case.dtype))
    wide = np.float64 if case.dtype == torch.float64 else np.float32
    return rounded(stored.astype(wide) + bias_block.astype(wide), case.dtype)


def flushed(x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
    """Products one after another in float32, where every subnormal number that is read or written counts as 0."""
    case = case_of(x, weight, bias, arguments)
    a, b = (_normal(block.astype(np.float32)) for block in factors(case))
    products = [_normal(product) for product in a * b]
    if case.bias is not None:
        products.append(_normal(case.bias.astype(np.float32)).reshape(-1, *(1,) * len(case.out)))
    total = np.zeros(a.shape[1:], np.float32)
    for product in products:
        total = _normal(total + product)
    return torch.from_numpy(_normal(numbers(rounded(total, case.dtype)))).to(case.dtype)


def _normal(values: Block) -> Block:
    return np.where(np.abs(values) < 2.0**-126, np.zeros_like(values), values)


EVERY = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
HALVES = (torch.float16, torch.bfloat16)
NARROW = (torch.float32, torch.float16, torch.bfloat16)


@dataclass(frozen=True)
class Correct:
    """A correct kernel, where it can run, and the format it adds in (None: the usual one of the data type)."""

    name: str
    run: Kernel
    dtypes: tuple[torch.dtype, ...] = EVERY
    dims: tuple[int, ...] = (1, 2, 3)
    transposed: bool = True
    acc: torch.dtype | None = None

    def takes(self, dtype: torch.dtype, arguments: Arguments) -> bool:
        """Whether it can run for the layer, and adds in its format there."""
        return dtype in self.dtypes and arguments.dims in self.dims and self.transposed >= arguments.transposed


def _orders() -> Iterator[tuple[str, Callable[[Block], Block]]]:
    for order in (forwards, backwards, pairwise, ascending, largest_first, checkered):
        yield order.__name__, order
    for width in (4, 8, 16, 32):
        yield f"lanes of {width}", partial(lanes, width=width)
        yield f"blocks of {width}", partial(blocks, width=width)
    for seed in range(4):
        yield f"random tree {seed}", partial(random_tree, seed=seed)


def _chains() -> Iterator[tuple[str, Callable[[Block, Block, Block], Block]]]:
    yield "fused forwards", chain
    yield "fused backwards", chain_backwards
    for width in (4, 8, 16):
        yield f"fused lanes of {width}", partial(chain_lanes, width=width)
        yield f"fused blocks of {width}", partial(chain_blocks, width=width)


def _gathered() -> Iterator[Correct]:
    places = [(taps, at) for taps in (False, True) for at in ("first", "last", "stored")]
    for kind, chained in ((_orders(), False), (_chains(), True)):
        for number, (name, add) in enumerate(kind):
            for taps, at in (places[number % 6], places[(number + 3) % 6]):
                options: dict[str, Any] = {"add": add, "taps": taps, "bias_at": at, "chained": chained}
                title = f"{name}, {'taps' if taps else 'channels'} first, bias {at}"
                yield Correct(title, partial(gathered, **options))
                if number % 4 == 0:
                    wide = partial(gathered, acc=np.float64, **options)
                    yield Correct(f"{title}, in float64", wide, NARROW)
    yield Correct("forwards, subnormals flushed", flushed, (torch.bfloat16,))
    for name, add in (("forwards", forwards), ("pairwise", pairwise), ("lanes of 4", partial(lanes, width=4))):
        half = partial(gathered, add=add, acc=np.float16, bias_at="last")
        yield Correct(f"{name}, in float16", half, (torch.float16,), acc=torch.float16)


def _libraries() -> Iterator[Correct]:
    for kernel in (convolve, channels_last, one_item_at_a_time, without_onednn, linearly, tap_by_tap):
        yield Correct(kernel.__name__, widened(kernel))
    yield Correct("unfolded", widened(unfolded), dims=(1, 2))
    # in 16 bits PyTorch's transposed layers (2.13, on a CPU) add the taps in 16 bits: only the others add in float32
    for kernel in (convolve, channels_last, without_onednn):
        yield Correct(f"{kernel.__name__}, in 16 bits", kernel, HALVES, transposed=False)
    products: dict[str, Callable[[Any, Any], Any]] = {
        "matmul": torch.matmul,
        "einsum": partial(torch.einsum, "gok,gkn->gon"),
        "numpy matmul": of_arrays(np.matmul),
        "numpy einsum": of_arrays(partial(np.einsum, "gok,gkn->gon")),
    }
    for name, product in products.items():
        yield Correct(name, widened(partial(matrix, product=product)))
    yield Correct("convolve, in float64", in_double(convolve), NARROW)
    yield Correct("linearly, in float64", in_double(linearly), NARROW)


CORRECT: dict[str, Correct] = {kernel.name: kernel for kernel in (*_gathered(), *_libraries())}
