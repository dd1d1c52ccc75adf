"""The kernel and the checker without one of their conditions."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from oracles import replay
from symconv.prover import evidence, kernel
from symconv.prover.checker import rules, sequents

Weakening = Callable[[pytest.MonkeyPatch], None]


@contextmanager
def weakened(weakening: Weakening) -> Iterator[None]:
    """Without one condition."""
    with pytest.MonkeyPatch.context() as patch:
        weakening(patch)
        yield


def unsaid(pattern: str) -> Weakening:
    """The kernel without the conditions whose message is this."""

    def need(condition: bool, otherwise: str) -> None:
        evidence_need(condition or re.search(pattern, otherwise) is not None, otherwise)

    evidence_need = evidence.need

    def weaken(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(kernel, "need", need)
        patch.setattr(evidence, "need", need)

    return weaken


def unrequired(pattern: str) -> Weakening:
    """The checker without the conditions whose message is this."""
    require, read_name = sequents.require, sequents.read_name

    def lenient(condition: bool, why: str) -> None:
        require(condition or re.search(pattern, why) is not None, why)

    def any_name(data: Any, what: str, known: Any = None) -> str:
        return read_name(data, what, None if re.search(pattern, f"{data} is not the name of a {what}.") else known)

    def weaken(patch: pytest.MonkeyPatch) -> None:
        for module in [m for name, m in sys.modules.items() if name.startswith("symconv.prover.checker")]:
            for name, lenient_one in (("require", lenient), ("read_name", any_name)):
                if hasattr(module, name):
                    patch.setattr(module, name, lenient_one)

    return weaken


def trusting_kernel(patch: pytest.MonkeyPatch) -> None:
    """No proof is looked at."""
    for name in ("prove", "prove_zero", "refutes", "imply"):
        patch.setattr(kernel, name, lambda *_: None)


def trusting_checker(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules.Context, "prove", lambda *_: None)
    patch.setattr(rules.Context, "refute", lambda *_: None)


def all_facts_in_kernel(patch: pytest.MonkeyPatch) -> None:
    """Brackets that a floor has a part in show what it is."""
    patch.setattr(kernel, "settled_without", lambda one, changed: one)


def all_facts_in_checker(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sequents.Term, "settled_without", lambda self, changed: self)


def changed_in_kernel(rule: str, change: Callable[..., Any]) -> Weakening:
    """What a rule makes is changed behind its back."""

    def weaken(patch: pytest.MonkeyPatch) -> None:
        honest = replay.STEPS[rule]

        def wrong(state: Any, j: int, *arguments: Any) -> Any:
            made = honest(state, j, *arguments)
            kept = len(state.terms) - 1
            terms = [*made.terms[:kept], *(change(t, *arguments) for t in made.terms[kept:])]
            return kernel._next(state, terms, made.steps[-1])

        patch.setitem(replay.STEPS, rule, wrong)

    return weaken


def changed_in_checker(rule: str, change: Callable[..., Any]) -> Weakening:
    def weaken(patch: pytest.MonkeyPatch) -> None:
        honest, count = rules.RULES[rule]

        def wrong(context: Any, one: Any, *arguments: Any) -> Any:
            return [change(t, *arguments) for t in honest(context, one, *arguments)]

        patch.setitem(rules.RULES, rule, (wrong, count))

    return weaken


def with_start(one: Any, v: str, F: Any, *_: Any) -> Any:
    """F(m) for F(m) - F(0); F(0) is a number here."""
    start = sum(c for c, *names in F if v not in names)
    return replace(one, coefficient=one.coefficient + start)


def without_bounds(one: Any, *_: Any) -> Any:
    """f(e) without [0 <= e < n]."""
    return replace(one, brackets=one.brackets[:-2])


def with_overlap(one: Any, *_: Any) -> Any:
    """Both cases with p = 0."""
    *others, last = one.brackets
    own = isinstance(last, sequents.Bracket)
    p = last.polynomial if own else last.p
    wider = p + 1 if {(): -1}.items() <= (p.monomials if own else p.terms).items() else p
    return replace(one, brackets=(*others, type(last)(last[0] if own else last.kind, wider)))


#: Those who do not look at proofs at all.
TRUSTING: dict[str, Weakening] = {"kernel": trusting_kernel, "checker": trusting_checker}
