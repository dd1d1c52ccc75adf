"""Average pooling: one sum over a window, scaled by one over the number of its cells."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Max, Min, Mul, S

from symconv.definitions.axis import Axis, Definition, Window
from symconv.definitions.convolution import gathering_windows, inside
from symconv.statements import Access, Names, Range, Statement, Term, Within


def average_pool(
    batch: Expr,
    channels: Expr,
    axes: Sequence[Axis],
    *,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    names: Names,
) -> Definition:
    """Y[n, c, y] = 1/size * SUM_u X[n, c, S*y + u - P] * [0 <= S*y + u - P < H].

    ``size`` is the product of the kernel; with ``ceil_mode`` only the cells of the padded input count, with
    ``count_include_pad=False`` only those of the input itself.  Source: PyTorch, AvgPool2d.
    """
    n, c = Range(names.index("n"), batch), Range(names.index("c"), channels)
    windows = gathering_windows(axes, names)
    brackets = tuple(Within(w.cell, w.axis.size) for w in windows) if ceil_mode else inside(windows)
    taps = Term(
        tuple(Range(w.tap, w.axis.kernel) for w in windows),
        brackets,
        (Access("X", (n.index, c.index, *(w.cell for w in windows))),),
    )
    statement = Statement(
        target=Access("Y", (n.index, c.index, *(w.position for w in windows))),
        ranges=(n, c, *(Range(w.position, w.out) for w in windows)),
        terms=(taps,),
        shapes=(
            ("Y", (batch, channels, *(w.out for w in windows))),
            ("X", (batch, channels, *(a.size for a in axes))),
        ),
        scale=S.One / Mul(*(_cells(w, ceil_mode, count_include_pad) for w in windows)),
    )
    return Definition(statement, windows, "begins" if ceil_mode else "fits")


def _cells(window: Window, ceil_mode: bool, count_include_pad: bool) -> Expr:
    """How many cells of one axis the divisor counts at the window's position."""
    axis = window.axis
    first = window.cell.xreplace({window.tap: S.Zero})
    if not count_include_pad:
        return Min(first + axis.kernel, axis.size) - Max(first, 0)
    if ceil_mode:
        return Min(first + axis.kernel, axis.size + axis.after) - first
    return axis.kernel
