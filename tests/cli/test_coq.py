"""``symconv prove --coq``: what is told, what is written, the exit status; and what is refused before any work."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from oracles.fake_coq import compiled_by, fake_toolchain
from symconv.cli.app import app
from symconv.cli.coq import CoqRun, coq_data, coq_text
from symconv.prover.coq.checking import CoqVerdict
from symconv.prover.coq.data import certificate
from symconv.prover.coq.names import Names

GOOD = '[[theorem]]\nname = "good"\nsays = "Names do not matter."\nstatement = "sum(u < k) X[u] = sum(v < k) X[v]"\n'
MORE = '[[theorem]]\nname = "more"\nwhere = ["Z[y] = 2*X[y]"]\nstatement = "for i < n: Z[i] = X[i] + X[i]"\n'
COUNT = '[[theorem]]\nname = "count"\nstatement = "sum(i < n) 1 = n"\n'
#: The Coq that knows no proofs refuses this word.
REFUSED = '[[theorem]]\nname = "bad"\nstatement = "for i < n: BAD[i] + BAD[i] = 2*BAD[i]"\n'
FALSE = '[[theorem]]\nname = "false"\nstatement = "for i < n: X[i] = X[i + 1]"\n'


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["prove", *arguments])


def coq(*arguments: str, status: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--coq", "--json")
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.stdout)["coq"]
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with files of theorems."""
    monkeypatch.chdir(tmp_path)
    Path("two.toml").write_text(GOOD + MORE)
    Path("mixed.toml").write_text(GOOD + REFUSED + MORE)
    Path("bad.toml").write_text(REFUSED)
    Path("false.toml").write_text(GOOD + FALSE)
    return tmp_path


