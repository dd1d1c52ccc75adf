"""Every way to cheat that we know: each is refused, and for the right reason."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

from oracles.certificates import bracket, certificate, factor, made, poly, sequent, term
from symconv.prover.checker import Rejected, check, polynomials, statement_hash

REMOVED = object()
SIGN = "is not an integer other than 0"
MALFORMED_NAME = "is malformed"
PROOF = "not a negative constant"
POSITION = "A position is not that of one of"


def refused(certificate_data: Any, statement: Any, message: str) -> None:
    with pytest.raises(Rejected, match=re.escape(message)) as caught:
        check(certificate_data, statement)
    assert re.fullmatch(r"[A-Z][^\n]*\.", str(caught.value))


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The data with another value at a path, or without it."""
    data = deepcopy(data)
    place = data
    for key in path[:-1]:
        place = place[key]
    if value is REMOVED:
        del place[path[-1]]
    elif isinstance(place, list) and path[-1] == len(place):
        place.append(value)
    else:
        place[path[-1]] = value
    return data


LEFT = ("left", 0)
#: Statements that say nothing: which of those made, where it is changed, to what, and what is said of it.
STATEMENTS: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("one_point", ("note",), 1, "A statement must have the keys"),
    ("one_point", ("assume",), REMOVED, "A statement must have the keys"),
    ("one_point", ("left",), {}, "A part of a statement is not a list"),
    ("one_point", ("left",), ("a", "tuple"), "A part of a statement is not a list"),
    ("one_point", (*LEFT, "note"), 1, "A term must have the keys"),
    ("one_point", (*LEFT, "factors"), REMOVED, "A term must have the keys"),
    ("one_point", LEFT, [], "A term must have the keys"),
    ("one_point", (*LEFT, "brackets"), None, "A part of a term is not a list"),
    ("one_point", (*LEFT, "coefficient"), 1, "A polynomial is not a list"),
    ("one_point", (*LEFT, "coefficient"), [1], "A monomial is not a list that starts"),
    ("one_point", (*LEFT, "coefficient"), [[]], "A monomial is not a list that starts with a coefficient"),
    ("one_point", (*LEFT, "coefficient"), [["p"]], SIGN),
    ("one_point", (*LEFT, "coefficient"), [[0]], SIGN),
    ("one_point", (*LEFT, "coefficient"), [[True]], SIGN),
    ("one_point", (*LEFT, "coefficient"), [[1.0]], SIGN),
    ("one_point", (*LEFT, "coefficient"), [["1"]], SIGN),
    ("one_point", (*LEFT, "coefficient"), [[None]], SIGN),
    ("one_point", (*LEFT, "coefficient"), [[10**60]], "more than 60 digits"),
    ("one_point", (*LEFT, "coefficient"), [[1, "p", "n"]], "not sorted"),
    ("one_point", (*LEFT, "coefficient"), [[1, "n"], [2, "n"]], "a monomial twice"),
    ("one_point", (*LEFT, "coefficient"), [[1], [-1]], "a monomial twice"),
    ("one_point", (*LEFT, "coefficient"), [[1, ""]], MALFORMED_NAME),
    ("one_point", (*LEFT, "coefficient"), [[1, "2n"]], MALFORMED_NAME),
    ("one_point", (*LEFT, "coefficient"), [[1, "n\n"]], MALFORMED_NAME),
    ("one_point", (*LEFT, "coefficient"), [[1, "n "]], MALFORMED_NAME),
    ("one_point", (*LEFT, "coefficient"), [[1, "é"]], MALFORMED_NAME),
    ("one_point", (*LEFT, "coefficient"), [[1, "n" * 65]], MALFORMED_NAME),
    ("one_point", (*LEFT, "coefficient"), [[1, 2]], MALFORMED_NAME),
    ("one_point", (*LEFT, "coefficient"), [[1, ["n"]]], MALFORMED_NAME),
    ("one_point", (*LEFT, "ranges", 0), ["i"], "A range has 1 entries"),
    ("one_point", (*LEFT, "ranges", 0), "in", "A range is not a list"),
    ("one_point", (*LEFT, "ranges", 0, 0), True, MALFORMED_NAME),
    ("one_point", (*LEFT, "brackets", 0, 0), "<", "neither = nor >="),
    ("one_point", (*LEFT, "brackets", 0, 0), ["="], "neither = nor >="),
    ("one_point", (*LEFT, "brackets", 0), ["="], "A bracket has 1 entries"),
    ("one_point", (*LEFT, "factors", 0), ["X"], "A factor has 1 entries"),
    ("one_point", (*LEFT, "factors", 0, 0), "X[", MALFORMED_NAME),
    ("one_point", (*LEFT, "factors", 0, 1), {}, "A list of indices is not a list"),
    ("im2col", (*LEFT, "quotients", 0), ["q", []], "A quotient has 2 entries"),
    ("floor", ("defined", 0, 0), "ceil", "neither floor nor max"),
    ("floor", ("defined", 0), ["floor", "q", []], "A definition has 3 entries"),
    ("floor", ("defined", 0, 1), 0, MALFORMED_NAME),
    # scopes
    ("one_point", (*LEFT, "ranges", 0, 1), poly("n + i"), "An extent or a denominator uses a name that its term binds"),
    ("im2col", (*LEFT, "ranges", 0, 1), poly("q"), "An extent or a denominator uses"),
    ("im2col", (*LEFT, "quotients", 0, 2), poly("t"), "An extent or a denominator uses"),
    ("im2col", (*LEFT, "quotients", 0, 2), poly("q"), "An extent or a denominator uses"),
    ("im2col", (*LEFT, "quotients", 0, 1), poly("k*q"), "The quotient q uses itself or a later one"),
    ("numerator", (*LEFT, "quotients", 0, 1), poly("r"), "The quotient q uses itself or a later one"),
    ("swap", (*LEFT, "ranges", 1, 0), "i", "A term binds a name twice"),
    ("swap", (*LEFT, "quotients", 1, 0), "i", "A term binds a name twice"),
    ("swap", (*LEFT, "quotients", 1, 0), "p", "A term binds a name twice"),
    ("one_point", (*LEFT, "ranges", 0, 0), "p", "p is both bound by a term and global"),
    ("one_point", ("right", 0, "ranges"), [["p", poly("1")]], "p is both bound by a term and global"),
    ("reversal", ("right", 0, "ranges", 0, 0), "j", "i is both bound by a term and global"),
    ("reversal", ("assume",), [poly("i")], "i is both bound by a term and global"),
    ("floor", (*LEFT, "ranges", 0, 0), "q", "An extent or a denominator uses"),
    ("floor", (*LEFT, "ranges", 0), ["q", poly("n")], "q is both bound by a term and global"),
    ("floor", ("defined", 0, 1), "k", "The definition of k uses itself or a later one"),
    ("floor", ("defined", 0, 2), poly("q*k"), "The definition of q uses itself or a later one"),
    ("floor", ("defined", 1), ["max", "q", [], []], "A name is defined twice"),
    ("floor", ("defined", 1), ["max", "n", [], []], "The definition of q uses itself or a later one"),
    ("one_point", (*LEFT, "factors", 1), factor("X[i, i]"), "The tensor X has two numbers of indices"),
    ("one_point", ("right", 0, "factors", 0), factor("X[]"), "The tensor X has two numbers of indices"),
    ("one_point", (*LEFT, "factors", 1), factor("n[i]"), "n is both a tensor and an integer"),
    ("one_point", (*LEFT, "factors", 1), factor("i[i]"), "i is both a tensor and an integer"),
    # limits
    ("one_point", (*LEFT, "coefficient"), [[1, *["n"] * 41]], "a degree above 40"),
    ("one_point", (*LEFT, "coefficient"), [[1]] * 20_001, "more than 20000 entries"),
    ("one_point", (*LEFT, "factors"), [factor("X[i]")] * 201, "more than 200 ranges, quotients, brackets or factors"),
    ("one_point", (*LEFT, "ranges"), [[f"i{k}", []] for k in range(201)], "more than 200 ranges"),
    ("one_point", ("left",), [term("X[]", coefficient="n")] * 20_001, "more than 20000 entries"),
]


