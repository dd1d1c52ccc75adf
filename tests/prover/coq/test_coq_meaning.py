"""The text for Coq says what the statement says: for each theorem of the library both are evaluated and compared."""

from __future__ import annotations

from contextlib import suppress
from math import prod
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from oracles.changed import false_statements, speaks_of
from oracles.gallina import Theorem, read_theorem
from oracles.propositions import evaluate, mixed
from oracles.sequents import assumed, free_names, number, with_definitions
from oracles.sequents import evaluate as evaluate_sequent
from symconv.errors import StatementError
from symconv.prover.coq.files import CoqTheorem, theorem_text
from symconv.prover.coq.outlined import OutlinedSequent
from symconv.prover.coq.outlining import outlined
from symconv.prover.library import LibraryTheorem, read_theorems, shipped_theorems
from symconv.prover.reading import read
from symconv.statements import Proposition

NO_STEPS: dict[str, Any] = {"denominators": [], "scale": 1, "steps": []}
LIBRARY = {theorem.name: theorem for theorem in read_theorems(shipped_theorems())}
#: How many points are tried, and how many summands a side may have at one.
POINTS, SUMMANDS = 2, 800


def texts(written: LibraryTheorem, proposition: Proposition) -> list[OutlinedSequent]:
    """The theorem as it is told in one sum, and with its definitions, if it has such."""
    found = [OutlinedSequent.plain(read(proposition))]
    if written.where:
        with suppress(StatementError):  # a definition with fractions
            found.append(outlined(written.outline))
    return found


def text(told: OutlinedSequent) -> str:
    return theorem_text(CoqTheorem("t", "", told, NO_STEPS)).statement


def statement(told: OutlinedSequent) -> Theorem:
    return read_theorem(text(told))


def points(sequent: Any, seed: str) -> list[dict[str, int]]:
    """Small integers: some that are assumed, and some that are not."""
    random, names = Random(seed), free_names(sequent)
    high = 2 if len(names) > 12 else 3
    inside: list[dict[str, int]] = []
    outside: list[dict[str, int]] = []
    for _ in range(3_000):
        low = random.choice((0, 1, 1, 1, -1))
        point = {name: random.randint(low, high) for name in names}
        if with_definitions(sequent, point) is None or _summands(sequent, point) > SUMMANDS:
            continue
        (inside if assumed(sequent, point) else outside).append(point)
        if min(len(inside), len(outside)) >= POINTS:
            break
    return inside[:POINTS] + outside[:POINTS]


def _summands(sequent: Any, point: dict[str, int]) -> int:
    """How many there are; too many where a quotient has no value."""
    values = with_definitions(sequent, point)
    assert values is not None
    terms = [*sequent["left"], *sequent["right"]]
    if any(number(b, values) < 1 for term in terms for _, _, b in term["quotients"]):
        return SUMMANDS + 1
    return sum(prod(max(0, number(n, values)) for _, n in term["ranges"]) for term in terms)


def with_whole(proposition: Proposition, point: dict[str, int]) -> dict[str, int]:
    """With the sizes that are products with the one that divides them: C = G*C_per_G, C = 2*C_per_2."""
    whole = {}
    for name, value in point.items():
        size, _, divisor = name.partition("_per_")
        if divisor:
            whole[size] = value * (int(divisor) if divisor.isdigit() else point[divisor])
    return {**point, **whole}


def exact(proposition: Proposition, whole: dict[str, int]) -> tuple[bool, Any, Any] | None:
    """Whether the statement speaks of the point, and both sides there; ``None`` where it divides by 0."""
    try:
        left, right = (evaluate(side, whole, mixed) for side in (proposition.left, proposition.right))
        return speaks_of(proposition, whole), left, right
    except ZeroDivisionError:
        return None


@pytest.mark.parametrize("name", LIBRARY)
def test_the_text_means_what_the_statement_means(name: str) -> None:
    proposition = LIBRARY[name].proposition
    tensors = sorted(proposition.tensors)
    has_fractions = any("/" in str(t.coefficient) for side in (proposition.left, proposition.right) for t in side.terms)
    for told in texts(LIBRARY[name], proposition):
        written, flat = statement(told), told.sequent.json()
        free = free_names(flat)
        assert len(written.integers) == len(free)
        assert list(written.tensors.values()) == [proposition.tensors[t] for t in tensors]
        by_name = dict(zip(written.tensors, tensors, strict=True))
        compared = []
        for point in points(flat, name):
            expected = exact(proposition, with_whole(proposition, point))
            if expected is None:
                continue
            at = dict(zip(written.integers, (point[x] for x in free), strict=True))
            found = written.sides(at, lambda t, indices, by_name=by_name: mixed(by_name[t], indices))
            assert written.is_assumed(at) == expected[0], point
            assert found == evaluate_sequent(flat, point, mixed), point
            if has_fractions:  # both sides times a common denominator
                assert found[0] * expected[2] == found[1] * expected[1], point
                assert [value == 0 for value in found] == [value == 0 for value in expected[1:]], point
            else:
                assert found == expected[1:], point
            compared.append(expected[0])
        assert any(compared)


@pytest.mark.parametrize("name", sorted(LIBRARY)[::29])
def test_a_false_statement_has_a_text_that_is_false_at_the_same_point(name: str) -> None:
    known = LIBRARY[name].proposition
    found = 0
    for _, what, false, point in false_statements([SimpleNamespace(proposition=known)], 2, seed=1):
        told = OutlinedSequent.plain(read(false))
        written, flat = statement(told), told.sequent.json()
        by_name = dict(zip(written.tensors, sorted(false.tensors), strict=True))
        at = dict(zip(written.integers, (point[x] for x in free_names(flat)), strict=True))
        left, right = written.sides(at, lambda t, indices, by_name=by_name: mixed(by_name[t], indices))
        assert written.is_assumed(at), what
        assert left != right, (what, false)
        assert text(told) != text(OutlinedSequent.plain(read(known)))
        found += 1
    assert found
