"""Interval arithmetic on Python ints: the least and greatest values that a step can have.

The intervals know each step's arguments by their ranges only, not how they hang together (``H - (H - 1)`` is 1, yet its
interval is as wide as that of H); so they never miss an overflow, and can refuse a formula whose values would fit.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from symconv.errors import SymconvError, sentence

Interval = tuple[int, int]
INT64: Interval = (-(2**63), 2**63 - 1)
TRUTH: Interval = (0, 1)


class IntegerOverflow(SymconvError, OverflowError):  # noqa: N818 - named like Python's own ArithmeticErrors
    """A value, or an intermediate value, that int64 might not hold."""


def check_fits(interval: Interval, source: Any) -> Interval:
    """Return the interval if int64 holds it, else raise ``IntegerOverflow`` about ``source``.

    >>> check_fits((0, 2**63), "a*b")
    Traceback (most recent call last):
        ...
    symconv.numerics.overflow.IntegerOverflow: a*b: an intermediate value can lie anywhere from 0 to \
9223372036854775808, outside int64; pass smaller ranges, split the arrays, or use sc.evaluate on Python ints, which \
are unbounded.
    """
    if interval[0] < INT64[0] or interval[1] > INT64[1]:
        raise IntegerOverflow(
            sentence(
                str(source),
                f"an intermediate value can lie anywhere from {interval[0]} to {interval[1]}, outside int64",
                "pass smaller ranges, split the arrays, or use sc.evaluate on Python ints, which are unbounded",
            )
        )
    return interval


def _hull(values: Any) -> Interval:
    found = list(values)
    return min(found), max(found)


def _add(*terms: Interval) -> Interval:
    return sum(low for low, _ in terms), sum(high for _, high in terms)


def _sub(a: Interval, b: Interval) -> Interval:
    return a[0] - b[1], a[1] - b[0]


def _mul(*factors: Interval) -> Interval:
    low, high = 1, 1
    for factor in factors:
        low, high = _hull(x * y for x, y in product((low, high), factor))
    return low, high


def _power(base: Interval, exponent: Interval) -> Interval:
    ends = [end ** exponent[0] for end in base]
    return (0 if exponent[0] % 2 == 0 and base[0] <= 0 <= base[1] else min(ends)), max(ends)


def _divisors(b: Interval) -> list[int]:
    """The divisors other than 0 at which a quotient can be extreme."""
    return [d for d in {*b, -1, 1} if d and b[0] <= d <= b[1]] or [1]


def _floordiv(a: Interval, b: Interval, *_: Interval) -> Interval:
    return _hull(x // y for x, y in product(a, _divisors(b)))


def _mod(a: Interval, b: Interval) -> Interval:
    if b[0] > 0 and a[0] >= 0:
        return (a[0] if a[1] < b[0] else 0), min(a[1], b[1] - 1)
    return min(0, b[0] + 1), max(0, b[1] - 1)


def _nonzero(a: Interval, *guard: Interval) -> Interval:
    low, high = (a[0] or 1, a[1] or -1) if a != (0, 0) else (1, 1)
    # where the guard fails, 1 stands in
    return (min(low, 1), max(high, 1)) if guard else (low, high)


def _abs(a: Interval) -> Interval:
    ends = abs(a[0]), abs(a[1])
    return (0 if a[0] <= 0 <= a[1] else min(ends)), max(ends)


def _sign(a: Interval) -> Interval:
    return (a[0] > 0) - (a[0] < 0), (a[1] > 0) - (a[1] < 0)


def _gcd(a: Interval, b: Interval) -> Interval:
    high = max(_abs(a)[1], _abs(b)[1])
    if a[0] > 0 and b[0] > 0:
        return 1, min(a[1], b[1])
    return 0, high


def _taps(*sizes: Interval) -> Interval:
    m, k = sizes[3:5]
    return 0, max(0, m[1]) * max(0, k[1])


def _select(*parts: Interval) -> Interval:
    values = (*parts[1::2], parts[-1])
    return min(low for low, _ in values), max(high for _, high in values)


#: The interval of each operation from those of its arguments.
INTERVALS: dict[str, Callable[..., Interval]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "power": _power,
    "floordiv": _floordiv,
    "mod": _mod,
    "exact": _floordiv,
    "nonzero": _nonzero,
    "require": lambda value, *_: value,
    "max": lambda *a: (max(low for low, _ in a), max(high for _, high in a)),
    "min": lambda *a: (min(low for low, _ in a), min(high for _, high in a)),
    "abs": _abs,
    "sign": _sign,
    "gcd": _gcd,
    "taps": _taps,
    "select": _select,
    **dict.fromkeys(("lt", "le", "eq", "ne", "and", "or", "not"), lambda *_: TRUTH),
}


def taps_workspace(p: Interval, s: Interval, d: Interval, m: Interval, k: Interval) -> Interval:
    """What the values of the vectorised ``taps_below`` lie in: those that it divides or compares.

    Its running total is only added to and multiplied, so it is right modulo 2**64, and fits at the end.
    """
    stride, dilation, span = max(1, s[1]), max(1, d[1]), max(1, m[1])
    taps, cells = max(1, k[1]), _abs(p)[1]
    most = max(
        taps * taps, stride * (taps + 2), stride * span + cells, cells + 2 * (dilation + stride), dilation * taps
    )
    return -most, most
