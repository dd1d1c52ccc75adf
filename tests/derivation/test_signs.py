"""The sign test never claims a sign that some sizes do not have."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, Symbol, floor

from symconv.derivation.signs import known_nonnegative
from symconv.statements import count, size

K, S, P = size("K"), size("S"), count("P")
MONOMIALS = (Integer(1), K, S, P, K * S, K * P, K**2, P**2, K * S * P)
POLYNOMIALS = st.lists(st.integers(-3, 3), min_size=len(MONOMIALS), max_size=len(MONOMIALS)).map(
    lambda coefficients: sum((c * m for c, m in zip(coefficients, MONOMIALS, strict=True)), Integer(0))
)
BOX = [dict(zip((K, S, P), values, strict=True)) for values in product((1, 2, 3, 7), (1, 2, 5), (0, 1, 4))]


@given(POLYNOMIALS, st.lists(POLYNOMIALS, max_size=2))
def test_known_is_true(expression: Expr, facts: list[Expr]) -> None:
    if known_nonnegative(expression, facts):
        for point in BOX:
            if all(fact.xreplace(point) >= 0 for fact in facts):
                assert expression.xreplace(point) >= 0


@pytest.mark.parametrize(
    ("expression", "known"),
    [
        (K - 1, True), (P, True), (P - 1, False), (K * S - K, True), (K - S, False), (-K, False), (Integer(0), True),
        (Symbol("x") ** 2, False), (Symbol("x", integer=True), False), (Symbol("x", real=True) ** 2, False),
        (floor((K - S) / 2), False), (floor(K / 2), True), (K / S, True), (1 / S - 1, False),
    ],
)  # fmt: skip
def test_examples(expression: Expr, known: bool) -> None:
    assert known_nonnegative(expression) is known
