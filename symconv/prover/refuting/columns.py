"""Formulas at many points at once: plans run on columns of integers; a row without a value is told, not raised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.numerics import kernels
from symconv.numerics.overflow import INT64, INTERVALS, Interval, taps_workspace
from symconv.numerics.plan import Plan
from symconv.numerics.translation import plan_of
from symconv.statements.functions import taps_below

Column = NDArray[Any]


@dataclass(frozen=True)
class Values:
    """One result for each row: ``upper``/``lower``, with a ``lower`` of ``None`` for 1, where ``known`` is true."""

    upper: Column
    lower: Column | None
    known: Column

    def whole(self) -> tuple[Column, Column]:
        """The integers, and where there is one."""
        if self.lower is None:
            return self.upper, self.known
        lower = np.where(self.lower == 0, 1, self.lower)
        return self.upper // lower, self.known & (self.lower != 0) & (self.upper % lower == 0)


@dataclass(frozen=True)
class Formulas:
    """Several expressions, or conditions, made ready for columns."""

    plan: Plan

    @staticmethod
    def of(expressions: Iterable[Any]) -> Formulas:
        """The formulas of SymPy expressions.  Raises ``StatementError`` for a node that has no exact rule."""
        return Formulas(plan_of(tuple(expressions), False))

    @property
    def names(self) -> tuple[str, ...]:
        """The names that occur."""
        return tuple(s.name for s in self.plan.symbols)

    def at(self, columns: Mapping[str, Column], rows: int) -> tuple[Values, ...]:
        """The values in every row, computed in int64 where that is wide enough, else in Python's integers."""
        inputs = [columns[name] for name in self.names]
        if rows and not _fits(self.plan, inputs):
            inputs = [column.astype(object) for column in inputs]
        known = np.ones(rows, np.bool_)
        values: list[Any] = [*self.plan.constants, *inputs]
        for step in self.plan.steps:
            values.append(_OPERATIONS[step.op](known, *(values[a] for a in step.args)))
        full = [np.broadcast_to(np.asarray(v), (rows,)) for v in values]
        return tuple(Values(full[n], None if d is None else full[d], known) for n, d in self.plan.outputs)

    def hold(self, columns: Mapping[str, Column], rows: int) -> Column:
        """Where all of the conditions have a value, and it is true."""
        return reduce(np.logical_and, (v.upper.astype(np.bool_) & v.known for v in self.at(columns, rows)))


def _fits(plan: Plan, inputs: list[Column]) -> bool:
    """Whether int64 holds every value on the way."""
    found: list[Interval] = [(int(c), int(c)) for c in plan.constants]
    found += [(int(column.min()), int(column.max())) for column in inputs]
    for step in plan.steps:
        arguments = [found[a] for a in step.args]
        found.append(INTERVALS[step.op](*arguments))
        if step.op == "taps" and not _inside(taps_workspace(*arguments[:5])):
            return False
    return all(map(_inside, found))


def _inside(interval: Interval) -> bool:
    return INT64[0] <= interval[0] and interval[1] <= INT64[1]


def _exact(known: Column, numerator: Any, denominator: Any, guard: Any = True) -> Any:
    known &= np.equal(numerator % denominator, 0) | np.logical_not(guard)
    return numerator // denominator


def _nonzero(known: Column, value: Any, guard: Any = True) -> Any:
    zero = np.equal(value, 0)
    known &= ~(zero & np.asarray(guard, np.bool_))
    return np.where(zero, 1, value)


def _require(known: Column, value: Any, condition: Any, guard: Any = True) -> Any:
    known &= np.asarray(condition, np.bool_) | np.logical_not(guard)
    return value


def _taps(known: Column, *sizes_and_guard: Any) -> Any:
    p, s, d, m, k, *guard = sizes_and_guard
    steps = [np.maximum(1, step) for step in (s, d)]
    known &= (np.equal(steps[0], s) & np.equal(steps[1], d)) | np.logical_not(guard[0] if guard else True)
    sizes = np.broadcast_arrays(p, *steps, m, k, known)[:5]
    if any(column.dtype == object for column in sizes):
        return np.frompyfunc(taps_below, 5, 1)(*sizes)
    found = np.empty(known.shape, np.int64)
    kernels.taps_below(*sizes, out=found)
    return found


def _select(_known: Column, *parts: Any) -> Any:
    found = parts[-1]
    for place in range(len(parts) - 3, -1, -2):
        found = np.where(parts[place], parts[place + 1], found)
    return found


def _plain(ufunc: Any) -> Callable[..., Any]:
    return lambda _known, *args: ufunc(*args)


def _chain(ufunc: Any) -> Callable[..., Any]:
    return lambda _known, *args: reduce(ufunc, args)


#: What each operation of a plan does to columns; the first argument says where there is a value, and is updated.
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": _chain(np.add),
    "sub": _plain(np.subtract),
    "mul": _chain(np.multiply),
    "power": _plain(np.power),
    "floordiv": _plain(np.floor_divide),
    "mod": _plain(np.remainder),
    "exact": _exact,
    "nonzero": _nonzero,
    "require": _require,
    "max": _chain(np.maximum),
    "min": _chain(np.minimum),
    "abs": _plain(np.absolute),
    "sign": _plain(np.sign),
    "gcd": _chain(np.gcd),
    "taps": _taps,
    "select": _select,
    "lt": _plain(np.less),
    "le": _plain(np.less_equal),
    "eq": _plain(np.equal),
    "ne": _plain(np.not_equal),
    "and": _chain(np.logical_and),
    "or": _chain(np.logical_or),
    "not": _plain(np.logical_not),
}
