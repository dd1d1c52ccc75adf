"""Hypothesis strategies: layers with numbers, input shapes that give an output, and tensors for them.

All shrink towards small sizes, stride and dilation 1, one group, no padding and no bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from symconv.layers.base import Layer
from symconv.layers.linear import Linear
from symconv.layers.pooling import AvgPool1d, AvgPool2d, AvgPool3d
from symconv.rounding.arithmetic import read_arithmetic
from symconv.testing.convolutions import conv_layers, per_axis, ranks
from symconv.testing.pairs import conv_pairs
from symconv.testing.probes import PROBES, probe
from symconv.testing.problems import blank_problem
from symconv.testing.shapes import Shape, smallest_sizes, tensor_shapes

__all__ = [
    "conv_layers",
    "conv_pairs",
    "exact_inputs",
    "input_shapes",
    "layers",
    "pool_layers",
    "probing_inputs",
    "smallest_sizes",
    "tensor_shapes",
    "tensors_for",
]

_POOLS = {1: AvgPool1d, 2: AvgPool2d, 3: AvgPool3d}


@st.composite
def pool_layers(draw: DrawFn, dims: int | None = None, max_size: int = 4) -> Layer:
    """AvgPool1d to AvgPool3d, with ``ceil_mode`` and ``count_include_pad``; kernels and strides up to ``max_size``."""
    rank = draw(ranks(dims))
    kernel = draw(per_axis(rank, 1, max_size))
    return _POOLS[rank](
        kernel_size=kernel,
        stride=draw(per_axis(rank, 1, max_size)),
        padding=tuple(draw(st.integers(0, k // 2)) for k in kernel),
        ceil_mode=draw(st.booleans()),
        count_include_pad=not draw(st.booleans()),
    )


def linear_layers(max_size: int = 4) -> SearchStrategy[Layer]:
    """Linear, with features up to ``max_size``."""
    features = st.integers(1, max_size)
    return st.builds(Linear, features, features, bias=st.booleans())


def layers(dims: int | None = None, max_size: int = 4) -> SearchStrategy[Layer]:
    """Layers of every kind; with ``dims`` those of that rank, which leaves out Linear."""
    spatial = st.one_of(conv_layers(dims, max_size=max_size), pool_layers(dims, max_size=max_size))
    return spatial if dims is not None else st.one_of(linear_layers(max_size), spatial)


@st.composite
def input_shapes(draw: DrawFn, layer: Layer, max_extra: int = 4) -> Shape:
    """Input shapes on which the layer has an output: from the smallest size of each axis up to ``max_extra`` more."""
    if isinstance(layer, Linear):
        return (*draw(st.lists(st.integers(1, 3), max_size=2)), layer.in_features)
    channels = getattr(layer, "in_channels", None) or draw(st.integers(1, 3))
    least = smallest_sizes(layer)
    return (draw(st.integers(1, 2)), channels, *(size + draw(st.integers(0, max_extra)) for size in least))


@st.composite
def exact_inputs(
    draw: DrawFn,
    layer: Layer,
    input_shape: Sequence[int] | None = None,
    max_entry: int = 4,
    *,
    dtype: Any = None,
    device: Any = "cpu",
) -> dict[str, Any]:
    """{"X": ..., "W": ..., "b": ...}: tensors of PyTorch with small integers, on which all sums are exact.

    Only the tensors that the layer has; ``input_shape`` is drawn if left out, and ``dtype`` is then float64. Entries
    lie in -max_entry..max_entry; a narrow dtype holds sums of few of them.
    """
    import torch

    shapes = _shapes(draw, layer, input_shape)
    random = _random(draw)
    wanted = {"dtype": dtype or torch.float64, "device": device}
    drawn = {name: random.integers(-max_entry, max_entry + 1, s) for name, s in shapes.items()}
    return {name: _from_numpy(values).to(**wanted) for name, values in drawn.items()}


@st.composite
def probing_inputs(
    draw: DrawFn, layer: Layer, input_shape: Sequence[int] | None = None, dtype: Any = None, device: Any = "cpu"
) -> dict[str, Any]:
    """{"X": ..., "W": ..., "b": ...}: operands made to show mistakes, on which every order of summation is exact.

    Ones, impulses, single taps, and integers, some of which need all bits of the accumulator or cancel; ``dtype`` left
    out is float32. For convolutions, plain or transposed, that pad with zeros; raises ``ArgumentError`` for others.

    >>> from hypothesis import find, settings
    >>> from symconv.layers import Conv1d
    >>> inputs = probing_inputs(Conv1d(1, 1, 2, bias=False), (1, 1, 3))
    >>> find(inputs, lambda tensors: True, settings=settings(derandomize=True, database=None))["X"]
    tensor([[[1., 1., 1.]]])
    """
    shape = draw(input_shapes(layer)) if input_shape is None else input_shape
    problem = blank_problem(layer, shape, dtype or "float32", device)
    made = probe(problem, read_arithmetic(problem), draw(st.sampled_from(list(PROBES))), draw(seeds()))
    if made is None:
        reject()
    return made.tensors


@st.composite
def tensors_for(
    draw: DrawFn, layer: Layer, input_shape: Sequence[int] | None = None, dtype: Any = None, device: Any = "cpu"
) -> dict[str, Any]:
    """{"X": ..., "W": ..., "b": ...}: tensors of PyTorch with normal entries, in ``dtype`` (left out: float32)."""
    import torch

    shapes = _shapes(draw, layer, input_shape)
    random = _random(draw)
    wanted = {"dtype": dtype or torch.float32, "device": device}
    return {name: _from_numpy(random.standard_normal(s)).to(**wanted) for name, s in shapes.items()}


def _shapes(draw: DrawFn, layer: Layer, input_shape: Sequence[int] | None) -> dict[str, Shape]:
    return tensor_shapes(layer, draw(input_shapes(layer)) if input_shape is None else input_shape)


def seeds() -> SearchStrategy[int]:
    """One seed for all entries: arrays drawn entry by entry would use up what Hypothesis may draw."""
    return st.integers(0, 2**32 - 1)


def _random(draw: DrawFn) -> np.random.Generator:
    return np.random.default_rng(draw(seeds()))


def _from_numpy(values: Any) -> Any:
    import torch

    return torch.from_numpy(np.asarray(values, dtype=np.float64))
