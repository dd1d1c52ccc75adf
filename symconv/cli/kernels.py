"""Kernels on the command line: read from files with their arguments, shown as tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symconv.errors import ArgumentError, sentence

if TYPE_CHECKING:
    from symconv.composition import Kernel

#: The longest kernel, along an axis, that is printed in full, and the most entries that plain data holds.
MAX_SHOWN = 7
MAX_ENTRIES = 10_000
#: The longest number that is printed exactly.
MAX_CELL = 24
_ARGUMENTS = ("stride", "padding", "dilation", "groups", "transposed", "output_padding", "padding_mode")


def read_arguments(option: str, text: str | None) -> dict[str, Any]:
    """The arguments in a text such as ``stride=2,padding=(1,0),groups=2``; raises ``ArgumentError``.

    >>> read_arguments("--first", "stride=2,padding=(1,0)")
    {'stride': 2, 'padding': (1, 0)}
    """
    from symconv.cli.values import read_pairs

    pairs = [] if text is None else _split(text)
    arguments = read_pairs(pairs)
    for name in arguments:
        if name not in _ARGUMENTS:
            raise ArgumentError(
                sentence(f"{option}: {name[:60]!r}", "is no argument of a kernel", f"use {', '.join(_ARGUMENTS)}")
            )
    return arguments


def _split(text: str) -> list[str]:
    """The pairs of a text, between commas that stand outside brackets."""
    pairs, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            pairs.append("")
        else:
            pairs[-1] += character
    return pairs


def read_files(paths: list[Path], arguments: Mapping[int, Mapping[str, Any]], *, torch: bool) -> list[Kernel]:
    """The kernels in the files, in arrays of one kind: of torch where asked for, or where one file holds such."""
    from dataclasses import replace

    from symconv.composition.files import check_alike, read_kernel
    from symconv.composition.tensor_bytes import as_torch

    kernels = [read_kernel(path, **arguments.get(place, {})) for place, path in enumerate(paths)]
    check_alike({str(path): kernel for path, kernel in zip(paths, kernels, strict=True)})
    if not torch and len({kernel.kind for kernel in kernels}) == 1:
        return kernels
    return [replace(k, weight=as_torch(k.weight), bias=None if k.bias is None else as_torch(k.bias)) for k in kernels]


def kernel_lines(kernel: Any) -> list[str]:
    """The kernel with its arguments, and its entries where there are few."""
    inner = _convolution(kernel)
    lines = [repr(kernel), *_plane(inner.weight)]
    if inner.bias is not None and len(inner.bias) <= MAX_SHOWN:
        lines.append(f"bias {', '.join(map(entry, nested(inner.bias)))}")
    return lines


def _convolution(kernel: Any) -> Kernel:
    """The kernel, or the one inside a shuffled kernel."""
    from symconv.composition import Kernel

    inner: Kernel = kernel if isinstance(kernel, Kernel) else kernel.kernel
    return inner


def _plane(array: Any) -> list[str]:
    shape = tuple(array.shape)
    few = shape[:2] == (1, 1) and len(shape) <= 4 and all(k <= MAX_SHOWN for k in shape[2:])
    return table(nested(array)[0][0]) if few else []


def table(rows: Any) -> list[str]:
    """A nested list of one or two axes as lines of columns; of three axes, plane by plane.

    >>> table([[1, -2], [0.5, 10]])
    ['  1  -2', '0.5  10']
    """
    if not isinstance(rows[0], list):
        return table([rows])
    if isinstance(rows[0][0], list):
        return [line for place, plane in enumerate(rows) for line in (f"plane {place}", *table(plane))]
    cells = [[entry(e) for e in row] for row in rows]
    width = max(len(cell) for row in cells for cell in row)
    return ["  ".join(cell.rjust(width) for cell in row) for row in cells]


def entry(value: Any) -> str:
    """A number in the shortest exact form, a longer one as a decimal with "~" before it, and a text as it is.

    >>> entry(0.5), entry(1 + 2j), entry("-sqrt(2)")
    ('0.5', '1+2j', '-sqrt(2)')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, complex):
        exact = f"{value:g}" if complex(f"{value:g}") == value else str(value).strip("()")
    else:
        exact = f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)
    return exact if len(exact) <= MAX_CELL else decimal(value)


def decimal(value: Any) -> str:
    """A number as a decimal of 8 digits.

    >>> decimal(2**0.5), decimal(complex(0, 1 / 3))
    ('~1.4142136', '~0+0.33333333j')
    """
    number = complex(value)
    return f"~{number.real:.8g}" if number.imag == 0 else f"~{number:.8g}"


def nested(array: Any) -> Any:
    """An array as nested lists."""
    return (array.detach().cpu() if hasattr(array, "detach") else array).tolist()


def kernel_data(kernel: Any) -> dict[str, Any]:
    """The kernel as plain data; the entries of large ones are left out."""
    from symconv.composition.tensor_bytes import dtype_name

    inner = _convolution(kernel)
    shuffle = {} if inner is kernel else {"factor": kernel.factor, "crop": kernel.crop}
    return {
        "shape": list(inner.weight.shape),
        "dtype": dtype_name(inner.weight),
        **{name: getattr(inner, name) for name in _ARGUMENTS},
        **shuffle,
        "weight": array_data(inner.weight),
        "bias": None if inner.bias is None else array_data(inner.bias),
    }


def array_data(array: Any) -> Any:
    """Entries as numbers of JSON, those that JSON lacks as texts; ``None`` for more than 10,000."""
    from math import prod

    if prod(array.shape) > MAX_ENTRIES:
        return None
    return plain(nested(array))


def plain(value: Any) -> Any:
    """Nested lists with what is no number of JSON as text."""
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value if isinstance(value, int | float) else str(value)
