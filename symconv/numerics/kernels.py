"""What NumPy's ufuncs lack, on blocks of int64: overlays, checks, and the Euclidean sum of floors.

A check raises ``BadPointError`` with the place of the first value that fails it; the caller knows what the values mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Block = NDArray[Any]


class BadPointError(Exception):
    """The index, in the block, of the first point that fails a check."""

    def __init__(self, bad: Any) -> None:
        super().__init__()
        block = np.asarray(bad)
        self.index = tuple(int(i) for i in np.unravel_index(int(block.argmax()), block.shape))


def overlay(under: Any, value: Any, condition: Any, *, out: Block) -> None:
    """``value`` where the condition holds, ``under`` elsewhere; ``out`` may be ``under``, and no other argument."""
    if out is not under:
        np.copyto(out, under)
    np.copyto(out, value, where=condition)


def divide_unsigned(numerator: Block, divisor: int, *, out: Block) -> None:
    """numerator // divisor where neither is negative: NumPy divides unsigned numbers by one number in half the time."""
    np.floor_divide(numerator.view(np.uint64), np.uint64(divisor), out=out.view(np.uint64))


def _refuse(bad: Any, guard: tuple[Any, ...]) -> None:
    bad = np.logical_and(bad, guard[0]) if guard else np.asarray(bad)
    if bad.any():
        raise BadPointError(bad)


def check_equal(a: Any, b: Any, *guard: Any) -> None:
    """Both are equal where the guard holds."""
    _refuse(np.not_equal(a, b), guard)


def check_nonzero(value: Any, *guard: Any) -> None:
    """No value is 0 where the guard holds."""
    _refuse(np.equal(value, 0), guard)


def check_positive(value: Any, *guard: Any) -> None:
    """Every value is at least 1 where the guard holds."""
    _refuse(np.less(value, 1), guard)


def check_true(condition: Any, *guard: Any) -> None:
    """The condition holds where the guard holds."""
    _refuse(np.logical_not(condition), guard)


def taps_below(p: Any, s: Any, d: Any, m: Any, k: Any, *guard: Any, out: Block) -> None:
    """``symconv.statements.functions.taps_below`` at each point; 0 where the guard fails."""
    out[...] = 0
    shape = out.shape
    live = np.ones(shape, np.bool_)
    for condition in (np.greater(p, 0), np.greater(m, 0), np.greater(k, 0), *guard):
        live &= condition
    p, s, d, m, k = (np.broadcast_to(np.asarray(a, np.int64), shape)[live] for a in (p, s, d, m, k))
    some = np.minimum(k, -(-p // d))
    full = np.minimum(some, np.maximum(0, -((s * (m - 1) - p) // d)))
    out[live] = m * full + floor_sum(some - full, -d, p - d * full + s - 1, s)


def floor_sum(terms: Block, step: Block, start: Block, divisor: Block) -> Block:
    """``symconv.statements.functions.floor_sum`` at each point of one-dimensional arrays, all by the same algorithm.

    The total may wrap around on the way: it is only added to, and the final value fits.
    """
    total = np.zeros_like(terms)
    sign = 1
    live = np.flatnonzero(terms > 0)
    terms, step, start, divisor = (a[live] for a in (terms, step, start, divisor))
    while live.size:
        slope, shift = step // divisor, start // divisor
        step, start = step - slope * divisor, start - shift * divisor
        columns = (step * (terms - 1) + start) // divisor
        total[live] += sign * (terms * (terms - 1) // 2 * slope + terms * (shift + columns))
        keep = columns > 0
        live, columns, step, start, divisor = (a[keep] for a in (live, columns, step, start, divisor))
        terms, step, start, divisor, sign = columns, divisor, divisor - start - 1 + step, step, -sign
    return total
