"""Refutation: the smallest counterexample, by an exhaustive search of its own; nothing against what is true."""

from __future__ import annotations

import itertools
import json
import re
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sympy import Eq, Symbol

import symconv as sc
from oracles.formulas import message, reference
from oracles.mistakes import FALSE, FIRST, FULL, TWO_LAYERS
from oracles.propositions import evaluate
from oracles.sums import Node, Words, sums
from symconv.errors import StatementError
from symconv.prover.refuting.comparison import Comparison
from symconv.prover.refuting.counterexample import Counterexample
from symconv.prover.refuting.entries import telling_entries, value_at
from symconv.prover.refuting.refuter import refute
from symconv.statements.expression import Expression
from symconv.statements.grammar import parse_proposition
from symconv.statements.proposition import Proposition

TRUE: dict[str, tuple[str, dict[str, Any]]] = {
    "composition": (
        TWO_LAYERS,
        {"where": [FULL, FIRST, "K[t] = sum(u < k2, a < k1) W2[u]*W1[a]*[t = d1*a + s1*d2*u]"]},
    ),
    "flip": ("for y < n: sum(a < k) W[a]*X[y - a] = sum(a < k) W[k - 1 - a]*X[y + a - (k - 1)]", {}),
    "floors of floors": ("(n//a)//b = n//(a*b)", {}),
    "windows": ("sum(y < h) [s*y < h] = (h - 1)//s + 1", {}),
    "only where it is assumed": ("k*k = 3*k - 2", {"assuming": ["k <= 2"]}),
    "never": ("k = k + 1 if 1 = 2", {}),
    "nowhere": ("k = k + 1", {"assuming": ["k >= 3", "k <= 2"]}),
    "no index at all": ("for i < n - n: X[i] = X[i + 1]", {}),
    "a role": ("[p >= 0] = 1", {"counts": ["p"]}),
    "without names": ("2 + 2 = 4", {}),
    "shuffle": ("for z < g*m: X[(z % g)*m + z//g] = X[((z + g*m) % g)*m + z//g]", {}),
}


def sizes_of(text: str) -> dict[str, int]:
    return {name: int(value) for name, value in (part.split("=") for part in text.split())}


# ------------------------------------------------------------------ a search of its own


def scattered(name: str, at: tuple[int, ...]) -> int:
    """Entries at which two polynomials of low degree agree by chance once in a long time."""
    return Random(f"{name}{at}").randrange(10**9)


def with_sum(symbols: list[Symbol], total: int) -> Iterator[dict[str, int]]:
    """All values of the symbols by their roles with this sum of absolute values, in order."""
    if not symbols:
        yield from [{}] if total == 0 else []
        return
    first, *others = symbols
    for weight in range(total + 1):
        for value in dict.fromkeys((weight, -weight)):
            if (first.is_positive and value < 1) or (first.is_nonnegative and value < 0):
                continue
            for rest in with_sum(others, total - weight):
                yield {first.name: value, **rest}


def cases_with_sum(p: Proposition, total: int) -> Iterator[dict[str, int]]:
    for sizes in with_sum(sorted(p.parameters, key=str), total):
        spans = [range(int(reference(r.extent, sizes))) for r in p.ranges]
        for places in itertools.product(*spans):
            case = {**sizes, **dict(zip((r.index.name for r in p.ranges), places, strict=True))}
            if all(reference(c, case) for c in p.assuming):
                yield case


def differs(p: Proposition, case: dict[str, int]) -> bool:
    return evaluate(p.left, case, scattered) != evaluate(p.right, case, scattered)


def smallest(p: Proposition, most: int) -> dict[str, int] | None:
    cases = (case for total in range(most + 1) for case in cases_with_sum(p, total))
    return next((case for case in cases if differs(p, case)), None)


def check(p: Proposition, found: Counterexample) -> None:
    """What it says is so, by the oracle."""

    def entry(tensor: str, at: tuple[int, ...]) -> int:
        return found.tensors[tensor][at]

    sizes = dict(found.sizes)
    assert evaluate(p.left, sizes, entry) == found.left != found.right == evaluate(p.right, sizes, entry)
    assert all(reference(c, sizes) for c in p.assuming)
    assert all(0 <= sizes[r.index.name] < reference(r.extent, sizes) for r in p.ranges)
    assert list(sizes) == [*sorted(s.name for s in p.parameters), *(r.index.name for r in p.ranges)]


