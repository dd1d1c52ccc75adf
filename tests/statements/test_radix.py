"""Mixed-radix numbers and their digits."""

from __future__ import annotations

import pytest
from sympy import Symbol

from symconv.statements import index, size
from symconv.statements.grammar import parse_formula
from symconv.statements.radix import mixed_radix


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
