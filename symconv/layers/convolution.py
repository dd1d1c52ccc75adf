"""Conv1d, Conv2d, Conv3d: PyTorch's arguments, order and defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr, S, expand, floor

from symconv.definitions import Axis, Channels, Definition, convolution
from symconv.errors import ArgumentError, ShapeError, sentence
from symconv.layers.arguments import (
    Sides,
    Size,
    check_divides,
    expression,
    per_axis,
    read_choice,
    read_flag,
    read_padding,
    read_size,
)
from symconv.layers.base import Layer, standard_axes, standard_spatial
from symconv.statements import Names, symbol

PADDING_MODES = ("zeros", "circular", "reflect", "replicate")


@dataclass(frozen=True, repr=False)
class _Convolution(Layer):
    """Cross-correlation of rank ``dims``; the arguments are stored one an axis."""

    in_channels: Any
    out_channels: Any
    kernel_size: Any
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: Any = 1
    bias: bool = True
    padding_mode: str = "zeros"

    def __post_init__(self) -> None:
        labels = self.labels
        self._set(
            in_channels=read_size("in_channels", self.in_channels),
            out_channels=read_size("out_channels", self.out_channels),
            kernel_size=per_axis("kernel_size", self.kernel_size, labels),
            stride=per_axis("stride", self.stride, labels),
            padding=self._read_padding(),
            dilation=per_axis("dilation", self.dilation, labels),
            groups=read_size("groups", self.groups),
            bias=read_flag("bias", self.bias),
            padding_mode=read_choice("padding_mode", self.padding_mode, PADDING_MODES),
        )
        check_divides(self.groups, in_channels=self.in_channels, out_channels=self.out_channels)
        if self.padding == "same" and any(s != 1 for s in self.stride):
            raise ArgumentError(
                sentence("padding='same'", f"needs stride 1, not stride={self.stride}", "give the padding as numbers")
            )
        self._check_roles()

    def _read_padding(self) -> str | tuple[Sides, ...]:
        if self.padding in ("same", "valid"):
            return str(self.padding)
        return read_padding("padding", self.padding, self.labels)

    @classmethod
    def symbolic(cls, **fixed: Any) -> _Convolution:
        """The layer with every argument that is not given its standard symbol: C_in, K_h, S_h, P_h, D_h, G, ..."""
        labels = {1: "l", 2: "hw", 3: "dhw"}[cls.dims]
        standard: dict[str, Any] = {
            "in_channels": "C_in",
            "out_channels": "C_out",
            "kernel_size": standard_axes("K", labels),
            "stride": 1 if fixed.get("padding") == "same" else standard_axes("S", labels),
            "padding": standard_axes("P", labels),
            "dilation": standard_axes("D", labels),
            "groups": "G",
        }
        return cls(**{**standard, **fixed})

    @property
    def sides(self) -> tuple[tuple[Expr, Expr], ...]:
        """The padding (before, after) of each axis; "same" puts the odd cell behind, as PyTorch does."""
        if self.padding == "valid":
            return ((S.Zero, S.Zero),) * self.dims
        if self.padding == "same":
            spans = [expand(expression(d) * (k - 1)) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            return tuple((floor(span / 2), span - floor(span / 2)) for span in spans)
        return tuple(
            (expression(p[0]), expression(p[1])) if isinstance(p, tuple) else (expression(p), expression(p))
            for p in self.padding
        )

    @property
    def has_definition(self) -> bool:
        """Zeros and circular padding are index notation; reflect and replicate are a padded input that is data."""
        return self.padding_mode in ("zeros", "circular")

    @property
    def pads_with_zeros(self) -> bool:
        """Only zeros can be skipped."""
        return self.padding_mode == "zeros"

    def standard_input(self) -> tuple[Size, ...]:
        """(N, in_channels, H_in, W_in) and the like."""
        return (symbol("N"), self.in_channels, *standard_spatial(self.labels))

    def _check_channels(self, shape: tuple[Size, ...]) -> None:
        self._must_equal(1, shape, "in_channels", self.in_channels)

    def check_input(self, shape: tuple[Expr, ...]) -> None:
        """Circular padding goes around once at most; reflection cannot use a cell that the input does not have."""
        least = {"circular": 0, "reflect": 1}.get(self.padding_mode)
        if least is None:
            return
        for label, size, sides in zip(self.labels, shape[2:], self.sides, strict=True):
            if any((size - side - least).is_negative for side in sides):
                raise ShapeError(
                    sentence(
                        f"padding={self.padding}",
                        f"with padding_mode={self.padding_mode!r} must be at most {size - least} on axis {label}",
                        "use less padding or a larger input",
                    )
                )

    def define(self, shape: tuple[Expr, ...], names: Names, *, nominal: bool) -> Definition:
        """Cross-correlation; nominally, of the padded input."""
        axes = self._axes(shape[2:])
        if nominal:
            axes = tuple(a.with_padding_as_data() for a in axes)
        channels = Channels(
            shape[0], expression(self.in_channels), expression(self.out_channels), expression(self.groups)
        )
        circular = self.padding_mode == "circular" and not nominal
        return convolution(channels, axes, bias=self.bias, circular=circular, names=names)

    def _axes(self, sizes: Sequence[Expr]) -> tuple[Axis, ...]:
        arguments = zip(self.labels, sizes, self.kernel_size, self.stride, self.dilation, self.sides, strict=True)
        return tuple(
            Axis(label, size, expression(k), expression(s), expression(d), before, after)
            for label, size, k, s, d, (before, after) in arguments
        )


@dataclass(frozen=True, repr=False)
class Conv1d(_Convolution):
    """A 1-dimensional convolution layer (cross-correlation) on inputs (N, C_in, L).

    >>> Conv1d(2, 4, 3, padding=1).output_shape((1, 2, 10))
    (1, 4, 10)
    """

    dims: ClassVar[int] = 1


@dataclass(frozen=True, repr=False)
class Conv2d(_Convolution):
    """A 2-dimensional convolution layer (cross-correlation) on inputs (N, C_in, H, W).

    Arguments are ints, SymPy expressions or names; ``padding`` is one size, one an axis, (before, after) an axis,
    "same" or "valid".  Raises ``ArgumentError`` for arguments that make no layer.  Source: PyTorch, torch.nn.Conv2d.

    >>> Conv2d(8, 16, 3, padding=1).cost((1, 8, 10, 10)).forward.macs
    115200
    >>> Conv2d("C_in", "C_out", 3).output_shape(("N", "C_in", 28, 28))
    (N, C_out, 26, 26)
    """

    dims: ClassVar[int] = 2


@dataclass(frozen=True, repr=False)
class Conv3d(_Convolution):
    """A 3-dimensional convolution layer (cross-correlation) on inputs (N, C_in, D, H, W).

    >>> Conv3d(1, 2, (1, 3, 3), stride=(1, 2, 2)).output_shape((1, 1, 4, 9, 9))
    (1, 2, 4, 4, 4)
    """

    dims: ClassVar[int] = 3
