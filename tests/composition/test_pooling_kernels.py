"""Average pooling and linear layers as kernels, and through ``compose``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from symconv.composition import Kernel, compose, explain_composition
from symconv.composition.pooling import average_pool_kernel, linear_after_flatten
from symconv.errors import ArgumentError, ShapeError

POOLS = {1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d}
CONVS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}


@given(dims=st.sampled_from((1, 2, 3)), sizes=st.tuples(*[st.sampled_from((1, 2, 4))] * 3), data=st.data())
def test_a_pool_is_its_kernel(dims: int, sizes: tuple[int, ...], data: Any) -> None:
    """Sizes of powers of two and whole multiples of them: bit for bit."""
    size = sizes[:dims]
    stride = tuple(data.draw(st.sampled_from((None, 1, 2, 3))) or k for k in size)
    padding = tuple(data.draw(st.integers(0, k // 2)) for k in size)
    pool = POOLS[dims](size, stride, padding)
    kernel = average_pool_kernel(pool, 3, torch.zeros(1).double())
    x = torch.randint(-9, 10, (2, 3, *[7] * dims)).double() * 64
    assert torch.equal(kernel(x), pool(x))
    assert kernel.groups == 3


def test_types_and_divisors() -> None:
    assert average_pool_kernel(nn.AvgPool2d(3), 2).weight.dtype == torch.float32
    assert average_pool_kernel(nn.AvgPool2d(2, divisor_override=3), 1, np.zeros(1)).weight.tolist() == [
        [[[1 / 3] * 2] * 2]
    ]
    assert average_pool_kernel(nn.AvgPool1d(3), 1, sp.Array([1])).weight[0, 0, 0] == sp.Rational(1, 3)
    assert average_pool_kernel(nn.AvgPool1d(2, count_include_pad=False), 1).stride == (2,)


def test_a_pool_after_a_convolution_is_one_convolution() -> None:
    torch.manual_seed(0)
    conv, pool = nn.Conv2d(2, 3, 3, padding=1, stride=2).double(), nn.AvgPool2d(2)
    kernel = compose(conv, average_pool_kernel(pool, 3, conv.weight))
    assert (kernel.stride, kernel.kernel_size) == ((4, 4), (5, 5))
    x = torch.randn(2, 2, 16, 15, dtype=torch.float64)
    torch.testing.assert_close(kernel(x), pool(conv(x)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_a_linear_layer_behind_a_flatten(dims: int) -> None:
    torch.manual_seed(1)
    sizes = (4, 3, 2)[:dims]
    conv = CONVS[dims](2, 3, 3, padding=1).double()
    linear = nn.Linear(3 * int(np.prod(sizes)), 5).double()
    kernel = linear_after_flatten(linear, (3, *sizes))
    x = torch.randn(2, 2, *sizes, dtype=torch.float64)
    expected = linear(conv(x).flatten(1))
    torch.testing.assert_close(kernel(conv(x)).flatten(1), expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(compose(conv, kernel)(x).flatten(1), expected, rtol=0, atol=1e-12)
    kernel.weight.sum().backward()
    assert torch.equal(linear.weight.grad, torch.ones_like(linear.weight))


def test_depthwise_separable_and_identity() -> None:
    """Depthwise 3x3, then 1x1: one dense kernel; an identity changes nothing, not even the groups' values."""
    weight = torch.randint(-5, 6, (4, 1, 3, 3)).double()
    depthwise = Kernel(weight, torch.arange(4.0).double(), padding=1, groups=4)
    pointwise = Kernel(torch.randint(-5, 6, (6, 4, 1, 1)).double(), torch.arange(6.0).double())
    x = torch.randint(-9, 10, (2, 4, 6, 5)).double()
    kernel = compose(depthwise, pointwise)
    assert torch.equal(kernel(x), pointwise(depthwise(x)))
    verdict = explain_composition(Kernel.identity(4, like=weight), depthwise)
    assert verdict.exact is True
    assert torch.equal(verdict.kernel(x), depthwise(x))
    up = Kernel(torch.randint(-5, 6, (4, 2, 4, 4)).double(), stride=2, padding=1, transposed=True)
    after = explain_composition(Kernel.identity(4, like=weight), up)
    assert after.exact is True
    assert torch.equal(after.kernel(x), up(x))
    assert torch.equal(compose(up, Kernel.identity(2, like=weight))(x), up(x))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: average_pool_kernel(nn.AvgPool2d(2, ceil_mode=True), 3),
            ArgumentError,
            "AvgPool2d(ceil_mode=True): is no convolution: it has windows beyond the padding; use ceil_mode=False.",
        ),
        (
            lambda: average_pool_kernel(nn.AvgPool2d(3, padding=1, count_include_pad=False), 3),
            ArgumentError,
            "AvgPool2d(padding=1, count_include_pad=False): is no convolution: it divides by another number at the "
            "border; use count_include_pad=True, or no padding.",
        ),
        (
            lambda: average_pool_kernel(nn.MaxPool2d(2), 3),
            ArgumentError,
            "module=MaxPool2d: is no average pooling; pass nn.AvgPool1d, 2d or 3d.",
        ),
        (
            lambda: linear_after_flatten(nn.Linear(12, 2), (3, 5)),
            ShapeError,
            "input_shape=(3, 5): does not flatten to in_features=12 from 1 to 3 axes; pass (channels, *sizes) of one "
            "input, without the batch.",
        ),
        (
            lambda: linear_after_flatten(nn.Conv1d(1, 1, 1), (3, 5)),
            ArgumentError,
            "linear=Conv1d: is no linear layer; pass an nn.Linear.",
        ),
        (
            lambda: Kernel.from_module(nn.AvgPool2d(2)),
            ArgumentError,
            "module=AvgPool2d: is a kernel only for a known number of channels; pass average_pool_kernel(module, "
            "channels), or the module to sc.parallel beside a convolution.",
        ),
        (
            lambda: Kernel.from_module(nn.ReLU()),
            ArgumentError,
            "module=ReLU: is no convolution that symconv reads; pass nn.Conv1d-3d, nn.ConvTranspose1d-3d or "
            "nn.Linear; for other layers see average_pool_kernel, linear_after_flatten, Kernel.identity, "
            "batch_norm_kernel and fold_batch_norm.",
        ),
    ],
)
def test_messages(make: Any, error: Any, message: str) -> None:
    with pytest.raises(error) as raised:
        make()
    assert str(raised.value) == message
