"""What is computed, against the statements; and what is refused, with the text that says so."""

from __future__ import annotations

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import symconv as sc
from oracles.rounding_problems import all_problems
from symconv.errors import ArgumentError, ShapeError
from symconv.rounding.arithmetic import read_arithmetic
from symconv.rounding.problem import read_problem
from symconv.testing import conv_layers, exact_inputs


@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_torch_computes_what_the_statements_say(data):
    """And the number of terms is the sum of ones."""
    layer = data.draw(conv_layers())
    for problem in all_problems(layer, data.draw(exact_inputs(layer)), 0):
        result = problem.product(*problem.operands)
        result = result if problem.bias is None else result + problem.bias
        assert torch.equal(result, sc.evaluate_statement(problem.statement, problem.tensors))
        assert tuple(result.shape) == problem.shape
        ones = {n: torch.ones_like(t) if n != "b" else torch.zeros_like(t) for n, t in problem.tensors.items()}
        counted = sc.evaluate_statement(problem.statement, ones)
        assert torch.equal(problem.product.terms().expand(problem.shape), counted)


def test_inputs_without_a_batch_axis():
    x, weight = torch.randn(2, 7), torch.randn(3, 2, 3)
    problem = read_problem(x, weight)
    assert (problem.result_shape, problem.shape) == ((3, 5), (1, 3, 5))
    assert sc.error_bound(x, weight).shape == (3, 5)


def test_gradients_are_followed_by_nothing():
    x, weight = torch.randn(1, 2, 7, requires_grad=True), torch.nn.Parameter(torch.randn(3, 2, 3))
    assert not sc.error_bound(x, weight).requires_grad
    assert not sc.conv_exact(x, weight).requires_grad


ONE, KERNEL = torch.ones(1, 2, 5), torch.ones(3, 2, 3)
REFUSED = [
    ({"x": [1.0]}, ArgumentError, "x=list: is no tensor; pass a torch.Tensor."),
    ({"x": ONE.to(torch.int64)}, ArgumentError, "x of dtype torch.int64: has no rounding bounds; pass float64, "),
    ({"x": ONE.double()}, ArgumentError, "x of dtype torch.float64: differs from weight's dtype torch.float32; "),
    ({"x": ONE.to_sparse()}, ArgumentError, "x of layout torch.sparse_coo: is not dense; pass a dense tensor."),
    ({"x": ONE.to("meta")}, ArgumentError, "x of device meta: differs from weight's device cpu; "),
    ({"weight": KERNEL[0]}, ShapeError, "weight of shape (2, 3): has 2 axes, not 3 to 5; "),
    ({"weight": KERNEL[:, :, :0]}, ShapeError, "weight of shape (3, 2, 0): is empty; pass at least one tap."),
    ({"x": ONE[..., None, None]}, ShapeError, "has 5 axes, Conv1d needs 3"),
    ({"x": torch.ones(1, 3, 5)}, ShapeError, "must equal in_channels=2"),
    ({"x": ONE[..., :2]}, ShapeError, "input_shape=(1, 2, 2): "),
    ({"bias": torch.ones(2)}, ShapeError, "bias of shape (2,): does not fit 3 output channels; "),
    ({"stride": 0}, ArgumentError, "stride=0: must be at least 1"),
    ({"stride": "s"}, ArgumentError, "has symbols among its arguments; pass numbers."),
    ({"groups": 0}, ArgumentError, "groups=0: is no positive int; pass 1 or more."),
    ({"groups": 2}, ArgumentError, "groups=2: does not divide out_channels=3"),
    ({"transposed": 1}, ArgumentError, "transposed=1: is not a truth value; pass True or False."),
    ({"output_padding": 1}, ArgumentError, "output_padding=1: needs transposed=True; "),
    ({"gradient": "x"}, ArgumentError, "gradient='x': is not known; use one of input, weight, bias."),
    ({"gradient": "input"}, ArgumentError, "gradient='input': needs the output's gradient; pass it as grad_output."),
    ({"grad_output": ONE}, ArgumentError, "gradient=None: leaves grad_output without a use; "),
    (
        {"gradient": "input", "grad_output": ONE},
        ShapeError,
        "grad_output of shape (1, 2, 5): has not the shape of the output, (1, 3, 3); ",
    ),
]


@pytest.mark.parametrize(("given", "error", "text"), REFUSED, ids=[text[:40] for *_, text in REFUSED])
def test_bad_input_is_one_sentence(given, error, text):
    arguments = {"x": ONE, "weight": KERNEL, **given}
    with pytest.raises(error, match=re.escape(text)) as caught:
        read_problem(arguments.pop("x"), arguments.pop("weight"), **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"acc": "float8"}, "acc=float8: is no floating-point format"),
        ({"inputs": "fp8"}, "inputs='fp8': is not known; use one of exact, tf32."),
        ({"adder": "odd"}, "adder='odd': is not known; use one of nearest, truncate."),
        ({"algorithm": "magic"}, "algorithm='magic': is not known; use one of direct, winograd, fft."),
        ({"algorithm": "fft"}, "algorithm='fft': has no bound here: what an FFT loses depends on its radices"),
    ],
)
def test_bad_arithmetic_is_one_sentence(options, text):
    with pytest.raises(ArgumentError, match=re.escape(text)):
        sc.error_bound(ONE, KERNEL, **options)


def test_tf32_is_for_float32():
    with pytest.raises(ArgumentError, match=re.escape("inputs='tf32': rounds float32 tensors, and these are float64")):
        sc.error_bound(ONE.double(), KERNEL.double(), inputs="tf32")


def test_the_usual_arithmetic():
    for dtype, accumulator, flush in [
        ("float64", "float64", False),
        ("float16", "float32", False),
        ("bfloat16", "float32", True),
    ]:
        kind = getattr(torch, dtype)
        found = read_arithmetic(read_problem(ONE.to(kind), KERNEL.to(kind)))
        assert (found.accumulator.name, found.flush, found.adder) == (accumulator, flush, "nearest")
