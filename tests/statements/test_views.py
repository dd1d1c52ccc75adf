"""Reshaped tensors: put into a statement they change no value, and what reshapes nothing is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Integer, Symbol

from symconv.errors import StatementError
from symconv.numerics.tensors import evaluate_statement
from symconv.statements import Statement, index, size
from symconv.statements.grammar import parse_formula, parse_statement
from symconv.statements.views import mixed_radix, put_in_views

SHAPES: dict[str, Any] = {
    "Y": ("a",), "X": ("a", "b", "c"), "V": ("a", "b*c"), "U": ("a*b*c",), "w": ("b*c",), "T": ("c", "a", "b"),
}  # fmt: skip
FLAT = "for i < a, j < b, k < c: V[i, j*c + k] = X[i, j, k]"
WHOLE = "for i < a, j < b, k < c: U[(i*b + j)*c + k] = X[i, j, k]"
TURNED = "for i < a, j < b, k < c: T[k, i, j] = X[i, j, k]"


def read(text: str) -> Statement:
    return parse_statement(text, SHAPES)


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("for i < a: Y[i] = sum(r < b*c) V[i, r]*w[r]", FLAT),
        ("for i < a: Y[i] = sum(j < b, k < c) V[i, c*j + k]", FLAT),
        ("for i < a: Y[i] = sum(k < c) V[i, k]", FLAT),
        ("for i < a: Y[i] = sum(r < b*c, s < b*c) V[i, r]*V[i, s]*w[s]", FLAT),
        ("for i < a: Y[i] = sum(j < b) U[i*b*c + j*c]", WHOLE),
        ("Y[0] = sum(r < a*b*c) U[r]", WHOLE),
        ("for i < a: Y[i] = sum(j < b, k < c) T[k, i, j]*w[j*c + k]", TURNED),
        ("for j < a: Y[j] = sum(i < b, k < c) T[k, j, i]", TURNED),
    ],
)
def test_values_stay(text: str, view: str) -> None:
    statement, reshaped = read(text), read(view)
    numbers = {size("a"): Integer(2), size("b"): Integer(3), size("c"): Integer(4)}
    whole = put_in_views(statement, [reshaped])
    assert whole is not None
    assert not whole.reads & {reshaped.target.tensor}
    generator = np.random.default_rng(0)
    tensors = {"X": generator.integers(0, 99, (2, 3, 4)), "w": generator.integers(0, 99, 12)}
    tensors[reshaped.target.tensor] = evaluate_statement(reshaped.substitute(numbers), tensors)
    left, right = (evaluate_statement(s.substitute(numbers), tensors) for s in (statement, whole))
    assert np.array_equal(left, right)


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("for i < a: Y[i] = sum(j < b, k < c) V[i, j*c + k + 1]", FLAT),
        ("for i < a: Y[i] = sum(j < b, k < b) V[i, j*c + k]", FLAT),
        ("for i < a: Y[i] = sum(r < b) V[i, 2*r]", FLAT),
        ("for i < a: Y[i] = sum(j < b, k < c) V[i, k*b + j]", FLAT),
    ],
)
def test_what_is_not_seen_through(text: str, view: str) -> None:
    assert put_in_views(read(text), [read(view)]) is None


@pytest.mark.parametrize(
    "view",
    [
        "for i < a, j < b, k < c: V[i, j*c + k] = 2*X[i, j, k]",
        "for i < a, j < b, k < c: V[i, j*c + k] = X[i, j, k]*w[j]",
        "for i < a, j < b, k < c: V[i, j*c + k] = X[i, j, k]*[j >= 1]",
        "for i < a, j < b: V[i, j] = sum(k < c) X[i, j, k]",
        "for i < a, j < b, k < c: V[i, j*c + k] = X[i, j, k] + X[i, j, k]",
        "for i < a, j < b, k < c: V[i, j*b + k] = X[i, j, k]",
        "for i < a, j < b, k < c: V[i, j*c + k + 1] = X[i, j, k]",
        "for i < a, j < b, k < c: V[i, j + k] = X[i, j, k]",
        "for i < a, j < b: V[i, j] = X[i, j, 0]",
        "for i < a, k < b*c: V[0, k] = X[i, 0, 0]",
        "for i < a: V[i, i] = X[i, 0, 0]",
    ],
)
def test_what_is_no_view(view: str) -> None:
    with pytest.raises(StatementError, match=r"write V|mixed-radix|bound twice"):
        put_in_views(read("for i < a: Y[i] = V[i, 0]"), [read(view)])


@pytest.mark.parametrize(
    ("at", "digits"),
    [
        ("y*w + x", {"x": "1", "y": "w"}), ("x + w*y", {"x": "1", "y": "w"}), ("x", {"x": "1"}), ("0", {}),
        ("x*h + y", {"y": "1", "x": "h"}), ("y*w + x + 1", None), ("y*w + 2*x", None), ("y*h + x", None),
        ("y*w - x", None), ("x + y", None),
    ],
)  # fmt: skip
def test_mixed_radix(at: str, digits: dict[str, str] | None) -> None:
    y, x = index("y"), index("x")
    own: dict[str, Symbol] = {"y": y, "x": x}
    found = mixed_radix(parse_formula(at, own), {y: size("h"), x: size("w")})
    expected = None if digits is None else {own[v]: parse_formula(e) for v, e in digits.items()}
    assert found == expected
