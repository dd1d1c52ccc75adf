"""Documents of theorems: statements as they were written, proofs in words, and pages that TeX sets well."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from oracles.certificates import made
from symconv.cli.attempts import Attempt
from symconv.prover.library import LibraryTheorem, read_theorems, shipped_theorems
from symconv.render.theorems import theorem_latex, theorems_document
from symconv.render.written import written_latex

HOSTILE = "\\input{/etc/passwd} % $ & # _ ^ ~ { } < > | \" ' ` \u00d7 \u4e2d \u00e9"
LONG = ", ".join(f"a{number}*b{number} + i" for number in range(30))


def theorem(text: str = "X[a] = X[a]", says: str = "", **more: tuple[str, ...]) -> LibraryTheorem:
    return LibraryTheorem("one", says, "", text, **more)


def attempt(given: LibraryTheorem, certificate: str = "one_point") -> Attempt:
    """A proof of something else, which is told as if it were the theorem's."""
    statement, proof = made(certificate)
    found = Attempt(given, "proved", 0.0, checked=True, hash=proof["statement"])
    found.__dict__.update(certificate=proof, sequent=statement)
    return found


def typeset(source: str, folder: Path) -> str:
    (folder / "d.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "d.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "d.log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


# ------------------------------------------------------------------ statements
def test_definitions_stay_what_they_are() -> None:
    given = theorem(
        "for i < n: sum(u < T) Z[i + u] = 0",
        where=("T = k + p - 1", "Z[y] = sum(a < k) W[a]*X[y + a - p]*[0 <= y + a - p < h]"),
        assuming=("h >= T", "k divides h"),
        counts=("p",),
    )
    assert written_latex(given) == (
        r"\sum_{u < T} \,Z_{i + u} = 0 \quad \text{for all } i < n \quad \text{assuming } k \mid h,\ h \geq T",
        r"\text{where } T = k{} + p-1",
        r"\text{where } Z_{y} = \sum_{a < k} \,W_{a}\,X_{a + y - p}\,\left[0 \le a + y - p < h\right]",
    )


def test_a_size_that_may_be_negative_keeps_its_conditions() -> None:
    given = theorem("X[q] = X[q]", where=("q = a - b",), assuming=("q >= 0",))
    assert written_latex(given)[0] == r"X_{q} = X_{q} \quad \text{assuming } q \geq 0"


def test_where_a_text_has_no_meaning_by_itself_definitions_are_put_in() -> None:
    given = theorem("for u < 2: Z[u] = X[u]", where=("Z[H_in] = X[H_in]",))
    assert written_latex(given) == (r"X_{u} = X_{u} \quad \text{for all } u < 2",)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_every_shipped_statement_fits_the_page(tmp_path: Path) -> None:
    found = [Attempt(t, "unknown", 0.0, reason="it was not tried") for t in read_theorems(shipped_theorems())]
    source = theorems_document(found, "Theorems of symconv")
    log = typeset(source, tmp_path)
    assert "Overfull" not in log
    assert "Missing character" not in log
    for attempted in found:
        assert rf"\begin{{theorem}}{{{attempted.name.replace('_', chr(92) + '_')}}}" in source
    assert source.count(r"\section*") == len(list(shipped_theorems().glob("*.toml")))
    assert source.count(r"\text{where }") == sum(len(attempted.theorem.where) for attempted in found)


# ------------------------------------------------------------------ what came of them
def test_a_proof_is_told_with_its_certificate() -> None:
    given = theorem(says="It is so.")
    latex = theorem_latex(attempt(given))
    assert "Proof in 2 steps, certificate " + made("one_point")[1]["statement"] in latex
    assert latex.count(r"\item") == 4
    assert r"\item \emph{left and right:} are the same sum and cancel." in latex
    assert "It is so.\n" in latex


def test_no_proof_is_told_with_the_reason() -> None:
    latex = theorem_latex(Attempt(theorem(), "refuted", 0.0, reason="at a=1: left = 0, right = 1"))
    assert r"\textit{Refuted:} at a=1: left = 0, right = 1" in latex
    assert r"\begin{proof}" not in latex


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_words_and_long_formulas_on_a_page(tmp_path: Path) -> None:
    wide = theorem(f"for i < n: X[{LONG}] = X[{LONG}]", says=HOSTILE)
    several = [attempt(wide, name) for name in ("im2col", "maximum", "floor", "swap", "numerator", "cases")]
    log = typeset(theorems_document(several, HOSTILE), tmp_path)
    assert "Overfull" not in log
    assert "passwd" not in re.sub(r"\s", "", log.partition("d.aux")[0])
