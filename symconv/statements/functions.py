"""The few integer functions that closed forms need beyond floor, ceiling, Min and Max; exact on numbers.

SymPy's own will not do: ``sympy.gcd`` of two symbols is 1 without a word, and a ``Sum`` with an empty range is
negative (Karr's convention).
"""

from __future__ import annotations

import math
from typing import Any

from sympy import Expr, Function, Integer, Max, Min, S, Sum, ceiling

from symconv.statements.symbols import index


def floor_sum(terms: int, step: int, start: int, divisor: int) -> int:
    """SUM_{0 <= i < terms} floor((step*i + start) / divisor), by Euclid's algorithm; divisor > 0, any signs else.

    Source: Graham, Knuth, Patashnik, Concrete Mathematics (1994), section 3.5 and exercise 3.32.

    >>> floor_sum(5, 3, 1, 4) == sum((3 * i + 1) // 4 for i in range(5))
    True
    """
    total = 0
    sign = 1
    while terms > 0:
        total += sign * (terms * (terms - 1) // 2 * (step // divisor) + terms * (start // divisor))
        step, start = step % divisor, start % divisor
        columns = (step * (terms - 1) + start) // divisor
        # points below the line = the whole rectangle, less the points to its left, read along the other axis
        total += sign * columns * terms
        terms, step, start, divisor, sign = columns, divisor, divisor - start - 1 + step, step, -sign
    return total


def taps_below(p: int, s: int, d: int, m: int, k: int) -> int:
    """How many pairs 0 <= y < m, 0 <= u < k have s*y + d*u < p; s, d > 0; the time grows with the digits only.

    >>> taps_below(4, 1, 1, 10, 3) == sum(y + u < 4 for y in range(10) for u in range(3))
    True
    """
    if p <= 0 or m <= 0 or k <= 0:
        return 0
    some = min(k, -(-p // d))  # taps u that have any y
    full = min(some, max(0, -((s * (m - 1) - p) // d)))  # taps u that have every y < m
    return m * full + floor_sum(some - full, -d, p - d * full + s - 1, s)


class Gcd(Function):  # type: ignore[misc]
    """The greatest common divisor of two positive integers, symbolic where they are."""

    is_integer = True
    is_positive = True

    @classmethod
    def eval(cls, a: Expr, b: Expr) -> Expr | None:
        """1 and equal arguments at once, numbers exactly; otherwise unevaluated."""
        if a == 1 or b == 1:
            return S.One
        if a == b:
            return a
        if a.is_Integer and b.is_Integer:
            return Integer(math.gcd(int(a), int(b)))
        return None

    def _latex(self, printer: Any, exp: Any = None) -> str:
        body = rf"\gcd({', '.join(map(printer._print, self.args))})"
        return body if exp is None else rf"{body}^{{{exp}}}"


class TapsBelow(Function):  # type: ignore[misc]
    """``TapsBelow(p, s, d, m, k)``: how many pairs 0 <= y < m, 0 <= u < k have s*y + d*u < p.

    In words: m positions, s apart, with k taps each, d apart; how many taps fall on the first p cells.
    """

    is_integer = True
    is_nonnegative = True

    @classmethod
    def eval(cls, p: Expr, s: Expr, d: Expr, m: Expr, k: Expr) -> Expr | None:
        """0 for an empty box, numbers exactly; otherwise unevaluated."""
        if p.is_nonpositive or m.is_nonpositive or k.is_nonpositive:
            return S.Zero
        if all(a.is_Integer for a in (p, s, d, m, k)):
            return Integer(taps_below(*map(int, (p, s, d, m, k))))
        return None

    def as_sum(self) -> Expr:
        """The exact sum over taps: SUM_{u<k} min(m, max(0, ceiling((p - d*u)/s)))."""
        p, s, d, m, k = self.args
        u = index("u")
        return Sum(Min(m, Max(0, ceiling((p - d * u) / s))), (u, 0, k - 1))


class Iverson(Function):  # type: ignore[misc]
    """1 where every condition holds, else 0: ``Iverson(v)`` is [v = 0], ``Iverson(v, n)`` is [0 <= v < n]."""

    is_integer = True
    is_nonnegative = True

    @classmethod
    def eval(cls, value: Expr, extent: Expr | None = None) -> Expr | None:
        """Numbers exactly; otherwise unevaluated."""
        if value.is_Integer and (extent is None or extent.is_Integer):
            return Integer(int(value == 0 if extent is None else 0 <= int(value) < int(extent)))
        return None

    def _latex(self, printer: Any) -> str:
        value = printer._print(self.args[0])
        if len(self.args) == 1:
            return rf"\left[{value} = 0\right]"
        return rf"\left[0 \le {value} < {printer._print(self.args[1])}\right]"
