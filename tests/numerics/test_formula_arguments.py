"""The arguments of a compiled formula."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy import Max, Mod, Piecewise, ceiling, floor

from oracles.formulas import (
    N,
    X,
    message,
)
from symconv.numerics.formulas import Formula, compile

FORMULA = compile(N * X + 1)
NO_INT = "is not an integer; pass an int (exact, of any size), no float or bool."
NO_ARRAY = "is not an array of integers; convert it with .astype('int64')."
NO_SHAPE = "do not broadcast to one shape; reshape them as NumPy would need."


def test_integers_of_every_type_and_no_axes_give_an_int() -> None:
    for n in (3, np.int8(3), np.uint64(3), sp.Integer(3), np.array(3)):
        found = FORMULA(n=n, x=2)
        assert (type(found), found) == (int, 7)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint32", "uint64", ">i4"])
def test_arrays_of_every_integer_type(dtype: str) -> None:
    n = np.array([1, 100], dtype)
    assert FORMULA(n=n, x=np.array([100], "int8")).tolist() == [101, 10001]
    assert FORMULA(n=n[::-1], x=1).dtype == np.int64


def test_the_callers_arrays_stay_as_they_are() -> None:
    n, x = np.arange(1, 7).reshape(2, 3), np.arange(3)
    n.flags.writeable = x.flags.writeable = False
    e = Max(N, X) + Piecewise((X, X > 1), (N, True)) + sp.Abs(X)
    found = compile((e, N, N))(n=n, x=x)
    assert found[1].tolist() == n.tolist()
    assert not np.shares_memory(found[1], n)
    assert not np.shares_memory(found[1], found[2])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"n": 1}, "x: has no value; pass x=... too."),
        ({"n": 1, "x": 1, "z": 2}, "z=2: is no parameter; pass n, x."),
        ({"n": 0, "x": 1}, "n=0: contradicts that n is positive; pass 1 or more."),
        ({"n": np.array([2, -4]), "x": 1}, "n=-4: contradicts that n is positive; pass 1 or more."),
        ({"n": 1.0, "x": 1}, f"n=1.0: {NO_INT}"),
        ({"n": [1], "x": 1}, f"n=[1]: {NO_INT}"),
        ({"n": np.array([1.0]), "x": 1}, f"n=array of float64: {NO_ARRAY}"),
        ({"n": np.array([True]), "x": 1}, f"n=array of bool: {NO_ARRAY}"),
        ({"n": np.array([1], object), "x": 1}, f"n=array of object: {NO_ARRAY}"),
        ({"n": np.array([2**63], "uint64"), "x": 1}, "n=9223372036854775808: does not fit int64; pass smaller values."),
        ({"n": np.ones(2, int), "x": np.ones(3, int)}, f"n of shape (2,), x of shape (3,): {NO_SHAPE}"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_formula_refuses_arguments(arguments: dict[str, Any], told: str) -> None:
    assert message(lambda: FORMULA(**arguments)) == told


def test_empty_arrays() -> None:
    found, truth = compile((N * X / 2, N > X))(n=np.ones((0, 1), int), x=np.ones(3, int))
    assert (found.shape, found.dtype, truth.shape, truth.dtype) == ((0, 3), np.int64, (0, 3), np.bool_)


def test_a_tuple_gives_a_tuple_of_one_shape() -> None:
    two = compile((N, X + 1, N > 2, 5))(n=np.array([[1], [3]]), x=np.array([1, 2]))
    assert [part.tolist() for part in two] == [
        [[1, 1], [3, 3]],
        [[2, 3], [2, 3]],
        [[False, False], [True, True]],
        [[5, 5], [5, 5]],
    ]
    assert compile((N, N > 2))(n=3) == (3, True)
    assert [type(part) for part in compile((1, sp.true))()] == [int, bool]


def test_common_parts_are_computed_once() -> None:
    part = floor((N + X) / 3)
    steps = [step.op for step in compile((part + 1, part * X)).plan.steps]
    assert sorted(steps) == ["add", "add", "floordiv", "mul"]


def test_a_formula_is_frozen_hashable_and_pickles() -> None:
    again = compile(N * X + 1)
    assert again == FORMULA
    assert hash(again) == hash(FORMULA)
    assert pickle.loads(pickle.dumps(FORMULA)) == FORMULA
    assert (repr(FORMULA), FORMULA.parameters) == ("Formula(n*x + 1, parameters=('n', 'x'))", ("n", "x"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        again.expression = N  # type: ignore[misc]
    assert isinstance(again, Formula)


def test_large_arrays_run_in_many_blocks() -> None:
    n, x = np.arange(1, 100_003), np.arange(-7, 8).reshape(-1, 1)
    found = compile(floor((N + 3 * X) / 4) - Mod(X, N) + ceiling(N / 3))(n=n, x=x)
    np.testing.assert_array_equal(found, (n + 3 * x) // 4 - x % n - (-n // 3))
