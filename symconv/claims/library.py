"""Where the claims that ship with symconv lie: in the package when it is installed, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def proofs_folder() -> Path:
    """The folder ``proofs``: inside the installed package, or at the top of the checkout."""
    installed = _PACKAGE / "proofs"
    return installed if installed.is_dir() else _PACKAGE.parent / "proofs"


def chapter_claims() -> Path:
    """The claims of the chapter on multiple input and output channels."""
    return proofs_folder() / "claims" / "chapter.toml"


def is_shipped(folder: Path | None) -> bool:
    """Whether a folder of claims is part of symconv, so that its programs are trusted."""
    return folder is not None and folder.resolve() == (proofs_folder() / "claims").resolve()
