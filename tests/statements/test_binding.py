"""Renaming apart: what sums bind is renamed, and nothing else."""

from __future__ import annotations

import pytest

from symconv.statements import Access, Range, Term, index, size
from symconv.statements.binding import fresh, put_in

u, v, w = map(index, "uvw")
K = size("K")


@pytest.mark.parametrize(
    ("name", "taken", "wanted"),
    [
        ("u", (), "u"),
        ("u", ("u",), "u0"),
        ("u", ("u", "u0", "u1"), "u2"),
        ("u7", ("u7",), "u0"),
        ("u_h", ("u_h",), "u0_h"),
        ("u1_h", ("u1_h", "u0_h"), "u2_h"),
        ("a" * 64, ("a" * 64,), "a" * 40 + "0"),
    ],
)
def test_fresh_names(name: str, taken: tuple[str, ...], wanted: str) -> None:
    assert fresh(name, taken) == wanted


def test_what_a_sum_binds_is_not_what_values_are_put_in_for() -> None:
    term = Term((Range(u, K),), (), (Access("X", (u, v)),))
    (bound,) = put_in(term, {u: w, v: u}).ranges
    assert put_in(term, {u: w, v: u}) == Term((bound,), (), (Access("X", (bound.index, u)),))
    assert bound.index not in (u, v, w)
    (bound,) = put_in(term, {u: w}).ranges
    assert put_in(term, {u: w}) == Term((bound,), (), (Access("X", (bound.index, v)),))
