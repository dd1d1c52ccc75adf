"""What ships with symconv beside its code, in the folder ``proofs``: theorems, claims, and their check in Coq."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def proofs_folder() -> Path:
    """The folder ``proofs``: inside the installed package, or at the top of the checkout.

    >>> sorted(path.name for path in proofs_folder().iterdir() if path.name in ("claims", "theorems"))
    ['claims', 'theorems']
    """
    installed = _PACKAGE / "proofs"
    return installed if installed.is_dir() else _PACKAGE.parent / "proofs"
