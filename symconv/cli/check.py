"""``symconv check``: a certificate judged by the independent checker, and what it was judged for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symconv.cli.statement import Assuming, Count, Integer, Texts, Where, shipped_names, theorem_of
from symconv.errors import ArgumentError, SymconvError, TheoremError, sentence

if TYPE_CHECKING:
    from symconv.prover.library import LibraryTheorem

_WAY_OUT = "name a file that symconv prove --out wrote"


def check(
    certificate: Annotated[Path, typer.Argument(metavar="CERT", help="A certificate in JSON.")],
    statement: Annotated[
        str,
        typer.Argument(metavar="STATEMENT", help="A statement in JSON, a file of theorems in TOML, or a text 'a = b'."),
    ],
    *,
    name: Annotated[str | None, typer.Option(help="Which theorem of the file.", autocompletion=shipped_names)] = None,
    where: Where = None,
    assuming: Assuming = None,
    count: Count = None,
    integer: Integer = None,
) -> None:
    """Check a proof without trusting who made it.  Exit status: 0 accepted, 1 rejected, 2 bad input."""
    from symconv.cli.files import emit
    from symconv.prover import checker

    content = _content(certificate)
    _parsed(content, certificate)
    sequent = _sequent(statement, name, (where, assuming, count, integer))
    try:
        described = checker.describe(_parsed(sequent, statement))
    except checker.Rejected as why:
        raise TheoremError(
            sentence(f"statement={_short(statement)!r}", f"is no statement ({str(why).rstrip('.')})", _WAY_OUT)
        ) from None
    try:
        checker.check_text(content, sequent)
    except checker.Rejected as why:
        emit(f"{described}\n\nrejected: {why}")
        raise typer.Exit(1) from None
    emit(f"{described}\n\naccepted")


def _sequent(given: str, name: str | None, beside: Sequence[Texts]) -> bytes:
    """The formal statement in JSON: from a file, or read from the texts of a theorem."""
    is_there, is_theorems = os.path.exists(given), given.endswith(".toml") or os.path.isdir(given)
    if (is_there or is_theorems) and any(beside):
        raise ArgumentError(
            sentence("--where, --assuming, --count, --integer", "are for a text", "leave them out for a file")
        )
    if name is not None and not is_theorems:
        raise ArgumentError(sentence(f"name={_short(name)!r}", "is for a file of theorems", "leave it out"))
    if is_theorems:
        return _read(_named(given, name))
    if is_there:
        return _content(Path(given))
    if "=" not in given:
        raise ArgumentError(
            sentence(f"statement={_short(given)!r}", "is no file that is there, and no text 'a = b'", _WAY_OUT)
        )
    return _read(theorem_of(given, *beside))


def _named(path: str, name: str | None) -> LibraryTheorem:
    from symconv.prover.library import read_theorems

    theorems = read_theorems(path)
    found = [t for t in theorems if name is None or t.name == name]
    if len(found) != 1:
        shown = f"has no theorem {_short(name)!r}" if name is not None else f"has {len(theorems)} theorems"
        raise ArgumentError(sentence(f"statement={_short(path)!r}", shown, "name one of them with --name"))
    return found[0]


def _read(theorem: LibraryTheorem) -> bytes:
    from json import dumps

    from symconv.prover.reading import read

    proposition = theorem.proposition
    try:
        return dumps(read(proposition).json()).encode()
    except SymconvError as error:
        raise theorem.refused(error) from None


def _content(path: Path) -> bytes:
    """The bytes of a plain file that is not larger than the checker reads."""
    from symconv.prover.checker.polynomials import MOST_BYTES

    try:
        if path.exists() and not path.is_file():
            raise _refused(path, "is no plain file")
        with path.open("rb") as source:
            content = source.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, TheoremError):
            raise
        raise _refused(path, f"cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if len(content) > MOST_BYTES:
        raise _refused(path, f"is larger than {MOST_BYTES:,} bytes")
    return content


def _parsed(content: bytes, origin: Path | str) -> Any:
    """What is no JSON is no answer; all else is for the checker to judge, which reads the text by itself."""
    from json import JSONDecodeError, loads

    try:
        return loads(content.decode())
    except RecursionError:
        reason = "nested too deeply"
    except JSONDecodeError as error:
        reason = str(error)
    except UnicodeDecodeError:
        reason = "no text in UTF-8"
    except ValueError:
        reason = "a number has thousands of digits"
    raise _refused(origin, f"is no JSON ({reason})")


def _refused(origin: Path | str, condition: str) -> TheoremError:
    return TheoremError(sentence(f"file={_short(str(origin))!r}", condition, _WAY_OUT))


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:197]}..."
