"""Modules of torch.nn read as layers, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from oracles.torch_layers import module
from symconv import layers
from symconv.errors import ArgumentError
from symconv.layers.from_torch import from_module
from symconv.testing.strategies import input_shapes
from symconv.testing.strategies import layers as all_layers

READ = (
    "Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, Linear, AvgPool1d, AvgPool2d, AvgPool3d"
)


def symmetric(layer: Any) -> bool:
    padding = getattr(layer, "padding", ())
    return isinstance(padding, str) or all(isinstance(sides, int) for sides in padding)


@given(data=st.data())
def test_there_and_back(data: st.DataObject) -> None:
    """A layer's module is read as that layer; with small inputs both have one output shape."""
    layer = data.draw(all_layers(max_size=3).filter(symmetric))
    network = module(layer)
    assert from_module(network) == layer
    x = torch.zeros(data.draw(input_shapes(layer)))
    if not (
        isinstance(network, nn.AvgPool3d) and any(s < k for s, k in zip(x.shape[2:], layer.kernel_size, strict=True))
    ):
        assert layer.output_shape(tuple(x.shape)) == tuple(network(x).shape)


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        (nn.Conv2d(2, 4, 3, padding="same"), layers.Conv2d(2, 4, 3, padding="same")),
        (nn.Conv1d(2, 4, 3, padding="valid"), layers.Conv1d(2, 4, 3, padding="valid")),
        (
            nn.Conv2d(2, 4, 3, padding=(0, 1), padding_mode="circular"),
            layers.Conv2d(2, 4, 3, padding=(0, 1), padding_mode="circular"),
        ),
        (nn.Conv3d(2, 2, (1, 2, 3), 2, groups=2, bias=False), layers.Conv3d(2, 2, (1, 2, 3), 2, groups=2, bias=False)),
        (
            nn.ConvTranspose2d(2, 4, 3, 2, 1, (0, 1), dilation=2),
            layers.ConvTranspose2d(2, 4, 3, 2, 1, (0, 1), dilation=2),
        ),
        (nn.AvgPool2d(3), layers.AvgPool2d(3)),
        (nn.AvgPool2d((3,), (2,)), layers.AvgPool2d(3, 2)),
        (nn.AvgPool1d(3, 2, 1, True, False), layers.AvgPool1d(3, 2, 1, True, False)),
        (nn.Linear(3, 2, bias=False), layers.Linear(3, 2, bias=False)),
        (nn.modules.linear.NonDynamicallyQuantizableLinear(3, 2), layers.Linear(3, 2)),
    ],
    ids=str,
)
def test_arguments(network: nn.Module, layer: Any) -> None:
    """Every argument arrives, and so does that of a subclass that computes the same."""
    assert from_module(network) == layer


def test_a_materialised_lazy_module() -> None:
    """A Lazy* module is an ordinary one after its first input."""
    lazy = nn.LazyConv2d(4, 3)
    lazy(torch.zeros(1, 2, 5, 5))
    assert from_module(lazy) == layers.Conv2d(2, 4, 3)


class Doubled(nn.Conv2d):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(x)


class Shifted(nn.Conv2d):
    def _conv_forward(self, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        return super()._conv_forward(x, weight, bias) + 1


def replaced() -> nn.Module:
    network = nn.Linear(3, 2)
    network.forward = lambda x: x  # type: ignore[method-assign]
    return network


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (nn.LazyConv2d(4, 3), "module=LazyConv2d: does not know its sizes yet; run it once on an input."),
        (
            nn.AvgPool2d(2, divisor_override=3),
            "divisor_override=3: makes the pooling no average; leave it out, and scale the result instead.",
        ),
        (nn.ReLU(), f"module=ReLU: is no layer that is read here; pass one of {READ}."),
        (nn.Sequential(nn.Linear(1, 1)), f"module=Sequential: is no layer that is read here; pass one of {READ}."),
        ("Conv2d", f"module=str: is no layer that is read here; pass one of {READ}."),
        (
            Doubled(1, 1, 1),
            "module=Doubled: has a forward of its own, which may compute anything; "
            "pass the nn.Conv2d that it is made of.",
        ),
        (
            Shifted(1, 1, 1),
            "module=Shifted: has a _conv_forward of its own, which may compute anything; "
            "pass the nn.Conv2d that it is made of.",
        ),
        (
            replaced(),
            "module=Linear: has a forward of its own, which may compute anything; "
            "pass the nn.Linear that it is made of.",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_refused(network: Any, message: str) -> None:
    """What is not read exactly is refused in one sentence."""
    with pytest.raises(ArgumentError) as raised:
        from_module(network)
    assert str(raised.value) == message


def test_importing_loads_no_torch() -> None:
    """PyTorch is loaded when a module is read, not before."""
    code = "import sys, symconv.layers.from_torch, symconv.numerics.tensors; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
