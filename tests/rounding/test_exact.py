"""``conv_exact`` is the exact rational sum rounded once, element by element."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import symconv as sc
from oracles.exact_bounds import FORMATS, stored
from oracles.exact_gradients import GRADIENTS
from oracles.gather import Arguments, Block, Case, case_of, exact_totals, numbers, places, weight_factors
from oracles.regimes import REGIMES
from oracles.small_layers import Layer, random_layer
from symconv.rounding.acceptance import Judged, judge_of

SEEDS = st.integers(0, 2**32 - 1)
NARROW = [torch.float32, torch.float16, torch.bfloat16]
EVERY = [*NARROW, torch.float64]
HARD = ("normal", "wide", "cancelling", "subnormal", "integers", "ties")


def check(layer: Layer, regime: str, dtype: torch.dtype, seed: Any) -> int:
    """One layer on one input; how many elements it has."""
    tensors = layer.draw(REGIMES[regime], dtype, seed)
    found = sc.conv_exact(*tensors, **layer.arguments.keywords())
    wanted = stored(exact_totals(case_of(*tensors, layer.arguments)), dtype)
    assert found.dtype == dtype
    assert numbers(found).reshape(-1).tolist() == wanted, (layer, regime, seed)
    return len(wanted)


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_each_element_is_the_exact_sum_rounded_once(dims: int, dtype: torch.dtype) -> None:
    """Strides, paddings, dilations, groups and biases on all kinds of numbers: over 10,000 elements."""
    rng, elements = np.random.default_rng(dims), 0
    while elements < 1200:
        layer = random_layer(rng, dims, transposed=False)
        elements += sum(check(layer, regime, dtype, int(rng.integers(2**32))) for regime in HARD)


@given(seed=SEEDS)
def test_in_float64_and_transposed_too(seed: int) -> None:
    rng = np.random.default_rng(seed)
    check(random_layer(rng), rng.choice(HARD), EVERY[rng.integers(4)], seed)


@given(seed=SEEDS)
def test_gradients_are_exact(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer, dtype = random_layer(rng), EVERY[rng.integers(4)]
    regime = REGIMES[rng.choice(HARD)]
    x, weight, bias = layer.draw(regime, dtype, seed)
    case = case_of(x, weight, bias, layer.arguments)
    outputs = (len(x), len(case.channels), *case.out)
    grad_output = regime(outputs, layer.weight, None, dtype, rng)[0]
    for name, gradient in GRADIENTS.items():
        found = sc.conv_exact(x, weight, bias, gradient=name, grad_output=grad_output, **layer.arguments.keywords())
        like = {"input": x.shape, "weight": weight.shape, "bias": outputs[1:2]}[name]
        assert found.shape == like
        assert numbers(found).reshape(-1).tolist() == stored(gradient(case, numbers(grad_output)), dtype), name


@pytest.mark.parametrize("regime", HARD)
@pytest.mark.parametrize("dtype", EVERY)
def test_long_sums_in_blocks_of_channels(dtype: torch.dtype, regime: str) -> None:
    """As many terms as are summed in several blocks, and as many groups with many terms."""
    for groups in (1, 2):
        arguments = Arguments((1,), ((1, 0),), (1,), groups)
        check(Layer(arguments, (1, 120 * groups, 5), (2 * groups, 120, 3), (2 * groups,)), regime, dtype, 0)


@pytest.mark.parametrize("dtype", EVERY)
def test_overflow_is_that_of_the_exact_sum(dtype: torch.dtype) -> None:
    """Infinite from half a step above the largest number on, and finite where only partial sums overflow."""
    largest = torch.finfo(dtype).max
    half = float(FORMATS[dtype].largest * FORMATS[dtype].unit / (2 - 2 * FORMATS[dtype].unit))
    for rest, wanted in ((half, math.inf), (half / 2, largest), (largest, math.inf)):
        for sign in (1, -1):
            x = sign * torch.tensor([[[largest, rest]]], dtype=torch.float64).to(dtype)
            assert sc.conv_exact(x, torch.ones(1, 1, 2, dtype=dtype)).item() == sign * wanted
    x = torch.tensor([[[largest, largest, -largest]]], dtype=dtype)
    assert sc.conv_exact(x, torch.ones(1, 1, 3, dtype=dtype)).item() == largest
    assert sc.conv_exact(x, torch.full((1, 1, 3), 0.5, dtype=dtype)).item() == largest / 2


@given(seed=SEEDS)
def test_operands_that_are_not_finite(seed: int) -> None:
    """Their products and sums are those of IEEE 754; padding is no operand, and other elements stay exact."""
    rng = np.random.default_rng(seed)
    layer, dtype = random_layer(rng), EVERY[rng.integers(4)]
    x, weight, bias = (t if t is None else _with_special(t, rng) for t in layer.draw(REGIMES["integers"], dtype, seed))
    found = sc.conv_exact(x, weight, bias, **layer.arguments.keywords())
    np.testing.assert_array_equal(numbers(found), _by_ieee(case_of(x, weight, bias, layer.arguments)))
    judge = judge_of(x, weight, bias, **layer.arguments.keywords())
    assert (judge.judge(found) == Judged.INSIDE).all()
    blamed = judge.judge(found.masked_fill(~found.isfinite(), 1.0)) == Judged.OUTSIDE
    assert torch.equal(blamed, ~found.isfinite())


def _with_special(tensor: Tensor, rng: np.random.Generator) -> Tensor:
    found = tensor.clone()
    for _ in range(rng.integers(0, 3)):
        found.view(-1)[rng.integers(found.numel())] = rng.choice([math.nan, math.inf, -math.inf])
    return found


def _by_ieee(case: Case) -> Block:
    """Sums of products in the input; float64 holds those of small integers."""
    at = places(case)
    with np.errstate(invalid="ignore"):
        products = np.append(case.x, 0.0)[at] * weight_factors(case, case.weight)
        total = np.where(at < 0, 0.0, products).sum(0)
        return total if case.bias is None else total + case.bias.reshape(-1, *(1,) * len(case.out))


@pytest.mark.parametrize("dtype", EVERY)
def test_without_batch_and_with_zeros_of_either_sign(dtype: torch.dtype) -> None:
    x = torch.tensor([[0.0, -0.0, -1.0, 1.0]], dtype=dtype)
    weight = torch.tensor([[[-1.0, 1.0]]], dtype=dtype)
    found = sc.conv_exact(x, weight)
    assert found.tolist() == [[0.0, -1.0, 2.0]]
    assert found.tolist() == sc.conv_exact(x[None], weight)[0].tolist()
    gradient = sc.conv_exact(x, weight, gradient="input", grad_output=found)
    assert gradient.tolist() == [[0.0, 1.0, -3.0, 2.0]]
