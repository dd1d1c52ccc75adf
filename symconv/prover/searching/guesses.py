"""Untrusted: what may bring the terms that are left together; every guess is a state that the kernel has made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, permutations

from symconv.prover import kernel
from symconv.prover.division import divided
from symconv.prover.evidence import RuleError, facts_of
from symconv.prover.kernel import State
from symconv.prover.polynomial import ZERO, Polynomial, variable
from symconv.prover.positivity import nonnegative
from symconv.prover.searching.alignment import alignments, fresh, renamed, tensors
from symconv.prover.searching.brackets import weight_of
from symconv.prover.searching.equations import flattened
from symconv.prover.searching.ranges import counted_from_bounds, moved, padded_split, reindexed, split
from symconv.prover.sequent import Bracket, Term

#: The largest range of a number of values that is written out.
MAX_WRITTEN_OUT = 16


def splits(state: State) -> Iterator[State]:
    """A range whose extent is the product of digits of another term."""
    for j, term in enumerate(state.terms):
        for v, n in term.ranges:
            for extents in dict.fromkeys(_digits(state, term)):
                if extents[0] * extents[1] == n and (done := split(state, j, v, extents)) is not None:
                    yield done


def _digits(state: State, term: Term) -> Iterator[tuple[Polynomial, Polynomial]]:
    """(N, M) where another term has a digit of N values worth M or -M each; without tensors, any two of its extents."""
    for other in state.terms:
        if other is term:
            continue
        read = [p for _, at in other.factors for p in at] + [b.p for b in other.brackets]
        for v, N in other.ranges:
            for p in read:
                M = weight_of(p, v)
                if M is not None and not M.is_constant and M.names <= state.sequent.names:
                    yield from ((N, M), (N, -M))
        if not other.factors:
            yield from ((N, M) for (_, N), (_, M) in permutations(other.ranges, 2) if not (N * M).is_constant)


def padded_splits(state: State) -> Iterator[State]:
    """A range made as long as the product of two extents of another term, and split."""
    for j, term in enumerate(state.terms):
        for v, n in term.ranges:
            for N, M in _digits(state, term):
                if n in (N, M, N * M) or n.is_constant:
                    continue
                longer = moved(state, j, v, sign=1, c=ZERO, m=N * M)
                done = None if longer is None else split(longer, len(longer.terms) - 1, v, (N, M))
                if done is not None:
                    yield done


def padded_floor_splits(state: State) -> Iterator[State]:
    """An index whose floor by b is taken runs on to the next multiple of b, and is split."""
    for j, term in enumerate(state.terms):
        for q in term.quotients:
            yield from (done for v, _ in term.ranges if (done := padded_split(state, j, v, q)) is not None)


def joins(state: State) -> Iterator[State]:
    """Two indices that are read as the digits of one number only."""
    for j, term in enumerate(state.terms):
        for (q, N), (r, M) in permutations(term.ranges, 2):
            if not _are_digits(term, q, r, M):
                continue
            (v,) = fresh(state, term, q, 1)
            joined = replace(
                term.put({r: variable(v) - variable(q) * M}),
                ranges=tuple((v, N * M) if u == q else (u, n) for u, n in term.ranges if u != r),
            )
            facts = facts_of(state.facts, joined)
            first, second = nonnegative(facts, N), nonnegative(facts, M)
            if q not in joined.names and first is not None and second is not None:
                yield kernel.join(state, j, (q, r), v, (first, second))


def _are_digits(term: Term, q: str, r: str, M: Polynomial) -> bool:
    """Whether q is always worth M times as much as r."""
    places = [p for p in term.polynomials() if q in p.names or r in p.names]
    weights = [(weight_of(p, q), weight_of(p, r)) for p in places]
    return bool(places) and all(a is not None and b is not None and a == b * M for a, b in weights)


def reranges(state: State) -> Iterator[State]:
    """A range and a bound by a bracket change places, as another term has them."""
    for j, k in permutations(range(len(state.terms)), 2):
        one, other = state.terms[j], state.terms[k]
        names = next(alignments(other, one), None)
        if names is None:
            continue
        for v, n in one.ranges:
            m = other.extents.get(names[v], n)
            if m != n and Bracket(">=", m - 1 - variable(v)) in one.brackets:
                turned = moved(state, j, v, sign=1, c=ZERO, m=m)
                if turned is not None:
                    yield turned


def windows(state: State) -> Iterator[State]:
    """An index between two bounds by other indices, at a fixed distance, counts from the lower one."""
    for j in range(len(state.terms)):
        yield from counted_from_bounds(state, j)


def peels(state: State) -> Iterator[State]:
    """A summand at one end of a range that another term is by itself."""
    for j, k in permutations(range(len(state.terms)), 2):
        one, other = state.terms[j], state.terms[k]
        if len(one.ranges) != len(other.ranges) + 1 or tensors(one) != tensors(other):
            continue
        for v, n in one.ranges:
            for end in (ZERO, n - 1):
                alone = replace(kernel.without(one, v, None).put({v: end}), brackets=())
                if next(alignments(alone, other), None) is not None:
                    yield kernel.case(state, j, variable(v) - end if end != ZERO else -variable(v))


def reversals(state: State) -> Iterator[State]:
    """An index of one term run backwards, where that makes it read like another."""
    for j, k in permutations(range(len(state.terms)), 2):
        one, other = state.terms[j], state.terms[k]
        if tensors(one) != tensors(other) or len(one.ranges) != len(other.ranges):
            continue
        if next(alignments(one, other), None) is not None and one.factors:
            continue
        for size in range(1, len(one.ranges) + 1):
            for chosen in combinations(one.ranges, size):
                turned = one.put({v: n - 1 - variable(v) for v, n in chosen})
                if next(alignments(turned, other), None) is not None and _fits(turned, other):
                    yield from _reversed(state, j, [v for v, _ in chosen])


def _fits(one: Term, other: Term) -> bool:
    """Where tensors do not tell: the brackets agree under some naming."""
    if one.factors:
        return True
    return any(
        {b.key for b in renamed(other, names).brackets} & {b.key for b in one.brackets}
        for names in alignments(one, other)
    )


def _reversed(state: State, j: int, chosen: list[str]) -> Iterator[State]:
    current: State | None = state
    place = j
    for v in chosen:
        if current is None:
            return
        n = current.terms[place].extents[v]
        current = reindexed(current, place, v, sign=-1, c=n - 1, m=n)
        place = len(current.terms) - 1 if current is not None else 0
    if current is not None:
        yield current


def cases(state: State) -> Iterator[State]:
    """Two terms that read alike, and a bracket or a bound that only one of them has: the other in two cases."""
    seen: set[tuple[int, Polynomial]] = set()
    for opposite in (True, False):
        for j, k in permutations(range(len(state.terms)), 2):
            one, other = state.terms[j], state.terms[k]
            if (one.coefficient + other.coefficient == ZERO) != opposite:
                continue
            names = next(alignments(other, one), None)
            if names is None:
                continue
            like = renamed(one, names)
            known = {b.key for b in other.brackets}
            bounds = [m - 1 - variable(v) for v, m in like.ranges if other.extents.get(v, m) != m]
            for p in [b.p for b in like.brackets if b.kind == ">=" and b.key not in known] + bounds:
                if (k, p) not in seen and p.names <= other.names | state.sequent.names:
                    seen.add((k, p))
                    yield kernel.case(state, k, p)


def shifts(state: State) -> Iterator[State]:
    """An index that another term reads at a distance: both counted from the same end, or what sticks out taken off."""
    for j, k in permutations(range(len(state.terms)), 2):
        one, other = state.terms[j], state.terms[k]
        if tensors(one) != tensors(other) or len(one.ranges) != len(other.ranges):
            continue
        if one.factors and next(alignments(one, other), None) is not None:
            continue
        for v, sign, c in _distances(state, one, other):
            turned = one.put({v: sign * variable(v) + c})
            names = next(alignments(turned, other), None)
            if names is None:
                continue
            m = other.extents[next(old for old, new in names.items() if new == v)]
            whole = moved(state, j, v, sign=sign, c=c, m=m)
            if whole is not None:
                yield whole
            elif sign == 1 and nonnegative(facts_of(state.facts, one), c - 1) is not None:
                yield kernel.case(state, j, variable(v) - c)


def _distances(state: State, one: Term, other: Term) -> list[tuple[str, int, Polynomial]]:
    """(v, sign, c): reading ``one`` at sign*v + c may be reading ``other``."""
    found: dict[tuple[str, int, Polynomial], None] = {}
    for t, at in one.factors:
        for u, there in other.factors:
            if t != u:
                continue
            for p, q in zip(at, there, strict=True):
                for v, w in ((v, w) for v, _ in one.ranges for w, _ in other.ranges):
                    rest, aim = p.without(v), q.without(w)
                    if rest is None or aim is None:
                        continue
                    sign, c = p.coefficient(v) * q.coefficient(w), (aim - rest) * p.coefficient(v)
                    if (sign, c) != (1, ZERO) and c.names <= state.sequent.names:
                        found[(v, sign, c)] = None
    return list(found)


def floor_cases(state: State) -> Iterator[State]:
    """A floor whose value is not determined: whether its quotient reaches the next whole number, or 0."""
    for j, term in enumerate(state.terms):
        defined = [d for d in state.sequent.defined if d.kind == "floor" and d.name in term.names]
        for a, b in [(q.a, q.b) for q in term.quotients] + [(d.a, d.b) for d in defined]:
            whole, rest = divided(a, b)
            if whole.names.isdisjoint(term.quotient_names):
                yield kernel.case(state, j, rest - b)
                yield kernel.case(state, j, rest)


def nested_floors(state: State) -> Iterator[State]:
    """A floor of a floor as one floor."""
    for j, term in enumerate(state.terms):
        yield from (done for q in term.quotients if (done := flattened(state, j, q)) is not None)


def written_out(state: State) -> Iterator[State]:
    """A sum over a range of a few numbers: its last summand by itself."""
    for j, term in enumerate(state.terms):
        for v, n in term.ranges:
            if n.is_constant and 1 < n.constant_part <= MAX_WRITTEN_OUT:
                yield kernel.case(state, j, variable(v) - n + 1)


def bounds(state: State) -> Iterator[State]:
    """A sum over an index below a bound of other indices: where the bound lets a summand in, and where it does not."""
    for j, term in enumerate(state.terms):
        for v, n in term.ranges:
            for i, bracket in enumerate(term.brackets):
                facts = facts_of(state.facts, kernel.without(term, v, i))
                if bracket.kind != ">=" or bracket.p.without(v) is None or bracket.p.coefficient(v) != -1:
                    continue
                if any(v in p.names for _, at in term.factors for p in at):
                    continue
                m = bracket.p + variable(v) + 1
                for p in (m - 1, n - m):
                    if nonnegative(facts, p) is None:
                        yield kernel.case(state, j, p)


def reflections(state: State) -> Iterator[State]:
    """A count of tuples below a bound, seen from the other end of every range."""
    for j, term in enumerate(state.terms):
        inside = [v for v, _ in term.ranges if any(v in b.p.names for b in term.brackets)]
        if not term.factors and len(term.brackets) == 1 and len(inside) > 1:
            yield from _reversed(state, j, inside)


GUESSES: tuple[Callable[[State], Iterator[State]], ...] = (
    joins,
    cases,
    splits,
    padded_floor_splits,
    reversals,
    peels,
    reranges,
    shifts,
    windows,
    nested_floors,
    floor_cases,
    written_out,
    bounds,
    reflections,
    padded_splits,
)


def guesses(state: State) -> Iterator[State]:
    """All guesses, the likeliest first."""
    for guess in GUESSES:
        yield from _allowed(guess(state))


def _allowed(more: Iterator[State]) -> Iterator[State]:
    """The guesses up to the first for which the kernel has no rule."""
    try:
        yield from more
    except RuleError:
        return
