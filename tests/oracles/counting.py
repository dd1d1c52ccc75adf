"""A brute-force counter: it walks every output position, tap, channel and group, and counts the terms of each sum.

Conventions: a sum of m terms costs max(m - 1, 0) additions, and the bias is one more term of the forward sum. Nominal:
the zeros of the padding are data, the padded input is read and its gradient computed; a transposed convolution is
counted on its whole canvas, bias included. Padding-aware: a tap on zero padding, or outside the cropped output of a
transposed convolution, is not computed. Average pooling: one multiplication an output that has a term; backward, one an
input position that is reached where the divisor is the same for all windows, else one a term.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oracles.numbers import Numbers


class Operations(NamedTuple):
    """What one part costs."""

    multiplications: int = 0
    additions: int = 0
    macs: int = 0


PARTS = ("forward", "backward_input", "backward_weight", "backward_bias")


def count(n: Numbers, padding_aware: bool) -> dict[str, Operations]:
    """Every part's operations, by walking."""
    walk = _walk(n, padding_aware)
    if n.kind == "pool":
        return _pool(n, walk)
    forward, data, weight = (_terms(keys, cells) for keys, cells in (walk.output, walk.input, walk.weight))
    outputs = walk.output[1]
    sums = forward + n.bias  # the bias is one more term
    return {
        "forward": Operations(int(forward.sum()), _additions(sums), int(forward.sum())),
        "backward_input": Operations(int(data.sum()), _additions(data), int(data.sum())),
        "backward_weight": Operations(int(weight.sum()), _additions(weight), int(weight.sum())),
        "backward_bias": Operations(0, outputs - n.outputs if n.bias else 0, 0),
    }


def output_sizes(n: Numbers) -> tuple[int, ...]:
    """The output's spatial extents, by trying one position after the other."""
    return tuple(_positions(n, axis) for axis in range(len(n.sizes)))


def _pool(n: Numbers, walk: _Walk) -> dict[str, Operations]:
    forward, data = (_terms(keys, cells) for keys, cells in (walk.output, walk.input))
    scaled = int(data.sum()) if n.ceil_mode or not n.count_include_pad else int((data > 0).sum())
    return {
        "forward": Operations(int((forward > 0).sum()), _additions(forward), 0),
        "backward_input": Operations(scaled, _additions(data), 0),
        "backward_weight": Operations(),
        "backward_bias": Operations(),
    }


def _terms(keys: NDArray[np.int64], cells: int) -> NDArray[np.int64]:
    return np.bincount(keys, minlength=cells)


def _additions(terms: NDArray[np.int64]) -> int:
    return int(np.maximum(terms - 1, 0).sum())


Keys = tuple[NDArray[np.int64], int]


@dataclass(frozen=True)
class _Walk:
    """For every product computed: its output, input and weight entry; with how many entries there are."""

    output: Keys
    input: Keys
    weight: Keys


def _walk(n: Numbers, padding_aware: bool) -> _Walk:
    """Steps y (of a transposed layer: input cells) and taps u meet cell S*y + D*u, all of them tried."""
    outputs, inputs, scatters = n.outputs // n.groups, n.inputs // n.groups, n.kind == "transposed"
    steps = n.sizes if scatters else output_sizes(n)
    canvas = [_canvas(n, axis) for axis in range(len(steps))]
    # where a cell counts: between the paddings, or on the whole canvas
    first = [before * padding_aware for before, _ in n.sides]
    last = [cells - after * padding_aware for cells, (_, after) in zip(canvas, n.sides, strict=True)]

    tuples = np.indices((n.batch, n.groups, outputs, inputs, *steps, *n.kernel), dtype=np.int64)
    tuples = tuples.reshape(len(tuples), -1)
    y, u = tuples[4 : 4 + len(steps)], tuples[4 + len(steps) :]
    cells = _column(n.stride) * y + _column(n.dilation) * u
    tuples = tuples[:, ((_column(first) <= cells) & (cells < _column(last))).all(axis=0)]

    b, q, o, i, *spatial = tuples
    y, u = np.array(spatial[: len(steps)]), spatial[len(steps) :]
    cells = _column(n.stride) * y + _column(n.dilation) * np.array(u) - _column(first) if steps else y
    lengths = [end - start for start, end in zip(first, last, strict=True)]
    on_steps, on_cells = ([*y], [*steps]), ([*cells], lengths)
    written, read = (on_cells, on_steps) if scatters else (on_steps, on_cells)
    return _Walk(
        output=_key([b, q * outputs + o, *written[0]], [n.batch, n.outputs, *written[1]]),
        input=_key([b, q * inputs + i, *read[0]], [n.batch, n.inputs, *read[1]]),
        weight=_key([q * outputs + o, i, *u], [n.outputs, inputs, *n.kernel]),
    )


def _column(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64).reshape(-1, 1)


def _key(indices: Sequence[NDArray[np.int64]], lengths: Sequence[int]) -> Keys:
    """One number for several indices."""
    key = np.zeros_like(indices[0])
    for index, length in zip(indices, lengths, strict=True):
        key = key * length + index
    return key, math.prod(lengths)


def _canvas(n: Numbers, axis: int) -> int:
    """The cells of the padded input; of a transposed layer, all that it writes and output_padding."""
    if n.kind == "transposed":
        reach = n.stride[axis] * (n.sizes[axis] - 1) + n.dilation[axis] * (n.kernel[axis] - 1)
        return reach + 1 + n.extra[axis]
    return n.sizes[axis] + sum(n.sides[axis])


def _positions(n: Numbers, axis: int) -> int:
    before, after = n.sides[axis]
    cells, stride, span = _canvas(n, axis), n.stride[axis], n.dilation[axis] * (n.kernel[axis] - 1)
    if n.kind == "transposed":
        return cells - before - after
    found = 0
    while found * stride + span < cells:
        found += 1
    # ceil_mode: one more window where cells are left over, if it begins on the input or the padding before it
    left_over = n.ceil_mode and (found - 1) * stride + span < cells - 1
    return found + (left_over and found * stride < before + n.sizes[axis])
