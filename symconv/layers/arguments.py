"""Reading a layer's arguments: ints, SymPy expressions and names become sizes, one a spatial axis; all is checked."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, TypeAlias

from sympy import Expr, Integer, Symbol

from symconv.errors import ArgumentError, sentence
from symconv.statements import symbol

Size: TypeAlias = int | Expr
SizeArgument: TypeAlias = int | str | Expr
#: A padding per axis: one size for both sides, or (before, after).
Sides: TypeAlias = Size | tuple[Size, Size]

_WAY_OUT = "pass an int, a name such as 'C_in', or an expression of sc.symbol(...)"


def read_size(name: str, value: object, *, zero_allowed: bool = False) -> Size:
    """One size: a positive integer, or a non-negative one with ``zero_allowed``; raises ``ArgumentError``.

    >>> read_size("stride", 2), read_size("stride", "S")
    (2, S)
    """
    least = 0 if zero_allowed else 1
    if isinstance(value, str):
        return _named_size(name, value, zero_allowed)
    if isinstance(value, Expr):
        return _expression_size(name, value, least)
    if isinstance(value, bool):
        raise ArgumentError(sentence(f"{name}={value!r}", "is a truth value, not a size", _WAY_OUT))
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ArgumentError(sentence(f"{name}={value!r}", "is not an integer", _WAY_OUT)) from None
    return _at_least(name, number, least)


def _named_size(name: str, value: str, zero_allowed: bool) -> Expr:
    try:
        return symbol(value, zero_allowed=zero_allowed)
    except ArgumentError as error:
        raise ArgumentError(f"{name}={value!r}: {error}") from None


def _expression_size(name: str, value: Expr, least: int) -> Size:
    if value.is_Integer:
        return _at_least(name, int(value), least)
    if value.is_number or value.is_integer is False or not all(s.is_integer for s in value.free_symbols):
        raise ArgumentError(sentence(f"{name}={value}", "is not known to be an integer", _WAY_OUT))
    if value.is_negative or (least and value.is_nonpositive):
        raise ArgumentError(sentence(f"{name}={value}", f"is never at least {least}", _WAY_OUT))
    return value


def _at_least(name: str, number: int, least: int) -> int:
    if number < least:
        raise ArgumentError(sentence(f"{name}={number}", f"must be at least {least}", f"pass {least} or more"))
    return number


def per_axis(name: str, value: object, labels: str, *, zero_allowed: bool = False) -> tuple[Size, ...]:
    """One size an axis: a single size stands for all; a tuple has one entry an axis, in the order (D,) (H,) W."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (read_size(name, value, zero_allowed=zero_allowed),) * len(labels)
    _check_length(name, value, labels)
    return tuple(read_size(f"{name}[{j}]", v, zero_allowed=zero_allowed) for j, v in enumerate(value))


def read_padding(name: str, value: object, labels: str) -> tuple[Sides, ...]:
    """One padding an axis: a size for both sides, or a pair (before, after); equal sides collapse to one size."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (read_size(name, value, zero_allowed=True),) * len(labels)
    _check_length(name, value, labels)
    return tuple(_read_sides(f"{name}[{j}]", v) for j, v in enumerate(value))


def _read_sides(name: str, value: object) -> Sides:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return read_size(name, value, zero_allowed=True)
    if len(value) != 2:
        raise ArgumentError(
            sentence(
                f"{name}={value!r}", f"has {len(value)} entries, not 2", "give (before, after) or one size for both"
            )
        )
    before, after = (read_size(f"{name}[{j}]", v, zero_allowed=True) for j, v in enumerate(value))
    return before if before == after else (before, after)


def _check_length(name: str, value: Sequence[Any], labels: str) -> None:
    if len(value) != len(labels):
        raise ArgumentError(
            sentence(
                f"{name}={value!r}",
                f"has {len(value)} entries for {len(labels)} spatial axes",
                f"give one size, or one an axis in the order {', '.join(labels)}",
            )
        )


def read_flag(name: str, value: object) -> bool:
    """A truth value; a symbol or a number is refused, since a layer either has a bias or has none."""
    if not isinstance(value, bool):
        raise ArgumentError(sentence(f"{name}={value!r}", "is not a truth value", "pass True or False"))
    return value


def read_choice(name: str, value: object, choices: Sequence[str]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in choices:
        raise ArgumentError(sentence(f"{name}={value!r}", "is not known", f"choose one of {', '.join(choices)}"))
    return value


def check_divides(groups: Size, **channels: Size) -> None:
    """Refuse groups that do not divide the channels, where both are numbers."""
    for name, value in channels.items():
        if isinstance(groups, int) and isinstance(value, int) and value % groups:
            raise ArgumentError(
                sentence(
                    f"groups={groups}",
                    f"does not divide {name}={value}",
                    "choose groups that divides in_channels and out_channels",
                )
            )


def as_size(expression: Expr) -> Size:
    """A number as an int, anything else as it is."""
    return int(expression) if expression.is_Integer else expression


def shown(value: object) -> str:
    """An argument as it is written: equal entries once, names quoted."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    if isinstance(value, tuple):
        return f"({', '.join(map(shown, value))}{',' if len(value) == 1 else ''})"
    return repr(value.name) if isinstance(value, Symbol) else str(value) if isinstance(value, Expr) else repr(value)


def expression(value: Size) -> Expr:
    """A size as a SymPy expression."""
    return Integer(value) if isinstance(value, int) else value
