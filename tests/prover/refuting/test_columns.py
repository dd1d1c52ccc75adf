"""Formulas on columns, against plain recursion over fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from oracles.formulas import EXPRESSIONS, POINTS, expected, tries
from symconv.prover.refuting.columns import Formulas
from symconv.prover.refuting.meaning import NoValueError, holds, number
from symconv.statements.functions import TapsBelow
from symconv.statements.symbols import size

LISTS = st.lists(POINTS, min_size=1, max_size=5)
WIDE = 10**19
n, m, s, d, k = map(size, "nmsdk")


def columns_of(points: list[dict[str, int]], factor: int = 1) -> dict[str, Any]:
    return {name: np.array([p[name] * factor for p in points]) for name in points[0]}


def told(formulas: Formulas, columns: dict[str, Any], rows: int) -> list[Fraction | None]:
    (values,) = formulas.at(columns, rows)
    lower = values.lower if values.lower is not None else np.ones(rows, int)
    return [
        Fraction(int(a), int(b)) if there and b else None
        for a, b, there in zip(values.upper, lower, values.known, strict=True)
    ]


@given(EXPRESSIONS.filter(lambda e: not e.has(sp.Or)), LISTS)
@tries(150)
def test_columns_have_the_values_of_each_row(e: Any, points: list[dict[str, int]]) -> None:
    found = told(Formulas.of((e,)), columns_of(points), len(points))
    assert found == [expected(e, at) for at in points]


@pytest.mark.parametrize(
    "e",
    [
        n**3 * m - 1,
        sp.floor(n * m / (s + 1)),
        sp.Mod(n**2, m * WIDE + 1),
        sp.Max(n, m * WIDE),
        TapsBelow(n * WIDE, s, d, m, k),
        sp.Abs(n - m * WIDE),
        n * WIDE**3 / (m * WIDE**2),
        n * WIDE + TapsBelow(n, s, d, m, k),
    ],
)
def test_numbers_beyond_64_bits(e: Any) -> None:
    points = [{"n": 3, "m": 2, "s": 1, "d": 2, "k": 3}, {"n": 10**9, "m": 7, "s": 3, "d": 5, "k": 2}]
    found = told(Formulas.of((e,)), columns_of(points), 2)
    assert found == [number(e, at) for at in points]
    assert found[0] == expected(e, points[0])


def test_values_that_are_missing_beyond_64_bits() -> None:
    points = [{"n": 3, "m": 2}, {"n": 3, "m": 4}]
    assert told(Formulas.of((sp.floor(n * WIDE / (m - 2)),)), columns_of(points), 2) == [None, 3 * WIDE // 2]


def test_taps_whose_bounds_are_beyond_64_bits() -> None:
    points = [{"n": 3 * 2**40, "m": 2**25, "s": 2**40, "d": 2**40, "k": 2**25}]
    assert told(Formulas.of((TapsBelow(n, s, d, m, k),)), columns_of(points), 1) == [6]


def test_conditions() -> None:
    c = sp.And(sp.Ne(n, 2), sp.Eq(sp.Mod(m, n - 2), 0))
    points = [{"n": 2, "m": 1}, {"n": 4, "m": 3}, {"n": 5, "m": 3}]
    assert Formulas.of((c,)).hold(columns_of(points), 3).tolist() == [False, False, True]
    assert [holds(c, at) for at in points] == [False, False, True]
    divided = sp.Ge(m / (n - 2), 0, evaluate=False)
    assert Formulas.of((divided,)).hold(columns_of(points), 3).tolist() == [False, True, True]
    with pytest.raises(NoValueError):
        holds(divided, points[0])
    assert holds(sp.Or(divided, sp.Eq(m, 1)), points[0])
    with pytest.raises(NoValueError):
        holds(sp.Not(divided), points[0])
