"""The kernel: each of its rules keeps the value of a sum, and refuses what would not."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symconv as sc
from oracles.certificates import bracket, factor, poly, sequent, term
from oracles.grids import differences, small_points
from oracles.replay import STEPS, apply, formal
from oracles.random_states import RULES, attempt, random_sequent
from symconv.prover import kernel
from symconv.prover.evidence import Equations, RuleError
from symconv.prover.kernel import State
from symconv.prover.polynomial import ONE, ZERO, Polynomial, variable
from symconv.prover.positive import nonnegative
from symconv.prover.sequent import Bracket, Term
from symconv.prover.theorem import Theorem

Step = Sequence[Any]
#: Steps tried on one random term.
TRIES = 5
#: Random terms on which rules are counted.
WALKS = 250


def start(one: Any, assume: Sequence[str] = (), defined: Sequence[tuple[str, ...]] = ()) -> State:
    """The state of one term alone, or of two."""
    parts = one if isinstance(one, list) else [one]
    statement = formal(sequent(parts, [], assume, defined))
    wanted = [q.b - 1 for t in statement.left for q in t.quotients]
    proofs = [nonnegative(statement.facts, p) for p in wanted]
    floors = [
        nonnegative((*(f for e in statement.defined[:place] for f in e.facts), *statement.assume), d.b - 1)
        for place, d in enumerate(statement.defined)
        if d.kind == "floor"
    ]
    return kernel.begin(statement, [p or () for p in (*floors, *proofs)])


def differs(before: State, after: State, seed: int = 0, points: int = 60) -> tuple[int, int]:
    """How many small points are admissible, and at how many of them the sums are two."""
    names = before.sequent.json()
    question = {**names, "left": [t.json() for t in before.terms], "right": [t.json() for t in after.terms]}
    rows, unequal = differences(question, small_points(question, points, seed))
    return len(rows), len(unequal)


# ------------------------------------------------------------------ what is accepted

BOX = term("X[i + a] W[a]", "i < n, a < k", ["i + a - p >= 0", "i - 2*a >= 0"])
EQUATION = term("X[t] W[a]", "t < n, a < k", ["s*y + a - t = 0", "n - 1 - t >= 0"])
WHOLE = term("X[v, q]", "v < n*m", quotients="q = v / m")
SIZES = ("n - 1", "k - 1", "m - 1")

#: For each rule of the kernel: a term, what is assumed, a step, and the terms that come of it.
ACCEPTED: dict[str, tuple[Any, Sequence[str], Step, list[Any]]] = {
    "point": (
        EQUATION,
        SIZES,
        ["point", 0, "t", 0],
        [
            term(
                "X[s*y + a] W[a]", "a < k", ["n - 1 - s*y - a >= 0", "s*y + a >= 0", "n - 1 - s*y - a >= 0"]
            )
        ],
    ),
    "brackets": (
        term("X[i]", "i < n", ["2*i - p >= 0", "i + 1 >= 0"]),
        (),
        ["brackets", 0, [bracket("2*i - p >= 0"), bracket("i >= 0")], [[[1, 4], [1, 0]]], [[[1, 4], [1, 3]]]],
        [term("X[i]", "i < n", ["2*i - p >= 0", "i >= 0"])],
    ),
    "empty": (term("X[i]", "i < n", ["i - n >= 0"]), (), ["empty", 0, [[1, 1], [1, 2]]], []),
    "case": (
        BOX,
        SIZES,
        ["case", 0, poly("i - a - n")],
        [
            {**BOX, "brackets": [*BOX["brackets"], bracket("i - a - n >= 0")]},
            {**BOX, "brackets": [*BOX["brackets"], bracket("0 - i + a + n - 1 >= 0")]},
        ],
    ),
    "complement": (
        BOX,
        SIZES,
        ["complement", 0, 0],
        [
            {**BOX, "brackets": BOX["brackets"][1:]},
            {
                **BOX,
                "coefficient": [[-1]],
                "brackets": [*BOX["brackets"][1:], bracket("p - i - a - 1 >= 0")],
            },
        ],
    ),
    "reindex": (
        term("X[i]", "i < n", ["i - p >= 0"]),
        ("p",),
        ["reindex", 0, "i", -1, poly("n - 1"), poly("n"), [[[1, 4], [1, 2]], [[1, 4], [1, 1]]] * 2],
        [term("X[n - 1 - i]", "i < n", ["n - 1 - i - p >= 0"])],
    ),
    "split": (
        WHOLE,
        ("n", "m - 1"),
        ["split", 0, "v", "c", "a", poly("n"), poly("m"), [[1, 0], [1, 6]], [[1, 1], [1, 6]]],
        [term("X[c*m + a, q]", "c < n, a < m", quotients="q = c*m + a / m")],
    ),
    "join": (
        term("X[c*m + a, q] Y[e]", "c < n, a < m, e < k", quotients="q = c*m + a + e / m"),
        ("n", "m - 1"),
        ["join", 0, "c", "a", "v", [[1, 0], [1, 8]], [[1, 1], [1, 8]]],
        [term("X[v, q] Y[e]", "v < n*m, e < k", quotients="q = v + e / m")],
    ),
    "sum": (
        term("X[a]", "a < k, i < n", ["m - 1 - i >= 0"], coefficient="2*i + 1"),
        ("m", "n - m"),
        ["sum", 0, "i", poly("i*i"), 0, [[1, 4], [1, 0]], [[1, 4], [1, 1]]],
        [term("X[a]", "a < k", coefficient="m*m")],
    ),
    "rewrite": (
        term("X[i]", "i < n", ["i - p = 0"], coefficient="i"),
        (),
        [
            "rewrite",
            0,
            poly("p"),
            [],
            [factor("X[p]")],
            [{"equations": [[3, poly("1")]]}, [[[1, 3], [1, 4]], [[1, 4], [1, 2]]]],
        ],
        [term("X[p]", "i < n", ["i - p = 0"], coefficient="p")],
    ),
    "define": (
        term("X[i]", "i < n"),
        ("m - 1", "p"),
        ["define", 0, "q", poly("i + p"), poly("m"), [[1, 0], [1, 2]]],
        [term("X[i]", "i < n", quotients="q = i + p / m")],
    ),
    "quotient": (
        term("X[q, r] Y[a]", "c < n, a < m", ["q - p >= 0"], "q = c*m + a / m, r = q + a / m"),
        ("m - 1",),
        [
            "quotient",
            0,
            "q",
            poly("c"),
            [[[1, 9, 0], [1, 9], [1, 6], [1, 3]], [[1, 9, 0], [1, 9], [1, 5], [1, 4]]],
        ],
        [term("X[c, r] Y[a]", "c < n, a < m", ["c - p >= 0"], "r = c + a / m")],
    ),
    "merge": (
        [
            term("X[i] Y[j]", "i < n, j < m", ["i - j = 0", "q >= 0"], "q = i / 2", "j"),
            term("Y[u] X[v]", "u < m, v < n", ["e >= 0", "u - v = 0"], "e = v / 2", "v"),
        ],
        (),
        ["merge", 0, 1, {"u": "j", "v": "i", "e": "q"}],
        [term("X[i] Y[j]", "i < n, j < m", ["i - j = 0", "q >= 0"], "q = i / 2", "j + i")],
    ),
}


@pytest.mark.parametrize("rule", ACCEPTED)
def test_a_rule_makes_the_terms_that_it_says(rule: str) -> None:
    one, assume, step, expected = ACCEPTED[rule]
    before = start(one, assume)
    after = apply(before, step)
    assert list(after.terms) == list(formal(sequent(expected, [])).left)
    assert after.steps[-1][0] == rule
    admissible, unequal = differs(before, after)
    assert (admissible >= 25, unequal) == (True, 0)


def test_there_is_a_use_of_every_rule() -> None:
    assert set(ACCEPTED) == set(RULES) == set(STEPS)


@given(st.randoms(use_true_random=False))
def test_what_is_accepted_keeps_the_sum(random: Random) -> None:
    walk(random)


def test_every_rule_is_accepted_and_refused_often() -> None:
    random = Random(0)
    count = Counter(entry for _ in range(WALKS) for entry in walk(random))
    for rule in RULES:
        assert count[rule, True] >= 4, (rule, count)
        assert count[rule, False] >= 4 or rule == "case", (rule, count)


def walk(random: Random) -> list[tuple[str, bool]]:
    """Random steps on a random term: which rules were tried, and whether the kernel took them."""
    state = random_sequent(random)
    found = []
    for _ in range(TRIES):
        if not state.terms:
            break
        rule = random.choice(list(RULES))
        after = attempt(random, state, rule)
        found.append((rule, after is not None))
        if after is not None:
            _, unequal = differs(state, after, random.randrange(2**32), 30)
            assert not unequal, f"{rule}: {[*map(str, state.terms)]} became {[*map(str, after.terms)]}"
            state = after
    return found


# ------------------------------------------------------------------ what is refused

NOTHING: list[Any] = []
ANY = [[[1, 0]], [[1, 0]]]
CIRCLE = term("X[i]", "i < n", ["q - i = 0"], "q = i / 2")

#: A term, what is assumed, a step, and what the kernel says against it.
REFUSED: dict[str, tuple[Any, Sequence[str], Step, str]] = {
    "point: a bracket that is no equation": (BOX, SIZES, ["point", 0, "i", 0], "does not determine i"),
    "point: twice the index": (
        term("X[i]", "i < n", ["2*i - p = 0"]),
        (),
        ["point", 0, "i", 0],
        "does not determine i",
    ),
    "point: the index beside its square": (
        term("X[i]", "i < n", ["i*i + i - p = 0"]),
        (),
        ["point", 0, "i", 0],
        "does not determine i",
    ),
    "point: a name that is no range": (EQUATION, SIZES, ["point", 0, "y", 0], "y is no index"),
    "point: by a floor of the index": (CIRCLE, (), ["point", 0, "i", 0], "of itself or of a later one"),
    "brackets: one that does not follow": (
        BOX,
        (),
        ["brackets", 0, [*BOX["brackets"], bracket("i - 1 >= 0")], [[[1, 0]]], []],
        "does not refute",
    ),
    "brackets: one forgotten": (BOX, (), ["brackets", 0, BOX["brackets"][:1], [], []], "no proof for each bracket"),
    "brackets: dropped by itself": (
        term("X[i]", "i < n", ["i - p >= 0"]),
        (),
        ["brackets", 0, [], [], [[[1, 2], [1, 3]]]],
        "a multiplier or a fact does not exist|does not refute",
    ),
    "brackets: twice": (BOX, (), ["brackets", 0, [*BOX["brackets"]] * 2, [], []], "stands twice"),
    "brackets: a name bound nowhere": (
        BOX,
        (),
        ["brackets", 0, [*BOX["brackets"], bracket("x - x0 >= 0")], [ANY[0]], []],
        "bound nowhere",
    ),
    "empty: facts that can hold": (BOX, SIZES, ["empty", 0, [[1, 0], [1, 1]]], "does not refute"),
    "empty: a negative multiplier": (BOX, SIZES, ["empty", 0, [[-1, 0]]], "a multiplier"),
    "empty: a fact from the end": (
        term("X[i]", "i < n", ["0 - i - 1 >= 0"]),
        (),
        ["empty", 0, [[1, 0], [1, -1]]],
        "a multiplier or a fact",
    ),
    "empty: nothing": (BOX, SIZES, ["empty", 0, []], "does not refute"),
    "empty: a multiple of what is no equation": (
        BOX,
        SIZES,
        ["empty", 0, {"products": [], "equations": [[0, [[-1]]]]}],
        "no equation",
    ),
    "case: a name bound nowhere": (BOX, (), ["case", 0, poly("x")], "bound nowhere"),
    "case: no such term": (BOX, (), ["case", 1, poly("i")], "no term 1"),
    "case: a term from the end": (BOX, (), ["case", -1, poly("i")], "no term -1"),
    "complement: of an equation": (EQUATION, SIZES, ["complement", 0, 0], "is an equation"),
    "complement: no such bracket": (BOX, SIZES, ["complement", 0, 2], "no bracket 2"),
    "reindex: a smaller range": (
        term("X[i]", "i < n"),
        (),
        ["reindex", 0, "i", 1, [], poly("n - 1"), [*ANY, *ANY]],
        "does not refute",
    ),
    "reindex: a larger range": (
        term("X[i]", "i < n"),
        (),
        ["reindex", 0, "i", 1, [], poly("n + 1"), [*[[[1, 2], [1, 0]], [[1, 2], [1, 1]]] * 2]],
        "does not refute",
    ),
    "reindex: every second": (
        term("X[i]", "i < n"),
        (),
        ["reindex", 0, "i", 2, [], poly("n"), [*ANY, *ANY]],
        "the sign is 1 or -1",
    ),
    "reindex: a shift by the index": (
        term("X[i]", "i < n"),
        (),
        ["reindex", 0, "i", 1, poly("i"), poly("n"), [*ANY, *ANY]],
        "has the index in it",
    ),
    "reindex: an extent that is bound": (
        BOX,
        (),
        ["reindex", 0, "i", 1, [], poly("a"), [*ANY, *ANY]],
        "has a bound name",
    ),
    "reindex: by a floor of the index": (
        term("X[i]", "i < n", quotients="q = i / 2"),
        (),
        ["reindex", 0, "i", 1, poly("q"), poly("n"), [*ANY, *ANY]],
        "of itself or of a later one",
    ),
    "split: into other numbers": (
        WHOLE,
        SIZES,
        ["split", 0, "v", "c", "a", poly("n"), poly("n"), *ANY],
        "not the product",
    ),
    "split: an extent that is bound": (
        {**BOX, "ranges": [["i", poly("n")], ["a", []]]},
        (),
        ["split", 0, "a", "c", "e", poly("i"), [], *ANY],
        "has a bound name",
    ),
    "split: capture": (
        term("X[v] Y[a]", "v < n*m, a < m"),
        SIZES,
        ["split", 0, "v", "c", "a", poly("n"), poly("m"), *ANY],
        "a name is not new",
    ),
    "split: capture of a free name": (
        term("X[v, y]", "v < n*m"),
        SIZES,
        ["split", 0, "v", "y", "a", poly("n"), poly("m"), *ANY],
        "a name is not new",
    ),
    "split: one digit": (
        term("X[v]", "v < n*n"),
        SIZES,
        ["split", 0, "v", "c", "c", poly("n"), poly("n"), *ANY],
        "a name is not new",
    ),
    "split: an extent that may be negative": (
        term("X[v]", "v < n*m"),
        (),
        ["split", 0, "v", "c", "a", poly("n"), poly("m"), *ANY],
        "does not refute",
    ),
    "join: a digit that is read by itself": (
        term("X[c*m + a] Y[c]", "c < n, a < m"),
        SIZES,
        ["join", 0, "c", "a", "v", *ANY],
        "more than c",
    ),
    "join: digits of another radix": (
        term("X[c*n + a]", "c < n, a < m"),
        SIZES,
        ["join", 0, "c", "a", "v", *ANY],
        "more than c",
    ),
    "join: a digit in a floor": (
        term("X[c*m + a, q]", "c < n, a < m", quotients="q = c / 2"),
        SIZES,
        ["join", 0, "c", "a", "v", *ANY],
        "more than c",
    ),
    "join: a range with itself": (
        term("X[c*m + a]", "c < n, a < m"),
        SIZES,
        ["join", 0, "a", "a", "v", *ANY],
        "a name is not new",
    ),
    "join: capture": (
        term("X[c*m + a] Y[e]", "c < n, a < m, e < k"),
        SIZES,
        ["join", 0, "c", "a", "e", *ANY],
        "a name is not new",
    ),
    "join: capture of a free name": (
        term("X[c*m + a] Y[y]", "c < n, a < m"),
        SIZES,
        ["join", 0, "c", "a", "y", *ANY],
        "a name is not new",
    ),
    "join: a new name that is one of the digits": (
        term("X[c*m + a]", "c < n, a < m"),
        SIZES,
        ["join", 0, "c", "a", "c", *ANY],
        "a name is not new",
    ),
    "join: extents that may both be negative": (
        term("X[c*m + a]", "c < n, a < m"),
        (),
        ["join", 0, "c", "a", "v", *ANY],
        "does not refute|does not exist",
    ),
    "sum: an index that a tensor reads": (
        term("X[i]", "i < n"),
        SIZES,
        ["sum", 0, "i", poly("i"), None, ANY[0], None],
        "i occurs elsewhere",
    ),
    "sum: an index in another bracket": (
        term("X[p]", "i < n", ["m - 1 - i >= 0", "i - p >= 0"]),
        SIZES,
        ["sum", 0, "i", poly("i"), 0, ANY[0], ANY[0]],
        "i occurs elsewhere",
    ),
    "sum: an index in a floor": (
        term("X[q]", "i < n", quotients="q = i / 2"),
        SIZES,
        ["sum", 0, "i", poly("i"), None, ANY[0], None],
        "i occurs elsewhere",
    ),
    "sum: another coefficient": (
        term("", "i < n", coefficient="i"),
        SIZES,
        ["sum", 0, "i", poly("i*i"), None, ANY[0], None],
        "not the difference",
    ),
    "sum: a bracket from below": (
        term("", "i < n", ["i - p >= 0"]),
        SIZES,
        ["sum", 0, "i", poly("i"), 0, ANY[0], ANY[0]],
        "does not bound i",
    ),
    "sum: a bracket on twice the index": (
        term("", "i < n", ["p - 2*i >= 0"]),
        SIZES,
        ["sum", 0, "i", poly("i"), 0, ANY[0], ANY[0]],
        "does not bound i",
    ),
    "sum: an equation": (
        term("", "i < n", ["p - i = 0"]),
        SIZES,
        ["sum", 0, "i", poly("i"), 0, ANY[0], ANY[0]],
        "does not bound i",
    ),
    "sum: an extent that may be negative": (
        term("", "i < n"),
        (),
        ["sum", 0, "i", poly("i"), None, [[1, 0]], None],
        "does not refute",
    ),
    "sum: by its own range": (
        term("", "i < n"),
        (),
        ["sum", 0, "i", poly("i"), None, [[1, 0], [1, 1]], None],
        "a multiplier or a fact does not exist",
    ),
    "rewrite: another index": (
        term("X[i]", "i < n"),
        (),
        ["rewrite", 0, poly("1"), [], [factor("X[i + 1]")], [ANY]],
        "does not refute",
    ),
    "rewrite: another tensor": (
        term("X[i]", "i < n"),
        (),
        ["rewrite", 0, poly("1"), [], [factor("Y[i]")], []],
        "the tensors differ",
    ),
    "rewrite: another number of indices": (
        term("X[i]", "i < n"),
        (),
        ["rewrite", 0, poly("1"), [], [factor("X[i, i]")], []],
        "the tensors differ",
    ),
    "rewrite: a factor more": (
        term("X[i]", "i < n"),
        (),
        ["rewrite", 0, poly("1"), [], [factor("X[i]"), factor("X[i]")], []],
        "the tensors differ",
    ),
    "rewrite: a change without a proof": (
        term("X[i]", "i < n"),
        (),
        ["rewrite", 0, poly("2"), [], [factor("X[i]")], []],
        "no proof for each change",
    ),
    "rewrite: a multiple of what is no equation": (
        term("X[i]", "i < n"),
        (),
        ["rewrite", 0, poly("1"), [], [factor("X[0]")], [{"equations": [[0, [[-1]]]]}]],
        "no equation",
    ),
    "rewrite: a numerator by a bracket on its own floor": (
        term("X[i]", "i < n", ["2*q - i = 0"], "q = i / 2"),
        (),
        ["rewrite", 0, poly("1"), [["q", poly("2*q"), [[2]]]], [factor("X[i]")], [{"equations": [[2, [[1]]]]}]],
        "of itself or of a later one",
    ),
    "rewrite: a numerator by a bracket on a floor of it": (
        term("X[i]", "i < n", ["r - p = 0"], "q = i / 1, r = q / 1"),
        (),
        [
            "rewrite",
            0,
            poly("1"),
            [["q", poly("p"), [[1]]], ["r", poly("q"), [[1]]]],
            [factor("X[i]")],
            [{"equations": [[3, [[1]]], [5, [[1]]], [7, [[1]]]]}],
        ],
        "no equation",
    ),
    "define: a name that is there": (
        BOX,
        ("m - 1",),
        ["define", 0, "i", poly("a"), poly("m"), [[1, 0]]],
        "the name is not new",
    ),
    "define: a free name": (BOX, ("m - 1",), ["define", 0, "m", poly("a"), poly("2"), [[1, 0]]], "the name is not new"),
    "define: a divisor that is bound": (
        BOX,
        (),
        ["define", 0, "q", poly("i"), poly("a"), [[1, 0]]],
        "has a bound name in it",
    ),
    "define: a divisor that may be 0": (
        BOX,
        ("m",),
        ["define", 0, "q", poly("i"), poly("m"), [[1, 0], [1, 1]]],
        "does not refute",
    ),
    "define: of itself": (BOX, ("m - 1",), ["define", 0, "q", poly("q"), poly("m"), [[1, 0]]], "bound nowhere"),
    "quotient: by the bracket that says it": (
        CIRCLE,
        (),
        ["quotient", 0, "q", poly("i"), {"equations": [[2, [[1]]]]}],
        "a fact is no equation|do not add up",
    ),
    "quotient: by a bracket on a floor of it": (
        term("X[i]", "i < n", ["r - i = 0"], "q = i / 2, r = q / 1"),
        (),
        ["quotient", 0, "q", poly("i"), [[[1, 2], [1, 4]], [[1, 3], [1, 4]]]],
        "does not refute|does not exist",
    ),
    "quotient: by itself": (CIRCLE, (), ["quotient", 0, "q", poly("q"), ANY], "the floor itself"),
    "quotient: a value that uses it": (
        term("X[i]", "i < n", quotients="q = i / 2, r = q / 2"),
        (),
        ["quotient", 0, "q", poly("r"), ANY],
        "of itself or of a later one",
    ),
    "quotient: dropped where it is used": (CIRCLE, (), ["quotient", 0, "q", None, None], "q is used"),
    "quotient: no floor": (CIRCLE, (), ["quotient", 0, "i", None, None], "is no floor"),
    "merge: with itself": (CIRCLE, (), ["merge", 0, 0, {"i": "i", "q": "q"}], "with itself"),
    "merge: other tensors": (
        [term("X[i]", "i < n"), term("Y[i]", "i < n")],
        (),
        ["merge", 0, 1, {"i": "i"}],
        "differ in more",
    ),
    "merge: other extents": (
        [term("X[i]", "i < n"), term("X[i]", "i < m")],
        (),
        ["merge", 0, 1, {"i": "i"}],
        "differ in more",
    ),
    "merge: an equation and an inequality": (
        [term("X[i]", "i < n", ["i - p = 0"]), term("X[i]", "i < n", ["i - p >= 0"])],
        (),
        ["merge", 0, 1, {"i": "i"}],
        "differ in more",
    ),
    "merge: an inequality the other way round": (
        [term("X[i]", "i < n", ["i - p >= 0"]), term("X[i]", "i < n", ["p - i >= 0"])],
        (),
        ["merge", 0, 1, {"i": "i"}],
        "differ in more",
    ),
    "merge: a tensor once and twice": (
        [term("X[i] X[i]", "i < n"), term("X[i]", "i < n")],
        (),
        ["merge", 0, 1, {"i": "i"}],
        "differ in more",
    ),
    "merge: other floors": (
        [term("X[q]", "i < n", quotients="q = i / 2"), term("X[q]", "i < n", quotients="q = i / 3")],
        (),
        ["merge", 0, 1, {"i": "i", "q": "q"}],
        "differ in more",
    ),
    "merge: two names for one": (
        [term("X[i, j]", "i < n, j < n"), term("X[i, j]", "i < n, j < n")],
        (),
        ["merge", 0, 1, {"i": "i", "j": "i"}],
        "one to one",
    ),
    "merge: fewer names": (
        [term("X[i]", "i < n"), term("X[i]", "i < n, j < n")],
        (),
        ["merge", 0, 1, {"i": "i", "j": "i"}],
        "one to one",
    ),
    "merge: a free name for a bound one": (
        [term("X[i]", "i < n"), term("X[j]", "j < n")],
        (),
        ["merge", 0, 1, {"j": "n"}],
        "one to one",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_rule_refuses(case: str) -> None:
    one, assume, step, reason = REFUSED[case]
    with pytest.raises(RuleError, match=reason):
        apply(start(one, assume), step)


def test_a_refusal_leaves_the_state_as_it_was() -> None:
    before = start(BOX)
    terms = before.terms
    with pytest.raises(RuleError):
        kernel.complement(before, 0, 2)
    assert (before.terms, before.steps) == (terms, ())


#: Statements that are refused as a whole.
ILL_FORMED: dict[str, tuple[Any, str]] = {
    "a bound name that is free elsewhere": (sequent([term("X[i]", "i < n")], [term("X[i]")]), "is also free"),
    "a bound name that is free in an extent": (
        sequent([term("X[i]", "i < n"), term("X[j]", "j < i")], []),
        "is also free",
    ),
    "a bound name that is defined": (
        sequent([term("X[i]", "i < n")], [], defined=[("max", "i", "n", "0")]),
        "is also free",
    ),
    "two ranges of one name": (sequent([term("X[i]", "i < n, i < m")], []), "bound twice"),
    "a range and a floor of one name": (sequent([term("X[i]", "i < n", quotients="i = n / 2")], []), "bound twice"),
    "an extent that is bound": (sequent([term("X[i]", "j < n, i < j")], []), "has a bound name in it"),
    "a divisor that is bound": (sequent([term("X[q]", "j < n", quotients="q = n / j")], []), "has a bound name in it"),
    "a floor of itself": (sequent([term("X[q]", quotients="q = q / 2")], []), "of itself or of a later one"),
    "a floor of a later one": (
        sequent([term("X[q]", quotients="q = r / 2, r = n / 2")], []),
        "of itself or of a later one",
    ),
    "a definition by itself": (sequent([], [], defined=[("floor", "q", "q", "2")]), "by a later name"),
    "a definition by a later one": (
        sequent([], [], defined=[("max", "q", "r", "0"), ("max", "r", "n", "0")]),
        "by a later name",
    ),
    "a name defined twice": (
        sequent([], [], defined=[("max", "q", "m", "0"), ("max", "q", "n", "0")]),
        "defined twice",
    ),
}


@pytest.mark.parametrize("case", ILL_FORMED)
def test_an_ill_formed_statement_is_refused(case: str) -> None:
    statement, reason = ILL_FORMED[case]
    with pytest.raises(RuleError, match=reason):
        kernel.begin(formal(statement), [((1, 0),)] * 4)


@pytest.mark.parametrize(
    ("assume", "defined", "proof"),
    [
        ((), [], []),
        (("k",), [], [[[1, 0], [1, 1]]]),
        ((), [("floor", "k", "n", "k0")], [[[1, 0]]]),
        (("q - 1", "k*q - q"), [("floor", "q", "n", "k")], [[[1, 0], [1, 1]]]),
    ],
)
def test_a_divisor_that_may_be_0_is_refused(assume: Any, defined: Any, proof: Any) -> None:
    statement = sequent([term("X[i]", "i < n", quotients="e = i / k")], [], assume, defined)
    with pytest.raises(RuleError):
        kernel.begin(formal(statement), proof)


def test_a_definition_does_not_prove_its_own_divisor() -> None:
    statement = formal(sequent([], [], ("q*k - 1", "q"), [("floor", "q", "n", "k"), ("max", "m", "k", "1")]))
    with pytest.raises(RuleError):
        kernel.begin(statement, [nonnegative(statement.facts, variable("k") - 1) or ((1, 0), (1, 4))])


# ------------------------------------------------------------------ scale


@pytest.mark.parametrize("scale", [0, -1, -2])
def test_a_scale_is_at_least_1(scale: int) -> None:
    with pytest.raises(RuleError, match="a wrong scale"):
        kernel.begin(formal(sequent([term(coefficient="n")], [])), [], scale)


@pytest.mark.parametrize("side", [0, 1])
def test_with_tensors_the_scale_is_1(side: int) -> None:
    sides = [[term(coefficient="n")], [term("X[i]", "i < n")]]
    statement = formal(sequent(sides[side], sides[1 - side]))
    with pytest.raises(RuleError, match="a wrong scale"):
        kernel.begin(statement, [], 2)
    assert kernel.begin(statement, []).scale == 1


def test_without_tensors_a_multiple_decides() -> None:
    half = sequent([term("", "i < n", coefficient="2*i")], [term(coefficient="n*n - n")], ["n"])
    state = kernel.begin(formal(half), [], 3)
    assert [str(t.coefficient) for t in state.terms] == ["6*i", "-3*n*n + 3*n"]


# ------------------------------------------------------------------ states and theorems are not made by hand


def proved() -> State:
    state = start([term("X[i]", "i < n", ["i - n >= 0"])])
    return kernel.empty(state, 0, [[1, 1], [1, 2]])


@pytest.mark.parametrize("seal", [None, object(), True, "seal"])
def test_a_state_is_made_by_rules_only(seal: object) -> None:
    state = proved()
    with pytest.raises(RuleError, match="states come from the rules"):
        State(state.sequent, (), state.denominators, 1, (), seal)
    with pytest.raises(RuleError, match="states come from the rules"):
        dataclasses.replace(state, seal=seal)


def test_a_state_does_not_change() -> None:
    state = proved()
    for name, value in (("terms", ()), ("sequent", None), ("steps", ())):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(state, name, value)


FALSE = sequent([term("X[i]", "i < n")], [term("X[i]", "i < m")])


def tampered() -> list[State]:
    """States that say that a false statement is proved, made by going round the kernel."""
    one, other = proved(), kernel.begin(formal(FALSE), [])
    forged = object.__new__(State)
    for name, value in vars(other).items():
        object.__setattr__(forged, name, value)
    object.__setattr__(forged, "terms", ())
    return [
        dataclasses.replace(other, terms=()),
        dataclasses.replace(one, sequent=other.sequent),
        dataclasses.replace(other, terms=(), steps=one.steps),
        forged,
    ]


@pytest.mark.parametrize("place", range(4))
def test_a_tampered_state_does_not_pass_the_checker(place: int) -> None:
    state = tampered()[place]
    assert state.is_proved
    assert not sc.check(certificate_of(state), state.sequent)


def test_a_state_is_no_theorem() -> None:
    state = proved()
    assert sc.check(certificate_of(state), state.sequent)
    assert not sc.check(certificate_of(kernel.begin(formal(FALSE), [])), formal(FALSE))


def test_a_forged_theorem_does_not_pass_the_checker() -> None:
    true = sc.prove("sum(i < n) X[i] = sum(j < n) X[j]")
    false = sc.prove("sum(i < n) X[i] = sum(j < n) X[j]").statement
    other = sc.prove("sum(i < n) X[i] = sum(j < n) X[n - 1 - j]")
    forged = [
        dataclasses.replace(true, sequent=formal(FALSE)),
        Theorem(false, formal(FALSE), true.certificate),
        Theorem(false, formal(FALSE), {**true.certificate, "statement": formal(FALSE).hash}),
        Theorem(false, formal(FALSE), {**true.certificate, "statement": formal(FALSE).hash, "steps": []}),
    ]
    for theorem in forged:
        assert not sc.check(theorem, formal(FALSE))
        assert not sc.check(theorem, FALSE)
    assert not sc.check(true, other.statement)
    assert not sc.check(other, true.statement)
    assert sc.check(true, true.statement)


def test_copies_of_theorems_are_judged_by_their_certificates() -> None:
    true = sc.prove("sum(i < n) X[i] = sum(j < n) X[j]")
    twin = copy.copy(true)
    assert sc.check(twin, true.statement)
    emptied = dataclasses.replace(true, certificate={**true.certificate, "steps": []})
    assert not sc.check(emptied, true.statement)


def certificate_of(state: State) -> dict[str, Any]:
    """The certificate that the state claims to be."""
    return {
        "format": 1,
        "statement": state.sequent.hash,
        "denominators": [*map(_lists, state.denominators)],
        "scale": state.scale,
        "steps": [*map(_lists, state.steps)],
    }


def _lists(data: Any) -> Any:
    return [*map(_lists, data)] if isinstance(data, (list, tuple)) else data
