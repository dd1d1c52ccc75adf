"""Certificates that a derivation cites, as files that ``symconv check`` reads."""

from __future__ import annotations

from collections.abc import Iterable
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING

from symconv.cli.files import check_target, write_atomically
from symconv.errors import ArgumentError, sentence

if TYPE_CHECKING:
    from symconv.prover.theorem import Theorem


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to, before any work is done for it."""
    if folder.is_dir():
        return
    if folder.exists():
        raise ArgumentError(sentence(f"out={str(folder)!r}", "is no folder", "name another one"))
    check_target(folder)


def write_certificates(theorems: Iterable[Theorem], folder: Path) -> None:
    """Two files a theorem, named by the digits by which it is cited: its certificate and its statement, in JSON."""
    from symconv.backing.claim import DIGITS

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ArgumentError(
            sentence(f"out={str(folder)!r}", f"cannot be made ({error.strerror})", "name another folder")
        ) from None
    for digits, theorem in {theorem.hash[:DIGITS]: theorem for theorem in theorems}.items():
        write_atomically(folder / f"{digits}.certificate.json", f"{theorem.certificate_text()}\n".encode())
        statement = dumps(theorem.sequent.json(), separators=(",", ":"))
        write_atomically(folder / f"{digits}.statement.json", f"{statement}\n".encode())
