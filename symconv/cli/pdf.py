"""A LaTeX document as a PDF, by pdflatex in a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from symconv.errors import ArgumentError, sentence

_SECONDS = 120
_WAY_OUT = "write the source with --tex FILE and typeset it by hand"


def check_pdflatex() -> None:
    """Refuse early where there is no pdflatex."""
    if shutil.which("pdflatex") is None:
        raise ArgumentError(
            sentence("--pdf", "needs pdflatex, which is not installed", f"install TeX Live, or {_WAY_OUT}")
        )


def typeset(document: str) -> bytes:
    """The PDF of a document; raises ``ArgumentError`` with the first complaint of pdflatex where it fails."""
    check_pdflatex()
    with TemporaryDirectory() as folder:
        Path(folder, "document.tex").write_text(document, encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "document.tex"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(type(error).__name__) from None
        pdf = Path(folder, "document.pdf")
        if done.returncode or not pdf.is_file():
            output = done.stdout.decode(errors="replace").splitlines()
            raise _failed(next((line for line in output if line.startswith("!")), f"status {done.returncode}"))
        return pdf.read_bytes()


def _failed(complaint: str) -> ArgumentError:
    return ArgumentError(sentence("--pdf", f"pdflatex failed ({complaint})", _WAY_OUT))
