"""The checker accepts what is proved, says what it checked, and reads JSON with care."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from oracles.certificates import MADE, certificate, made, poly, sequent, term
from oracles.sequents import assumed, evaluate, free_names, hashed
from symconv.prover import checker
from symconv.prover.checker import Rejected, check, check_text, describe, main, statement_hash

FILES = sorted(Path(checker.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("name", MADE)
def test_a_right_certificate_is_accepted(name: str) -> None:
    statement, proof = made(name)
    check(proof, statement)
    check_text(json.dumps(proof), json.dumps(statement).encode())


@pytest.mark.parametrize("name", MADE)
def test_the_statements_made_are_true_and_say_something(name: str) -> None:
    statement, _ = made(name)
    names = free_names(statement)
    seen = set()
    for values in product(range(-1, 4), repeat=len(names)):
        sizes = dict(zip(names, values, strict=True))
        if assumed(statement, sizes):
            left, right = evaluate(statement, sizes, hashed)
            assert left == right
            seen.add(left)
    assert len(seen) > 1 or name in {"empty", "nothing"}


@pytest.mark.parametrize("name", [name for name in MADE if name != "nothing"])
def test_each_step_is_needed(name: str) -> None:
    statement, proof = made(name)
    for k in range(len(proof["steps"])):
        with pytest.raises(Rejected):
            check({**proof, "steps": proof["steps"][:k] + proof["steps"][k + 1 :]}, statement)


def test_monomials_may_come_in_any_order_in_statement_and_certificate() -> None:
    statement, proof = made("reversal")
    shuffled = sequent([term("X[i]", "i < n")], [term("X[0 - i - 1 + n]", "i < n")])
    assert shuffled != statement
    assert statement_hash(shuffled) == statement_hash(statement)
    proof["steps"][0][4] = poly("n - 1")[::-1]
    check(proof, shuffled)


def test_data_are_not_changed() -> None:
    statement, proof = made("im2col")
    check(proof, statement)
    assert (statement, proof) == MADE["im2col"]


def test_the_hash_is_that_of_sorted_json() -> None:
    statement = sequent([term("X[i, 0]", "i < n + 1", ["n - i = 0"])], [], ["n - 1"], [("max", "m", "n", "0")])
    text = (
        '{"assume":[[[-1],[1,"n"]]],"defined":[["max","m",[[1,"n"]],[]]],"left":[{"brackets":[["=",[[-1,"i"],[1,"n"]]]],'
        '"coefficient":[[1]],"factors":[["X",[[[1,"i"]],[]]]],"quotients":[],"ranges":[["i",[[1],[1,"n"]]]]}],"right":[]}'
    )
    assert statement_hash(statement) == hashlib.sha256(text.encode()).hexdigest()


def test_different_statements_have_different_hashes() -> None:
    statements = [statement for statement, _ in MADE.values()]
    assert len({statement_hash(statement) for statement in statements}) == len(statements)


def test_a_denominator_may_be_proved_by_an_assumption_on_its_own_quotient() -> None:
    """k >= 1 since k*q >= 1 and q >= 0 for whatever integer q is: [k <= 0] would make k*q <= 0."""
    statement = sequent([], [], ["k*q - 1", "q"], [("floor", "q", "n", "k")])
    check(certificate(statement, [], [[[1, 0], [1, 2, 1]]]), statement)


def test_earlier_definitions_help_with_denominators() -> None:
    statement = sequent([], [], [], [("max", "m", "k", "1"), ("floor", "q", "n", "m")])
    check(certificate(statement, [], [[[1, 3], [1, 1]]]), statement)


DESCRIBED = """\
for all integers C, k, p
where m = max(k, 2*p - 1)
where q0 = floor((C + p)/(2*k))
assuming C - 1 >= 0
assuming -k^2*p + 3 >= 0
for all tensors W[_, _], X[_], r[]
  sum(0 <= t < C*k, 0 <= a < 2, q = floor(t/k), u = floor((q + 1)/3)) (k - 1)*[k*q - t = 0]*[-a + 1 >= 0]*W[t, 0]*X[u]
  + (-1)*r[]
  + 0*r[]
  + [p >= 0]
=
  m
  + (-q0)*r[]
