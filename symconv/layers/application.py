"""A layer applied to an input shape: its statements with their sizes resolved, and what is derived from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Protocol

from sympy import Expr, Symbol

from symconv.definitions import Definition
from symconv.derivation.backward import differentiate, sgd_update
from symconv.derivation.count import Count, count_operations
from symconv.derivation.extents import Extent, output_extents, receptive_field
from symconv.errors import ArgumentError, ShapeError, sentence
from symconv.layers.arguments import Size, as_size, expression
from symconv.statements import Names, Statement, symbols_of

#: The tensors of every layer: what the backward statements are taken by, in this order.
TENSORS = {"input": "X", "weight": "W", "bias": "b"}
PARAMETERS = ("W", "b")
#: How each notation names the output's sizes.
OUTPUT_NAMES: dict[str, dict[str, str]] = {"torch": {}, "d2l": {f"{a.upper()}_out": f"o_{a}" for a in "ldhw"}}


class Definable(Protocol):
    """What an application asks of a layer."""

    @property
    def has_definition(self) -> bool: ...  # noqa: D102 - see Layer
    @property
    def pads_with_zeros(self) -> bool: ...  # noqa: D102
    def symbols(self) -> frozenset[Symbol]: ...  # noqa: D102
    def define(self, shape: tuple[Expr, ...], names: Names, *, nominal: bool) -> Definition: ...  # noqa: D102


@dataclass(frozen=True)
class Resolved:
    """A definition whose output extents are known, and the statement with those extents put in."""

    definition: Definition
    extents: tuple[Extent, ...]
    statement: Statement


@dataclass(frozen=True)
class Application:
    """One layer on one input shape; everything is derived on first use and kept."""

    layer: Definable
    shape: tuple[Size, ...]
    notation: str = "torch"

    @cached_property
    def actual(self) -> Resolved:
        """The layer as it is."""
        return self._resolve(nominal=False)

    @cached_property
    def nominal(self) -> Resolved:
        """The layer with padding taken for data, and before its crop."""
        return self._resolve(nominal=True)

    def _resolve(self, nominal: bool) -> Resolved:
        shape = tuple(map(expression, self.shape))
        used = (s.name for s in {*self.layer.symbols(), *symbols_of(shape)})
        names = Names(used, OUTPUT_NAMES[self.notation])
        definition = self.layer.define(shape, names, nominal=nominal)
        extents = output_extents(definition)
        for extent, window in zip(extents, definition.windows, strict=True):
            if extent.condition.is_negative:
                raise _no_output(extent, window.axis.label, self.shape, definition.kind)
        return Resolved(definition, extents, _with_extents(definition, extents))

    def statement(self) -> Statement:
        """The layer's own statement; raises ``ArgumentError`` where its padding is none (reflect, replicate)."""
        if not self.layer.has_definition:
            raise ArgumentError(
                sentence(
                    f"padding_mode={getattr(self.layer, 'padding_mode', None)!r}",
                    "has an output shape and nominal counts, but no statement of its own",
                    "use padding_mode='zeros' or 'circular'",
                )
            )
        return self.actual.statement

    def backward_statements(self) -> dict[str, Statement]:
        """The gradients of the layer's own statement by input, weight and bias."""
        return _gradients(self.statement())

    def counted(self, padding_aware: bool) -> Resolved:
        """The statement that a count reads: without zeros to skip, padding is data in any case."""
        return self.actual if padding_aware and self.layer.pads_with_zeros else self.nominal

    def counted_statements(self, part: str, padding_aware: bool) -> tuple[Statement, ...]:
        """The statements of one part of the cost: forward, backward_input, ..., update; none where it has none."""
        statement = self.counted(padding_aware).statement
        if part == "forward":
            return (statement,)
        if part == "update":
            return tuple(sgd_update(t, statement.shape(t)) for t in PARAMETERS if t in statement.reads)
        tensor = TENSORS[part.removeprefix("backward_")]
        return (differentiate(statement, tensor, solve=False),) if tensor in statement.reads else ()

    def output_shape(self) -> tuple[Size, ...]:
        """The shape of Y with its named sizes put in."""
        statement = self.actual.statement
        return tuple(as_size(e.xreplace(dict(statement.where))) for e in statement.shape("Y"))

    def receptive_field(self) -> tuple[tuple[Size, Size, Size], ...]:
        """(size, jump, start) of each spatial axis."""
        return tuple(
            (as_size(size), as_size(jump), as_size(start))
            for size, jump, start in receptive_field(self.actual.definition)
        )


@lru_cache(maxsize=1024)
def apply_layer(layer: Definable, shape: tuple[Size, ...], notation: str = "torch") -> Application:
    """The application of an (immutable) layer to a shape; a memo, so that what is derived once is kept."""
    return Application(layer, shape, notation)


@lru_cache(maxsize=4096)
def count_statement(statement: Statement) -> Count:
    """A memo of ``count_operations``: one part's multiplications, additions and macs share the work."""
    return count_operations(statement)


def _gradients(statement: Statement) -> dict[str, Statement]:
    return {role: differentiate(statement, t) for role, t in TENSORS.items() if t in statement.reads}


def _with_extents(definition: Definition, extents: tuple[Extent, ...]) -> Statement:
    """Put in extents that are short; give the others a name, and keep what is known about them."""
    put_in: dict[Symbol, Expr] = {}
    where: list[tuple[Symbol, Expr]] = []
    facts: list[Expr] = []
    for extent, window in zip(extents, definition.windows, strict=True):
        if extent.value.is_number or extent.value.is_Symbol or _is_shifted_symbol(extent.value):
            put_in[window.out] = extent.value
        else:
            where.append((window.out, extent.value))
        if extent.fact is not None:
            facts.append(extent.fact)
    stated = replace(definition.statement, facts=tuple(facts), where=tuple(where))
    return stated.substitute(put_in) if put_in else stated


def _is_shifted_symbol(e: Expr) -> bool:
    """n + 2, say: short enough to stand in place of a name, and linear, so that signs can be read off it."""
    return bool(e.is_Add and len(e.args) == 2 and e.args[0].is_Integer and e.args[1].is_Symbol)


#: Why there is no output, and the way out; by how the layer reaches its cells.
_LACKING = {
    "fits": (
        "the window is larger than the padded input by",
        "enlarge the input or the padding along {}, or use a smaller kernel_size or dilation",
    ),
    "scatters": (
        "the padding crops all cells that are written, and more by",
        "enlarge the input along {}, or use less padding",
    ),
}


def _no_output(extent: Extent, label: str, shape: tuple[Size, ...], kind: str) -> ShapeError:
    lacking, way_out = _LACKING.get(kind, _LACKING["fits"])
    return ShapeError(
        sentence(
            f"input_shape=({', '.join(map(str, shape))})",
            f"leaves no output along axis {label}: {lacking} {-extent.condition}",
            way_out.format(label),
        )
    )
