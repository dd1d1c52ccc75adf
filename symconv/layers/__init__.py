"""Layers under PyTorch's names: frozen arguments, from which shape, cost, memory and backward passes are derived."""

from symconv.layers.application import Application
from symconv.layers.base import Layer
from symconv.layers.convolution import Conv1d, Conv2d, Conv3d
from symconv.layers.cost import Cost, Ops
from symconv.layers.derive import QUANTITIES, derive
from symconv.layers.from_torch import from_module
from symconv.layers.linear import Linear
from symconv.layers.memory import Memory
from symconv.layers.pooling import AvgPool1d, AvgPool2d, AvgPool3d
from symconv.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

__all__ = [
    "QUANTITIES",
    "Application",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Cost",
    "Layer",
    "Linear",
    "Memory",
    "Ops",
    "derive",
    "from_module",
]