"""


def test_a_statement_is_described_in_full() -> None:
    bound = term("W[t, 0] X[u]", "t < C*k, a < 2", ["k*q - t = 0", "1 - a >= 0"], "q = t / k, u = q + 1 / 3", "k - 1")
    left = [bound, term("r[]", coefficient="-1"), term("r[]", coefficient="0"), term("", brackets=["p >= 0"])]
    right = [term("", coefficient="m"), term("r[]", coefficient="0 - q0")]
    defined = [("max", "m", "k", "2*p - 1"), ("floor", "q0", "C + p", "2*k")]
    assert describe(sequent(left, right, ["C - 1", "3 - k*k*p"], defined)) == DESCRIBED.rstrip("\n")


def test_nothing_is_described() -> None:
    assert describe(sequent([], [])) == "  0\n=\n  0"
    with pytest.raises(Rejected, match="A statement must have the keys"):
        describe({})


TEXTS: dict[str, tuple[str | bytes, str]] = {
    "no JSON": ("{", "The certificate is not JSON: Expecting property name"),
    "nothing": ("", "The certificate is not JSON: Expecting value"),
    "two values": ("{} {}", "The certificate is not JSON: Extra data"),
    "a byte order mark": ("\ufeff{}", "The certificate is not JSON"),
    "no UTF-8": (b"\xff\xfe{}", "The certificate is not JSON: 'utf-8' codec"),
    "a float": ('{"format": 1.0}', "The number 1.0 is not an integer"),
    "an exponent": ('{"format": 1e0}', "The number 1e0 is not an integer"),
    "an infinite exponent": ('{"format": 1e999}', "The number 1e999 is not an integer"),
    "NaN": ('{"format": NaN}', "The number NaN is not an integer"),
    "infinity": ('{"format": -Infinity}', "The number -Infinity is not an integer"),
    "a long integer": ('{"format": 1' + "0" * 60 + "}", "An integer has more than 60 digits"),
    "a very long integer": ('{"format": 1' + "0" * 100_000 + "}", "An integer has more than 60 digits"),
    "a key twice": ('{"format": 1, "format": 1}', "An object has a key twice"),
    "a key twice, inside": ('{"steps": [["merge", 0, 1, {"i": "i", "i": "j"}]]}', "An object has a key twice"),
    "deep lists": ("[" * 17 + "]" * 17, "The certificate is nested more than 16 deep"),
    "very deep lists": ("[" * 1_000_000, "The certificate is nested more than 16 deep"),
    "very deep objects": ('{"a":' * 1_000_000, "The certificate is nested more than 16 deep"),
    "too long": (" " * (8 * 2**20 + 1), "The certificate has more than 8388608 bytes"),
    "too long, in bytes": (b" " * (8 * 2**20 + 1), "The certificate has more than 8388608 bytes"),
}


@pytest.mark.parametrize("label", TEXTS)
def test_a_text_is_refused(label: str) -> None:
    text, message = TEXTS[label]
    with pytest.raises(Rejected, match=message):
        check_text(text, "{}")


def test_the_statement_is_read_with_the_same_care() -> None:
    _, proof = made("reversal")
    with pytest.raises(Rejected, match="The statement is nested more than 16 deep"):
        check_text(json.dumps(proof), "[" * 17)


def test_integers_of_60_digits_are_read() -> None:
    statement = sequent([term("X[]")], [term("X[]")])
    for t in (*statement["left"], *statement["right"]):
        t["coefficient"] = [[-int("9" * 60)]]
    check_text(json.dumps(certificate(statement, [["merge", 0, 1, {}]])), json.dumps(statement))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    statement, proof = made("one_point")
    paths = tmp_path / "certificate.json", tmp_path / "statement.json"
    for path, data in zip(paths, (proof, statement), strict=True):
        path.write_text(json.dumps(data))
    return paths


def test_main_prints_what_was_checked(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(path) for path in files]) == 0
    assert capsys.readouterr().out == describe(made("one_point")[0]) + "\naccepted\n"


def test_main_says_why_not(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    proof = made("one_point")[1]
    files[0].write_text(json.dumps({**proof, "steps": []}))
    assert main([str(path) for path in files]) == 1
    assert capsys.readouterr().out.endswith("\nrejected: The steps leave 2 terms.\n")
    files[1].write_text("{}")
    assert main([str(path) for path in files]) == 1
    assert capsys.readouterr().out.startswith("rejected: A statement must have the keys")


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "b", "c"]])
def test_main_tells_its_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == "Usage: python -m symconv.prover.checker CERTIFICATE STATEMENT\n"


def test_main_needs_its_files(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(files[0]), str(files[1]) + ".no"]) == 2
    assert capsys.readouterr().err.startswith("A file cannot be read: ")


def test_it_runs_as_a_program(files: tuple[Path, Path]) -> None:
    command = [sys.executable, "-m", "symconv.prover.checker", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "accepted", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_checker_imports_the_standard_library_and_itself(path: Path) -> None:
    assert len(FILES) == 6
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[Any] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names = [node.module]
        for name in names:
            own = name.startswith("symconv.prover.checker.")
            assert own or name.split(".")[0] in sys.stdlib_module_names


FACTS = [
    *("n - k*q", "k*q + k - n - 1"),  # q = floor(n/k)
    *("m - n", "m - p", "-m^2 + m*n + m*p - n*p"),  # m = max(n, p)
    *("k - 1", "p"),  # assumptions
    *("i", "-i + n - 1", "j", "-j + m - 1"),  # ranges
    *("i - p", "j - x", "-j + x"),  # brackets
    *("i - 2*x", "-i + 2*x + 1", "x - 3*y", "-x + 3*y + 2"),  # quotients
]


def test_the_facts_of_a_term_are_these_in_this_order() -> None:
    """A proof that is a single fact is refused, with the fact in the message."""
    whole = term("X[i]", "i < n, j < m", ["i - p >= 0", "j - x = 0"], "x = i / 2, y = x / 3")
    defined = [("floor", "q", "n", "k"), ("max", "m", "n", "p")]
    statement = sequent([whole], [], ["k - 1", "p"], defined)
    denominators = [[[1, 2], [1, 0]], [[1, 7]], [[1, 7]]]
    texts = []
    for k in range(len(FACTS) + 1):
        with pytest.raises(Rejected) as caught:
            check(certificate(statement, [["empty", 0, [[1, k]]]], denominators), statement)
        texts.append(str(caught.value).split(": ")[-1].removesuffix("."))
    assert texts[:-1] == [str_of(text) for text in FACTS]
    assert texts[-1] == "A position is not that of one of 18 facts"


def str_of(text: str) -> str:
    """The text as the checker orders its monomials: by degree, then by names."""
    (line,) = (x for x in describe(sequent([], [], [text.replace("m^2", "m*m")])).splitlines() if "assuming" in x)
    return line.removeprefix("assuming ").removesuffix(" >= 0")
