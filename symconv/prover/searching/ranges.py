"""Untrusted: ranges of indices made as small as brackets allow, and sums over indices that nothing reads added up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from symconv.prover import kernel
from symconv.prover.division import divided, exact_quotient
from symconv.prover.evidence import facts_of
from symconv.prover.kernel import State
from symconv.prover.polynomial import ONE, ZERO, Polynomial, constant, variable
from symconv.prover.positivity import nonnegative, zero
from symconv.prover.searching.alignment import fresh
from symconv.prover.searching.brackets import weight_of, with_brackets
from symconv.prover.searching.equations import assumed_values
from symconv.prover.searching.summation import antidifference
from symconv.prover.sequent import Bracket, Quotient, Term


def shrink_range(state: State, j: int) -> State | None:
    """A bracket that bounds an index bounds its range; where no tensor is read, with other indices at their best ends.

    (Elsewhere such a range would no longer be that of the same sum under the opposite bracket.)
    """
    term = state.terms[j]
    for bracket in term.brackets:
        if bracket.kind != ">=":
            continue
        for v, n in term.ranges:
            rest = bracket.p.without(v)
            if rest is None or (term.factors and rest.names & term.binders):
                continue
            loosest = _greatest(state, term, rest)
            if loosest is None:
                continue
            upper = bracket.p.coefficient(v) == -1
            m, c = (loosest + 1, ZERO) if upper else (n + loosest, -loosest)
            if _is_smaller(state, m, n) and (new := reindexed(state, j, v, sign=1, c=c, m=m)) is not None:
                return new
    return None


def count_from_bound(state: State, j: int) -> State | None:
    """Where no tensor is read: an index between two bounds at a fixed distance counts from the lower one."""
    return None if state.terms[j].factors else next(counted_from_bounds(state, j), None)


def counted_from_bounds(state: State, j: int) -> Iterator[State]:
    """An index with L <= v < L + m, where L has other indices in it, counts from L."""
    term = state.terms[j]
    inequalities = [b.p for b in term.brackets if b.kind == ">="]
    for low, high in permutations(inequalities, 2):
        m = low + high + 1
        for v, _ in term.ranges if m.names <= state.sequent.names else ():
            if low.without(v) is not None and low.coefficient(v) == 1 and low.names & term.binders > {v}:
                new = reindexed(state, j, v, sign=1, c=variable(v) - low, m=m)
                if new is not None:
                    yield new


def put_assumed_in_extents(state: State, j: int) -> State | None:
    """An equation that is assumed replaces the name that it determines in extents."""
    for v, n in state.terms[j].ranges:
        for name, value in assumed_values(state.sequent):
            if name in n.names and (new := reindexed(state, j, v, sign=1, c=ZERO, m=n.put({name: value}))) is not None:
                return new
    return None


def _is_smaller(state: State, m: Polynomial, n: Polynomial) -> bool:
    """Whether m <= n for all sizes; of two extents that are always the same, one is chosen."""
    if m == n or nonnegative(state.facts, n - m) is None:
        return False
    return nonnegative(state.facts, m - n) is None or (len(m.terms), m.key) < (len(n.terms), n.key)


def _greatest(state: State, term: Term, p: Polynomial) -> Polynomial | None:
    """An upper bound of p by sizes: each index at the end of its range at which p is greater."""
    facts = facts_of(state.facts, term)
    for v in sorted(p.names & term.binders):
        weight, n = weight_of(p, v), term.extents.get(v)
        if weight is None or n is None:
            return None
        if nonnegative(facts, -weight) is not None:
            p = p.put({v: ZERO})
        elif nonnegative(facts, weight) is not None:
            p = p.put({v: n - 1})
        else:
            return None
    return p if p.names <= state.sequent.names else None


def reindexed(state: State, j: int, v: str, *, sign: int, c: Polynomial, m: Polynomial) -> State | None:
    """The kernel's rule, where its four proofs are found."""
    term = state.terms[j]
    n, old = term.extents[v], variable(v)
    result = replace(term.put({v: sign * old + c}), ranges=tuple((u, m if u == v else e) for u, e in term.ranges))
    before, after = facts_of(state.facts, term), facts_of(state.facts, result)
    w, x = sign * (old - c), sign * old + c
    proofs = []
    for facts, goal in ((before, w), (before, m - 1 - w), (after, x), (after, n - 1 - x)):
        proof = nonnegative(facts, goal)
        if proof is None:
            return None
        proofs.append(proof)
    return kernel.reindex(state, j, v, sign=sign, c=c, m=m, proofs=proofs)


def moved(state: State, j: int, v: str, *, sign: int, c: Polynomial, m: Polynomial) -> State | None:
    """The same, after the range is also said by brackets, so that the new range need not imply it."""
    n = state.terms[j].extents[v]
    whole = (Bracket(">=", variable(v)), Bracket(">=", n - 1 - variable(v)))
    said = with_brackets(state, j, whole)
    return None if said is None else reindexed(said, len(said.terms) - 1, v, sign=sign, c=c, m=m)


