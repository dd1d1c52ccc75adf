"""Untrusted search, second half: cancel terms against one another; where they do not, split sums and cases.

A term that stays is compared with the others: a range that is a product is split into digits, an index reversed, a
bracket that only one of two like terms has makes two cases.  Every state comes from the kernel, so that a wrong guess
costs time only.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import combinations, count
from math import factorial, prod

from symconv.prover import kernel
from symconv.prover.evidence import Proof, RuleError, facts_of
from symconv.prover.kernel import State
from symconv.prover.polynomial import ZERO
from symconv.prover.positivity import nonnegative, zero
from symconv.prover.searching.alignment import alignments, tensors
from symconv.prover.searching.guesses import guesses
from symconv.prover.searching.simplify import settle
from symconv.prover.sequent import Sequent, Term

#: How many guesses are followed, and how many terms a state may have.
MAX_STATES = 200
MAX_STATE_TERMS = 60
#: What a guess made before, and one more guess of the same state, weigh against a term that is left.
WEIGHT_OF_DEPTH = 0.5
WEIGHT_OF_GUESS = 0.25
#: For sums over more indices than this, closed forms may be missed.
MAX_SUMMED = 4


@dataclass
class Budget:
    """What a search may still spend, until when; ``last`` is where it stood after the first simplification."""

    states: int = MAX_STATES
    end: float = float("inf")
    seen: set[object] = field(default_factory=set)
    last: State | None = None

    @property
    def is_spent(self) -> bool:
        """Whether no further guess may be followed."""
        return self.states <= 0 or time.monotonic() > self.end


def search(sequent: Sequent, budget: Budget | None = None) -> State | None:
    """A state without terms, or ``None`` where none was found."""
    denominators = _denominators(sequent)
    if denominators is None:
        return None
    return _close(kernel.begin(sequent, denominators, _scale(sequent)), budget or Budget())


def _scale(sequent: Sequent) -> int:
    """A multiple under which sums of powers of so many indices have integer coefficients; 1 where tensors are read."""
    terms = (*sequent.left, *sequent.right)
    if any(t.factors for t in terms):
        return 1
    indices = max((len(t.ranges) for t in terms), default=0)
    return prod(factorial(n) for n in range(1, min(indices, MAX_SUMMED) + 1))


def describe_open(budget: Budget) -> str:
    """Which terms were left, in words."""
    if budget.last is None:
        return "a divisor is not known to be at least 1"
    terms = budget.last.terms
    shown = "; ".join(map(str, terms[:3])) + ("; ..." if len(terms) > 3 else "")
    return f"{len(terms)} terms do not cancel: {shown}"


def _denominators(sequent: Sequent) -> list[Proof] | None:
    """Proofs that every floor divides by at least 1."""
    proofs = []
    for place, d in enumerate(sequent.defined):
        if d.kind == "floor":
            earlier = (*(f for e in sequent.defined[:place] for f in e.facts), *sequent.assume)
            proofs.append(nonnegative(earlier, d.b - 1))
    for term in (*sequent.left, *sequent.right):
        proofs += [nonnegative(sequent.facts, q.b - 1) for q in term.quotients]
    return None if any(p is None for p in proofs) else [p for p in proofs if p is not None]


def _close(state: State, budget: Budget) -> State | None:
    """Simplify, cancel, and where terms are left, guess: few terms first, every state's guesses one at a time."""
    state = _cancelled(settle(state))
    if state.is_proved:
        return state
    budget.last = state
    order = count()
    open_states = [(_weight(state, 0), next(order), 0, guesses(state))]
    budget.seen.add(_key(state))
    while open_states and not budget.is_spent:
        weight, _, depth, more = heappop(open_states)
        try:
            guess = next(more, None)
        except RuleError:  # a guess that no rule allows
            guess = None
        if guess is None:
            continue
        heappush(open_states, (weight + WEIGHT_OF_GUESS, next(order), depth, more))
        budget.states -= 1
        child = _cancelled(settle(guess))
        if child.is_proved:
            return child
        if _key(child) not in budget.seen and len(child.terms) <= MAX_STATE_TERMS:
            budget.seen.add(_key(child))
            heappush(open_states, (_weight(child, depth + 1), next(order), depth + 1, guesses(child)))
    return None


def _weight(state: State, depth: int) -> float:
    """The less is left, and the fewer guesses led here, the sooner it is looked at."""
    return len(state.terms) + depth * WEIGHT_OF_DEPTH


def _key(state: State) -> object:
    return frozenset((t.coefficient, t.ranges, frozenset(b.key for b in t.brackets), t.factors) for t in state.terms)


def _cancelled(state: State) -> State:
    """Like terms merged, and coefficients that the facts make 0 removed."""
    merged = _merged(state)
    while merged is not None:
        state = merged
        merged = _merged(state)
    for j, term in enumerate(state.terms):
        pair = None if term.coefficient.is_constant else zero(facts_of(state.facts, term), term.coefficient)
        if pair is not None:
            numerators = [q.a for q in term.quotients]
            goal = (pair[1], pair[0])
            state = kernel.rewrite(
                state, j, coefficient=ZERO, numerators=numerators, factors=term.factors, proofs=[goal]
            )
            return _cancelled(state)
    return state


def _merged(state: State) -> State | None:
    for j, k in combinations(range(len(state.terms)), 2):
        one, other = state.terms[j], state.terms[k]
        if not _alike(one, other):
            continue
        for names in alignments(one, other):
            try:
                return kernel.merge(state, j, k, names)
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