# ------------------------------------------------------------------ what is false, and what is true


@pytest.mark.parametrize("name", FALSE)
def test_the_first_counterexample_is_found(name: str) -> None:
    text, beside, expected = FALSE[name]
    p = parse_proposition(text, **beside)
    found = refute(p, seconds=20)
    assert found is not None
    assert found.sizes == sizes_of(expected)
    assert found.smallest
    assert found.statement == p
    check(p, found)
    if "far" not in name:
        assert smallest(p, sum(abs(found.sizes[s.name]) for s in p.parameters)) == found.sizes


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_not_refuted(name: str) -> None:
    text, beside = TRUE[name]
    assert refute(parse_proposition(text, **beside), seconds=0.3) is None


def test_mistakes_are_found_fast() -> None:
    read = [parse_proposition(text, **beside) for text, beside, _ in FALSE.values()]
    start = time.process_time()
    assert all(refute(p) for p in read)
    assert (time.process_time() - start) / len(read) < 0.3


def test_a_mistake_in_two_dimensions_with_many_sizes() -> None:
    """Eighteen names; the stride of one axis is forgotten in the kernel."""
    p = parse_proposition(
        """for o < c_o, y < h, x < w:
        sum(m < c_m, u < k2h, v < k2w) W2[o, m, u, v]*Z[m, s2h*y + d2h*u, s2w*x + d2w*v]
        = sum(c < c_i, t < Th, r < Tw) K[o, c, t, r]*X[c, s1h*s2h*y + t, s1w*s2w*x + r]""",
        where=[
            "Th = d1h*(k1h - 1) + s1h*d2h*(k2h - 1) + 1",
            "Tw = d1w*(k1w - 1) + s1w*d2w*(k2w - 1) + 1",
            "Z[m, i, j] = sum(c < c_i, a < k1h, b < k1w) W1[m, c, a, b]*X[c, s1h*i + d1h*a, s1w*j + d1w*b]",
            "K[o, c, t, r] = sum(m < c_m, u < k2h, v < k2w, a < k1h, b < k1w)"
            " W2[o, m, u, v]*W1[m, c, a, b]*[t = d1h*a + d2h*u]*[r = d1w*b + s1w*d2w*v]",
        ],
    )
    start = time.process_time()
    found = refute(p)
    assert time.process_time() - start < 1
    assert found is not None
    assert {n: v for n, v in found.sizes.items() if v > 1} == {"k2h": 2, "s1h": 2}
    check(p, found)


WORDS = Words({"X": 1, "W": 2, "r": 0}, names=("i",))


@given(sums(WORDS, 2), sums(WORDS, 2))
def test_random_propositions_against_the_exhaustive_search(one: Node, other: Node) -> None:
    text = f"for i < K: {one.text()} = {other.text()}"
    used = set(re.findall(r"[a-z]", text))
    roles: dict[str, Any] = {role: [n] for role, n in (("counts", "p"), ("integers", "z")) if n in used}
    p = parse_proposition(text, **roles)
    assume(sum(len(t.ranges) for e in (p.left, p.right) for t in e.terms) < 20)
    expected = smallest(p, 4)
    found = refute(p, seconds=20 if expected else 0.02)
    if expected is not None:
        assert found is not None
        assert found.sizes == expected
        assert found.smallest
    if found is not None:
        check(p, found)


# ------------------------------------------------------------------ what has no value


def test_points_without_a_value_say_nothing() -> None:
    K, G, n = sc.sizes("K G n")
    X = sc.tensor("X")
    found = refute(Proposition.of(X[K / G], X[0]))
    assert found is not None
    assert found.sizes == {"G": 1, "K": 1}
    divided = refute(Proposition.of((n**2 - 1) / (n - 1), n), seconds=0.3)
    assert divided is not None
    assert divided.sizes == {"n": 2}
    u = sc.indices("u")
    assert refute(Proposition.of(sc.total(X[u], (u, K / G)), sc.total(X[u], (u, K)), (), K < G), seconds=0.2) is None


def test_what_no_rule_covers_is_refused() -> None:
    n = sc.sizes("n")
    told = message(lambda: refute(Proposition.of(n, n + 1, (), Eq(2**n, 4))), StatementError)
    assert told.startswith("Pow '2**n': has an exponent that is no integer number; ")