def split(state: State, j: int, v: str, extents: tuple[Polynomial, Polynomial]) -> State | None:
    """The kernel's rule, where both extents are known not to be negative."""
    term = state.terms[j]
    facts = facts_of(state.facts, term)
    first, second = (nonnegative(facts, e) for e in extents)
    if first is None or second is None:
        return None
    q, r = fresh(state, term, v, 2)
    return kernel.split(state, j, v, digits=(q, r), extents=extents, proofs=(first, second))


def split_by_floor(state: State, j: int) -> State | None:
    """An index whose floor by b is taken, and whose extent is N*b, is q*b + r."""
    term = state.terms[j]
    for q in sorted(term.quotients, key=lambda q: -q.b.degree):
        for v, n in term.ranges:
            N = exact_quotient(n, q.b) if v in q.a.names else None
            if N is not None and constant(1) != N and q.b != constant(1):
                return split(state, j, v, (N, q.b))
    return None


def split_stuffed(state: State, j: int) -> State | None:
    """An index of which only the multiples of b count is split into those and the rest, which is 0."""
    term = state.terms[j]
    known = {b.key for b in term.brackets}
    stuffed = [q for q in term.quotients if Bracket("=", q.a - q.b * variable(q.name)).key in known]
    return next((done for q in stuffed for v, _ in term.ranges if (done := padded_split(state, j, v, q))), None)


def padded_split(state: State, j: int, v: str, q: Quotient) -> State | None:
    """An index whose floor by b is taken runs on to the next multiple of b, and is split."""
    n = state.terms[j].extents[v]
    N, _ = divided(n + q.b - 1, q.b)
    if weight_of(q.a, v) != ONE or N in (ZERO, ONE) or not N.names <= state.sequent.names:
        return None
    longer = moved(state, j, v, sign=1, c=ZERO, m=N * q.b)
    return None if longer is None else split(longer, len(longer.terms) - 1, v, (N, q.b))


def orient(state: State, j: int) -> State | None:
    """Every index runs so that the first tensor that is read at it, in the order of names, is read forwards.

    Where it is read in floors only, the first floor runs forwards.
    """
    term = state.terms[j]
    read = [p for _, at in sorted(term.factors, key=lambda f: f[0]) for p in at] + [q.a for q in term.quotients]
    for v, n in term.ranges:
        first = next((weight_of(p, v) for p in read if v in p.names), None)
        if first is not None and first != ZERO and first.key[0][1] < 0:
            return reindexed(state, j, v, sign=-1, c=n - 1, m=n)
    return None


def single_value(state: State, j: int) -> State | None:
    """An index with one value is determined by an equation."""
    term = state.terms[j]
    for v, n in term.ranges:
        equation = Bracket("=", variable(v))
        if n == constant(1) and equation.key not in {b.key for b in term.brackets}:
            pair = zero(facts_of(state.facts, term), variable(v))
            unique = tuple({b.key: b for b in term.brackets}.values())
            if pair is not None:
                return kernel.brackets(state, j, (*unique, equation), (pair,), ())
    return None


def add_up_free(state: State, j: int) -> State | None:
    """The sum over an index that no tensor and no bracket reads, in closed form."""
    term = state.terms[j]
    for v, n in term.ranges:
        if any(v in p.names for p in _read(term)) or any(v in b.p.names for b in term.brackets):
            continue
        F = antidifference(term.coefficient, v)
        proof = None if F is None else nonnegative(facts_of(state.facts, kernel.without(term, v, None)), n)
        if F is not None and proof is not None:
            return kernel.add_up(state, j, v, F=F, i=None, proofs=(proof, None))
    return None


def add_up(state: State, j: int) -> State | None:
    """The sum over an index that no tensor reads and one bracket bounds, in closed form."""
    term = state.terms[j]
    for v, n in term.ranges:
        inside = [i for i, b in enumerate(term.brackets) if v in b.p.names]
        if len(inside) != 1 or any(v in p.names for p in _read(term)):
            continue
        F, (i,) = antidifference(term.coefficient, v), inside
        bracket = term.brackets[i]
        if F is None or bracket.kind != ">=" or bracket.p.without(v) is None:
            continue
        if bracket.p.coefficient(v) == 1:
            return reindexed(state, j, v, sign=-1, c=n - 1, m=n)
        m = bracket.p + variable(v) + 1
        facts = facts_of(state.facts, kernel.without(term, v, i))
        first, second = nonnegative(facts, m), nonnegative(facts, n - m)
        if first is not None and second is not None:
            return kernel.add_up(state, j, v, F=F, i=i, proofs=(first, second))
    return None


def _read(term: Term) -> list[Polynomial]:
    """At what tensors are read, and of what floors are taken."""
    return [p for _, at in term.factors for p in at] + [q.a for q in term.quotients]


def count_below(state: State, j: int) -> State | None:
    """Where no tensor is read: the tuples at or above a bound are all less those below it."""
    term = state.terms[j]
    if term.factors or term.quotients:
        return None
    facts = facts_of(state.facts, term)
    for i, bracket in enumerate(term.brackets):
        inside = sorted(bracket.p.names & term.binders)
        weights = [weight_of(bracket.p, v) for v in inside]
        if (
            bracket.kind == ">="
            and inside
            and all(w is not None and nonnegative(facts, w) is not None for w in weights)
        ):
            return kernel.complement(state, j, i)
    return None
