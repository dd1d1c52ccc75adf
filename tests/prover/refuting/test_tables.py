"""Sums of terms at many points, modulo a prime, against plain loops over the same entries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq, Expr

import symconv as sc
from oracles.formulas import reference
from oracles.propositions import evaluate
from oracles.sums import SAMPLES, Node, Words, sums
from symconv.prover.refuting.tables import PRIME, Sum, entries, solved_for
from symconv.statements import Equal, Expression, Range, Term
from symconv.statements.grammar import parse_expression

WORDS = Words({"X": 1, "W": 2, "r": 0})
ROLES: Any = {"counts": ["p"], "integers": ["z"]}
CASES = st.lists(SAMPLES, min_size=1, max_size=4)
(t, a, b), (n, m, d) = sc.indices("t a b"), sc.sizes("n m d")
X = sc.tensor("X")


def entry(tensor: str, at: tuple[int, ...]) -> int:
    return int(entries(tensor, [np.array([place]) for place in at], 1)[0])


def at_cases(expression: Expression, cases: list[dict[str, int]]) -> list[int | None]:
    """The value of each case, or ``None`` where it is not known."""
    columns = {name: np.array([case[name] for case in cases]) for name in cases[0]}
    found = [Sum.of(term).at(columns, len(cases)) for term in expression.terms]
    return [
        sum(int(values[row]) for values, _ in found) % PRIME if all(known[row] for _, known in found) else None
        for row in range(len(cases))
    ]


def expected(expression: Expression, case: dict[str, int]) -> int:
    value = evaluate(expression, case, entry)
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME


@given(sums(WORDS), CASES)
def test_sums_are_those_of_plain_loops(tree: Node, cases: list[dict[str, int]]) -> None:
    read = parse_expression(tree.text(), **ROLES)
    assert at_cases(read, cases) == [expected(read, case) for case in cases]


@pytest.mark.parametrize(
    "equation",
    [
        Eq(t, d * a),
        Eq(d * a - 2 * b, t),
        Eq(t + a, n),
        Eq(t - a, d),
        Eq(2 * t, a + b),
        Eq(t * t, a),
        Eq(n - t, d * (n - t) + a),
        Eq(t / 2, a),
        Eq(t, a / 2),
        Eq(t, (a + b) / d),
        Eq(a, b),
    ],
)
def test_equations_choose_the_same_summands_however_they_are_solved(equation: Any) -> None:
    read = sc.total(X[t, a, b] * sc.bracket(equation), (t, n), (a, m), (b, 3))
    cases = [{"n": x, "m": y, "d": z} for x in (1, 2, 5) for y in (1, 3) for z in (1, 2)]
    assert at_cases(read, cases) == [expected(read, case) for case in cases]


def test_coefficients_and_extents_of_fractions() -> None:
    read = sc.total(X[a] * (a + 1) / (n * m), (a, n)) - n / 3
    cases = [{"n": x, "m": y} for x in (1, 2) for y in (1, 3)]
    assert at_cases(read, cases) == [expected(read, case) for case in cases]
    half = sc.total(X[a], (a, n / m))
    assert at_cases(half, [{"n": 2, "m": 2}, {"n": 1, "m": 2}]) == [entry("X", (0,)), None]


@pytest.mark.parametrize("part", ["index", "coefficient", "bracket", "equation"])
def test_cases_without_a_value_are_told(part: str) -> None:
    """The value at n = 2 does not exist; where a bracket is 0 nothing is asked for."""
    parts: dict[str, Any] = {
        "index": X[4 // n / (n - 2)],
        "coefficient": X[0] / (n - 2),
        "bracket": sc.bracket(1 / (n - 2) >= 0),
        "equation": sc.total(X[t] * sc.bracket(Eq(t, 1 / (n - 2))), (t, n)),
    }
    cases = [{"n": 1, "m": 1}, {"n": 2, "m": 1}, {"n": 3, "m": 1}]
    assert [value is None for value in at_cases(parts[part], cases)] == [False, True, False]
    guarded = parts[part] * sc.bracket(m >= 2)
    assert part in ("bracket", "equation") or at_cases(guarded, cases) == [0, 0, 0]


def test_an_index_that_is_no_integer_is_told() -> None:
    assert at_cases(1 * X[n / m], [{"n": 4, "m": 2}, {"n": 3, "m": 2}]) == [entry("X", (2,)), None]


def test_what_the_prime_divides_is_not_known() -> None:
    assert at_cases(X[0] / n, [{"n": PRIME}, {"n": 2 * PRIME}, {"n": 1}]) == [None, None, entry("X", (0,))]


def test_places_beyond_64_bits_are_those_modulo_2_to_the_64() -> None:
    wide = np.array([2**64 + 5, -3, 7], object)
    assert entries("X", [wide], 3).tolist() == entries("X", [np.array([5, -3, 7])], 3).tolist()


def test_entries_differ() -> None:
    found = {entry(tensor, (i, j)) for tensor in "XW" for i in range(-5, 20) for j in range(-5, 20)}
    assert len(found) == 2 * 25 * 25
    assert entry("X", (1, 2)) != entry("X", (2, 1))


def test_solved_for() -> None:
    for zero in (t - d * a, d * a - t, -t + n - 1, n + t):
        e = solved_for(zero, t)
        assert isinstance(e, Expr)
        at = {"a": 2, "d": 3, "n": 5}
        assert reference(zero, {**at, "t": int(reference(e, at))}) == 0
    assert [solved_for(zero, t) for zero in (2 * t - a, t * t - a, t + t * a, a - b)] == [None] * 4


def test_a_solved_index_stays_inside_its_range() -> None:
    term = Term((Range(t, n),), (Equal(t, d - 2),), (), t + 1)
    assert at_cases(Expression((term,)), [{"n": 2, "d": x} for x in (1, 2, 3, 4)]) == [0, 1, 2, 0]
