"""NaN and infinities: what IEEE arithmetic makes of them, against sums that are really taken."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import symconv as sc
from oracles.rounding_problems import all_problems, arguments_of
from symconv.rounding.exact_sums import Elements
from symconv.rounding.special import special_elements
from symconv.testing import conv_layers, exact_inputs

STRANGE = [math.nan, math.inf, -math.inf]


@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_special_elements_are_sums_of_special_products(data):
    layer = data.draw(conv_layers())
    tensors = data.draw(exact_inputs(layer))
    for name in data.draw(st.sets(st.sampled_from(sorted(tensors)), min_size=1)):
        flat = tensors[name].view(-1)
        for _ in range(data.draw(st.integers(1, 3))):
            flat[data.draw(st.integers(0, flat.numel() - 1))] = data.draw(st.sampled_from(STRANGE))
    for problem in all_problems(layer, tensors, 0):
        special, elements = special_elements(problem), Elements(problem)
        for _ in range(2):
            position = tuple(data.draw(st.integers(0, s - 1)) for s in problem.shape)
            left, right = (torch.from_numpy(side) for side in elements.factors(position))
            total = float((left * right).sum())  # the order does not matter: what is finite stays far from overflow
            touched = not bool((left.isfinite() & right.isfinite()).all())
            assert touched == (special is not None and bool(special.touched[position]))
            if touched:
                found = float(special.value[position])
                assert (math.isnan(found) and math.isnan(total)) or found == total


@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_torch_is_right_on_them(data):
    layer = data.draw(conv_layers(transposed=False))
    tensors = {n: t.float() for n, t in data.draw(exact_inputs(layer)).items()}
    flat = tensors[data.draw(st.sampled_from(["X", "W"]))].view(-1)
    flat[data.draw(st.integers(0, flat.numel() - 1))] = data.draw(st.sampled_from(STRANGE))
    problem = all_problems(layer, tensors, 0)[0]
    actual = problem.product(*problem.operands)
    actual = actual if problem.bias is None else actual + problem.bias
    sc.assert_conv_close(actual, tensors["X"], tensors["W"], tensors.get("b"), **arguments_of(layer))


@pytest.mark.parametrize(
    ("x", "weight", "right", "wrong"),
    [
        ([math.nan, 1.0], [1.0, 1.0], math.nan, 2.0),
        ([math.inf, 1.0], [1.0, 1.0], math.inf, math.nan),
        ([math.inf, 1.0], [0.0, 1.0], math.nan, 1.0),
        ([math.inf, math.inf], [1.0, -1.0], math.nan, 0.0),
        ([-math.inf, 3.0], [2.0, 1.0], -math.inf, math.inf),
    ],
)
def test_each_has_one_right_value(x, weight, right, wrong):
    x, weight = torch.tensor(x).reshape(1, 2, 1), torch.tensor(weight).reshape(1, 2, 1)
    sc.assert_conv_close(torch.full((1, 1, 1), right), x, weight)
    assert str(sc.conv_exact(x, weight).item()) == str(right)
    assert math.isnan(sc.error_bound(x, weight).item())
    with pytest.raises(AssertionError, match="since an operand is not finite"):
        sc.assert_conv_close(torch.full((1, 1, 1), wrong), x, weight)


def test_padding_times_infinity_may_be_skipped_or_not():
    x, weight = torch.ones(1, 1, 3), torch.tensor([[[math.inf, 1.0]]])
    for first in (1.0, math.nan):
        sc.assert_conv_close(torch.tensor([[[first, math.inf, math.inf]]]), x, weight, padding=((1, 0),))
    with pytest.raises(AssertionError):
        sc.assert_conv_close(torch.tensor([[[2.0, math.inf, math.inf]]]), x, weight, padding=((1, 0),))


def test_elements_beside_a_nan_keep_their_bounds():
    x, weight = torch.randn(1, 2, 9), torch.randn(2, 2, 3)
    x[0, 0, 4] = math.nan
    actual = torch.nn.functional.conv1d(x, weight)
    sc.assert_conv_close(actual, x, weight)
    actual[0, 0, 0] += 1e-3
    with pytest.raises(AssertionError, match=r"output\[0, 0, 0\]"):
        sc.assert_conv_close(actual, x, weight)
