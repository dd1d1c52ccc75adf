"""The rules by which the checker replaces a term by terms with the same sum, each with the identity it rests on.

Standard library only; a part of the checker, for which see `symconv.prover.checker`.

A *point* of a term gives each range's name an integer in the range; the quotients' values follow.  It *counts* where
all brackets are 1.  *Facts* are polynomials that are >= 0 at every point that counts.  A proof shows that facts never
hold together, whatever integers the names are.
"""

# ruff: noqa: PLR0917 (a rule takes what its step in a certificate holds, in that order)

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from symconv.prover.checker.polynomials import INTEGER_LIMIT, Polynomial, Rejected, Work, require, variable
from symconv.prover.checker.sequents import (
    Bracket,
    Term,
    read_bracket,
    read_list,
    read_name,
    read_object,
    read_polynomial,
    read_position,
)

Fact = Callable[[], Polynomial]  # computed only where a proof cites it


def _range_facts(v: Polynomial, n: Polynomial) -> list[Fact]:
    """0 <= v < n."""
    return [lambda: v, lambda: n - 1 - v]


def _bracket_facts(kind: str, p: Polynomial) -> list[Fact]:
    return [lambda: p, lambda: -p] if kind == "=" else [lambda: p]


def _floor_facts(q: Polynomial, a: Polynomial, b: Polynomial) -> list[Fact]:
    """b*q <= a < b*q + b says that q = floor(a/b), as b >= 1."""
    return [lambda: a - b * q, lambda: b * q + b - 1 - a]


def _max_facts(m: Polynomial, a: Polynomial, b: Polynomial) -> list[Fact]:
    """m >= a, m >= b, and m is one of them."""
    return [lambda: m - a, lambda: m - b, lambda: -(m - a) * (m - b)]


DEFINITION_FACTS = {"floor": _floor_facts, "max": _max_facts}


@dataclass(frozen=True)
class Context:
    """What is known outside all sums: the global names, and the facts on them."""

    names: frozenset[str]
    hypotheses: list[Fact]
    work: Work

    def facts(self, term: Term) -> list[Fact]:
        """The facts of a term, in the order in which proofs count them."""
        facts = [*self.hypotheses]
        for v, n in term.ranges.items():
            facts += _range_facts(variable(v, self.work), n)
        for bracket in term.brackets:
            facts += _bracket_facts(*bracket)
        for q, (a, b) in term.quotients.items():
            facts += _floor_facts(variable(q, self.work), a, b)
        self.work.spend(len(facts))
        return facts

    def refute(self, facts: Sequence[Fact], proof: Any) -> None:
        """A sum of products of facts, each >= 0, is a negative constant: the facts never hold together.

        With equations, multiples of polynomials that are 0 are added, which changes nothing.
        """
        total, products = Polynomial({}, self.work), proof
        if type(proof) is dict:
            products, equations = read_object(proof, "products equations", "proof")
            total = self.multiples(facts, equations)
        for product in read_list(products, "proof"):
            require(read_list(product, "product of facts") != [], "A product of facts has no coefficient.")
            c, *cited = product
            require(type(c) is int and 0 < c < INTEGER_LIMIT, "The coefficient of a product is not an integer > 0.")
            value = Polynomial({(): c}, self.work)
            for i in cited:
                value = value * facts[read_position(i, facts, "facts")]()
            total = total + value
        if total.monomials.keys() != {()} or total.monomials[()] >= 0:
            raise Rejected(f"The sum of a proof is not a negative constant: {str(total)[:100]}.")

    def prove(self, facts: Sequence[Fact], kind: str, p: Polynomial, proof: Any) -> None:
        """p >= 0, since p <= -1 is refuted with the facts; p = 0 takes two proofs, of p >= 0 and of -p >= 0.

        Instead of the two, p = 0 may be a sum of multiples of equations.
        """
        if kind == "=" and type(proof) is dict:
            (equations,) = read_object(proof, "equations", "proof")
            require(self.multiples(facts, equations) == p, "The multiples of equations do not add up.")
            return
        sides, proofs = ((p, -p), read_list(proof, "pair of proofs", 2)) if kind == "=" else ((p,), [proof])
        for side, refutation in zip(sides, proofs, strict=True):
            self.work.spend(len(facts))
            self.refute([*facts, _negation(side)], refutation)

    def multiples(self, facts: Sequence[Fact], equations: Any) -> Polynomial:
        """A sum of multiples of facts that are 0, as their negatives are facts too; by whatever polynomials."""
        total = Polynomial({}, self.work)
        for part in read_list(equations, "list of equations"):
            i, multiple = read_list(part, "multiple of an equation", 2)
            fact = facts[read_position(i, facts, "facts")]()
            self.work.spend(len(facts))
            nearest = sorted(range(len(facts)), key=lambda k: abs(k - i))  # the negative is most often the next one
            require(any(facts[k]() == -fact for k in nearest), f"Fact {i} is no equation.")
            total = total + read_polynomial(multiple, None, self.work) * fact
        return total

    def prove_brackets(self, facts: Sequence[Fact], brackets: Sequence[Bracket], proofs: Any) -> None:
        """Each bracket in turn."""
        for (kind, p), proof in zip(brackets, read_list(proofs, "list of proofs", len(brackets)), strict=True):
            self.prove(facts, kind, p, proof)

    def polynomial(self, data: Any, *bound: Collection[str]) -> Polynomial:
        """Read a polynomial in global names and in these bound names."""
        return read_polynomial(data, self.names.union(*bound), self.work)

    def variable(self, name: str) -> Polynomial:
        """The polynomial that is this name."""
        return variable(name, self.work)


