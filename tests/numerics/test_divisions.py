"""Exact divisions, branches, and what is told of a quotient that is no integer."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from sympy import And, Eq, Mod, Ne, Piecewise, Rational, floor

from oracles.formulas import (
    C_IN,
    G,
    M,
    N,
    X,
    Y,
    message,
)
from symconv.numerics import blocks
from symconv.numerics.formulas import compile, evaluate
from symconv.statements.functions import Gcd, Iverson


def test_the_first_inexact_quotient_is_named() -> None:
    told = message(lambda: compile(N * C_IN / G)(n=1, C_in=np.array([4, 3, 5]), G=np.array([2, 2, 2])))
    assert told == (
        "C_in*n/G at C_in=3, G=2, n=1: is not an integer; choose values that divide without a remainder, or use "
        "sc.evaluate, which returns exact fractions."
    )
    assert told == message(lambda: compile(N * C_IN / G)(n=1, C_in=3, G=2))


@pytest.mark.parametrize("block", [1, 4, 1000])
def test_an_inexact_quotient_is_found_in_any_block(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(blocks, "BLOCK", block)
    c_in, g = np.full((5, 7), 6), np.array([[1], [2], [3], [6], [6]])
    c_in[3, 4] = 8
    assert message(lambda: compile(C_IN / G)(C_in=c_in, G=g)).startswith("C_in/G at C_in=8, G=6: ")


def test_the_product_counts_not_its_factors() -> None:
    assert compile(C_IN / G * N)(C_in=np.array([3]), G=2, n=4).tolist() == [6]
    assert evaluate(C_IN / G, C_in=3, G=2) == Rational(3, 2)


def test_division_by_zero_is_told_and_branches_not_taken_are_not() -> None:
    y = np.array([2, 0, -3])
    assert message(lambda: compile(floor(X / Y))(x=7, y=y)) == (
        "1/y at y=0: divides by zero; choose values with a denominator other than 0."
    )
    guarded = Piecewise((floor(7 / Y) + X / Y, Ne(Y, 0)), (-1, True))
    assert compile(guarded)(x=6, y=y).tolist() == [6, -1, -5]
    assert compile(And(Ne(Y, 0), Eq(Mod(X, Y), 0)))(x=6, y=y).tolist() == [True, False, True]


def test_inexact_quotients_in_branches_not_taken() -> None:
    halves = Piecewise((Gcd(N / 2, M), Eq(Mod(N, 2), 0)), (0, True))
    assert compile(halves)(n=np.array([4, 5, 12]), m=6).tolist() == [2, 0, 6]
    assert [evaluate(halves, n=n, m=6) for n in (4, 5, 12)] == [2, 0, 6]


def test_no_case_holds() -> None:
    e = Piecewise((1, X > 3), (2, X < 1))
    assert compile(e)(x=np.array([5, 0])).tolist() == [1, 2]
    assert "at x=2: has no case for these values" in message(lambda: compile(e)(x=np.array([5, 2])))
    assert "at x=2: has no case for these values" in message(lambda: evaluate(e, x=2))


def test_rational_coefficients() -> None:
    x = np.array([-3, 0, 4, 2**30])
    assert compile(X**2 / 2 + X / 2)(x=x).tolist() == [v * (v + 1) // 2 for v in x.tolist()]
    assert compile(X * (X + 1) / 2)(x=x).tolist() == [v * (v + 1) // 2 for v in x.tolist()]


def test_iverson_of_fractions() -> None:
    e = (Iverson(X / 2, N), Iverson(X / 2), Iverson(1 / X, N / 3))
    found = compile(e)(x=np.array([-1, 1, 2, 9]), n=4)
    assert [part.tolist() for part in found] == [[0, 1, 1, 0], [0, 0, 0, 0], [0, 1, 1, 1]]


def test_powers_in_denominators() -> None:
    e = (1 / X**2 + Y / X, 1 / X + Y / X**2, 1 / (2 * X**3) - 1 / (3 * X))
    assert evaluate(e, x=-2, y=3) == (Rational(-5, 4), Rational(1, 4), Rational(5, 48))
    assert compile(1 / X**2 + Y / X)(x=np.array([-1, 1]), y=4).tolist() == [-3, 5]


def test_partial_substitution_leaves_out_what_cannot_hold() -> None:
    assert evaluate(Piecewise((Mod(X, Y), Ne(Y, 0)), (X, True)), y=0) == X
    assert evaluate(Piecewise((X, Y < 1), (Mod(X, Y), True)), y=0) == X
    assert evaluate(And(Ne(Y, 0), Eq(Mod(X, Y), 0)), y=0) is False
    assert evaluate(sp.ITE(Y > 0, Eq(Mod(X, Y), 0), X > 1), y=0) == (X > 1)
    assert message(lambda: evaluate(Mod(X, Y), y=0)).startswith("Mod(x, y) at y=0: divides by zero; ")
