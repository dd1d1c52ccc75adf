"""States and theorems are made by the kernel and the checker only, not by hand."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

import symconv as sc
from oracles.certificates import sequent, term
from oracles.replay import formal, start
from symconv.prover import kernel
from symconv.prover.evidence import RuleError
from symconv.prover.kernel import State
from symconv.prover.theorem import Theorem
from symconv.statements.grammar import parse_proposition


def proved() -> State:
    state = start(term("X[i]", "i < n", ["i - n >= 0"]))
    return kernel.empty(state, 0, [[1, 1], [1, 2]])


@pytest.mark.parametrize("seal", [None, object(), True, "seal"])
def test_a_state_is_made_by_rules_only(seal: object) -> None:
    state = proved()
    with pytest.raises(RuleError, match="states come from the rules"):
        State(state.sequent, (), state.denominators, 1, (), seal)
    with pytest.raises(RuleError, match="states come from the rules"):
        dataclasses.replace(state, seal=seal)


def test_a_state_does_not_change() -> None:
    state = proved()
    for name, value in (("terms", ()), ("sequent", None), ("steps", ())):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(state, name, value)


FALSE = sequent([term("X[i]", "i < n")], [term("X[i]", "i < m")])


def tampered() -> list[State]:
    """States that say that a false statement is proved, made by going round the kernel."""
    one, other = proved(), kernel.begin(formal(FALSE), [])
    forged = object.__new__(State)
    for name, value in vars(other).items():
        object.__setattr__(forged, name, value)
    object.__setattr__(forged, "terms", ())
    return [
        dataclasses.replace(other, terms=()),
        dataclasses.replace(one, sequent=other.sequent),
        dataclasses.replace(other, terms=(), steps=one.steps),
        forged,
    ]


@pytest.mark.parametrize("place", range(4))
def test_a_tampered_state_does_not_pass_the_checker(place: int) -> None:
    state = tampered()[place]
    assert state.is_proved
    assert not sc.check(certificate_of(state), state.sequent)


def test_a_state_is_no_theorem() -> None:
    state = proved()
    assert sc.check(certificate_of(state), state.sequent)
    assert not sc.check(certificate_of(kernel.begin(formal(FALSE), [])), formal(FALSE))


def test_a_forged_theorem_does_not_pass_the_checker() -> None:
    true = sc.prove("sum(i < n) X[i] = sum(j < n) X[j]")
    false = parse_proposition("sum(i < n) X[i] = sum(i < m) X[i]")
    other = sc.prove("sum(i < n) X[i] = sum(j < n) X[n - 1 - j]")
    forged = [
        dataclasses.replace(true, sequent=formal(FALSE)),
        Theorem(false, formal(FALSE), true.certificate),
        Theorem(false, formal(FALSE), {**true.certificate, "statement": formal(FALSE).hash}),
        Theorem(false, formal(FALSE), {**true.certificate, "statement": formal(FALSE).hash, "steps": []}),
    ]
    for theorem in forged:
        assert not sc.check(theorem, formal(FALSE))
        assert not sc.check(theorem, FALSE)
    assert not sc.check(true, other.statement)
    assert not sc.check(other, true.statement)
    assert sc.check(true, true.statement)


def test_copies_of_theorems_are_judged_by_their_certificates() -> None:
    true = sc.prove("sum(i < n) X[i] = sum(j < n) X[j]")
    twin = copy.copy(true)
    assert sc.check(twin, true.statement)
    emptied = dataclasses.replace(true, certificate={**true.certificate, "steps": []})
    assert not sc.check(emptied, true.statement)


def certificate_of(state: State) -> dict[str, Any]:
    """The certificate that the state claims to be."""
    return {
        "format": 1,
        "statement": state.sequent.hash,
        "denominators": [*map(_lists, state.denominators)],
        "scale": state.scale,
        "steps": [*map(_lists, state.steps)],
    }


def _lists(data: Any) -> Any:
    return [*map(_lists, data)] if isinstance(data, (list, tuple)) else data
