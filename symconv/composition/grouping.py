"""The weights of grouped kernels laid out for fewer groups, and in a transposed kernel's order of channels."""

from __future__ import annotations

from typing import Any

from symconv.composition.arrays import Arrays


def with_groups(arrays: Arrays, weight: Any, groups: int, fewer: int) -> Any:
    """A weight (out, in/groups, *taps) as (out, in/fewer, *taps): zeros between the groups; ``fewer`` divides them.

    >>> import numpy as np
    >>> from symconv.composition.arrays import numpy_arrays
    >>> with_groups(numpy_arrays(np.dtype(int)), np.array([[[5]], [[7]]]), 2, 1)[:, :, 0].tolist()
    [[5, 0], [0, 7]]
    """
    if groups == fewer:
        return weight
    outputs, inputs, taps = weight.shape[0] // groups, weight.shape[1], tuple(weight.shape[2:])
    each = groups // fewer
    blocks = weight.reshape((fewer, each, outputs, inputs, *taps))
    whole = arrays.zeros((fewer, each, outputs, each, inputs, *taps))
    for number in range(each):
        whole[:, number, :, number] = blocks[:, number]
    return whole.reshape((fewer * each * outputs, each * inputs, *taps))


def exchanged(arrays: Arrays, weight: Any, groups: int) -> Any:
    """A weight with each group's channels exchanged: (in, out/groups, *taps) to (out, in/groups, *taps), and back."""
    rows, columns, taps = weight.shape[0] // groups, weight.shape[1], tuple(weight.shape[2:])
    tail = tuple(range(3, 3 + len(taps)))
    blocks = arrays.permute(weight.reshape((groups, rows, columns, *taps)), (0, 2, 1, *tail))
    return blocks.reshape((groups * columns, rows, *taps))
