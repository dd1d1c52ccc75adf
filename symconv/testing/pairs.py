"""Hypothesis strategies for two layers in a row."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from symconv.layers.base import Layer
from symconv.layers.convolution import Conv1d, Conv2d, Conv3d

_CONVOLUTIONS = {1: Conv1d, 2: Conv2d, 3: Conv3d}


@st.composite
def conv_pairs(draw: DrawFn, dims: int | None = None, max_size: int = 3) -> tuple[Layer, Layer]:
    """Two convolutions of numbers, the second of which reads the first one's channels.

    Stride, dilation, groups, one-sided padding and bias are drawn for each; half of the second layers are unpadded.

    >>> from hypothesis import find, settings
    >>> find(conv_pairs(), lambda pair: True, settings=settings(derandomize=True, database=None))[1]
    Conv1d(1, 1, kernel_size=1, bias=False)
    """
    rank = draw(st.integers(1, 3)) if dims is None else dims
    groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    middle = math.lcm(*groups)
    ends = groups[0] * draw(st.integers(1, 2)), groups[1] * draw(st.integers(1, 2))
    first = draw(_arguments(rank, max_size))
    second = draw(_arguments(rank, max_size))
    if not draw(st.booleans()):
        second["padding"] = 0
    layer = _CONVOLUTIONS[rank]
    return (
        layer(in_channels=ends[0], out_channels=middle, groups=groups[0], **first),
        layer(in_channels=middle, out_channels=ends[1], groups=groups[1], **second),
    )


@st.composite
def _arguments(draw: DrawFn, rank: int, max_size: int) -> dict[str, Any]:
    sizes = st.tuples(*[st.integers(1, max_size)] * rank)
    side = st.integers(0, max_size)
    return {
        "kernel_size": draw(sizes),
        "stride": draw(sizes),
        "dilation": draw(sizes),
        "padding": draw(st.tuples(*[st.tuples(side, side)] * rank)),
        "bias": draw(st.booleans()),
    }
