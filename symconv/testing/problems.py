"""A layer's convolution as a problem, before there are operands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symconv.errors import ArgumentError, sentence
from symconv.layers.base import Layer
from symconv.rounding.formats import FORMATS
from symconv.rounding.problem import Problem
from symconv.testing.shapes import tensor_shapes

#: The formats that tensors have.
DTYPES = tuple(name for name in FORMATS if name != "tf32")


def blank_problem(layer: Layer, input_shape: Sequence[int], dtype: Any = "float32", device: Any = "cpu") -> Problem:
    """The convolution of a layer with numbers on operands that are all 0.

    ``dtype`` is a torch dtype or its name.  Raises ``ArgumentError``, and ``ShapeError`` for an input that the layer
    does not take.

    >>> from symconv.layers import Conv1d
    >>> blank_problem(Conv1d(2, 4, 3), (1, 2, 9)).describe()
    'Conv1d(2, 4, kernel_size=3) on float32 (1, 2, 9)'
    """
    torch = needed_torch()
    check_layer(layer)
    wanted = {"dtype": getattr(torch, read_dtype(dtype)), "device": read_device(device)}
    tensors = {name: torch.zeros(shape, **wanted) for name, shape in tensor_shapes(layer, input_shape).items()}
    return Problem(layer, tensors, "output", True)


def check_layer(layer: Layer) -> None:
    """Refuse what is no convolution with numbers that pads with zeros."""
    if not hasattr(layer, "sides"):
        raise ArgumentError(sentence(f"layer={layer!r}", "is no convolution", "pass Conv2d or ConvTranspose2d, say"))
    if not layer.pads_with_zeros:
        raise ArgumentError(
            sentence(f"layer={layer!r}", "does not pad with zeros", "pad the input first, and pass padding=0")
        )
    if layer.symbols():
        raise ArgumentError(sentence(f"layer={layer!r}", "has symbols among its arguments", "pass numbers"))


def needed_torch() -> Any:
    """PyTorch; raises ``ArgumentError`` where it is not installed."""
    try:
        import torch
    except ImportError:
        raise ArgumentError(
            sentence("symconv.testing", "needs PyTorch, which is not installed", "run pip install 'symconv[torch]'")
        ) from None
    return torch


def read_dtype(dtype: Any) -> str:
    """The name of a dtype that has rounding bounds.

    >>> read_dtype("float16")
    'float16'
    """
    name = str(dtype).removeprefix("torch.")
    if name not in DTYPES:
        raise ArgumentError(sentence(f"dtype={name}", "has no rounding bounds", f"use one of {', '.join(DTYPES)}"))
    return name


def read_device(device: Any) -> Any:
    """The torch device of a name that can be used here."""
    torch = needed_torch()
    try:
        found = torch.device(device)
        torch.zeros((), device=found)
    except (RuntimeError, AssertionError, TypeError, NotImplementedError):
        raise ArgumentError(
            sentence(f"device={str(device)!r}", "cannot be used here", "use 'cpu', or run where there is such a device")
        ) from None
    return found
