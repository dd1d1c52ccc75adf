"""The operations of a plan on Python ints: exact and unbounded."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from symconv.statements.functions import taps_below


class NoValueError(Exception):
    """Values for which an operation has no result: the condition broken, and a way out."""

    def __init__(self, condition: str, way_out: str) -> None:
        super().__init__(condition)
        self.condition, self.way_out = condition, way_out


def _exact(numerator: int, denominator: int, guard: bool = True) -> int:
    quotient, remainder = divmod(numerator, denominator)
    if remainder and guard:
        raise NoValueError(
            "is not an integer",
            "choose values that divide without a remainder, or use sc.evaluate, which returns exact fractions",
        )
    return quotient


def _nonzero(value: int, guard: bool = True) -> int:
    if not guard:
        return 1  # not used there; any divisor but 0 will do
    if value == 0:
        raise NoValueError("divides by zero", "choose values with a denominator other than 0")
    return value


def _require(value: int, condition: bool, guard: bool = True) -> int:
    if guard and not condition:
        raise NoValueError("has no case for these values", "choose values that satisfy one of its conditions")
    return value


def _taps(*sizes_and_guard: int) -> int:
    p, s, d, m, k, *guard = sizes_and_guard
    if guard and not guard[0]:
        return 0
    if s <= 0 or d <= 0:
        raise NoValueError("needs a positive stride and a positive dilation", "choose both at least 1")
    return taps_below(p, s, d, m, k)


def _select(*parts: int) -> int:
    """``condition, value, condition, value, ..., default``."""
    for condition, value in zip(parts[:-1:2], parts[1::2], strict=True):
        if condition:
            return value
    return parts[-1]


#: What each operation of a plan means; the last argument of exact, nonzero, require and taps says where it counts.
OPERATIONS: dict[str, Callable[..., int]] = {
    "add": lambda *terms: sum(terms),
    "sub": operator.sub,
    "mul": lambda *factors: math.prod(factors),
    "power": operator.pow,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "exact": _exact,
    "nonzero": _nonzero,
    "require": _require,
    "max": max,
    "min": min,
    "abs": abs,
    "sign": lambda value: (value > 0) - (value < 0),
    "gcd": math.gcd,
    "taps": _taps,
    "select": _select,
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
    "and": lambda *conditions: all(conditions),
    "or": lambda *conditions: any(conditions),
    "not": operator.not_,
}
#: Faster forms of the same for two arguments.
_BINARY: dict[str, Callable[..., int]] = {"add": operator.add, "mul": operator.mul}

#: A step made ready: the function, two arguments, and for any other number of arguments all of them.
Code = tuple[tuple[Callable[..., int], int, int, tuple[int, ...] | None], ...]


def code_of(steps: Any) -> Code:
    """The steps of a plan as functions to call."""
    return tuple(
        (_BINARY.get(step.op, OPERATIONS[step.op]), *step.args, None)
        if len(step.args) == 2
        else (OPERATIONS[step.op], 0, 0, step.args)
        for step in steps
    )


def run(code: Code, values: list[int]) -> None:
    """Append the value of each step to ``values``; ``NoValueError`` leaves the failing step's value as the next one."""
    append = values.append
    for function, left, right, several in code:
        if several is None:
            append(function(values[left], values[right]))
        else:
            append(function(*[values[i] for i in several]))
