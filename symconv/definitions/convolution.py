"""Convolution (cross-correlation, as in PyTorch), defined once for every rank, stride, dilation, padding and group."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Mod

from symconv.definitions.axis import Axis, Definition, Window
from symconv.definitions.channels import Channels, channel_indices
from symconv.statements import Access, Names, Range, Statement, Term, Within


def convolution(
    channels: Channels, axes: Sequence[Axis], *, bias: bool, circular: bool = False, names: Names
) -> Definition:
    """Y[n, o, y] = b[o] + SUM_i SUM_u W[o, i, u] * X[n, i, S*y + D*u - P] * [0 <= S*y + D*u - P < H].

    ``circular`` reads the input modulo its size instead of under a bracket.  Shapes: X (N, C_in, *H),
    W (C_out, C_in/G, *K), b (C_out), Y (N, C_out, *out).  Source: PyTorch, Conv2d.
    """
    c = channel_indices(channels, names)
    windows = gathering_windows(axes, names)
    taps = Term(
        (c.input, *(Range(w.tap, w.axis.kernel) for w in windows)),
        () if circular else inside(windows),
        (
            Access("W", (c.output_channel, c.input.index, *(w.tap for w in windows))),
            Access("X", (c.batch.index, c.input_channel, *(_read(w, circular) for w in windows))),
        ),
    )
    statement = Statement(
        target=Access("Y", (c.batch.index, c.output_channel, *(w.position for w in windows))),
        ranges=(c.batch, *c.group, c.output, *(Range(w.position, w.out) for w in windows)),
        terms=(*bias_terms(c.output_channel, bias), taps),
        shapes=(
            ("Y", (channels.batch, channels.outputs, *(w.out for w in windows))),
            ("X", (channels.batch, channels.inputs, *(a.size for a in axes))),
            ("W", (channels.outputs, channels.inputs / channels.groups, *(a.kernel for a in axes))),
            *bias_shapes(channels.outputs, bias),
        ),
    )
    return Definition(statement, windows)


def gathering_windows(axes: Sequence[Axis], names: Names) -> tuple[Window, ...]:
    """Along each axis, tap u at output position y reads cell S*y + D*u - P."""
    windows = []
    for axis in axes:
        y, u = names.index(f"y_{axis.label}"), names.index(f"u_{axis.label}")
        out = names.size(f"{axis.label.upper()}_out")
        windows.append(Window(axis, y, u, axis.stride * y + axis.dilation * u - axis.before, out))
    return tuple(windows)


def inside(windows: Sequence[Window]) -> tuple[Within, ...]:
    """Zero padding: the bracket that keeps a tap on the real input; none where there is nothing around it."""
    return tuple(Within(w.cell, w.axis.size) for w in windows if (w.axis.before, w.axis.after) != (0, 0))


def bias_terms(channel: Expr, bias: bool) -> tuple[Term, ...]:
    """The bias as a term of its own."""
    return (Term((), (), (Access("b", (channel,)),)),) if bias else ()


def bias_shapes(channels: Expr, bias: bool) -> tuple[tuple[str, tuple[Expr, ...]], ...]:
    """The bias's shape: one entry an output channel."""
    return (("b", (channels,)),) if bias else ()


def _read(window: Window, circular: bool) -> Expr:
    return Mod(window.cell, window.axis.size) if circular else window.cell
