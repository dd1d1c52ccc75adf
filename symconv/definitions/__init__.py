"""One definition a layer, each a statement in index notation; everything else about the layer is derived from it."""

from symconv.definitions.axis import Axis, Definition, Window
from symconv.definitions.channels import Channels
from symconv.definitions.convolution import convolution
from symconv.definitions.linear import linear
from symconv.definitions.pooling import average_pool
from symconv.definitions.transposed import transposed_convolution

__all__ = [
    "Axis",
    "Channels",
    "Definition",
    "Window",
    "average_pool",
    "convolution",
    "linear",
    "transposed_convolution",
]
