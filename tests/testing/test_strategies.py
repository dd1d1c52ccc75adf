"""The strategies draw what they promise, shrink to the smallest, and refuse what makes no layer."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from symconv.errors import ArgumentError, ShapeError
from symconv.layers import AvgPool1d, Conv1d, Conv2d, ConvTranspose1d, Linear
from symconv.testing import (
    conv_layers,
    exact_inputs,
    input_shapes,
    layers,
    pool_layers,
    register_profiles,
    tensors_for,
)
from symconv.testing.strategies import smallest_sizes, tensor_shapes

SEARCH = settings(database=None, max_examples=2_000, phases=(Phase.generate, Phase.shrink))


@pytest.mark.parametrize(
    ("strategy", "condition", "smallest"),
    [
        (conv_layers(), lambda layer: True, Conv1d(1, 1, 1, bias=False)),
        (conv_layers(transposed=True), lambda layer: True, ConvTranspose1d(1, 1, 1, bias=False)),
        (conv_layers(dims=2), lambda layer: layer.groups > 1, Conv2d(2, 2, 1, groups=2, bias=False)),
        (conv_layers(), lambda layer: layer.padding == "same", Conv1d(1, 1, 1, padding="same", bias=False)),
        (pool_layers(), lambda layer: True, AvgPool1d(1)),
        (layers(), lambda layer: True, Linear(1, 1, bias=False)),
    ],
    ids=["conv", "transposed", "groups", "same", "pool", "any"],
)
def test_shrinks_to_the_smallest(strategy: Any, condition: Any, smallest: Any) -> None:
    """A failing test shows the smallest layer of its kind."""
    assert find(strategy, condition, settings=SEARCH) == smallest


@pytest.mark.parametrize(
    "condition",
    [
        lambda layer: layer.groups > 1 and layer.stride[0] > layer.kernel_size[0],
        lambda layer: isinstance(layer.padding[0], tuple) and layer.padding[0][0] > layer.kernel_size[0],
        lambda layer: layer.bias and layer.dilation[-1] > 2,
        lambda layer: layer.padding == "valid",
        lambda layer: max(getattr(layer, "output_padding", (0,))) > 1,
        lambda layer: layer.dims == 3,
    ],
)
def test_reaches_the_corners(condition: Any) -> None:
    """Groups, one-sided padding beyond the kernel, dilation, words for padding, output_padding, rank 3."""
    find(conv_layers(), condition, settings=settings(SEARCH, phases=(Phase.generate,)))


@given(data=st.data())
def test_shapes_have_an_output_and_none_smaller_has(data: st.DataObject) -> None:
    """Every drawn shape gives an output; one cell less than the smallest size of an axis gives none."""
    layer = data.draw(layers())
    shape = data.draw(input_shapes(layer))
    assert all(extent >= 1 for extent in layer.output_shape(shape))
    if isinstance(layer, Linear):
        return
    least = smallest_sizes(layer)
    for axis, size in enumerate(least, start=2):
        smaller = (*shape[:axis], size - 1, *shape[axis + 1 :])
        if size > 1:
            with pytest.raises(ShapeError):
                layer.output_shape(smaller)


@given(data=st.data())
def test_tensors(data: st.DataObject) -> None:
    """The tensors have the shapes that the layer reads; exact ones are small integers in float64."""
    layer = data.draw(layers())
    shape = data.draw(input_shapes(layer))
    exact, random = data.draw(exact_inputs(layer, shape)), data.draw(tensors_for(layer, shape, dtype=torch.float16))
    wanted = tensor_shapes(layer, shape)
    assert {name: tuple(t.shape) for name, t in exact.items()} == wanted
    assert {name: tuple(t.shape) for name, t in random.items()} == wanted
    assert all(t.dtype == torch.float64 and torch.equal(t, t.round()) and t.abs().max() <= 4 for t in exact.values())
    assert all(t.dtype == torch.float16 for t in random.values())


@given(data=st.data())
def test_padding_modes_have_inputs(data: st.DataObject) -> None:
    """Circular and reflected padding get inputs that are large enough for it."""
    layer = data.draw(conv_layers(transposed=False, padding_modes=("circular", "reflect")))
    assert all(extent >= 1 for extent in layer.output_shape(data.draw(input_shapes(layer))))


def test_a_rank_that_is_none() -> None:
    """dims=4 is refused in one sentence."""
    with pytest.raises(ArgumentError, match=r"^dims=4: is no rank of a layer; pass 1, 2, 3, or leave it out\."):
        find(conv_layers(dims=4), lambda layer: True, settings=SEARCH)


def test_profiles() -> None:
    """dev is quick, ci repeats itself, nightly is long; none has a deadline."""
    assert register_profiles() == ("dev", "ci", "nightly")
    dev, ci, nightly = (settings.get_profile(name) for name in ("dev", "ci", "nightly"))
    assert dev.max_examples < ci.max_examples < nightly.max_examples
    assert ci.derandomize
    assert {dev.deadline, ci.deadline, nightly.deadline} == {None}
