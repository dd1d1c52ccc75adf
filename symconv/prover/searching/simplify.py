"""Untrusted search, first half: bring one term towards a normal form, rule by rule.

Each tactic looks at one term and returns the next state, or ``None`` where it has nothing to do.  Their order matters:
what determines an index goes first, so that less is left for the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf

from symconv.prover.evidence import RuleError
from symconv.prover.kernel import State
from symconv.prover.searching import brackets, equations, ranges
from symconv.prover.sequent import Term

Tactic = Callable[[State, int], State | None]
#: Tactics that undo one another end here.
MAX_STEPS = 1_000

TACTICS: tuple[Tactic, ...] = (
    ranges.add_up_free,
    equations.eliminate_index,
    equations.eliminate_quotient,
    ranges.split_by_floor,
    ranges.split_stuffed,
    brackets.is_empty,
    brackets.pair_up,
    brackets.drop_implied,
    ranges.single_value,
    equations.put_assumed,
    ranges.put_assumed_in_extents,
    equations.put_zero,
    equations.put_defined,
    brackets.restate,
    equations.use_equation,
    ranges.shrink_range,
    ranges.count_from_bound,
    ranges.orient,
    equations.name_digit,
    ranges.add_up,
    ranges.count_below,
)


def settle(state: State, end: float = inf) -> State:
    """Every term as simple as the tactics make it, in at most ``MAX_STEPS`` steps, until the clock shows ``end``."""
    j, last = 0, len(state.steps) + MAX_STEPS
    past: list[frozenset[Term]] = [frozenset()] * len(state.terms)
    while j < len(state.terms) and len(state.steps) < last and time.monotonic() < end:
        been = past[j] | {state.terms[j]}
        changed = simplified(state, j, been)
        if changed is None:
            j += 1
        else:
            del past[j]
            past += [been] * (len(changed.terms) - len(past))
            state = changed
    return state


def simplified(state: State, j: int, past: frozenset[Term] = frozenset()) -> State | None:
    """One step on term j that does not lead back to what it was in the ``past``."""
    for tactic in TACTICS:
        new = _tried(tactic, state, j)
        if new is not None and past.isdisjoint(new.terms[len(state.terms) - 1 :]):
            return new
    return None


def _tried(tactic: Tactic, state: State, j: int) -> State | None:
    """What a tactic makes; one that asks for what no rule says is as good as one that has nothing to do."""
    try:
        return tactic(state, j)
    except RuleError:
        return None