def _negation(p: Polynomial) -> Fact:
    return lambda: -p - 1


def _range(term: Term, v: Any) -> tuple[str, Polynomial]:
    v = read_name(v, "range of the term", term.ranges)
    return v, term.ranges[v]


def point(context: Context, term: Term, v: Any, i: Any) -> list[Term]:
    """SUM_(0 <= v < n) [v = e] f(v) = [0 <= e < n] f(e), where e does not change with v.

    e may use quotients, but none that depends on v, since the quotients stay in order.
    """
    v, n = _range(term, v)
    kind, p = term.brackets[read_position(i, term.brackets, "brackets")]
    sign = p.monomials.get((v,), 0)
    require(kind == "=" and sign in (1, -1), f"Bracket {i} does not say what {v} is.")
    e = (p - context.variable(v) * sign) * -sign
    require(v not in e.names(), f"Bracket {i} gives {v} by itself.")
    moved = term.without(v, i).put({v: e}).in_order()
    return [replace(moved, brackets=(*moved.brackets, Bracket(">=", e), Bracket(">=", n - 1 - e)))]


def brackets(context: Context, term: Term, new: Any, P: Any, Q: Any) -> list[Term]:
    """The same points count: where the old brackets are 1, so are the new ones (P), and the other way round (Q)."""
    scope = context.names | term.binders
    chosen = tuple(read_bracket(b, scope, context.work) for b in read_list(new, "list of brackets"))
    changed = replace(term, brackets=chosen)
    before, after = {b.key for b in term.brackets}, {b.key for b in chosen}
    require(len(after) == len(chosen), "A new bracket is there twice.")
    context.prove_brackets(context.facts(term), [b for b in chosen if b.key not in before], P)
    context.prove_brackets(context.facts(changed), [b for b in term.brackets if b.key not in after], Q)
    return [changed]


def empty(context: Context, term: Term, proof: Any) -> list[Term]:
    """The facts never hold together: no point counts, and the sum is 0."""
    context.refute(context.facts(term), proof)
    return []


def case(context: Context, term: Term, p: Any) -> list[Term]:
    """[p >= 0] + [-p - 1 >= 0] = 1 for an integer p."""
    p = context.polynomial(p, term.binders)
    return [replace(term, brackets=(*term.brackets, Bracket(">=", side))) for side in (p, -p - 1)]


def complement(_context: Context, term: Term, i: Any) -> list[Term]:
    """[p >= 0] f = f - [-p - 1 >= 0] f for an integer p."""
    kind, p = term.brackets[read_position(i, term.brackets, "brackets")]
    require(kind == ">=", f"Bracket {i} is an equation.")
    rest = tuple(b for k, b in enumerate(term.brackets) if k != i)
    other = replace(term, coefficient=-term.coefficient, brackets=(*rest, Bracket(">=", -p - 1)))
    return [replace(term, brackets=rest), other]


def reindex(context: Context, term: Term, v: Any, sign: Any, c: Any, m: Any, proofs: Any) -> list[Term]:
    """v = sign*w + c is one to one; a v that counts has its w in 0 <= w < m, a w that counts its v in 0 <= v < n.

    The names of c stand still while v runs: they are global, or other ranges, whose extents are global, or quotients
    that do not depend on v, since the quotients stay in order.  Brackets and quotients have the same values at v and at
    its w, so that both count or neither does.
    """
    v, n = _range(term, v)
    require(type(sign) is int and sign in (1, -1), "The sign is neither 1 nor -1.")
    c = context.polynomial(c, term.binders - {v})
    m = context.polynomial(m)
    forward, backward = context.variable(v) * sign + c, (context.variable(v) - c) * sign
    extents = {x: m if x == v else extent for x, extent in term.ranges.items()}
    new = replace(term.put({v: forward}), ranges=extents).in_order()
    P = read_list(proofs, "list of proofs", 4)
    for facts, p, proof in (
        (context.facts(term), backward, P[0]),
        (context.facts(term), m - 1 - backward, P[1]),
        (context.facts(new), forward, P[2]),
        (context.facts(new), n - 1 - forward, P[3]),
    ):
        context.prove(facts, ">=", p, proof)
    return [new]