@pytest.fixture
def programs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Coq that knows no proofs, in the place of any other."""
    programs = folder / "programs"
    fake_toolchain(programs)
    for name in ("mathcomp/zify", "Flocq"):
        (programs / "lib" / "user-contrib" / name).mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return programs


# ------------------------------------------------------------------ with any Coq
def test_a_table_of_what_coq_says(programs: Path) -> None:
    result = run("mixed.toml", "--coq")
    assert result.exit_code == 1, result.output
    _, told = result.stdout.split("\n\ntheorem ", 1)
    lines = told.splitlines()
    assert lines[0].split() == ["proof", "Coq", "9.9", "time", "axioms"]
    assert [line.split()[:3] for line in lines[1:4]] == [
        ["good", "certificate", "accepted"],
        ["bad", "certificate", "REFUSED"],
        ["more", "certificate", "accepted"],
    ]
    assert "bad: File" in told
    assert "Error: no." in told
    assert "2 of 3 certificates accepted by Coq 9.9" in lines[-1]
    assert result.stderr == ""


def test_plain_data(programs: Path) -> None:
    found = coq("mixed.toml", status=1)
    assert (found["version"], found["hand_proofs"]) == ("9.9", [])
    assert [(v["name"], v["file"], v["accepted"]) for v in found["certificates"]] == [
        ("good", "TheoremsMixed", True),
        ("bad", "TheoremsMixed", False),
        ("more", "TheoremsMixed", True),
    ]
    assert [v["axioms"] for v in found["certificates"]] == [[]] * 3
    assert [bool(v["error"]) for v in found["certificates"]] == [False, True, False]


def test_all_that_there_is_is_refused(programs: Path) -> None:
    assert [v["accepted"] for v in coq("bad.toml", status=1)["certificates"]] == [False]


def test_what_is_false_is_not_asked(programs: Path) -> None:
    assert [v["name"] for v in coq("false.toml", status=1)["certificates"]] == ["good"]


def test_a_statement_of_the_command_line(programs: Path) -> None:
    found = coq("--statement", "for i < n: Z[i] = 2*X[i]", "--where", "Z[y] = X[y] + X[y]")
    assert [(v["name"], v["accepted"]) for v in found["certificates"]] == [("theorem", True)]


def test_files_are_written(programs: Path) -> None:
    coq("two.toml", "--out", "out")
    written = {path.name for path in Path("out").iterdir()}
    assert {"TheoremsTwo.v", "TheoremsTwoData.v", "good.certificate.json", "more.statement.json"} <= written
    text = Path("out", "TheoremsTwo.v").read_text()
    assert "(* Names do not matter. *)\nTheorem good " in text
    assert "let Z_ y := " in text
    assert "(@good, @more, tt)" in text


@pytest.mark.parametrize(
    "files", [("a", "a_data"), ("a_data", "a"), ("a-b", "a_b"), ("2", "3"), ("x", "X"), ("a_data", "a", "a_data_data")]
)
def test_each_file_is_a_module_of_its_own(programs: Path, files: tuple[str, ...]) -> None:
    Path("in").mkdir()
    for number, name in enumerate(files):
        Path("in", f"{name}.toml").write_text(GOOD.replace('"good"', f'"good{number}"'))
    found = coq("in")
    assert sorted(v["name"] for v in found["certificates"]) == [f"good{n}" for n in range(len(files))]
    modules = [v["file"] for v in found["certificates"]]
    assert len({*modules, *(f"{module}Data" for module in modules)}) == 2 * len(files)
    said = [name for name in compiled_by(programs) if name.startswith("Theorems")]
    assert sorted(said) == sorted([*modules, *(f"{module}Data" for module in modules)])


def test_without_coq_nothing_is_tried(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("symconv.cli.attempts.attempts", lambda *_, **__: pytest.fail("a proof was tried"))
    before = sorted(os.listdir())
    result = run("two.toml", "--coq", "--out", "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "symconv: coqc: is not installed; run apt-get install coq libcoq-mathcomp libcoq-mathcomp-zify "
        "libcoq-flocq, or leave out --coq.\n"
    )
    assert sorted(os.listdir()) == before


def test_a_folder_that_cannot_be_made(programs: Path) -> None:
    Path("taken").write_text("")
    result = run("two.toml", "--coq", "--out", "taken")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "taken" in result.stderr


# ------------------------------------------------------------------ what is told of a run
def test_hand_proofs_and_their_axioms() -> None:
    certificates = (CoqVerdict("a", "M", True, 0.25), CoqVerdict("b", "M", False, error="Error:\n  no"))
    by_hand = (CoqVerdict("c", "H", True, axioms=("classic", "choice")), CoqVerdict("d", "H", True, axioms=("choice",)))
    run = CoqRun("8.16.1", certificates, by_hand, 12.4)
    lines = coq_text(run).splitlines()
    assert [line.split()[:4] for line in lines[1:3]] == [
        ["a", "certificate", "accepted", "0.25"],
        ["b", "certificate", "REFUSED"],
    ]
    assert [line.split()[:4] for line in lines[3:5]] == [
        ["c", "hand", "proof", "accepted"],
        ["d", "hand", "proof", "accepted"],
    ]
    assert all(name in coq_text(run) for name in ("classic", "choice"))
    assert "b: Error: no" in lines
    assert lines[-1] == (
        "1 of 2 certificates and 2 of 2 hand proofs accepted by Coq 8.16.1 in 12 s; 1 rest on no axiom; "
        "the longest is a, 0.25 s"
    )
    assert not run.is_accepted
    data = coq_data(run)
    assert json.loads(json.dumps(data)) == data
    assert data["hand_proofs"][1] == {
        "name": "d",
        "file": "H",
        "accepted": True,
        "seconds": None,
        "axioms": ["choice"],
        "error": "",
    }


# ------------------------------------------------------------------ with Coq itself
@pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed")
def test_coq_accepts_what_is_proved_and_refuses_what_has_no_steps(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def but_one(names: Names, data: Mapping[str, Any]) -> str:
        return certificate(names, {**data, "steps": data["steps"] if len(data["steps"]) > 1 else []})

    monkeypatch.setattr("symconv.prover.coq.files.certificate", but_one)
    Path("three.toml").write_text(COUNT + GOOD + MORE)
    found = coq("three.toml", "--out", "out", status=1)["certificates"]
    assert [(v["name"], v["accepted"], v["axioms"]) for v in found] == [
        ("count", True, []),
        ("good", False, []),
        ("more", True, []),
    ]
    assert "Error:" in found[1]["error"]
    assert Path("out", "TheoremsThree.vo").exists()
