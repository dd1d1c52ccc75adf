"""Random terms as states of the kernel, and random uses of its rules: sensible ones, and ones that are a little off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from random import Random
from typing import Any

from symconv.prover import kernel
from symconv.prover.evidence import Equations, RuleError, facts_of
from symconv.prover.kernel import State
from symconv.prover.polynomial import ONE, ZERO, Polynomial, constant, variable
from symconv.prover.positivity import nonnegative, refutation, zero
from symconv.prover.searching.alignment import alignments, renamed
from symconv.prover.searching.summation import antidifference
from symconv.prover.sequent import Bracket, Factor, Quotient, Sequent, Term

N, M, K = variable("n"), variable("m"), variable("k")
INDICES = ("i", "j", "t")
EXTENTS = (N, N, M, M, constant(2), constant(3), N * M, N * M, 2 * N, N + M, N - 1, K)
DIVISORS = (M, M, constant(2), constant(3), N)


def random_sequent(random: Random) -> State:
    """A term with up to three ranges, two floors and four brackets, now and then beside one that differs in names."""
    if random.random() < 0.15:
        return _in_digits(random)
    names = list(INDICES[: random.randint(1, 3)])
    ranges = tuple((v, random.choice(EXTENTS)) for v in names)
    quotients: list[Quotient] = []
    for name in ("q", "r")[: random.choice((0, 0, 0, 1, 1, 2))]:
        quotients.append(Quotient(name, affine(random, names), random.choice(DIVISORS)))
        names.append(name)
    brackets = tuple(random_bracket(random, names) for _ in range(random.randint(0, 4)))
    one = Term(_coefficient(random, names), ranges, tuple(quotients), brackets, _factors(random, names))
    facts = (N - 1, M - 1) if random.random() < 0.8 else (N, M - 1, N - 1)
    terms = (one, _twin(random, one)) if random.random() < 0.25 else (one,)
    proofs = [nonnegative(facts, q.b - 1) or () for t in terms for q in t.quotients]
    return kernel.begin(Sequent((), facts, terms, ()), proofs)


def _in_digits(random: Random) -> State:
    """A term that reads two indices as one number."""
    first, second = random.choice(((N, M), (M, N), (N, N), (constant(2), M)))
    read = variable("i") * second + variable("j")
    brackets = random.choice(((), (Bracket(">=", read - K),)))
    quotients = random.choice(((), (Quotient("q", read + K, M),)))
    factors = random.choice(((("X", (read,)),), (("X", (read,)), ("Y", (read, read - K)))))
    one = Term(random.choice((ONE, read)), (("i", first), ("j", second)), quotients, brackets, factors)
    facts = (N - 1, M - 1)
    return kernel.begin(Sequent((), facts, (one,), ()), [nonnegative(facts, q.b - 1) or () for q in quotients])


def _twin(random: Random, term: Term) -> Term:
    """The term in other names and another order, as it is read after its coefficient."""
    names = {v: f"{v}2" for v in term.binders}
    twin = renamed(term, names)
    return Term(
        twin.coefficient + random.choice((ZERO, ONE, K)),
        tuple(random.sample(twin.ranges, len(twin.ranges))),
        twin.quotients,
        tuple(random.sample(twin.brackets, len(twin.brackets))),
        tuple(random.sample(twin.factors, len(twin.factors))),
    )


def affine(random: Random, names: Sequence[str]) -> Polynomial:
    """A small polynomial, mostly affine in the names, with a size or a number beside them."""
    found = random.choice((ZERO, ZERO, ONE, -ONE, K, -K, N - 1, -M))
    for v in random.sample(list(names), min(len(names), random.choice((1, 1, 2)))):
        found = found + variable(v) * random.choice((ONE, ONE, ONE, -ONE, constant(2), M, -M))
    return found


def random_bracket(random: Random, names: Sequence[str]) -> Bracket:
    return Bracket("=" if random.random() < 0.35 else ">=", affine(random, names))


def _coefficient(random: Random, names: Sequence[str]) -> Polynomial:
    v = variable(random.choice(list(names)))
    return random.choice((ONE, ONE, ONE, v, 2 * v + 1, N, v - K, -ONE))


def _factors(random: Random, names: Sequence[str]) -> tuple[Factor, ...]:
    read = lambda: affine(random, names)  # noqa: E731
    return random.choice(((), (("X", (read(),)),), (("X", (read(),)),), (("X", (read(),)), ("Y", (read(), read())))))


def attempt(random: Random, state: State, rule: str) -> State | None:
    """One random use of a rule; ``None`` where there is nothing to use it on, or the kernel refuses it."""
    j = random.randrange(len(state.terms))
    try:
        return RULES[rule](random, state, j)
    except RuleError:
        return None


def _facts(state: State, j: int) -> tuple[Polynomial, ...]:
    return facts_of(state.facts, state.terms[j])


#: What is hardly ever a proof, for the kernel to refuse.
_NONE = ((1, 0),)


def _proof(facts: Sequence[Polynomial], p: Polynomial) -> Any:
    """A proof if one is found."""
    return nonnegative(facts, p) or _NONE


def _pair(random: Random, facts: Sequence[Polynomial], p: Polynomial) -> Any:
    for i, fact in enumerate(facts):
        if random.random() < 0.5 and -fact in facts and p in (fact, -fact):
            return Equations(((i, ONE if p == fact else -ONE),))
    return zero(facts, p) or (_proof(facts, p), _proof(facts, -p))


def _need(things: Sequence[Any]) -> Sequence[Any]:
    if not things:
        raise RuleError("there is nothing to use the rule on")
    return things


def _index(random: Random, term: Term) -> str:
    return str(random.choice(_need([v for v, _ in term.ranges])))


def _point(random: Random, state: State, j: int) -> State:
    term = state.terms[j]
    i = random.randrange(len(_need(term.brackets)))
    named = [v for v, _ in term.ranges if v in term.brackets[i].p.names]
    return kernel.point(state, j, random.choice(named) if named else _index(random, term), i)


def _brackets(random: Random, state: State, j: int) -> State:
    term = state.terms[j]
    names = sorted(term.binders)
    new = [b for b in term.brackets if random.random() < 0.85]
    new += [Bracket(">=", variable(v)) for v, _ in term.ranges if random.random() < 0.3]
    new += [Bracket(">=", b.p + 1) for b in term.brackets if random.random() < 0.3]
    new += [random_bracket(random, names)] if random.random() < 0.1 else []
    new = list({b.key: b for b in new}.values())
    known, kept = {b.key for b in term.brackets}, {b.key for b in new}
    after = facts_of(state.facts, Term(term.coefficient, term.ranges, term.quotients, tuple(new), term.factors))
    forth = [_shown(random, _facts(state, j), b) for b in new if b.key not in known]
    back = [_shown(random, after, b) for b in term.brackets if b.key not in kept]
    return kernel.brackets(state, j, new, forth, back)


def _shown(random: Random, facts: Sequence[Polynomial], b: Bracket) -> Any:
    return _pair(random, facts, b.p) if b.kind == "=" else _proof(facts, b.p)


def _empty(random: Random, state: State, j: int) -> State:
    facts = _facts(state, j)
    return kernel.empty(state, j, refutation(facts) or ((1, random.randrange(len(facts))),))


def _case(random: Random, state: State, j: int) -> State:
    return kernel.case(state, j, affine(random, sorted(state.terms[j].binders | {"n"})))


def _complement(random: Random, state: State, j: int) -> State:
    return kernel.complement(state, j, random.randrange(len(_need(state.terms[j].brackets))))


def _reindex(random: Random, state: State, j: int) -> State:
    term = state.terms[j]
    v = _index(random, term)
    n = term.extents[v]
    sign = random.choice((1, -1))
    others = [variable(u) for u in sorted(term.binders - {v})]
    c = random.choice((ZERO, n - 1, n - 1, ONE, -ONE, K, M, *others))
    m = random.choice((n, n, n, n + 1, n - 1, n + K, n + M, n - c))
    if random.random() < 0.5:
        said = (Bracket(">=", variable(v)), Bracket(">=", n - 1 - variable(v)))
        wider = {b.key: b for b in (*term.brackets, *said)}
        fresh = [b for b in wider.values() if b not in term.brackets]
        if len(wider) == len(term.brackets) + len(fresh):
            state = kernel.brackets(state, j, [*wider.values()], [_proof(_facts(state, j), b.p) for b in fresh], ())
            j = len(state.terms) - 1
            term = state.terms[j]
    x, w = sign * variable(v) + c, sign * (variable(v) - c)
    put = term.put({v: x})
    after = Term(
        put.coefficient,
        tuple((u, m if u == v else e) for u, e in put.ranges),
        put.quotients,
        put.brackets,
        put.factors,
    )
    before, behind = _facts(state, j), facts_of(state.facts, after)
    goals = ((before, w), (before, m - 1 - w), (behind, x), (behind, n - 1 - x))
    proofs: list[Any] = []
    for facts, goal in goals:
        found = nonnegative(facts, goal) if len(proofs) < 1 or proofs[-1] != _NONE else None
        proofs.append(found or _NONE)
    return kernel.reindex(state, j, v, sign=sign, c=c, m=m, proofs=proofs)


def _split(random: Random, state: State, j: int) -> State:
    term = state.terms[j]
    found = [(v, n) for v, n in term.ranges if n in (N * M, 2 * N, constant(2), constant(3))]
    v, n = random.choice(_need(found))
    extents = random.choice(((N, M), (M, N), (constant(2), N), (N, constant(2)), (n, ONE), (ONE, n), (-N, -M)))
    digits = random.choice((("a", "b"), ("a", "b"), ("a", "a"), (v, "b"), ("a", "n")))
    facts = _facts(state, j)
    proofs = (_proof(facts, extents[0]), _proof(facts, extents[1]))
    return kernel.split(state, j, v, digits=digits, extents=extents, proofs=proofs)


def _join(random: Random, state: State, j: int) -> State:
    term = state.terms[j]
    pairs = [(v, w) for v, _ in term.ranges for w, _ in term.ranges if v != w or random.random() < 0.1]
    read = [p for _, at in term.factors for p in at]
    likely = [(v, w) for v, w in pairs if any(p.coefficient(w) == 1 and v in p.names for p in read)]
    pairs = likely if likely and random.random() < 0.8 else pairs
    q, r = random.choice(_need(pairs))
    v = random.choice(("a", "b", "u", q, "n"))
    product = term.extents[q] * term.extents[r]
    ranges = tuple((v, product) if u == q else (u, n) for u, n in term.ranges if u != r)
    put = term.put({r: variable(v) - variable(q) * term.extents[r]})
    facts = facts_of(state.facts, Term(ONE, ranges, put.quotients, put.brackets))
    return kernel.join(state, j, (q, r), v, (_proof(facts, term.extents[q]), _proof(facts, term.extents[r])))


def _sum(random: Random, state: State, j: int) -> State:
    term = state.terms[j]
    v = _index(random, term)
    inside = [i for i, b in enumerate(term.brackets) if v in b.p.names]
    i = random.choice(inside) if inside else None
    F = antidifference(term.coefficient, v) or variable(v)
    F = F + random.choice((ZERO, ZERO, K, ONE))
    m = term.extents[v] if i is None else term.brackets[i].p + variable(v) + 1
    facts = facts_of(state.facts, kernel.without(term, v, i))
    second = None if i is None else _proof(facts, term.extents[v] - m)
    return kernel.add_up(state, j, v, F=F, i=i, proofs=(_proof(facts, m), second))


def _rewrite(random: Random, state: State, j: int) -> State:
    term = state.terms[j]
    known = [b.p for b in term.brackets if b.kind == "="]
    known += [variable(v) for v, n in term.ranges if n == ONE]

    def changed(p: Polynomial) -> Polynomial:
        if known and random.random() < 0.5:
            return p + random.choice(known) * random.choice((ONE, -ONE, constant(2), N))
        return p + 1 if random.random() < 0.05 else p

    numerators = [changed(q.a) for q in term.quotients]
    factors = [(t, tuple(map(changed, at))) for t, at in term.factors]
    coefficient = changed(term.coefficient)
    names = [q.name for q, a in zip(term.quotients, numerators, strict=True) if q.a != a]
    settled = facts_of(state.facts, kernel.settled_without(term, names if random.random() < 0.8 else []))
    wanted = [(_facts(state, j), coefficient - term.coefficient)]
    wanted += [(settled, a - q.a) for q, a in zip(term.quotients, numerators, strict=True)]
    for (_, old), (_, new) in zip(term.factors, factors, strict=True):
        wanted += [(_facts(state, j), b - a) for a, b in zip(old, new, strict=True)]
    proofs = [_pair(random, facts, p) for facts, p in wanted if p != ZERO]
    return kernel.rewrite(state, j, coefficient=coefficient, numerators=numerators, factors=factors, proofs=proofs)


def _define(random: Random, state: State, j: int) -> State:
    term = state.terms[j]
    b = random.choice((*DIVISORS, K))
    name = random.choice(("e", "e", "f", "q", "n"))
    a = affine(random, sorted(term.binders | {"k"}))
    return kernel.define(state, j, name, a=a, b=b, proof=_proof(state.facts, b - 1))


def _quotient(random: Random, state: State, j: int) -> State:
    term = state.terms[j]
    q = random.choice(_need(term.quotients))
    if random.random() < 0.3:
        return kernel.put_quotient(state, j, q.name, None, None)
    equations = [b.p for b in term.brackets if b.kind == "="]
    values = [rest * -p.coefficient(q.name) for p in equations if (rest := p.without(q.name)) is not None]
    values += [ZERO, -ONE, ONE, *(variable(v) for v in sorted(q.a.names)), *(variable(x.name) for x in term.quotients)]
    e = random.choice(values)
    settled = kernel.settled_without(term, [q.name] if random.random() < 0.8 else [])
    return kernel.put_quotient(state, j, q.name, e, _pair(random, facts_of(state.facts, settled), variable(q.name) - e))


def _merge(random: Random, state: State, j: int) -> State:
    if len(state.terms) < 2:
        raise RuleError("there is one term only")
    k = random.choice([place for place in range(len(state.terms)) if place != j])
    one, other = state.terms[j], state.terms[k]
    found = list(islice(alignments(one, other), 6))
    if found and random.random() < 0.8:
        return kernel.merge(state, j, k, random.choice(found))
    ours, theirs = sorted(one.binders), sorted(other.binders)
    random.shuffle(ours)
    return kernel.merge(state, j, k, dict(zip(theirs, ours, strict=False)))


RULES: dict[str, Callable[[Random, State, int], State]] = {
    "point": _point,
    "brackets": _brackets,
    "empty": _empty,
    "case": _case,
    "complement": _complement,
    "reindex": _reindex,
    "split": _split,
    "join": _join,
    "sum": _sum,
    "rewrite": _rewrite,
    "define": _define,
    "quotient": _quotient,
    "merge": _merge,
}
