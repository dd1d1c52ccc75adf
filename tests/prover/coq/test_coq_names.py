"""Names for Coq: identifiers that mean nothing else, no two the same; numbers, each its own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles.gallina import KEYWORDS, read_theorem
from oracles.replay import formal
from symconv.prover.coq.files import CoqTheorem, theorem_text
from symconv.prover.coq.names import RESERVED, Names, identifier
from symconv.prover.coq.outlined import OutlinedSequent
from symconv.prover.coq.outlining import outlined
from symconv.prover.polynomial import constant, variable
from symconv.prover.sequent import Defined, Quotient, Sequent, Term
from symconv.statements.grammar import parse_outline

NO_STEPS: dict[str, Any] = {"denominators": [], "scale": 1, "steps": []}
#: What the lines around a statement speak of.
SPOKEN_OF = ("R", "Z", "at_", "bool", "certified", "check_statement", "erefl", "nth", "place", "true", "a0", "a17")
ODD = ("_", "__", "x", "x_", "x__", "x_1", "x_2", "x.1", "x.2", "x.1.2", "x_.1", "a0", "a0_", "a1.1", "R.1", "fun.3")
POOL = sorted({*KEYWORDS, *SPOKEN_OF, *ODD, "R_", "forall_", "t", "t_statement", "t_certificate", "_1"})
BEGINNINGS = ("a", "_", "2", "theorem_2", "forall", "theorems", "theorem_forall")
ENDS = ("", "_statement", "_certificate")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def means_nothing_else(name: str) -> bool:
    is_place = re.fullmatch(r"a[0-9]+", name)
    return bool(IDENTIFIER.fullmatch(name)) and name.strip("_") != "" and name not in KEYWORDS and not is_place


@st.composite
def sequents(draw: Any) -> Sequent:
    """A sum of products with names in all their roles."""
    several = draw(st.lists(st.sampled_from(POOL), min_size=8, max_size=14, unique=True))
    free, defined, inner = several[:4], several[4], several[5:]
    tensors = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=4, unique=True))
    bound = draw(st.lists(st.sampled_from(inner), max_size=3, unique=True))
    quotient = next((x for x in inner if x not in bound), None)
    floors = () if quotient is None or not bound else (Quotient(quotient, variable(bound[0]), constant(2)),)
    names = [*free, defined, *bound, *(q.name for q in floors)]
    at = tuple(variable(draw(st.sampled_from(names))) for _ in range(2))
    factors = tuple((tensor, at[: len(tensor) % 3]) for tensor in tensors)
    ranges = tuple((v, variable(draw(st.sampled_from(free)))) for v in bound)
    term = Term(variable(free[0]), ranges, floors, (), factors)
    return Sequent((Defined("max", defined, variable(free[1]), constant(0)),), (variable(free[2]),), (term,), ())


@given(sequents())
def test_no_two_identifiers_are_the_same_and_none_is_reserved(sequent: Sequent) -> None:
    (term,) = sequent.left
    found = read_theorem(theorem_text(CoqTheorem("t", "", OutlinedSequent.plain(sequent), NO_STEPS)).statement)
    assert len(found.integers) == len(sequent.names) - 1
    assert sorted(found.tensors.values()) == sorted(len(at) for _, at in term.factors)
    assert len(found.bound) == len(term.ranges)
    several = [*found.integers, *found.tensors, *found.bound]
    assert len(set(several)) == len(several)
    assert all(map(means_nothing_else, several))
    assert not {"t", "t_statement", "t_certificate", *SPOKEN_OF}.intersection(several)


@given(sequents())
def test_each_name_has_a_number_of_its_own(sequent: Sequent) -> None:
    names = Names.of(OutlinedSequent.plain(sequent), [["split", 0, "x", "new", "newer", [], [], [], []]])
    (term,) = sequent.left
    assert names.numbers.keys() == {*sequent.names, *term.binders, "new", "newer"}
    assert sorted(names.numbers.values()) == list(range(len(names.numbers)))
    assert sorted(names.tensors.values()) == list(range(len(names.tensors)))
    assert [names.numbers[x] for x in names.free] == list(range(len(names.free)))


def test_a_definition_named_like_a_size() -> None:
    told = outlined(parse_outline("sum(u < n) n[u] = sum(u < n) X[u]", where=["n[i] = X[i]"]))
    found = read_theorem(theorem_text(CoqTheorem("t", "", told, NO_STEPS)).statement)
    assert found.integers == ("n",)
    assert found.sides({"n": 3}, lambda _, at: 10 + at[0]) == (33, 33)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("k", "k"),
        ("fun", "fun_"),
        ("R", "R_"),
        ("Z", "Z_"),
        ("nth", "nth_"),
        ("a0", "a0_"),
        ("at_", "at__"),
        ("place", "place_"),
        ("u.2", "u"),
        ("fun.1", "fun_1"),
        ("_", "x_"),
    ],
)
def test_names_are_kept_where_they_can_be(name: str, shown: str) -> None:
    sequent = Sequent((), (variable(name),), (), ())
    assert Names.of(OutlinedSequent.plain(sequent)).identifiers == {name: shown}


def test_what_has_a_good_name_keeps_it() -> None:
    terms = (Term(variable("x.1") + variable("x_") + variable("x") + variable("x_1")),)
    names = Names.of(OutlinedSequent.plain(Sequent((), (), terms, ())))
    assert {x: names.identifiers[x] for x in ("x", "x_", "x_1")} == {"x": "x", "x_": "x_", "x_1": "x_1"}
    assert names.identifiers["x.1"] not in {"x", "x_", "x_1"}


@pytest.mark.parametrize("word", KEYWORDS + SPOKEN_OF[:-2])
def test_words_of_coq_are_reserved(word: str) -> None:
    assert word in RESERVED
    assert identifier(word) == f"{word}_"


def test_names_of_theorems_are_kept_where_they_can_be() -> None:
    for name in ("im2col_1d", "n", "conv_", "theorem", "statement"):
        assert identifier(name) == name


@pytest.mark.parametrize("name", ["_", "__", "2_", "2d", "theorems", "tt", "forall", "if"])
def test_odd_names_of_theorems(name: str) -> None:
    found = identifier(name)
    assert IDENTIFIER.fullmatch(found)
    assert found.strip("_")
    assert found not in ("theorems", "tt", *KEYWORDS)


@given(
    st.lists(st.sampled_from([f"{a}{b}{c}" for a in BEGINNINGS for b in ENDS for c in ("", "_", "__")]), unique=True)
)
def test_no_two_theorems_and_their_data_have_one_name(names: list[str]) -> None:
    found = [identifier(name) for name in names]
    found += [f"{made}_{kind}" for made in found for kind in ("statement", "certificate")]
    assert len(set(found)) == len(found)


def test_a_name_that_only_an_unused_argument_has() -> None:
    told = outlined(parse_outline("Z[m] = X[0]", where=["Z[y] = X[0]"], integers=["m"]))
    found = read_theorem(theorem_text(CoqTheorem("t", "", told, NO_STEPS)).statement)
    assert found.integers == ("m",)
    assert found.sides({"m": 7}, lambda _, at: 5 + at[0]) == (5, 5)


def test_names_that_steps_make_do_not_take_those_that_are_there() -> None:
    term = {"coefficient": [[1]], "ranges": [["v", [[6]]]], "quotients": [], "brackets": [], "factors": []}
    statement = formal({"defined": [], "assume": [], "left": [term], "right": []})
    steps = [
        ["split", 0, "v", "q", "r", [[2]], [[3]], [], []],
        ["join", 0, "q", "r", "v.1", [], []],
        ["define", 0, "f", [], [[1]], []],
        ["point", 0, "v", 0],
    ]
    assert Names.of(OutlinedSequent.plain(statement), steps).numbers == {"v": 0, "f": 1, "q": 2, "r": 3, "v.1": 4}
