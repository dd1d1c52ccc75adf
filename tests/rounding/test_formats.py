"""Formats and rounding, against NumPy's formats and against exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from symconv.errors import ArgumentError
from symconv.rounding.formats import FORMATS, read_format
from symconv.rounding.nearest import to_nearest

DTYPES = {"float64": torch.float64, "float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
NUMPY = {"float32": np.float32, "float16": np.float16}
#: Exponents of the numbers that are tried: below the smallest and above the largest of each format.
EXPONENTS = {"float64": (-1080, 1020), "float32": (-155, 129), "float16": (-30, 17), "bfloat16": (-140, 129)}


def by_comparison(value: Fraction, name: str) -> float:
    """The nearest number, found among the neighbours of a float64 by torch.nextafter: ties to the even significand."""
    dtype = DTYPES[name]
    largest = torch.finfo(dtype).max
    start = torch.tensor(max(-largest, min(largest, float(value))), dtype=torch.float64).to(dtype)
    around = [start]
    for direction in (-math.inf, math.inf):
        step = start
        for _ in range(2):
            step = torch.nextafter(step, torch.tensor(direction, dtype=dtype))
            around.append(step)
    finite = [t for t in around if torch.isfinite(t)]
    bits = {torch.float64: torch.int64, torch.float32: torch.int32}.get(dtype, torch.int16)
    best = min(finite, key=lambda t: (abs(Fraction(float(t)) - value), int(t.view(bits)) & 1))
    gap = Fraction(largest) - Fraction(
        float(torch.nextafter(torch.tensor(largest, dtype=dtype), torch.zeros((), dtype=dtype)))
    )
    return math.copysign(math.inf, value) if abs(value) >= largest + gap / 2 else float(best)


@pytest.mark.parametrize("name", DTYPES)
def test_limits_are_those_of_torch(name):
    ours, theirs = FORMATS[name], torch.finfo(DTYPES[name])
    assert (2 * ours.unit, ours.normal, ours.largest) == (theirs.eps, theirs.tiny, theirs.max)
    assert ours.tiny == theirs.smallest_normal * theirs.eps


@st.composite
def values(draw, name):
    """Fractions near numbers and near middles of numbers of a format."""
    low, high = EXPONENTS[name]
    significand = draw(st.integers(-(2 ** (FORMATS[name].precision + 1)), 2 ** (FORMATS[name].precision + 1)))
    value = Fraction(significand) * Fraction(2) ** draw(st.integers(low, high - FORMATS[name].precision))
    return value * (1 + Fraction(draw(st.sampled_from([0, 1, -1])), 2 ** draw(st.sampled_from([30, 60, 90]))))


@pytest.mark.parametrize("name", DTYPES)
@given(data=st.data())
def test_nearest_is_the_nearest_number(name, data):
    value = data.draw(values(name))
    assert float(FORMATS[name].nearest(value)) == by_comparison(value, name)


@pytest.mark.parametrize("name", ["float32", "float16", "bfloat16"])
@given(data=st.data())
def test_a_float64_tensor_is_rounded_once(name, data):
    value = float(data.draw(values(name)))
    rounded = to_nearest(torch.tensor([value, -value], dtype=torch.float64), DTYPES[name])
    assert rounded.dtype is DTYPES[name]
    wanted = float(FORMATS[name].nearest(Fraction(value)))
    assert [float(v) for v in rounded] == [wanted, -wanted]


def test_rounding_twice_would_be_wrong():
    middle = torch.tensor([1 + 2.0**-11 + 2.0**-40], dtype=torch.float64)
    assert middle.to(torch.float16) != to_nearest(middle, torch.float16)


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_what_is_not_finite_stays(name):
    strange = torch.tensor([math.inf, -math.inf, math.nan, 1e300], dtype=torch.float64)
    rounded = to_nearest(strange, DTYPES[name])
    assert torch.equal(rounded[[0, 1, 3]].double(), torch.tensor([math.inf, -math.inf, math.inf], dtype=torch.float64))
    assert rounded[2].isnan()


@pytest.mark.parametrize(
    ("wide", "narrow", "bits", "holds"),
    [
        ("float32", "float16", True, True),
        ("float32", "bfloat16", True, False),  # 2**-133 squared is far below float32's smallest number
        ("float64", "float32", True, True),
        ("float32", "float32", False, False),
        ("float32", "tf32", True, False),
    ],
)
def test_products_that_fit(wide, narrow, bits, holds):
    assert FORMATS[wide].has_bits_for_products_of(FORMATS[narrow]) is bits
    assert FORMATS[wide].holds_products_of(FORMATS[narrow]) is holds


def test_an_unknown_format_is_refused():
    with pytest.raises(ArgumentError) as caught:
        read_format("acc", torch.int32)
    assert str(caught.value) == (
        "acc=int32: is no floating-point format of symconv; use one of float64, float32, tf32, bfloat16, float16."
    )
