"""Batch norm folded into kernels, and alone as one."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from symconv.composition import BorderError, Kernel, compose, explain_composition
from symconv.composition.batch_norm import BatchNorm, batch_norm_kernel, fold_batch_norm
from symconv.errors import ArgumentError, ShapeError

NORMS = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}


def trained(channels: int, dims: int, seed: int = 0, **more: Any) -> Any:
    """A batch norm in eval mode with statistics and parameters that are not trivial."""
    entries = np.random.default_rng(seed)
    norm = NORMS[dims](channels, **more).double().eval()
    with torch.no_grad():
        norm.running_mean.copy_(torch.from_numpy(entries.uniform(-2, 2, channels)))
        norm.running_var.copy_(torch.from_numpy(entries.uniform(0.3, 3, channels)))
        if norm.affine:
            norm.weight.copy_(torch.from_numpy(entries.uniform(-2, 2, channels)))
            norm.bias.copy_(torch.from_numpy(entries.uniform(-2, 2, channels)))
    return norm


def normal(seed: int, *shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


@given(
    dims=st.sampled_from((1, 2, 3)),
    transposed=st.booleans(),
    groups=st.sampled_from((1, 2, 4)),
    bias=st.booleans(),
    affine=st.booleans(),
    stride=st.integers(1, 3),
    seed=st.integers(0, 10_000),
)
def test_folded_is_followed(
    dims: int, transposed: bool, groups: int, bias: bool, affine: bool, stride: int, seed: int
) -> None:
    """Grouped, dilated, padded, transposed: with the batch norm's own output, border included."""
    inputs, outputs = 4, 8
    shape = (inputs, outputs // groups) if transposed else (outputs, inputs // groups)
    kernel = Kernel(
        normal(seed, *shape, *[3] * dims),
        normal(seed + 1, outputs) if bias else None,
        stride=stride,
        padding=1,
        dilation=2,
        groups=groups,
        transposed=transposed,
        output_padding=1 if transposed else 0,
    )
    norm = trained(outputs, dims, seed, affine=affine)
    x = normal(seed + 2, 2, inputs, *[6] * dims)
    folded = fold_batch_norm(kernel, norm)
    torch.testing.assert_close(folded(x), norm(kernel(x)), rtol=0, atol=1e-12)
    assert folded.groups == groups


def test_powers_of_two_fold_bit_for_bit() -> None:
    """Whole numbers, and a variance whose root is exact."""
    kernel = Kernel(torch.tensor([[[6.0, 8.0]], [[1.0, 3.0]]]).double())
    bn = BatchNorm(torch.tensor([1.0, -3.0]).double(), torch.tensor([4.0, 0.25]).double(), eps=0)
    folded = fold_batch_norm(kernel, bn)
    assert folded.weight.flatten().tolist() == [3.0, 4.0, 2.0, 6.0]
    assert folded.bias.tolist() == [-0.5, 6.0]


def test_symbols() -> None:
    w, m, v, g, b, e = sp.symbols("w m v g b e", positive=True)
    bn = BatchNorm(sp.Array([m]), sp.Array([v]), sp.Array([g]), sp.Array([b]), eps=e)
    folded = fold_batch_norm(Kernel(sp.Array([[[w]]])), bn)
    assert sp.simplify(folded.weight[0, 0, 0] - w * g / sp.sqrt(v + e)) == 0
    assert sp.simplify(folded.bias[0] - (b - m * g / sp.sqrt(v + e))) == 0


def test_batch_norm_before_a_convolution_is_exact_without_padding_only() -> None:
    norm, x = trained(4, 2), normal(5, 2, 4, 7, 6)
    valid, padded = (nn.Conv2d(4, 3, 3, padding=p).double() for p in (0, 1))
    kernel = compose(batch_norm_kernel(norm), valid)
    torch.testing.assert_close(kernel(x), valid(norm(x)), rtol=0, atol=1e-12)
    with pytest.raises(BorderError, match="it adds the first bias there"):
        compose(batch_norm_kernel(norm), padded)
    verdict = explain_composition(batch_norm_kernel(norm), padded, input_size=(7, 6))
    inside = ~torch.from_numpy(verdict.frame)
    torch.testing.assert_close(verdict.kernel(x)[..., inside], padded(norm(x))[..., inside], rtol=0, atol=1e-12)
    assert np.array_equal(verdict.frame, np.pad(np.zeros((5, 4), bool), 1, constant_values=True))
    assert not verdict.weights_wrong


def test_batch_norm_alone_in_one_to_three_dimensions() -> None:
    for dims in (1, 2, 3):
        norm, x = trained(3, dims), normal(1, 2, 3, *[4] * dims)
        kernel = batch_norm_kernel(norm, dims)
        assert (kernel.groups, kernel.kernel_size) == (3, (1,) * dims)
        torch.testing.assert_close(kernel(x), norm(x), rtol=0, atol=1e-14)


def test_nothing_is_changed_and_gradients_flow() -> None:
    conv, norm = nn.Conv2d(2, 3, 3), trained(3, 2).float()
    before = copy.deepcopy((conv.state_dict(), norm.state_dict()))
    folded = fold_batch_norm(conv, norm)
    assert folded.weight.dtype == torch.float32
    (folded.weight.sum() + folded.bias.sum()).backward()
    assert all(p.grad is not None for p in (*conv.parameters(), *norm.parameters()))
    after = (conv.state_dict(), norm.state_dict())
    assert all(
        torch.equal(a, b)
        for one, two in zip(before, after, strict=True)
        for a, b in zip(one.values(), two.values(), strict=True)
    )
    assert not norm.training


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_data_types_are_kept_and_rounded_once(dtype: torch.dtype) -> None:
    conv, norm = nn.Conv2d(2, 3, 3).to(dtype), trained(3, 2).to(dtype)
    folded = fold_batch_norm(conv, norm)
    assert folded.weight.dtype == folded.bias.dtype == dtype
    exact = fold_batch_norm(copy.deepcopy(conv).double(), copy.deepcopy(norm).double())
    error = (folded.weight.double() - exact.weight).abs() / exact.weight.abs()
    assert float(error.detach().max()) <= (0.5 if dtype.itemsize == 2 else 2) * torch.finfo(dtype).eps * 1.01


def test_half_precision_numpy() -> None:
    bn = BatchNorm(np.ones(1, np.float16), np.full(1, 4, np.float16), eps=0.0)
    folded = fold_batch_norm(Kernel(np.ones((1, 1, 2), np.float16)), bn)
    assert folded.weight.dtype == folded.bias.dtype == np.float16


@pytest.mark.parametrize(
    ("norm", "error", "message"),
    [
        (
            trained(3, 2).train(),
            ArgumentError,
            "bn=BatchNorm2d in training mode: normalises by the batch, and is no fixed map; call bn.eval().",
        ),
        (
            nn.BatchNorm2d(3, track_running_stats=False).eval(),
            ArgumentError,
            "bn=BatchNorm2d(track_running_stats=False): keeps no running statistics; pass one that does.",
        ),
        (
            trained(4, 2),
            ShapeError,
            "batch norm's mean of shape (4,): does not fit 3 channels; pass the batch norm that follows this kernel.",
        ),
        (
            nn.InstanceNorm2d(3),
            ArgumentError,
            "bn=InstanceNorm2d: is no batch norm; pass nn.BatchNorm1d to 3d, or a BatchNorm record.",
        ),
        (
            BatchNorm(torch.zeros(3).double(), torch.zeros(3).double(), eps=0),
            ArgumentError,
            "batch norm's var + eps: has entries that are not positive; pass the variances, and eps > 0.",
        ),
    ],
)
def test_messages(norm: Any, error: Any, message: str) -> None:
    conv = nn.Conv2d(2, 3, 3).double()
    with pytest.raises(error) as raised:
        fold_batch_norm(conv, norm)
    assert str(raised.value) == message


def test_dims_message() -> None:
    with pytest.raises(ArgumentError, match="dims=4: is no number of spatial axes; use 1, 2 or 3"):
        batch_norm_kernel(trained(3, 2), 4)
