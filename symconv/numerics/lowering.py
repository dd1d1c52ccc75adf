"""From a plan and the ranges of its arguments to NumPy calls on blocks, every one of them known not to overflow.

What depends on plain integers only is computed at once; the rest becomes instructions on numbered slots.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symconv.numerics import kernels
from symconv.numerics.integers import OPERATIONS
from symconv.numerics.overflow import INTERVALS, Interval, check_fits, taps_workspace
from symconv.numerics.plan import NEUTRAL, Plan, Step

#: The axes along which a block of values varies; along the others it has length 1.
Pattern = tuple[bool, ...]


@dataclass(frozen=True)
class Value:
    """A value on its way: the slot that holds it, its range, and the integer itself where it is one for all points."""

    slot: int
    interval: Interval
    pattern: Pattern
    scalar: int | None = None


@dataclass(frozen=True)
class Instruction:
    """``kernel(*arguments, out=out)`` on slots; a check has no ``out``."""

    kernel: Callable[..., Any]
    arguments: tuple[int, ...]
    out: int | None


@dataclass(frozen=True)
class Lowered:
    """Instructions, the slots that hold plain integers, the forms of all other slots, and the slots of the results."""

    instructions: tuple[Instruction, ...]
    fixed: dict[int, int]
    forms: dict[int, tuple[Pattern, type]]
    inputs: tuple[int, ...]
    results: tuple[int, ...]


def lower(plan: Plan, arguments: Sequence[int | tuple[Interval, Pattern]], dimensions: int) -> Lowered:
    """Instructions for arguments that are integers, or arrays known by (range, pattern).

    Raises ``IntegerOverflow`` where int64 might not hold a value, ``NoValueError`` where plain integers have no result.
    """
    lowerer = Lowerer(dimensions)
    values = [lowerer.fixed_value(constant) for constant in plan.constants]
    inputs = []
    for argument in arguments:
        if isinstance(argument, int):
            values.append(lowerer.fixed_value(argument))
        else:
            values.append(lowerer.array_value(*argument, np.int64))
            inputs.append(values[-1].slot)
    for step in plan.steps:
        values.append(lowerer.step(step, [values[i] for i in step.args]))
    results = [values[number] for number, _ in plan.outputs]
    for result in results:
        check_fits(result.interval, "the result")
    return Lowered(
        tuple(lowerer.instructions),
        lowerer.fixed,
        lowerer.forms,
        tuple(inputs),
        tuple(result.slot for result in results),
    )


class Lowerer:
    """Hands out slots and collects instructions."""

    def __init__(self, dimensions: int) -> None:
        self.instructions: list[Instruction] = []
        self.fixed: dict[int, int] = {}
        self.forms: dict[int, tuple[Pattern, type]] = {}
        self._point: Pattern = (False,) * dimensions

    def _slot(self) -> int:
        return len(self.fixed) + len(self.forms)

    def fixed_value(self, number: int) -> Value:
        """A plain integer or truth value."""
        slot = self._slot()
        self.fixed[slot] = number
        return Value(slot, (int(number), int(number)), self._point, number)

    def array_value(self, interval: Interval, pattern: Pattern, dtype: type) -> Value:
        """Values that differ from point to point."""
        slot = self._slot()
        self.forms[slot] = (pattern, dtype)
        return Value(slot, interval, pattern)

    def step(self, step: Step, args: list[Value]) -> Value:
        """The value of a step."""
        known = [arg.scalar for arg in args]
        if None not in known:
            return self.fixed_value(OPERATIONS[step.op](*known))
        return _RULES[step.op](self, step, args)

    def emit(
        self, kernel: Callable[..., Any], args: Sequence[Value], interval: Interval, source: Any, dtype: type = np.int64
    ) -> Value:
        """One call whose result lies in the interval; its plain arguments and its result must fit int64."""
        for arg in args:
            if arg.scalar is not None:
                check_fits(arg.interval, source)
        pattern = tuple(any(axis) for axis in zip(*(arg.pattern for arg in args), strict=True))
        value = self.array_value(check_fits(interval, source), pattern, dtype)
        self.instructions.append(Instruction(kernel, tuple(arg.slot for arg in args), value.slot))
        return value

    def check(self, kernel: Callable[..., Any], args: Sequence[Value]) -> None:
        """One call that raises where the values are bad."""
        self.instructions.append(Instruction(kernel, tuple(arg.slot for arg in args), None))


Rule = Callable[[Lowerer, Step, list[Value]], Value]


def _chain(ufunc: Any, dtype: type = np.int64) -> Rule:
    """Plain integers first, all at once; then arrays, those of fewer axes first."""

    def rule(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
        numbers = [arg.scalar for arg in args if arg.scalar is not None]
        arrays = sorted((arg for arg in args if arg.scalar is None), key=lambda arg: sum(arg.pattern))
        if numbers:
            number = OPERATIONS[step.op](*numbers) if len(numbers) > 1 else numbers[0]
            if number != NEUTRAL[step.op]:
                arrays.insert(0, lowerer.fixed_value(number))
        value = arrays[0]
        for arg in arrays[1:]:
            interval = INTERVALS[step.op](value.interval, arg.interval)
            value = lowerer.emit(ufunc, (value, arg), interval, step.source, dtype)
        return value

    return rule


def _direct(kernel: Any, dtype: type = np.int64) -> Rule:
    def rule(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
        interval = INTERVALS[step.op](*(arg.interval for arg in args))
        return lowerer.emit(kernel, args, interval, step.source, dtype)

    return rule


def _floordiv(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
    numerator, divisor = args
    interval = INTERVALS["floordiv"](numerator.interval, divisor.interval)
    unsigned = numerator.scalar is None and numerator.interval[0] >= 0 and (divisor.scalar or 0) > 0
    kernel = kernels.divide_unsigned if unsigned else np.floor_divide
    return lowerer.emit(kernel, args, interval, step.source)


def _power(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
    """By squaring: no intermediate power exceeds the last one."""
    base, exponent = args
    value = base
    for digit in f"{exponent.scalar:b}"[1:]:
        square = INTERVALS["power"](value.interval, (2, 2))
        value = lowerer.emit(np.multiply, (value, value), square, step.source)
        if digit == "1":
            value = lowerer.emit(
                np.multiply, (value, base), INTERVALS["mul"](value.interval, base.interval), step.source
            )
    return value


def _exact(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
    """Divide, and multiply back: a product that wrapped around would differ all the more."""
    numerator, denominator, *guard = args
    quotient = _floordiv(lowerer, step, args[:2])
    product = lowerer.emit(np.multiply, (quotient, denominator), numerator.interval, step.source)
    lowerer.check(kernels.check_equal, [product, numerator, *guard])
    return quotient


def _nonzero(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
    value, *guard = args
    if value.interval[0] > 0 or value.interval[1] < 0:
        return value
    lowerer.check(kernels.check_nonzero, args)
    interval = INTERVALS["nonzero"](*(arg.interval for arg in args))
    if not guard:
        return Value(value.slot, interval, value.pattern)
    return lowerer.emit(kernels.overlay, [lowerer.fixed_value(1), *args], interval, step.source)


def _require(lowerer: Lowerer, _step: Step, args: list[Value]) -> Value:
    lowerer.check(kernels.check_true, args[1:])
    return args[0]


def _select(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
    value = args[-1]
    for k in range(len(args) - 3, -1, -2):
        interval = INTERVALS["select"]((0, 1), args[k + 1].interval, value.interval)
        value = lowerer.emit(kernels.overlay, (value, args[k + 1], args[k]), interval, step.source)
    return value


def _abs(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
    return args[0] if args[0].interval[0] >= 0 else _direct(np.absolute)(lowerer, step, args)


def _sign(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
    low, high = INTERVALS["sign"](args[0].interval)
    return lowerer.fixed_value(low) if low == high else _direct(np.sign)(lowerer, step, args)


def _taps(lowerer: Lowerer, step: Step, args: list[Value]) -> Value:
    sizes, guard = args[:5], args[5:]
    for spacing in sizes[1:3]:
        if spacing.interval[0] < 1:
            lowerer.check(kernels.check_positive, [spacing, *guard])
    check_fits(taps_workspace(*(arg.interval for arg in sizes)), step.source)
    return _direct(kernels.taps_below)(lowerer, step, args)


#: How each operation is called on blocks.
_RULES: dict[str, Rule] = {
    "add": _chain(np.add),
    "sub": _direct(np.subtract),
    "mul": _chain(np.multiply),
    "power": _power,
    "floordiv": _floordiv,
    "mod": _direct(np.remainder),
    "exact": _exact,
    "nonzero": _nonzero,
    "require": _require,
    "max": _chain(np.maximum),
    "min": _chain(np.minimum),
    "abs": _abs,
    "sign": _sign,
    "gcd": _direct(np.gcd),
    "taps": _taps,
    "select": _select,
    "lt": _direct(np.less, np.bool_),
    "le": _direct(np.less_equal, np.bool_),
    "eq": _direct(np.equal, np.bool_),
    "ne": _direct(np.not_equal, np.bool_),
    "and": _chain(np.logical_and, np.bool_),
    "or": _chain(np.logical_or, np.bool_),
    "not": _direct(np.logical_not, np.bool_),
}
