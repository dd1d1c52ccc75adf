"""``symconv check``: what was checked, the verdict, and files that are anything but certificates."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from oracles.certificates import MADE, certificate, made
from symconv.cli.app import app
from symconv.prover.checker import describe

THEOREMS = """
[[theorem]]
name = "good"
statement = "sum(u < k) X[u] = sum(v < k) X[v]"
[[theorem]]
name = "shifted"
counts = ["p"]
where = ["Z[y] = X[y + p]"]
assuming = ["n >= p"]
statement = "for i < n: Z[i] = X[i + p]"
"""
MERGED = [["merge", 0, 1, {}]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a certificate, its statement, and theorems."""
    monkeypatch.chdir(tmp_path)
    statement, proof = made("im2col")
    Path("statement.json").write_text(json.dumps(statement))
    Path("certificate.json").write_text(json.dumps(proof))
    Path("theorems.toml").write_text(THEOREMS)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", *arguments])


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert len(result.stderr) < 1_000
    return result.stderr.removeprefix("symconv: ").strip()


def written(name: str, data: Any) -> str:
    Path(name).write_text(json.dumps(data))
    return name


# ------------------------------------------------------------------ accepted and rejected
@pytest.mark.parametrize("name", MADE)
def test_what_was_checked_and_that_it_is_accepted(folder: Path, name: str) -> None:
    statement, proof = made(name)
    result = run(written("c.json", proof), written("s.json", statement))
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{describe(statement)}\n\naccepted\n"


@pytest.mark.parametrize("name", sorted(set(MADE) - {"nothing"}))
def test_a_step_less_is_rejected(folder: Path, name: str) -> None:
    statement, proof = made(name)
    proof["steps"].pop()
    result = run(written("c.json", proof), written("s.json", statement))
    assert result.exit_code == 1, result.output
    shown, _, verdict = result.stdout.partition("\n\n")
    assert shown == describe(statement)
    assert verdict.startswith("rejected: The steps leave ")


def test_another_statement_is_rejected(folder: Path) -> None:
    result = run("certificate.json", written("s.json", made("swap")[0]))
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (
        1,
        "rejected: The certificate is for another statement.",
    )


# ------------------------------------------------------------------ statements of all kinds
def proved(statement: str, *beside: str) -> str:
    """A certificate that the prover wrote."""
    result = CliRunner().invoke(app, ["prove", "--statement", statement, *beside, "--out", "made"])
    assert result.exit_code == 0, result.output
    return "made/statement.certificate.json"


def test_a_theorem_of_a_file(folder: Path) -> None:
    found = proved("sum(u < k) X[u] = sum(v < k) X[v]")
    assert run(found, "theorems.toml", "--name", "good").exit_code == 0
    assert run(found, ".", "--name", "good").exit_code == 0
    assert run(found, "theorems.toml", "--name", "shifted").exit_code == 1
    assert run(found, "made/statement.statement.json").exit_code == 0


def test_a_file_with_one_theorem_needs_no_name(folder: Path) -> None:
    Path("one.toml").write_text(THEOREMS.partition('[[theorem]]\nname = "shifted"')[0])
    assert run(proved("sum(u < k) X[u] = sum(v < k) X[v]"), "one.toml").exit_code == 0


def test_a_text(folder: Path) -> None:
    text = "sum(u < k) X[u] = sum(v < k) X[v]"
    assert run(proved(text), text).exit_code == 0
    result = run("certificate.json", text)
    assert result.exit_code == 1
    assert result.stdout.startswith("for all integers k\nassuming k - 1 >= 0\nfor all tensors X[_]\n")


def test_a_text_with_what_stands_beside_it(folder: Path) -> None:
    text = "for i < n: Z[i] = X[i + p + r]"
    beside = ("--where", "Z[y] = X[y + p + r]", "--assuming", "n >= p", "--count", "p", "--integer", "r")
    found = proved(text, *beside)
    assert run(found, text, *beside).exit_code == 0
    for option in range(0, len(beside), 2):
        fewer = (*beside[:option], *beside[option + 2 :])
        assert run(found, text, *fewer).exit_code == 1


# ------------------------------------------------------------------ hostile and malformed files
FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is no JSON (Expecting value: line 1 column 1 (char 0))"),
    "words": (b"not JSON", "is no JSON (Expecting value"),
    "half": (b'{"format": 1, "steps": [', "is no JSON (Expecting value"),
    "binary": (b"\x7fELF\x02\x01\xff\xfe", "is no JSON (no text in UTF-8)"),
    "utf16": ('{"format": 1}'.encode("utf-16"), "is no JSON (no text in UTF-8)"),
    "deep": (b"[" * 200_000, "is no JSON (nested too deeply)"),
    "deep_objects": (b'{"a":' * 100_000, "is no JSON (nested too deeply)"),
    "number": (b"9" * 100_000, "is no JSON (a number has thousands of digits)"),
    "large": (b" " * (8 * 2**20 + 1), "is larger than 8,388,608 bytes"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0, 1])
