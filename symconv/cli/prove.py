"""``symconv prove``: a library of theorems, a file of them or one statement proved, checked and told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symconv.cli.statement import Assuming, Count, Integer, Texts, Where, shipped_names, theorem_of
from symconv.errors import ArgumentError, sentence

if TYPE_CHECKING:
    from symconv.cli.attempts import Attempt
    from symconv.cli.coq import CoqRun
    from symconv.prover.library import LibraryTheorem


def prove(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="Theorems in TOML, or a folder; left out, the shipped ones.")
    ] = None,
    *,
    statement: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Prove this: 'for i < n: sum(u < k) W[u]*X[i + u] = ...'.")
    ] = None,
    where: Where = None,
    assuming: Assuming = None,
    count: Count = None,
    integer: Integer = None,
    only: Annotated[
        str | None, typer.Option(metavar="NAME", help="Such as 'im2col_*'.", autocompletion=shipped_names)
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; left out, the processors.")] = None,
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds for each theorem.")] = 20.0,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write certificates and statements there.")] = None,
    snippet: Annotated[bool, typer.Option("--snippet", help="Print a PyTorch program for a counterexample.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print a whole LaTeX document.")] = False,
    tex: Annotated[Path | None, typer.Option(help="Write a whole LaTeX document.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write a document as PDF (needs pdflatex).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data.")] = False,
    coq: Annotated[
        bool, typer.Option("--coq", help="Have Coq check each proof too, by a checker that is itself proved.")
    ] = False,
) -> None:
    """Prove theorems for all sizes.  Exit status: 0 all proved and checked, 1 refuted or not proved, 2 bad input."""
    from symconv.cli.coq import check_in_coq, find_coq
    from symconv.cli.files import emit

    beside = {"--where": where, "--assuming": assuming, "--count": count, "--integer": integer}
    _check_choices(path, statement, only, beside)
    _check_targets(out, tex, pdf, {"--latex": latex, "--tex": tex, "--pdf": pdf, "--json": as_json})
    if statement is not None:
        theorems: Sequence[LibraryTheorem] = (theorem_of(statement, where, assuming, count, integer),)
    else:
        theorems = _chosen(path, only)
    if coq:
        find_coq()
    found = _attempted(theorems, jobs, time_limit, coq)
    written = [] if out is None else _write_certificates(found, out)
    whole = path is None and statement is None and only is None
    run = check_in_coq(found, whole=whole, jobs=jobs, out=out) if coq else None
    if tex is not None or pdf is not None or latex:
        _write_document(found, _title(path, statement), tex, pdf)
    else:
        emit(_json(found, written, run) if as_json else _text(found, written, snippet, run))
    is_done = all(attempt.is_done for attempt in found) and (run is None or run.is_accepted)
    raise typer.Exit(int(not is_done))


def _check_choices(path: Path | None, statement: str | None, only: str | None, beside: dict[str, Texts]) -> None:
    if statement is not None and (path is not None or only is not None):
        raise ArgumentError(sentence("--statement", "does not go with PATH or --only", "choose one of them"))
    if statement is None and any(beside.values()):
        options = ", ".join(name for name, texts in beside.items() if texts)
        raise ArgumentError(sentence(options, "is for a statement of the command line", "give --statement TEXT too"))


def _check_targets(out: Path | None, tex: Path | None, pdf: Path | None, forms: dict[str, Any]) -> None:
    from symconv.cli.certificates import check_folder
    from symconv.cli.files import check_target
    from symconv.cli.pdf import check_pdflatex

    if sum(map(bool, forms.values())) > 1:
        raise ArgumentError(sentence(", ".join(forms), "exclude one another", "choose one of them"))
    for target in (tex, pdf):
        if target is not None:
            check_target(target)
    if pdf is not None:
        check_pdflatex()
    if out is not None:
        check_folder(out)


def _chosen(path: Path | None, only: str | None) -> Sequence[LibraryTheorem]:
    from symconv.prover.library import read_theorems, shipped_theorems

    theorems = read_theorems(shipped_theorems() if path is None else path)
    chosen = [t for t in theorems if only is None or fnmatchcase(t.name, only)]
    if not chosen:
        raise ArgumentError(
            sentence(f"only={(only or '')[:64]!r}", f"names none of {len(theorems)} theorems", "use * in it")
        )
    return chosen


def _attempted(theorems: Sequence[LibraryTheorem], jobs: int | None, time_limit: float, coq: bool) -> list[Attempt]:
    from symconv.cli.attempts import attempts

    found = []
    with _progress(len(theorems)) as progress:
        for attempt in attempts(theorems, jobs, time_limit, coq=coq):
            found.append(attempt)
            progress(attempt)
    return found


@contextmanager
def _progress(number: int) -> Iterator[Callable[[Attempt], None]]:
    """A bar and the theorem that was last, on stderr, while somebody watches; it vanishes at the end."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("proving", total=number)
        yield lambda attempt: bar.update(task, advance=1, description=f"{attempt.name}: {attempt.verdict}")


def _write_certificates(found: Sequence[Attempt], out: Path) -> list[str]:
    """Two files a theorem that is proved and checked; each is whole or not there."""
    from symconv.cli.certificates import write_texts

    contents = {}
    for attempt in found:
        if attempt.is_done:
            contents[f"{attempt.name}.certificate.json"] = attempt.certificate_text
            contents[f"{attempt.name}.statement.json"] = attempt.sequent_text
    return list(map(str, write_texts(contents, out)))


def _title(path: Path | None, statement: str | None) -> str:
    if statement is not None:
        return "A statement"
    return "Theorems of symconv" if path is None else f"Theorems of {path.name or path}"


def _write_document(found: Sequence[Attempt], title: str, tex: Path | None, pdf: Path | None) -> None:
    from symconv.cli.files import emit, write_atomically
    from symconv.cli.pdf import typeset
    from symconv.render.theorems import theorems_document

    document = theorems_document(found, title)
    if tex is not None:
        write_atomically(tex, document.encode())
    elif pdf is not None:
        write_atomically(pdf, typeset(document))
    else:
        emit(document)


def _json(found: Sequence[Attempt], written: Sequence[str], run: CoqRun | None) -> str:
    from json import dumps

    from symconv.cli.coq import coq_data
    from symconv.cli.verdicts import attempt_data

    data = {"theorems": [attempt_data(attempt) for attempt in found], "written": list(written)}
    return dumps(data if run is None else {**data, "coq": coq_data(run)}, indent=2)


def _text(found: Sequence[Attempt], written: Sequence[str], snippet: bool, run: CoqRun | None) -> str:
    from symconv.cli.coq import coq_text
    from symconv.cli.verdicts import attempts_text

    told = [] if run is None else ["", coq_text(run)]
    return "\n".join((attempts_text(found, snippet=snippet), *(f"written: {name}" for name in written), *told))
