"""AvgPool1d, AvgPool2d, AvgPool3d: PyTorch's arguments, order and defaults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sympy import Expr

from symconv.definitions import Axis, Definition, average_pool
from symconv.errors import ArgumentError, sentence
from symconv.layers.arguments import Size, expression, per_axis, read_flag, read_padding
from symconv.layers.base import LABELS, Layer, standard_axes, standard_spatial
from symconv.statements import Names, symbol


@dataclass(frozen=True, repr=False)
class _AveragePool(Layer):
    """Average pooling of rank ``dims``; the arguments are stored one an axis."""

    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        labels = self.labels
        if isinstance(self.padding, str) and self.padding in ("same", "valid"):
            raise ArgumentError(
                sentence(f"padding={self.padding!r}", f"is not defined for {type(self).__name__}", "give it as numbers")
            )
        kernel = per_axis("kernel_size", self.kernel_size, labels)
        self._set(
            kernel_size=kernel,
            stride=kernel if self.stride is None else per_axis("stride", self.stride, labels),
            padding=read_padding("padding", self.padding, labels),
            ceil_mode=read_flag("ceil_mode", self.ceil_mode),
            count_include_pad=read_flag("count_include_pad", self.count_include_pad),
        )
        self._check_padding()
        self._check_roles()

    def _check_padding(self) -> None:
        for label, kernel, sides in zip(self.labels, self.kernel_size, self.sides, strict=True):
            if any((kernel - 2 * side).is_negative for side in sides):
                raise ArgumentError(
                    sentence(
                        f"padding={self.padding}",
                        f"is more than half of kernel_size={kernel} on axis {label}",
                        "pad by at most half the window",
                    )
                )

    @classmethod
    def symbolic(cls, **fixed: Any) -> _AveragePool:
        """The layer with every argument that is not given its standard symbol: K_h, S_h, P_h, ..."""
        labels = LABELS[cls.dims]
        standard: dict[str, Any] = {
            "kernel_size": standard_axes("K", labels),
            "stride": standard_axes("S", labels),
            "padding": standard_axes("P", labels),
        }
        return cls(**{**standard, **fixed})

    @property
    def sides(self) -> tuple[tuple[Expr, Expr], ...]:
        """The padding (before, after) of each axis."""
        return tuple(
            (expression(p[0]), expression(p[1])) if isinstance(p, tuple) else (expression(p), expression(p))
            for p in self.padding
        )

    def standard_input(self) -> tuple[Size, ...]:
        """(N, C_in, H_in, W_in) and the like."""
        return (symbol("N"), symbol("C_in"), *standard_spatial(self.labels))

    def define(self, shape: tuple[Expr, ...], names: Names, *, nominal: bool) -> Definition:
        """The mean of a window; nominally, of the padded input."""
        axes = self._axes(shape[2:])
        if nominal:
            axes = tuple(a.with_padding_as_data() for a in axes)
        return average_pool(
            shape[0],
            shape[1],
            axes,
            ceil_mode=self.ceil_mode,
            count_include_pad=self.count_include_pad,
            names=names,
        )

    def _axes(self, sizes: tuple[Expr, ...]) -> tuple[Axis, ...]:
        plain = (
            Axis(label, size, expression(k))
            for label, size, k in zip(self.labels, sizes, self.kernel_size, strict=True)
        )
        return tuple(
            replace(axis, stride=expression(s), before=before, after=after)
            for axis, s, (before, after) in zip(plain, self.stride, self.sides, strict=True)
        )


@dataclass(frozen=True, repr=False)
class AvgPool1d(_AveragePool):
    """1-dimensional average pooling on inputs (N, C, L).

    >>> AvgPool1d(2).output_shape((1, 3, 7))
    (1, 3, 3)
    """

    dims: ClassVar[int] = 1


@dataclass(frozen=True, repr=False)
class AvgPool2d(_AveragePool):
    """2-dimensional average pooling on inputs (N, C, H, W); ``stride=None`` means the kernel size.

    Source: PyTorch, torch.nn.AvgPool2d.

    >>> AvgPool2d(2, ceil_mode=True).output_shape((1, 3, 7, 7))
    (1, 3, 4, 4)
    """

    dims: ClassVar[int] = 2


@dataclass(frozen=True, repr=False)
class AvgPool3d(_AveragePool):
    """3-dimensional average pooling on inputs (N, C, D, H, W).

    >>> AvgPool3d(2).output_shape((1, 3, 4, 4, 4))
    (1, 3, 2, 2, 2)
    """

    dims: ClassVar[int] = 3
