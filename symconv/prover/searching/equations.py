"""Untrusted: what an equation or a definition determines is put in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from symconv.prover import kernel
from symconv.prover.division import divided
from symconv.prover.evidence import Equations, Refutation, facts_of
from symconv.prover.kernel import State, settled_without
from symconv.prover.polynomial import ONE, ZERO, Polynomial, variable
from symconv.prover.positivity import nonnegative, zero
from symconv.prover.searching.alignment import fresh
from symconv.prover.searching.brackets import weight_of, with_brackets
from symconv.prover.sequent import Bracket, Defined, Quotient, Sequent, Term

#: A numerator and a denominator.
Fraction = tuple[Polynomial, Polynomial]


def eliminate_index(state: State, j: int) -> State | None:
    """An equation that determines an index puts it in.

    Best one that no tensor reads by itself; then one that grows with all others, so that it is seldom below 0.
    """
    term = state.terms[j]
    facts = facts_of(state.facts, term)
    found = [
        (_bare_reads(term, v), _falling(facts, term, -rest * bracket.p.coefficient(v)), len(n.terms), v, i)
        for i, bracket in enumerate(term.brackets)
        if bracket.kind == "="
        for v, n in term.ranges
        if (rest := bracket.p.without(v)) is not None and _in_order(term, v, rest)
    ]
    if not found:
        return None
    *_, v, i = min(found)
    return kernel.point(state, j, v, i)


def _in_order(term: Term, v: str, value: Polynomial) -> bool:
    """Whether floors of the term still use earlier ones only once ``value`` is put in for ``v``."""
    names = [q.name for q in term.quotients]
    return not any(v in q.a.names and value.names & set(names[place:]) for place, q in enumerate(term.quotients))


def _falling(facts: tuple[Polynomial, ...], term: Term, value: Polynomial) -> int:
    """How many indices have a weight in the value that is not known to be >= 0."""
    weights = [weight_of(value, v) for v in sorted(value.names & term.binders)]
    return sum(w is None or nonnegative(facts, w) is None for w in weights)


def _bare_reads(term: Term, v: str) -> int:
    return sum(variable(v) in at for _, at in term.factors)


def eliminate_quotient(state: State, j: int) -> State | None:
    """floor((e*b + r)/b) is e where 0 <= r < b."""
    term = state.terms[j]
    earlier: list[Quotient | Defined] = []
    for q in term.quotients:
        facts = facts_of(state.facts, settled_without(term, [q.name]))
        if q.name not in replace(term, quotients=tuple(x for x in term.quotients if x is not q)).names:
            return kernel.put_quotient(state, j, q.name, None, None)
        later = term.quotient_names - {x.name for x in earlier}
        for e in _values(state, q, earlier):
            if e.names.isdisjoint(later) and (pair := zero(facts, variable(q.name) - e)) is not None:
                return kernel.put_quotient(state, j, q.name, e, pair)
        earlier.append(q)
    return next(filter(None, (_reduced(state, j, q) for q in term.quotients)), None)


def _reduced(state: State, j: int, q: Quotient) -> State | None:
    """floor((e*b + r)/b) is e + floor(r/b)."""
    whole, rest = divided(q.a, q.b)
    return None if whole == ZERO else _put_floor(state, j, q, whole, (rest, q.b))


def flattened(state: State, j: int, q: Quotient) -> State | None:
    """floor((floor(a/b) + c)/d) is floor((a + b*c)/(b*d))."""
    for inner in state.terms[j].quotients:
        rest = q.a.without(inner.name)
        if rest is not None and q.a.coefficient(inner.name) == 1:
            return _put_floor(state, j, q, ZERO, (inner.a + inner.b * rest, inner.b * q.b))
    return None


def _put_floor(state: State, j: int, q: Quotient, whole: Polynomial, floor: Fraction) -> State | None:
    """The floor q as a whole part and another floor, which gets a name."""
    term, (a, b) = state.terms[j], floor
    proof = nonnegative(state.facts, b - 1)
    used = any(q.name in x.a.names for x in term.quotients)
    if proof is None or used or not _in_order(term, q.name, whole):
        return None
    (name,) = fresh(state, term, "q", 1)
    named = kernel.define(state, j, name, a=a, b=b, proof=proof)
    place = len(named.terms) - 1
    facts = facts_of(named.facts, settled_without(named.terms[place], [q.name]))
    pair = zero(facts, variable(q.name) - whole - variable(name))
    return None if pair is None else kernel.put_quotient(named, place, q.name, whole + variable(name), pair)


def name_digit(state: State, j: int) -> State | None:
    """An index u with s*u <= P < s*u + s is floor(P/s)."""
    term = state.terms[j]
    for bracket in term.brackets:
        for v, _ in term.ranges if bracket.kind == ">=" else ():
            weight = weight_of(bracket.p, v)
            if weight is None or weight.is_constant or not weight.names <= state.sequent.names:
                continue
            s, P = -weight, bracket.p - weight * variable(v)
            if any((q.a, q.b) == (P, s) for q in term.quotients):
                continue
            proof = nonnegative(state.facts, s - 1)
            if proof is None or nonnegative(facts_of(state.facts, term), s * variable(v) + s - 1 - P) is None:
                continue
            (name,) = fresh(state, term, "q", 1)
            named = kernel.define(state, j, name, a=P, b=s, proof=proof)
            return with_brackets(named, len(named.terms) - 1, (Bracket("=", variable(v) - variable(name)),))
    return None


def _values(state: State, q: Quotient, earlier: list[Quotient | Defined]) -> Iterator[Polynomial]:
    """What a floor may be: the whole part of its quotient, also beside another floor of what is left."""
    whole, rest = divided(q.a, q.b)
    yield whole
    for other in (*earlier, *(d for d in state.sequent.defined if d.kind == "floor" and d.name != q.name)):
        if other.b == q.b:
            steps, left = divided(rest - other.a, q.b)
            yield from (
                whole + variable(other.name) + steps + extra for extra in ((0,) if left == ZERO else (0, 1, -1))
            )
    if rest != ZERO:
        yield whole - 1
        yield whole + 1


def put_defined(state: State, j: int) -> State | None:
    """A floor that the sequent defines is a polynomial of other names, here or everywhere."""
    term = state.terms[j]
    facts = facts_of(state.facts, term)
    equal = {b.key for b in term.brackets}
    used = frozenset().union(*(p.names for p in term.polynomials()))
    for d in state.sequent.defined:
        if d.kind != "floor" or d.name not in used:
            continue
        later = {x.name for x in state.sequent.defined[state.sequent.defined.index(d) :]}
        for e in _values(state, Quotient(d.name, d.a, d.b), []):
            equation = Bracket("=", variable(d.name) - e)
            if e.names & later or equation.key in equal or zero(facts, equation.p) is None:
                continue
            said = with_brackets(state, j, (equation,))
            if said is not None and (new := _put(said, len(said.terms) - 1, equation.p, d.name)) is not None:
                return new
    return None


def assumed_values(sequent: Sequent) -> Iterator[tuple[str, Polynomial]]:
    """The name that an assumed equation determines, the last in the alphabet where it has several, and its value."""
    for p in sequent.assume:
        t = next((t for t in sorted(p.names, reverse=True) if p.without(t) is not None), None)
        if t is not None and -p in sequent.assume:
            yield t, variable(t) - p * p.coefficient(t)


def put_assumed(state: State, j: int) -> State | None:
    """An equation that is assumed replaces the name that it determines."""
    used = frozenset().union(*(p.names for p in state.terms[j].polynomials()))
    for name, value in assumed_values(state.sequent):
        if name in used and (new := _put(state, j, variable(name) - value, name)) is not None:
            return new
    return None


def put_zero(state: State, j: int) -> State | None:
    """A free name that what is assumed leaves no value but 0, such as an index below 1, is 0."""
    term = state.terms[j]
    equal = {b.key for b in term.brackets}
    used = frozenset().union(*(p.names for p in term.polynomials()))
    for name in sorted(used - term.binders):
        equation = Bracket("=", variable(name))
        if variable(name) not in state.sequent.assume or equation.key in equal:
            continue
        if zero(state.facts, equation.p) is None:
            continue
        said = with_brackets(state, j, (equation,))
        if said is not None and (new := _put(said, len(said.terms) - 1, equation.p, name)) is not None:
            return new
    return None


def use_equation(state: State, j: int) -> State | None:
    """An equation that determines free names replaces one of them, always the same, in coefficient and indices."""
    term = state.terms[j]
    for bracket in term.brackets:
        names = sorted(bracket.p.names - term.binders) if bracket.kind == "=" and bracket.p.names & term.binders else ()
        t = next((t for t in names if bracket.p.without(t) is not None), None)
        if t is not None and (new := _put(state, j, bracket.p, t)) is not None:
            return new
    return None


def _put(state: State, j: int, equation: Polynomial, t: str) -> State | None:
    """The value that an equation among the facts gives a name, put in everywhere; ``None`` where it is not there."""
    rest = equation.without(t)
    if rest is None:
        return None
    use = _Use(equation, t, -rest * equation.coefficient(t))
    written = _rewritten(state, j, use)
    if written is None:
        return _restated(state, j, use)
    if len(written.terms) < len(state.terms):  # its coefficient has become 0
        return written
    return _restated(written, len(written.terms) - 1, use) or written


@dataclass(frozen=True)
class _Use:
    """An equation, and the value that it gives the name t."""

    equation: Polynomial
    t: str
    value: Polynomial

    def put(self, p: Polynomial) -> Polynomial:
        """p with the value put in."""
        return p.put({self.t: self.value})

    def multiple(self, p: Polynomial) -> Polynomial:
        """(p(t := value) - p) / equation."""
        return -slope(p, self.t, self.value) * self.equation.coefficient(self.t)


def _rewritten(state: State, j: int, use: _Use) -> State | None:
    """The value put into coefficient, numerators and indices."""
    term = state.terms[j]
    settled = settled_without(term, [q.name for q in term.quotients if use.put(q.a) != q.a])
    facts, firm = facts_of(state.facts, term), facts_of(state.facts, settled)
    changed = term.put({use.t: use.value})
    written = [(facts, term.coefficient), *((firm, q.a) for q in term.quotients)]
    written += [(facts, p) for _, at in term.factors for p in at]
    wanted = [(known, p) for known, p in written if use.put(p) != p]
    if not wanted or any(use.equation not in known for known, _ in wanted):
        return None
    proofs = [Equations(((known.index(use.equation), use.multiple(p)),)) for known, p in wanted]
    numerators = [q.a for q in changed.quotients]
    return kernel.rewrite(
        state, j, coefficient=changed.coefficient, numerators=numerators, factors=changed.factors, proofs=proofs
    )


def _restated(state: State, j: int, use: _Use) -> State | None:
    """The value put into the brackets other than the equation: each follows from the old one, and the other way."""
    term = state.terms[j]
    old = {b.key: b for b in term.brackets}
    pairs = [(b, b if use.equation in b.facts else Bracket(b.kind, use.put(b.p))) for b in old.values()]
    new = {b.key: b for _, b in pairs}
    if new.keys() == old.keys() or len(old) < len(term.brackets):
        return None
    before = facts_of(state.facts, term)
    after = facts_of(state.facts, replace(term, brackets=tuple(new.values())))
    sources = {b.key: a for a, b in pairs}
    forth = [_carried(before, sources[key].p, b, use, 1) for key, b in new.items() if key not in old]
    back = [_carried(after, b.p, a, use, -1) for a, b in pairs if a.key not in new]
    return kernel.brackets(state, j, tuple(new.values()), forth, back)


def _carried(facts: tuple[Polynomial, ...], known: Polynomial, goal: Bracket, use: _Use, sign: int) -> Any:
    """The goal's polynomial is a known one plus a multiple of the equation."""
    without_value = known if sign == 1 else goal.p
    multiple = (facts.index(use.equation), use.multiple(without_value) * sign)
    if goal.kind == "=":
        return Equations(((facts.index(known), ONE), multiple))
    return Refutation(((1, facts.index(known)), (1, len(facts))), Equations((multiple,)))


def slope(p: Polynomial, t: str, value: Polynomial) -> Polynomial:
    """(p - p(t := value)) / (t - value).

    >>> t, e = variable("t"), variable("e")
    >>> print(slope(t * t, "t", e))
    e + t
    """
    total = ZERO
    for monomial, c in p.terms.items():
        power = monomial.count(t)
        others = Polynomial({tuple(x for x in monomial if x != t): c})
        for above in range(power):
            part = others
            for _ in range(above):
                part = part * variable(t)
            for _ in range(power - 1 - above):
                part = part * value
            total = total + part
    return total
