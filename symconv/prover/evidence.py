"""Evidence for side conditions: which polynomials are >= 0 where a summand counts, and proofs by expanding products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symconv.errors import SymconvError
from symconv.prover.polynomial import ZERO, Polynomial, constant, product, variable
from symconv.prover.sequent import Bracket, Term

Products = Sequence[Sequence[int]]


class RuleError(SymconvError):
    """A rule was asked for what it does not say, or a side condition has no proof."""


@dataclass(frozen=True)
class Equations:
    """That a polynomial is 0: it is the sum of multiples of facts whose negatives are facts too."""

    parts: tuple[tuple[int, Polynomial], ...]

    def json(self) -> dict[str, Any]:
        """Plain data for a certificate."""
        return {"equations": [[i, multiple.json()] for i, multiple in self.parts]}


@dataclass(frozen=True)
class Refutation:
    """Products of facts and multiples of equations that add up to a negative number."""

    products: Products
    equations: Equations

    def json(self) -> dict[str, Any]:
        """Plain data for a certificate."""
        return {"products": self.products, **self.equations.json()}


#: That facts contradict one another: products c*f*g*... of them, and where it helps multiples of equations.
Proof = Products | Refutation
#: That p = 0: a proof of p >= 0 and one of -p >= 0, or a sum of multiples of equations.
ZeroProof = tuple[Proof, Proof] | Equations


def need(condition: bool, otherwise: str) -> None:
    """Raise ``RuleError`` where a side condition does not hold."""
    if not condition:
        raise RuleError(otherwise)


def facts_of(facts: Sequence[Polynomial], term: Term) -> tuple[Polynomial, ...]:
    """What is >= 0 wherever a summand of the term is not 0: the sequent's facts, ranges, brackets, floors."""
    found = list(facts)
    for v, n in term.ranges:
        found += (variable(v), n - variable(v) - 1)
    for bracket in term.brackets:
        found += bracket.facts
    for q in term.quotients:
        rest = q.a - q.b * variable(q.name)
        found += (rest, q.b - 1 - rest)
    return tuple(found)


def prove(facts: Sequence[Polynomial], p: Polynomial, proof: Proof) -> None:
    """facts |- p >= 0 over the integers: together with -p - 1 >= 0 they are contradictory."""
    refutes((*facts, -p - 1), proof)


def prove_zero(facts: Sequence[Polynomial], p: Polynomial, proof: ZeroProof) -> None:
    """facts |- p = 0."""
    if isinstance(proof, Equations):
        need(_sum(facts, proof) == p, "the multiples of equations do not add up")
        return
    need(len(proof) == 2, "an equation needs two proofs")
    prove(facts, p, proof[0])
    prove(facts, -p, proof[1])


def imply(facts: Sequence[Polynomial], known: Sequence[Bracket], goals: Sequence[Bracket], proofs: Any) -> None:
    """Each goal is one of the known brackets, or follows from the facts."""
    keys = {b.key for b in known}
    open_goals = [g for g in goals if g.key not in keys]
    need(len(open_goals) == len(proofs), "there is no proof for each bracket")
    for goal, proof in zip(open_goals, proofs, strict=True):
        if goal.kind == "=":
            prove_zero(facts, goal.p, proof)
        else:
            prove(facts, goal.p, proof)


def refutes(facts: Sequence[Polynomial], proof: Proof) -> None:
    """SUM c * PROD facts, with every c > 0, plus 0 is a negative constant: the facts cannot all be >= 0."""
    total = _sum(facts, proof.equations) if isinstance(proof, Refutation) else ZERO
    for c, *places in proof.products if isinstance(proof, Refutation) else proof:
        need(c > 0 and all(0 <= i < len(facts) for i in places), "a multiplier or a fact does not exist")
        total = total + constant(c) * product(facts[i] for i in places)
    need(total.is_constant and total.constant_part < 0, "the proof does not refute the facts")


def _sum(facts: Sequence[Polynomial], equations: Equations) -> Polynomial:
    """A sum of multiples of polynomials that are 0, as they and their negatives are facts."""
    need(all(0 <= i < len(facts) and -facts[i] in facts for i, _ in equations.parts), "a fact is no equation")
    return sum((multiple * facts[i] for i, multiple in equations.parts), ZERO)


def plain(proof: Proof | ZeroProof | None) -> Any:
    """A proof as a certificate has it."""
    return proof.json() if isinstance(proof, (Equations, Refutation)) else proof