def test_what_is_no_json(folder: Path, name: str, place: int) -> None:
    content, words = FILES[name]
    Path("hostile.json").write_bytes(content)
    arguments = ["certificate.json", "statement.json"]
    arguments[place] = "hostile.json"
    begun = time.perf_counter()
    message = refused(*arguments)
    assert message.startswith(f"file='hostile.json': {words}")
    assert message.endswith("; name a file that symconv prove --out wrote.")
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize(
    "data",
    [
        [], {}, 3, "certificate", None, [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]],
        {"format": 2}, {"format": 1, "statement": "", "denominators": [], "steps": []},
        certificate(made("im2col")[0], []), certificate(made("im2col")[0], [["jump", 0]]),
        certificate(made("im2col")[0], [[]]), certificate(made("im2col")[0], [["merge", 0, 10**50, {}]]),
        certificate(made("im2col")[0], [["empty", 0, [[10**500]]]]), certificate(made("im2col")[0], [[float("nan")]]),
        certificate(made("im2col")[0], MERGED * 30_000),
    ],
)  # fmt: skip
def test_what_is_no_certificate_is_rejected(folder: Path, data: Any) -> None:
    result = run(written("c.json", data), "statement.json")
    assert result.exit_code == 1, result.output
    assert result.stdout.splitlines()[-1].startswith("rejected: ")
    assert len(result.stdout.splitlines()[-1]) < 300
    assert result.stderr == ""


@pytest.mark.parametrize("data", [[], {}, 3, None, {"defined": [], "assume": [], "left": [3], "right": []}])
def test_what_is_no_statement(folder: Path, data: Any) -> None:
    message = refused("certificate.json", written("s.json", data))
    assert message.startswith("statement='s.json': is no statement (")
    assert message.endswith("); name a file that symconv prove --out wrote.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.json", "statement.json"), "file='none.json': cannot be read (No such file or directory); name a file"),
        ((".", "statement.json"), "file='.': is no plain file; name a file that symconv prove --out wrote."),
        (("/dev/zero", "statement.json"), "file='/dev/zero': is no plain file"),
        (("c" * 5_000, "statement.json"), "cannot be read (File name too long)"),
        (("certificate.json", "none.json"), "statement='none.json': is no file that is there, and no text 'a = b';"),
        (("certificate.json", "x" * 5_000), "is no file that is there, and no text 'a = b'"),
        (("certificate.json", "a ="), "proposition='a =': at column 4, the text ends"),
        (("certificate.json", "X[a/b] = 1"), "expression="),
        (("certificate.json", "a = " + "(" * 99 + "a" + ")" * 99), "brackets are nested more than 40 deep"),
        (("certificate.json", "none.toml"), "file='none.toml': cannot be read (No such file or directory)"),
        (("certificate.json", "theorems.toml"), "statement='theorems.toml': has 2 theorems; name one of them with"),
        (("certificate.json", "theorems.toml", "--name", "no"), "has no theorem 'no'; name one of them with --name."),
        (("certificate.json", "statement.json", "--name", "a"), "name='a': is for a file of theorems; leave it out."),
        (("certificate.json", "statement.json", "--count", "a"), "--where, --assuming, --count, --integer: are for"),
        (("certificate.json", "theorems.toml", "--where", "a = 1"), "are for a text; leave them out for a file."),
        (("certificate.json",), "STATEMENT"),
    ],
)  # fmt: skip
def test_refusals(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(*arguments)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo("pipe.json")
    assert "is no plain file" in refused("pipe.json", "statement.json")
    assert "is no plain file" in refused("certificate.json", "pipe.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.one_of(st.binary(max_size=60), JSON.map(lambda data: json.dumps(data).encode())), st.booleans())
def test_whatever_stands_there(tmp_path_factory: pytest.TempPathFactory, content: bytes, is_statement: bool) -> None:
    folder = tmp_path_factory.getbasetemp()
    statement, proof = made("swap")
    (folder / "any.json").write_bytes(content)
    (folder / "good.json").write_text(json.dumps(proof if is_statement else statement))
    names = ["good.json", "any.json"] if is_statement else ["any.json", "good.json"]
    result = run(*(str(folder / name) for name in names))
    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