@pytest.mark.parametrize(("name", "path", "value", "message"), STATEMENTS)
def test_a_statement_is_refused(name: str, path: tuple[Any, ...], value: Any, message: str) -> None:
    statement, proof = made(name)
    statement = changed(statement, path, value)
    refused(proof, statement, message)
    with pytest.raises(Rejected, match=re.escape(message)):
        statement_hash(statement)


STEPS = ("steps", 0)
#: Certificates that prove nothing: which of those made, where it is changed, to what, and what is said of it.
CERTIFICATES: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("one_point", ("note",), 1, "A certificate must have the keys"),
    ("one_point", ("steps",), REMOVED, "A certificate must have the keys"),
    ("one_point", ("format",), 2, "The format of the certificate is not 1"),
    ("one_point", ("format",), True, "The format of the certificate is not 1"),
    ("one_point", ("format",), 1.0, "The format of the certificate is not 1"),
    ("one_point", ("scale",), REMOVED, "A certificate must have the keys"),
    ("one_point", ("scale",), 2, "The scale of a statement about tensors is not 1"),
    ("twice", ("scale",), 0, "The scale is not an integer > 0"),
    ("twice", ("scale",), -2, "The scale is not an integer > 0"),
    ("twice", ("scale",), True, "The scale is not an integer > 0"),
    ("twice", ("scale",), 2.0, "The scale is not an integer > 0"),
    ("twice", ("scale",), [2], "The scale is not an integer > 0"),
    ("twice", ("scale",), 10**60, "The scale is not an integer > 0"),
    ("twice", ("scale",), 1, "The coefficient is not F(i + 1) - F(i)"),
    ("one_point", ("statement",), "0" * 64, "The certificate is for another statement"),
    ("one_point", ("statement",), made("reversal")[1]["statement"], "The certificate is for another statement"),
    ("one_point", ("statement",), None, "The certificate is for another statement"),
    ("one_point", ("steps",), {}, "A list of steps is not a list"),
    ("one_point", ("steps",), [], "The steps leave 2 terms"),
    ("one_point", ("steps", 1), REMOVED, "The steps leave 2 terms"),
    ("nothing", ("steps",), [["case", 0, []]], "Step 0: A position is not that of one of 0 terms"),
    # steps and positions
    ("one_point", STEPS, [], "Step 0: There is no such rule"),
    ("one_point", STEPS, "point", "Step 0: A step is not a list"),
    ("one_point", STEPS, ["guess", 0], "Step 0: There is no such rule"),
    ("one_point", STEPS, [["point"], 0, "i", 0], "Step 0: There is no such rule"),
    ("one_point", STEPS, [None], "Step 0: There is no such rule"),
    ("one_point", STEPS, ["point", 0, "i"], "A list of arguments of point has 2 entries where it must have 3"),
    ("one_point", STEPS, ["point", 0, "i", 0, 0], "A list of arguments of point has 4 entries where it must have 3"),
    ("one_point", (*STEPS, 1), -2, POSITION),
    ("one_point", (*STEPS, 1), 2, POSITION),
    ("one_point", (*STEPS, 1), False, POSITION),
    ("one_point", (*STEPS, 1), 0.0, POSITION),
    ("one_point", (*STEPS, 1), "0", POSITION),
    ("one_point", (*STEPS, 1), None, POSITION),
    ("one_point", ("steps", 1, 2), -1, POSITION),
    # proofs
    ("reversal", (*STEPS, 6, 0), [], PROOF),
    ("reversal", (*STEPS, 6, 0), None, "A proof is not a list"),
    ("reversal", (*STEPS, 6, 0), [[]], "A product of facts has no coefficient"),
    ("reversal", (*STEPS, 6, 0), [1], "A product of facts is not a list"),
    ("reversal", (*STEPS, 6, 0), [[1]], "not a negative constant: 1."),
    ("reversal", (*STEPS, 6, 0), [[1, 2]], "not a negative constant: i - n."),
    ("reversal", (*STEPS, 6, 0), [[1, 2], [1, 1], [1]], "not a negative constant: 0."),
    ("reversal", (*STEPS, 6, 0), [[-1, 2], [1, 1]], "The coefficient of a product is not an integer > 0"),
    ("reversal", (*STEPS, 6, 0), [[-1]], "The coefficient of a product is not an integer > 0"),
    ("reversal", (*STEPS, 6, 0), [[0, 2]], "The coefficient of a product is not an integer > 0"),
    ("reversal", (*STEPS, 6, 0), [[True, 2], [1, 1]], "The coefficient of a product is not an integer > 0"),
    ("reversal", (*STEPS, 6, 0), [[1.0, 2], [1, 1]], "The coefficient of a product is not an integer > 0"),
    ("reversal", (*STEPS, 6, 0), [[10**60, 2]], "The coefficient of a product is not an integer > 0"),
    ("reversal", (*STEPS, 6, 0), [[1, -1], [1, 1]], POSITION),
    ("reversal", (*STEPS, 6, 0), [[1, 3], [1, 1]], POSITION),
    ("reversal", (*STEPS, 6, 0), [[1, True], [1, 2]], POSITION),
    ("reversal", (*STEPS, 6, 0), [[1, [2]]], POSITION),
    ("reversal", (*STEPS, 6), [[[1, 2], [1, 1]]] * 3, "A list of proofs has 3 entries where it must have 4"),
    ("im2col", ("steps", 1, 4), [[[1]]], "A pair of proofs has 1 entries"),
    ("empty", (*STEPS, 2), [[1, 1], [1, 0]], PROOF),
    # equations
    ("multiples", (*STEPS, 5, 0), {}, "A proof must have the keys equations"),
    ("multiples", (*STEPS, 5, 0, "products"), [], "A proof must have the keys equations"),
    ("multiples", (*STEPS, 5, 0, "equations"), {}, "A list of equations is not a list"),
    ("multiples", (*STEPS, 5, 0, "equations"), [[2]], "A multiple of an equation has 1 entries"),
    ("multiples", (*STEPS, 5, 0, "equations"), [], "The multiples of equations do not add up"),
    ("multiples", (*STEPS, 5, 0, "equations", 0, 0), 3, "The multiples of equations do not add up"),
    ("multiples", (*STEPS, 5, 0, "equations", 0, 0), 1, "Fact 1 is no equation"),
    ("multiples", (*STEPS, 5, 0, "equations", 0, 0), 4, POSITION),
    ("multiples", (*STEPS, 5, 0, "equations", 0, 0), True, POSITION),
    ("multiples", (*STEPS, 5, 0, "equations", 0, 1), 1, "A polynomial is not a list"),
    ("multiples", ("steps", 1, 2), {"products": [[1, 1]]}, "A proof must have the keys products equations"),
    ("multiples", ("steps", 1, 2, "products"), {}, "A proof is not a list"),
    ("multiples", ("steps", 1, 2, "equations"), [], PROOF),
    ("multiples", ("steps", 1, 2, "equations"), [[1, poly("-1")]], "Fact 1 is no equation"),
    ("multiples", ("steps", 1, 2, "equations"), [[0, poly("-1")], [1, poly("-1")]], "Fact 0 is no equation"),
    ("reversal", (*STEPS, 6, 0), {"equations": []}, "A proof must have the keys products equations"),
    # denominators
    ("im2col", ("denominators",), [], "A list of proofs for denominators has 0 entries where it must have 1"),
    ("count", ("denominators",), [[[1, 0]]], "A list of proofs for denominators has 1 entries where it must have 0"),
    ("im2col", ("denominators", 0), [[1, 2], [1, 0]], "Denominator 0: The sum of a proof is not a negative constant"),
    ("im2col", ("denominators", 0), [[1, 3]], "Denominator 0: A position is not"),
    ("floor", ("denominators", 0), [[1, 2], [1, 1]], "Denominator 0: The sum of a proof"),
    # merge
    ("swap", (*STEPS, 2), 0, "A term is merged with itself"),
    ("swap", (*STEPS, 3), {}, "The renaming is not of the binders"),
    ("swap", (*STEPS, 3), [], "The renaming is not of the binders"),
    ("swap", (*STEPS, 3, "n"), "n", "The renaming is not of the binders"),
    ("swap", (*STEPS, 3, "i"), REMOVED, "The renaming is not of the binders"),
    ("swap", (*STEPS, 3, "i"), "i", "The renaming is not one to one"),
    ("swap", (*STEPS, 3, "i"), "n", "n is not the name of a binder of the term"),
    ("swap", (*STEPS, 3, "i"), ["j"], MALFORMED_NAME),
    ("swap", (*STEPS, 3), {"i": "p", "j": "i", "p": "j", "q": "q"}, "The two terms differ in their ranges"),
    ("swap", (*STEPS, 3), {"i": "i", "j": "j", "p": "q", "q": "p"}, "The two terms differ in their ranges"),
    ("swap", (*STEPS, 3), {"i": "j", "j": "i", "p": "p", "q": "q"}, "The two terms differ in their quotients"),
]


