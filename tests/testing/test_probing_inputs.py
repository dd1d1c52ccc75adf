"""Probing inputs are exact in every order of summation, and of the layer's shapes; exact inputs come in any dtype."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import find, given, settings
from hypothesis import strategies as st

from symconv.errors import ArgumentError
from symconv.layers import Conv1d, Conv2d, ConvTranspose1d, Linear
from symconv.testing import conv_layers, exact_inputs, input_shapes, probing_inputs
from symconv.testing.strategies import tensor_shapes

SEARCH = settings(database=None, derandomize=True, max_examples=200)


def products(tensors: dict[str, Any], layer: Any, position: tuple[int, int, int]) -> list[float]:
    """The products of one output element of a plain Conv1d, taken apart by hand, and the bias."""
    x, weight = (tensors[name].double().numpy() for name in "XW")
    n, o, y = position
    group = o // (layer.out_channels // layer.groups)
    found = []
    for i, u in itertools.product(range(weight.shape[1]), range(weight.shape[2])):
        place = y * layer.stride[0] + u * layer.dilation[0] - int(layer.sides[0][0])
        if 0 <= place < x.shape[2]:
            found.append(x[n, group * weight.shape[1] + i, place] * weight[o, i, u])
    return found + ([float(tensors["b"][o])] if "b" in tensors else [])


@given(data=st.data())
def test_every_order_is_exact(data: st.DataObject) -> None:
    """Summed in float32 in random orders, each output element is the exact sum."""
    layer = data.draw(conv_layers(dims=1, transposed=False))
    shape = data.draw(input_shapes(layer))
    tensors = data.draw(probing_inputs(layer, shape))
    assert {name: tuple(t.shape) for name, t in tensors.items()} == tensor_shapes(layer, shape)
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    out = tuple(map(int, layer.output_shape(shape)))
    for position in [tuple(int(random.integers(n)) for n in out) for _ in range(5)]:
        terms = products(tensors, layer, position)
        exact = sum(map(Fraction, terms), Fraction(0))
        total = np.float32(0)
        for term in random.permutation(terms):
            assert np.float32(term) == term
            total = np.float32(total + np.float32(term))
        assert Fraction(float(total)) == exact


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_any_dtype(dtype: torch.dtype, data: st.DataObject) -> None:
    tensors = data.draw(probing_inputs(data.draw(conv_layers()), dtype=dtype))
    assert {t.dtype for t in tensors.values()} == {dtype}
    assert all(t.isfinite().all() for t in tensors.values())


LAYER = Conv1d(4, 4, 2, bias=False)


@pytest.mark.parametrize(
    "condition",
    [
        lambda t: bool((t["X"] == 1).all() and (t["W"] == 1).all()),
        lambda t: set(t["X"].unique().tolist()) == {0, 1} and t["W"].abs().min() >= 1,
        lambda t: set(t["W"].unique().tolist()) == {0, 1} and (t["W"] == 1).sum() == 4,
        lambda t: bool((t["X"].abs() > 2**8).any() and (t["W"].abs() > 2**8).any()),
        lambda t: bool((t["X"][:, :2] == t["X"][:, 2:]).all() and (t["X"].abs() > 100).any()),
    ],
    ids=["ones", "impulses", "single taps", "wide integers", "cancelling"],
)
def test_every_kind_is_drawn(condition: Any) -> None:
    find(probing_inputs(LAYER, (2, 4, 7)), condition, settings=SEARCH)


def test_shrinks_to_ones() -> None:
    tensors = find(probing_inputs(LAYER, (1, 4, 2)), lambda t: True, settings=SEARCH)
    assert {float(v) for t in tensors.values() for v in t.unique()} == {1.0}


@pytest.mark.parametrize(
    ("layer", "shape", "text"),
    [
        (Linear(2, 2), (1, 2), r"^layer=Linear\(2, 2\): is no convolution; pass Conv2d or ConvTranspose2d, say\."),
        (Conv2d(1, 1, 2, padding=1, padding_mode="circular"), (1, 1, 3, 3), "does not pad with zeros; pad the input"),
        (Conv1d("C", 1, 2), (1, "C", 3), "has symbols among its arguments; pass numbers"),
        (Conv1d(1, 1, 2), (1, 1, 1), "leaves no output along axis l"),
    ],
)
def test_layers_that_have_none(layer: Any, shape: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        find(probing_inputs(layer, shape), lambda t: True, settings=SEARCH)


def test_a_dtype_and_a_device_that_there_are_not() -> None:
    for options, text in (({"dtype": torch.int8}, "dtype=int8: has no"), ({"device": "tpu9"}, "device='tpu9': cannot")):
        with pytest.raises(ArgumentError, match=text):
            find(probing_inputs(LAYER, (1, 4, 2), **options), lambda t: True, settings=SEARCH)


@given(data=st.data())
def test_exact_inputs_in_another_dtype(data: st.DataObject) -> None:
    """The same numbers as in float64."""
    layer = ConvTranspose1d(2, 2, 3, stride=2)
    narrow = data.draw(exact_inputs(layer, (1, 2, 4), dtype=torch.bfloat16, device="cpu"))
    assert {t.dtype for t in narrow.values()} == {torch.bfloat16}
    assert all(torch.equal(t, t.round()) and t.abs().max() <= 4 for t in narrow.values())
