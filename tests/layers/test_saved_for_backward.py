"""memory.saved_for_backward against what PyTorch's autograd saves besides the parameters."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from oracles.torch_layers import module
from symconv.layers import AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, Linear
from symconv.testing.strategies import conv_layers, input_shapes, linear_layers


def saved_elements(network: nn.Module, x: torch.Tensor) -> int:
    """The elements that autograd keeps after a forward pass, each storage once, parameters left out."""
    parameters = {p.untyped_storage().data_ptr() for p in network.parameters()}
    kept: dict[int, torch.Tensor] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        address = tensor.untyped_storage().data_ptr()
        if address not in parameters:
            kept[address] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        network(x)
        return sum(tensor.untyped_storage().nbytes() // tensor.element_size() for tensor in kept.values())


def saved(layer: Any, shape: tuple[int, ...]) -> tuple[int, int]:
    """(derived, PyTorch's)"""
    x = torch.zeros(shape, requires_grad=True)
    return layer.memory(shape).saved_for_backward, saved_elements(module(layer), x)


def symmetric(layer: Any) -> bool:
    return layer.padding in ("valid",) or all(isinstance(sides, int) for sides in layer.padding)


@given(data=st.data())
def test_convolutions_save_their_input(data: st.DataObject) -> None:
    """Conv and ConvTranspose with zero padding, equal on both sides: exactly the input."""
    layer = data.draw(conv_layers(max_size=3).filter(symmetric))
    shape = data.draw(input_shapes(layer))
    derived, measured = saved(layer, shape)
    assert derived == measured == torch.Size(shape).numel()


@given(data=st.data())
def test_linear_saves_its_input(data: st.DataObject) -> None:
    """Linear: exactly the input."""
    layer = data.draw(linear_layers())
    derived, measured = saved(layer, data.draw(input_shapes(layer)))
    assert derived == measured


def test_odd_same_saves_its_input() -> None:
    """padding="same" with an odd kernel is symmetric."""
    assert saved(Conv2d(2, 3, 3, padding="same"), (1, 2, 5, 5)) == (50, 50)


def test_where_torch_keeps_more() -> None:
    """An even kernel's "same" and reflected padding keep a padded copy; average pooling keeps its input."""
    assert saved(Conv1d(2, 3, 4, padding="same"), (1, 2, 6)) == (12, 14)
    reflected = nn.Conv1d(2, 3, 3, padding=1, padding_mode="reflect")
    assert saved_elements(reflected, torch.zeros(1, 2, 6, requires_grad=True)) == 12 + 2 * (6 + 2)
    assert saved(AvgPool2d(2), (1, 3, 4, 4)) == (0, 48)


def test_only_what_is_read_is_saved() -> None:
    """A transposed layer's gradients read its input as a convolution's do; a pooling's gradient reads nothing."""
    assert ConvTranspose2d(2, 3, 3).memory((1, 2, 4, 4)).saved_for_backward == 32
    assert Linear(3, 2).memory((5, 3)).saved_for_backward == 15
    assert AvgPool2d(2).memory((1, 3, 4, 4)).saved_for_backward == 0
