"""How the taps of two layers meet those of their composite: its step divides both layers' steps."""

from __future__ import annotations

from sympy import Expr, S, cancel, fraction

from symconv.definitions import Axis
from symconv.statements import Gcd


def quotient(above: Expr, below: Expr) -> Expr | None:
    """above/below where it is a polynomial with integer coefficients.

    >>> from symconv.statements import size
    >>> s, d = size("s"), size("d")
    >>> quotient(s * d, d), quotient(d, 2 * d)
    (s, None)
    """
    value = cancel(above / below)
    return value if fraction(value)[1] == 1 and value.is_integer else None


def common_step(inner: Expr, outer: Expr) -> Expr:
    """The greatest common divisor of the steps: one of them where it divides the other, else a ``Gcd``."""
    if quotient(outer, inner) is not None:
        return inner
    return outer if quotient(inner, outer) is not None else Gcd(inner, outer)


def steps(first: Axis, second: Axis, one: Axis) -> tuple[Expr, Expr] | None:
    """How many taps of the composite one tap of the first layer, and of the second, goes; 0 where it has one tap."""
    inner = S.Zero if first.kernel == 1 else quotient(first.dilation, one.dilation)
    outer = S.Zero if second.kernel == 1 else quotient(first.stride * second.dilation, one.dilation)
    return None if inner is None or outer is None else (inner, outer)
