"""Overflow of int64: refused exactly where a value might wrap, never a wrong number."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import Mod, floor

from oracles.formulas import (
    EXPRESSIONS,
    M,
    N,
    X,
    Y,
    tries,
)
from symconv.errors import SymconvError
from symconv.numerics.formulas import compile, evaluate
from symconv.numerics.integers import OPERATIONS, NoValueError
from symconv.numerics.overflow import INT64, INTERVALS, IntegerOverflow
from symconv.statements.functions import Gcd
from symconv.statements.symbols import count

WIDE = st.integers(-(2**40), 2**40)


@tries(100)
@given(st.lists(st.tuples(st.integers(0, 2**33), st.integers(0, 2**33)), min_size=2, max_size=3))
def test_a_product_is_refused_exactly_where_int64_would_wrap(ends: list[tuple[int, int]]) -> None:
    names = [count(f"a{i}") for i in range(len(ends))]
    arguments = {s.name: np.array(end) for s, end in zip(names, ends, strict=True)}
    # all maxima meet, so that the interval is the range
    arguments = {name: np.sort(a) for name, a in arguments.items()}
    exact = [math.prod(int(a[i]) for a in arguments.values()) for i in range(2)]
    partial = [math.prod(max(end) for end in ends[:k]) for k in range(len(ends) + 1)]
    if max(partial) > INT64[1]:
        with pytest.raises(IntegerOverflow):
            compile(sp.Mul(*names))(**arguments)
    else:
        assert compile(sp.Mul(*names))(**arguments).tolist() == exact


@tries(100)
@given(st.integers(*INT64), st.integers(*INT64))
def test_a_sum_or_difference_is_refused_exactly_where_int64_would_wrap(a: int, b: int) -> None:
    for e, exact in ((X + Y, a + b), (X - Y, a - b)):
        arguments = {"x": np.array([a]), "y": np.array([b])}
        if INT64[0] <= exact <= INT64[1]:
            assert compile(e)(**arguments).tolist() == [exact]
        else:
            with pytest.raises(IntegerOverflow):
                compile(e)(**arguments)
        assert compile(e)(x=a, y=b) == exact


@tries(150)
@given(EXPRESSIONS, st.lists(st.tuples(WIDE, WIDE, WIDE, WIDE), min_size=1, max_size=3))
def test_never_a_wrong_number(e: Any, rows: list[tuple[int, ...]]) -> None:
    points = [dict(zip("xynm", (x, y, abs(n) + 1, abs(m) + 1), strict=True)) | {"p": 3} for x, y, n, m in rows]
    arrays = {s.name: np.array([at[s.name] for at in points]) for s in e.free_symbols}
    try:
        found = compile(e)(**arrays)
    except SymconvError:
        return
    assert np.ravel(found).tolist() == [evaluate(e, at) for at in (points if arrays else points[:1])]


EDGES = st.one_of(st.integers(-6, 6), st.sampled_from((*INT64, 2**62, -(2**31))))


@tries(300)
@given(st.sampled_from(sorted(set(INTERVALS) - {"taps", "require", "select", "exact"})), st.data())
def test_intervals_hold_every_value(op: str, data: Any) -> None:
    arity = 1 if op in ("abs", "sign", "not", "nonzero") else 2
    ranges = [tuple(sorted(data.draw(st.tuples(EDGES, EDGES)))) for _ in range(arity)]
    if op == "power":
        ranges[1] = (3, 3) if ranges[1][0] % 2 else (2, 2)
    point = [data.draw(st.integers(*ends)) for ends in ranges]
    if op in ("floordiv", "mod") and point[1] == 0:
        return
    try:
        value = OPERATIONS[op](*point)
    except NoValueError:
        return
    low, high = INTERVALS[op](*ranges)
    assert low <= value <= high


@pytest.mark.parametrize(
    ("e", "x", "y"),
    [
        (floor(X / Y), INT64[0], -1),
        (sp.Abs(X), INT64[0], 1),
        (X**2, 2**32, 1),
        (-X, INT64[0], 1),
        (Gcd(X, Y), INT64[0], 0),
    ],
    ids=str,
)
def test_edges_of_int64_are_refused(e: Any, x: int, y: int) -> None:
    arrays = {name: np.array([value]) for name, value in (("x", x), ("y", y)) if name in compile(e).parameters}
    with pytest.raises(IntegerOverflow):
        compile(e)(**arrays)
    assert compile(e)(**{name: int(a[0]) for name, a in arrays.items()}) >= 2**63


BINARY = sorted(set(INTERVALS) - {"taps", "require", "select", "exact", "power", "abs", "sign", "not", "nonzero"})


@pytest.mark.parametrize("op", BINARY)
def test_intervals_of_small_ranges_hold_every_value(op: str) -> None:
    ranges = list(combinations_with_replacement((-4, -2, -1, 0, 1, 2, 5), 2))
    for a, b in product(ranges, ranges):
        low, high = INTERVALS[op](a, b)
        for x, y in product(range(a[0], a[1] + 1), range(b[0], b[1] + 1)):
            if y or op not in ("floordiv", "mod"):
                assert low <= OPERATIONS[op](x, y) <= high


def test_the_least_int64_modulo_minus_one() -> None:
    assert compile(Mod(X, Y))(x=np.array([INT64[0], 7]), y=np.array([-1, -2])).tolist() == [0, -1]


def test_overflow_message() -> None:
    with pytest.raises(OverflowError) as error:
        compile(N * M + 1)(n=np.array([1, 2**40]), m=np.array([2**23, 3]))
    assert str(error.value) == (
        "m*n: an intermediate value can lie anywhere from 3 to 9223372036854775808, outside int64; pass smaller "
        "ranges, split the arrays, or use sc.evaluate on Python ints, which are unbounded."
    )
    assert isinstance(error.value, ValueError)


def test_correlated_terms_are_refused_though_they_would_fit() -> None:
    with pytest.raises(IntegerOverflow):
        compile(X**2 - X * Y)(x=np.array([2**31 * 2]), y=np.array([2**31 * 2]))
