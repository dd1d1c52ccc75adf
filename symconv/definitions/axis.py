"""One spatial axis of a layer, and how its taps reach the input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sympy import Expr, S, Symbol

from symconv.statements import Statement


@dataclass(frozen=True)
class Axis:
    """The arguments of a layer along one axis; every entry is a number or an expression.

    label   l, h, w or d, as in K_h
    before  padding (of a transposed layer: crop) in front of the first cell, ``after`` behind the last one
    extra   output_padding of a transposed layer
    behind  the last cells that are padding taken for data; no window of a pooling with ceil_mode begins on them
    """

    label: str
    size: Expr
    kernel: Expr
    stride: Expr = S.One
    dilation: Expr = S.One
    before: Expr = S.Zero
    after: Expr = S.Zero
    extra: Expr = S.Zero
    behind: Expr = S.Zero

    def with_padding_as_data(self) -> Axis:
        """The axis of the padded input: its zeros are cells like any other."""
        whole = self.size + self.before + self.after
        return replace(self, size=whole, before=S.Zero, after=S.Zero, behind=self.after)

    def uncropped(self) -> Axis:
        """The axis of a transposed layer before its crop."""
        return replace(self, before=S.Zero, after=S.Zero)


@dataclass(frozen=True)
class Window:
    """How one axis is read: tap ``tap`` at position ``position`` meets cell ``cell``, an affine expression.

    A convolution gathers: position is the output's, cell the input's.  A transposed one scatters: position is the
    input's, cell the output's.  ``out`` names the output's extent along the axis.
    """

    axis: Axis
    position: Symbol
    tap: Symbol
    cell: Expr
    out: Symbol


@dataclass(frozen=True)
class Definition:
    """A layer's one statement, and along which windows it reads the input.

    windows   one a spatial axis
    kind      the rule of the output's extents: windows that fit, that begin inside (``ceil_mode``), or cells written
    """

    statement: Statement
    windows: tuple[Window, ...] = ()
    kind: Literal["fits", "begins", "scatters"] = "fits"
