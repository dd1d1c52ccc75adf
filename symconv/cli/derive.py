"""``symconv derive``: a layer's definition and all that follows from it, or single quantities step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from symconv.cli.layers import KINDS, read_layer
from symconv.cli.request import Request
from symconv.cli.values import read_pairs, read_shape
from symconv.errors import ArgumentError, sentence


def _layers(incomplete: str) -> list[str]:
    return [kind for kind in KINDS if kind.startswith(incomplete.lower())]


def _quantities(incomplete: str) -> list[str]:
    from symconv.layers import QUANTITIES

    return [quantity for quantity in QUANTITIES if quantity.startswith(incomplete)]


def derive(
    layer: Annotated[str, typer.Argument(metavar="LAYER", help=f"One of {', '.join(KINDS)}.", autocompletion=_layers)],
    pairs: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE", help="Further arguments.")] = None,
    *,
    quantity: Annotated[
        list[str] | None,
        typer.Option("--quantity", "-q", help="Such as forward.flops; may be repeated.", autocompletion=_quantities),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An argument, such as padding=1,2.")
    ] = None,
    shape: Annotated[str | None, typer.Option("--input", help="The input shape, such as N,3,H,W.")] = None,
    notation: Annotated[str, typer.Option(help="torch, or d2l as in the textbook.")] = "torch",
    padding_aware: Annotated[bool, typer.Option("--padding-aware", help="Skip taps on zero padding.")] = False,
    dtype: Annotated[str | None, typer.Option(help="Memory in bytes of float32, say.")] = None,
    latex: Annotated[bool, typer.Option("--latex", help="Print the aligned body.")] = False,
    tex: Annotated[Path | None, typer.Option(help="Write a whole document.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write a document as PDF (needs pdflatex).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write certificates and statements there.")] = None,
) -> None:
    """Derive what a layer computes, costs and keeps in memory.  Arguments that are not set stay symbols."""
    from symconv.cli.certificates import check_folder

    forms: list[tuple[Any, Callable[[Request, Sequence[str]], None]]] = [
        (latex, _print_latex),
        (tex, lambda request, names: _write_tex(request, names, tex)),
        (pdf, lambda request, names: _write_pdf(request, names, pdf)),
        (as_json, _print_json),
    ]
    chosen = [write for given, write in forms if given]
    if len(chosen) > 1:
        raise ArgumentError(sentence("--latex, --tex, --pdf, --json", "exclude one another", "choose one of them"))
    read_input = None if shape is None else read_shape(shape)
    described = read_layer(layer, read_pairs([*(set_ or ()), *(pairs or ())]), read_input)
    request = Request(described, read_input, notation, padding_aware, dtype)
    if out is not None:
        check_folder(out)
    if chosen:
        chosen[0](request, quantity or request.standard_quantities())
    elif quantity:
        _print_text(request, quantity)
    else:
        _print_overview(request)
    if out is not None:
        _write_certificates(request, quantity or request.standard_quantities(), out)


def _print_text(request: Request, quantities: Sequence[str]) -> None:
    from symconv.cli.files import emit

    emit("\n\n".join(str(request.derive(q)) for q in quantities))


def _print_overview(request: Request) -> None:
    from symconv.cli.files import emit
    from symconv.cli.overview import overview

    emit(overview(request))


def _print_latex(request: Request, quantities: Sequence[str]) -> None:
    from symconv.cli.files import emit

    bodies = [(q, request.derive(q).latex()) for q in quantities]
    emit(bodies[0][1] if len(bodies) == 1 else "\n\n".join(f"% {q}\n{body}" for q, body in bodies))


def _print_json(request: Request, quantities: Sequence[str]) -> None:
    from json import dumps

    from symconv.cli.data import derivations_data
    from symconv.cli.files import emit

    emit(dumps(derivations_data(request, quantities), indent=2))


def _document(request: Request, quantities: Sequence[str]) -> str:
    from symconv.render.document import document

    return document([request.derive(q) for q in quantities], f"{type(request.layer).__name__}")


def _write_tex(request: Request, quantities: Sequence[str], path: Path | None) -> None:
    from symconv.cli.files import check_target, write_atomically

    if path is not None:
        check_target(path)
        write_atomically(path, _document(request, quantities).encode())


def _write_pdf(request: Request, quantities: Sequence[str], path: Path | None) -> None:
    from symconv.cli.files import check_target, write_atomically
    from symconv.cli.pdf import check_pdflatex, typeset

    if path is not None:
        check_target(path)
        check_pdflatex()
        write_atomically(path, typeset(_document(request, quantities)))


def _write_certificates(request: Request, quantities: Sequence[str], folder: Path) -> None:
    from symconv.cli.certificates import write_certificates

    write_certificates([t for q in quantities for t in request.derive(q).certificates], folder)
