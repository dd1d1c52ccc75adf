"""LaTeX documents: whether they compile, and fit."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

NO_PDFLATEX = shutil.which("pdflatex") is None


def typeset(source: str, folder: Path) -> str:
    """The log of pdflatex on a document that compiles, with no box that is too wide."""
    (folder / "d.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "d.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "d.log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert "Overfull" not in log
    return log
