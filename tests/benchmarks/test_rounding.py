"""Correctly rounded convolutions and bounds, against one float64 convolution of the same tensors (3x3 of ResNet-50)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.nn.functional import conv2d

import symconv as sc

#: Channels, size and stride of ResNet-50's 3x3 convolutions.
SHAPES = [(64, 56, 1), (128, 56, 2), (128, 28, 1), (256, 28, 2), (256, 14, 1), (512, 14, 2), (512, 7, 1)]


def medians(*calls: Callable[[], Any], rounds: int = 9) -> list[float]:
    """The median seconds of each call; the calls take turns, so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, found in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            found.append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def tensors(channels: int, size: int, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(channels)
    x = torch.randn(1, channels, size, size, generator=generator)
    weight = torch.randn(channels, channels, 3, 3, generator=generator) / 30
    return x.to(dtype), weight.to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize(("channels", "size", "stride"), SHAPES)
def test_conv_exact(channels: int, size: int, stride: int, dtype: torch.dtype) -> None:
    """At most 3 times a float64 convolution."""
    x, weight = tensors(channels, size, dtype)
    wide = x.double(), weight.double()
    usual, ours = medians(
        lambda: conv2d(*wide, stride=stride, padding=1), lambda: sc.conv_exact(x, weight, stride=stride, padding=1)
    )
    print(f"conv_exact {dtype} {channels}x{size}x{size}/{stride}: {ours / usual:.2f}")
    assert ours <= 3 * usual


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16], ids=str)
@pytest.mark.parametrize(("channels", "size", "stride"), SHAPES)
def test_assert_conv_close(channels: int, size: int, stride: int, dtype: torch.dtype) -> None:
    """At most 4 float64 convolutions."""
    x, weight = tensors(channels, size, dtype)
    wide = x.double(), weight.double()
    actual = conv2d(x, weight, stride=stride, padding=1)
    usual, ours = medians(
        lambda: conv2d(*wide, stride=stride, padding=1),
        lambda: sc.assert_conv_close(actual, x, weight, stride=stride, padding=1),
    )
    print(f"assert_conv_close {dtype} {channels}x{size}x{size}/{stride}: {ours / usual:.2f}")
    assert ours <= 4 * usual
