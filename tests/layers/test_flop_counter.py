"""PyTorch's FlopCounterMode: right on the forward pass, at two operations a product; wrong on dW of groups."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from oracles.torch_layers import module
from symconv.layers import Conv2d
from symconv.testing.strategies import conv_layers, input_shapes, linear_layers


def measured(layer: Any, shape: tuple[int, ...], backward: bool = False) -> int:
    network, x = module(layer), torch.zeros(shape, requires_grad=backward)
    with FlopCounterMode(display=False) as counter:
        output = network(x)
        if backward:
            output.sum().backward()
    return counter.get_total_flops()


def symmetric(layer: Any) -> bool:
    return isinstance(layer.padding, str) or all(isinstance(sides, int) for sides in layer.padding)


@given(data=st.data())
def test_forward(data: st.DataObject) -> None:
    """Conv, ConvTranspose and Linear: 2*macs of the nominal count."""
    layer = data.draw(st.one_of(conv_layers(max_size=3).filter(symmetric), linear_layers()))
    shape = data.draw(input_shapes(layer))
    if len(shape) == 1:
        shape = (1, *shape)  # a vector times a matrix is another operator, which the counter does not know
    assert measured(layer, shape) == 2 * layer.cost(shape).forward.macs


def test_backward_of_one_group() -> None:
    """One group, no padding: 2*macs of both gradients."""
    layer, shape = Conv2d(4, 6, 3), (2, 4, 8, 8)
    cost = layer.cost(shape)
    assert measured(layer, shape, backward=True) == 2 * (cost.forward.macs + cost.backward.macs)


def test_its_weight_gradient_is_too_large_by_the_groups() -> None:
    """With groups the counter takes dW for a full product of channels: ``groups`` times what is computed."""
    layer, shape = Conv2d(4, 8, 3, groups=2), (2, 4, 8, 8)
    cost = layer.cost(shape)
    right = cost.forward.macs + cost.backward.macs
    assert measured(layer, shape, backward=True) == 2 * (right + (layer.groups - 1) * cost.backward_weight.macs)