def split(context: Context, term: Term, v: Any, q: Any, r: Any, N: Any, M: Any, P: Any, Q: Any) -> list[Term]:
    """v = q*M + r is one to one from 0 <= q < N, 0 <= r < M onto 0 <= v < N*M, where N >= 0 and M >= 0.

    Both are global: where one is negative, the new sum is empty, and, by P and Q, no point of the old one counts.
    """
    v, n = _range(term, v)
    taken = context.names | term.binders
    require(read_name(q, "new range") not in taken, f"{q} is not a new name.")
    require(read_name(r, "new range") not in taken | {q}, f"{r} is not a new name.")
    N, M = context.polynomial(N), context.polynomial(M)
    require(n == N * M, f"The extent of {v} is not the product of the new ones.")
    for extent, proof in ((N, P), (M, Q)):
        context.prove(context.facts(term), ">=", extent, proof)
    pairs = (((q, N), (r, M)) if x == v else ((x, extent),) for x, extent in term.ranges.items())
    moved = term.put({v: context.variable(q) * M + context.variable(r)})
    return [replace(moved, ranges=dict(chain.from_iterable(pairs)))]


def join(context: Context, term: Term, q: Any, r: Any, v: Any, P: Any, Q: Any) -> list[Term]:
    """The same as `split`, backwards: once r = v - q*M is in, the term is the one that splits into this one.

    Where N or M is negative, the old sum is empty, and, by P and Q, no point of the new one counts.
    """
    (q, N), (r, M) = _range(term, q), _range(term, r)
    require(q != r, "A range is joined with itself.")
    require(read_name(v, "new range") not in context.names | term.binders, f"{v} is not a new name.")
    moved = term.put({r: context.variable(v) - context.variable(q) * M})
    pairs = ((v, N * M) if x == q else (x, extent) for x, extent in term.ranges.items() if x != r)
    new = replace(moved, ranges=dict(pairs))
    require(all(q not in p.names() for p in [new.coefficient, *new.inside()]), f"{q} is read by itself.")
    for extent, proof in ((N, P), (M, Q)):
        context.prove(context.facts(new), ">=", extent, proof)
    return [new]


def sum_up(context: Context, term: Term, v: Any, F: Any, i: Any, P: Any, Q: Any) -> list[Term]:
    """SUM_(0 <= v < n) [v < m] (F(v+1) - F(v)) = F(m) - F(0), where 0 <= m (P) and m <= n (Q).

    All else is free of v.  Without a bracket, m = n.
    """
    v, n = _range(term, v)
    F = context.polynomial(F, term.binders)
    difference = F.put({v: context.variable(v) + 1}) - F
    require(difference == term.coefficient, f"The coefficient is not F({v} + 1) - F({v}).")
    require(i is not None or Q is None, "There is a proof on a bracket, but no bracket.")
    rest, m = term.without(v, i), n
    if i is not None:
        kind, p = term.brackets[read_position(i, term.brackets, "brackets")]
        m = p + 1 + context.variable(v)
        require(kind == ">=" and v not in m.names(), f"Bracket {i} does not say that {v} < m.")
    require(all(v not in p.names() for p in rest.inside()), f"{v} occurs elsewhere in the term.")
    context.prove(context.facts(rest), ">=", m, P)
    if i is not None:
        context.prove(context.facts(rest), ">=", n - m, Q)
    return [replace(rest, coefficient=F.put({v: m}) - F.put({v: Polynomial({}, context.work)}))]


