"""A convolution as a theorem about all weights sees it: its sizes, in numbers or symbols, and no entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sympy import Expr, Integer, Symbol, cancel

from symconv.composition.kernel import Kernel
from symconv.definitions import Axis, Channels, Definition, convolution
from symconv.definitions.transposed import transposed_convolution
from symconv.layers.arguments import expression
from symconv.layers.base import LABELS
from symconv.statements import Names, symbol, symbols_of


@dataclass(frozen=True)
class Sized:
    """A plain convolution's sizes.

    axes   one a spatial axis, on an input of the standard sizes
    bias   whether there is one
    mode   the padding mode, "zeros" where nothing is padded
    """

    inputs: Expr
    outputs: Expr
    groups: Expr
    axes: tuple[Axis, ...]
    bias: bool
    mode: str = "zeros"

    @staticmethod
    def of(layer: Any) -> Sized:
        """The sizes of a ``Kernel``, or of a ``Conv1d`` to ``Conv3d``.

        >>> import numpy as np
        >>> Sized.of(Kernel(np.ones((6, 2, 3)), groups=2)).inputs
        4
        """
        axes = axes_of(layer)
        inputs, outputs, groups = map(expression, (layer.in_channels, layer.out_channels, layer.groups))
        bias = layer.bias is not None if isinstance(layer, Kernel) else layer.bias
        mode = layer.padding_mode if any(map(is_padded, axes)) else "zeros"
        return Sized(inputs, outputs, groups, axes, bias, mode)

    @property
    def symbols(self) -> set[Symbol]:
        """The symbols in the sizes."""
        return symbols_of([self.inputs, self.outputs, self.groups, *(e for a in self.axes for e in _sizes(a).values())])

    def put(self, values: Mapping[Expr, Expr]) -> Sized:
        """The same layer with other expressions for some."""

        def changed(e: Expr) -> Expr:
            found = e.xreplace(dict(values))
            return e if found == e else cancel(found)

        axes = tuple(replace(axis, **{name: changed(e) for name, e in _sizes(axis).items()}) for axis in self.axes)
        channels = {name: changed(getattr(self, name)) for name in ("inputs", "outputs", "groups")}
        return replace(self, axes=axes, **channels)


def _sizes(axis: Axis) -> Mapping[str, Expr]:
    return {f.name: value for f in fields(axis) if isinstance(value := getattr(axis, f.name), Expr)}


def axes_of(layer: Any) -> tuple[Axis, ...]:
    """The layer's axes as the definitions take them, on an input of standard sizes."""
    labels = LABELS[layer.dims]
    kernel = isinstance(layer, Kernel)
    sides, extras = (layer.padding, layer.output_padding) if kernel else (layer.sides, (0,) * layer.dims)
    return tuple(
        Axis(label, symbol(f"{label.upper()}_in"), *map(expression, (k, s, d, before, after, extra)))
        for label, k, s, d, (before, after), extra in zip(
            labels, layer.kernel_size, layer.stride, layer.dilation, sides, extras, strict=True
        )
    )


def definition_of(kernel: Kernel) -> Definition:
    """The statement of a kernel, plain or transposed, in standard names."""
    define = transposed_convolution if kernel.transposed else convolution
    inputs, outputs, groups = map(Integer, (kernel.in_channels, kernel.out_channels, kernel.groups))
    channels = Channels(symbol("N"), inputs, outputs, groups)
    return define(channels, axes_of(kernel), bias=kernel.bias is not None, names=Names())


def is_padded(axis: Axis) -> bool:
    """Whether the axis is padded, for some sizes at least."""
    return (axis.before, axis.after) != (0, 0)
