"""From a proposition to its formal statement: what is refused, what is written, and that it means the same."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

import symconv as sc
from oracles.certificates import poly
from oracles.propositions import evaluate as expression_value
from oracles.propositions import mixed
from oracles.sequents import assumed, free_names
from oracles.sequents import evaluate as formal_values
from symconv.errors import StatementError
from symconv.prover.divisibility import MAX_NAME
from symconv.prover.reading import read
from symconv.prover.theorem import Refuted
from symconv.statements.grammar import parse_proposition

#: A statement that cannot be read, what is assumed, and the message.
REFUSED = {
    "a fraction as an extent": (
        "sum(u < n/k) X[u] = 0",
        (),
        "expression=n/k: is not known to be an integer; assume that k divides n, or write a floor.",
    ),
    "half of a size": (
        "sum(u < n/2) X[u] = 0",
        (),
        "expression=n/2: is not known to be an integer; assume that 2 divides n, or write a floor.",
    ),
    "a third, where a half is an integer": (
        "sum(u < n/6) X[u] = 0",
        ("2 divides n",),
        "expression=n/6: is not known to be an integer; assume that 3 divides n_per_2, or write a floor.",
    ),
    "a divisor of any sign": (
        "X[]/(a - b) = 0",
        (),
        "divisor=-a + b: is not known to be at least 1; assume -a + b >= 1.",
    ),
    "a divisor that may be 0": ("X[]/P_h = 0", (), "divisor=P_h: is not known to be at least 1; assume P_h >= 1."),
    "a divisor that is 0": (
        "X[n//((k + 1)**2 - k**2 - 2*k - 1)] = 0",
        (),
        "expression=1/(-k**2 - 2*k + (k + 1)**2 - 1): divides by 0; change the divisor.",
    ),
    "a divisor with the index of a sum": (
        "sum(u < n) X[u]/(u + 1) = 0",
        (),
        "divisor=u + 1: depends on the index of a sum; divide by sizes only.",
    ),
    "a floor by the index of a sum": (
        "sum(u < n) X[u//(u + 1)] = 0",
        (),
        "divisor=u + 1: depends on the index of a sum; divide by sizes only.",
    ),
    "a floor of sizes by the index of a sum": (
        "sum(u < n) X[n//(u + 1)] = 0",
        (),
        "divisor=u + 1: depends on the index of a sum; divide by sizes only.",
    ),
    "the larger of an index and a size": (
        "sum(u < n) X[max(u, 3)] = 0",
        (),
        "expression=Max(3, u): depends on the index of a sum; use brackets for the two cases.",
    ),
    "the smaller of an index and a size": (
        "sum(u < n) X[min(u, n)] = 0",
        (),
        "expression=Min(n, u): depends on the index of a sum; use brackets for the two cases.",
    ),
    "or": (
        "X[] = 0",
        ("n >= 2 or m >= 2",),
        "condition=(m >= 2) | (n >= 2): is no comparison; write =, >=, <= or 'a divides b', and no 'or'.",
    ),
    "unequal": (
        "X[] = 0",
        ("n != m",),
        "condition=Ne(n, m): is no comparison; write =, >=, <= or 'a divides b', and no 'or'.",
    ),
    "a large power": (
        "X[n**13] = 0",
        (),
        "expression=n**13: is no polynomial in integers; write + - * of sizes and indices, floor, ceil, mod, max and "
        "min.",
    ),
    "a greatest common divisor": (
        "X[gcd(n, k)] = 0",
        (),
        "expression=Gcd(n, k): is no polynomial in integers; write + - * of sizes and indices, floor, ceil, mod, max "
        "and min.",
    ),
    "the rest of a fraction": (
        "X[(n/2) % k] = 0",
        (),
        "expression=Mod(n/2, k): is a rest of fractions; write it with integers.",
    ),
    "a rest by a fraction": (
        "X[n % (k/2)] = 0",
        (),
        "expression=Mod(n, k/2): is a rest of fractions; write it with integers.",
    ),
}
#: A statement, what is assumed, and its formal terms, assumptions and definitions.
WRITTEN = {
    "a divisor whose negative is positive": ("sum(u < n) X[u]/(1 - a) = 0", ("a >= 2",), "sum(u.1 < n) (-1)*X[u.1]"),
    "a quotient that is whole": ("X[n*k//k] = 0", (), "(1)*X[n]"),
    "two quotients of sizes": ("n/k + m/l = 0", (), "(l*n); (k*m)"),
    "two quotients of numbers": ("n/2 + m/3 = 0", (), "(3*n); (2*m)"),
    "a quotient of a coefficient": ("n*X[]/k + X[]/(k*m) = 0", (), "(m*n)*X[]; (1)*X[]"),
    "a size that a size divides": ("sum(u < C_in/G) X[u] = 0", ("G divides C_in",), "sum(u.1 < C_in_per_G) (1)*X[u.1]"),
    "a size that a number divides": (
        "sum(u < n/2) X[u*n] = 0",
        ("2 divides n",),
        "sum(u.1 < n_per_2) (1)*X[2*n_per_2*u.1]",
    ),
    "a floor of an index": ("sum(u < n) X[u//k] = 0", (), "sum(u.1 < n) (1)*X[q] where q = (u.1)//(k)"),
    "the same floor twice": ("sum(u < n) X[u//k, u//k] = 0", (), "sum(u.1 < n) (1)*X[q, q] where q = (u.1)//(k)"),
    "a rest of an index": ("sum(u < n) X[u % 3] = 0", (), "sum(u.1 < n) (1)*X[-3*q + u.1] where q = (u.1)//(3)"),
    "taps below": ("TapsBelow(P_h, s, d, m, k) = 0", (), "sum(y < m, u < k) (1)*[-d*u - s*y + P_h - 1 >= 0]"),
    "taps below, squared": (
        "TapsBelow(P_h, s, d, m, k)**2 = 0",
        (),
        "sum(y < m, u < k, y.1 < m, u.1 < k) (1)*[-d*u - s*y + P_h - 1 >= 0]*[-d*u.1 - s*y.1 + P_h - 1 >= 0]",
    ),
    "a power": ("X[n**12] = 0", (), f"(1)*X[{'*'.join('n' * 12)}]"),
}
#: What is defined, as (kind, first, second).
DEFINED = {
    "a floor": ("X[n//k] = X[n//k + 1]", [("floor", "n", "k")]),
    "a rest": ("X[n % k] = 0", [("floor", "n", "k")]),
    "a floor, reduced": ("X[(2*n)//(4*k)] = 0", [("floor", "n", "2*k")]),
    "a floor of 1, reduced": ("X[k//(k*n)] = 0", [("floor", "1", "n")]),
    "rounded up": ("X[ceil(n/k)] = 0", [("floor", "-n", "k")]),
    "the larger": ("X[max(n, k)] = X[max(k, n)]", [("max", "k", "n")]),
    "the smaller": ("X[min(n, k)] = 0", [("max", "-k", "-n")]),
    "the largest of three": ("X[max(n, k, 3)] = 0", [("max", "3", "k"), ("max", "m", "n")]),
    "a floor of a floor": ("X[(n//k)//2] = 0", [("floor", "n", "k"), ("floor", "q", "2")]),
}
#: Statements, with what is assumed, to be evaluated at small sizes as they stand and as they are read.
MEANT: list[tuple[str, tuple[str, ...]]] = [
    ("sum(u < n) X[u//k, u % k] = X[n//k, n % k]", ()),
    ("X[max(n, k), min(n, k)] = X[ceil(n/k), n]", ()),
    ("sum(u < n) u*X[u]/k + n/2 = X[k]/(k + 1)", ()),
    ("sum(u < n) X[u]/(1 - k) = sum(u < k) X[u]", ("k >= 2",)),
    ("TapsBelow(P_h, n, 1, k, 2) = n*k - TapsBelow(P_h, 1, 2, n, k)", ()),
    ("sum(u < C/k) X[u + C] = sum(u < C) [k*u < C]*X[u]", ("k divides C",)),
    ("sum(u < C/2) X[u + C] = sum(u < C) [2*u < C]*X[u]", ("2 divides C",)),
    ("sum(u < C/k) X[u + C] = C", ("2 divides C", "k divides C")),
    ("for i < n: X[i//2, i % k] = sum(u < n) X[u, i - u]", ("n <= 2*k", "k < n + 2")),
]


def terms_of(text: str, assuming: Any = ()) -> str:
    return "; ".join(map(str, read(parse_proposition(text, assuming=assuming)).left))


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, assuming, message = REFUSED[name]
    with pytest.raises(StatementError) as caught:
        read(parse_proposition(text, assuming=assuming))
    assert str(caught.value) == message


@pytest.mark.parametrize("name", WRITTEN)
def test_written(name: str) -> None:
    text, assuming, expected = WRITTEN[name]
    assert terms_of(text, assuming) == expected


@pytest.mark.parametrize("name", DEFINED)
def test_defined(name: str) -> None:
    text, expected = DEFINED[name]
    assert [(d.kind, str(d.a), str(d.b)) for d in read(parse_proposition(text)).defined] == expected


@pytest.mark.parametrize(("text", "assuming"), MEANT)
def test_the_meaning_is_kept(text: str, assuming: tuple[str, ...]) -> None:
    """Both sides are what they were times one number, wherever what is assumed holds, and all names of it are met."""
    statement = parse_proposition(text, assuming=assuming)
    sequent = read(statement).json()
    met = 0
    for values in product(range(5), repeat=len(free_names(sequent))):
        at = dict(zip(free_names(sequent), values, strict=True))
        if not assumed(sequent, at):
            continue
        met += 1
        for per in [name for name in at if name.startswith("C_per_")]:
            at["C"] = at[per] * at.get(per.removeprefix("C_per_"), 2)
        left, right = (expression_value(side, at, mixed) for side in (statement.left, statement.right))
        one, other = formal_values(sequent, at, mixed)
        assert one * right == other * left
        assert (one == 0, other == 0) == (left == 0, right == 0)
    assert met >= 4


# ------------------------------------------------------------------ what is assumed
@pytest.mark.parametrize(
    ("assuming", "expected"),
    [
        ("n >= k", ["n - k"]),
        ("n > k", ["n - k - 1"]),
        ("n <= k", ["k - n"]),
        ("n < k", ["k - n - 1"]),
        ("n = k", ["n - k", "k - n"]),
        ("n >= k and k >= 2", ["n - k", "k - 2"]),
        ("1 = 2", ["-1"]),
        ("1 = 1", []),
        ("k divides n + 1", ["n + 1 - k*q", "k*q - n - 1"]),
    ],
)
def test_conditions(assuming: str, expected: list[str]) -> None:
    sequent = read(parse_proposition("X[n] = X[k]", assuming=[assuming])).json()
    roles = [poly("n - 1"), poly("k - 1")]
    found = {tuple(sorted(map(tuple, p))) for p in sequent["assume"]}
    assert found == {tuple(sorted(map(tuple, p))) for p in [*roles, *map(poly, expected)]}


def test_names_say_what_they_are() -> None:
    sequent = read(parse_proposition("for i < n: X[i, P_h, z] = 0", integers=["z"]))
    assert {str(p) for p in sequent.assume} == {"P_h", "n - 1", "i", "-i + n - 1"}


# ------------------------------------------------------------------ names
def test_a_new_size_is_no_size_of_the_statement() -> None:
    text = "sum(c < C/G) X[c] = sum(c < C/G) X[c + C_per_G - C/G]"
    assert terms_of(text, ["G divides C"]) == "sum(c.1 < C_per_G.1) (1)*X[c.1]"
    with pytest.raises(Refuted):
        sc.prove(text, assuming="G divides C", time_limit=2)


def test_a_new_size_is_no_index_of_the_statement() -> None:
    theorem = sc.prove("sum(C_per_G < C/G) 1 = C/G", assuming="G divides C", time_limit=2)
    assert sc.check(theorem.certificate, theorem.statement)


@pytest.mark.parametrize(
    ("text", "assuming"),
    [
        ("sum({long} < K) X[{long}] = sum(u < K) X[u]", ()),
        ("sum(u < {long}) X[u] = sum(v < {long}) X[{long} - 1 - v]", ()),
        ("sum(u < {long}/b) X[u] = sum(v < {long}/b) X[{long}/b - 1 - v]", ("b divides {long}",)),
    ],
)
def test_long_names_stay_names(text: str, assuming: tuple[str, ...]) -> None:
    long = "a" * MAX_NAME
    theorem = sc.prove(text.format(long=long), assuming=[c.format(long=long) for c in assuming], time_limit=4)
    assert sc.check(theorem.certificate, theorem.statement)


@pytest.mark.parametrize(
    ("text", "assuming"),
    [
        ("sum(u < C/2) X[u] = sum(v < C/2) X[C/2 - 1 - v]", ["2 divides C"]),
        ("sum(u < C/2, v < 2) X[2*u + v] = sum(c < C) X[c]", ["2 divides C"]),
        ("sum(u < C/G, v < G) X[G*u + v] = sum(c < C) X[c]", ["2 divides C", "G divides C"]),
        ("sum(u < C//2) 2 = C", ["2 divides C"]),
    ],
)
def test_numbers_divide_sizes(text: str, assuming: list[str]) -> None:
    theorem = sc.prove(text, assuming=assuming, time_limit=4)
    assert sc.check(theorem.certificate, theorem.statement)
