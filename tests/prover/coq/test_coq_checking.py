"""What Coq says of modules, read: which theorem an error is about, and the axioms that are printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from oracles.fake_coq import compiled_by, fake_toolchain
from oracles.formulas import message
from symconv.errors import TheoremError
from symconv.prover.coq.checking import CoqVerdict, axioms_in, check_modules
from symconv.prover.coq.files import TheoremText

LONG = "a_name_of_sixty_four_characters_that_differs_at_its_very_end__"


def text(
    name: str, proof: str = "", statement: str = "  (1\n  = 1)%Z.\n", data: str = "", says: str = ""
) -> TheoremText:
    """A theorem whose text is no more than it takes."""
    return TheoremText(
        name=name,
        identifier=name,
        says=says,
        statement=f"Theorem {name} :\n{statement}",
        proof=f"Proof.\n{proof}Qed.\n",
        data=f"Definition {name}_statement : statement :=\n  {data or 'none'}.\n",
    )


def verdicts(folder: Path, theorems: Sequence[TheoremText]) -> list[CoqVerdict]:
    toolchain = fake_toolchain(folder / "programs")
    (folder / "out").mkdir()
    (found,) = check_modules(toolchain, {"Some": theorems}, folder / "out", checker=folder, jobs=1)
    assert [v.name for v in found] == [t.name for t in theorems]
    assert {v.module for v in found} == {"Some"}
    return found


def refused(found: Sequence[CoqVerdict]) -> list[str]:
    return [v.name for v in found if not v.is_accepted]


def test_all_accepted(tmp_path: Path) -> None:
    found = verdicts(tmp_path, [text("a"), text("b")])
    assert refused(found) == []
    assert [(v.axioms, v.error) for v in found] == [((), "")] * 2
    assert compiled_by(tmp_path / "programs") == ["SomeData", "Some"]


@pytest.mark.parametrize("bad", ["a", "b", "c"])
@pytest.mark.parametrize("part", ["proof", "data", "statement"])
def test_one_refused_and_the_others_accepted(tmp_path: Path, bad: str, part: str) -> None:
    wrong = {"proof": "exact BAD.\n", "data": "x\n  BAD", "statement": "  (1\n  = BAD)%Z.\n"}[part]
    found = verdicts(tmp_path, [text(name, **({part: wrong} if name == bad else {})) for name in "abc"])
    assert refused(found) == [bad]
    assert "Error: no." in next(v.error for v in found if v.name == bad)
    assert "Theorem" in (tmp_path / "out" / "Some.v").read_text()
    assert f"Theorem {bad} " not in (tmp_path / "out" / "Some.v").read_text()


def test_the_first_line_of_a_short_statement(tmp_path: Path) -> None:
    found = verdicts(tmp_path, [text("a"), text("BAD"), text("c")])
    assert refused(found) == ["BAD"]


def test_names_that_begin_alike(tmp_path: Path) -> None:
    proof = "exact BAD.\n"
    names = [f"{LONG}{letter}" for letter in "ab"]
    assert {len(name) for name in names} == {63}
    assert refused(verdicts(tmp_path, [text(names[0]), text(names[1], proof)])) == [names[1]]


def test_a_name_that_is_the_beginning_of_another(tmp_path: Path) -> None:
    assert refused(verdicts(tmp_path, [text("a_b"), text("a", "exact BAD.\n"), text("a_b_c")])) == ["a"]


def test_words_that_look_like_a_theorem(tmp_path: Path) -> None:
    found = verdicts(tmp_path, [text("a"), text("b", "exact BAD.\n", says="Theorem a : (1 = 1)%Z.")])
    assert refused(found) == ["b"]


def test_all_refused(tmp_path: Path) -> None:
    assert refused(verdicts(tmp_path, [text(name, "exact BAD.\n") for name in "ab"])) == ["a", "b"]


def test_an_error_of_no_line_is_one_of_all(tmp_path: Path) -> None:
    found = verdicts(tmp_path, [text("a", "exact BAD.\n"), text("b", "SILENT\n")])
    assert refused(found) == ["a", "b"]
    assert "BAD" not in found[1].error
    assert found[1].error == "Error: no line."


# ------------------------------------------------------------------ axioms
CLASSIC = "classic : forall P : Prop, P \\/ ~ P"


@pytest.mark.parametrize(
    ("output", "axioms"),
    [
        ("Closed under the global context\n", ()),
        ("Chars 0 - 9 [x] 0. secs\nClosed under the global context\nChars 9 - 12 [y] 0. secs\n", ()),
        (f"Axioms:\n{CLASSIC}\n", ("classic",)),
        (f"Chars 0 - 1 [a:b] 0. secs\nAxioms:\n{CLASSIC}\nChars 3 - 4 [Qed.] 0. secs\n", ("classic",)),
        (
            "Axioms:\nReals.sig_not_dec\n  : forall P : Prop, {~ ~ P} + {~ P}\nf_ext'\n  : forall x, x = x\n",
            ("Reals.sig_not_dec", "f_ext'"),
        ),
        (f"Axioms:\n{CLASSIC}\nAxioms:\n{CLASSIC}\nb : nat\n", ("classic", "Axioms", "b")),
    ],
)
def test_axioms_that_are_printed(output: str, axioms: tuple[str, ...]) -> None:
    assert tuple(a for a in axioms_in(output) if a != "Axioms") == tuple(a for a in axioms if a != "Axioms")


def test_nothing_printed() -> None:
    told = message(lambda: axioms_in("Chars 0 - 9 [x] 0. secs"), TheoremError)
    assert told == "Print Assumptions: has printed nothing; see that this version of Coq has it."
