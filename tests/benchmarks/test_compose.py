"""Composing kernels: against PyTorch's transposed convolution and SymPy's sums, medians of interleaved runs."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
import torch
from torch.nn.functional import conv_transpose2d

from symconv.composition.product import kernel_product


def medians(*calls: Callable[[], Any], rounds: int) -> list[float]:
    """The median seconds of each call; the calls take turns, so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _ in calls]
    for _, (call, found) in itertools.product(range(rounds), zip(calls, times, strict=True)):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def normal(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(sum(shape)))


def test_256_channels(benchmark: Any) -> None:
    """3x3 after 3x3 in float32: at least 1.5 times as fast as conv_transpose2d, relative error at most 5e-6."""
    k1, k2 = normal(256, 256, 3, 3), normal(256, 256, 3, 3).flip(0)
    usual, ours = medians(lambda: conv_transpose2d(k2, k1), lambda: kernel_product(k1, k2), rounds=9)
    exact = kernel_product(k1.double(), k2.double())
    error = (benchmark.pedantic(kernel_product, (k1, k2), rounds=3) - exact).abs().max() / exact.abs().max()
    benchmark.extra_info.update(ratio=usual / ours, error=float(error))
    assert error <= 5e-6
    assert usual / ours >= 1.5


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.complex64], ids=str)
@pytest.mark.parametrize(("channels", "taps"), [(1, 3), (3, 3), (8, 1), (8, 3), (16, 3), (3, 5)])
def test_small_kernels(dtype: torch.dtype, channels: int, taps: int) -> None:
    """At most 50 microseconds, and a tenth for noise, over conv_transpose2d."""
    k1, k2 = normal(channels, channels, taps, taps).to(dtype), normal(channels, channels, 3, 3).to(dtype)
    usual, ours = medians(lambda: conv_transpose2d(k2, k1), lambda: kernel_product(k1, k2), rounds=301)
    assert ours <= 1.1 * usual + 50e-6


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("channels", [32, 64, 96, 128])
def test_thresholds(dtype: torch.dtype, channels: int) -> None:
    """Between the ways of computing none is chosen that is clearly slower than conv_transpose2d."""
    k1, k2 = normal(channels, channels, 3, 3, dtype=dtype), normal(channels, channels, 3, 3, dtype=dtype)
    usual, ours = medians(lambda: conv_transpose2d(k2, k1), lambda: kernel_product(k1, k2), rounds=15)
    assert ours <= 1.2 * usual + 50e-6


def test_pointwise_after_depthwise() -> None:
    """No block-diagonal kernel on the way: at least as fast as the grouped conv_transpose2d."""
    k1, k2 = normal(256, 1, 3, 3), normal(256, 256, 1, 1)
    usual, ours = medians(
        lambda: conv_transpose2d(k2, k1, groups=256), lambda: kernel_product(k1, k2, groups=(256, 1)), rounds=15
    )
    assert ours <= usual


def test_symbols(benchmark: Any) -> None:
    """Symbolic 3x3 after 3x3 with 4 channels: at least 30 times as fast as SymPy's Add of the products."""
    shape = (4, 4, 3, 3)
    k1, k2 = (sp.ImmutableDenseNDimArray(sp.symbols(f"{name}:144"), shape) for name in "ab")

    def by_sympy() -> dict[tuple[int, ...], Any]:
        terms: dict[tuple[int, ...], list[Any]] = {}
        for o, i, m in itertools.product(range(4), repeat=3):
            for a, b, u, v in itertools.product(range(3), repeat=4):
                terms.setdefault((o, i, u + a, v + b), []).append(k2[o, m, u, v] * k1[m, i, a, b])
        return {place: sp.Add(*found) for place, found in terms.items()}

    sums = by_sympy()
    usual, ours = medians(by_sympy, lambda: kernel_product(k1, k2), rounds=5)
    lazy = benchmark.pedantic(kernel_product, (k1, k2), rounds=5)
    benchmark.extra_info.update(ratio=usual / ours)
    assert usual / ours >= 30
    assert all(lazy[place] == total for place, total in sums.items())
