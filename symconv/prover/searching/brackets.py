"""Untrusted: brackets that say nothing are dropped, the others brought into the simplest form that means the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import gcd

from symconv.prover import kernel
from symconv.prover.division import divided, monomial_factor
from symconv.prover.evidence import facts_of
from symconv.prover.kernel import State
from symconv.prover.polynomial import ZERO, Polynomial, constant, variable
from symconv.prover.positivity import nonnegative, refutation, zero
from symconv.prover.sequent import Bracket, Defined, Quotient, Term

Facts = tuple[Polynomial, ...]


def drop_implied(state: State, j: int) -> State | None:
    """A bracket that the other facts imply goes."""
    term = state.terms[j]
    for i, bracket in enumerate(term.brackets):
        rest = term.brackets[:i] + term.brackets[i + 1 :]
        if any(b.key == bracket.key for b in rest):
            unique = tuple({b.key: b for b in term.brackets}.values())
            return kernel.brackets(state, j, unique, (), ())
        facts = facts_of(state.facts, replace(term, brackets=rest))
        proof = proof_of(facts, bracket)
        if proof is not None:
            if len({b.key for b in rest}) < len(rest):
                continue
            return kernel.brackets(state, j, rest, (), (proof,))
    return None


def proof_of(facts: tuple[Polynomial, ...], bracket: Bracket) -> object | None:
    """A proof of one bracket, an equation's being a pair."""
    return zero(facts, bracket.p) if bracket.kind == "=" else nonnegative(facts, bracket.p)


def pair_up(state: State, j: int) -> State | None:
    """p >= 0 and -p >= 0 are p = 0."""
    term = state.terms[j]
    for bracket in term.brackets:
        equation = Bracket("=", bracket.p)
        known = {b.key for b in term.brackets}
        if bracket.kind != ">=" or equation.key in known or Bracket(">=", -bracket.p).key not in known:
            continue
        unique = {b.key: b for b in term.brackets if b.p not in (bracket.p, -bracket.p)}
        new = (*unique.values(), equation)
        after = facts_of(state.facts, replace(term, brackets=new))
        forth = zero(facts_of(state.facts, term), bracket.p)
        old = [b for b in term.brackets if b.key not in {x.key for x in new}]
        back = [nonnegative(after, b.p) for b in old]
        if forth is not None and None not in back:
            return kernel.brackets(state, j, new, (forth,), back)
    return None


def restate(state: State, j: int) -> State | None:
    """A bracket in a simpler, equivalent form: common factors divided out, digits of mixed-radix numbers compared."""
    term = state.terms[j]
    for i in range(len(term.brackets)):
        for simpler in _simpler(state, term, i):
            if (new := exchanged(state, j, i, simpler)) is not None:
                return new
    return None


def exchanged(state: State, j: int, i: int, simpler: tuple[Bracket, ...]) -> State | None:
    """The term with bracket i replaced by others, where either imply the other."""
    term = state.terms[j]
    rest = term.brackets[:i] + term.brackets[i + 1 :]
    known = {b.key for b in rest}
    new = rest + tuple(b for b in simpler if b.key not in known)
    if len({b.key for b in new}) < len(new) or term.brackets[i].key in {b.key for b in new}:
        return None
    old_facts = facts_of(state.facts, term)
    forth = [proof_of(old_facts, b) for b in new[len(rest) :]]
    if any(p is None for p in forth):
        return None
    back = proof_of(facts_of(state.facts, replace(term, brackets=new)), term.brackets[i])
    return None if back is None else kernel.brackets(state, j, new, forth, (back,))


