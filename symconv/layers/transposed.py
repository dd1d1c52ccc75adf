"""ConvTranspose1d, ConvTranspose2d, ConvTranspose3d: PyTorch's arguments, order and defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr

from symconv.definitions import Axis, Channels, Definition, transposed_convolution
from symconv.errors import ArgumentError, sentence
from symconv.layers.arguments import Size, check_divides, expression, per_axis, read_flag, read_padding, read_size
from symconv.layers.base import LABELS, Layer, standard_axes, standard_spatial
from symconv.statements import Names, symbol


@dataclass(frozen=True, repr=False)
class _TransposedConvolution(Layer):
    """Transposed convolution of rank ``dims``; the arguments are stored one an axis."""

    in_channels: Any
    out_channels: Any
    kernel_size: Any
    stride: Any = 1
    padding: Any = 0
    output_padding: Any = 0
    groups: Any = 1
    bias: bool = True
    dilation: Any = 1

    def __post_init__(self) -> None:
        labels = self.labels
        if self.padding == "same":
            raise ArgumentError(
                sentence("padding='same'", f"is not defined for {type(self).__name__}", "give the padding as numbers")
            )
        self._set(
            in_channels=read_size("in_channels", self.in_channels),
            out_channels=read_size("out_channels", self.out_channels),
            kernel_size=per_axis("kernel_size", self.kernel_size, labels),
            stride=per_axis("stride", self.stride, labels),
            padding=read_padding("padding", 0 if self.padding == "valid" else self.padding, labels),
            output_padding=per_axis("output_padding", self.output_padding, labels, zero_allowed=True),
            groups=read_size("groups", self.groups),
            bias=read_flag("bias", self.bias),
            dilation=per_axis("dilation", self.dilation, labels),
        )
        check_divides(self.groups, in_channels=self.in_channels, out_channels=self.out_channels)
        self._check_output_padding()
        self._check_roles()

    def _check_output_padding(self) -> None:
        for label, extra, s, d in zip(self.labels, self.output_padding, self.stride, self.dilation, strict=True):
            if all(isinstance(v, int) for v in (extra, s, d)) and extra >= max(s, d):
                raise ArgumentError(
                    sentence(
                        f"output_padding={extra}",
                        f"must be smaller than stride={s} or dilation={d} on axis {label}",
                        f"use at most {max(s, d) - 1}",
                    )
                )

    @classmethod
    def symbolic(cls, **fixed: Any) -> _TransposedConvolution:
        """The layer with every argument that is not given its standard symbol: C_in, K_h, S_h, P_h, OP_h, D_h, G."""
        labels = LABELS[cls.dims]
        standard: dict[str, Any] = {
            "in_channels": "C_in",
            "out_channels": "C_out",
            "kernel_size": standard_axes("K", labels),
            "stride": standard_axes("S", labels),
            "padding": standard_axes("P", labels),
            "output_padding": standard_axes("OP", labels),
            "dilation": standard_axes("D", labels),
            "groups": "G",
        }
        return cls(**{**standard, **fixed})

    @property
    def sides(self) -> tuple[tuple[Expr, Expr], ...]:
        """The crop (before, after) of each axis."""
        return tuple(
            (expression(p[0]), expression(p[1])) if isinstance(p, tuple) else (expression(p), expression(p))
            for p in self.padding
        )

    def standard_input(self) -> tuple[Size, ...]:
        """(N, in_channels, H_in, W_in) and the like."""
        return (symbol("N"), self.in_channels, *standard_spatial(self.labels))

    def _check_channels(self, shape: tuple[Size, ...]) -> None:
        self._must_equal(1, shape, "in_channels", self.in_channels)

    def define(self, shape: tuple[Expr, ...], names: Names, *, nominal: bool) -> Definition:
        """Every input cell writes its taps; nominally, before the crop."""
        arguments = zip(
            self.labels,
            shape[2:],
            self.kernel_size,
            self.stride,
            self.dilation,
            self.sides,
            self.output_padding,
            strict=True,
        )
        axes = tuple(
            Axis(label, size, expression(k), expression(s), expression(d), before, after, expression(extra))
            for label, size, k, s, d, (before, after), extra in arguments
        )
        if nominal:
            axes = tuple(a.uncropped() for a in axes)
        channels = Channels(
            shape[0], expression(self.in_channels), expression(self.out_channels), expression(self.groups)
        )
        extent = "full" if nominal else "out"
        return transposed_convolution(channels, axes, bias=self.bias, names=names, extent=extent)


@dataclass(frozen=True, repr=False)
class ConvTranspose1d(_TransposedConvolution):
    """A 1-dimensional transposed convolution layer on inputs (N, C_in, L).

    >>> ConvTranspose1d(4, 2, 3, stride=2, padding=1, output_padding=1).output_shape((1, 4, 5))
    (1, 2, 10)
    """

    dims: ClassVar[int] = 1


@dataclass(frozen=True, repr=False)
class ConvTranspose2d(_TransposedConvolution):
    """A 2-dimensional transposed convolution layer on inputs (N, C_in, H, W).  Source: PyTorch, ConvTranspose2d.

    >>> ConvTranspose2d(16, 33, 3, stride=2).output_shape(("N", 16, "H", "W"))
    (N, 33, 2*H + 1, 2*W + 1)
    """

    dims: ClassVar[int] = 2


@dataclass(frozen=True, repr=False)
class ConvTranspose3d(_TransposedConvolution):
    """A 3-dimensional transposed convolution layer on inputs (N, C_in, D, H, W).

    >>> ConvTranspose3d(1, 1, 2, stride=2).output_shape((1, 1, 2, 3, 4))
    (1, 1, 4, 6, 8)
    """

    dims: ClassVar[int] = 3
