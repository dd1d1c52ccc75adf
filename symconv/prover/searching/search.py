"""Untrusted search, second half: cancel terms against one another; where they do not, split sums and cases.

A term that stays is compared with the others: a range that is a product is split into digits, an index reversed, a
bracket that only one of two like terms has makes two cases.  Every state comes from the kernel, so that a wrong guess
costs time only.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from heapq import heappop, heappush
from math import factorial, inf, prod

from symconv.prover import kernel
from symconv.prover.evidence import Proof
from symconv.prover.kernel import State
from symconv.prover.positivity import nonnegative
from symconv.prover.searching.cancelling import cancelled
from symconv.prover.searching.guesses import guesses
from symconv.prover.searching.simplify import settle
from symconv.prover.sequent import Sequent, Term

#: How many terms a state may have.
MAX_STATE_TERMS = 60
#: What a guess made before, and one more guess of the same state, weigh against a term that is left.
WEIGHT_OF_DEPTH = 0.5
WEIGHT_OF_GUESS = 0.25
#: For sums over more indices than this, closed forms may be missed.
MAX_SUMMED = 4


class Search:
    """The search for a proof of a sequent until the clock shows ``end``; it simplifies at once, and guesses when asked.

    >>> from symconv.prover.reading import read
    >>> from symconv.statements.grammar import parse_proposition
    >>> search = Search(read(parse_proposition("sum(u < K) X[u] = sum(v < K) X[K - 1 - v]")))
    >>> search.follow(10).is_proved
    True
    """

    def __init__(self, sequent: Sequent, end: float = inf) -> None:
        self._end = end
        self._open: list[tuple[float, int, int, Iterator[State]]] = []
        self._seen: set[object] = set()
        self._first = self._begun(sequent)
        self._proved: State | None = None
        if self._first is not None:
            self._meet(self._first, 0)

    def follow(self, number: int) -> State | None:
        """A state without terms, after so many more guesses at most; ``None`` where none was found.

        Few terms come first, and the guesses of every state one at a time.
        """
        while self._proved is None and self._open and number > 0 and time.monotonic() < self._end:
            weight, place, depth, more = heappop(self._open)
            guess = next(more, None)
            if guess is not None:
                number -= 1
                heappush(self._open, (weight + WEIGHT_OF_GUESS, place, depth, more))
                self._meet(self._simplified(guess), depth + 1)
        return self._proved

    @property
    def reason(self) -> str:
        """Which terms were left after the first simplification, in words."""
        if self._first is None:
            return "a divisor is not known to be at least 1"
        terms = self._first.terms
        shown = "; ".join(map(str, terms[:3])) + ("; ..." if len(terms) > 3 else "")
        return f"{len(terms)} terms do not cancel: {shown}"

    def _begun(self, sequent: Sequent) -> State | None:
        denominators = _denominators(sequent)
        if denominators is None:
            return None
        return self._simplified(cancelled(kernel.begin(sequent, denominators, _scale(sequent)), self._end))

    def _simplified(self, state: State) -> State:
        return cancelled(settle(state, self._end), self._end)

    def _meet(self, state: State, depth: int) -> None:
        """The state is a proof, or its guesses are to be followed, if it is new."""
        if state.is_proved:
            self._proved = state
        elif _key(state) not in self._seen and len(state.terms) <= MAX_STATE_TERMS:
            self._seen.add(_key(state))
            weight = len(state.terms) + depth * WEIGHT_OF_DEPTH
            heappush(self._open, (weight, len(self._seen), depth, guesses(state)))


def _scale(sequent: Sequent) -> int:
    """A multiple under which sums of powers of so many indices have integer coefficients; 1 where tensors are read."""
    terms = (*sequent.left, *sequent.right)
    if any(t.factors for t in terms):
        return 1
    return max(map(_multiple, terms), default=1)


def _multiple(term: Term) -> int:
    """The sum of a power m over an index has denominators that divide (m + 1)!, and its power is m + 1."""
    power = max((sum(x in term.binders for x in monomial) for monomial in term.coefficient.terms), default=0)
    return prod(factorial(power + n) for n in range(1, min(len(term.ranges), MAX_SUMMED) + 1))


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


def _key(state: State) -> object:
    return frozenset((t.coefficient, t.ranges, frozenset(b.key for b in t.brackets), t.factors) for t in state.terms)
