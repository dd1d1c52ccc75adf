"""Every theorem of the library is proved, accepted by the independent checker, and told on pages that fit."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from symconv.cli.attempts import Attempt, attempts
from symconv.prover.library import LibraryTheorem, read_theorems, shipped_theorems
from symconv.render.theorems import theorems_document

#: Seconds that a proof may take, and by how much a busy machine may exceed it.
SECONDS, NOISE = 2.0, 4.0
THEOREMS = read_theorems(shipped_theorems())
FILES = sorted({theorem.file for theorem in THEOREMS})


def of_file(file: str) -> list[LibraryTheorem]:
    return [theorem for theorem in THEOREMS if theorem.file == file]


@pytest.mark.parametrize("file", FILES)
def test_every_theorem_is_proved_and_checked(file: str, tmp_path: Path) -> None:
    found = list(attempts(of_file(file), 1, SECONDS * NOISE))
    open_ones = {a.name: f"{a.verdict}: {a.reason}" for a in found if not a.is_done}
    assert not open_ones, f"{len(open_ones)} of {len(found)} theorems are not proved"
    slow = {a.name: round(a.seconds, 2) for a in found if a.seconds > SECONDS * NOISE}
    assert not slow, f"these take more than {SECONDS * NOISE} s"
    if shutil.which("pdflatex") is not None:
        fits_the_page(found, tmp_path)


def fits_the_page(found: list[Attempt], folder: Path) -> None:
    (folder / "d.tex").write_text(theorems_document(found, "Theorems"), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "d.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "d.log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert "Overfull" not in log
    assert "Missing character" not in log


def test_different_theorems_have_different_statements() -> None:
    by_text: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for theorem in THEOREMS:
        by_text.setdefault((theorem.text, theorem.where, theorem.assuming), []).append(theorem.name)
    assert [names for names in by_text.values() if len(names) > 1] == []
