"""``symconv compose``: kernels in files as one kernel, the verdict on their border, and why."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symconv.cli.kernels import kernel_data, kernel_lines, plain, read_arguments, read_files
from symconv.cli.values import read_shape
from symconv.errors import ArgumentError, sentence

if TYPE_CHECKING:
    from symconv.composition import CompositionVerdict

#: The largest picture of a frame, in lines and characters a line.
PICTURE = (24, 72)
_WIDTH = 98
_MAY_DIFFER, _SAME = "#", "."


def compose(
    first: Annotated[Path, typer.Argument(metavar="A", help="The kernel applied first: .safetensors, .npy or .pt.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The kernel that reads its output.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="C...", help="Further kernels.")] = None,
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the one kernel to this file.")] = None,
    input_size: Annotated[
        str | None, typer.Option("--input-size", help="Judge one input, such as 32,32; left out, every size.")
    ] = None,
    border: Annotated[
        str, typer.Option(help="exact, or interior: the kernel also where the border differs.")
    ] = "exact",
    first_arguments: Annotated[
        str | None,
        typer.Option("--first", metavar="NAME=VALUE,...", help="Arguments of A, such as stride=2,padding=1."),
    ] = None,
    second_arguments: Annotated[
        str | None, typer.Option("--second", metavar="NAME=VALUE,...", help="Arguments of B.")
    ] = None,
    repair: Annotated[
        str | None, typer.Option(help="Say whether this repair works: frame, bias-map or ones-channel.")
    ] = None,
    certificates: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write certificates and statements there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data.")] = False,
) -> None:
    """One kernel for A, then B.  Exit status: 0 exact (or interior), 1 not exact and nothing written, 2 bad input."""
    from json import dumps

    from symconv.cli.certificates import check_folder, write_certificates
    from symconv.cli.files import check_target, emit, write_atomically
    from symconv.composition import explain_composition
    from symconv.composition.files import check_suffix, kernel_bytes
    from symconv.layers.arguments import read_choice

    read_choice("border", border, ("exact", "interior"))
    suffix = None if out is None else check_suffix(out)
    if out is not None:
        check_target(out)
    if certificates is not None:
        check_folder(certificates)
    arguments = {
        0: read_arguments("--first", first_arguments),
        1: read_arguments("--second", second_arguments),
    }
    paths = [first, second, *(more or ())]
    kernels = read_files(paths, arguments, torch=repair is not None)
    k1, k2, *others = kernels
    verdict = explain_composition(k1, k2, *others, input_size=_input_size(input_size))
    repaired = None if repair is None else _repair(verdict, repair)
    granted = verdict.exact is True or border == "interior"
    if granted and out is not None and suffix is not None:
        write_atomically(out, kernel_bytes(verdict.kernel, suffix))
    if certificates is not None:
        write_certificates(verdict.theorems, certificates)
    data = _data(verdict, repaired, out if granted else None)
    emit(dumps(data, indent=2) if as_json else _text(verdict, paths, data))
    raise typer.Exit(int(not granted))


def _input_size(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    sizes = read_shape(text)
    if not all(isinstance(n, int) for n in sizes):
        raise ArgumentError(sentence(f"input-size={text[:60]!r}", "is not in numbers", "write it like 32,32"))
    return sizes


def _repair(verdict: CompositionVerdict, how: str) -> str:
    """Whether a repair works, in words."""
    from symconv.composition import RepairError
    from symconv.composition.verdict import REPAIRS
    from symconv.layers.arguments import read_choice

    read_choice("repair", how, REPAIRS)
    try:
        verdict.repair(how)
    except RepairError as error:
        return f"{how} does not work: {error}"
    return f"{how} works"


def _data(verdict: CompositionVerdict, repaired: str | None, written: Path | None) -> dict[str, Any]:
    return {
        "layers": [repr(kernel) for kernel in verdict.layers],
        "exact": verdict.exact if isinstance(verdict.exact, bool) else str(verdict.exact),
        "reason": verdict.reason,
        "kernel": kernel_data(verdict.kernel),
        "input_size": None if verdict.input_size is None else list(verdict.input_size),
        "frame": None if verdict.frame is None else plain(verdict.frame.astype(int).tolist()),
        "backing": verdict.backing,
        "certificates": [{"hash": t.hash, "says": t.says, "statement": str(t.statement)} for t in verdict.theorems],
        "derivation": str(verdict.derivation),
        "repair": repaired,
        "written": None if written is None else str(written),
    }


def _text(verdict: CompositionVerdict, paths: list[Path], data: dict[str, Any]) -> str:
    layers = [f"{path}: {kernel!r}" for path, kernel in zip(paths, verdict.layers, strict=True)]
    sections = {
        "Layers": layers,
        "One kernel": kernel_lines(verdict.kernel),
        "Verdict": wrap(verdict.reason, _WIDTH),
        "Backing": [line for told in verdict.backing_lines for line in _wrapped(told)],
        "Frame": picture(verdict.frame),
        "Repair": wrap(data["repair"] or "", _WIDTH),
        "Written": [data["written"]] if data["written"] else [],
        "Derivation": str(verdict.derivation).splitlines(),
    }
    shown = ["\n".join([name, *(f"  {line}".rstrip() for line in lines)]) for name, lines in sections.items() if lines]
    return "\n\n".join(shown)


def _wrapped(told: str) -> list[str]:
    """What stands behind one part of the verdict, in lines."""
    return wrap(told, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def picture(frame: Any) -> list[str]:
    """The frame in characters, # where outputs may differ; a large one shrunk, a block marked where a cell of it is.

    >>> import numpy as np
    >>> picture(np.array([[True, True], [True, False]]))
    ['# may differ at 3 of 4 outputs', '##', '#.']
    """
    if frame is None:
        return []
    count = int(frame.sum())
    if frame.ndim > 2 or count == 0:
        return [f"{_MAY_DIFFER} may differ at {count:,} of {frame.size:,} outputs"]
    plane = frame.reshape((-1, frame.shape[-1]))
    steps = [-(-length // most) for length, most in zip(plane.shape, PICTURE, strict=True)]
    rows = [
        "".join(
            _MAY_DIFFER if plane[y : y + steps[0], x : x + steps[1]].any() else _SAME
            for x in range(0, plane.shape[1], steps[1])
        )
        for y in range(0, plane.shape[0], steps[0])
    ]
    scale = "" if steps == [1, 1] else f"; a character stands for {steps[0]} x {steps[1]} of them"
    return [f"{_MAY_DIFFER} may differ at {count:,} of {frame.size:,} outputs{scale}", *rows]
