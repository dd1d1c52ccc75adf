"""The search for proofs that polynomials are >= 0 where others are: sums of products of facts that are negative.

A proof refutes a list of polynomials that are >= 0 (the facts): it is a tuple of (c, i, j, ...) with a whole number
c > 0 and positions of facts, and SUM c * PROD facts is a negative constant (G. Stengle, A Nullstellensatz and a
Positivstellensatz in semialgebraic geometry, 1974; D. Handelman, Representing polynomials by positive linear functions
on compact convex polyhedra, 1988).  What the search returns is checked by expansion; that it returns nothing means
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from symconv.prover.polynomial import Monomial, Polynomial, product
from symconv.prover.positivity.certificate import Proof
from symconv.prover.positivity.facts import Facts, joined

__all__ = ["Proof", "nonnegative", "refutation", "refutes", "zero"]


def refutation(facts: Sequence[Polynomial]) -> Proof | None:
    """That the facts cannot hold together.

    >>> from symconv.prover.polynomial import variable
    >>> a = variable("a")
    >>> refutation((a - 1, -a))
    ((1, 0), (1, 1))
    """
    for group in _groups(tuple(facts)):
        if group.refutation is not None:
            return _placed(group.refutation, group.facts, facts)
    return None


def nonnegative(facts: Sequence[Polynomial], p: Polynomial) -> Proof | None:
    """That p >= 0 follows from the facts: a refutation of them and -p - 1, which is at position ``len(facts)``.

    >>> from symconv.prover.polynomial import variable
    >>> a, b = variable("a"), variable("b")
    >>> nonnegative((a, b - 1), a * b)
    ((1, 0), (1, 0, 1), (1, 2))
    """
    about = _about(facts, p)
    proof = about.nonnegative(p)
    goal = -p - 1
    return refutation(facts) if proof is None else _placed(proof, (*about.facts, goal), (*facts, goal))


def zero(facts: Sequence[Polynomial], p: Polynomial) -> tuple[Proof, Proof] | None:
    """That p = 0 follows from the facts: p >= 0 and -p >= 0.

    >>> from symconv.prover.polynomial import variable
    >>> a = variable("a")
    >>> zero((a, -a), 2 * a)
    (((2, 0), (1, 2)), ((2, 1), (1, 2)))
    """
    if _about(facts, p).is_false(-p) and refutation(facts) is None:
        return None
    above = nonnegative(facts, p)
    below = None if above is None else nonnegative(facts, -p)
    return None if above is None or below is None else (above, below)


def refutes(facts: Sequence[Polynomial], proof: Proof) -> bool:
    """Whether the products of facts, each with a positive factor, add up to a negative constant."""
    total: Counter[Monomial] = Counter()
    for c, *positions in proof:
        for monomial, d in product(facts[i] for i in positions).terms.items():
            total[monomial] += c * d
    return total[()] < 0 and not any(c for m, c in total.items() if m) and all(part[0] > 0 for part in proof)


@lru_cache(maxsize=1024)
def _groups(facts: tuple[Polynomial, ...]) -> tuple[Facts, ...]:
    """The facts in groups that share no names."""
    groups: list[tuple[frozenset[str], list[Polynomial]]] = []
    for f in facts:
        near = [group for group in groups if not group[0].isdisjoint(f.names)]
        groups = [group for group in groups if group[0].isdisjoint(f.names)]
        names = f.names.union(*(more for more, _ in near))
        groups.append((names, [g for _, members in near for g in members] + [f]))
    return tuple(_group(frozenset(members)) for _, members in groups)


@lru_cache(maxsize=1024)
def _group(facts: frozenset[Polynomial]) -> Facts:
    """What is known of facts is kept for the next question."""
    return Facts(sorted(facts, key=lambda f: f.key))


@lru_cache(maxsize=1024)
def _joined(groups: tuple[Facts, ...]) -> Facts:
    return groups[0] if len(groups) == 1 else joined(groups)


def _about(facts: Sequence[Polynomial], p: Polynomial) -> Facts:
    """The facts that speak of the names of p, or of names that these speak of, and so on."""
    return _joined(tuple(group for group in _groups(tuple(facts)) if not group.names.isdisjoint(p.names)))


def _placed(proof: Proof, own: Sequence[Polynomial], facts: Sequence[Polynomial]) -> Proof | None:
    """The proof with the positions of another list that has the same facts, if it is a proof."""
    at = {f: i for i, f in reversed(list(enumerate(facts)))}
    counts: Counter[tuple[int, ...]] = Counter()
    for c, *positions in proof:
        counts[tuple(sorted(at[own[i]] for i in positions))] += c
    placed = tuple((counts[key], *key) for key in sorted(counts))
    return placed if refutes(facts, placed) else None
