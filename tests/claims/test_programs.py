"""Claims about programs: run only where they may be, traced, and told apart from what they do not call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import symconv as sc
from symconv.claims import Kind, Verdict
from symconv.errors import ClaimError

CLAIM = """
format = 1
programs = "programs.py"
[layers.plain]
kind = "Conv2d"
in_channels = 1
out_channels = 1
kernel_size = [1, 2]
bias = false
input = [1, 1, "h", "w"]
[[claim]]
id = "a"
layer = "plain"
program = "{program}"
exercises = "helper"
input = [[[1, 2, 3]]]
weight = [[[1, 10]]]
gives = [[{gives}]]
"""
HEAD = "import functools\nimport numpy as np\n"
HELPER = "def helper(x, k):\n    return x[0, :, :-1]*k[0, 0, 0] + x[0, :, 1:]*k[0, 0, 1]\n"


def judge(folder: Path, programs: str, program: str = "main", gives: str = "21, 32", **how: Any) -> Verdict:
    (folder / "programs.py").write_text(HEAD + programs)
    (folder / "claims.toml").write_text(CLAIM.format(program=program, gives=gives))
    return sc.audit(folder / "claims.toml", **{"run_programs": True, **how}).verdicts["a"]


def test_a_program_that_takes_the_route_is_proved(tmp_path: Path) -> None:
    verdict = judge(tmp_path, HELPER + "def main(x, k):\n    return helper(x, k)\n")
    assert (verdict.kind, verdict.backing) == (Kind.PROVED, "tested")
    assert verdict.detail == "the output is right, and helper is called"


def test_a_program_that_does_not_is_refuted(tmp_path: Path) -> None:
    verdict = judge(tmp_path, HELPER + "def main(x, k):\n    return [[21, 32]]\n")
    assert (verdict.kind, verdict.counterexample) == (Kind.REFUTED, {"calls": "none"})
    assert verdict.corrected == "a program that calls helper"


def test_the_chapter_claim_is_proved_where_the_matrix_route_is_taken(
    chapter_data: dict[str, Any], tmp_path: Path
) -> None:
    from symconv.claims.library import chapter_claims

    text = chapter_claims().read_text()
    text = text[: text.index("[[claim]]")] + text[text.rindex("[[claim]]") :]
    (tmp_path / "claims.toml").write_text(text)
    program = chapter_claims().with_name("chapter_programs.py").read_text()
    assert "sum((corr2d(" in program
    (tmp_path / "chapter_programs.py").write_text(program.replace("sum((corr2d(", "sum((corr2d_matmul("))
    assert sc.audit(tmp_path / "claims.toml", run_programs=True).verdicts["C28"].kind is Kind.PROVED


@pytest.mark.parametrize("gives", ["21, 33", "21, 32, 0"])
def test_other_values_are_refuted(tmp_path: Path, gives: str) -> None:
    assert judge(tmp_path, HELPER + "main = helper\n", gives=gives).kind is Kind.REFUTED


def test_an_alias_is_the_function_itself(tmp_path: Path) -> None:
    programs = HELPER + "def main(x, k):\n    return helper(x, k)\nalias = helper\n"
    assert judge(tmp_path, programs).kind is Kind.PROVED


WRAPPER = "def logged(f):\n{}    def wrapper(*a):\n        return f(*a)\n    return wrapper\n"
ROUTES = "@logged\ndef other(x, k):\n    return [[21, 32]]\ndef main(x, k):\n    return other(x, k)\n"


def test_functions_under_one_wrapper_are_not_told_apart(tmp_path: Path) -> None:
    """Both run the wrapper's code: to see that is no proof that the one asked for was called."""
    verdict = judge(tmp_path, WRAPPER.format("") + "@logged\n" + HELPER + ROUTES)
    assert verdict.kind is Kind.UNDECIDED
    assert verdict.detail.startswith("helper shares its code with another function")


def test_functions_under_a_proper_wrapper_are(tmp_path: Path) -> None:
    programs = WRAPPER.format("    @functools.wraps(f)\n") + "@logged\n" + HELPER + ROUTES
    assert judge(tmp_path, programs).kind is Kind.REFUTED


def test_a_program_that_raises_is_refuted(tmp_path: Path) -> None:
    verdict = judge(tmp_path, HELPER + "def main(x, k):\n    return 1 // 0\n")
    assert (verdict.kind, verdict.counterexample) == (Kind.REFUTED, {"raises": "ZeroDivisionError"})


@pytest.mark.parametrize("result", ["None", "'text'", "[[1], [2, 3]]", "[[21.0, float('nan')]]", "{}", "lambda: 0"])
def test_odd_results_are_refuted(tmp_path: Path, result: str) -> None:
    assert judge(tmp_path, HELPER + f"def main(x, k):\n    return {result}\n").kind is Kind.REFUTED


@pytest.mark.parametrize("programs", ["1 // 0", "import no_such_module_anywhere", "def main(:", "\0"])
def test_a_file_that_cannot_be_imported(tmp_path: Path, programs: str) -> None:
    with pytest.raises(ClaimError, match=r"programs='programs.py': cannot be imported \(\w+: .*\); mend the file"):
        judge(tmp_path, programs)


@pytest.mark.parametrize("name", ["no_such", "_hidden", "np", "NUMBER"])
def test_what_is_no_function(tmp_path: Path, name: str) -> None:
    with pytest.raises(ClaimError, match=r"is no function of programs.py; name one of its functions"):
        judge(tmp_path, HELPER + "NUMBER = 1\n", program=name)


def test_nothing_runs_unless_allowed(tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel"
    verdict = judge(tmp_path, f"open({str(sentinel)!r}, 'w').close()\n", run_programs=None)
    assert verdict.kind is Kind.UNDECIDED
    assert verdict.detail.startswith("the program was not run: it is code")
    assert not sentinel.exists()


@pytest.mark.parametrize("name", ["../p.py", "/p.py", "a/p.py", "..\\p.py", "p.txt", ".py", "p.py\0", "é.py", 3, ""])
def test_programs_stand_beside_the_claims(name: Any) -> None:
    with pytest.raises(ClaimError, match=r"is no Python file beside the claims file; write programs = 'name.py'"):
        sc.audit({"format": 1, "programs": name, "claim": [{"id": "a", "equal": ["1", "1"]}]})
