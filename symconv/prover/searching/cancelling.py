"""Untrusted: terms cancel against one another, after a renaming of what is bound."""

from __future__ import annotations

import time
from itertools import combinations

from symconv.prover import kernel
from symconv.prover.evidence import RuleError, facts_of
from symconv.prover.kernel import State
from symconv.prover.polynomial import ZERO
from symconv.prover.positivity import zero
from symconv.prover.searching.alignment import alignments, renamed, tensors
from symconv.prover.sequent import Bracket, Term


def cancelled(state: State, end: float) -> State:
    """Like terms merged, and coefficients that the facts make 0 removed, until the clock shows ``end``."""
    while time.monotonic() < end:
        fewer = _merged(state) or _united(state) or _without_zero(state)
        if fewer is None:
            break
        state = fewer
    return state


def _without_zero(state: State) -> State | None:
    """A term whose coefficient is 0 wherever it counts goes."""
    for j, term in enumerate(state.terms):
        pair = None if term.coefficient.is_constant else zero(facts_of(state.facts, term), term.coefficient)
        if pair is not None:
            numerators = [q.a for q in term.quotients]
            goal = (pair[1], pair[0])
            return kernel.rewrite(
                state, j, coefficient=ZERO, numerators=numerators, factors=term.factors, proofs=[goal]
            )
    return None


def _merged(state: State) -> State | None:
    for j, k in combinations(range(len(state.terms)), 2):
        one, other = state.terms[j], state.terms[k]
        if not _alike(one, other):
            continue
        for names in alignments(one, other, extents=True):
            try:
                return kernel.merge(state, j, k, names)
            except RuleError:
                continue
    return None


def _united(state: State) -> State | None:
    """Two equal terms, one where p >= 0 and one where p < 0, are one term without the bracket."""
    for j, k in combinations(range(len(state.terms)), 2):
        one, other = state.terms[j], state.terms[k]
        if not one.brackets or not _alike(one, other):
            continue
        for names in alignments(one, other, extents=True):
            like = renamed(other, names)
            apart = {b.key for b in one.brackets} ^ {b.key for b in like.brackets}
            i = next((i for i, b in enumerate(one.brackets) if apart == {b.key, Bracket(">=", -b.p - 1).key}), None)
            if i is None or one.coefficient != like.coefficient or one.brackets[i].kind != ">=":
                continue
            try:
                whole = kernel.complement(state, j, i)
                return kernel.merge(whole, len(whole.terms) - 1, k - 1, names)
            except RuleError:
                continue
    return None


def _alike(one: Term, other: Term) -> bool:
    return (
        len(one.ranges) == len(other.ranges)
        and len(one.brackets) == len(other.brackets)
        and tensors(one) == tensors(other)
        and sorted(n.key for _, n in one.ranges) == sorted(n.key for _, n in other.ranges)
    )
