"""The order of points, and which there are: against all tuples of small integers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Eq, Ge, Mod, Or, S, Symbol

from oracles.formulas import reference
from symconv.prover.refuting.below import before
from symconv.prover.refuting.effort import Effort
from symconv.prover.refuting.points import Points, Space
from symconv.prover.refuting.sampling import repaired, repairs
from symconv.statements import Expression, Proposition, Range, count, index, size

A, B, P = size("A"), size("B"), count("p")
Z, E, N = Symbol("z", integer=True), Symbol("e", integer=True, even=True), Symbol("m", integer=True, negative=True)
SPACES: dict[str, tuple[Any, ...]] = {
    "sizes": (A >= 1, B >= 1),
    "roles": (Ge(A + P + Z + E + N, -100, evaluate=False),),
    "own conditions": (A >= 3, Z <= -1, Ge(P, A, evaluate=False)),
    "several": (And(A > B, Eq(Mod(A, B), 0)), Or(Eq(P, 1), B > 2)),
    "signs": (Eq(Z * E, -4),),
    "divisions": (Ge(A / (B - 2), 1, evaluate=False),),
}


def key(point: dict[str, int]) -> Any:
    return sum(map(abs, point.values())), [(abs(point[n]), point[n] < 0) for n in sorted(point)]


def meant(s: Symbol, value: int) -> bool:
    roles = {"positive": value > 0, "nonnegative": value >= 0, "negative": value < 0, "even": value % 2 == 0}
    return all(holds for role, holds in roles.items() if getattr(s, f"is_{role}"))


def holds(conditions: tuple[Any, ...], point: dict[str, int]) -> bool:
    try:
        return all(reference(c, point) for c in conditions)
    except ZeroDivisionError:
        return False


def all_points(p: Proposition, most: int) -> list[dict[str, int]]:
    symbols = sorted(p.parameters, key=str)
    span = range(-most, most + 1)
    rows = (
        {s.name: v for s, v in zip(symbols, row, strict=True)} for row in itertools.product(span, repeat=len(symbols))
    )
    kept = [r for r in rows if sum(map(abs, r.values())) <= most and all(meant(s, r[s.name]) for s in symbols)]
    return sorted((r for r in kept if holds(p.assuming, r)), key=key)


def rows_of(points: Points) -> list[dict[str, int]]:
    return [points.point(row) for row in range(points.size)]


def proposition(conditions: tuple[Any, ...]) -> Proposition:
    return Proposition((), Expression(), Expression(), conditions)


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("piece", [3, 4096])
def test_all_points_come_in_order(name: str, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Points.pieces, "__defaults__", (piece,))
    p = proposition(SPACES[name])
    space = Space.of(p)
    most = 5 if name == "roles" else 7
    found = [
        row for total in range(most + 1) for points in space.of_sum(total, Effort.of(60)) for row in rows_of(points)
    ]
    assert found == all_points(p, most)
    assert found


def test_ranges_of_free_indices_have_values() -> None:
    i = index("i")
    p = Proposition((Range(i, A - B),), Expression(), Expression(), (Ge(i, 1, evaluate=False),))
    space = Space.of(p)
    assert space.conditions == (Ge(A - B, 1, evaluate=False),)
    found = [row for total in range(5) for points in space.of_sum(total, Effort.of(60)) for row in rows_of(points)]
    assert found == [{"A": 2, "B": 1}, {"A": 3, "B": 1}]


def test_conjunctions_are_taken_apart() -> None:
    i = index("i")
    p = Proposition((Range(i, A),), Expression(), Expression(), (And(A > B, i < B),))
    assert set(Space.of(p).conditions) == {Ge(A, 1, evaluate=False), A > B}


def test_there_are_no_points_where_what_is_assumed_is_false() -> None:
    p = Proposition((), Expression(), Expression(), (S.false, A >= 2))
    space = Space.of(p)
    assert list(space.of_sum(3, Effort.of(60))) == []
    assert space.admitted(Points({"A": np.array([3])}, 1)).size == 0


def test_there_are_no_points_without_time() -> None:
    assert list(Space.of(proposition(SPACES["several"])).of_sum(6, Effort(0.0))) == []


VALUES = st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=1, max_size=12)


@given(VALUES)
def test_points_are_put_in_order_once(values: list[tuple[int, ...]]) -> None:
    columns = {n: np.array([row[place] for row in values]) for place, n in enumerate("BAz")}
    found = rows_of(Points(columns, len(values)).in_order())
    unique = {tuple(sorted(zip("BAz", row, strict=True))) for row in values}
    assert found == sorted(map(dict, unique), key=key)


@pytest.mark.parametrize("name", SPACES)
def test_admitted_are_those_that_are_meant(name: str) -> None:
    p = proposition(SPACES[name])
    names = sorted(s.name for s in p.parameters)
    rows = list(itertools.product(range(-4, 5), repeat=len(names)))[:: 7 if len(names) > 3 else 1]
    points = Points({n: np.array([row[place] for row in rows]) for place, n in enumerate(names)}, len(rows))
    by_name = {s.name: s for s in p.parameters}
    every = [dict(zip(names, row, strict=True)) for row in rows]
    expected = [r for r in every if all(meant(by_name[n], v) for n, v in r.items()) and holds(p.assuming, r)]
    assert rows_of(Space.of(p).admitted(points)) == expected


def test_all_points_before_one_are_looked_at() -> None:
    p = proposition((A >= 2, Ge(A, B, evaluate=False), Ge(Z, -5)))
    point = {"A": 3, "B": 2, "z": -2}
    found = rows_of(before(point, Space.of(p), ()))
    box = [r for r in all_points(p, 7) if all(abs(r[n]) <= abs(v) for n, v in point.items()) and key(r) < key(point)]
    assert found == box


def test_where_there_are_too_many_one_name_is_lowered() -> None:
    p = proposition((A >= 2, Ge(B + P, 0, evaluate=False)))
    point = {"A": 300, "B": 200, "p": 7}
    found = rows_of(before(point, Space.of(p), ()))
    assert len(found) == 298 + 199 + 7
    assert all(sum(row[n] != v for n, v in point.items()) == 1 for row in found)


def test_names_that_hang_together_are_lowered_together() -> None:
    space = Space.of(proposition((Eq(A, 2 * B + 1),)))
    found = rows_of(before({"A": 40_001, "B": 20_000}, space, repairs(space)))
    assert found[0] == {"A": 3, "B": 1}
    assert len(found) == 19_999


@pytest.mark.parametrize(
    ("conditions", "point", "moved"),
    [
        ((Eq(A, B * P + 1),), {"A": 9, "B": 3, "p": 2}, {"A": 7, "B": 3, "p": 2}),
        ((A >= B + 4,), {"A": 1, "B": 3}, {"A": 7, "B": 3}),
        ((A > B * B,), {"A": 1, "B": 3}, {"A": 10, "B": 3}),
        ((B * B >= A,), {"A": 30, "B": 3}, {"A": 9, "B": 3}),
        ((B * B > A,), {"A": 30, "B": 3}, {"A": 8, "B": 3}),
        ((B * B <= A,), {"A": 4, "B": 3}, {"A": 9, "B": 3}),
        ((Eq(Mod(A, B), 0),), {"A": 7, "B": 3}, {"A": 9, "B": 3}),
        ((Eq(A * A, B),), {"A": 3, "B": 3}, {"A": 3, "B": 9}),
    ],
)
def test_points_are_moved_to_where_conditions_hold(
    conditions: tuple[Any, ...], point: dict[str, int], moved: dict[str, int]
) -> None:
    space = Space.of(proposition(conditions))
    points = Points({n: np.array([v]) for n, v in point.items()}, 1)
    assert rows_of(repaired(points, space, repairs(space))) == [moved]
