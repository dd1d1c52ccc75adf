"""Each rule by itself, on random terms: where brute force stands for the proofs, the sum must not change.

A proof is taken as given when its facts hold together at no values, in a box of integers, of the names that are not
fixed.  All values at all points are in that box.  A rule that is right for every proof is right here; a rule that
trusts facts at points where they need not hold changes a sum.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles.certificates import poly, sequent
from oracles.sequents import hashed, number, term_value
from symconv.prover.checker import Rejected
from symconv.prover.checker.polynomials import Polynomial, Work
from symconv.prover.checker.rules import RULES, Context, Fact
from symconv.prover.checker.sequents import Term, read_statement

BOX = 6
PROOF = [None, None]  # or a pair of proofs
ANY = "as many proofs as it takes"
GLOBALS = ["n", "p"]
TRIALS = 10


class Chance(random.Random):
    """Random parts of terms."""

    def linear(self, names: list[str], most: int = 2) -> Any:
        """A few names with small coefficients."""
        chosen = self.sample(names, min(len(names), self.randint(0, most)))
        monomials = [[self.choice((1, 1, -1, 2)), name] for name in chosen]
        constant = self.choice((0, 0, 1, -1, 2))
        return monomials + ([[constant]] if constant else [])

    def extent(self) -> Any:
        return poly(self.choice(["n", "n", "1", "2", "3", "n - 1", "p", "0"]))

    def bracket(self, names: list[str]) -> Any:
        return [self.choice(("=", ">=")), self.linear(names)]

    def term(self) -> dict[str, Any]:
        ranges = [[v, self.extent()] for v in ("i", "j")[: self.choice((0, 1, 1, 2))]]
        names = GLOBALS + [v for v, _ in ranges]
        quotients = []
        for q in ("q", "r")[: self.choice((0, 1, 1, 2))]:
            quotients.append([q, self.linear(names), poly(self.choice(["1", "2", "3"]))])
            names = [*names, q]
        return {
            "coefficient": self.linear(names) or [[1]],
            "ranges": ranges,
            "quotients": quotients,
            "brackets": [self.bracket(names) for _ in range(self.choice((0, 1, 2, 3)))],
            "factors": [["X", [self.linear(names)]], ["Y", [self.linear(names)]]][: self.choice((0, 1, 2))],
        }


def names_of(term: Any, quotients: bool = True) -> list[str]:
    return [*GLOBALS, *(v for v, _ in term["ranges"]), *(q for q, _, _ in term["quotients"] if quotients)]


def a_range(chance: Chance, term: Any) -> Any:
    return chance.choice([v for v, _ in term["ranges"]] or ["i"])


def point(chance: Chance, term: Any) -> list[Any]:
    v = a_range(chance, term)
    value = chance.linear([name for name in names_of(term) if name != v])
    term["brackets"].append(["=", [[chance.choice((1, -1)), v], *value]])
    return [v, len(term["brackets"]) - 1]


def brackets(chance: Chance, term: Any) -> list[Any]:
    new = [b for b in term["brackets"] if chance.random() < 0.7]
    new += [chance.bracket(names_of(term)) for _ in range(chance.choice((0, 1)))]
    return [new, ANY, ANY]


def empty(chance: Chance, term: Any) -> list[Any]:
    return [PROOF]


def case(chance: Chance, term: Any) -> list[Any]:
    return [chance.linear(names_of(term))]


def reindex(chance: Chance, term: Any) -> list[Any]:
    v = a_range(chance, term)
    if chance.random() < 0.3:  # a reversal
        n = next((n for x, n in term["ranges"] if x == v), [])
        return [v, -1, _added(n, [[-1]]), n, [PROOF] * 4]
    c = chance.linear([name for name in names_of(term) if name != v])
    return [v, chance.choice((1, -1)), c, chance.extent(), [PROOF] * 4]


def split(chance: Chance, term: Any) -> list[Any]:
    whole, N, M = chance.choice(
        [("n*p", "n", "p"), ("2*n", "n", "2"), ("4", "2", "2"), ("3*p", "3", "p"), ("0", "0", "n")]
    )
    term["ranges"] = [[v, poly(whole) if v == "i" else n] for v, n in term["ranges"]]
    return ["i", "x", "y", poly(N), poly(M), PROOF, PROOF]


def join(chance: Chance, term: Any) -> list[Any]:
    """The names of a term of one range are made digits."""
    N, M = chance.choice([("n", "p"), ("n", "2"), ("2", "n"), ("p", "n"), ("2", "3")])
    term["ranges"] = [["i", poly(N)], ["j", poly(M)]]
    digits = _added(chance.choice([poly(f"{M}*i"), poly(f"{M}*i"), poly("i")]), [[1, "j"]])

    def put(p: Any) -> Any:
        whole: Any = [m for m in p if not {"i", "j"} & {*m[1:]}]
        for c, *_ in (m for m in p if m[1:] == ["i"]):
            whole = _added(whole, [[c * m[0], *m[1:]] for m in digits])
        return whole

    term["coefficient"] = put(term["coefficient"]) or [[1]]
    term["quotients"] = [[q, put(a), b] for q, a, b in term["quotients"]]
    term["brackets"] = [[kind, put(p)] for kind, p in term["brackets"]]
    term["factors"] = [[tensor, [put(p) for p in indices]] for tensor, indices in term["factors"]]
    return ["i", "j", "v", PROOF, PROOF]


def sum_up(chance: Chance, term: Any) -> list[Any]:
    F, difference = chance.choice([("i", "1"), ("i*p + n", "p"), ("i*i", "2*i + 1"), ("i*i - i", "2*i")])
    term["coefficient"] = poly(difference)
    if chance.random() < 0.5:
        end = chance.linear([name for name in names_of(term) if name != "i"])
        term["brackets"].append([">=", _added(end, [[-1], [-1, "i"]])])
        return ["i", poly(F), len(term["brackets"]) - 1, PROOF, PROOF]
    return ["i", poly(F), None, PROOF, None]


def rewrite(chance: Chance, term: Any) -> list[Any]:
    def other(p: Any, names: list[str]) -> Any:
        return chance.linear(names) if chance.random() < 0.3 else p

    names = names_of(term, quotients=False)
    quotients = []
    for q, a, b in term["quotients"]:
        quotients.append([q, other(a, names), b])
        names = [*names, q]
    factors = [[tensor, [other(p, names) for p in indices]] for tensor, indices in term["factors"]]
    return [other(term["coefficient"], names), quotients, factors, ANY]


def quotient(chance: Chance, term: Any) -> list[Any]:
    q = chance.choice(["q", "q", "r"])
    value = chance.choice([None, chance.linear([name for name in names_of(term) if name != q])])
    return [q, value, value and PROOF]


def complement(chance: Chance, term: Any) -> list[Any]:
    return [chance.choice((0, 0, 1))]


def define(chance: Chance, term: Any) -> list[Any]:
    return ["x", chance.linear(names_of(term)), chance.extent(), PROOF]


CHOICES: dict[str, Callable[[Chance, Any], list[Any]]] = {
    "point": point,
    "brackets": brackets,
    "empty": empty,
    "case": case,
    "reindex": reindex,
    "split": split,
    "join": join,
    "sum": sum_up,
    "rewrite": rewrite,
    "quotient": quotient,
    "complement": complement,
    "define": define,
}


@pytest.mark.parametrize("rule", CHOICES)
@given(seed=st.integers(0, 2**32))
def test_no_rule_changes_a_sum(rule: str, seed: int) -> None:
    try_rule(rule, Chance(seed), TRIALS)


@pytest.mark.parametrize("rule", CHOICES)
def test_the_random_steps_are_often_right(rule: str) -> None:
    accepted = try_rule(rule, Chance(7), 100)
    assert accepted["accepted"] >= 10, accepted
    assert rule == "empty" or accepted["not 0"] > 0


def try_rule(rule: str, chance: Chance, trials: int) -> Counter[str]:
    """Try steps by the rule; how many were accepted, and how many of these on a sum that is not 0."""
    accepted: Counter[str] = Counter()
    for _ in range(trials):
        term = chance.term()
        arguments = CHOICES[rule](chance, term)
        sizes = {"n": chance.randint(-1, 3), "p": chance.randint(-2, 3)}
        results = _apply(rule, term, arguments, sizes)
        if results is not None and all(_in_box(t, sizes) for t in [term, *results]):
            before = term_value(term, sizes, hashed)
            after = sum(term_value(t, sizes, hashed) for t in results)
            assert before == after, (rule, term, arguments, sizes, results)
            accepted["accepted"] += 1
            accepted["not 0"] += before != 0
    return accepted


def _apply(rule: str, term: Any, arguments: list[Any], sizes: dict[str, int]) -> list[Any] | None:
    """What the rule makes of the term; None where it refuses."""
    statement = sequent([term, {**term, "coefficient": poly("n + p"), "factors": []}], [])
    counts = [range(6) if argument is ANY else (0,) for argument in arguments]
    for lengths in product(*counts):
        filled = [[PROOF] * k if a is ANY else a for a, k in zip(arguments, lengths, strict=True)]
        try:
            work = Work()
            read = read_statement(statement, work)
            context = BruteForce(read.names, [], work, sizes)
            return [_plain(result) for result in RULES[rule][0](context, read.left[0], *filled)]
        except Rejected:
            continue
    return None


@dataclass(frozen=True)
class BruteForce(Context):
    """Proofs by trying all integers in a box, for given values of the global names."""

    sizes: dict[str, int]

    def refute(self, facts: Sequence[Fact], proof: Any) -> None:
        known = [fact().monomials for fact in facts]
        names = sorted({name for p in known for monomial in p for name in monomial} - self.sizes.keys())
        axes = np.meshgrid(*[np.arange(-BOX, BOX + 1)] * len(names), indexing="ij")
        points = {name: axis.ravel() for name, axis in zip(names, axes, strict=True)}
        left = np.arange((2 * BOX + 1) ** len(names))
        for p in known:
            value = sum(
                (
                    c * prod((points.get(x, self.sizes.get(x, 0)) for x in monomial), start=1)
                    for monomial, c in p.items()
                ),
                start=np.zeros(len(left), dtype=np.int64),
            )
            points = {name: axis[value >= 0] for name, axis in points.items()}
            left = left[value >= 0]
        if len(left):
            raise Rejected("The facts hold together.")


def _plain(term: Term) -> dict[str, Any]:
    """The JSON of a term."""
    return {
        "coefficient": _listed(term.coefficient),
        "ranges": [[v, _listed(n)] for v, n in term.ranges.items()],
        "quotients": [[q, _listed(a), _listed(b)] for q, (a, b) in term.quotients.items()],
        "brackets": [[kind, _listed(p)] for kind, p in term.brackets],
        "factors": [[tensor, [_listed(p) for p in indices]] for tensor, indices in term.factors],
    }


def _listed(p: Polynomial) -> list[list[Any]]:
    return [[c, *names] for names, c in p.monomials.items()]


def _added(p: Any, q: Any) -> Any:
    total: Counter[tuple[str, ...]] = Counter()
    for c, *names in [*p, *q]:
        total[tuple(names)] += c
    return [[c, *names] for names, c in total.items() if c]


def _in_box(term: Any, sizes: dict[str, int]) -> bool:
    """Whether the names have values in the box at all points."""
    for place in product(*(range(number(n, sizes)) for _, n in term["ranges"])):
        values = {**sizes, **dict(zip((v for v, _ in term["ranges"]), place, strict=True))}
        for q, a, b in term["quotients"]:
            values[q] = number(a, values) // number(b, values)
        if max(map(abs, values.values())) > BOX:
            return False
    return True
