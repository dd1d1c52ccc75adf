"""On a GPU: references, bounds and verdicts are those of the CPU, and its convolutions stay within their bounds."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import conv2d

import symconv as sc

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

DTYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
KEYWORDS = {"stride": 2, "padding": 1, "groups": 2}


def tensors(dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((4, 32, 17, 16), (24, 16, 3, 3), (24,))
    return tuple(torch.randn(s, generator=generator).to(dtype).cuda() for s in shapes)


@pytest.fixture
def without_tf32(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


@pytest.mark.parametrize("dtype", DTYPES)
def test_exact_results_and_bounds_are_the_same_as_on_the_cpu(dtype):
    on_gpu = tensors(dtype)
    on_cpu = [t.cpu() for t in on_gpu]
    exact = sc.conv_exact(*on_gpu, **KEYWORDS)
    assert exact.is_cuda
    assert torch.equal(exact.cpu(), sc.conv_exact(*on_cpu, **KEYWORDS))
    options = {"adder": "nearest", **KEYWORDS}
    torch.testing.assert_close(
        sc.error_bound(*on_gpu, **options).cpu(), sc.error_bound(*on_cpu, **options), rtol=1e-9, atol=0
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.usefixtures("without_tf32")
def test_the_librarys_convolutions_stay_within(dtype):
    x, weight, bias = tensors(dtype)
    sc.assert_conv_close(conv2d(x, weight, bias, **KEYWORDS), x, weight, bias, **KEYWORDS)


@pytest.mark.usefixtures("without_tf32")
def test_wrong_elements_are_found():
    x, weight, bias = tensors(torch.float32)
    actual = conv2d(x, weight, bias, **KEYWORDS)
    actual[1, 2, 3, 4] += 1e-3
    with pytest.raises(AssertionError, match=r"output\[1, 2, 3, 4\]"):
        sc.assert_conv_close(actual, x, weight, bias, **KEYWORDS)


def test_tf32_is_within_its_own_bound(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    x, weight, bias = tensors(torch.float32)
    sc.assert_conv_close(conv2d(x, weight, bias, **KEYWORDS), x, weight, bias, inputs="tf32", **KEYWORDS)


@pytest.mark.parametrize("by", ["input", "weight"])
@pytest.mark.usefixtures("without_tf32")
def test_gradients_stay_within(by):
    x, weight, bias = tensors(torch.float32)
    x.requires_grad_()
    weight.requires_grad_()
    output = conv2d(x, weight, bias, **KEYWORDS)
    grad_output = torch.randn_like(output)
    output.backward(grad_output)
    actual = {"input": x, "weight": weight}[by].grad
    sc.assert_conv_close(actual, x, weight, bias, gradient=by, grad_output=grad_output, **KEYWORDS)


def test_operands_on_two_devices_are_refused():
    x, weight, _ = tensors(torch.float32)
    with pytest.raises(sc.ArgumentError, match="x of device cpu: differs from weight's device cuda:0"):
        sc.error_bound(x.cpu(), weight, **KEYWORDS)


def test_compare_works_on_cuda():
    x, weight, bias = tensors(torch.float64)
    assert sc.compare(conv2d, conv2d, x, weight, bias, **KEYWORDS).kind == "IDENTICAL"
