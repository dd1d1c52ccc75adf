"""``symconv prove``: verdicts, certificates, documents and counterexamples; and what is refused."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import symconv as sc
from symconv.cli.app import app
from symconv.cli.attempts import attempts
from symconv.cli.prove import _progress
from symconv.cli.statement import shipped_names
from symconv.cli.verdicts import attempts_text
from symconv.errors import TheoremError
from symconv.prover.library import read_theorems, shipped_theorems
from symconv.prover.theorem import Unknown

GOOD = '[[theorem]]\nname = "good"\nsays = "Names do not matter."\nstatement = "sum(u < k) X[u] = sum(v < k) X[v]"\n'
MORE = '[[theorem]]\nname = "more"\nwhere = ["Z[y] = 2*X[y]"]\nstatement = "for i < n: Z[i] = X[i] + X[i]"\n'
BAD = '[[theorem]]\nname = "bad"\nstatement = "for i < n: X[i] = X[i + 1]"\n'
MALFORMED = '[[theorem]]\nname = "malformed"\nstatement = "X[i] ="\n'
UNREADABLE = '[[theorem]]\nname = "unreadable"\nstatement = "X[a/b] = X[a]"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with files of theorems."""
    monkeypatch.chdir(tmp_path)
    Path("two.toml").write_text(GOOD + MORE)
    Path("mixed.toml").write_text(GOOD + BAD + MORE)
    Path("malformed.toml").write_text(GOOD + MALFORMED)
    Path("unreadable.toml").write_text(GOOD + UNREADABLE)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["prove", *arguments])


def data(*arguments: str, status: int = 0) -> list[dict[str, Any]]:
    result = run(*arguments, "--json")
    assert result.exit_code == status, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["theorems"]
    return found


def refused(*arguments: str) -> str:
    before = sorted(os.listdir())
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert sorted(os.listdir()) == before
    return result.stderr.removeprefix("symconv: ").strip()


# ------------------------------------------------------------------ files of theorems
def test_a_table_of_what_is_proved(folder: Path) -> None:
    result = run("two.toml")
    assert result.exit_code == 0, result.output
    header, good, more, blank, summary = result.stdout.splitlines()
    assert header.split() == ["theorem", "verdict", "steps", "seconds", "certificate"]
    assert good.split()[:3] == ["good", "proved", "1"]
    assert (more.split()[:2], blank) == (["more", "proved"], "")
    assert good.split()[4] == data("two.toml")[0]["hash"][:16]
    assert summary.startswith("2 theorems: 2 proved and checked; ")
    assert result.stderr == ""


def test_plain_data(folder: Path) -> None:
    good, more = data("two.toml")
    assert good == {
        "name": "good",
        "says": "Names do not matter.",
        "source": "",
        "statement": "sum(u < k) X[u] = sum(v < k) X[v]",
        "where": [],
        "assuming": [],
        "verdict": "proved",
        "proved": True,
        "checked": True,
        "seconds": good["seconds"],
        "check_seconds": good["check_seconds"],
        "steps": 1,
        "hash": sc.prove("sum(u < k) X[u] = sum(v < k) X[v]").hash,
        "reason": "",
        "counterexample": None,
        "snippet": "",
    }
    assert 0 < good["seconds"] < 60
    assert 0 < good["check_seconds"] < 60
    assert (more["where"], more["checked"]) == (["Z[y] = 2*X[y]"], True)


def test_the_shipped_theorems_are_the_default(folder: Path) -> None:
    (found,) = data("--only", "dot_is_associative")
    assert (found["proved"], found["checked"]) == (True, True)
    assert found["says"] == next(t.says for t in read_theorems(shipped_theorems()) if t.name == "dot_is_associative")


def test_only_some(folder: Path) -> None:
    assert [found["name"] for found in data("mixed.toml", "--only", "*o*")] == ["good", "more"]
    assert [found["name"] for found in data("mixed.toml", "--only", "[gm]o[or]?")] == ["good", "more"]
    assert refused("mixed.toml", "--only", "GOOD") == "only='GOOD': names none of 3 theorems; use * in it."


def test_processes_give_the_same(folder: Path) -> None:
    theorems = read_theorems("mixed.toml")
    together = attempts([*theorems, read_theorems("malformed.toml")[1]], 2, 20.0)
    for one, other in zip(attempts(theorems, 1, 20.0), together, strict=False):
        assert (one.name, one.verdict, one.reason) == (other.name, other.verdict, other.reason)
        assert one.certificate_text == other.certificate_text
    with pytest.raises(TheoremError, match=r"^theorem='malformed': proposition='X\[i\] ='"):
        next(together)


def test_a_process_that_dies_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise BrokenProcessPool

    monkeypatch.setattr("concurrent.futures.process.ProcessPoolExecutor.map", broken)
    assert refused("two.toml", "--jobs", "2") == "--jobs: a process ended before its work was done; use fewer."


