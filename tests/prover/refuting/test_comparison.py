"""Where the sides differ: all cases, in order, without those that have no value or are too large."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import numpy as np
import pytest

from oracles.formulas import reference
from oracles.propositions import evaluate
from symconv.prover.refuting import comparison
from symconv.prover.refuting.comparison import Comparison
from symconv.prover.refuting.effort import Effort
from symconv.prover.refuting.points import Points
from symconv.statements.grammar import parse_proposition
from symconv.statements.proposition import Proposition

TEXTS = {
    "indices": ("for i < n, j < n - 1: X[i, j] = X[j, i]", {}),
    "conditions": ("for i < n, j < k: X[i] = X[j] if i + j <= n and n > k - 1", {}),
    "sums": ("for i < n: sum(a < k) X[a + i] = sum(a < n) X[a]", {}),
    "sometimes without a value": ("for i < n: X[n/k] = X[i]/(n - 2)", {}),
    "extents without a value": ("for i < n/k: X[i] = X[i + 1]", {}),
    "numbers": ("n//k + 1 = (n + 1)//k", {}),
}
SQUARE = [{"n": a, "k": b} for a, b in itertools.product(range(1, 6), repeat=2)]


def points_of(rows: list[dict[str, int]], names: str = "nk") -> Points:
    return Points({name: np.array([row[name] for row in rows]) for name in names}, len(rows))


def entry(tensor: str, at: tuple[int, ...]) -> int:
    return Random(f"{tensor}{at}").randrange(10**9)


def differs(p: Proposition, case: dict[str, int]) -> bool:
    try:
        return evaluate(p.left, case, entry) != evaluate(p.right, case, entry)
    except (ValueError, ZeroDivisionError):
        return False


def expected(p: Proposition, rows: list[dict[str, int]]) -> list[dict[str, int]]:
    found = []
    for row in rows:
        extents = [reference(r.extent, row) for r in p.ranges]
        if any(extent.denominator != 1 for extent in extents):
            continue
        for places in itertools.product(*(range(int(extent)) for extent in extents)):
            case = {**row, **dict(zip((r.index.name for r in p.ranges), places, strict=True))}
            indices = {s.name for s in p.free_indices}
            about = [c for c in p.assuming if {s.name for s in c.free_symbols} & indices]
            if all(reference(c, case) for c in about) and differs(p, case):
                found.append(case)
    return found


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("block", [7, 300_000])
def test_all_cases_that_differ_come_in_order(name: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "BLOCK", block)
    text, beside = TEXTS[name]
    p = parse_proposition(text, **beside)
    effort = Effort.of(60)
    found = list(Comparison.of(p).differing(points_of(SQUARE), effort))
    assert found == expected(p, SQUARE)
    assert found
    assert effort.complete


@pytest.mark.parametrize(
    ("limit", "text", "most"),
    [
        ("MAX_CASES", "for i < n: X[i] = X[i + 1]*[k >= 1]", 4),
        ("MAX_ROWS", "sum(a < n) X[a] = X[1]*[k >= 1]", 4),
        ("MAX_PASSES", "sum(a < n) X[a] = X[1]*[k >= 1]", 4),
    ],
)
def test_what_is_too_large_is_left_out(limit: str, text: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, limit, 6)
    p = parse_proposition(text)
    rows = [{"n": n, "k": 1} for n in (1, 2, most, most + 5, 1, most, most + 6, most + 7, 2)]
    effort = Effort.of(60)
    seen = Comparison.of(p).differing(points_of(rows), effort)
    first = next(seen)
    assert (first["n"], effort.complete) == (1, True)
    kept = [row for row in rows if row["n"] <= most]
    assert [first, *seen] == expected(p, kept)
    assert not effort.complete


def test_nothing_is_done_without_time() -> None:
    effort = Effort(0.0)
    assert not list(Comparison.of(parse_proposition(TEXTS["sums"][0])).differing(points_of(SQUARE), effort))
    assert not effort.complete
    assert effort.is_over


def test_the_work_of_solved_indices_counts_for_the_plain_loops_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The equation gives t, so that the fast pass has n rows; the plain loops pass over n*n pairs."""
    p = parse_proposition("sum(t < n, a < n) X[t]*[t = a] = 0*n*k")
    rows: list[dict[str, Any]] = [{"n": 5, "k": 1}]
    monkeypatch.setattr(comparison, "MAX_ROWS", 8)
    assert len(list(Comparison.of(p).differing(points_of(rows), Effort.of(60)))) == 1
    monkeypatch.setattr(comparison, "MAX_PASSES", 24)
    assert not list(Comparison.of(p).differing(points_of(rows), Effort.of(60)))
