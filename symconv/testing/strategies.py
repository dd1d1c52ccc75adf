"""Hypothesis strategies: layers with numbers, input shapes that give an output, and tensors for them.

All shrink towards small sizes, stride and dilation 1, one group, no padding and no bias.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from symconv.errors import ArgumentError, ShapeError, sentence
from symconv.layers.application import PARAMETERS
from symconv.layers.base import Layer
from symconv.layers.convolution import Conv1d, Conv2d, Conv3d
from symconv.layers.linear import Linear
from symconv.layers.pooling import AvgPool1d, AvgPool2d, AvgPool3d
from symconv.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from symconv.testing.pairs import conv_pairs

__all__ = ["conv_layers", "conv_pairs", "exact_inputs", "input_shapes", "layers", "pool_layers", "tensors_for"]

Shape = tuple[int, ...]

_CONVOLUTIONS = {1: Conv1d, 2: Conv2d, 3: Conv3d}
_TRANSPOSED = {1: ConvTranspose1d, 2: ConvTranspose2d, 3: ConvTranspose3d}
_POOLS = {1: AvgPool1d, 2: AvgPool2d, 3: AvgPool3d}


@st.composite
def conv_layers(
    draw: DrawFn,
    dims: int | None = None,
    transposed: bool | None = None,
    max_size: int = 4,
    padding_modes: Sequence[str] = ("zeros",),
) -> Layer:
    """Conv1d to Conv3d and ConvTranspose1d to ConvTranspose3d, with numbers for all arguments.

    ``dims`` is 1, 2 or 3, and ``transposed`` True or False; left out, both are drawn. Kernels, strides, dilations and
    one-sided paddings go up to ``max_size``, channels in a group up to 3; ``padding_modes`` are those of convolutions.

    >>> from hypothesis import find, settings
    >>> find(conv_layers(), lambda layer: True, settings=settings(derandomize=True, database=None))
    Conv1d(1, 1, kernel_size=1, bias=False)
    """
    rank = draw(_ranks(dims))
    sizes = _per_axis(rank, 1, max_size)
    groups = draw(st.integers(1, 3))
    common: dict[str, Any] = {
        "in_channels": groups * draw(st.integers(1, 3)),
        "out_channels": groups * draw(st.integers(1, 3)),
        "groups": groups,
        "kernel_size": draw(sizes),
        "dilation": draw(sizes),
        "bias": draw(st.booleans()),
    }
    if draw(st.booleans()) if transposed is None else transposed:
        return draw(_transposed_layers(rank, common, max_size))
    # drawn whether used or not: Hypothesis takes fewer draws for smaller, and would shrink to "same"
    stride, sides = draw(sizes), draw(_sides(rank, max_size))
    word, mode = draw(st.sampled_from(("", "valid", "same"))), draw(st.sampled_from(padding_modes))
    stride = (1,) * rank if word == "same" else stride
    return _CONVOLUTIONS[rank](**common, stride=stride, padding=word or sides, padding_mode=mode)


@st.composite
def _transposed_layers(draw: DrawFn, rank: int, common: dict[str, Any], max_size: int) -> Layer:
    stride = draw(_per_axis(rank, 1, max_size))
    extra = tuple(draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, common["dilation"], strict=True))
    return _TRANSPOSED[rank](**common, stride=stride, padding=draw(_sides(rank, max_size)), output_padding=extra)


@st.composite
def pool_layers(draw: DrawFn, dims: int | None = None, max_size: int = 4) -> Layer:
    """AvgPool1d to AvgPool3d, with ``ceil_mode`` and ``count_include_pad``; kernels and strides up to ``max_size``."""
    rank = draw(_ranks(dims))
    kernel = draw(_per_axis(rank, 1, max_size))
    return _POOLS[rank](
        kernel_size=kernel,
        stride=draw(_per_axis(rank, 1, max_size)),
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


def smallest_sizes(layer: Layer) -> Shape:
    """The smallest input size of each spatial axis on which a layer with numbers has an output.

    >>> smallest_sizes(Conv2d(1, 1, 3, padding=((0, 0), (1, 0)), dilation=2))
    (5, 4)
    """
    standard = layer.on()
    extents = standard.actual.extents
    return tuple(
        next(
            size
            for size in itertools.count(1)
            if extent.condition.subs(standard.shape[axis], size) >= 0 and _accepts(layer, axis, size)
        )
        for axis, extent in enumerate(extents, start=2)
    )


def _accepts(layer: Layer, axis: int, size: int) -> bool:
    """Whether circular and reflected padding find the cells that they need."""
    shape = layer.standard_input()
    try:
        layer.read_input((*shape[:axis], size, *shape[axis + 1 :]))
    except ShapeError:
        return False
    return True


@st.composite
def exact_inputs(
    draw: DrawFn, layer: Layer, input_shape: Sequence[int] | None = None, max_entry: int = 4
) -> dict[str, Any]:
    """{"X": ..., "W": ..., "b": ...}: float64 tensors of PyTorch with small integers, on which all sums are exact.

    Only the tensors that the layer has; ``input_shape`` is drawn if left out. Entries lie in -max_entry..max_entry.
    """
    shapes = tensor_shapes(layer, draw(input_shapes(layer)) if input_shape is None else input_shape)
    random = _random(draw)
    return {name: _from_numpy(random.integers(-max_entry, max_entry + 1, s)) for name, s in shapes.items()}


@st.composite
def tensors_for(
    draw: DrawFn, layer: Layer, input_shape: Sequence[int] | None = None, dtype: Any = None, device: Any = "cpu"
) -> dict[str, Any]:
    """{"X": ..., "W": ..., "b": ...}: tensors of PyTorch with normal entries, in ``dtype`` (left out: float32)."""
    import torch

    shapes = tensor_shapes(layer, draw(input_shapes(layer)) if input_shape is None else input_shape)
    random = _random(draw)
    wanted = {"dtype": dtype or torch.float32, "device": device}
    return {name: _from_numpy(random.standard_normal(s)).to(**wanted) for name, s in shapes.items()}


def tensor_shapes(layer: Layer, input_shape: Sequence[int]) -> dict[str, Shape]:
    """The shapes of the tensors that a layer with numbers reads.

    >>> tensor_shapes(Conv1d(2, 4, 3), (1, 2, 9))
    {'X': (1, 2, 9), 'W': (4, 2, 3), 'b': (4,)}
    """
    statement = layer.on(input_shape).nominal.statement
    own = {t: tuple(map(int, statement.shape(t))) for t in PARAMETERS if t in statement.reads}
    return {"X": tuple(input_shape), **own}


def _random(draw: DrawFn) -> np.random.Generator:
    """One seed for all entries: arrays drawn entry by entry would use up what Hypothesis may draw."""
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


def _from_numpy(values: Any) -> Any:
    import torch

    return torch.from_numpy(np.asarray(values, dtype=np.float64))


def _ranks(dims: int | None) -> SearchStrategy[int]:
    if dims is None:
        return st.integers(1, 3)
    if dims not in _CONVOLUTIONS:
        raise ArgumentError(sentence(f"dims={dims!r}", "is no rank of a layer", "pass 1, 2, 3, or leave it out"))
    return st.just(dims)


def _per_axis(rank: int, least: int, most: int) -> SearchStrategy[tuple[int, ...]]:
    return st.tuples(*[st.integers(least, max(least, most))] * rank)


def _sides(rank: int, most: int) -> SearchStrategy[tuple[tuple[int, int], ...]]:
    """Padding before and after each axis, one side larger than any kernel at times."""
    side = st.integers(0, most)
    return st.tuples(*[st.tuples(side, side)] * rank)