# ------------------------------------------------------------------ no
def test_a_false_theorem_is_no(folder: Path) -> None:
    result = run("mixed.toml")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[2].split()[:2] == ["bad", "refuted"]
    assert lines[5:7] == [
        "bad: refuted",
        "  at the smallest sizes n=1, i=0 with X[0] = 1 and 0 elsewhere: left = 1, right = 0",
    ]
    assert lines[-1].startswith("3 theorems: 2 proved and checked, 1 refuted; ")
    assert "import torch" not in result.stdout
    found = data("mixed.toml", status=1)[1]
    assert (found["proved"], found["checked"], found["hash"], found["steps"]) == (False, False, "", 0)
    assert found["counterexample"]["sizes"] == {"n": 1, "i": 0}


def test_the_program_shows_two_numbers(folder: Path) -> None:
    result = run("mixed.toml", "--snippet")
    program = result.stdout.partition("\n\nimport torch")[2].partition("\n\n3 theorems")[0]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(f"import torch{program}", "snippet", "exec"), {})
    assert printed.getvalue() == "left = 1.0\nright = 0.0\n"


def test_unknown_is_no(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(statement: Any, **_: Any) -> Any:
        raise Unknown(statement, "2 terms do not cancel")

    monkeypatch.setattr("symconv.prover.prove.prove", unknown)
    result = run("two.toml")
    assert result.exit_code == 1
    assert "good: unknown\n  2 terms do not cancel\nmore: unknown\n" in result.stdout
    assert "2 theorems: 2 open; " in result.stdout
    assert data("two.toml", status=1)[0]["reason"] == "2 terms do not cancel"


def test_the_checker_decides(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def no(certificate: Any, statement: Any) -> bool:
        asked.append((json.loads(certificate)["format"], str(statement)))
        return False

    monkeypatch.setattr("symconv.prover.prove.check", no)
    result = run("two.toml", "--out", "certificates")
    assert result.exit_code == 1
    assert asked[0] == (1, "sum(u < k) X[u] = sum(v < k) X[v]")
    assert result.stdout.count("NOT ACCEPTED") == 2
    assert "good: proved\n  the independent checker does not accept the certificate\n" in result.stdout
    assert not list(Path("certificates").iterdir())
    assert [(d["proved"], d["checked"]) for d in data("two.toml", status=1)] == [(True, False)] * 2


def test_the_time_limit_is_passed_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    monkeypatch.setattr(
        "symconv.prover.prove.prove", lambda statement, time_limit: given.append(time_limit) or sc.prove(statement)
    )
    run("two.toml", "--time-limit", "7.5")
    assert given == [7.5, 7.5]


# ------------------------------------------------------------------ a statement
def test_a_statement_and_its_proof_in_words(folder: Path) -> None:
    result = run("--statement", "for i < n:  X[i]*V[i] = V[i]*X[i]", "--jobs", "2")
    assert result.exit_code == 0, result.output
    table, statement, proof = result.stdout.split("\n\n")
    assert table.splitlines()[1].split()[:3] == ["statement", "proved", "1"]
    assert statement == "  for i < n: X[i]*V[i] = V[i]*X[i]"
    lines = proof.splitlines()
    assert lines[0] == f"certificate {sc.prove('for i < n: X[i]*V[i] = V[i]*X[i]').hash}"
    assert lines[1] == "proof, accepted by the independent checker"
    assert lines[-1] == "  left and right: are the same sum and cancel"


def test_what_stands_beside_a_statement(folder: Path) -> None:
    words = ["--statement", "sum(u < T) [u >= p]*X[u + r] = sum(u < T) Z[u]*[p <= u]", "--where", "T = k + 1"]
    words += ["--where", "Z[y] = X[y + r]", "--assuming", "k >= p", "--assuming", "r <= 3", "--count", "p"]
    (found,) = data(*words, "--integer", "r")
    assert (found["where"], found["assuming"]) == (["T = k + 1", "Z[y] = X[y + r]"], ["k >= p", "r <= 3"])
    assert found["checked"]
    shown = run(*words, "--integer", "r").stdout
    assert "\n    where T = k + 1\n    where Z[y] = X[y + r]\n    assuming k >= p\n    assuming r <= 3\n" in shown
    result = run("--statement", "[p >= 1] = 1", "--count", "p")
    assert result.exit_code == 1
    assert "p=0" in result.stdout
    assert run("--statement", "[p >= 1] = 1").exit_code == 0
    assert run("--statement", "[p >= 0] = 1", "--count", "p").exit_code == 0
    assert "p=-1" in run("--statement", "[p >= 0] = 1", "--integer", "p").stdout


# ------------------------------------------------------------------ certificates and documents
def test_certificates_are_written_and_accepted(folder: Path) -> None:
    result = run("mixed.toml", "--out", "certificates")
    assert result.exit_code == 1
    names = sorted(os.listdir("certificates"))
    assert names == [f"{name}.{kind}.json" for name in ("good", "more") for kind in ("certificate", "statement")]
    assert result.stdout.splitlines()[-4:] == [f"written: {Path('certificates', name)}" for name in names]
    for name in ("good", "more"):
        certificate, statement = (Path("certificates", f"{name}.{kind}.json") for kind in ("certificate", "statement"))
        assert CliRunner().invoke(app, ["check", str(certificate), str(statement)]).exit_code == 0
        assert CliRunner().invoke(app, ["check", str(certificate), "mixed.toml", "--name", name]).exit_code == 0
    assert run("two.toml", "--out", "certificates").exit_code == 0


def test_nothing_is_half_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    result = run("two.toml", "--out", "certificates")
    assert result.exit_code == 2
    assert "cannot be written (No space left on device)" in result.stderr
    assert os.listdir("certificates") == []


def test_a_document(folder: Path) -> None:
    printed = run("mixed.toml", "--latex")
    assert printed.exit_code == 1
    assert printed.stdout.startswith("\\documentclass")
    assert printed.stdout.count(r"\begin{theorem}") == 3
    assert r"\emph{left and right:} are the same sum and cancel." in printed.stdout
    assert r"\textit{Refuted:} at the smallest sizes n=1, i=0" in printed.stdout
    assert "Theorems of mixed.toml" in printed.stdout
    assert run("mixed.toml", "--tex", "m.tex").stdout == ""
    assert Path("m.tex").read_text().strip() == printed.stdout.strip()
    assert r"\raggedright A statement\par" in run("--statement", "a = a", "--latex").stdout


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_a_pdf(folder: Path) -> None:
    assert run("two.toml", "--pdf", "two.pdf").exit_code == 0
    assert Path("two.pdf").read_bytes().startswith(b"%PDF")


# ------------------------------------------------------------------ what is refused
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.toml",), "file='none.toml': cannot be read (No such file or directory); name a file of theorems"),
        (("malformed.toml",), "theorem='malformed': proposition='X[i] =': at column 7, the text ends"),
        (("malformed.toml", "--out", "certificates"), "theorem='malformed': "),
        (("malformed.toml", "--pdf", "m.pdf"), "theorem='malformed': "),
        (("unreadable.toml",), "theorem='unreadable': "),
        (("--statement", "a ="), "proposition='a =': at column 4, the text ends"),
        (("--statement", "X[a/b] = X[a]"), "expression="),
        (("--statement", "a = a", "--where", "b ="), "definition='b =': at column 4"),
        (("--statement", "a = a", "--assuming", "a"), "condition='a': at column 2"),
        (("--statement", "a = a", "--count", "b"), "name='b': is used nowhere"),
        (("--statement", "a = a", "two.toml"), "--statement: does not go with PATH or --only; choose one of them."),
        (("--statement", "a = a", "--only", "a"), "--statement: does not go with PATH or --only; choose one of them."),
        (("--count", "p", "--where", "T = 1"), "--where, --count: is for a statement of the command line; give"),
        (("two.toml", "--json", "--latex"), "--latex, --tex, --pdf, --json: exclude one another; choose one of them."),
        (("two.toml", "--tex", "no/t.tex"), "the folder 'no' does not exist; make it first, or choose another."),
        (("two.toml", "--out", "two.toml"), "folder='two.toml': is no folder; name another one."),
        (("two.toml", "--out", "no/way"), "the folder 'no' does not exist; make it first, or choose another."),
        (("two.toml", "--jobs", "0"), "--jobs"),
        (("two.toml", "--time-limit", "0"), "--time-limit"),
    ],
)
def test_refusals(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(*arguments)


def test_a_statement_from_the_command_line_is_told_without_a_name(folder: Path) -> None:
    assert refused("--statement", "X[a/b] = X[a]").startswith("expression=")


# ------------------------------------------------------------------ while it runs
def test_progress_is_shown_where_somebody_watches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    (found,) = attempts(read_theorems("two.toml")[:1], 1, 20.0)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with _progress(2) as progress:
        progress(found)
    assert "good: proved" in sys.stderr.getvalue()  # type: ignore[attr-defined]
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with _progress(2) as progress:
        progress(found)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def test_completion_offers_names() -> None:
    assert shipped_names("im2col_") == ["im2col_1d", "im2col_2d", "im2col_3d"]
    assert shipped_names("no such") == []


def test_lines_are_not_long(folder: Path) -> None:
    (found,) = attempts([t for t in read_theorems(shipped_theorems()) if t.name == "composition_channels"], 1, 20.0)
    assert max(map(len, attempts_text([found]).splitlines())) <= 100
