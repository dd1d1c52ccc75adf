"""The kernel: a state of terms whose sum is 0, changed by thirteen rules only; each rule is an identity of finite sums.

A state begins as left - right of a sequent.  Every rule takes one term (or two) out and puts terms of the same sum in,
after it has checked its side conditions; where those are inequalities, a proof is checked by expanding polynomials.
When no term is left, left = right is a theorem.  Search may be as clever or as wrong as it likes: only this file makes
states, and it records the steps that an independent checker replays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symconv.prover.evidence import Proof, ZeroProof, facts_of, imply, need, plain, prove, prove_zero, refutes
from symconv.prover.polynomial import ZERO, Polynomial, variable
from symconv.prover.sequent import Bracket, Factor, Quotient, Sequent, Term

Step = list[Any]

_SEAL = object()


@dataclass(frozen=True)
class State:
    """Terms whose sum is scale*(left - right) where the assumptions of ``sequent`` hold, and the steps to them."""

    sequent: Sequent
    terms: tuple[Term, ...]
    denominators: tuple[Proof, ...]
    scale: int
    steps: tuple[Step, ...]
    seal: object

    def __post_init__(self) -> None:
        need(self.seal is _SEAL, "states come from the rules of the kernel only")

    @property
    def is_proved(self) -> bool:
        """Whether the sum is empty, so that left = right."""
        return not self.terms

    @property
    def facts(self) -> tuple[Polynomial, ...]:
        """What the sequent makes >= 0."""
        return self.sequent.facts


def begin(sequent: Sequent, denominators: Sequence[Proof], scale: int = 1) -> State:
    """scale*(left - right); ``denominators`` prove that every floor divides by at least 1.

    Without tensors both sides are integers, so that a multiple of them decides; with tensors the scale is 1.
    """
    _check_scopes(sequent)
    need(scale >= 1 and (scale == 1 or not any(t.factors for t in (*sequent.left, *sequent.right))), "a wrong scale")
    given = iter(denominators)
    for place, defined in enumerate(sequent.defined):
        if defined.kind == "floor":
            earlier = (*(f for d in sequent.defined[:place] for f in d.facts), *sequent.assume)
            prove(earlier, defined.b - 1, next(given, ()))
    for term in (*sequent.left, *sequent.right):
        for q in term.quotients:
            prove(sequent.facts, q.b - 1, next(given, ()))
    signed = [(1, t) for t in sequent.left] + [(-1, t) for t in sequent.right]
    terms = [replace(t, coefficient=t.coefficient * (sign * scale)) for sign, t in signed]
    return State(sequent, _nonzero(terms), tuple(denominators), scale, (), _SEAL)


def point(state: State, j: int, v: str, i: int) -> State:
    """SUM_{0<=v<n} [v = e] f(v) = [e >= 0][n-1-e >= 0] f(e)"""
    term, bracket = _term(state, j), _bracket(state, j, i)
    n, rest = _extent(term, v), bracket.p.without(v)
    need(bracket.kind == "=" and rest is not None, f"the bracket does not determine {v}")
    e = -rest * bracket.p.coefficient(v) if rest is not None else ZERO
    left = without(term, v, i).put({v: e})
    _check_order(left.quotients)
    bounds = (Bracket(">=", e), Bracket(">=", n - 1 - e))
    return _replaced(state, j, [replace(left, brackets=left.brackets + bounds)], ["point", j, v, i])


def brackets(state: State, j: int, new: Sequence[Bracket], forth: Sequence[Any], back: Sequence[Any]) -> State:
    """[A] f = [B] f where, on the ranges of f, A and B imply each other"""
    term = _term(state, j)
    result = replace(term, brackets=tuple(new))
    _scoped(state, term, *(b.p for b in new))
    need(len({b.key for b in new}) == len(new), "a bracket stands twice")
    imply(facts_of(state.facts, term), term.brackets, new, forth)
    imply(facts_of(state.facts, result), new, term.brackets, back)
    return _replaced(
        state,
        j,
        [result],
        ["brackets", j, [[b.kind, b.p.json()] for b in new], [*map(plain, forth)], [*map(plain, back)]],
    )


def empty(state: State, j: int, proof: Proof) -> State:
    """a sum is 0 where the facts about its summands contradict one another"""
    refutes(facts_of(state.facts, _term(state, j)), proof)
    return _replaced(state, j, [], ["empty", j, proof])


def case(state: State, j: int, p: Polynomial) -> State:
    """f = [p >= 0] f + [-p-1 >= 0] f"""
    term = _term(state, j)
    _scoped(state, term, p)
    both = [replace(term, brackets=(*term.brackets, Bracket(">=", side))) for side in (p, -p - 1)]
    return _replaced(state, j, both, ["case", j, p.json()])


def complement(state: State, j: int, i: int) -> State:
    """[p >= 0] f = f - [-p-1 >= 0] f"""
    term, bracket = _term(state, j), _bracket(state, j, i)
    need(bracket.kind == ">=", "the bracket is an equation")
    rest = tuple(b for place, b in enumerate(term.brackets) if place != i)
    other = replace(term, coefficient=-term.coefficient, brackets=(*rest, Bracket(">=", -bracket.p - 1)))
    return _replaced(state, j, [replace(term, brackets=rest), other], ["complement", j, i])


def reindex(state: State, j: int, v: str, *, sign: int, c: Polynomial, m: Polynomial, proofs: Sequence[Proof]) -> State:
    """SUM_{0<=v<n} f(v) = SUM_{0<=w<m} f(sign*w + c) where either range holds all that the other reaches"""
    term = _term(state, j)
    n, old = _extent(term, v), variable(v)
    _scoped(state, term, c)
    need(sign in (1, -1) and len(proofs) == 4, "the sign is 1 or -1, and there are four proofs")
    need(v not in c.names, "the shift has the index in it")
    need(m.names <= state.sequent.names, "the new extent has a bound name in it")
    x, w = sign * old + c, sign * (old - c)
    result = replace(term.put({v: x}), ranges=tuple((u, m if u == v else e) for u, e in term.ranges))
    _check_order(result.quotients)
    before, after = facts_of(state.facts, term), facts_of(state.facts, result)
    goals = ((before, w), (before, m - 1 - w), (after, x), (after, n - 1 - x))
    for (facts, goal), proof in zip(goals, proofs, strict=True):
        prove(facts, goal, proof)
    return _replaced(state, j, [result], ["reindex", j, v, sign, c.json(), m.json(), list(proofs)])


def split(
    state: State,
    j: int,
    v: str,
    *,
    digits: tuple[str, str],
    extents: tuple[Polynomial, Polynomial],
    proofs: tuple[Proof, Proof],
) -> State:
    """SUM_{0<=v<N*M} f(v) = SUM_{0<=q<N} SUM_{0<=r<M} f(q*M + r) where N, M >= 0"""
    term = _term(state, j)
    (q, r), (N, M) = digits, extents
    need(_extent(term, v) == N * M, "the extent is not the product of the two")
    need(N.names | M.names <= state.sequent.names, "an extent has a bound name in it")
    need(q != r and {q, r}.isdisjoint(term.names | state.sequent.names), "a name is not new")
    for extent, proof in zip(extents, proofs, strict=True):
        prove(facts_of(state.facts, term), extent, proof)
    ranges: list[tuple[str, Polynomial]] = []
    for u, n in term.ranges:
        ranges += ((q, N), (r, M)) if u == v else ((u, n),)
    result = replace(term.put({v: variable(q) * M + variable(r)}), ranges=tuple(ranges))
    return _replaced(state, j, [result], ["split", j, v, q, r, N.json(), M.json(), *proofs])


def join(state: State, j: int, digits: tuple[str, str], v: str, proofs: tuple[Proof, Proof]) -> State:
    """SUM_{0<=q<N} SUM_{0<=r<M} f(q*M + r) = SUM_{0<=v<N*M} f(v) where N, M >= 0"""
    term = _term(state, j)
    q, r = digits
    N, M = _extent(term, q), _extent(term, r)
    need(q != r and v not in term.names | state.sequent.names, "a name is not new")
    joined = term.put({r: variable(v) - variable(q) * M})
    ranges = tuple((v, N * M) if u == q else (u, n) for u, n in term.ranges if u != r)
    result = replace(joined, ranges=ranges)
    need(q not in result.names, f"more than {q}*({M}) + {r} is read")
    for extent, proof in zip((N, M), proofs, strict=True):
        prove(facts_of(state.facts, result), extent, proof)
    return _replaced(state, j, [result], ["join", j, q, r, v, *map(plain, proofs)])


def add_up(state: State, j: int, v: str, *, F: Polynomial, i: int | None, proofs: tuple[Proof, Proof | None]) -> State:
    """SUM_{0<=v<n} [v < m] (F(v+1) - F(v)) = F(m) - F(0) where 0 <= m <= n"""
    term = _term(state, j)
    n, old = _extent(term, v), variable(v)
    m = n if i is None else _bracket(state, j, i).p + old + 1
    need(i is None or (_bracket(state, j, i).kind == ">=" and v not in m.names), f"the bracket does not bound {v}")
    rest = without(term, v, i)
    _scoped(state, term, F)
    need(all(v not in p.names for p in replace(rest, coefficient=ZERO).polynomials()), f"{v} occurs elsewhere")
    need(F.put({v: old + 1}) - F == term.coefficient, "the coefficient is not the difference")
    facts = facts_of(state.facts, rest)
    prove(facts, m, proofs[0])
    if i is not None:
        prove(facts, n - m, proofs[1] or ())
    result = replace(rest, coefficient=F.put({v: m}) - F.put({v: ZERO}))
    return _replaced(state, j, [result], ["sum", j, v, F.json(), i, *proofs])


def rewrite(
    state: State,
    j: int,
    *,
    coefficient: Polynomial,
    numerators: Sequence[Polynomial],
    factors: Sequence[Factor],
    proofs: Sequence[ZeroProof],
) -> State:
    """f = g where coefficient and indices are equal wherever f counts, and numerators by facts they do not change"""
    term = _term(state, j)
    need([(t, len(at)) for t, at in factors] == [(t, len(at)) for t, at in term.factors], "the tensors differ")
    need(len(numerators) == len(term.quotients), "the floors differ")
    quotients = tuple(Quotient(q.name, a, q.b) for q, a in zip(term.quotients, numerators, strict=True))
    result = Term(coefficient, term.ranges, quotients, term.brackets, tuple((t, tuple(at)) for t, at in factors))
    _scoped(state, term, *result.polynomials())
    _check_order(quotients)
    changed = [q.name for q, new in zip(term.quotients, quotients, strict=True) if q != new]
    settled, facts = facts_of(state.facts, settled_without(term, changed)), facts_of(state.facts, term)
    pairs = [(settled, old.a, new.a) for old, new in zip(term.quotients, quotients, strict=True)]
    pairs = [(facts, term.coefficient, coefficient), *pairs]
    pairs += [(facts, old, new) for old, new in zip(_indices(term.factors), _indices(result.factors), strict=True)]
    wanted = [(known, new - old) for known, old, new in pairs if old != new]
    need(len(wanted) == len(proofs), "there is no proof for each change")
    for (known, difference), proof in zip(wanted, proofs, strict=True):
        prove_zero(known, difference, proof)
    written = [[t, [p.json() for p in at]] for t, at in factors]
    named = [[q.name, q.a.json(), q.b.json()] for q in quotients]
    return _replaced(state, j, [result], ["rewrite", j, coefficient.json(), named, written, [*map(plain, proofs)]])


def define(state: State, j: int, q: str, *, a: Polynomial, b: Polynomial, proof: Proof) -> State:
    """f = f, where the name q is given to floor(a/b), b >= 1"""
    term = _term(state, j)
    need(q not in term.names | state.sequent.names, "the name is not new")
    need(b.names <= state.sequent.names, "the denominator has a bound name in it")
    _scoped(state, term, a)
    prove(state.facts, b - 1, proof)
    result = replace(term, quotients=(*term.quotients, Quotient(q, a, b)))
    return _replaced(state, j, [result], ["define", j, q, a.json(), b.json(), proof])


def put_quotient(state: State, j: int, q: str, e: Polynomial | None, pair: ZeroProof | None) -> State:
    """f(q) = f(e) where q = e follows without the brackets that q has a part in; a floor that is not used may go"""
    term = _term(state, j)
    need(q in term.quotient_names, f"{q} is no floor of the term")
    left = replace(term, quotients=tuple(x for x in term.quotients if x.name != q))
    if e is None or pair is None:
        need(q not in left.names, f"{q} is used")
        return _replaced(state, j, [left], ["quotient", j, q, None, None])
    _scoped(state, term, e)
    need(q not in e.names, "the value has the floor itself in it")
    result = left.put({q: e})
    _check_order(result.quotients)
    prove_zero(facts_of(state.facts, settled_without(term, [q])), variable(q) - e, pair)
    return _replaced(state, j, [result], ["quotient", j, q, e.json(), plain(pair)])


def merge(state: State, j: int, k: int, names: Mapping[str, str]) -> State:
    """a*f + b*f = (a + b)*f, up to the names of what is bound"""
    one, other = _term(state, j), _term(state, k)
    need(j != k, "a term is not merged with itself")
    need(
        names.keys() == other.binders and set(names.values()) == one.binders and len(one.binders) == len(names),
        "the names do not match one to one",
    )
    renamed = other.put({old: variable(new) for old, new in names.items()})
    need(_shape(one, {}) == _shape(renamed, names), "the terms differ in more than their coefficients")
    result = replace(one, coefficient=one.coefficient + renamed.coefficient)
    terms = [t for place, t in enumerate(state.terms) if place not in (j, k)]
    return _next(state, [*terms, result], ["merge", j, k, dict(names)])


def _shape(term: Term, names: Mapping[str, str]) -> tuple[object, ...]:
    """All but the coefficient, without regard to order; ``names`` are new names of binders."""
    return (
        frozenset((names.get(v, v), n) for v, n in term.ranges),
        frozenset((names.get(q.name, q.name), q.a, q.b) for q in term.quotients),
        frozenset(b.key for b in term.brackets),
        sorted((t, tuple(p.key for p in at)) for t, at in term.factors),
    )


def _nonzero(terms: Sequence[Term]) -> tuple[Term, ...]:
    return tuple(t for t in terms if t.coefficient != ZERO)


def _next(state: State, terms: Sequence[Term], step: Step) -> State:
    return State(state.sequent, _nonzero(terms), state.denominators, state.scale, (*state.steps, step), _SEAL)


def _replaced(state: State, j: int, new: Sequence[Term], step: Step) -> State:
    return _next(state, [*state.terms[:j], *state.terms[j + 1 :], *new], step)


def _term(state: State, j: int) -> Term:
    need(0 <= j < len(state.terms), f"there is no term {j}")
    return state.terms[j]


def _bracket(state: State, j: int, i: int) -> Bracket:
    need(0 <= i < len(_term(state, j).brackets), f"there is no bracket {i}")
    return _term(state, j).brackets[i]


def _extent(term: Term, v: str) -> Polynomial:
    need(v in term.extents, f"{v} is no index of the term")
    return term.extents[v]


def without(term: Term, v: str, i: int | None) -> Term:
    """The term without the range of ``v`` and without bracket ``i``."""
    return replace(
        term,
        ranges=tuple(r for r in term.ranges if r[0] != v),
        brackets=tuple(b for place, b in enumerate(term.brackets) if place != i),
    )


def settled_without(term: Term, changed: Sequence[str]) -> Term:
    """The term without the brackets that use a floor of ``changed``, or a floor that depends on one.

    Where such a floor changes its value, these brackets may change theirs: what shows that it does not change must not
    rest on them.
    """
    names = set(changed)
    for q in term.quotients:
        if q.a.names & names:
            names.add(q.name)
    return replace(term, brackets=tuple(b for b in term.brackets if b.p.names.isdisjoint(names)))


def _indices(factors: Sequence[Factor]) -> list[Polynomial]:
    """All indices at which tensors are read, in order."""
    return [p for _, at in factors for p in at]


def _scoped(state: State, term: Term, *given: Polynomial) -> None:
    """Names in what a step gives must be bound by the term or be names of the sequent."""
    known = state.sequent.names | term.binders
    need(all(p.names <= known for p in given), "a name is bound nowhere")


def _check_scopes(sequent: Sequent) -> None:
    """No name in two roles; extents and denominators without bound names; floors in order."""
    defined = [d.name for d in sequent.defined]
    need(len(set(defined)) == len(defined), "a name is defined twice")
    for place, d in enumerate(sequent.defined):
        need((d.a.names | d.b.names).isdisjoint(defined[place:]), f"{d.name} is defined by a later name")
    for term in (*sequent.left, *sequent.right):
        bound = [v for v, _ in term.ranges] + [q.name for q in term.quotients]
        need(len(set(bound)) == len(bound), "a name is bound twice in one term")
        need(term.binders.isdisjoint(sequent.names), "a bound name is also free")
        outer = [n for _, n in term.ranges] + [q.b for q in term.quotients]
        need(all(p.names <= sequent.names for p in outer), "an extent or a denominator has a bound name in it")
        _check_order(term.quotients)


def _check_order(quotients: Sequence[Quotient]) -> None:
    names = [q.name for q in quotients]
    for place, q in enumerate(quotients):
        need(q.a.names.isdisjoint(names[place:]), f"the floor {q.name} is of itself or of a later one")
