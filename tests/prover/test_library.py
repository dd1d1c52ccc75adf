"""Files of theorems: what is read, and one clear ``TheoremError`` for all that is malformed or hostile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symconv as sc
from symconv.errors import TheoremError
from symconv.prover.library import LibraryTheorem, parse_theorems, read_theorems, shipped_theorems

ONE = {"name": "one", "statement": "X[a] = X[a]"}
FULL = """
[[theorem]]
name = "shifted"
says = '''Two
  lines.'''
source = "Somebody, 1999"
counts = ["p"]
integers = ["i0"]
where = ["T = k + p", "Z[y] = X[y + i0]"]
assuming = ["n >= T"]
statement = "for i < n: sum(u < T) Z[i + u] = sum(u < k + p) X[i + u + i0]"
"""


def refused(path: Any) -> str:
    with pytest.raises(TheoremError) as caught:
        read_theorems(path)
    return plain(caught.value)


def plain(error: Exception) -> str:
    message = str(error)
    assert "\n" not in message
    assert len(message) < 1_200
    assert message.endswith(".")
    return message


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my_theorems.toml"


# ------------------------------------------------------------------ what is read
def test_an_entry_with_everything(file: Path) -> None:
    file.write_text(FULL)
    (theorem,) = read_theorems(file)
    assert theorem == LibraryTheorem(
        name="shifted",
        says="Two lines.",
        source="Somebody, 1999",
        text="for i < n: sum(u < T) Z[i + u] = sum(u < k + p) X[i + u + i0]",
        where=("T = k + p", "Z[y] = X[y + i0]"),
        assuming=("n >= T",),
        counts=("p",),
        integers=("i0",),
        file="my_theorems",
    )
    names = {s.name: (s.is_positive, s.is_nonnegative) for s in theorem.proposition.parameters}
    assert names == {"n": (True, True), "k": (True, True), "p": (None, True), "i0": (None, None)}
    assert str(theorem.proposition.left) == str(theorem.proposition.right)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        tmp_path.joinpath(f"{name}.toml").write_text(FULL.replace("shifted", f"in_{name}"))
    tmp_path.joinpath("notes.txt").write_text("not toml")
    assert [(t.name, t.file) for t in read_theorems(str(tmp_path))] == [("in_a", "a"), ("in_b", "b"), ("in_c", "c")]


def test_the_shipped_theorems() -> None:
    folder = shipped_theorems()
    found = read_theorems(folder)
    assert len(found) == sum(path.read_text().count("[[theorem]]") for path in folder.glob("*.toml"))
    assert {t.file for t in found} == {path.stem for path in folder.glob("*.toml")}
    assert all(t.says.endswith(".") for t in found)


def test_reading_loads_no_sympy() -> None:
    code = "import sys; from symconv.prover.library import *; read_theorems(shipped_theorems())\n"
    code += "print([m for m in ('sympy', 'torch', 'lark', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_installed_package_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symconv.shipped._PACKAGE", tmp_path / "symconv")
    assert shipped_theorems() == tmp_path / "proofs" / "theorems"
    (tmp_path / "symconv" / "proofs").mkdir(parents=True)
    assert shipped_theorems() == tmp_path / "symconv" / "proofs" / "theorems"


# ------------------------------------------------------------------ what is refused
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not toml", "is no TOML ("),
        (b"\xff\xfe\x00\x01", "is no TOML ('utf-8' codec"),
        (b"theorem = " + b"[" * 100_000, "is no TOML (nested too deeply); see proofs/theorems for examples."),
        (b"theorem = " + b"9" * 5_000, "is no TOML (Exceeds the limit"),
        (b"#" * 1_000_001, "is larger than 1,000,000 bytes; split it into several files."),
        (b"", "theorems=0: must be from 1 to 2000; add [[theorem]] or split."),
        (b"title = 'a'", "file: 'title': is not known; write [[theorem]] entries only."),
        (b"theorem = 3", "theorem=3: is no list of tables; write [[theorem]]."),
        (b"theorem = [1]", "theorem=[1]: is no list of tables; write [[theorem]]."),
        (b"[theorem]\nname = 'a'", "theorem={'name': 'a'}: is no list of tables; write [[theorem]]."),
    ],
)
def test_files(file: Path, content: bytes, message: str) -> None:
    file.write_bytes(content)
    assert message in refused(file)


@pytest.mark.parametrize("path", ["no/such.toml", "/dev/zero", "a\0b", "", 3, object(), "a" * 5_000])
def test_what_is_no_file(path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message = refused(path)
    assert message.startswith(("file=", "folder="))
    assert message.endswith("; name a file of theorems in TOML, or a folder of such files.")


def test_folders_without_files_and_with_too_many(tmp_path: Path) -> None:
    assert f"folder={str(tmp_path)!r}: has 0 files *.toml of 1 to 200" in refused(tmp_path)
    for number in range(201):
        (tmp_path / f"{number}.toml").touch()
    assert "has 201 files *.toml of 1 to 200" in refused(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert "is no plain file" in refused(tmp_path)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{"statement": "a = a"}], "theorem 1: name=None: is no name; use letters a to z, digits and '_', at most 64."),
        ([ONE, {**ONE, "name": "A"}], "theorem 2: name='A': is no name"),
        ([{**ONE, "name": "a" * 65}], "is no name"),
        ([{**ONE, "name": "../a"}], "theorem 1: name='../a': is no name"),
        ([{**ONE, "name": "a\n"}], "is no name"),
        ([{**ONE, "name": 10**5_000}], "theorem 1: name=a very large number: is no name"),
        ([{"name": "one"}], "theorem='one': statement=None: is no text; write statement = 'for ...: a = b'."),
        ([{**ONE, "statement": ["a = a"]}], "theorem='one': statement=['a = a']: is no text"),
        ([{**ONE, "proof": "easy"}], "theorem='one': 'proof': is not known; use name, statement, says, source, where,"),
        ([{**ONE, 3: 4}], "theorem='one': 3: is not known"),
        ([{**ONE, "says": 3}], "theorem='one': says=3: is no text; quote says."),
        ([{**ONE, "source": []}], "theorem='one': source=[]: is no text; quote source."),
        ([{**ONE, "says": "\x1b[2J"}], "theorem='one': says='\\x1b[2J': has more than 1000 characters, or some that"),
        ([{**ONE, "says": "a" * 1_001}], "has more than 1000 characters, or some that cannot be printed; write one"),
        ([{**ONE, "where": "a = 1"}], "theorem='one': where='a = 1': is no list of at most 40 texts; write where ="),
        ([{**ONE, "assuming": [True]}], "theorem='one': assuming=[True]: is no list of at most 40 texts"),
        ([{**ONE, "counts": {"a": 1}}], "theorem='one': counts={'a': 1}: is no list of at most 40 texts"),
        ([{**ONE, "integers": ["a"] * 41}], "is no list of at most 40 texts; write integers = ['...']."),
        ([ONE] * 2_001, "theorems=2001: must be from 1 to 2000; split them into several files."),
    ],
)
def test_entries(entries: list[Any], message: str) -> None:
    with pytest.raises(TheoremError) as caught:
        parse_theorems({"theorem": entries})
    assert message in plain(caught.value)


def test_a_name_is_given_once_also_in_two_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(FULL)
    assert refused(tmp_path) == "name='shifted': names 2 theorems (a.toml, b.toml); give each its own name."
    (tmp_path / "b.toml").write_text(FULL.replace("shifted", "other") + FULL.replace("shifted", "other"))
    assert refused(tmp_path) == "name='other': names 2 theorems (b.toml); give each its own name."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"statement": "X[a] ="}, "theorem='one': proposition='X[a] =': at column 7, the text ends, where"),
        ({"statement": "__import__('os').system('touch sentinel') = 1"}, "theorem='one': proposition="),
        ({"statement": "(" * 100 + "a" + ")" * 100 + " = a"}, "brackets are nested more than 40 deep"),
        ({"statement": "a" * 4_001 + " = a"}, "of at most 4000; split it into several texts."),
        ({"statement": "9**9**9 = a"}, "theorem='one': proposition="),
        ({"where": ["Z[y] = X[y]"]}, "theorem='one': name='Z': is used nowhere; use it, or leave it out."),
        ({"where": ["X[y] = "]}, "theorem='one': definition='X[y] = ': at column 8, the text ends"),
        ({"assuming": ["a"]}, "theorem='one': condition='a': at column 2, the text ends, where"),
        ({"counts": ["b"]}, "theorem='one': name='b': is used nowhere; use it, or leave it out."),
        ({"counts": ["a"], "integers": ["a"]}, "theorem='one': name='a': is listed twice; list it in one role."),
        ({"integers": [""]}, "theorem='one': "),
    ],
)
def test_statements_are_read_by_the_grammar_alone(changes: dict[str, Any], message: str) -> None:
    (theorem,) = parse_theorems({"theorem": [{**ONE, **changes}]})
    with pytest.raises(TheoremError) as caught:
        _ = theorem.proposition
    assert message in plain(caught.value)


def test_a_statement_without_a_name_is_told_without_one() -> None:
    with pytest.raises(TheoremError, match=r"^proposition='a': at column 2"):
        _ = LibraryTheorem("", "", "", "a").proposition


WORDS = st.sampled_from(["a", "X[a] = X[a]", "a = 1", "1/0 = a", "", "é", "\x1b", "for", "a >= 1", "9" * 40, "a" * 70])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["name", "says", "source", "statement", "where", "assuming", "counts", "integers", "more"])


@given(
    st.lists(st.dictionaries(KEYS, WORDS | st.lists(WORDS, max_size=2) | VALUES).map(lambda d: {**ONE, **d})), VALUES
)
def test_whatever_stands_there(entries: list[dict[str, Any]], more: Any) -> None:
    for data in ({"theorem": entries}, {"theorem": more}, {"theorem": entries, "more": more}):
        try:
            for theorem in parse_theorems(data):
                assert isinstance(theorem.proposition.tensors, dict)
        except TheoremError as error:
            plain(error)


def test_public_names() -> None:
    assert sc.TheoremError is TheoremError
    assert issubclass(TheoremError, sc.SymconvError)
    for name in ("Refuted", "Theorem", "Unknown", "check", "prove"):
        assert name in sc.__all__
        assert getattr(sc, name).__module__.startswith("symconv.prover.")
