"""SymPy expressions as quotients of integer polynomials, read node by node; SymPy decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd

from sympy import Add, Basic, Expr, Mul, Pow, Rational, Symbol

from symconv.errors import StatementError, sentence
from symconv.prover.division import exact_quotient
from symconv.prover.polynomial import ONE, ZERO, Polynomial, constant, variable

#: Larger powers are refused before they are multiplied out.
MAX_POWER = 12
Unknown = Callable[[Expr], Polynomial]


@dataclass(frozen=True)
class Ratio:
    """num/den with a den that is not 0 as a polynomial."""

    num: Polynomial
    den: Polynomial = ONE

    def __add__(self, other: Ratio) -> Ratio:
        if self.den == other.den:
            return Ratio(self.num + other.num, self.den)
        return Ratio(self.num * other.den + other.num * self.den, self.den * other.den)

    def __mul__(self, other: Ratio) -> Ratio:
        return Ratio(self.num * other.num, self.den * other.den)

    def reduced(self) -> Ratio:
        """Without a common factor where one is a multiple of the other, or of a number; a number below is positive."""
        if (whole := exact_quotient(self.num, self.den)) is not None:
            return Ratio(whole)
        common = gcd(*self.num.terms.values(), *self.den.terms.values())
        if self.den.is_constant and self.den.constant_part < 0:
            common = -common
        num = Polynomial({m: c // common for m, c in self.num.terms.items()})
        den = Polynomial({m: c // common for m, c in self.den.terms.items()})
        below = exact_quotient(den, num) if num != ZERO and not num.is_constant else None
        return Ratio(num, den) if below is None else Ratio(ONE, below)


def ratio_of(expression: Basic, unknown: Unknown) -> Ratio:
    """The expression as a quotient; ``unknown`` reads what is no sum, product or power of names and numbers."""
    match expression:
        case Rational():
            return Ratio(constant(int(expression.p)), constant(int(expression.q)))
        case Symbol():
            return Ratio(variable(expression.name))
        case Add():
            return _joined([ratio_of(part, unknown) for part in expression.args]).reduced()
        case Mul():
            return _multiplied([ratio_of(part, unknown) for part in expression.args]).reduced()
        case Pow() if expression.exp.is_Integer and abs(int(expression.exp)) <= MAX_POWER:
            made = _multiplied([ratio_of(expression.base, unknown)] * abs(int(expression.exp)))
            return (made if expression.exp > 0 else _inverse(expression, made)).reduced()
    return Ratio(unknown(expression))


def _multiplied(parts: list[Ratio]) -> Ratio:
    made = Ratio(ONE)
    for part in parts:
        made = made * part
    return made


def _joined(parts: list[Ratio]) -> Ratio:
    """The sum, over each denominator first."""
    by_den: dict[Polynomial, Polynomial] = {}
    for part in parts:
        by_den[part.den] = by_den.get(part.den, ZERO) + part.num
    total = Ratio(ZERO)
    for den, num in by_den.items():
        total = total + Ratio(num, den)
    return total


def _inverse(expression: Expr, base: Ratio) -> Ratio:
    if base.num == ZERO:
        raise StatementError(sentence(f"expression={expression}", "divides by 0", "change the divisor"))
    return Ratio(base.den, base.num)
