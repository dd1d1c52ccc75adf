"""Tactics one at a time: what each makes of a term, and what it leaves alone; the kernel keeps the sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from oracles.certificates import term
from oracles.replay import start
from symconv.prover.kernel import State
from symconv.prover.searching import brackets, equations, ranges, simplify
from symconv.prover.searching.simplify import Tactic, settle

SIZES = ("n - 1", "k - 1", "m - 1", "b - 1")
Case = tuple[Tactic, dict[str, Any], Sequence[str], str]

#: A tactic, a term, what is assumed, and the term (or terms) that it leaves.
DONE: dict[str, Case] = {
    "an index is put in": (
        equations.eliminate_index,
        term("X[t] W[a]", "t < n, a < k", ["s + a - t = 0"]),
        SIZES,
        "sum(t < n) (1)*X[t]*W[-s + t]*[-s + t >= 0]*[k + s - t - 1 >= 0]",
    ),
    "the index that is not read is put in": (
        equations.eliminate_index,
        term("X[t]", "t < n, a < k", ["s + a - t = 0"]),
        SIZES,
        "sum(t < n) (1)*X[t]*[-s + t >= 0]*[k + s - t - 1 >= 0]",
    ),
    "the index that grows with the others is put in": (
        equations.eliminate_index,
        term("", "a < n, t < n + k, u < k", ["a + u - t = 0"]),
        SIZES,
        "sum(a < n, u < k) (1)*[a + u >= 0]*[-a + k + n - u - 1 >= 0]",
    ),
    "a floor that is not used goes": (
        equations.eliminate_quotient,
        term("X[i]", "i < n", quotients="q = i / k"),
        SIZES,
        "sum(i < n) (1)*X[i]",
    ),
    "a floor of a multiple and a rest": (
        equations.eliminate_quotient,
        term("X[q]", "i < n, r < k", quotients="q = k*i + r / k"),
        SIZES,
        "sum(i < n, r < k) (1)*X[i]",
    ),
    "a floor of a multiple and more": (
        equations.eliminate_quotient,
        term("X[q]", "i < n, r < m", quotients="q = k*i + r / k"),
        SIZES,
        "sum(i < n, r < m) (1)*X[i + q.0] where q.0 = (r)//(k)",
    ),
    "a digit is named": (
        equations.name_digit,
        term("X[u]", "u < n, a < k", ["a - b*u >= 0", "b*u + b - 1 - a >= 0"]),
        SIZES,
        "sum(u < n, a < k) (1)*X[u]*[-b*u + a >= 0]*[b*u - a + b - 1 >= 0]*[-q.0 + u = 0] where q.0 = (a)//(b)",
    ),
    "an equation of a free name is put in": (
        equations.use_equation,
        term("X[t]", "a < k", ["2*a - t = 0"]),
        SIZES,
        "sum(a < k) (1)*X[2*a]*[2*a - t = 0]",
    ),
    "an assumed equation is put in": (
        equations.put_assumed,
        term("X[i + n]", "i < k"),
        (*SIZES, "n - k", "k - n"),
        "sum(i < k) (1)*X[i + k]",
    ),
    "an assumed equation is put into an extent": (
        ranges.put_assumed_in_extents,
        term("X[i]", "i < n"),
        (*SIZES, "n - k", "k - n"),
        "sum(i < k) (1)*X[i]",
    ),
    "a bound from above": (
        ranges.shrink_range,
        term("X[i]", "i < n + k", ["k - 1 - i >= 0"]),
        SIZES,
        "sum(i < k) (1)*X[i]*[-i + k - 1 >= 0]",
    ),
    "a bound from below": (
        ranges.shrink_range,
        term("X[i]", "i < n + k", ["i - k >= 0"]),
        SIZES,
        "sum(i < n) (1)*X[i + k]*[i >= 0]",
    ),
    "one of two equal extents": (
        ranges.shrink_range,
        term("X[i]", "i < n + k", ["2*k - 1 - i >= 0"]),
        (*SIZES, "n - k", "k - n"),
        "sum(i < 2*k) (1)*X[i]*[-i + 2*k - 1 >= 0]",
    ),
    "two bounds at a fixed distance": (
        ranges.count_from_bound,
        term("", "x < n + 2, y < n", ["x - y >= 0", "y + 2 - x >= 0"]),
        SIZES,
        "sum(x < 3, y < n) (1)*[x >= 0]*[-x + 2 >= 0]",
    ),
    "digits by a floor": (
        ranges.split_by_floor,
        term("X[q]", "i < n*k", quotients="q = i / k"),
        SIZES,
        "sum(i.0 < n, i.1 < k) (1)*X[q] where q = (i.0*k + i.1)//(k)",
    ),
    "multiples only": (
        ranges.split_stuffed,
        term("X[q]", "i < k*n - k + 1", ["i - k*q = 0"], "q = i / k"),
        SIZES,
        "sum(i.0 < n, i.1 < k) (1)*X[q]*[i.0*k - k*q + i.1 = 0]*[i.0*k + i.1 >= 0]*[-i.0*k + k*n - i.1 - k >= 0]"
        " where q = (i.0*k + i.1)//(k)",
    ),
    "read forwards": (ranges.orient, term("X[n - i]", "i < n"), SIZES, "sum(i < n) (1)*X[i + 1]"),
    "a range of one": (ranges.single_value, term("X[i]", "i < 1"), SIZES, "sum(i < 1) (1)*X[i]*[i = 0]"),
    "an index that nothing reads": (
        ranges.add_up_free,
        term("X[i]", "i < n, a < k", coefficient="2*a"),
        SIZES,
        "sum(i < n) (k*k - k)*X[i]",
    ),
    "an index below a bound": (
        ranges.add_up,
        term("", "i < n, a < n", ["i - a >= 0"]),
        SIZES,
        "sum(i < n, a < n) (1)*[-a - i + n - 1 >= 0]",
    ),
    "an index above a bound": (ranges.add_up, term("", "i < n, a < n", ["a - i >= 0"]), SIZES, "sum(a < n) (a + 1)"),
    "all less those below a bound": (
        ranges.count_below,
        term(
            "",
            "i < n, a < k",
            ["2*i + 3*a - m >= 0"],
        ),
        SIZES,
        "sum(i < n, a < k) (1); sum(i < n, a < k) (-1)*[-3*a - 2*i + m - 1 >= 0]",
    ),
    "a bracket that is implied": (
        brackets.drop_implied,
        term("X[i]", "i < n", ["i + k >= 0"]),
        SIZES,
        "sum(i < n) (1)*X[i]",
    ),
    "a bracket twice": (
        brackets.drop_implied,
        term("X[i]", "i < n", ["i - m >= 0", "i - m >= 0"]),
        SIZES,
        "sum(i < n) (1)*X[i]*[i - m >= 0]",
    ),
    "two inequalities": (
        brackets.pair_up,
        term("X[i]", "i < n", ["i - m >= 0", "m - i >= 0"]),
        SIZES,
        "sum(i < n) (1)*X[i]*[i - m = 0]",
    ),
    "a common number": (
        brackets.restate,
        term("X[i]", "i < n", ["2*i - 2*m - 1 >= 0"]),
        SIZES,
        "sum(i < n) (1)*X[i]*[i - m - 1 >= 0]",
    ),
    "a common size": (
        brackets.restate,
        term("X[i]", "i < n", ["k*i - k*m >= 0"]),
        SIZES,
        "sum(i < n) (1)*X[i]*[i - m >= 0]",
    ),
    "digits compared": (
        brackets.restate,
        term("X[i]", "i < n, r < k", ["k*i + r - k*m >= 0"]),
        SIZES,
        "sum(i < n, r < k) (1)*X[i]*[i - m >= 0]",
    ),
    "a sum without a summand": (brackets.is_empty, term("X[i]", "i < n", ["i - n >= 0"]), SIZES, ""),
    "assumptions that contradict one another": (brackets.is_empty, term("X[i]", "i < n"), ("n - 2", "1 - n"), ""),
}

#: A tactic that finds nothing to do.
LEFT: dict[str, tuple[Tactic, dict[str, Any], Sequence[str]]] = {
    "a range is not made longer": (ranges.shrink_range, term("", "x < n + 2, y < n", ["y + 2 - x >= 0"]), SIZES),
    "a range that may be longer": (ranges.shrink_range, term("X[i]", "i < n", ["k - 1 - i >= 0"]), SIZES),
    "one of two extents that are not compared": (
        ranges.shrink_range,
        term("X[i]", "i < n", ["k - 1 - i >= 0", "n - 1 - i >= 0"]),
        SIZES,
    ),
    "bounds where a tensor is read": (
        ranges.count_from_bound,
        term("X[x]", "x < n + 2, y < n", ["x - y >= 0", "y + 2 - x >= 0"]),
        SIZES,
    ),
    "an index that is read": (ranges.add_up_free, term("X[a]", "i < n, a < k", ["i - a >= 0"]), SIZES),
    "a sum without an integer antidifference": (ranges.add_up_free, term("", "a < k", coefficient="a"), SIZES),
    "a range that may be negative": (ranges.add_up_free, term("", "a < z"), SIZES),
    "a digit that has a name": (
        equations.name_digit,
        term("X[u, q]", "u < n, a < k", ["a - b*u >= 0", "b*u + b - 1 - a >= 0"], "q = a / b"),
        SIZES,
    ),
    "an equation of sizes": (equations.use_equation, term("X[i]", "i < n", ["k - m = 0"]), SIZES),
    "an equation that is put in already": (equations.use_equation, term("X[t]", "a < k", ["p + t - a = 0"]), SIZES),
    "an index that no equation determines": (equations.eliminate_index, term("X[i]", "i < n", ["2*i - m = 0"]), SIZES),
    "a bracket that counts": (brackets.drop_implied, term("X[i]", "i < n", ["i - k >= 0"]), SIZES),
    "a range that is not known to be empty": (brackets.is_empty, term("X[i]", "i < n", ["i - k >= 0"]), SIZES),
    "read forwards already": (ranges.orient, term("W[i] X[n - i]", "i < n"), SIZES),
}


@pytest.mark.parametrize("name", DONE)
def test_what_a_tactic_makes(name: str) -> None:
    tactic, one, assume, expected = DONE[name]
    new = tactic(start(one, assume), 0)
    assert new is not None
    assert "; ".join(map(str, new.terms)) == expected


@pytest.mark.parametrize("name", LEFT)
def test_what_a_tactic_leaves(name: str) -> None:
    tactic, one, assume = LEFT[name]
    assert tactic(start(one, assume), 0) is None


def test_circles_are_broken() -> None:
    """Either of two names that an equation determines may be put in for the other, for ever."""
    one = term("W[a] X[y]", "y < n, a < k", ["p + t - a*b - m*y = 0", "t - 1 >= 0"])
    assert len(settle(start(one, (*SIZES, "t", "p"))).steps) <= 5


def test_no_tactic_leads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def reverse(state: State, j: int) -> State | None:
        n = state.terms[j].extents["i"]
        return ranges.reindexed(state, j, "i", sign=-1, c=n - 1, m=n)

    monkeypatch.setattr(simplify, "TACTICS", (reverse,))
    assert [str(t) for t in settle(start(term("X[i]", "i < n"))).terms] == ["sum(i < n) (1)*X[-i + n - 1]"]


def test_time_ends_simplification() -> None:
    state = start(term("X[t] W[a]", "t < n, a < k", ["s + a - t = 0"]), SIZES)
    assert settle(state, 0.0) is state
    assert settle(state).steps