@pytest.mark.parametrize(("name", "path", "value", "message"), CERTIFICATES)
def test_a_certificate_is_refused(name: str, path: tuple[Any, ...], value: Any, message: str) -> None:
    statement, proof = made(name)
    refused(changed(proof, path, value), statement, message)


X = term("X[i]", "i < n")
ONE = poly("1")
NOT_LESS = "does not say that i < m"
BOUND = "is not the name of a variable in scope"
AT_MOST_ONE = sequent([term("X[i]", "i < n", ["q - 5 = 0"], "q = i / 2")], [], ["1 - n"])
#: facts 1-n, i, n-1-i, q-5, 5-q, i-2*q, 2*q+1-i, and the goal's: they never hold together
NEVER = [[1, 0], [1, 2], [1, 5], [2, 3]]
#: Steps that must not be taken: statement, steps and what is said of the last.  Most of the statements are false.
TAKEN: dict[str, tuple[Any, list[Any], str]] = {
    "point: no such range": (sequent([X], []), [["point", 0, "j", 0]], "j is not the name of a range of the term"),
    "point: a global name": (sequent([X], []), [["point", 0, "n", 0]], "n is not the name of a range of the term"),
    "point: a list": (sequent([X], []), [["point", 0, ["i"], 0]], MALFORMED_NAME),
    "point: no bracket": (sequent([X], []), [["point", 0, "i", 0]], "one of 0 brackets"),
    "point: negative position": (
        sequent([term("X[i]", "i < n", ["i - p = 0"])], []),
        [["point", 0, "i", -1]],
        "one of 1 brackets",
    ),
    "point: inequality": (
        sequent([term("X[i]", "i < n", ["i - p >= 0"])], []),
        [["point", 0, "i", 0]],
        "Bracket 0 does not say what i is",
    ),
    "point: twice the value": (
        sequent([term("X[i]", "i < n", ["2*i - p = 0"])], []),
        [["point", 0, "i", 0]],
        "Bracket 0 does not say what i is",
    ),
    "point: a square": (
        sequent([term("X[i]", "i < n", ["i*i - p = 0"])], []),
        [["point", 0, "i", 0]],
        "Bracket 0 does not say what i is",
    ),
    "point: both sides": (
        sequent([term("X[i]", "i < n", ["i - i*p = 0"])], []),
        [["point", 0, "i", 0]],
        "Bracket 0 gives i by itself",
    ),
    "point: by its own quotient": (
        sequent([term("X[i]", "i < n", ["i - q = 0"], "q = i / 2")], []),
        [["point", 0, "i", 0]],
        "The quotient q uses itself or a later one",
    ),
    "point: by a quotient of its own quotient": (
        sequent([term("X[i]", "i < n", ["i - r = 0"], "q = i / 2, r = q / 1")], []),
        [["point", 0, "i", 0]],
        "The quotient q uses itself or a later one",
    ),
    "point: by a later quotient": (
        sequent([term("X[q]", "i < n, j < n", ["i - r = 0"], "q = i / 2, r = j / 2")], []),
        [["point", 0, "i", 0]],
        "The quotient q uses itself or a later one",
    ),
    "point: for a quotient": (
        sequent([term("X[i]", "i < n", ["q - p = 0"], "q = i / 2")], []),
        [["point", 0, "q", 0]],
        "q is not the name of a range of the term",
    ),
    "point: without the range's ends": (
        sequent([term("X[i]", "i < n", ["i - p = 0"])], [term("X[p]", brackets=["p >= 0"])]),
        [["point", 0, "i", 0], ["merge", 0, 1, {}]],
        "The two terms differ in their brackets",
    ),
    "brackets: one dropped": (
        sequent([term("X[i]", "i < n", ["i - p >= 0"])], [X]),
        [["brackets", 0, [], [], []]],
        "A list of proofs has 0 entries where it must have 1",
    ),
    "brackets: one dropped by itself": (
        sequent([term("X[i]", "i < n", ["i - p >= 0"])], [X]),
        [["brackets", 0, [], [], [[[1, 2]]]]],
        PROOF,
    ),
    "brackets: one added": (
        sequent([X], [term("X[i]", "i < n", ["i - p >= 0"])]),
        [["brackets", 0, [bracket("i - p >= 0")], [], []]],
        "A list of proofs has 0 entries where it must have 1",
    ),
    "brackets: one added by itself": (
        sequent([X], [term("X[i]", "i < n", ["i - p >= 0"])]),
        [["brackets", 0, [bracket("i - p >= 0")], [[[1, 2], [1, 3]]], []]],
        POSITION,
    ),
    "brackets: too many proofs": (
        sequent([X], []),
        [["brackets", 0, [], [[[1]]], []]],
        "A list of proofs has 1 entries",
    ),
    "brackets: no equation for an inequality": (
        sequent([term("X[i]", "i < n", ["i - p = 0"])], []),
        [["brackets", 0, [bracket("i - p >= 0")], [], []]],
        "A list of proofs has 0 entries where it must have 1",
    ),
    "brackets: an inequality has a sign": (
        sequent([term("X[i]", "i < n", ["i - p >= 0"])], []),
        [["brackets", 0, [bracket("p - i >= 0")], [], []]],
        "A list of proofs has 0 entries where it must have 1",
    ),
    "brackets: half an equation": (
        sequent([term("X[i]", "i < n", ["i - p >= 0"])], []),
        [["brackets", 0, [bracket("i - p = 0")], [[[[1, 3], [1, 2]]]], []]],
        "A pair of proofs has 1 entries",
    ),
    "brackets: a new name": (sequent([X], []), [["brackets", 0, [bracket("i - p = 0")], [], []]], f"p {BOUND}"),
    "brackets: twice, but for the sign": (
        sequent([X], [], ["p"]),
        [["brackets", 0, [bracket("i - p = 0"), bracket("p - i = 0")], [], []]],
        "A new bracket is there twice",
    ),
    "brackets: another term's name": (
        sequent([X], [term("X[j]", "j < n")]),
        [["brackets", 0, [bracket("j >= 0")], [], []]],
        f"j {BOUND}",
    ),
    "empty: it is not": (sequent([X], []), [["empty", 0, [[1, 0], [1, 1]]]], PROOF),
    "empty: the goal is no fact": (sequent([X], []), [["empty", 0, [[1, 2]]]], POSITION),
    "case: a new name": (sequent([X], []), [["case", 0, poly("x")]], f"x {BOUND}"),
    "case: another term's name": (sequent([X], [term("X[j]", "j < n")]), [["case", 0, poly("j")]], f"j {BOUND}"),
    "case: half of it": (
        sequent([X], [term("X[i]", "i < n", ["i - p >= 0"])]),
        [["case", 0, poly("i - p")], ["merge", 1, 0, {"i": "i"}]],
        "The steps leave 1 terms",
    ),
    "reindex: by two": (sequent([X], []), [["reindex", 0, "i", 2, [], [], []]], "The sign is neither 1 nor -1"),
    "reindex: by none": (sequent([X], []), [["reindex", 0, "i", 0, [], [], []]], "The sign is neither 1 nor -1"),
    "reindex: by true": (sequent([X], []), [["reindex", 0, "i", True, [], [], []]], "The sign is neither 1 nor -1"),
    "reindex: by itself": (sequent([X], []), [["reindex", 0, "i", 1, poly("i"), [], []]], f"i {BOUND}"),
    "reindex: by a quotient": (
        sequent([term("X[i]", "i < n", quotients="q = i / 2")], []),
        [["reindex", 0, "i", 1, poly("0 - q"), poly("n"), []]],
        "The quotient q uses itself or a later one",
    ),
    "reindex: to a bound extent": (
        sequent([term("X[i]", "i < n, j < n")], []),
        [["reindex", 0, "i", 1, [], poly("j"), []]],
        f"j {BOUND}",
    ),
    "reindex: a shorter range": (
        sequent([X], [term("X[i]", "i < n - 1")]),
        [["reindex", 0, "i", 1, [], poly("n - 1"), [[[1, 2], [1, 0]], [[1, 2], [1, 1]], [[1, 2], [1, 0]], [[1]]]]],
        PROOF,
    ),
    "reindex: a longer range": (
        sequent([X], [term("X[i]", "i < n + 1")]),
        [
            [
                "reindex",
                0,
                "i",
                1,
                [],
                poly("n + 1"),
                [[[1, 2], [1, 0]], [[1, 2], [1, 1]], [[1, 2], [1, 0]], [[1, 2], [1, 1]]],
            ]
        ],
        PROOF,
    ),
    "reindex: old facts for new ones": (
        sequent([X], []),
        [["reindex", 0, "i", 1, poly("2"), poly("n"), [[[1, 2], [1, 0]], [[1, 2], [1, 1]], [], []]]],
        PROOF,
    ),
    "split: another extent": (
        sequent([X], []),
        [["split", 0, "i", "a", "b", poly("n"), poly("2"), [], []]],
        "The extent of i is not the product of the new ones",
    ),
    "split: a global name": (
        sequent([X], []),
        [["split", 0, "i", "n", "b", poly("n"), ONE, [], []]],
        "n is not a new name",
    ),
    "split: a name of the term": (
        sequent([X], []),
        [["split", 0, "i", "a", "i", poly("n"), ONE, [], []]],
        "i is not a new name",
    ),
    "split: one name for two": (
        sequent([X], []),
        [["split", 0, "i", "a", "a", poly("n"), ONE, [], []]],
        "a is not a new name",
    ),
    "split: a malformed name": (
        sequent([X], []),
        [["split", 0, "i", "a b", "a", poly("n"), ONE, [], []]],
        MALFORMED_NAME,
    ),
    "split: bound extents": (
        sequent([term("X[i]", "i < n, j < n")], []),
        [["split", 0, "i", "a", "b", poly("j"), ONE, [], []]],
        f"j {BOUND}",
    ),
    "split: negative sizes": (
        sequent([term("X[v]", "v < n*m")], [term("X[i*m + j]", "i < n, j < m")]),
        [["split", 0, "v", "i", "j", poly("n"), poly("m"), [[1, 2], [1, 0]], [[1, 2], [1, 1]]]],
        PROOF,
    ),
    "join: with itself": (sequent([X], []), [["join", 0, "i", "i", "v", [], []]], "A range is joined with itself"),
    "join: no range": (sequent([X], []), [["join", 0, "i", "n", "v", [], []]], "n is not the name of a range"),
    "join: a global name": (
        sequent([term("X[i*n + j]", "i < n, j < n")], []),
        [["join", 0, "i", "j", "n", [], []]],
        "n is not a new name",
    ),
    "join: a name of the term": (
        sequent([term("X[i*n + j]", "i < n, j < n")], []),
        [["join", 0, "i", "j", "i", [], []]],
        "i is not a new name",
    ),
    "join: the wrong way round": (
        sequent([term("X[i*n + j]", "i < n, j < n")], []),
        [["join", 0, "j", "i", "v", [], []]],
        "j is read by itself",
    ),
    **{
        f"join: read by itself, by {what}": (
            sequent([changed(term("X[i*n + j]", "i < n, j < n", ["p >= 0"], "q = p / 2"), path, poly("i"))], []),
            [["join", 0, "i", "j", "v", [], []]],
            "i is read by itself",
        )
        for what, path in {
            "the coefficient": ("coefficient",),
            "a factor": ("factors", 0, 1, 0),
            "a bracket": ("brackets", 0, 1),
            "a quotient": ("quotients", 0, 1),
        }.items()
    },
    "join: a negative size": (
        sequent([term("X[i*m + j]", "i < n, j < m")], [term("X[v]", "v < n*m")], ["n"]),
        [["join", 0, "i", "j", "v", [[1, 3], [1, 0]], [[1, 3]]]],
        "not a negative constant: -m - 1.",
    ),
    "join: negative sizes": (
        sequent([term("X[i*m + j]", "i < n, j < m")], [term("X[v]", "v < n*m")], ["m"]),
        [["join", 0, "i", "j", "v", [[1, 3]], [[1, 3], [1, 0]]]],
        "not a negative constant: -n - 1.",
    ),
    "sum: another difference": (
        sequent([term("", "i < n", coefficient="i")], []),
        [["sum", 0, "i", poly("i*i"), None, [], None]],
        "The coefficient is not F(i + 1) - F(i)",
    ),
    "sum: a new name": (
        sequent([term("", "i < n")], []),
        [["sum", 0, "i", poly("i + x"), None, [], None]],
        f"x {BOUND}",
    ),
    "sum: in a factor": (sequent([X], []), [["sum", 0, "i", poly("i"), None, [], None]], "i occurs elsewhere"),
    "sum: in a quotient": (
        sequent([term("X[q]", "i < n", quotients="q = i / 2")], []),
        [["sum", 0, "i", poly("i"), None, [], None]],
        "i occurs elsewhere",
    ),
    "sum: in a bracket": (
        sequent([term("", "i < n", ["p - 1 - i >= 0", "p - i = 0"])], []),
        [["sum", 0, "i", poly("i"), 0, [], []]],
        "i occurs elsewhere",
    ),
    "sum: in the bracket left out": (
        sequent([term("", "i < n", ["p - 1 - i >= 0"])], []),
        [["sum", 0, "i", poly("i"), None, [], None]],
        "i occurs elsewhere",
    ),
    "sum: twice v": (
        sequent([term("", "i < n", ["p - 1 - 2*i >= 0"])], []),
        [["sum", 0, "i", poly("i"), 0, [], []]],
        "Bracket 0 does not say that i < m",
    ),
    "sum: v >= m": (
        sequent([term("", "i < n", ["i - p >= 0"])], []),
        [["sum", 0, "i", poly("i"), 0, [], []]],
        "Bracket 0 does not say that i < m",
    ),
    "sum: v in m": (
        sequent([term("", "i < n", ["p*i - 1 - i >= 0"])], []),
        [["sum", 0, "i", poly("i"), 0, [], []]],
        "Bracket 0 does not say that i < m",
    ),
    "sum: an equation": (
        sequent([term("", "i < n", ["p - 1 - i = 0"])], []),
        [["sum", 0, "i", poly("i"), 0, [], []]],
        "Bracket 0 does not say that i < m",
    ),
    "sum: the bracket at true": (
        sequent([term("", "i < n", ["p - 1 - i >= 0"])], []),
        [["sum", 0, "i", poly("i"), False, [], []]],
        POSITION,
    ),
    "sum: a proof too many": (
        sequent([term("", "i < n")], []),
        [["sum", 0, "i", poly("i"), None, [], []]],
        "There is a proof on a bracket, but no bracket",
    ),
    "sum: an empty range": (
        sequent([term("", "i < n")], [term(coefficient="n")]),
        [["sum", 0, "i", poly("i"), None, [[1, 0]], None]],
        "not a negative constant: -n - 1.",
    ),
    "sum: an empty range, by its own facts": (
        sequent([term("", "i < n")], [term(coefficient="n")]),
        [["sum", 0, "i", poly("i"), None, [[1, 2], [1, 0], [1, 1]], None]],
        POSITION,
    ),
    "sum: m < 0": (
        sequent([term("", "i < n", ["p - 1 - i >= 0"])], [term(coefficient="p")], ["n - p"]),
        [["sum", 0, "i", poly("i"), 0, [[1, 1]], [[1, 1], [1, 0]]]],
        "not a negative constant: -p - 1.",
    ),
    "sum: m > n": (
        sequent([term("", "i < n", ["p - 1 - i >= 0"])], [term(coefficient="p")], ["p"]),
        [["sum", 0, "i", poly("i"), 0, [[1, 1], [1, 0]], [[1, 1]]]],
        "not a negative constant: -n + p - 1.",
    ),
    "rewrite: another value": (
        sequent([X], [term("X[0]", "i < n")]),
        [["rewrite", 0, ONE, [], [factor("X[0]")], [[[[1, 2]], [[1, 2], [1, 0]]]]]],
        PROOF,
    ),
    "rewrite: without proof": (
        sequent([X], [term("X[0]", "i < n")]),
        [["rewrite", 0, ONE, [], [factor("X[0]")], []]],
        "A list of proofs has 0 entries where it must have 1",
    ),
    "rewrite: another coefficient": (
        sequent([X], []),
        [["rewrite", 0, [], [], [factor("X[i]")], []]],
        "A list of proofs has 0 entries where it must have 1",
    ),
    "rewrite: another tensor": (
        sequent([X], []),
        [["rewrite", 0, ONE, [], [factor("Y[i]")], []]],
        "The tensor X has another name",
    ),
    "rewrite: fewer factors": (sequent([X], []), [["rewrite", 0, ONE, [], [], []]], "A list of factors has 0 entries"),
    "rewrite: more indices": (
        sequent([X], []),
        [["rewrite", 0, ONE, [], [factor("X[i, i]")], []]],
        "A list of indices has 2 entries",
    ),
    "rewrite: a new name": (sequent([X], []), [["rewrite", 0, ONE, [], [factor("X[x]")], []]], f"x {BOUND}"),
    "rewrite: a quotient's name": (
        AT_MOST_ONE,
        [["rewrite", 0, ONE, [["r", poly("i"), poly("2")]], [factor("X[i]")], []]],
        "The quotient q has another name or denominator",
    ),
    "rewrite: a denominator": (
        AT_MOST_ONE,
        [["rewrite", 0, ONE, [["q", poly("i"), poly("3")]], [factor("X[i]")], []]],
        "The quotient q has another name or denominator",
    ),
    "rewrite: a quotient that defines itself": (
        AT_MOST_ONE,
        [["rewrite", 0, ONE, [["q", poly("2*q"), poly("2")]], [factor("X[i]")], [[NEVER, NEVER]]]],
        f"q {BOUND}",
    ),
    "rewrite: a quotient, trusting its own bracket": (
        AT_MOST_ONE,
        [["rewrite", 0, ONE, [["q", poly("10"), poly("2")]], [factor("X[i]")], [[NEVER, NEVER]]]],
        PROOF,
    ),
    "rewrite: an earlier quotient, trusting a later one's bracket": (
        sequent([term("X[i]", "i < n", ["r - 5 = 0"], "q = i / 2, r = q / 1")], [], ["1 - n"]),
        [
            [
                "rewrite",
                0,
                ONE,
                [["q", poly("10"), poly("2")], ["r", poly("q"), poly("1")]],
                [factor("X[i]")],
                [[[[1, 0], [1, 2], [1, 5], [2, 7], [2, 3]]] * 2],
            ]
        ],
        PROOF,
    ),
    "quotient: no such quotient": (sequent([X], []), [["quotient", 0, "q", [], []]], "q is not the name of a quotient"),
    "quotient: a range": (sequent([X], []), [["quotient", 0, "i", [], []]], "i is not the name of a quotient"),
    "quotient: itself": (AT_MOST_ONE, [["quotient", 0, "q", poly("q"), [NEVER, NEVER]]], f"q {BOUND}"),
    "quotient: another value": (
        sequent([term("X[q]", "i < n", quotients="q = i / 2")], []),
        [["quotient", 0, "q", poly("i"), [[[1, 4]], [[1, 4]]]]],
        PROOF,
    ),
    "quotient: one that depends on it": (
        sequent([term("X[q]", "i < n", quotients="q = i / 2, r = q / 1")], []),
        [["quotient", 0, "q", poly("r"), [[[1, 6], [1, 4]], [[1, 6], [1, 5]]]]],
        "The quotient r uses itself or a later one",
    ),
    "quotient: a later one, before it": (
        sequent([term("X[x]", "i < n", quotients="q = i / 2, x = q / 1, r = i / 2")], []),
        [["quotient", 0, "q", poly("r"), [[[2, 8], [1, 3], [1, 6]], [[2, 8], [1, 2], [1, 7]]]]],
        "The quotient x uses itself or a later one",
    ),
    "quotient: trusting its own bracket": (AT_MOST_ONE, [["quotient", 0, "q", poly("5"), [NEVER, NEVER]]], PROOF),
    "quotient: trusting a later one's bracket": (
        sequent([term("X[i]", "i < n", ["r - 5 = 0"], "q = i / 2, r = q / 1")], [], ["1 - n"]),
        [["quotient", 0, "q", poly("5"), [[[1, 0], [1, 2], [1, 5], [2, 7], [2, 3]]] * 2]],
        PROOF,
    ),
    "quotient: used in a factor": (
        sequent([term("X[q]", "i < n", quotients="q = i / 2")], []),
        [["quotient", 0, "q", None, None]],
        "The quotient q is used",
    ),
    "quotient: used in the coefficient": (
        sequent([term("X[i]", "i < n", quotients="q = i / 2", coefficient="q")], []),
        [["quotient", 0, "q", None, None]],
        "The quotient q is used",
    ),
    "quotient: used in a quotient": (
        sequent([term("X[r]", "i < n", quotients="q = i / 2, r = q / 2")], []),
        [["quotient", 0, "q", None, None]],
        "The quotient q is used",
    ),
    "quotient: used in a bracket": (
        sequent([term("X[i]", "i < n", ["q >= 0"], "q = i / 2")], []),
        [["quotient", 0, "q", None, None]],
        "The quotient q is used",
    ),
    "quotient: proofs of nothing": (
        sequent([term("X[i]", "i < n", quotients="q = i / 2")], []),
        [["quotient", 0, "q", None, [[], []]]],
        "The quotient q is used",
    ),
    "complement: an equation": (
        sequent([term("X[i]", "i < n", ["i - p = 0"])], []),
        [["complement", 0, 0]],
        "Bracket 0 is an equation",
    ),
    "complement: no bracket": (sequent([X], []), [["complement", 0, 0]], "one of 0 brackets"),
    "complement: not the other sign": (
        sequent([term("X[i]", "i < n", ["i >= 0"])], [X, term("X[i]", "i < n", ["-1 - i >= 0"])]),
        [["complement", 0, 0], ["merge", 0, 2, {"i": "i"}], ["merge", 0, 1, {"i": "i"}]],
        "The steps leave 1 terms",
    ),
    "define: a global name": (sequent([X], []), [["define", 0, "n", ONE, ONE, []]], "n is not a new name"),
    "define: a range": (sequent([X], []), [["define", 0, "i", ONE, ONE, []]], "i is not a new name"),
    "define: a quotient": (AT_MOST_ONE, [["define", 0, "q", ONE, ONE, []]], "q is not a new name"),
    "define: a malformed name": (sequent([X], []), [["define", 0, ["x"], ONE, ONE, []]], MALFORMED_NAME),
    "define: by itself": (sequent([X], []), [["define", 0, "x", poly("x"), ONE, []]], f"x {BOUND}"),
    "define: over a range": (sequent([X], []), [["define", 0, "x", ONE, poly("i + 1"), []]], f"i {BOUND}"),
    "define: over 0": (sequent([X], []), [["define", 0, "x", ONE, [], [[1, 0]]]], "not a negative constant: 0."),
    "define: over what may be 0": (
        sequent([X], []),
        [["define", 0, "x", ONE, poly("n"), [[1, 0], [1, 1], [1, 2]]]],
        POSITION,
    ),
    "merge: two to one": (
        sequent([term("X[i]", "i < n, j < n")], [term("X[a]", "a < n, b < n")]),
        [["merge", 0, 1, {"a": "i", "b": "i"}]],
        "The renaming is not one to one",
    ),
    "merge: one range the less": (
        sequent([term("X[i]", "i < n, j < n")], [term("X[a]", "a < n")]),
        [["merge", 0, 1, {"a": "i"}]],
        "The renaming is not one to one",
    ),
    "merge: another extent": (
        sequent([X], [term("X[i]", "i < n + 1")]),
        [["merge", 0, 1, {"i": "i"}]],
        "The two terms differ in their ranges",
    ),
    "merge: a range for a quotient": (
        sequent([term("X[q]", "i < n", quotients="q = i / 2")], [term("X[i]", "i < n", quotients="q = i / 2")]),
        [["merge", 0, 1, {"i": "q", "q": "i"}]],
        "The two terms differ in their ranges",
    ),
    "merge: another numerator": (
        sequent([term("X[q]", "i < n", quotients="q = i / 2")], [term("X[q]", "i < n", quotients="q = i + 1 / 2")]),
        [["merge", 0, 1, {"i": "i", "q": "q"}]],
        "The two terms differ in their quotients",
    ),
    "merge: a bracket the less": (
        sequent([X], [term("X[i]", "i < n", ["i - p >= 0"])]),
        [["merge", 0, 1, {"i": "i"}]],
        "The two terms differ in their brackets",
    ),
    "merge: an inequality's sign": (
        sequent([term("X[i]", "i < n", ["p - i >= 0"])], [term("X[i]", "i < n", ["i - p >= 0"])]),
        [["merge", 0, 1, {"i": "i"}]],
        "The two terms differ in their brackets",
    ),
    "merge: an inequality for an equation": (
        sequent([term("X[i]", "i < n", ["i - p = 0"])], [term("X[i]", "i < n", ["i - p >= 0"])]),
        [["merge", 0, 1, {"i": "i"}]],
        "The two terms differ in their brackets",
    ),
    "merge: a square for a factor": (
        sequent([term("X[i] X[i]", "i < n")], [X]),
        [["merge", 0, 1, {"i": "i"}]],
        "The two terms differ in their factors",
    ),
    "merge: when nothing is left": (
        sequent([X], [X]),
        [["merge", 0, 1, {"i": "i"}], ["merge", 0, 1, {"i": "i"}]],
        "Step 1: A position is not that of one of 0 terms",
    ),
    "merge: indices exchanged": (
        sequent([term("X[i, j]", "i < n, j < m")], [term("X[j, i]", "i < n, j < m")]),
        [["merge", 0, 1, {"i": "i", "j": "j"}]],
        "The two terms differ in their factors",
    ),
    "merge: another tensor": (
        sequent([X], [term("Y[i]", "i < n")]),
        [["merge", 0, 1, {"i": "i"}]],
        "The two terms differ in their factors",
    ),
    "merge: twice": (
        sequent([X, X], [X]),
        [["merge", 0, 1, {"i": "i"}], ["merge", 0, 1, {"i": "i"}]],
        "The steps leave 1 terms",
    ),
    "merge: the same side": (sequent([X, X], []), [["merge", 0, 1, {"i": "i"}]], "The steps leave 1 terms"),
    "merge: coefficients do not cancel": (
        sequent([term("X[i]", "i < n", coefficient="i")], [term("X[j]", "j < n", coefficient="n")]),
        [["merge", 0, 1, {"j": "i"}]],
        "The steps leave 1 terms",
    ),
}


