"""Untrusted search, first half: bring one term towards a normal form, rule by rule.

Each tactic looks at one term and returns the next state, or ``None`` where it has nothing to do.  Their order matters:
what determines an index goes first, so that less is left for the rest.
"""

from __future__ import annotations

from collections.abc import Callable

from symconv.prover.evidence import RuleError
from symconv.prover.kernel import State
from symconv.prover.searching import brackets, equations, ranges

Tactic = Callable[[State, int], State | None]
#: Tactics that undo one another end here.
MAX_STEPS = 1_000

TACTICS: tuple[Tactic, ...] = (
    equations.eliminate_index,
    equations.eliminate_quotient,
    ranges.split_by_floor,
    brackets.is_empty,
    brackets.pair_up,
    brackets.drop_implied,
    ranges.single_value,
    equations.put_assumed,
    equations.put_defined,
    brackets.restate,
    equations.use_equation,
    ranges.shrink_range,
    ranges.orient,
    equations.name_digit,
    ranges.add_up,
    ranges.count_below,
)


def settle(state: State) -> State:
    """Every term as simple as the tactics make it, in at most ``MAX_STEPS`` steps."""
    j, last = 0, len(state.steps) + MAX_STEPS
    while j < len(state.terms) and len(state.steps) < last:
        changed = simplified(state, j)
        if changed is None:
            j += 1
        else:
            state = changed
    return state


def simplified(state: State, j: int) -> State | None:
    """One step on term j."""
    return next((new for tactic in TACTICS if (new := _tried(tactic, state, j)) is not None), None)


def _tried(tactic: Tactic, state: State, j: int) -> State | None:
    """What a tactic makes; one that asks for what no rule says is as good as one that has nothing to do."""
    try:
        return tactic(state, j)
    except RuleError:
        return None
