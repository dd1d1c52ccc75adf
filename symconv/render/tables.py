"""Costs and memory as tables of plain text, the numbers under the names of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Basic

from symconv.statements.writing import text


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns of equal width, numbers to the right with digits in groups of three.

    >>> print(table(["part", "macs"], [["forward", 115200]]))
    part        macs
    forward  115,200
    """
    cells = [[_cell(v) for v in row] for row in rows]
    widths = [max(len(line[j]) for line in [list(header), *cells]) for j in range(len(header))]
    lines = [
        "  ".join(c.ljust(w) if j == 0 else c.rjust(w) for j, (c, w) in enumerate(zip(line, widths, strict=True)))
        for line in [list(header), *cells]
    ]
    return "\n".join(line.rstrip() for line in lines)


def listing(rows: Mapping[str, Any]) -> str:
    """One ``name = expression`` a line."""
    width = max(map(len, rows))
    return "\n".join(f"{name.ljust(width)} = {_cell(value)}" for name, value in rows.items())


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return text(value) if isinstance(value, Basic) else str(value)