@pytest.mark.parametrize("label", TAKEN)
def test_a_step_is_refused(label: str) -> None:
    statement, steps, message = TAKEN[label]
    count = sum(len(t["quotients"]) for t in [*statement["left"], *statement["right"]])
    denominators = [[[1, len(statement["assume"])]]] * count  # they are numbers
    refused(certificate(statement, steps, denominators), statement, message)


#: Denominators that can be 0 or less: definitions, assumptions, and the proofs that claim otherwise.
DENOMINATORS: dict[str, tuple[list[tuple[str, ...]], list[str], list[Any], str]] = {
    "zero": ([("floor", "q", "n", "0")], [], [[[1, 0]]], "Denominator 0: The sum of a proof"),
    "nothing known": ([("floor", "q", "n", "k")], [], [[[1, 0]]], "not a negative constant: -k."),
    "may be 0": ([("floor", "q", "n", "k")], ["k"], [[[1, 1], [1, 0]]], "not a negative constant: 0."),
    "by its own quotient": ([("floor", "q", "n", "k")], ["n"], [[[1, 2], [1, 0]]], "Denominator 0: A position is not"),
    "by a later definition": (
        [("floor", "q", "n", "k"), ("max", "m", "1 - k", "0")],
        [],
        [[[1, 1]]],
        "Denominator 0: A position is not",
    ),
}


