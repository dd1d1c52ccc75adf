"""From a module of torch.nn to the layer with its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from symconv.errors import ArgumentError, sentence
from symconv.layers.base import Layer
from symconv.layers.convolution import Conv1d, Conv2d, Conv3d
from symconv.layers.linear import Linear
from symconv.layers.pooling import AvgPool1d, AvgPool2d, AvgPool3d
from symconv.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

Arguments = dict[str, Any]


def from_module(module: Any) -> Layer:
    """The layer that a module of torch.nn computes; it takes the arguments, not the weights.

    Reads Conv, ConvTranspose and AvgPool of rank 1, 2 and 3, Linear, and subclasses that keep their ``forward``.
    Raises ``ArgumentError`` for any other module, one whose sizes are not known yet (Lazy*), and a pooling with
    ``divisor_override``.

    >>> from torch import nn
    >>> from_module(nn.Conv2d(8, 16, 3, padding=1, bias=False))
    Conv2d(8, 16, kernel_size=3, padding=1, bias=False)
    """
    from torch import nn
    from torch.nn.modules.lazy import LazyModuleMixin

    subject = f"module={type(module).__name__}"
    reading = next((r for r in _READINGS if isinstance(module, getattr(nn, r.layer.__name__))), None)
    if reading is None:
        names = ", ".join(r.layer.__name__ for r in _READINGS)
        raise ArgumentError(sentence(subject, "is no layer that is read here", f"pass one of {names}"))
    if isinstance(module, LazyModuleMixin) and module.has_uninitialized_params():  # type: ignore[misc]
        raise ArgumentError(sentence(subject, "does not know its sizes yet", "run it once on an input"))
    own = next(_own_methods(module, getattr(nn, reading.layer.__name__)), None)
    if own is not None:
        raise ArgumentError(
            sentence(
                subject,
                f"has a {own} of its own, which may compute anything",
                f"pass the nn.{reading.layer.__name__} that it is made of",
            )
        )
    return reading.layer(**reading.arguments(module))


#: The methods that say what a module computes.
_COMPUTING = ("forward", "_conv_forward", "__call__")


def _own_methods(module: Any, base: type) -> Iterator[str]:
    """The computing methods that a subclass, or the instance itself, has replaced."""
    for name in _COMPUTING:
        if getattr(type(module), name, None) is not getattr(base, name, None) or name in vars(module):
            yield name


def _convolution(module: Any) -> Arguments:
    return {**_common(module), "padding_mode": module.padding_mode}


def _transposed(module: Any) -> Arguments:
    return {**_common(module), "output_padding": module.output_padding}


def _common(module: Any) -> Arguments:
    names = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups")
    return {**{name: getattr(module, name) for name in names}, "bias": module.bias is not None}


def _linear(module: Any) -> Arguments:
    return {
        "in_features": module.in_features,
        "out_features": module.out_features,
        "bias": module.bias is not None,
    }


def _pooling(module: Any) -> Arguments:
    override = getattr(module, "divisor_override", None)
    if override is not None:
        raise ArgumentError(
            sentence(
                f"divisor_override={override}",
                "makes the pooling no average",
                "leave it out, and scale the result instead",
            )
        )
    names = ("kernel_size", "stride", "padding")
    flags = {name: bool(getattr(module, name)) for name in ("ceil_mode", "count_include_pad")}
    return {**{name: _one_for_all(getattr(module, name)) for name in names}, **flags}


def _one_for_all(value: Any) -> Any:
    """PyTorch's pooling takes a tuple of one entry for every axis."""
    return value[0] if isinstance(value, tuple | list) and len(value) == 1 else value


@dataclass(frozen=True)
class _Reading:
    """How the arguments of one kind of module are read; the module bears the layer's name."""

    layer: Callable[..., Layer] | Any
    arguments: Callable[[Any], Arguments]


_READINGS = (
    *(_Reading(layer, _convolution) for layer in (Conv1d, Conv2d, Conv3d)),
    *(_Reading(layer, _transposed) for layer in (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)),
    _Reading(Linear, _linear),
    *(_Reading(layer, _pooling) for layer in (AvgPool1d, AvgPool2d, AvgPool3d)),
)
