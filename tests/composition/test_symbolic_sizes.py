"""Layers of symbolic sizes as one: the composite's arguments, and the condition, against kernels with numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import symconv as sc
from symconv.composition import Kernel, explain_composition
from symconv.errors import ShapeError

NAMES = ("k", "s", "d", "p", "q")


def layer(number: int, bias: bool = False) -> sc.Conv1d:
    """Conv1d with every size a symbol: k1, s1, d1, and padding p1 before, q1 behind."""
    k, s, d, p, q = (f"{name}{number}" for name in NAMES)
    return sc.Conv1d("c", "c", k, stride=s, dilation=d, padding=((p, q),), bias=bias)


def kernel(sizes: dict[str, int], number: int, bias: bool) -> Kernel:
    k, s, d, p, q = (sizes[f"{name}{number}"] for name in NAMES)
    random = np.random.default_rng(number)
    weight = torch.from_numpy(random.integers(1, 6, (1, 1, k)).astype(np.float64))
    return Kernel(weight, weight.new_ones(1) if bias else None, s, ((p, q),), d)


@pytest.mark.parametrize("bias", [False, True])
@settings(max_examples=3 * settings.default.max_examples)
@given(values=st.tuples(*[st.integers(1, 3)] * 6), pads=st.tuples(*[st.integers(0, 3)] * 4), size=st.integers(1, 12))
def test_the_condition_is_sufficient_and_sharp_where_it_says_so(bias: bool, values: Any, pads: Any, size: int) -> None:
    names = [f"{n}{i}" for i in (1, 2) for n in "ksd"]
    sizes = dict(zip(names, values, strict=True)) | dict(zip(("p1", "q1", "p2", "q2"), pads, strict=True))
    verdict = explain_composition(layer(1, bias), layer(2))
    try:
        numeric = explain_composition(kernel(sizes, 1, bias), kernel(sizes, 2, False), input_size=(size,))
    except ShapeError:
        return
    claimed = sc.evaluate(verdict.exact, sizes, L_in=size)
    if claimed:
        assert numeric.exact is True
    plain = all(sizes[f"{n}{i}"] == 1 for n in "sd" for i in (1, 2))
    if plain:
        assert claimed is numeric.exact


@settings(max_examples=2 * settings.default.max_examples)
@given(values=st.tuples(*[st.integers(1, 4)] * 6), pads=st.tuples(*[st.integers(0, 3)] * 4))
def test_the_composite_has_the_arguments_of_the_kernel(values: Any, pads: Any) -> None:
    """Kernel size, stride, padding and dilation, read off the joined statements, with numbers put in."""
    names = [f"{n}{i}" for i in (1, 2) for n in "ksd"]
    sizes = dict(zip(names, values, strict=True)) | dict(zip(("p1", "q1", "p2", "q2"), pads, strict=True))
    symbolic = explain_composition(layer(1), layer(2)).kernel
    composed = explain_composition(kernel(sizes, 1, False), kernel(sizes, 2, False)).kernel
    if 1 not in (sizes["k1"], sizes["k2"]):
        got = [sc.evaluate(v, sizes) for v in (symbolic.kernel_size[0], symbolic.stride[0], symbolic.dilation[0])]
        assert got == [composed.kernel_size[0], composed.stride[0], composed.dilation[0]]
    assert tuple(sc.evaluate(side, sizes) for side in symbolic.padding[0]) == composed.padding[0]