@pytest.mark.parametrize("label", DENOMINATORS)
def test_a_denominator_is_refused(label: str) -> None:
    defined, assume, proofs, message = DENOMINATORS[label]
    statement = sequent([], [], assume, defined)
    refused(certificate(statement, [], proofs), statement, message)


@pytest.mark.parametrize("data", [None, 1, "", [], [[]], {}, True, 1.5, {1: 2}, {"format": 1}])
def test_nothing_that_is_no_statement_or_certificate_passes(data: Any) -> None:
    statement, proof = made("one_point")
    refused(proof, data, "A statement must have the keys")
    refused(data, statement, "A certificate must have the keys")


def test_work_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polynomials, "MOST_WORK", 20_000)
    statement = {**sequent([term("X[]")], []), "assume": [[[c, f"a{k}"] for k in range(500)] for c in (1, -1)]}
    for proof in ([[1, 0, 0]], [[1, 0]] * 100, {"products": [], "equations": [[0, []]] * 10_000}):
        refused(certificate(statement, [["empty", 0, proof]]), statement, "The check takes more than 20000 operations")
    steps: list[Any] = [["case", 0, [[1, "a0"]]]] * 20_000
    refused(certificate(statement, steps), statement, "The check takes more than 20000 operations")


def test_degrees_and_integers_are_limited() -> None:
    statement = sequent([term("X[]")], [], ["a*b*a*b - 1"])
    refused(certificate(statement, [["empty", 0, [[1, *[0] * 11]]]]), statement, "a degree above 40")
    statement["assume"] = [[[10**59]]]
    refused(certificate(statement, [["empty", 0, [[1, *[0] * 6]]]]), statement, "an integer of over 1024 bits")


def test_a_term_may_not_grow_without_end() -> None:
    statement = sequent([term("X[]")], [], ["a"])
    steps: list[Any] = [["case", k, poly("a")] for k in range(201)]
    refused(certificate(statement, steps), statement, "Step 200: A term has more than 200 ranges")
