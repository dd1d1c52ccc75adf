"""What the kernel refuses: steps against each condition of a rule, ill-formed statements, wrong scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from oracles.certificates import bracket, factor, poly, sequent, term
from oracles.replay import apply, formal, start
from symconv.prover import kernel
from symconv.prover.evidence import RuleError
from symconv.prover.polynomial import variable
from symconv.prover.positivity import nonnegative

Step = Sequence[Any]

BOX = term("X[i + a] W[a]", "i < n, a < k", ["i + a - p >= 0", "i - 2*a >= 0"])
EQUATION = term("X[t] W[a]", "t < n, a < k", ["s*y + a - t = 0", "n - 1 - t >= 0"])
WHOLE = term("X[v, q]", "v < n*m", quotients="q = v / m")
SIZES = ("n - 1", "k - 1", "m - 1")

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
