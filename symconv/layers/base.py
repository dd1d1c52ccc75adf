"""What all layers share: from arguments to a definition, and from the definition to everything else."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from sympy import Expr

from symconv.definitions import Definition
from symconv.errors import ShapeError, sentence
from symconv.layers.application import Application, apply_layer
from symconv.layers.arguments import Size, expression, read_size, shown
from symconv.layers.cost import Cost
from symconv.layers.memory import Memory
from symconv.statements import Names, Statement, check_roles, symbol, symbols_of

#: The labels of a layer's spatial axes by their number, as in K_h.
LABELS = {0: "", 1: "l", 2: "hw", 3: "dhw"}


class Layer(ABC):
    """A layer: frozen, comparable arguments under PyTorch's names; all else is derived from its one statement."""

    dims: ClassVar[int] = 0

    @property
    def labels(self) -> str:
        """The labels of the spatial axes: l, h w or d h w."""
        return LABELS[self.dims]

    # ------------------------------------------------------------------ what a layer says about itself
    @abstractmethod
    def define(self, shape: tuple[Expr, ...], names: Names, *, nominal: bool) -> Definition:
        """The layer's one statement on an input of that shape; ``nominal`` takes padding for data, and no crop."""

    @abstractmethod
    def standard_input(self) -> tuple[Size, ...]:
        """The input shape in standard symbols."""

    @property
    def has_definition(self) -> bool:
        """Whether the layer itself is a statement, not only the layer on a padded input."""
        return True

    @property
    def pads_with_zeros(self) -> bool:
        """Whether what surrounds the input is zeros, which a padding-aware count may skip."""
        return True

    def check_input(self, shape: tuple[Expr, ...]) -> None:  # noqa: B027 - a hook, empty where there is nothing to check
        """Refuse sizes that the layer cannot take, beyond rank and channels."""

    # ------------------------------------------------------------------ what is derived
    @property
    def definition(self) -> Statement:
        """The layer's statement in index notation on an input of standard symbols; the source of everything else.

        Raises ``ArgumentError`` where the layer has none (reflected and replicated padding).
        """
        return self.on().statement()

    @property
    def backward_definitions(self) -> dict[str, Statement]:
        """The statements of the gradients of input, weight and bias, derived by differentiating the definition."""
        return self.on().backward_statements()

    def output_shape(self, input_shape: Sequence[Any] | None = None) -> tuple[Size, ...]:
        """The output's shape, such as (N, C_out, H_out, W_out), by counting the positions whose taps fit.

        Raises ``ShapeError`` for an input of the wrong rank or channels, and where no window fits.
        """
        return self.on(input_shape).output_shape()

    def receptive_field(self) -> tuple[tuple[Size, Size, Size], ...]:
        """(size, jump, start) of each spatial axis, in input cells."""
        return self.on().receptive_field()

    def cost(self, input_shape: Sequence[Any] | None = None, padding_aware: bool = False) -> Cost:
        """The operations of forward, backward and update, exactly; see ``Cost``.

        ``padding_aware`` leaves out the taps that fall on zero padding (of a transposed layer: outside its output).
        """
        return Cost(self.on(input_shape), padding_aware)

    def memory(self, input_shape: Sequence[Any] | None = None, dtype: Any = None) -> Memory:
        """The sizes of all tensors, in elements, or in bytes where a dtype is given; see ``Memory``."""
        return Memory.of(self.on(input_shape), dtype)

    def on(self, input_shape: Sequence[Any] | None = None) -> Application:
        """The layer applied to an input of that shape; left out, of standard symbols."""
        return apply_layer(self, self.read_input(input_shape))

    # ------------------------------------------------------------------ reading an input shape
    def read_input(self, input_shape: Sequence[Any] | None) -> tuple[Size, ...]:
        """Check rank, sizes, channels and names of an input shape."""
        if input_shape is None:
            input_shape = self.standard_input()
        if isinstance(input_shape, str) or not isinstance(input_shape, Sequence):
            raise ShapeError(
                sentence(f"input_shape={input_shape!r}", "is not a tuple of sizes", f"pass {self._example()}")
            )
        self._check_rank(input_shape)
        shape = tuple(self._read_entry(j, v) for j, v in enumerate(input_shape))
        self._check_channels(shape)
        expressions = tuple(map(expression, shape))
        check_roles(*expressions, *self.symbols())
        self.check_input(expressions)
        return shape

    def _read_entry(self, place: int, value: object) -> Size:
        """A name that the layer itself uses means the layer's own symbol."""
        own = {s.name: s for s in self.symbols()}
        if isinstance(value, str) and value in own and own[value].is_positive:
            return own[value]
        return read_size(f"input_shape[{place}]", value)

    def _check_rank(self, shape: Sequence[Any]) -> None:
        if len(shape) != self.dims + 2:
            raise ShapeError(
                sentence(
                    f"input_shape={_shape_text(shape)}",
                    f"has {len(shape)} axes, {type(self).__name__} needs {self.dims + 2}",
                    f"pass {self._example()}, a batch of 1 included",
                )
            )

    def _check_channels(self, shape: tuple[Size, ...]) -> None:  # noqa: B027 - likewise
        """Refuse channels that differ from the layer's; a layer without channels takes any."""

    def _must_equal(self, place: int, shape: tuple[Size, ...], name: str, value: Size) -> None:
        if shape[place] != value:
            raise ShapeError(
                sentence(
                    f"input_shape[{place}]={shape[place]}",
                    f"must equal {name}={value}",
                    f"pass {self._example()}, and put numbers into the result by sc.evaluate",
                )
            )

    def _example(self) -> str:
        return _shape_text(self.standard_input())

    def symbols(self) -> frozenset[Any]:
        """The symbols in the layer's arguments."""
        values = [getattr(self, f.name) for f in dataclasses.fields(self)]  # type: ignore[arg-type]
        return frozenset(symbols_of(v for v in flat(values) if isinstance(v, Expr)))

    def _check_roles(self) -> None:
        check_roles(*sorted(self.symbols(), key=lambda s: (s.name, str(s.assumptions0))))

    def _set(self, **values: object) -> None:
        """Store normalised arguments of the frozen record."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        parts = []
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            required = field.default is dataclasses.MISSING
            if required or shown(value) != shown(field.default):
                parts.append(
                    shown(value) if required and field.name != "kernel_size" else f"{field.name}={shown(value)}"
                )
        return f"{type(self).__name__}({', '.join(parts)})"


def flat(values: Any) -> Iterator[Any]:
    """The entries of nested tuples, or the one value itself."""
    for value in values if isinstance(values, (tuple, list)) else (values,):
        if isinstance(value, tuple):
            yield from flat(value)
        else:
            yield value


def _shape_text(shape: Sequence[Any]) -> str:
    return f"({', '.join(str(v) for v in shape)}{',' if len(shape) == 1 else ''})"


def standard_axes(letter: str, labels: str) -> tuple[str, ...]:
    """The standard symbols' names of one argument, such as K_h, K_w."""
    return tuple(f"{letter}_{label}" for label in labels)


def standard_spatial(labels: str) -> tuple[Expr, ...]:
    """The standard input sizes, such as H_in, W_in."""
    return tuple(symbol(f"{label.upper()}_in") for label in labels)
