"""Testing with symconv: Hypothesis strategies for layers and their tensors, and profiles to run them in."""

from symconv.testing.profiles import register_profiles
from symconv.testing.strategies import (
    conv_layers,
    conv_pairs,
    exact_inputs,
    input_shapes,
    layers,
    pool_layers,
    tensors_for,
)

__all__ = [
    "conv_layers",
    "conv_pairs",
    "exact_inputs",
    "input_shapes",
    "layers",
    "pool_layers",
    "register_profiles",
    "tensors_for",
]
