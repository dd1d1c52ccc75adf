"""``TapsBelow`` on integers and arrays: exact, fast, or refused."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from oracles.formulas import (
    tries,
)
from symconv.errors import ArgumentError, SymconvError
from symconv.numerics import kernels
from symconv.numerics.formulas import compile
from symconv.numerics.overflow import IntegerOverflow
from symconv.statements.functions import TapsBelow, taps_below


@tries(100)
@given(
    st.lists(
        st.tuples(
            st.integers(-5, 10**6),
            st.integers(1, 999),
            st.integers(1, 999),
            st.integers(-1, 10**6),
            st.integers(-1, 900),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_taps_below_on_arrays(rows: list[tuple[int, ...]]) -> None:
    symbols = sp.symbols("a b c d e", integer=True)
    columns = dict(zip("abcde", np.array(rows).T, strict=True))
    assert compile(TapsBelow(*symbols))(**columns).tolist() == [taps_below(*row) for row in rows]


@tries(100)
@given(st.tuples(*[st.integers(1, 2**62)] * 5))
def test_huge_taps_are_right_or_refused(row: tuple[int, ...]) -> None:
    symbols = sp.symbols("a b c d e", integer=True)
    p, s, d, m, k = row
    for sizes in (row, (p, s >> 40, d >> 40, m >> 40, k >> 31), (p >> 1, s >> 33, d >> 33, m >> 31, k >> 33)):
        arrays = {name: np.array([value]) for name, value in zip("abcde", sizes, strict=True)}
        try:
            found = compile(TapsBelow(*symbols))(**arrays)
        except SymconvError:
            continue
        assert found.tolist() == [taps_below(*sizes)]


@pytest.mark.parametrize("row", [(9, 2**40, 1, 2**30, 2), (2**33, 1, 1, 2**30, 2**32), (2**62, 2**40, 1, 1, 2**30)])
def test_taps_whose_intermediate_values_would_wrap_are_refused(row: tuple[int, ...]) -> None:
    symbols = sp.symbols("a b c d e", integer=True)
    arrays = {name: np.array([value]) for name, value in zip("abcde", row, strict=True)}
    with pytest.raises(IntegerOverflow, match="TapsBelow"):
        compile(TapsBelow(*symbols))(**arrays)


def test_taps_below_needs_a_positive_stride() -> None:
    with pytest.raises(ArgumentError, match=r"at p=3, s=0: needs a positive stride and a positive dilation; choose"):
        compile(TapsBelow(sp.Symbol("p"), sp.Symbol("s"), 1, 2, 3))(p=np.array([4, 3]), s=np.array([1, 0]))


def test_euclid_on_arrays_needs_no_loop_over_terms() -> None:
    one = np.array([1])
    found = kernels.floor_sum(one * 10**6, one * 3, one * 1, one * 7)
    assert found.tolist() == [sum((3 * i + 1) // 7 for i in range(10**6))]
