"""Untrusted: ranges of indices made as small as brackets allow, and sums over indices that nothing reads added up."""

from __future__ import annotations

from dataclasses import replace

from symconv.prover import kernel
from symconv.prover.division import exact_quotient
from symconv.prover.evidence import facts_of
from symconv.prover.kernel import State
from symconv.prover.polynomial import ZERO, Polynomial, constant, variable
from symconv.prover.positivity import nonnegative, zero
from symconv.prover.searching.alignment import fresh
from symconv.prover.searching.brackets import weight_of, with_brackets
from symconv.prover.searching.summation import antidifference
from symconv.prover.sequent import Bracket, Term


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
            if m != n and (new := reindexed(state, j, v, sign=1, c=c, m=m)) is not None:
                return new
    return None


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


def add_up(state: State, j: int) -> State | None:
    """The sum over an index that no tensor reads, in closed form."""
    term = state.terms[j]
    for v, n in term.ranges:
        inside = [i for i, b in enumerate(term.brackets) if v in b.p.names]
        read = [p for _, at in term.factors for p in at] + [q.a for q in term.quotients]
        if len(inside) > 1 or any(v in p.names for p in read):
            continue
        F = antidifference(term.coefficient, v)
        if F is None:
            continue
        i = inside[0] if inside else None
        if i is not None and (term.brackets[i].kind != ">=" or term.brackets[i].p.without(v) is None):
            continue
        if i is not None and term.brackets[i].p.coefficient(v) == 1:
            return reindexed(state, j, v, sign=-1, c=n - 1, m=n)
        m = n if i is None else term.brackets[i].p + variable(v) + 1
        rest = kernel.without(term, v, i)
        facts = facts_of(state.facts, rest)
        first = nonnegative(facts, m)
        second = None if i is None else nonnegative(facts, n - m)
        if first is not None and (i is None or second is not None):
            return kernel.add_up(state, j, v, F=F, i=i, proofs=(first, second))
    return None


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
