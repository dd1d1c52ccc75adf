"""A proposition at one point: whether it speaks of it, and what its sides are there."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from sympy import Eq, Or, S, Symbol, sin

import symconv as sc
from oracles.formulas import EXPRESSIONS, POINTS, expected, message, tries
from symconv.errors import StatementError
from symconv.prover.refuting.meaning import NoValueError, integer, number, side, speaks_of
from symconv.statements import Proposition

(i, u), (n, k) = sc.indices("i u"), sc.sizes("n k")
X, W = sc.tensor("X"), sc.tensor("W")


@given(EXPRESSIONS.filter(lambda e: not e.has(Or)), POINTS)
@tries(100)
def test_a_formula_at_one_point(e: Any, at: dict[str, int]) -> None:
    try:
        found: Any = number(e, at)
    except NoValueError:
        found = None
    assert found == expected(e, at)


def test_a_formula_has_rules_for_what_statements_have_only() -> None:
    assert message(lambda: number(sin(n), {"n": 1}), StatementError) == (
        "expression=sin(n): has no exact rule on integers here; write + - * / of sizes, floor and mod."
    )


def test_integers() -> None:
    assert integer(n / k, {"n": 6, "k": 3}) == 2
    for at in ({"n": 5, "k": 3}, {"n": 5, "k": 0}):
        with pytest.raises(NoValueError):
            integer(n / k, at)


@pytest.mark.parametrize(
    ("point", "meant"),
    [
        ({"n": 3, "k": 1, "z": -5, "i": 2}, True),
        ({"n": 3, "k": 1, "z": -5, "i": 3}, False),
        ({"n": 3, "k": 1, "z": -5, "i": -1}, False),
        ({"n": 3, "k": 0, "z": -5, "i": 1}, False),
        ({"n": 3, "k": 4, "z": -5, "i": 1}, False),
        ({"n": 3, "k": 1, "z": 0, "i": 1}, False),
    ],
)
def test_points_that_are_meant(point: dict[str, int], meant: bool) -> None:
    z = Symbol("z", integer=True)
    p = Proposition.of(X[i], 0, [(i, n)], [k <= n, Eq(5 / z, -1)])
    assert speaks_of(p, point) == meant


def test_points_where_an_extent_is_no_integer_are_not_meant() -> None:
    p = Proposition.of(X[i], 0, [(i, n / k)])
    assert speaks_of(p, {"n": 4, "k": 2, "i": 1})
    assert not speaks_of(p, {"n": 5, "k": 2, "i": 1})
    assert not speaks_of(Proposition.of(X[0], 0, (), S.false), {})


def test_sides_are_polynomials_in_the_entries() -> None:
    x, w = [("X", (place,)) for place in range(4)], [("W", (place,)) for place in range(4)]
    expression = sc.total(W[u] * X[u + 1] * sc.bracket(u >= 1), (u, k)) / 2 - 3 + sc.total(u * X[0] - X[0], (u, k))
    assert side(expression, {"k": 3}) == {
        (w[1], x[2]): Fraction(1, 2),
        (w[2], x[3]): Fraction(1, 2),
        (): Fraction(-3),
        (x[0],): Fraction(0),
    }
    assert side(sc.total(X[u], (u, k - 5)), {"k": 3}) == {}


def test_sides_without_a_value() -> None:
    for expression in (1 * X[n / 2], sc.total(X[u], (u, n / 2)), X[0] / (n - 1)):
        assert side(expression, {"n": 2})
        with pytest.raises(NoValueError):
            side(expression, {"n": 1})
    masked = X[n / 2] * sc.bracket(n >= 2)
    assert side(masked, {"n": 1}) == {}