def test_a_false_suspicion_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the fast pass says is computed again from the proposition itself."""
    everything = [{"n": n, "i": i} for n in range(-1, 4) for i in range(4)]
    monkeypatch.setattr(Comparison, "differing", lambda self, points, effort: iter(everything))
    assert refute(parse_proposition("for i < n: X[i]*(n + 1) = X[i] + n*X[i]"), seconds=0.05) is None
    found = refute(parse_proposition("for i < n: X[i] = X[i + 1]*[i >= 1]", assuming=["n >= 3"]), seconds=0.05)
    assert found is not None
    assert found.sizes == {"n": 3, "i": 0}


# ------------------------------------------------------------------ limits, hints and chance


HARD = "a*b*c*d*e*f = a*b*c*d*e*f + [a = 9]*[b = 11]*[c = 7]*[d >= 13]"


SUMS = "a + b + c + d + e = a + b + c + d + e + [2*a = b + 11]*[a = 17]*[c >= 20]"


@pytest.mark.parametrize("text", [HARD, SUMS])
def test_hints_find_what_the_order_does_not_reach(text: str) -> None:
    pytest.importorskip("z3")
    p = parse_proposition(text)
    found = refute(p, seconds=4, points=50)
    assert found is not None
    assert not found.smallest
    check(p, found)
    assert dict(found.sizes) in (
        {"a": 9, "b": 11, "c": 7, "d": 13, "e": 1, "f": 1},
        {"a": 17, "b": 23, "c": 20, "d": 1, "e": 1},
    )


def test_chance_and_conditions_do_without_z3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    p = parse_proposition(
        "m = h", assuming=["m = (h + 2*p - d*(k - 1) - 1)//s + 1", "224 divides h", "k = 7"], counts=["p"]
    )
    found = refute(p, seconds=10, points=0)
    assert found is not None
    assert not found.smallest
    check(p, found)
    assert found.sizes["h"] == 224
    for name in "dps":
        lower = {**found.sizes, name: found.sizes[name] - 1}
        lower["m"] = (lower["h"] + 2 * lower["p"] - 6 * lower["d"] - 1) // lower["s"] + 1 if lower["s"] else 0
        inside = lower["m"] >= 1 and lower["d"] >= 1 and lower["p"] >= 0
        assert not inside or lower["m"] == lower["h"] or sum(lower.values()) > sum(found.sizes.values())


def test_what_chance_finds_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    found = refute(parse_proposition("0 = [a >= 5]*[b >= 6]*[c >= 7]*[d >= 0]"), seconds=10, points=0)
    assert found is not None
    assert found.sizes == {"a": 5, "b": 6, "c": 7, "d": 1}


def test_limits_hold() -> None:
    p = parse_proposition(HARD + "*[e >= 50]*[e < 50]*[f*g >= 9]")
    start = time.process_time()
    assert refute(p, seconds=0.1) is None
    assert time.process_time() - start < 3
    names = ["a", "b", "c", "d", "e", "f", "g", "h", "k", "l", "m"]
    nowhere = parse_proposition(f"a = a + 1 if {'*'.join(names)} = 2**16 + 1 and a >= 2 and b >= 2 and c >= 2")
    start = time.process_time()
    assert refute(nowhere, seconds=0.3) is None
    assert time.process_time() - start < 3
    assert refute(parse_proposition("0 = [n >= 40]*[m >= 40]"), seconds=0.0, points=0) is None


@pytest.mark.parametrize(
    "condition", ["a >= 2**16*2**16*2**16*2**16", "a = 10**16*10**16*b", "10**16*10**16 divides a"]
)
def test_sizes_beyond_64_bits_are_not_reached(condition: str) -> None:
    p = parse_proposition("a*b*c = a*b*c + [c >= 3]*[b >= 3]", assuming=[condition])
    assert refute(p, seconds=0.4, points=10) is None


def test_sums_that_are_too_long_are_left_out() -> None:
    """At n=1 a side has a million summands; the first point that can be told is not called the smallest."""
    p = parse_proposition("sum(a < max(n, 10**6*(2 - n))) X[a] = X[0]")
    found = refute(p, seconds=1)
    assert found is not None
    assert found.sizes == {"n": 2}
    assert not found.smallest
    assert "smallest" not in str(found)


# ------------------------------------------------------------------ entries


def entry(tensor: str, *at: int) -> tuple[str, tuple[int, ...]]:
    return tensor, at


def test_entries_are_as_simple_as_can_be() -> None:
    x, y, one = entry("X", 0), entry("X", 1), Fraction(1)
    assert telling_entries({(x,): one}, {(x,): one, (y,): Fraction(0)}) is None
    assert telling_entries({(x,): one}, {(x,): one, (y,): one}) == {x: 1, y: 1}
    assert telling_entries({(x, y): one}, {(y, y): one}) == {x: 0, y: 1}
    assert telling_entries({(x, x): one}, {(x,): one}) == {x: 2}
    assert telling_entries({(): Fraction(1, 2)}, {}) == {}
    assert telling_entries({(x, x): one, (): one}, {(x,): one * 2}) == {x: 0}


MONOMIALS = st.lists(st.sampled_from((entry("X", 0), entry("X", 1), entry("r"))), max_size=3).map(sorted).map(tuple)
COEFFICIENTS = st.sampled_from(list(map(Fraction, ("-2", "-1", "0", "1/2", "1", "2", "3"))))
POLYNOMIALS = st.dictionaries(MONOMIALS, COEFFICIENTS, max_size=4)


@given(POLYNOMIALS, POLYNOMIALS)
@example({(entry("r"),) * 3: Fraction(1), (entry("r"),): Fraction(2)}, {(entry("r"),) * 2: Fraction(3)})
def test_entries_tell_polynomials_apart(left: Any, right: Any) -> None:
    given_ = telling_entries(left, right)
    same = all(left.get(m, 0) == right.get(m, 0) for m in {*left, *right})
    assert (given_ is None) == same
    if given_ is not None:
        assert value_at(left, given_) != value_at(right, given_)


# ------------------------------------------------------------------ how it is told


def refuted(text: str, **beside: Any) -> Counterexample:
    found = refute(parse_proposition(text, **beside))
    assert found is not None
    return found


def test_counterexamples_are_told_in_one_line() -> None:
    assert str(refuted("a//m + b//m = (a + b)//m")) == "at the smallest sizes a=1, b=1, m=2: left = 0, right = 1"
    assert str(refuted("for i < n: X[i] = X[i - 1]")) == (
        "at the smallest sizes n=1, i=0 with X[-1] = 1 and 0 elsewhere: left = 0, right = 1"
    )
    assert str(refuted("sum(a < k) W[a]*X[a, 0] = W[0]*X[0, 0]")) == (
        "at the smallest sizes k=2 with all entries 1: left = 2, right = 1"
    )
    assert str(refuted("r[]*r[] = r[]")) == "with r[] = 2: left = 4, right = 2".replace("r[] = 2", "all entries 2")
    assert str(refuted("2 = 5/2")) == "left = 2, right = 5/2"


def test_counterexamples_are_plain_data() -> None:
    found = refuted("for i < n: X[i, 0]/2 = X[i + 1, 0]")
    data = json.loads(json.dumps(found.json()))
    assert data == {
        "statement": "for i < n: 1/2*X[i, 0] = X[i + 1, 0]",
        "sizes": {"n": 1, "i": 0},
        "left": "1/2",
        "right": 1,
        "tensors": {"X": [[[0, 0], 1], [[1, 0], 1]]},
        "smallest": True,
    }
    assert parse_proposition(data["statement"]) == found.statement
    assert isinstance(found.left, Fraction)
    assert isinstance(found.right, int)
    assert hash(found) == hash(refuted("for i < n: X[i, 0]/2 = X[i + 1, 0]"))


def test_what_is_left_out_later_does_not_count() -> None:
    found = refuted("for i < K: (sum(u < K, v < K) W[i])**2 = W[i]**2 + W[i]")
    assert found.sizes == {"K": 1, "i": 0}
    assert found.smallest


def test_expressions_made_in_python() -> None:
    i, u = sc.indices("i u")
    n, K = sc.sizes("n K")
    X = sc.tensor("X")
    p = Proposition.of(sc.total(X[i + u], (u, K)), X[i], [(i, n)])
    found = refute(p)
    assert found is not None
    assert found.sizes == {"K": 2, "n": 1, "i": 0}
    assert refute(Proposition.of(Expression(), 0 * X[i]), seconds=0.05) is None
