"""What assert_conv_close and calls of functions say: verdicts on what is right, wrong or unknown, and bad input."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
import torch
from torch.nn import functional

import symconv as sc
from symconv.errors import ArgumentError, ShapeError, SymconvError
from symconv.testing import FunctionError, compare

X = torch.arange(12.0).reshape(1, 2, 6)
W = torch.tensor([[[1.0, -2.0, 3.0], [0.0, 1.0, -1.0]]])
Y = functional.conv1d(X, W)


def said(error: type[BaseException], *arguments: Any, **options: Any) -> str:
    with pytest.raises(error) as caught:
        sc.assert_conv_close(*arguments, **options)
    return str(caught.value)


# ------------------------------------------------------------------ verdicts
def test_right_results_pass() -> None:
    """Of each kind of argument, and rounded in another order."""
    sc.assert_conv_close(Y, X, W)
    sc.assert_conv_close(Y[0], X[0], W)
    torch.manual_seed(0)
    x, weight, bias = torch.randn(2, 6, 9), torch.randn(6, 2, 3), torch.randn(6)
    for arguments in ({"stride": 2}, {"padding": 1}, {"dilation": 2}, {}):
        y = functional.conv1d(x, weight, bias, groups=3, **arguments)
        sc.assert_conv_close(y, x, weight, bias, groups=3, **arguments)
    sc.assert_conv_close(functional.conv1d(x.flip(1), weight.flip(0, 1), groups=3).flip(1), x, weight, groups=3)
    y = functional.conv_transpose1d(x, weight, stride=2, output_padding=1)
    sc.assert_conv_close(y, x, weight, stride=2, transposed=True, output_padding=1)


def test_gradients_pass() -> None:
    torch.manual_seed(0)
    x, weight = torch.randn(2, 4, 9, requires_grad=True), torch.randn(4, 4, 3, requires_grad=True)
    y = functional.conv1d(x, weight)
    given = torch.randn_like(y)
    y.backward(given)
    sc.assert_conv_close(x.grad, x, weight, gradient="input", grad_output=given)
    sc.assert_conv_close(weight.grad, x, weight, gradient="weight", grad_output=given)
    text = said(AssertionError, x.grad + 1, x, weight, gradient="input", grad_output=given)
    assert text.startswith("grad_input[")


def test_an_exact_sum_has_no_tolerance() -> None:
    """One unit in the last place is a bug where every order is exact."""
    wrong = Y.clone()
    wrong[0, 0, 2] = torch.nextafter(wrong[0, 0, 2], torch.tensor(math.inf))
    text = said(AssertionError, wrong, X, W)
    assert text.startswith(f"output[0, 0, 2]={float(wrong[0, 0, 2])!r}: is ")
    assert f"off the exact {float(Y[0, 0, 2])!r}, and sums of float32 in any order are exact here" in text
    assert "; 1 of 4 elements are outside their bounds" in text
    assert text.endswith(".")


def test_an_inexact_sum_has_an_interval() -> None:
    x, weight = torch.full((1, 3, 1), 0.1), torch.full((1, 3, 1), 0.3)
    text = said(AssertionError, torch.full((1, 1, 1), 0.0901), x, weight)
    assert text.startswith("output[0, 0, 0]=0.0900999")
    assert re.search(r", and sums of float32 in any order give 0\.08999\d+ to 0\.09000\d+; 1 of 1 elements", text)


def test_what_is_unknown_is_told() -> None:
    """Partial sums that may overflow have no bound: that is neither a pass nor a bug."""
    x, weight = torch.full((1, 4, 1), 200.0, dtype=torch.float16), torch.full((1, 4, 1), 200.0, dtype=torch.float16)
    weight[:, 2:] *= -1
    text = said(sc.UnprovedError, torch.zeros(1, 1, 1, dtype=torch.float16), x, weight, acc="float16")
    assert text == (
        "output[0, 0, 0]=0.0: has no proved bound, since partial sums of float16 may overflow: the absolute values of"
        " its terms sum up to 1.6e+05; 1 of 1 elements are like it; scale the operands down, or pass a wider acc."
    )
    assert issubclass(sc.UnprovedError, AssertionError)
    assert issubclass(sc.UnprovedError, SymconvError)


@pytest.mark.parametrize(
    ("entries", "taps", "wanted"),
    [
        ([math.nan, 1.0], [1.0, 1.0], math.nan),
        ([math.inf, 1.0], [1.0, 1.0], math.inf),
        ([math.inf, 1.0], [-2.0, 1.0], -math.inf),
        ([math.inf, -math.inf], [1.0, 1.0], math.nan),
        ([math.inf, 1.0], [0.0, 1.0], math.nan),
        ([1.0, 1.0], [math.nan, 1.0], math.nan),
        ([0.0, 1.0], [math.inf, 1.0], math.nan),
        ([3.0, 1.0], [-math.inf, 1.0], -math.inf),
    ],
)
def test_not_a_number_and_infinity(entries: list[float], taps: list[float], wanted: float) -> None:
    """IEEE 754 says what they give; all else is a bug, also a finite number, and infinity is no NaN."""
    x, weight = torch.tensor([[entries]]), torch.tensor([[taps]])
    for value in (math.nan, math.inf, -math.inf, 0.0):
        result = torch.tensor([[[value]]])
        if value == wanted or (math.isnan(value) and math.isnan(wanted)):
            sc.assert_conv_close(result, x, weight)
        else:
            text = said(AssertionError, result, x, weight)
            assert text.startswith(
                f"output[0, 0, 0]={value!r}: must be {wanted}, since an operand is not finite; 1 of 1 elements"
            )


def test_only_elements_that_it_takes_part_in_may_be_nan() -> None:
    x = X.clone()
    x[0, 0, 0] = math.nan
    y = functional.conv1d(x, W)
    sc.assert_conv_close(y, x, W)
    assert said(AssertionError, torch.full_like(y, math.nan), x, W).startswith("output[0, 0, 1]=nan: ")
    assert said(AssertionError, Y, x, W).startswith("output[0, 0, 0]=")


def test_finite_operands_give_no_nan() -> None:
    wrong = Y.clone()
    wrong[0, 0, 1] = math.nan
    assert said(AssertionError, wrong, X, W).startswith("output[0, 0, 1]=nan: is nan off the exact ")


def test_an_empty_batch_is_no_test() -> None:
    assert said(ArgumentError, torch.zeros(0, 1, 4), torch.zeros(0, 2, 6), W).startswith("input_shape[0]=0: must be at")


# ------------------------------------------------------------------ what cannot be judged
@pytest.mark.parametrize(
    ("result", "error", "text"),
    [
        (Y.tolist(), ArgumentError, "actual=list: is no tensor; pass a torch.Tensor."),
        (None, ArgumentError, "actual=NoneType: is no tensor; pass a torch.Tensor."),
        (
            Y[..., :-1],
            ShapeError,
            "actual of shape (1, 1, 3): has not the shape of Conv1d(2, 1, kernel_size=3, bias=False) on float32"
            " (1, 2, 6), which is (1, 1, 4); pass the layer's arguments, such as stride and padding, or mend the"
            " function.",
        ),
        (Y.double(), ArgumentError, "actual of dtype torch.float64: differs from the operands' dtype torch.float32; "),
        (Y.long(), ArgumentError, "actual of dtype torch.int64: differs from the operands' dtype torch.float32; "),
        (Y.to("meta"), ArgumentError, "actual of device meta: differs from the operands' device cpu; convert it "),
    ],
    ids=["list", "none", "shape", "float64", "int64", "device"],
)
def test_results_of_another_kind(result: Any, error: type[SymconvError], text: str) -> None:
    assert said(error, result, X, W).startswith(text)
    name = "conv(...)" if result is not None else "conv(...)=None"

    def conv(x: Any, weight: Any) -> Any:
        return result

    with pytest.raises(error) as caught:
        compare(conv, Y, X, W)
    assert str(caught.value).startswith(text.replace("actual", name.removesuffix("=None"), 1))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"order": "fixed"}, "order='fixed': is not known; use 'any'."),
        ({"acc": "int8"}, "acc=int8: is no floating-point format of symconv; use one of float64, float32, "),
        ({"inputs": "fp8"}, "inputs='fp8': is not known; use one of exact, tf32."),
        ({"algorithm": "fft"}, "algorithm='fft': has no bound here: "),
        ({"gradient": "input"}, "gradient='input': needs the output's gradient; pass it as grad_output."),
        ({"groups": 0}, "groups=0: is no positive int; pass 1 or more."),
        ({"stride": 0}, "stride=0: must be at least 1; pass 1 or more."),
        ({"bias": torch.zeros(3)}, "bias of shape (3,): does not fit 1 output channels; pass one entry an output "),
        ({"output_padding": 1}, "output_padding=1: needs transposed=True; leave it out, or pass transposed."),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], text: str) -> None:
    assert said(SymconvError, Y, X, W, **options).startswith(text)


# ------------------------------------------------------------------ functions that are none
def changes_its_input(x: Any, weight: Any) -> Any:
    return functional.conv1d(x.mul_(2), weight)


def zeroes_its_weight(x: Any, weight: Any) -> Any:
    y = functional.conv1d(x, weight)
    weight.zero_()
    return y


def is_random(x: Any, weight: Any) -> Any:
    return functional.conv1d(x, weight) + torch.rand(())


def returns_a_view(x: Any, weight: Any) -> Any:
    return x[:, :1, :4]


_BUFFER = torch.zeros(1, 1, 4)


def reuses_its_buffer(x: Any, weight: Any) -> Any:
    return _BUFFER.copy_(functional.conv1d(x, weight))


def raises(x: Any, weight: Any) -> Any:
    raise KeyError("tile")


def returns_a_list(x: Any, weight: Any) -> Any:
    return functional.conv1d(x, weight).tolist()


@pytest.mark.parametrize(
    ("function", "error", "text"),
    [
        (changes_its_input, FunctionError, "changes its input x; let it work on a copy, or on a new tensor."),
        (zeroes_its_weight, FunctionError, "changes its input weight; let it work on a copy, or on a new tensor."),
        (is_random, FunctionError, "returns another result for the same inputs: "),
        (returns_a_view, FunctionError, "returns a view of its input x; return a tensor with memory of its own."),
        (reuses_its_buffer, FunctionError, "overwrites the result of one call by the next; return a new tensor for "),
        (raises, FunctionError, "raises KeyError: 'tile'; call it on Conv1d(2, 1, kernel_size=3, bias=False) on "),
        (returns_a_list, ArgumentError, "is no tensor; pass a torch.Tensor."),
    ],
)
def test_functions_that_are_none(function: Any, error: type[SymconvError], text: str) -> None:
    """Each is one error that says what the function does; none is a pass."""
    for functions in ((function, Y), (functional.conv1d, function)):
        with pytest.raises(error) as caught:
            compare(*functions, X, W)
        subject, _, rest = str(caught.value).partition(": ")
        assert function.__name__ in subject
        assert rest.startswith(text)
    assert torch.equal(X, torch.arange(12.0).reshape(1, 2, 6))
