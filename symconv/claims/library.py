"""The claims that ship with symconv."""

from __future__ import annotations

from pathlib import Path

from symconv.shipped import proofs_folder


def chapter_claims() -> Path:
    """The claims of the chapter on multiple input and output channels."""
    return proofs_folder() / "claims" / "chapter.toml"


def is_shipped(folder: Path | None) -> bool:
    """Whether a folder of claims is part of symconv, so that its programs are trusted."""
    return folder is not None and folder.resolve() == (proofs_folder() / "claims").resolve()
