"""Files for Coq: comments, statements at the edge of what can be said, one text for one theorem each time."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symconv as sc
from oracles.gallina import Theorem, read_theorem
from oracles.propositions import mixed
from symconv.prover.coq.exporting import exported
from symconv.prover.coq.files import CoqTheorem, comment, file_texts, theorem_text
from symconv.prover.coq.outlined import OutlinedSequent
from symconv.prover.library import LibraryTheorem, parse_theorems, read_theorems, shipped_theorems
from symconv.prover.polynomial import ONE, constant, variable
from symconv.prover.reading import read
from symconv.prover.sequent import Bracket, Quotient, Sequent, Term

README = Path(__file__).parents[3] / "README.md"
NO_STEPS: dict[str, Any] = {"denominators": [], "scale": 1, "steps": []}


def written(sequent: Sequent) -> Theorem:
    return read_theorem(theorem_text(CoqTheorem("t", "", OutlinedSequent.plain(sequent), NO_STEPS)).statement)


def entry(**given: Any) -> LibraryTheorem:
    (found,) = parse_theorems({"theorem": [{"name": "t", **given}]})
    return found


# ------------------------------------------------------------------ comments
@given(st.text(alphabet=st.sampled_from("(*)\"' a\n\té\N{SNOWMAN}"), max_size=40))
def test_whatever_is_in_a_comment_it_ends_where_it_should(words: str) -> None:
    said = comment(words)
    if not words:
        assert said == ""
        return
    assert said.isascii()
    assert said.startswith("(*")
    assert said.endswith("*)\n")
    inside = said[2:-3]
    assert "(*" not in said[1:]
    assert "*)" not in said[1:-3]
    assert '"' not in inside


def test_comments_keep_their_words() -> None:
    assert comment("A layer is a sum.") == "(* A layer is a sum. *)\n"
    assert comment('say "é" (*) here') == "(* say '?' ( * ) here *)\n"
    assert comment("x" * 300).split() == ["(*", "x" * 300, "*)"]
    lines = comment("word " * 100).splitlines()
    assert max(map(len, lines)) <= 120
    assert " ".join(" ".join(lines).split()) == f"(* {'word ' * 100}*)"


# ------------------------------------------------------------------ statements at the edge
def test_a_statement_without_names() -> None:
    assert written(Sequent((), (), (Term(ONE),), (Term(ONE),))).sides({}, mixed) == (1, 1)
    assert written(Sequent((), (), (), ())).sides({}, mixed) == (0, 0)
    text = theorem_text(CoqTheorem("t", "", OutlinedSequent.plain(Sequent((), (), (), ())), NO_STEPS))
    assert text.statement == "Theorem t :\n  (0\n  = 0)%Z.\n"
    assert text.proof.replace("\n", " ").endswith("(nth 0%Z [::])). Qed. ")


def test_an_empty_side_and_a_tensor_without_indices() -> None:
    found = written(Sequent((), (), (Term(ONE, (), (), (), (("X", ()),)),), ()))
    assert found.tensors == {"X": 0}
    assert found.sides({}, lambda t, at: 5) == (5, 0)


def test_huge_integers() -> None:
    huge = 10**60 - 7
    one = Term(constant(-huge), (), (), (Bracket(">=", variable("n") - huge),), (("X", (constant(-huge),)),))
    found = written(Sequent((), (variable("n") + huge,), (one,), (Term(constant(huge)),)))
    assert found.sides({"n": huge}, lambda t, at: at[0]) == (huge * huge, huge)
    assert found.sides({"n": huge - 1}, lambda t, at: at[0]) == (0, huge)
    assert [found.is_assumed({"n": n}) for n in (-huge, -huge - 1)] == [True, False]


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (Term(ONE), 1),
        (Term(constant(0)), 0),
        (Term(constant(-1)), -1),
        (Term(variable("n") - 1), 4),
        (Term(1 - variable("n")), -4),
        (Term(-variable("n")), -5),
        (Term(ONE, (("u", variable("n")),)), 5),
        (Term(ONE, (("u", constant(0)),)), 0),
        (Term(ONE, (("u", -variable("n")),)), 0),
        (Term(2 * variable("u") - 7, (("u", variable("n")),)), -15),
        (Term(ONE, (("u", variable("n")),), (), (Bracket("=", variable("u") - 2),)), 1),
        (Term(ONE, (("u", variable("n")),), (), (Bracket(">=", variable("u") - 3),)), 2),
        (Term(ONE, (("u", variable("n")),), (), (Bracket(">=", 1 - variable("u")),)), 2),
        (Term(variable("q"), (("u", variable("n")),), (Quotient("q", variable("u") - 3, constant(2)),)), -4),
    ],
)
@pytest.mark.parametrize("with_tensor", [False, True])
def test_products_with_few_parts(term: Term, value: int, with_tensor: bool) -> None:
    others = (Term(ONE, (), (), (), (("X", (variable("n"),)),)),) if with_tensor else ()
    found = written(Sequent((), (), (term,), others))
    assert found.sides({"n": 5}, lambda t, at: 11)[0] == value


def test_equations_among_what_is_assumed() -> None:
    n, m = variable("n"), variable("m")
    found = written(Sequent((), (n - m, m - n, n - 1), (), ()))
    assert len(found.conditions) == 2
    cases = {(2, 2): True, (2, 3): False, (3, 2): False, (0, 0): False}
    assert {at: found.is_assumed(dict(zip("nm", at, strict=True))) for at in cases} == cases


def test_lines_are_short_where_they_can_be() -> None:
    given = entry(statement="for i < n: " + " + ".join(["sum(u < k) W[u]*X[i + u]"] * 9) + " = 9*Z[i]")
    told = OutlinedSequent.plain(read(given.proposition))
    text = theorem_text(CoqTheorem("t", "", told, NO_STEPS)).statement
    assert max(map(len, text.splitlines())) <= 110
    assert read_theorem(text).sides({"i": 0, "k": 2, "n": 1}, lambda t, at: 1) == (18, 9)


# ------------------------------------------------------------------ whole theorems
def test_definitions_are_left_where_they_stand() -> None:
    given = entry(statement="for i < n: Z[i] = sum(u < k) W[u]*X[i + u]", where=["Z[y] = sum(u < k) X[y + u]*W[u]"])
    text = exported(given, sc.prove(given.proposition))
    assert "let Z_ y := \\sum[ u < k ]" in text.statement
    assert "Tensor 2 " in text.data
    plain = entry(statement="for i < n: X[i] + X[i] = 2*X[i]")
    assert "let " not in exported(plain, sc.prove(plain.proposition)).statement


def test_definitions_with_fractions_are_put_in() -> None:
    given = entry(statement="2*Z[3] = 3*X[3]", where=["Z[y] = X[y] + X[y]/2"])
    text = exported(given, sc.prove(given.proposition)).statement
    assert "let " not in text
    assert read_theorem(text).sides({}, lambda t, at: 4 + at[0]) == (21, 21)


def test_a_theorem_as_one_file() -> None:
    theorem = sc.prove("for i < n: sum(u < k) W[u]*X[i + u] = sum(u < k) X[i + k - 1 - u]*W[k - 1 - u]")
    whole = theorem.coq()
    assert whole == theorem.coq()
    imports, *rest = whole.split("\n\n")
    assert imports.count("From ") == 3
    assert "TheoremData" not in whole
    assert whole.isascii()
    places = [whole.index(part) for part in ("Definition theorem_statement", "Definition theorem_certificate")]
    assert places == sorted(places)
    statement = re.search(r"^Theorem .*?\)%R\.$", whole, re.MULTILINE | re.DOTALL)
    assert statement is not None
    assert statement.start() > places[-1]
    assert read_theorem(statement[0]).sides({"i": 1, "k": 3, "n": 2}, lambda t, at: at[0]) == (8, 8)
    assert rest[-1].splitlines()[-1] == "Print Assumptions theorems."


def test_the_files_of_a_module() -> None:
    texts = [
        theorem_text(CoqTheorem(name, "Says.", OutlinedSequent.plain(ONE_IS_ONE), NO_STEPS)) for name in ("a", "b")
    ]
    found = file_texts("Some", texts)
    assert [*found] == ["SomeData", "Some"]
    assert [found["SomeData"].count(t.data) for t in texts] == [1, 1]
    assert [found["Some"].count(f"(* Says. *)\n{t.statement}{t.proof}") for t in texts] == [1, 1]
    assert "Statements Numbers Certified SomeData.\n" in found["Some"]
    assert "(@a, @b, tt)" in found["Some"]


ONE_IS_ONE = Sequent((), (), (Term(ONE),), (Term(ONE),))

PROGRAM = """
from symconv.prover.coq.files import *
from symconv.prover.coq.outlined import OutlinedSequent
from symconv.prover.coq.outlining import outlined
from symconv.prover.library import read_theorems, shipped_theorems
import symconv as sc
for t in read_theorems(shipped_theorems()):
    if t.file == "layers":
        print(theorem_text(CoqTheorem(t.name, "", outlined(t.outline), dict(denominators=[], scale=1, steps=[]))))
print(sc.prove("for i < n*m: sum(u < k, v < l) [i = u + v]*W[u]*X[v] = sum(v < l, u < k) X[v]*W[u]*[i = v + u]").coq())
"""


def test_two_processes_write_the_same() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert len(said[0]) > 10_000
    assert hashlib.sha256(said[0].encode()).digest() == hashlib.sha256(said[1].encode()).digest()


def test_the_readme_shows_what_is_written() -> None:
    """The theorem in the README is the exported one, with some conditions left out."""
    shown = README.read_text().partition("```coq\n")[2].partition("```")[0]
    known = {t.name: t for t in read_theorems(shipped_theorems())}["composition_1d"]
    whole = " ".join(exported(known, sc.prove(known.proposition)).statement.split())
    first, last = (" ".join(part.split()) for part in shown.split("..."))
    assert len(first) > 200
    assert len(last) > 200
    assert whole.startswith(first)
    assert whole.endswith(last)
