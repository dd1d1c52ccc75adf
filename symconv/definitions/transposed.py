"""Transposed convolution: every input cell writes its taps into the output, which is then cropped."""

from __future__ import annotations

from collections.abc import Sequence

from symconv.definitions.axis import Axis, Definition, Window
from symconv.definitions.channels import Channels, channel_indices
from symconv.definitions.convolution import bias_shapes, bias_terms
from symconv.statements import Access, Equal, Names, Range, Statement, Term


def transposed_convolution(
    channels: Channels, axes: Sequence[Axis], *, bias: bool, names: Names, extent: str = "out"
) -> Definition:
    """Y[n, o, y] = b[o] + SUM_i SUM_u SUM_x W[i, o, u] * X[n, i, x] * [S*x + D*u - P = y].

    Shapes: X (N, C_in, *H), W (C_in, C_out/G, *K), b (C_out), Y (N, C_out, *out).  Source: PyTorch, ConvTranspose2d.
    ``extent`` is the second half of the names of the output's extents, as in H_out.
    """
    c = channel_indices(channels, names)
    windows, written = [], []
    for axis in axes:
        y, u, x = (names.index(f"{letter}_{axis.label}") for letter in "yux")
        out = names.size(f"{axis.label.upper()}_{extent}")
        windows.append(Window(axis, x, u, axis.stride * x + axis.dilation * u - axis.before, out))
        written.append(y)
    taps = Term(
        (
            c.input,
            *(Range(w.tap, w.axis.kernel) for w in windows),
            *(Range(w.position, w.axis.size) for w in windows),
        ),
        tuple(Equal(w.cell, y) for w, y in zip(windows, written, strict=True)),
        (
            Access("W", (c.input_channel, c.output.index, *(w.tap for w in windows))),
            Access("X", (c.batch.index, c.input_channel, *(w.position for w in windows))),
        ),
    )
    statement = Statement(
        target=Access("Y", (c.batch.index, c.output_channel, *written)),
        ranges=(c.batch, *c.group, c.output, *(Range(y, w.out) for y, w in zip(written, windows, strict=True))),
        terms=(*bias_terms(c.output_channel, bias), taps),
        shapes=(
            ("Y", (channels.batch, channels.outputs, *(w.out for w in windows))),
            ("X", (channels.batch, channels.inputs, *(a.size for a in axes))),
            ("W", (channels.inputs, channels.outputs / channels.groups, *(a.kernel for a in axes))),
            *bias_shapes(channels.outputs, bias),
        ),
    )
    return Definition(statement, tuple(windows), "scatters")
