"""A combination of columns with the signs that are asked for is found wherever there is one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from symconv.prover.positivity.simplex import combination

ROWS = ("goal", "equal", "low", "lower")
EQUAL = {"equal"}
COLUMN = st.fixed_dictionaries(dict.fromkeys(ROWS, st.integers(-4, 4)))
COLUMNS = st.lists(COLUMN, max_size=6)


def sums(columns: list[dict[str, int]], x: dict[int, int]) -> dict[str, int]:
    return {row: sum(x.get(j, 0) * column[row] for j, column in enumerate(columns)) for row in ROWS}


def is_solution(columns: list[dict[str, int]], x: dict[int, int]) -> bool:
    total = sums(columns, x)
    return (
        all(value > 0 for value in x.values())
        and total["goal"] < 0 == total["equal"]
        and total["low"] <= 0
        and total["lower"] <= 0
    )


@given(COLUMNS)
def test_what_is_found_is_exact(columns: list[dict[str, int]]) -> None:
    found = combination(columns, [1] * len(columns), "goal", EQUAL)
    assert found is None or is_solution(columns, found)


@given(COLUMNS, st.lists(st.integers(0, 5), min_size=6, max_size=6), st.integers(1, 4), st.integers(0, 3))
def test_a_solution_is_found(columns: list[dict[str, int]], x: list[int], below: int, more: int) -> None:
    so_far = sums(columns, dict(enumerate(x)))
    last = {"goal": -below - so_far["goal"], "equal": -so_far["equal"], "low": -more - so_far["low"]}
    columns = [*columns, last | {"lower": -so_far["lower"]}]
    found = combination(columns, [1] * len(columns), "goal", EQUAL)
    assert found is not None
    assert is_solution(columns, found)


def test_cheap_columns_are_preferred() -> None:
    columns = [{"goal": -1}, {"goal": -1}]
    assert combination(columns, [1, 5], "goal", set()) == {0: 1}
    assert combination(columns, [5, 1], "goal", set()) == {1: 1}


def test_whole_numbers_as_small_as_they_can_be() -> None:
    assert combination([{"goal": -3, "a": 2}, {"a": -5}], [1, 1], "goal", set()) == {0: 5, 1: 2}


def test_none_without_a_solution() -> None:
    assert combination([], [], "goal", set()) is None
    assert combination([{"goal": 1}], [1], "goal", set()) is None
    assert combination([{"goal": -1, "a": 1}], [1], "goal", set()) is None
    assert combination([{"goal": -1, "a": -1}], [1], "goal", {"a"}) is None
