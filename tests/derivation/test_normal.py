"""The normal form of formulas: never changes a value, and sees what it should see."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Dummy, Expr, Symbol, floor

from symconv.claims.divisors import divisors
from symconv.derivation.normal import in_names, normal_form, same_formula
from symconv.errors import SymconvError
from symconv.numerics.formulas import evaluate
from symconv.statements import count, size
from symconv.statements.grammar import parse_formula

#: What a text means, in Python's own arithmetic.
MEANINGS: dict[str, Any] = {
    "floor": lambda x: Fraction(math.floor(x)),
    "ceil": lambda x: Fraction(math.ceil(x)),
    "mod": lambda x, y: x - y * math.floor(x / y),
    "max": max,
    "min": min,
    "Fraction": Fraction,
}


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def made(pattern: str) -> st.SearchStrategy[str]:
        return st.tuples(inner, inner).map(lambda pair: pattern.format(*pair))

    patterns = ("({}) + ({})", "({}) - ({})", "({})*({})", "({})/({})", "floor(({})/({}))", "ceil(({})/({}))")
    return st.one_of([made(p) for p in (*patterns, "mod({}, {})", "max({}, {})", "min({}, {})", "({})**2 - {}")])


TEXTS = st.recursive(st.sampled_from(["a", "b", "c", "p_h", "p_w", "0", "1", "2", "3"]), grown, max_leaves=7)
POINTS = st.fixed_dictionaries(
    {**dict.fromkeys("abc", st.integers(1, 6)), **dict.fromkeys(("p_h", "p_w"), st.integers(0, 5))}
)


def meant(text: str, point: dict[str, int]) -> Fraction | None:
    """The value by Python; ``None`` where something divides by 0."""
    exact = re.sub(r"(?<![a-z_*])(\d+)", r"Fraction(\1)", text)
    try:
        return Fraction(eval(exact, {**MEANINGS, **{name: Fraction(n) for name, n in point.items()}}))
    except ZeroDivisionError:
        return None


@given(TEXTS, POINTS)
def test_the_normal_form_has_the_text_s_values(text: str, point: dict[str, int]) -> None:
    try:
        expression, divided = parse_formula(text), divisors(text, {})
    except SymconvError:
        assume(False)
    right = meant(text, point)
    if right is None:
        assert any(_is_zero(divisor, point) for divisor in divided)
    else:
        form = normal_form(expression)
        assert not any(_is_zero(divisor, point) for divisor in divided)
        assert evaluate(form.value.xreplace(dict(form.meanings)), point) == right


def _is_zero(divisor: Expr, point: dict[str, int]) -> bool:
    try:
        return bool(evaluate(divisor, point) == 0)
    except SymconvError:
        return True


@given(TEXTS, TEXTS, POINTS)
def test_what_is_the_same_has_the_same_values(left: str, right: str, point: dict[str, int]) -> None:
    try:
        same = same_formula(parse_formula(left), parse_formula(right))
    except SymconvError:
        assume(False)
    values = meant(left, point), meant(right, point)
    assert not same or None in values or values[0] == values[1]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("floor((h - k + s)/s)", "floor((h - k)/s) + 1"),
        ("floor((h + 2*p_h - d*(k - 1) - 1)/s + 1)", "floor((h + 2*p_h - d*k + d - 1 - s)/s) + 2"),
        ("ceil(h/s)", "-floor(-h/s)"),
        ("floor((2*h + 3)/2)", "h + 1"),
        ("floor((6*h + 4)/(4*s))", "floor((3*h + 2)/(2*s))"),
        ("floor(-h/(-s))", "floor(h/s)"),
        ("(a + b)**3 - (a - b)**3", "6*a**2*b + 2*b**3"),
        ("floor(floor(h/s)/1)*k", "k*floor(h/s)"),
    ],
)
def test_seen(left: str, right: str) -> None:
    assert same_formula(parse_formula(left), parse_formula(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("floor(h/s)", "floor(h/k)"),
        ("floor((h + 1)/2)", "floor(h/2) + 1"),
        ("floor(a/s) + floor(b/s)", "floor((a + b)/s)"),
        ("ceil(h/s)", "floor(h/s)"),
        ("max(a, b)", "a"),
        ("mod(a, b)", "a"),
        ("2*floor(h/2)", "h"),
    ],
)
def test_different(left: str, right: str) -> None:
    assert not same_formula(parse_formula(left), parse_formula(right))


def test_letters_are_told_apart_by_what_they_mean_and_not_by_their_text() -> None:
    n, p = size("n"), count("n")
    assert not same_formula(floor(n / 2), floor(p / 2))
    assert not same_formula(floor(n / 2), Symbol("<floor(n/2)>", integer=True, nonnegative=True))
    assert not same_formula(floor(Dummy("x") / 2), floor(Dummy("x") / 2))


def test_names_are_put_back() -> None:
    h, k, s, o = map(size, "hkso")
    assert in_names(2 * floor((h - k + s) / s) ** 2 + h, {o: floor((h - k) / s) + 1}) == 2 * o**2 + h
    assert in_names(floor(h / k), {o: floor((h - k) / s) + 1}) == floor(h / k)
    assert in_names(floor(h / k), {o: 2 * floor(h / k)}) == floor(h / k)