def rewrite(context: Context, term: Term, coefficient: Any, quotients: Any, factors: Any, proofs: Any) -> list[Term]:
    """Polynomials are replaced by others that have the same values at each point that counts.

    A new numerator could change a quotient, and with it which points count.  It is proved equal by facts without the
    brackets that use changed quotients, or others that depend on them.  Where one of the other brackets is 0, it is 0
    after the change too; where all are 1, no quotient has another value, and no bracket either.
    """
    new_quotients = {}
    entries = read_list(quotients, "list of quotients", len(term.quotients))
    for (q, (_, b)), entry in zip(term.quotients.items(), entries, strict=True):
        name, new_a, new_b = read_list(entry, "quotient", 3)
        require(name == q and context.polynomial(new_b) == b, f"The quotient {q} has another name or denominator.")
        new_quotients[q] = context.polynomial(new_a, term.ranges, term.before(q)), b
    new_factors = []
    entries = read_list(factors, "list of factors", len(term.factors))
    for (tensor, indices), entry in zip(term.factors, entries, strict=True):
        name, places = read_list(entry, "factor", 2)
        require(name == tensor, f"The tensor {tensor} has another name.")
        places = read_list(places, "list of indices", len(indices))
        new_factors.append((tensor, tuple(context.polynomial(p, term.binders) for p in places)))
    new_coefficient = context.polynomial(coefficient, term.binders)
    new = replace(term, coefficient=new_coefficient, quotients=new_quotients, factors=tuple(new_factors))
    settled = term.settled_without({q for q, ab in term.quotients.items() if ab != new_quotients[q]})
    pairs = [(term, term.coefficient, new_coefficient)]
    pairs += [(settled, a, new_quotients[q][0]) for q, (a, _) in term.quotients.items()]
    for (_, old), (_, chosen) in zip(term.factors, new_factors, strict=True):
        pairs += [(term, p, new_p) for p, new_p in zip(old, chosen, strict=True)]
    wanted = [(basis, new_p - p) for basis, p, new_p in pairs if new_p != p]
    for (basis, difference), proof in zip(wanted, read_list(proofs, "list of proofs", len(wanted)), strict=True):
        context.prove(context.facts(basis), "=", difference, proof)
    return [new]


def quotient(context: Context, term: Term, q: Any, e: Any, proofs: Any) -> list[Term]:
    """The quotient q has the value e, or (where e is None) is not used.

    That q = e is proved by facts without the brackets that use q, or a quotient that depends on it.  Where one of the
    other brackets is 0, it is 0 after the change too; where all are 1, q = e, and nothing changes.
    """
    q = read_name(q, "quotient of the term", term.quotients)
    rest = replace(term, quotients={x: ab for x, ab in term.quotients.items() if x != q})
    if e is None:
        used = any(q in p.names() for p in [rest.coefficient, *rest.inside()])
        require(not used and proofs is None, f"The quotient {q} is used.")
        return [rest]
    e = context.polynomial(e, term.binders - {q})
    context.prove(context.facts(term.settled_without({q})), "=", context.variable(q) - e, proofs)
    return [rest.put({q: e}).in_order()]


def define(context: Context, term: Term, q: Any, a: Any, b: Any, proof: Any) -> list[Term]:
    """A new name for floor(a/b), where b >= 1, changes nothing."""
    require(read_name(q, "new quotient") not in context.names | term.binders, f"{q} is not a new name.")
    a, b = context.polynomial(a, term.binders), context.polynomial(b)
    context.prove(context.hypotheses, ">=", b - 1, proof)
    return [replace(term, quotients={**term.quotients, q: (a, b)})]


def merge(context: Context, term: Term, other: Term, renaming: Any) -> list[Term]:
    """Two terms that are the same, but for the names that they bind and for the coefficient."""
    require(type(renaming) is dict and renaming.keys() == other.binders, "The renaming is not of the binders.")
    names = {v: read_name(w, "binder of the term", term.binders) for v, w in renaming.items()}
    require(len(set(names.values())) == len(names) == len(term.binders), "The renaming is not one to one.")
    renamed = other.put({v: context.variable(w) for v, w in names.items()})
    for same, what in (
        (term.ranges == {names[v]: n for v, n in renamed.ranges.items()}, "ranges"),
        (term.quotients == {names[q]: ab for q, ab in renamed.quotients.items()}, "quotients"),
        ({b.key for b in term.brackets} == {b.key for b in renamed.brackets}, "brackets"),
        (Counter(term.factors) == Counter(renamed.factors), "factors"),
    ):
        require(same, f"The two terms differ in their {what}.")
    return [replace(term, coefficient=term.coefficient + renamed.coefficient)]


#: Each rule, and the number of its arguments after the positions of terms.
RULES: dict[str, tuple[Callable[..., list[Term]], int]] = {
    "point": (point, 2),
    "brackets": (brackets, 3),
    "empty": (empty, 1),
    "case": (case, 1),
    "complement": (complement, 1),
    "reindex": (reindex, 5),
    "split": (split, 7),
    "join": (join, 5),
    "sum": (sum_up, 5),
    "rewrite": (rewrite, 4),
    "quotient": (quotient, 3),
    "define": (define, 4),
    "merge": (merge, 1),
}
