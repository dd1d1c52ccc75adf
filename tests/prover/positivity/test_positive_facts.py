"""Points tell at once what is false; answers are kept."""

from __future__ import annotations

import pytest

from symconv.prover.polynomial import variable
from symconv.prover.positivity.facts import Facts, joined

a, b, i, m, n, x = map(variable, "abimnx")
RANGE = [i, n - 1 - i]


def test_points_are_known_without_a_search() -> None:
    facts = Facts([*RANGE, m - n, b - m])
    assert len(facts.points) == 12
    for goal in (i - n, i - 1, 5 - b, n - m, n - 2):
        assert facts.is_false(goal)
    for goal in (i, n - 1, b - i - 1):
        assert not facts.is_false(goal)


def test_a_point_makes_a_search_needless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("symconv.prover.positivity.facts.start")
    facts = Facts(RANGE)
    assert facts.nonnegative(i - n) is None
    assert facts.refutation is None


def test_names_without_facts_are_anything() -> None:
    facts = Facts(RANGE)
    for goal in (x, -x, i + x, x * x - 1, 5 - x):
        assert facts.is_false(goal)


def test_a_rare_point_is_kept() -> None:
    facts = Facts([a - 1, b - 1])
    goal = a * b - 37 * a + 999
    assert not facts.is_false(goal)
    assert facts.nonnegative(goal) is None
    assert facts.is_false(goal)


def test_the_point_that_was_of_use_comes_first() -> None:
    facts = Facts(RANGE)
    last = facts.points[-1]
    distance = (i - last["i"]) * (i - last["i"]) + (n - last["n"]) * (n - last["n"])
    assert facts.is_false(distance - 1)
    assert facts.points[0] == last


def test_facts_that_cannot_hold_have_no_points() -> None:
    assert Facts([a - 1, -a]).points == []
    assert Facts([a - 1, -a]).refutation is not None
    assert Facts(RANGE).refutation is None


def test_joined_facts_take_their_points_from_the_parts() -> None:
    parts = [Facts(RANGE), Facts([a - 1, m - a])]
    both = joined(parts)
    assert both.facts == (*RANGE, a - 1, m - a)
    assert len(both.points) == 12
    assert all(f.at(point) >= 0 for point in both.points for f in both.facts)
    assert len({tuple(sorted(point.items())) for point in both.points}) == 12
    assert both.nonnegative(a * n - 1) is not None
    assert joined([Facts(RANGE), Facts([a - 1, -a])]).refutation is not None
