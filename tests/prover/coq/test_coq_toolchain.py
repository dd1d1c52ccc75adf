"""Where Coq is missing, in part or in whole; what is kept of a compilation, and for how long."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from oracles.fake_coq import compiled_by, fake_toolchain
from oracles.formulas import message
from symconv.errors import TheoremError
from symconv.prover.coq.building import compile_file, compile_folder
from symconv.prover.coq.shipped_files import cache_folder, compiled_checker, compiled_hand_proofs, hand_proofs
from symconv.prover.coq.toolchain import find_toolchain
from symconv.shipped import proofs_folder

WAY_OUT = "run apt-get install coq libcoq-mathcomp libcoq-mathcomp-zify libcoq-flocq, or leave out --coq."
LIBRARIES = {"mathcomp": "libcoq-mathcomp", "mathcomp/zify": "libcoq-mathcomp-zify", "Flocq": "libcoq-flocq"}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a Coq that has all libraries; there is no other."""
    folder = tmp_path / "programs"
    fake_toolchain(folder)
    for name in LIBRARIES:
        (folder / "lib" / "user-contrib" / name).mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


# ------------------------------------------------------------------ the installation
def test_an_installation(programs: Path) -> None:
    found = find_toolchain()
    assert (found.coqc, found.coqdep, found.version) == (str(programs / "coqc"), str(programs / "coqdep"), "9.9")


@pytest.mark.parametrize("missing", ["coqc", "coqdep"])
def test_a_program_is_missing(programs: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setenv("PATH", str(programs))
    (programs / missing).unlink()
    assert message(find_toolchain) == f"coqc: is not installed; {WAY_OUT}"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_missing(programs: Path, library: str) -> None:
    folder = programs / "lib" / "user-contrib"
    shutil.rmtree(folder / library)
    told = f"library={library}: of {LIBRARIES[library]} is missing in {folder}; {WAY_OUT}"
    assert message(find_toolchain) == told


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 3\n", "#!/no/such/program\n"])
def test_a_program_that_does_not_run(programs: Path, script: str) -> None:
    (programs / "coqc").write_text(script)
    told = message(find_toolchain)
    assert told.startswith(f"coqc={str(programs / 'coqc')!r}: does not run (")
    assert told.endswith(f"; {WAY_OUT}")
    assert len(told) < 700


def test_a_program_that_says_nothing(programs: Path) -> None:
    (programs / "coqc").write_text("#!/bin/sh\n")
    assert message(find_toolchain).startswith(f"coqc={str(programs / 'coqc')!r}: ")


# ------------------------------------------------------------------ compiling
def test_files_are_compiled_after_those_they_need(tmp_path: Path) -> None:
    toolchain, work = fake_toolchain(tmp_path / "programs"), tmp_path / "work"
    work.mkdir()
    for name, text in {"A": "B C", "B": "C", "C": "", "D": "BAD", "E": "D", "F": "E", "G": "C"}.items():
        needs = f"From Symconv Require Import {text}.\n" if text not in ("", "BAD") else f"{text}\n"
        (work / f"{name}.v").write_text(needs)
    found = {c.name: c for c in compile_folder(toolchain, work, 1)}
    order = compiled_by(tmp_path / "programs")
    assert sorted(order) == ["A", "B", "C", "D", "G"]
    assert order.index("C") < order.index("B") < order.index("A")
    assert {name for name, c in found.items() if c.is_accepted} == {"A", "B", "C", "G"}
    assert (found["E"].error, found["F"].error) == (
        "D.v, which it needs, is refused",
        "E.v, which it needs, is refused",
    )
    assert found["D"].error.endswith("Error: no.")


def test_a_file_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toolchain = fake_toolchain(tmp_path)
    Path(toolchain.coqc).write_text("#!/bin/sh\nexec sleep 20\n")
    monkeypatch.setattr("symconv.prover.coq.building.TIME_LIMIT", 0.2)
    found = compile_file(toolchain, tmp_path, (), "A")
    assert (found.is_accepted, found.error) == (False, "not done after 0 seconds")


def test_a_compiler_that_dies_without_a_word(tmp_path: Path) -> None:
    toolchain = fake_toolchain(tmp_path)
    Path(toolchain.coqc).write_text("#!/bin/sh\nexit 137\n")
    assert compile_file(toolchain, tmp_path, (), "A").error == "exit status 137"


# ------------------------------------------------------------------ what is kept
def test_what_ships_is_compiled_once_for_each_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    programs, seen = tmp_path / "programs", []
    toolchain = fake_toolchain(programs)
    folder = compiled_checker(toolchain, 1, lambda c: seen.append(c.name))
    files = {file.stem for file in (proofs_folder() / "coq").glob("*.v")}
    assert folder.parent == cache_folder() == tmp_path / "cache" / "symconv" / "coq"
    assert {file.stem for file in folder.glob("*.vo")} == files == {*seen}
    assert sorted(compiled_by(programs)) == sorted(files)

    assert compiled_checker(toolchain, 1, lambda c: seen.append(c.name)) == folder
    assert len(seen) == len(compiled_by(programs)) == len(files)

    assert compiled_checker(fake_toolchain(programs, "9.10"), 1, lambda c: None) != folder
    by_hand = compiled_hand_proofs(toolchain, 1, lambda c: None)
    assert {file.stem for file in by_hand.glob("*.vo")} == {proof.file for proof in hand_proofs()}
    assert not list(cache_folder().glob(".*"))


def test_nothing_is_kept_of_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    toolchain = fake_toolchain(tmp_path / "programs")
    text = Path(toolchain.coqc).read_text()
    Path(toolchain.coqc).write_text(text.replace("BAD", "shows_geP"))
    told = message(lambda: compiled_checker(toolchain, 1, lambda c: None), TheoremError)
    assert re.match(r'file=\w+\.v: is refused by Coq \(File "', told)
    assert told.endswith("; install it anew.")
    assert not list(cache_folder().iterdir())


def test_the_hand_proofs_that_are_named_are_in_their_files() -> None:
    proofs = hand_proofs()
    assert len({proof.name for proof in proofs}) == len(proofs) == 40
    for proof in proofs:
        text = (proofs_folder() / "coq" / "hand" / f"{proof.file}.v").read_text()
        assert f"Theorem {proof.name} " in text or f"Theorem {proof.name}:" in text
        assert "Admitted" not in text
        assert proof.says.endswith(".")
