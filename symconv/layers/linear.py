"""Linear: the fully connected layer, applied along the last axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr

from symconv.definitions import Definition, linear
from symconv.errors import ShapeError, sentence
from symconv.layers.arguments import Size, expression, read_flag, read_size
from symconv.layers.base import Layer
from symconv.statements import Names, symbol


@dataclass(frozen=True, repr=False)
class Linear(Layer):
    """A fully connected layer on inputs (..., in_features); every leading axis is a batch.  Source: PyTorch, Linear.

    >>> Linear(3, 2).cost((5, 3)).forward.macs
    30
    """

    in_features: Any
    out_features: Any
    bias: bool = True

    def __post_init__(self) -> None:
        self._set(
            in_features=read_size("in_features", self.in_features),
            out_features=read_size("out_features", self.out_features),
            bias=read_flag("bias", self.bias),
        )
        self._check_roles()

    @classmethod
    def symbolic(cls, **fixed: Any) -> Linear:
        """The layer with every feature count that is not given its standard symbol: C_in, C_out."""
        return cls(**{"in_features": "C_in", "out_features": "C_out", **fixed})

    def standard_input(self) -> tuple[Size, ...]:
        """(N, in_features)."""
        return (symbol("N"), self.in_features)

    def _check_rank(self, shape: Sequence[Any]) -> None:
        if not shape:
            raise ShapeError(sentence("input_shape=()", "has no axis, Linear needs one", f"pass {self._example()}"))

    def _check_channels(self, shape: tuple[Size, ...]) -> None:
        self._must_equal(len(shape) - 1, shape, "in_features", self.in_features)

    def define(self, shape: tuple[Expr, ...], names: Names, *, nominal: bool) -> Definition:  # noqa: ARG002
        """A matrix product; there is no padding to take for data."""
        return linear(
            shape[:-1], expression(self.in_features), expression(self.out_features), bias=self.bias, names=names
        )
