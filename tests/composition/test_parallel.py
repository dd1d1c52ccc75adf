"""``parallel``: sums of branches as one kernel, bit for bit on whole numbers, borders included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from symconv.composition import Kernel
from symconv.composition.branches import parallel
from symconv.errors import ArgumentError, ShapeError


def integers(seed: int, *shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(-9, 10, shape).astype(np.float64))


@st.composite
def sums(draw: Any) -> tuple[list[Kernel], tuple[int, ...]]:
    """Branches of equal stride and excess: any taps, dilations, one-sided paddings and groups."""
    dims = draw(st.sampled_from((1, 2, 3)))
    stride, excess = ([draw(st.integers(low, 3)) for _ in range(dims)] for low in (1, -2))
    inputs, outputs = draw(st.sampled_from(((4, 4), (4, 8), (6, 12), (3, 5))))
    branches = []
    for _ in range(draw(st.integers(1, 4))):
        sizes = [draw(st.integers(1, 3)) for _ in range(dims)]
        dilation = [draw(st.integers(1, 3)) for _ in range(dims)]
        totals = [e + d * (k - 1) for e, d, k in zip(excess, dilation, sizes, strict=True)]
        if min(totals) < 0:
            sizes = [3] * dims
            totals = [e + d * 2 for e, d in zip(excess, dilation, strict=True)]
        before = [draw(st.integers(0, total)) for total in totals]
        groups = draw(st.sampled_from([g for g in (1, 2, 3, 4, 6) if inputs % g == outputs % g == 0]))
        seed = draw(st.integers(0, 10_000))
        branches.append(
            Kernel(
                integers(seed, outputs, inputs // groups, *sizes),
                integers(seed + 1, outputs) if draw(st.booleans()) else None,
                stride=tuple(stride),
                padding=tuple((b, total - b) for b, total in zip(before, totals, strict=True)),
                dilation=tuple(dilation),
                groups=groups,
            )
        )
    return branches, tuple(draw(st.integers(3, 9)) for _ in range(dims))


@settings(max_examples=10 * settings.default.max_examples)
@given(sums())
def test_the_sum_bit_for_bit(case: Any) -> None:
    branches, size = case
    kernel = parallel(*branches)
    x = integers(0, 2, branches[0].in_channels, *size)
    expected = sum(branch(x) for branch in branches)
    assert torch.equal(kernel(x), expected)
    assert torch.equal(kernel.to_module()(x), expected)
    assert all(branch.groups % kernel.groups == 0 for branch in branches)


def test_dilation_is_the_greatest_step_that_reaches_all_taps() -> None:
    taps = Kernel(torch.ones(1, 1, 3), padding=4, dilation=4)
    wide = parallel(taps, Kernel(torch.ones(1, 1, 3), padding=2, dilation=2))
    assert (wide.kernel_size, wide.dilation) == ((5,), (2,))
    assert parallel(taps, Kernel(torch.ones(1, 1, 1))).dilation == (4,)
    assert wide.weight.flatten().tolist() == [1, 1, 2, 1, 1]


def test_modules_beside_a_convolution() -> None:
    """Pooling, identity and batch norm know no channels; the convolution tells them."""
    torch.manual_seed(0)
    conv = nn.Conv2d(4, 4, 3, padding=1, groups=2).double()
    norm = nn.BatchNorm2d(4).double().eval()
    norm.running_mean.uniform_(-1, 1)
    norm.running_var.uniform_(0.5, 2)
    pool, identity = nn.AvgPool2d(3, stride=1, padding=1), nn.Identity()
    kernel = parallel(pool, conv, identity, norm)
    assert kernel.groups == 2
    x = torch.randn(2, 4, 6, 5, dtype=torch.float64)
    torch.testing.assert_close(kernel(x), pool(x) + conv(x) + identity(x) + norm(x), rtol=0, atol=1e-12)


def test_numpy_sympy_dtype_and_gradients() -> None:
    assert parallel(np.array([1, 2]), np.array([3, 4])).weight.tolist() == [[[4, 6]]]
    a, b = sp.symbols("a b")
    assert parallel(sp.Array([[[a]]]), sp.Array([[[b]]])).weight[0, 0, 0] == a + b
    weights = [torch.ones(2, 2, k, dtype=torch.float32, requires_grad=True) for k in (1, 3)]
    kernel = parallel(Kernel(weights[0]), Kernel(weights[1], padding=1))
    assert kernel.weight.dtype == torch.float32
    kernel.weight.sum().backward()
    assert all(torch.equal(w.grad, torch.ones_like(w)) for w in weights)
    assert all(torch.equal(w.detach(), torch.ones_like(w)) for w in weights)


@pytest.mark.parametrize(
    ("branches", "error", "message"),
    [
        (
            (Kernel(np.ones((1, 1, 3)), padding=1), Kernel(np.ones((1, 1, 3)))),
            ShapeError,
            "branches=Kernel(numpy (1, 1, 3), padding=((1, 1),)) and Kernel(numpy (1, 1, 3)): differ in padding - "
            "dilation*(kernel_size - 1): (0,) and (-2,); pad the branches to equal output sizes.",
        ),
        (
            (Kernel(np.ones((1, 1, 1))), Kernel(np.ones((1, 1, 1)), stride=2)),
            ArgumentError,
            "branches=Kernel(numpy (1, 1, 1)) and Kernel(numpy (1, 1, 1), stride=(2,)): differ in stride: (1,) and "
            "(2,); pass branches of one stride.",
        ),
        (
            (np.ones((2, 1, 1)), np.ones((3, 1, 1))),
            ShapeError,
            "branches=Kernel(numpy (2, 1, 1)) and Kernel(numpy (3, 1, 1)): differ in out_channels: 2 and 3; pass "
            "branches that write the same channels.",
        ),
        (
            (np.ones((2, 1, 1)), np.ones((2, 2, 1))),
            ShapeError,
            "branches=Kernel(numpy (2, 1, 1)) and Kernel(numpy (2, 2, 1)): differ in in_channels: 1 and 2; pass "
            "branches that read the same input.",
        ),
        (
            (np.ones((2, 1, 1)), np.ones((2, 1, 1, 1))),
            ShapeError,
            "branches=Kernel(numpy (2, 1, 1)) and Kernel(numpy (2, 1, 1, 1)): differ in axes: 1 and 2; pass branches "
            "of the same number of spatial axes.",
        ),
        (
            (Kernel(np.ones((1, 1, 1)), transposed=True),),
            ArgumentError,
            "branch=Kernel(numpy (1, 1, 1), transposed=True): is transposed; add its output to that of the others.",
        ),
        (
            (Kernel(np.ones((1, 1, 3)), padding=1, padding_mode="circular"),),
            ArgumentError,
            "padding_mode='circular': is not zeros in all branches alike; use 'zeros'.",
        ),
        (
            (nn.Identity(),),
            ArgumentError,
            "branches=Identity: do not tell the number of channels; pass at least one kernel, array or convolution.",
        ),
        (
            (),
            ArgumentError,
            "branches=none: do not tell the number of channels; pass at least one kernel, array or convolution.",
        ),
        (
            (np.ones((1, 1, 1)), torch.ones(1, 1, 1)),
            ArgumentError,
            "arrays of numpy and torch: do not mix; pass arrays of one kind.",
        ),
    ],
)
def test_messages(branches: Any, error: Any, message: str) -> None:
    with pytest.raises(error) as raised:
        parallel(*branches)
    assert str(raised.value) == message