def _simpler(state: State, term: Term, i: int) -> Iterator[tuple[Bracket, ...]]:
    p, kind = term.brackets[i].p, term.brackets[i].kind
    content = gcd(*(c for m, c in p.terms.items() if m)) if p.names else 1
    if content > 1 and (kind == ">=" or p.constant_part % content == 0):
        yield (Bracket(kind, Polynomial({m: c // content for m, c in p.terms.items()})),)
    common = monomial_factor(p)
    if common is not None:
        yield (Bracket(kind, common),)
    if p.names & term.binders:
        facts = facts_of(state.facts, replace(term, brackets=term.brackets[:i] + term.brackets[i + 1 :]))
        yield from _by_digits(term, term.brackets[i], facts)
    if p.names & term.binders and kind == ">=":
        yield from _by_floors(state, p)
    defined = () if p.names & term.binders else [d for d in state.sequent.defined if d.kind == "floor"]
    yield from _without_floors((*defined, *term.quotients), term.brackets[i])


def _by_digits(term: Term, bracket: Bracket, facts: Facts) -> Iterator[tuple[Bracket, ...]]:
    """b*A + r >= 0 with 0 <= r < b is A >= 0, and b*A + r = 0 with -b < r < b is A = 0 and r = 0."""
    for b in _radices(term, bracket.p):
        whole, rest = divided(bracket.p, b)
        if not whole.names & term.binders:
            continue
        for step in (0, 1, -1):
            high, low = whole + step, rest - b * step
            smallest = low + b - 1 if bracket.kind == "=" else low
            if nonnegative(facts, smallest) is None or nonnegative(facts, b - 1 - low) is None:
                continue
            parts = (high, low) if bracket.kind == "=" else (high,)
            yield tuple(Bracket(bracket.kind, part) for part in parts if part != ZERO)


def _radices(term: Term, p: Polynomial) -> list[Polynomial]:
    """What the numbers of a bracket may be written in: coefficients of its indices that are no numbers."""
    found: dict[Polynomial, None] = {}
    for v in sorted(p.names & term.binders):
        weight = weight_of(p, v)
        if weight is not None and not weight.is_constant:
            found[weight] = None
            found[-weight] = None
    return sorted(found, key=lambda b: (-b.degree, b.key))


def _by_floors(state: State, p: Polynomial) -> Iterator[tuple[Bracket, ...]]:
    """a + b*w >= 0 is floor(a/b) + w >= 0, and b*w - 1 - a >= 0 is w - 1 - floor(a/b) >= 0: where an index is bound."""
    for d in state.sequent.defined:
        if d.kind != "floor":
            continue
        q = variable(d.name)
        whole, rest = divided(p - d.a, d.b)
        if rest == ZERO:
            yield (Bracket(">=", q + whole),)
        whole, rest = divided(p + d.a, d.b)
        if rest == constant(-1):
            yield (Bracket(">=", whole - 1 - q),)


def _without_floors(floors: Sequence[Defined | Quotient], bracket: Bracket) -> Iterator[tuple[Bracket, ...]]:
    """The same backwards: for floors of indices, and where sizes and free indices are compared."""
    for d in floors:
        rest = bracket.p.without(d.name)
        if rest is None:
            continue
        sign = bracket.p.coefficient(d.name)
        above, below = d.a + d.b * rest * sign, d.b * (1 - rest * sign) - 1 - d.a
        if bracket.kind == "=":
            yield (Bracket(">=", above), Bracket(">=", below))
        else:
            yield (Bracket(">=", above if sign == 1 else d.b * (rest + 1) - 1 - d.a),)


def weight_of(p: Polynomial, v: str) -> Polynomial | None:
    """The coefficient of an index that occurs linearly."""
    found: dict[tuple[str, ...], int] = {}
    for monomial, c in p.terms.items():
        if v in monomial:
            if monomial.count(v) > 1:
                return None
            found[tuple(x for x in monomial if x != v)] = c
    return Polynomial(found)


def with_brackets(state: State, j: int, added: Sequence[Bracket]) -> State | None:
    """The term with brackets that its facts imply added; ``None`` where a proof is not found."""
    term = state.terms[j]
    known = {b.key: b for b in term.brackets}
    new = [b for b in added if b.key not in known]
    proofs = [proof_of(facts_of(state.facts, term), b) for b in new]
    if any(proof is None for proof in proofs):
        return None
    return kernel.brackets(state, j, (*known.values(), *new), proofs, ())


def is_empty(state: State, j: int) -> State | None:
    """A sum without a summand goes; where the assumptions contradict one another, every sum."""
    term = state.terms[j]
    worth_asking = term.brackets or not state.steps or any(n.is_constant for _, n in term.ranges)
    if not worth_asking and refutation(state.facts) is None:
        return None
    proof = refutation(facts_of(state.facts, term))
    return None if proof is None else kernel.empty(state, j, proof)
