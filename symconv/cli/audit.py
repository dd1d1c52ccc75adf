"""``symconv audit``: every claim of a claims file decided, and the report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symconv.errors import ArgumentError, sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from symconv.claims import Report, Verdict


def audit(
    claims: Annotated[
        Path | None, typer.Argument(metavar="CLAIMS", help="A claims file in TOML; left out, the shipped chapter.")
    ] = None,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 also where a claim is refuted.")] = False,
    run_programs: Annotated[
        bool, typer.Option("--run-programs", help="Run the Python file that the claims file names.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print a whole LaTeX document.")] = False,
    tex: Annotated[Path | None, typer.Option(help="Write a whole LaTeX document.")] = None,
    certificates: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each certificate and its statement there.")
    ] = None,
) -> None:
    """Decide every claim of a file.  Exit status: 0 done, 1 where a claim stays undecided, 2 for a bad file."""
    from symconv.claims.audit import audit as decide
    from symconv.cli.certificates import check_folder, write_texts
    from symconv.cli.files import check_target, emit, write_atomically

    if sum((as_json, latex, tex is not None)) > 1:
        raise ArgumentError(sentence("--json, --latex, --tex", "exclude one another", "choose one of them"))
    if tex is not None:
        check_target(tex)
    if certificates is not None:
        check_folder(certificates)
    with _progress() as progress:
        report = decide(claims, run_programs=run_programs or None, progress=progress)
    if certificates is not None:
        write_texts(_texts(report), certificates)
    if tex is not None:
        write_atomically(tex, report.latex().encode())
    else:
        emit(_shown(report, as_json=as_json, latex=latex))
    raise typer.Exit(_status(report, strict))


def _shown(report: Report, *, as_json: bool, latex: bool) -> str:
    from json import dumps

    return dumps(report.json(), indent=2) if as_json else report.latex() if latex else str(report)


def _texts(report: Report) -> dict[str, str]:
    """The certificates and statements of a report in JSON, two files for each."""
    from json import dumps

    return {name: dumps(data, separators=(",", ":")) for name, data in report.certificates().items()}


def _status(report: Report, strict: bool) -> int:
    from symconv.claims import Kind

    no = (Kind.UNDECIDED, Kind.REFUTED) if strict else (Kind.UNDECIDED,)
    return int(any(report.count(kind) for kind in no))


@contextmanager
def _progress() -> Iterator[Callable[[str, Verdict], None] | None]:
    """The claim decided last, on stderr, while somebody watches; it vanishes at the end."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading the claims") as status:
        yield lambda claim, verdict: status.update(f"{claim}: {verdict.kind}")
