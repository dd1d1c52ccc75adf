"""``evaluate`` and ``compile`` against a plain recursive evaluation with fractions, and against Python's ints."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, reject
from hypothesis import strategies as st
from sympy import Rational

from oracles.formulas import (
    EXPRESSIONS,
    POINTS,
    RANGES,
    expected,
    tries,
)
from symconv.errors import ArgumentError
from symconv.numerics import blocks
from symconv.numerics.formulas import compile, evaluate
from symconv.numerics.overflow import IntegerOverflow


@tries(250)
@given(EXPRESSIONS, POINTS)
def test_evaluate_is_exact(e: Any, at: dict[str, int]) -> None:
    value = expected(e, at)
    if value is None:
        with pytest.raises(ArgumentError):
            evaluate(e, at)
        return
    found = evaluate(e, at)
    assert found == Rational(value.numerator, value.denominator)
    assert type(found) is int if value.denominator == 1 else isinstance(found, Rational)


@tries(60)
@given(EXPRESSIONS, POINTS)
def test_evaluate_agrees_with_sympy(e: Any, at: dict[str, int]) -> None:
    if expected(e, at) is None:
        return
    try:
        by_sympy = e.xreplace({s: sp.Integer(at[s.name]) for s in e.free_symbols})
    except (ZeroDivisionError, TypeError):
        return  # SymPy looks at cases that are not taken
    if by_sympy.is_Rational:
        assert evaluate(e, at) == by_sympy


@tries(200)
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), st.data(), st.sampled_from((1, 3, 1000)))
def test_arrays_agree_with_one_point_at_a_time(parts: list[Any], data: Any, block: int) -> None:
    e = sp.Tuple(*parts)
    arguments = {}
    for name in sorted(s.name for s in e.free_symbols):
        shape = data.draw(st.sampled_from(((), (3,), (2, 1), (2, 3), (2, 1, 1))), label=name)
        values = data.draw(st.lists(st.integers(*RANGES[name]), min_size=6, max_size=6), label=name)
        array = np.array(values[: math.prod(shape)]).reshape(shape)
        arguments[name] = array if shape else int(array)
    shape = np.broadcast_shapes(*(np.shape(a) for a in arguments.values()))
    spread = {name: np.broadcast_to(a, shape) for name, a in arguments.items()}
    wanted = [[expected(p, {k: int(a[i]) for k, a in spread.items()}) for i in np.ndindex(shape)] for p in parts]
    formula = compile(e)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", block)
        try:
            found = formula(**arguments)
        except IntegerOverflow:
            reject()
        except ArgumentError:
            assert any(value is None or value.denominator != 1 for part in wanted for value in part)
            return
    assert [np.ravel(part).tolist() for part in found] == wanted
    assert all(np.shape(part) == shape for part in found)


@tries(100)
@given(EXPRESSIONS, POINTS, st.sets(st.sampled_from(sorted(RANGES))))
def test_partial_then_full_is_full(e: Any, at: dict[str, int], first: set[str]) -> None:
    if expected(e, at) is None:
        return
    try:
        partly = evaluate(e, {name: at[name] for name in first})
        found = evaluate(partly, at)
    except ArgumentError:
        return  # a branch that this point does not take has no value already
    assert found == evaluate(e, at)
