"""``symconv factor``: a kernel as a composite of smaller ones, or the certificate that it is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symconv.cli.kernels import MAX_CELL, array_data, decimal, nested, plain, table
from symconv.errors import ArgumentError, sentence

if TYPE_CHECKING:
    from symconv.factoring import Factorisation

#: How many of the alternatives are shown.
ALTERNATIVES = 3
_SIZE = re.compile(r"[0-9]{1,6}(x[0-9]{1,6}){0,2}")


def factor(
    kernel: Annotated[Path, typer.Argument(metavar="K", help="The kernel: .safetensors, .npy or .pt.")],
    *,
    sizes: Annotated[
        str | None, typer.Option(help="The sizes of two kernels, the first applied first, such as 2x2,3x3.")
    ] = None,
    field: Annotated[str, typer.Option(help="Where the taps are: Q, R or C.")] = "Q",
    middle_channels: Annotated[
        int | None, typer.Option("--middle-channels", metavar="M", help="Channels between the two kernels.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="PREFIX", help="Write PREFIX-1, PREFIX-2, ... as K's kind.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data.")] = False,
) -> None:
    """Split a kernel.  Exit status: 0 factors found, 1 it does not split, or nothing was proved; 2 bad input."""
    from json import dumps

    from symconv.cli.files import emit
    from symconv.factoring import Factorisation, UndecidedError, check_factorisation
    from symconv.factoring import factor as split

    weight = _weight(kernel)
    try:
        result = split(weight, _read_sizes(sizes), field, middle_channels)  # type: ignore[arg-type]
    except UndecidedError as error:
        emit(dumps({"kind": "undecided", "reason": str(error)}, indent=2) if as_json else str(error))
        raise typer.Exit(1) from None
    checked = check_factorisation(result, weight)
    written: list[str] = []
    if isinstance(result, Factorisation) and out is not None:
        written = _write(result.factors, result.numeric, out, kernel.suffix.lower())
    data = _data(result, checked, written)
    emit(dumps(data, indent=2) if as_json else _text(kernel, weight, result, data))
    raise typer.Exit(int(not isinstance(result, Factorisation)))


def _weight(path: Path) -> Any:
    """The weight in a file as it is there; refused where the kernel has more to it, or a stride other than 1."""
    from symconv.composition import Kernel
    from symconv.composition.files import read_stored

    stored = read_stored(path)
    kernel = stored.kernel()
    if repr(kernel) != repr(Kernel(kernel.weight)):
        raise ArgumentError(
            sentence(
                f"file={str(path)!r}",
                f"holds {kernel!r}, and only a weight of stride 1, without padding or bias, is split",
                "save the weight alone",
            )
        )
    return stored.weight


def _read_sizes(text: str | None) -> tuple[Any, ...] | None:
    """Two sizes such as 2x2,3x3; one number stands for all axes."""
    if text is None:
        return None
    parts = text.replace(" ", "").split(",")
    if len(parts) != 2 or not all(_SIZE.fullmatch(part) for part in parts):
        raise ArgumentError(sentence(f"sizes={text[:60]!r}", "are no sizes of two kernels", "write them like 2x2,3x3"))
    numbers = [tuple(map(int, part.split("x"))) for part in parts]
    return tuple(size[0] if len(size) == 1 else size for size in numbers)


def _write(factors: tuple[Any, ...], numeric: tuple[Any, ...], prefix: Path, suffix: str) -> list[str]:
    """One file a factor, all or none; irrational taps, and those that the kernel's type lacks, as float64."""
    from symconv.cli.files import check_target, write_atomically
    from symconv.composition.arrays import kind_of
    from symconv.composition.files import array_bytes

    arrays = numeric if any(kind_of(array) == "sympy" for array in factors) else factors
    targets = [prefix.with_name(f"{prefix.name}-{number}{suffix}") for number, _ in enumerate(arrays, start=1)]
    contents = [array_bytes(array, suffix) for array in arrays]
    for target in targets:
        check_target(target)
    for target, content in zip(targets, contents, strict=True):
        write_atomically(target, content)
    return [str(target) for target in targets]


def _data(result: Any, checked: bool, written: list[str]) -> dict[str, Any]:
    from symconv.factoring import Factorisation, NoSplit

    common = {"field": result.field, "checked": checked, "certificate": dict(result.certificate)}
    if not isinstance(result, Factorisation):
        kind = "no split" if isinstance(result, NoSplit) else "irreducible"
        return {"kind": kind, **({"sizes": result.sizes} if kind == "no split" else {}), **common}
    return {
        "kind": "factors",
        "factors": [_array_data(array) for array in result.factors],
        "numeric": [array_data(array) for array in result.numeric],
        "middle_channels": result.middle_channels,
        "alternatives": {
            "count": len(result.alternatives),
            "first": [[_array_data(a) for a in s] for s in islice(result.alternatives, ALTERNATIVES)],
        },
        **common,
        "written": written,
    }


def _array_data(array: Any) -> Any:
    return plain(nested(array))


def _text(path: Path, weight: Any, result: Any, data: dict[str, Any]) -> str:
    from symconv.factoring import Factorisation

    checker = "accepted by check_factorisation" if data["checked"] else "not accepted by check_factorisation"
    lines = [f"{path}: {' x '.join(map(str, weight.shape))}", repr(result)]
    if not isinstance(result, Factorisation):
        lines.append(f"certificate: {result.certificate['kind']}, {checker}")
        return "\n".join(lines)
    lines += _tables(result, "factor")
    lines += ["", f"the product is the kernel: {checker}"]
    if data["alternatives"]["count"]:
        lines += ["", f"alternatives: {data['alternatives']['count']:,}"]
    for number, split in enumerate(islice(result.alternatives, ALTERNATIVES), start=1):
        lines += _tables(replace(result, factors=split, alternatives=()), f"alternative {number}, factor")
    lines += ["", *(f"written: {name}" for name in data["written"])] if data["written"] else []
    return "\n".join(lines)


def _tables(result: Factorisation, title: str) -> Iterator[str]:
    """Every factor under a title of its own."""
    for number, (array, values) in enumerate(zip(result.factors, result.numeric, strict=True), start=1):
        yield ""
        yield f"{title} {number}"
        yield from (f"  {line}" for line in _factor_lines(array, values))


def _factor_lines(array: Any, values: Any) -> list[str]:
    """The entries of a factor, exact where they are short; channel by channel."""
    rows = _shown(nested(array), values.tolist())
    if values.ndim <= 2:
        return table(rows)
    lines = []
    for o, i in product(range(values.shape[0]), range(values.shape[1])):
        lines += [f"from channel {i} to {o}"] if values.shape[:2] != (1, 1) else []
        lines += table(rows[o][i])
    return lines


def _shown(exact: Any, approximate: Any) -> Any:
    if isinstance(exact, list):
        return [_shown(a, b) for a, b in zip(exact, approximate, strict=True)]
    return exact if len(str(exact)) <= MAX_CELL else decimal(approximate)
