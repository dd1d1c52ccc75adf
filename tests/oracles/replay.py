"""Statements and certificates in JSON as the kernel takes them: each step is asked of the kernel again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oracles.certificates import sequent
from symconv.prover import kernel
from symconv.prover.kernel import State
from symconv.prover.moves import RULES as STEPS
from symconv.prover.moves import begun
from symconv.prover.moves import sequent_of as formal
from symconv.prover.positivity import nonnegative

__all__ = ["STEPS", "apply", "formal", "replay", "start"]


def start(one: Any, assume: Sequence[str] = ()) -> State:
    """The state of one term alone, or of two."""
    parts = one if isinstance(one, list) else [one]
    statement = formal(sequent(parts, [], assume))
    proofs = [nonnegative(statement.facts, q.b - 1) for t in statement.left for q in t.quotients]
    return kernel.begin(statement, [p or () for p in proofs])


def replay(certificate: Any, statement: Any) -> State:
    """The state after all steps of the certificate; raises ``RuleError`` where the kernel refuses one."""
    state = begun(certificate, statement)
    for step in certificate["steps"]:
        state = apply(state, step)
    return state


def apply(state: State, step: Sequence[Any]) -> State:
    """The state after one step."""
    name, *arguments = step
    return STEPS[name](state, *arguments)
