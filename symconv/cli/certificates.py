"""Folders that commands write to, and certificates with their statements, as ``symconv check`` reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        raise ArgumentError(sentence(f"folder={str(folder)!r}", "is no folder", "name another one"))
    check_target(folder)


def make_folder(folder: Path) -> None:
    """The folder, where it is missing; raises ``ArgumentError`` where it cannot be made."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ArgumentError(
            sentence(f"folder={str(folder)!r}", f"cannot be made ({error.strerror})", "name another one")
        ) from None


def write_texts(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """A file of one line for each name, in a folder that is made where it is missing; each is whole or not there."""
    make_folder(folder)
    targets = {folder / name: text for name, text in texts.items()}
    for target in targets:
        check_target(target)
    for target, text in targets.items():
        write_atomically(target, f"{text}\n".encode())
    return list(targets)


def write_certificates(theorems: Iterable[Theorem], folder: Path) -> None:
    """Two files a theorem, named by the digits by which it is cited: its certificate and its statement."""
    from symconv.backing.claim import DIGITS

    texts = {}
    for theorem in theorems:
        digits = theorem.hash[:DIGITS]
        texts[f"{digits}.certificate.json"] = theorem.certificate_text()
        texts[f"{digits}.statement.json"] = dumps(theorem.sequent.json(), separators=(",", ":"))
    write_texts(texts, folder)
