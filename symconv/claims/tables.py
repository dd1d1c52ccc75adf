"""A layer from its table in a claims file: its sizes are numbers or formulas of names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Basic, Eq, Expr, Ge, Mod, Symbol, ceiling, floor, sympify, true

from symconv.claims.file import shown
from symconv.errors import ArgumentError, ClaimError, sentence
from symconv.layers import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    Layer,
    Linear,
)
from symconv.statements import symbol
from symconv.statements.grammar import parse_formula

LAYERS: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        AvgPool1d,
        AvgPool2d,
        AvgPool3d,
        Conv1d,
        Conv2d,
        Conv3d,
        ConvTranspose1d,
        ConvTranspose2d,
        ConvTranspose3d,
        Linear,
    )
}
_MAY_BE_ZERO = ("padding", "padding_total", "output_padding")
_NO_SIZES = ("kind", "padding_mode", "bias", "ceil_mode", "count_include_pad")


def build_layer(table: Mapping[str, Any]) -> tuple[Layer, tuple[Any, ...], tuple[Basic, ...]]:
    """(the layer, its input's shape, what makes its sizes sizes); raises ``ClaimError`` for what is no layer."""
    symbols = _symbols(table)
    arguments = dict(table)
    kind = arguments.pop("kind", None)
    if not isinstance(kind, str) or kind not in LAYERS:
        raise ClaimError(sentence(f"kind={shown(kind)}", "is no layer", f"use one of {', '.join(sorted(LAYERS))}"))
    if not isinstance(arguments.get("input"), list):
        given = shown(arguments.get("input"))
        raise ClaimError(sentence(f"input={given}", "is no list of sizes", "write input = ['1', 'c_i', 'h', 'w']"))
    read = {name: _argument(name, value, symbols) for name, value in arguments.items()}
    conditions = tuple(c for name, value in read.items() for c in _conditions(name, value) if c != true)
    shape = read.pop("input")
    if "padding_total" in read:
        if "padding" in read or not isinstance(read["padding_total"], tuple):
            given = shown(arguments["padding_total"])
            raise ClaimError(sentence(f"padding_total={given}", "is no list, or beside padding", "write one an axis"))
        read["padding"] = tuple((ceiling(t / 2), t - ceiling(t / 2)) for t in map(sympify, read.pop("padding_total")))
    try:
        layer: Layer = LAYERS[kind](**read)
    except TypeError:
        raise ClaimError(
            sentence(f"kind={kind!r}", f"does not take all of {', '.join(sorted(read))}", "see its arguments")
        ) from None
    return layer, shape, (*conditions, *_divided(read))


def _symbols(table: Mapping[str, Any]) -> dict[str, Symbol]:
    """Names that stand for paddings may be zero; the others are positive."""
    zero_allowed = {name: symbol(name, zero_allowed=True) for key in _MAY_BE_ZERO for name in _words(table.get(key))}
    sizes = [key for key in table if key not in (*_MAY_BE_ZERO, *_NO_SIZES)]
    return {**{name: symbol(name) for key in sizes for name in _words(table[key])}, **zero_allowed}


def _words(value: Any) -> Iterator[str]:
    """The entries of an argument that are single names."""
    if isinstance(value, list):
        for entry in value:
            yield from _words(entry)
    elif isinstance(value, str) and value.isidentifier() and value not in ("same", "valid"):
        yield value


def _argument(name: str, value: Any, symbols: Mapping[str, Symbol]) -> Any:
    if name in _NO_SIZES or value in ("same", "valid"):
        return value
    if isinstance(value, list):
        return tuple(_argument(name, v, symbols) for v in value)
    if isinstance(value, str):
        return parse_formula(value, symbols)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ArgumentError(sentence(f"{name}={shown(value)}", "is no size", "write a whole number, or a formula"))
    return value


def _conditions(name: str, value: Any) -> Iterator[Basic]:
    """An argument that is an expression is a size only where it is an integer that is not too small."""
    if isinstance(value, tuple):
        for entry in value:
            yield from _conditions(name, entry)
    elif isinstance(value, Expr):
        yield Ge(value, 0 if name in _MAY_BE_ZERO else 1)
        if not value.is_integer:
            yield Eq(floor(value), value)


def _divided(arguments: Mapping[str, Any]) -> Iterator[Basic]:
    """The groups divide the channels."""
    for name in ("in_channels", "out_channels"):
        rest = Mod(arguments.get(name, 0), arguments.get("groups", 1))
        if rest != 0:
            yield Eq(rest, 0)
