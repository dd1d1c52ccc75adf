"""Testing with symconv: does a convolution compute what it should?  Assertions, probes, strategies, a pytest plugin."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

#: Where each name lives; it is imported when it is first used, so that pytest can load the plugin without PyTorch.
_HOMES = {
    "symconv.testing.calls": ("FunctionError",),
    "symconv.testing.cases": ("ConvCase", "conv_cases"),
    "symconv.testing.checking": ("CheckConv",),
    "symconv.testing.closeness": ("ConvMismatchError", "UnprovedError", "assert_conv_close"),
    "symconv.testing.comparing": ("Agreement", "Comparison", "compare"),
    "symconv.testing.profiles": ("register_profiles",),
    "symconv.testing.strategies": (
        "conv_layers",
        "conv_pairs",
        "exact_inputs",
        "input_shapes",
        "layers",
        "pool_layers",
        "probing_inputs",
        "tensors_for",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 - the names are literal strings of the table

if TYPE_CHECKING:
    from symconv.testing.calls import FunctionError
    from symconv.testing.cases import ConvCase, conv_cases
    from symconv.testing.checking import CheckConv
    from symconv.testing.closeness import ConvMismatchError, UnprovedError, assert_conv_close
    from symconv.testing.comparing import Agreement, Comparison, compare
    from symconv.testing.profiles import register_profiles
    from symconv.testing.strategies import (
        conv_layers,
        conv_pairs,
        exact_inputs,
        input_shapes,
        layers,
        pool_layers,
        probing_inputs,
        tensors_for,
    )


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'symconv.testing' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
