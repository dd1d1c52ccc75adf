"""Brackets in numbers: the expressions that they compare, and when they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr

from symconv.statements.language import Bracket, Equal, NonNegative, Within

#: When a bracket holds, of the values of its sides: numbers, or arrays of them.
HOLDS: dict[type, Callable[..., Any]] = {
    Within: lambda value, extent: (value >= 0) & (value < extent),
    Equal: lambda left, right: left == right,
    NonNegative: lambda value: value >= 0,
}


def sides(bracket: Bracket) -> tuple[Expr, ...]:
    """The expressions that a bracket compares, in the order in which ``HOLDS`` takes their values."""
    match bracket:
        case Within(value, extent):
            return value, extent
        case Equal(left, right):
            return left, right
        case NonNegative(value):
            return (value,)
