"""Propositions: what their texts mean, what is put in, what is refused, and how they are written."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from sympy import And, Eq, Mod, Not, Or, S, Symbol, floor

import symconv as sc
from oracles.formulas import message, reference
from oracles.propositions import evaluate, mixed
from oracles.sums import SAMPLES, Node, Words, sums
from symconv.errors import ArgumentError, GrammarError, StatementError
from symconv.render.lines import LINE
from symconv.render.proposition import proposition_latex
from symconv.render.width import width
from symconv.statements import Access, Proposition, Range, Statement, Term, count, equate, index, size
from symconv.statements.grammar import parse_expression, parse_proposition

i, u = sc.indices("i u")
K, n, h = sc.sizes("K n h")
W, X = sc.tensor("W"), sc.tensor("X")
WORDS = Words({"X": 1, "W": 2, "r": 0})
ROLES: Any = {"counts": ["p"], "integers": ["z"]}
#: Named sizes, and named tensors that use them and one another; a parameter bears a letter that others bind.
SIZE = "T = 2*K - L*p"
FIRST = replace(WORDS, names=("y",), extents=(*WORDS.extents, "T"))
SECOND = Words({"X": 1, "Z": 1}, names=("u", "y"), letters="vt")
LAST = Words({"X": 1, "Z": 1, "Q": 2}, extents=("K", "T"))


# ------------------------------------------------------------------ meanings


@given(sums(WORDS), SAMPLES)
def test_a_text_means_what_its_scopes_say(tree: Node, at: dict[str, int]) -> None:
    read = parse_expression(tree.text(), **ROLES)
    assert evaluate(read, at, mixed) == tree.value(at, mixed)
    assert parse_expression(str(read), **ROLES) == read


@given(sums(FIRST, 2), sums(SECOND, 2), sums(LAST, 2), SAMPLES)
def test_definitions_are_put_in(first: Node, second: Node, last: Node, sizes: dict[str, int]) -> None:
    at = {**sizes, "T": 2 * sizes["K"] - sizes["L"] * sizes["p"]}

    def tensors(name: str, places: tuple[int, ...]) -> Any:
        if name == "Z":
            return first.value({**at, "y": places[0]}, mixed)
        if name == "Q":
            return second.value({**at, "u": places[0], "y": places[1]}, tensors)
        return mixed(name, places)

    where = [SIZE, f"Z[y] = {first.text()}", f"Q[u, y] = {second.text()}"]
    # each name is used, and the first side stands apart
    text = f"{last.text()} = Q[T, 1]*Z[0] + {last.text()} if z < 9"
    p = parse_proposition(text, where=where, **ROLES)
    wanted = last.value(at, tensors)
    assert evaluate(p.left, at, mixed) == wanted
    assert evaluate(p.right, at, mixed) == wanted + tensors("Q", (at["T"], 1)) * tensors("Z", (0,))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sum(u < K) W[u]*sum(u < K) X[u]", "sum(u < K, v < K) W[u]*X[v]"),
        ("W[0]**2*(X[0] - 1)", "W[0]*W[0]*X[0] - W[0]*W[0]"),
        ("sum(u <= K) X[u]", "sum(u < K + 1) X[u]"),
        ("r[]*X[K // 2] + X[K % 2]", "r[]*X[floor(K/2)] + X[mod(K, 2)]"),
        ("-sum(u < K) X[u]/2", "sum(u < K) (-1/2)*X[u]"),
        ("0*X[0]", "0"),
    ],
)
def test_two_ways_to_write_one_expression(one: str, other: str) -> None:
    at = {"K": 3}
    assert evaluate(parse_expression(one), at, mixed) == evaluate(parse_expression(other), at, mixed)


def test_the_parts_of_a_proposition() -> None:
    p = parse_proposition(
        "for i < n: sum(u < K) W[u]*X[i + u + p] = Z[i]",
        where=["T = K + p", "Z[y] = sum(t < T) W[t - p]*X[y + t]*[t >= p]"],
        assuming=["h >= K", "3 divides h and n < 9"],
        counts=["p"],
    )
    assert (p.ranges, p.free_indices) == ((Range(i, n),), (i,))
    assert p.parameters == {K, n, h, count("p")}
    assert p.tensors == {"W": 1, "X": 1}
    assert set(p.assuming) == {h >= K, Eq(Mod(h, 3), 0), n < 9}
    assert p.right == sc.total(
        W[index("t") - count("p")] * X[i + index("t")] * sc.bracket(index("t") >= count("p")),
        (index("t"), K + count("p")),
    )
    assert parse_proposition(str(p), counts=["p"]) == p


def test_names_have_the_roles_that_are_given() -> None:
    p = parse_proposition("X[a, b, c, P_h] = 0", counts=["a"], integers=["b"])
    assert p.parameters == {count("a"), Symbol("b", integer=True), size("c"), sc.symbol("P_h")}
    m = Symbol("m", integer=True)
    assert parse_proposition("X[m] = 0", symbols={"m": m}).parameters == {m}
    assert parse_expression("X[i]", indices=["i"]) == X[i]


def test_a_parameter_of_a_definition_has_any_sign() -> None:
    p = parse_proposition("Z[1 - K] = 0", where=["Z[y] = X[max(y, 0)]*[y >= -2]"])
    for k in range(1, 6):
        assert evaluate(p.left, {"K": k}, mixed) == mixed("X", (0,)) * (1 - k >= -2)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("for u < 3: sum(u < K) X[u] = W[u]", "for u < 3: sum(u0 < K) X[u0] = W[u]"),
        ("sum(u < K) X[u]*(sum(u < h) X[u]) = X[u0]", "sum(u < K, u1 < h) X[u]*X[u1] = X[u0]"),
        ("0 = 1", "0 = 1"),
        ("X[0] = 1 if K < 3 or not (h >= 4 and n = 3)", "X[0] = 1 if (K < 3 or not (n = 3 and h >= 4))"),
        ("X[0] = 1 if 2 divides K and True", "X[0] = 1 if 2 divides K"),
        ("X[0] = 1 if False", "X[0] = 1 if False"),
    ],
)
def test_how_a_proposition_is_written(text: str, written: str) -> None:
    p = parse_proposition(text)
    assert str(p) == repr(p) == written
    assert parse_proposition(written) == p


def test_sympys_conditions() -> None:
    p = parse_proposition("X[0] = 0", assuming=[And(h >= K, n < 3), True, "h < 9", Or(Eq(n, 1), Not(Eq(n, 2)))])
    assert set(p.assuming) == {h >= K, n < 3, h < 9, Or(Eq(n, 1), Not(Eq(n, 2)))}
    assert p == Proposition.of(X[0], 0, assuming=[*reversed(p.assuming), h >= K])
    assert Proposition.of(X[0], 0, assuming=h >= K).assuming == (h >= K,)


@pytest.mark.parametrize(
    ("definition", "text", "written"),
    [
        ("Z[y] = sum(u < K) W[u]*X[y + u]", "sum(u < h) Z[u]", "sum(u < h, u0 < K) W[u0]*X[u + u0]"),
        ("Z[y] = sum(u < K) X[y]", "for u < n: Z[u]", "for u < n: sum(u0 < K) X[u]"),
        ("Z[y] = sum(u < K) X[y + u]", "Z[1]*Z[2]", "sum(u < K, u0 < K) X[u + 1]*X[u0 + 2]"),
        ("Z[u] = sum(v < K) X[u - v]", "sum(v < h) Z[v + 1]", "sum(v < h, v0 < K) X[v + 1 - v0]"),
        ("Z[a, b] = X[b, a]", "sum(a < h, b < n) Z[b, a]", "sum(a < h, b < n) X[a, b]"),
        ("Z[y] = X[y] - 2", "sum(u < K) u*Z[u]", "sum(u < K) u*X[u] - sum(u < K) 2*u"),
        ("T = K + 1", "sum(u < T) X[T*u]", "sum(u < K + 1) X[u*(K + 1)]"),
    ],
)
def test_nothing_is_captured_where_definitions_are_put_in(definition: str, text: str, written: str) -> None:
    assert str(parse_proposition(f"{text} = 0", where=[definition])) == f"{written} = 0"


# ------------------------------------------------------------------ made in Python


def test_what_a_sum_binds_is_renamed_where_it_is_also_free() -> None:
    p = Proposition.of(sc.total(X[u], (u, K)), W[u] * size("u0"), [(i, n)])
    assert str(p) == "for i < n: sum(u1 < K) X[u1] = u0*W[u]"
    assert p.parameters == {K, n, u, size("u0")}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Proposition.of(X[u], 0, [(i, u), (u, K)]), "extent=u: depends on the index u; "
         "state the extent in sizes only and restrict the index by a bracket."),
        (lambda: Proposition.of(sc.total(X[u], (u, i)), 0, [(i, K)]), "extent=i: depends on the index i; "
         "state the extent in sizes only and restrict the index by a bracket."),
        (lambda: Proposition.of(X[i], 0, [(i, n), (i, K)]), "index='i': is bound twice in one term; "
         "rename one of the two indices."),
        (lambda: Proposition.of(X[i], size("i")), "name='i': is used in two roles (an index or count, a positive size, "
         "any integer); give one of the two another name."),
        (lambda: Proposition.of(X[i], X[i, i]), "tensor='X': is read at 1 indices and at 2; "
         "write one index for each axis, or use two names."),
        (lambda: Proposition((), sc.total(X[u], (u, K)), W[u]), "index='u': is bound by a sum and also free; "
         "rename one of the two."),
        (lambda: Proposition.of(X[i], 0, assuming=[K]), "assuming=K: is no condition; "
         "write SymPy's Eq, >=, <, And, Or or Not."),
        (lambda: Proposition.of(X[i], 0, assuming="K > 3"), "assuming='K > 3': is no condition; "
         "write SymPy's Eq, >=, <, And, Or or Not."),
        (lambda: Proposition.of(X[i], 0, assuming=[Symbol("x") > 3]), "name='x': stands for no integer; "
         "make it with sc.indices or sc.sizes."),
    ],
)  # fmt: skip
def test_refusals_in_python(make: Callable[[], Any], words: str) -> None:
    assert message(make, StatementError) == words


# ------------------------------------------------------------------ texts that are refused


@pytest.mark.parametrize(
    ("text", "beside", "words"),
    [
        ("X[u] = sum(u < 3) X[u]", {}, "proposition='X[u] = sum(u < 3) X[u]': at column 12, the index u also occurs "
         "where nothing binds it; rename one of the two."),
        ("X[0] = sum(u < 3) X[u] if u > 2", {}, "proposition='X[0] = sum(u < 3) X[u] if u > 2': at column 12, the "
         "index u also occurs where nothing binds it; rename one of the two."),
        ("for i < n: sum(u < i) X[u] = 0", {}, "proposition='for i < n: sum(u < i) X[u] = 0': at column 16, the extent "
         "i depends on the index i; state the extent in sizes only and restrict the index by a bracket."),
        ("Z[2] = 0", {"where": ["Z[y] = sum(t < y) X[t]"]}, "definition='Z[y] = sum(t < y) X[t]': at column 12, the "
         "extent y depends on the index y; state the extent in sizes only and restrict the index by a bracket."),
        ("for i < n, i < K: X[i] = 0", {}, "proposition='for i < n, i < K: X[i] = 0': at column 12, the index i is "
         "bound twice; rename one of the two."),
        ("sum(t < 3) Z[t] = 0", {"where": ["Z[y] = X[y + t]"]}, "proposition='sum(t < 3) Z[t] = 0': at column 5, the "
         "index t also occurs where nothing binds it; rename one of the two."),
        ("X[1/2] = 0", {}, "proposition='X[1/2] = 0': at column 1, 1/2 stands at X and is no integer; "
         "write a quotient with //."),
        ("sum(u < 3/2) X[u] = 0", {}, "proposition='sum(u < 3/2) X[u] = 0': at column 5, 3/2 stands at u and is no "
         "integer; write a quotient with //."),
        ("(X[0] + 1)**K = 0", {}, "proposition='(X[0] + 1)**K = 0': at column 11, the exponent is not an integer from "
         "1 to 16; write a larger power as a product."),
        ("X[0]", {}, "proposition='X[0]': at column 5, the text ends, where '=' was expected; "
         "write it like for i < n: sum(u < K) W[u]*X[i + u] = sum(t < K) X[i + t]*W[t]."),
        ("Z[0] = 0", {"where": ["Z[y] = Z[y + 1]"]}, "definition='Z[y] = Z[y + 1]': at column 1, Z is read by its own "
         "definition; define it by other names."),
        ("X[T] = 0", {"where": ["T = T + 1"]}, "definition='T = T + 1': at column 1, T is read by its own "
         "definition; define it by other names."),
        ("Q[0] = 0", {"where": ["Q[y] = Z[y]", "Z[y] = X[y]"]}, "definition='Z[y] = X[y]': at column 1, Z is read by "
         "an earlier definition; put its own definition first."),
        ("Z[0] = 0", {"where": ["Z[y] = X[y]", "Z[y] = X[y]"]}, "definition='Z[y] = X[y]': at column 1, Z has a "
         "meaning already; give one of the two another name."),
        ("X[p] = 0", {"where": ["p = 3"], "counts": ["p"]}, "definition='p = 3': at column 1, p has a meaning "
         "already; give one of the two another name."),
        ("Z[0, 0] = 0", {"where": ["Z[y, y] = X[y]"]}, "definition='Z[y, y] = X[y]': at column 1, the indices of Z are "
         "no plain distinct names; write it like Z[y, x] = ...."),
        ("Z[0] = 0", {"where": ["Z[2*y] = X[y]"]}, "definition='Z[2*y] = X[y]': at column 1, the indices of Z are "
         "no plain distinct names; write it like Z[y, x] = ...."),
        ("Z[0] = 0", {"where": ["Z[y] = sum(y < 3) X[y]"]}, "definition='Z[y] = sum(y < 3) X[y]': at column 3, the "
         "index y is bound twice; rename one of the two."),
        ("Z[0, 1] = 0", {"where": ["Z[y] = X[y]"]}, "proposition='Z[0, 1] = 0': at column 1, Z is read at 2 indices "
         "and defined with 1; write one index for each."),
        ("X[0] = 0", {"where": ["T = X[0]"]}, "definition='T = X[0]': at column 5, a tensor, bracket or index sum "
         "stands in a formula; use sizes and indices only."),
        ("X[0] = 0", {"where": ["T + 1 = 2"]}, "definition='T + 1 = 2': at column 3, '+' stands where '=' or '[' was "
         "expected; write it like T = s*(k - 1) + 1, or like Z[y] = sum(u < K) W[u]*X[y + u]."),
        ("X[0] = 0", {"where": [3]}, "definition=3: is not a text; pass a str."),
        ("X[0] = 0", {"assuming": ["K"]}, "condition='K': at column 2, the text ends, where a comparison was expected; "
         "write comparisons such as 0 <= a < b, 'a divides b', and, or, not."),
    ],
)  # fmt: skip
def test_messages_about_texts(text: str, beside: Any, words: str) -> None:
    assert message(lambda: parse_proposition(text, **beside), GrammarError) == words


@pytest.mark.parametrize(
    ("text", "beside", "words"),
    [
        ("X[v] = X[v, v]", {}, "tensor='X': is read at 1 indices and at 2; "
         "write one index for each axis, or use two names."),
        ("Z[K] = 0", {"where": ["Z[y] = sum(K < 3) X[y + K]"]}, "name='K': is bound as an index and also read where "
         "nothing binds it; rename one of the two."),
        ("sum(t < 3) X[t] = 0", {"assuming": ["t > 1"]}, "name='t': is bound as an index and also read where "
         "nothing binds it; rename one of the two."),
        ("Z[0] = 0", {"where": ["T = 3", "Z[T] = X[T]"]}, "name='T': is bound as an index and also read where "
         "nothing binds it; rename one of the two."),
        ("X[0] = 0", {"counts": ["q"]}, "name='q': is used nowhere; use it, or leave it out."),
        ("Z[0] = 0", {"where": ["Z[y] = X[y]", "Y[y] = X[y]"]}, "name='Y': is used nowhere; use it, or leave it out."),
        ("X[0] = 0", {"where": ["T = 3"]}, "name='T': is used nowhere; use it, or leave it out."),
        ("X[q] = 0", {"counts": ["q"], "integers": ["q"]}, "name='q': is listed twice; list it in one role."),
        ("X[0] = 0", {"where": ["T = 3"] * 41}, "where=41 texts: are more than 40; define fewer names."),
        ("X[T] = 0", {"where": ["T = K - 5"], "assuming": [size("T") > K]}, "assuming=T > K: has the defined name T; "
         "write the condition as a text."),
    ],
)  # fmt: skip
def test_messages_about_names(text: str, beside: Any, words: str) -> None:
    assert message(lambda: parse_proposition(text, **beside), StatementError) == words


def test_an_expression_uses_its_definitions() -> None:
    assert str(parse_expression("Z[K]", where=["Z[y] = X[y + 1]"])) == "X[K + 1]"
    words = message(lambda: parse_expression("X[K]", where=["Z[y] = X[y + 1]"]), StatementError)
    assert words == "name='Z': is used nowhere; use it, or leave it out."


@pytest.mark.parametrize(
    ("beside", "words"),
    [
        ({"where": "T = 1"}, "where='T = 1': is no list; pass where=[...]."),
        ({"assuming": "K > 1"}, "assuming='K > 1': is no list; pass assuming=[...]."),
        ({"counts": "pq"}, "counts='pq': is no list; pass counts=[...]."),
        ({"integers": ["K_h"]}, "name='K_h': stands for a positive size and is used as a padding; "
         "give one of the two another name."),
        ({"integers": ["P_h"]}, "name='P_h': stands for a padding and is used as a positive size; "
         "give one of the two another name."),
    ],
)  # fmt: skip
def test_messages_about_arguments(beside: Any, words: str) -> None:
    assert message(lambda: parse_proposition("X[0] = 0", **beside), ArgumentError) == words


def chain(first: str, step: str, length: int = 30) -> list[str]:
    """Definitions, each by the one before it."""
    return [first, *(step.format(i=i, before=f"Z{i - 1}") for i in range(1, length))]


@pytest.mark.parametrize(
    "where",
    [
        chain("Z0[y] = X[y]", "Z{i}[y] = {before}[y] + {before}[y + 1]"),
        chain("Z0[y] = X[y]", "Z{i}[y] = {before}[y]*{before}[y + 1]"),
        chain("Z0[y] = X[y]", "Z{i}[y] = {before}[y**2 + 1]"),
        chain("Z0[y] = X[y]", "Z{i}[y] = {before}[(y + {i})*(y + K)]"),
        chain("Z0[y] = X[y // 2]", "Z{i}[y] = {before}[(y + K) // {i} + y % (K + {i})]"),
        chain("Z0[y] = 2**16", "Z{i}[y] = {before}[y]*{before}[y]"),
        chain("Z0[y] = (K + h)**16", "Z{i}[y] = {before}[y]*{before}[y]"),
        chain("Z0[y] = sum(u < 2) X[u]", "Z{i}[y] = sum(u < 2) {before}[y]**16"),
        [f"T{i} = {f'T{i - 1}*T{i - 1}' if i else 'K + 1'}" for i in range(29)] + ["Z29[y] = X[T28]"],
    ],
    ids=lambda where: where[1],
)
def test_what_definitions_grow_to_is_bounded(where: list[str]) -> None:
    began = time.perf_counter()
    with pytest.raises(GrammarError):
        parse_proposition("Z29[0] = 0", where=where)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("+".join(["Z[0]"] * 60), "the sum has more than 500 terms; prove its parts one by one."),
        ("*".join(["X[0]"] * 201), "a term has more than 200 sums, brackets and factors; write a shorter product."),
        ("sum(u < 2)" * 201 + "X[0]", "a term has more than 200 sums, brackets and factors; write a shorter product."),
        ("((X[0] + 1)**16)**16", "the product has more than 500 terms; write fewer sums as factors."),
    ],
)
def test_what_a_text_may_grow_to_is_bounded(text: str, words: str) -> None:
    where = ["Z[y] = " + "+".join(f"X[y + {k}]" for k in range(10))]
    assert message(lambda: parse_proposition(f"{text} = Z[0]", where=where), GrammarError).endswith(words)


# ------------------------------------------------------------------ LaTeX


def test_a_short_proposition_is_one_line() -> None:
    p = parse_proposition("for i < n: X[i]*r[] = r[]*X[i]", assuming=["G divides n"])
    assert p.latex() == r"X_{i}\,r = r\,X_{i} \quad \text{for all } i < n \quad \text{assuming } G \mid n"
    assert p._repr_latex_() == rf"$\displaystyle {p.latex()}$"


LONG = (
    "for y < h_out, x < w_out: sum(i < c, u < k, v < k, a < h, b < w) W[i, u, v]*X[i, (s*y + d*u - p) // (k*h), "
    "(s*y + d*u - p) % (k*h), (s*x + d*v - p) // (k*w) + 2]*[a = s*y + d*u - p]*[b = s*x + d*v - p] "
    "= sum(u < k) (k + h)*W[0, u, 0]*[0 <= s*y + d*u + s**2*y*x - p < s*d*h*(k - 1) + s*d*h*(c - 1) + (h - 1)*(w - 1)]"
)


def test_a_long_proposition_is_broken_into_lines_that_fit() -> None:
    conditions = ["h >= d*(k - 1) + 1", "w >= d*(k - 1) + 1", "c divides h_out", "s*d*h*(k - 1) <= 7*w_out"]
    latex = parse_proposition(LONG, assuming=conditions).latex()
    rows = latex.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}").split(" \\\\\n")
    assert len(rows) > 6
    assert all(row.startswith("& ") for row in rows)
    assert all(width(row.removeprefix("& ")) <= LINE for row in rows)
    assert all(row.count(r"\left") == row.count(r"\right") for row in rows)
    assert all(row.count("{") == row.count("}") for row in rows)
    assert sum(row.startswith("& {} = ") for row in rows) == 1
    first = next(row for row in rows if "text" in row)
    assert first == r"& \text{for all } y < h_{\mathrm{out}},\ x < w_{\mathrm{out}}"
    assert r"c \mid h_{\mathrm{out}}" in latex
    assert proposition_latex(parse_proposition(LONG), 10_000.0).count("aligned") == 0


def test_sums_too_wide_for_one_line_are_broken() -> None:
    where = ["T = s*d*(k - 1) + s*(h - 1) + d*(w - 1)"]
    rows = parse_proposition("sum(u < T, v < T, a < T, b < T) X[u, v, a, b] = 0", where=where).latex().split("\n")
    assert sum(r"\sum" in row for row in rows) > 1
    assert all(width(row.removeprefix("& ").removesuffix(r" \\")) <= LINE for row in rows)


# ------------------------------------------------------------------ statements of layers

CONV: dict[str, Any] = {"kernel_size": 2, "stride": 2, "padding": 1}


def grouped(groups: Any, **options: Any) -> Statement:
    return sc.Conv1d("C_in", "C_out", groups=groups, **{**CONV, **options}).definition


@pytest.mark.parametrize(
    ("left", "right", "channel"),
    [
        (grouped(1), grouped("G"), lambda at: at["C_out"] // at["G"] * at["q"] + at["o0"]),
        (grouped("G"), grouped(1), lambda at: at["C_out"] // at["G"] * at["q"] + at["o"]),
        (grouped("G"), grouped("G", bias=False), lambda at: at["C_out"] // at["G"] * at["q"] + at["o"]),
        (grouped(1), grouped(1), lambda at: at["o"]),
        (
            sc.AvgPool1d(2, padding=1).definition,
            sc.Conv1d("C_in", "C_in", groups="C_in", bias=False, **CONV).definition,
            lambda at: at["c"],
        ),
    ],
)
def test_both_sides_of_an_equation_are_the_entries_of_the_two_statements(
    left: Statement, right: Statement, channel: Callable[[Mapping[str, int]], int]
) -> None:
    sizes = {"N": 2, "C_in": 4, "C_out": 6, "G": 2, "L_in": 4}
    p = equate(left, right)
    spans = [range(int(reference(r.extent, sizes))) for r in p.ranges]
    wholes = [_entries(statement, sizes) for statement in (left, right)]
    places = set()
    for point in itertools.product(*spans):
        at = {**sizes, **{r.index.name: value for r, value in zip(p.ranges, point, strict=True)}}
        place = (at["n"], channel(at), at["y_l"])
        places.add(place)
        for side, whole in zip((p.left, p.right), wholes, strict=True):
            assert evaluate(side, at, mixed) == whole[place]
    assert len(places) == wholes[0].size
    assert all(reference(c, sizes) for c in p.assuming)


def _entries(statement: Statement, sizes: dict[str, int]) -> Any:
    """The whole tensor that a statement defines."""
    tensors = {}
    for name in statement.reads:
        shape = [int(reference(e, sizes)) for e in statement.shape(name)]
        entries = [mixed(name, at) for at in itertools.product(*map(range, shape))]
        tensors[name] = np.array(entries, dtype=float).reshape(shape)
    return sc.evaluate_statement(statement, tensors, **{k: v for k, v in sizes.items() if k == "G"})


def test_named_sizes_and_facts_of_statements() -> None:
    p = equate(grouped("G"), grouped("G"))
    groups, c_in, c_out = sc.sizes("G C_in C_out")
    length = floor(sc.symbol("L_in") / 2) + 1
    assert p.ranges[-1] == Range(index("y_l"), length)
    assert {Eq(Mod(c_in, groups), 0), Eq(Mod(c_out, groups), 0)} <= set(p.assuming)
    assert p.left == p.right
    assert "L_out" not in {s.name for s in p.parameters}
    assert parse_proposition(str(p)) == p


def test_an_index_that_is_a_size_of_the_other_statement_is_renamed() -> None:
    o, c = index("o"), size("o")
    one = Statement(
        Access("Y", (o,)), (Range(o, n),), (Term((), (), (Access("X", (o,)),)),), (("Y", (n,)), ("X", (n,)))
    )
    other = Statement(Access("Z", (i,)), (Range(i, n),), (Term((), (), (), c),), (("Z", (n,)),))
    assert str(equate(one, other)) == "for o0 < n: X[o0] = o"


def digits(*extents: Any) -> Statement:
    """Y[mixed-radix number] = X[that number]"""
    names = [index(f"d{place}") for place in range(len(extents))]
    number, weight = S.Zero, S.One
    for name, extent in zip(names, extents, strict=True):
        number, weight = number + weight * name, weight * extent
    access = Term((), (), (Access("X", (number,)),))
    ranges = tuple(Range(v, e) for v, e in zip(names, extents, strict=True))
    return Statement(Access("Y", (number,)), ranges, (access,), (("Y", (weight,)), ("X", (weight,))))


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (digits(n), digits(K), "shape=(K,): of Y is not the shape (n,) of Y; "
         "put in sizes for which the two are written alike."),
        (digits(n, K), digits(K, n), "indices=d0 + d1*n, K*d3 + d2: of the two targets have different digits; "
         "write both targets with the same indices."),
        (replace(digits(n), target=Access("Y", (2 * index("d0"),))), digits(n), "index=2*d0: does not reach every "
         "place of the target once; write a plain index, or q*n + r."),
        (replace(digits(n), ranges=(Range(index("d0"), K),)), digits(n), "indices=d0, d1: of the two targets have "
         "different extents; write both targets with the same indices."),
    ],
)  # fmt: skip
def test_statements_that_do_not_meet(left: Statement, right: Statement, words: str) -> None:
    assert message(lambda: equate(left, right), StatementError) == words
