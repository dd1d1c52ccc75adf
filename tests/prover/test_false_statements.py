"""Statements of the library with one thing changed: what is false is never proved, and a counterexample is found."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import settings

import symconv as sc
from oracles.changed import CHANGES, false_statements, speaks_of
from oracles.propositions import evaluate
from oracles.proved import Proved
from symconv.prover.checker import Rejected, check
from symconv.prover.prove import prove
from symconv.prover.reading import read
from symconv.prover.searching.search import Search
from symconv.prover.theorem import Refuted, Unknown
from symconv.statements import Proposition

#: Changed statements of each theorem, ten times more at night.
EACH = 3 if settings.default.max_examples < 1_000 else 30
#: What a search for a proof of a false statement may spend, in guesses and in seconds.
STATES = 15
SECONDS = 0.3 if EACH < 30 else 5.0
#: The share that is refuted; all of 513 were when this was written.
REFUTED = 0.99

False_ = tuple[Proved, str, Proposition, dict[str, int]]


@pytest.fixture(scope="module")
def changed(library: Sequence[Proved]) -> tuple[False_, ...]:
    """False statements: the true one, what was changed, the false one, and a point at which plain loops differ."""
    return tuple(false_statements(library, EACH, seed=1))


def test_there_are_enough_of_every_kind(changed: Sequence[False_]) -> None:
    kinds = Counter(kind for _, kind, _, _ in changed)
    assert len(changed) >= 500
    assert set(kinds) == set(CHANGES)
    assert min(kinds.values()) >= 50, kinds


def test_no_search_finds_a_proof(changed: Sequence[False_]) -> None:
    for _, kind, false, point in changed if EACH > 3 else changed[::4]:
        state = Search(read(false), time.monotonic() + SECONDS).follow(STATES)
        assert state is None, f"{kind}: {false} is false at {point}"


def test_nearly_all_are_refuted(changed: Sequence[False_]) -> None:
    unknown = []
    for _, _, false, point in changed:
        try:
            theorem = prove(false, time_limit=8)
        except Refuted as refuted:
            _look_at(false, refuted)
        except Unknown:
            unknown.append(f"{false}: {point}")
        else:
            pytest.fail(f"{theorem} is false at {point}")
    assert len(unknown) <= (1 - REFUTED) * len(changed), "\n".join(unknown)


def _look_at(false: Proposition, refuted: Refuted) -> None:
    """The counterexample once more, by plain loops and exact fractions."""
    found = refuted.counterexample
    sizes = dict(found.sizes)
    assert speaks_of(false, sizes)

    def tensor(name: str, at: tuple[int, ...]) -> int:
        return found.tensors.get(name, {}).get(at, 0)

    left, right = (evaluate(side, sizes, tensor) for side in (false.left, false.right))
    assert left != right
    assert (left, right) == (found.left, found.right)


def test_the_certificate_of_the_true_statement_is_refused(changed: Sequence[False_]) -> None:
    for true, _, false, point in changed:
        sequent = read(false)
        assert not sc.check(true.certificate, false)
        assert not _is_accepted({**true.certificate, "statement": sequent.hash}, sequent.json()), (str(false), point)


def _is_accepted(certificate: Any, statement: Any) -> bool:
    try:
        check(certificate, statement)
    except Rejected:
        return False
    return True
