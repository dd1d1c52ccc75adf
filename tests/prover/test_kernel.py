"""The kernel: each of its rules keeps the value of a sum, and refuses what would not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles.certificates import bracket, factor, poly, sequent, term
from oracles.grids import differences, small_points
from oracles.random_states import RULES, attempt, random_sequent
from oracles.replay import STEPS, apply, formal, start
from oracles.weakenings import Weakening, all_facts_in_kernel, trusting_kernel, unsaid, weakened
from symconv.prover.kernel import State

Step = Sequence[Any]
#: Steps tried on one random term.
TRIES = 5
#: Random terms on which rules are counted.
WALKS = 250


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
        [term("X[s*y + a] W[a]", "a < k", ["n - 1 - s*y - a >= 0", "s*y + a >= 0", "n - 1 - s*y - a >= 0"])],
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
    count = counted(Random(0))
    for rule in RULES:
        assert count[rule, True] >= 4, (rule, count)
        assert count[rule, False] >= 4 or rule == "case", (rule, count)


def counted(random: Random) -> Counter[tuple[str, bool]]:
    """How often each rule was taken and refused on many random terms."""
    return Counter(entry for _ in range(WALKS) for entry in walk(random))


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


#: Conditions of which random steps show that they are missing: by a sum that changes, or a name that nothing binds.
WEAKER: dict[str, Weakening] = {
    "no proof is looked at": trusting_kernel,
    "brackets show what their own floors are": all_facts_in_kernel,
    "floors in any order": unsaid("of itself or of a later one"),
    "names that are there": unsaid("name is not new"),
    "one point of anything": unsaid("does not determine"),
    "complements of equations": unsaid("is an equation"),
    "digits that are read by themselves": unsaid("more than"),
    "extents that are no product": unsaid("not the product"),
    "sums of what depends on the index": unsaid("occurs elsewhere"),
    "floors that are used": unsaid("is used"),
    "terms that differ": unsaid("differ in more"),
}


@pytest.mark.parametrize("name", WEAKER)
def test_random_steps_catch_a_kernel_without_a_condition(name: str) -> None:
    with weakened(WEAKER[name]), pytest.raises((AssertionError, KeyError)):
        counted(Random(0))
