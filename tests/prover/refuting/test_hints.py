"""What z3 proposes: small points of every situation that a proposition can be in."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

from symconv.prover.refuting.hints import hints
from symconv.statements.grammar import parse_proposition


def proposed(text: str, **beside: Any) -> list[dict[str, int]]:
    pytest.importorskip("z3")
    return list(hints(parse_proposition(text, **beside), time.monotonic() + 30))


def test_the_smallest_points_of_each_situation() -> None:
    assert proposed("0 = [a = 9]*[b >= 11]") == [
        {"a": 1, "b": 1},
        {"a": 9, "b": 11},
        {"a": 1, "b": 11},
        {"a": 9, "b": 1},
    ]


def test_indices_and_assumptions_are_respected() -> None:
    found = proposed("for i < n: sum(a < k) X[i]*[a + i >= 7] = 0", assuming=["n >= 3", "2*k <= n"])
    assert found[0] == {"k": 1, "n": 3}
    assert {"k": 1, "n": 8} in found
    assert all(point["n"] >= max(3, 2 * point["k"]) for point in found)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("x//3 = 5 and x >= 1", 15),
        ("x//3 = -2 and x <= -5", -5),
        ("x % 5 = 3 and x >= 4", 8),
        ("max(x, 4) = 6", 6),
        ("min(x, 4) = 2", 2),
        ("x**3 = 27", 3),
        ("x >= 3 or x >= 5", 3),
        ("not (x <= 6)", 7),
        ("x != 0 and x >= 0", 1),
        ("x = 0", 0),
    ],
)
def test_operations_mean_what_they_mean_in_formulas(condition: str, expected: int) -> None:
    assert proposed("x = x + 1", assuming=[condition], integers=["x"]) == [{"x": expected}]


def test_conditions_that_z3_lacks_are_left_out() -> None:
    assert proposed("a = b", assuming=["gcd(a, b) = 7", "a >= 2"]) == [{"a": 2, "b": 1}]


def test_there_are_none_without_z3_or_time(monkeypatch: pytest.MonkeyPatch) -> None:
    p = parse_proposition("a = b")
    assert list(hints(p, 0.0)) == []
    monkeypatch.setitem(sys.modules, "z3", None)
    assert list(hints(p, time.monotonic() + 30)) == []
