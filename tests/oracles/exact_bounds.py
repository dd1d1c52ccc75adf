"""Rounding in exact rationals: the nearest number of a format, and what no order of summation can give."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import torch

#: A rational, or a float that is infinite or no number.
Value = Fraction | float
Interval = tuple[Value, Value]
NOTHING = Fraction(0)


@dataclass(frozen=True)
class Format:
    """Binary floating point: ``precision`` bits, and the exponents of the smallest and largest normal numbers."""

    precision: int
    lowest: int
    highest: int

    @property
    def unit(self) -> Fraction:
        """The largest relative error of a rounding to nearest."""
        return Fraction(1, 2**self.precision)

    @property
    def smallest(self) -> Fraction:
        """The smallest positive number, of which all others are multiples."""
        return power_of_two(self.lowest - self.precision + 1)

    @property
    def largest(self) -> Fraction:
        return (2 - 2 * self.unit) * power_of_two(self.highest)

    def holds_products_of(self, other: Format) -> bool:
        """Whether products of two numbers of the other format are numbers of this one."""
        return (
            2 * other.precision <= self.precision
            and other.smallest**2 >= self.smallest
            and other.largest**2 <= self.largest
        )


FORMATS = {
    torch.float64: Format(53, -1022, 1023),
    torch.float32: Format(24, -126, 127),
    torch.float16: Format(11, -14, 15),
    torch.bfloat16: Format(8, -126, 127),
}
DEFAULT_ACCUMULATION = {
    torch.float64: torch.float64,
    torch.float32: torch.float32,
    torch.float16: torch.float32,
    torch.bfloat16: torch.float32,
}


def power_of_two(exponent: int) -> Fraction:
    return Fraction(2) ** exponent


def round_to(value: Value, form: Format) -> Value:
    """The nearest number of the format, ties to even, with gradual underflow; infinite where IEEE 754 says so."""
    if not isinstance(value, Fraction) or value == 0:
        return value
    step = power_of_two(max(_exponent(value), form.lowest) - form.precision + 1)
    nearest = round(value / step) * step  # Fraction rounds halves to even
    if abs(nearest) > form.largest:
        return math.inf if value > 0 else -math.inf
    return nearest


def stored(values: Iterable[Fraction], dtype: torch.dtype) -> list[float]:
    """Exact numbers, each rounded once."""
    return [float(round_to(value, FORMATS[dtype])) for value in values]


def _exponent(value: Fraction) -> int:
    """The e with 2**e <= abs(value) < 2**(e + 1)."""
    guess = abs(value.numerator).bit_length() - value.denominator.bit_length()
    return guess if abs(value) >= power_of_two(guess) else guess - 1


def grain(terms: Sequence[Fraction]) -> Fraction:
    """The largest power of two of which all terms, whose denominators are powers of two, are multiples; 0 for none."""
    grains = [Fraction(t.numerator & -t.numerator, t.denominator) for t in terms if t]
    return min(grains, default=Fraction(0))


@dataclass(frozen=True)
class Sum:
    """The products of one output, its bias if it has one, and the number of products that a kernel may add up.

    length   counts products in the input, some of which may be zero; products in the padding are left out
    grains   what all products, and what the biases of all outputs, are multiples of; 0 where all are zero
    """

    products: tuple[Fraction, ...]
    bias: Fraction | None
    length: int
    grains: tuple[Fraction, Fraction]

    @property
    def exact(self) -> Fraction:
        return sum(self.products, self.bias or Fraction(0))

    @property
    def size(self) -> Fraction:
        return sum(map(abs, self.products), abs(self.bias or Fraction(0)))

    def error(self, acc: Format, operand: Format, more: Fraction = NOTHING) -> Fraction:
        """How far from the exact sum any order of summation can end, with roundings to ``acc`` or fused.

        0 where every partial sum is a number of ``acc``, and where there is no product; else u sum|p| for each rounding
        that a term goes through in the longest chain (one an addition, and one of its product, unless ``acc`` has the
        bits of these), and for each term what underflow adds.  With ``more`` sizes and errors are larger by that part,
        and errors by as many of float64's smallest numbers as there are terms, and a few.
        """
        q, size = min((g for g in self.grains if g), default=Fraction(0)), self.size * (1 + more)
        if self.length == 0 or size == 0 or (q >= acc.smallest and size <= min(q / acc.unit, acc.largest)):
            return Fraction(0)
        count = self.length + (self.bias is not None)
        steps = count - (2 * operand.precision <= acc.precision)
        lost = 0 if acc.holds_products_of(operand) else count * acc.smallest / 2 * (1 + steps * acc.unit)
        longer = (count + 4) * FORMATS[torch.float64].smallest if more else 0
        return (steps * acc.unit * self.size + lost) * (1 + more) + longer

    def may_overflow(self, acc: Format, operand: Format) -> bool:
        """Whether some order of summation may."""
        return self.size + self.error(acc, operand) >= acc.largest

    def intervals(self, acc: Format, operand: Format, more: Fraction = NOTHING) -> list[Interval]:
        """What can be stored: with the bias among the terms, and with the bias added to the stored sum."""
        error = self.error(acc, operand, more)
        found = [_stored(self.exact, error, operand)]
        if self.bias is not None and acc != operand:
            bare = self.without_bias.error(acc, operand, more) if error else error
            low, high = _stored(self.exact - self.bias, bare, operand)
            found.append((round_to(low + self.bias, operand), round_to(high + self.bias, operand)))
        return found

    @property
    def without_bias(self) -> Sum:
        return replace(self, bias=None, grains=(self.grains[0], Fraction(0)))


def _stored(exact: Fraction, error: Fraction, form: Format) -> Interval:
    return round_to(exact - error, form), round_to(exact + error, form)


def distinguishable(out: float, terms: Sum, acc: torch.dtype, dtype: torch.dtype, more: Fraction = NOTHING) -> bool:
    """Whether no order of summation in ``acc``, rounded to ``dtype``, gives ``out``."""
    return outside(out, terms.intervals(FORMATS[acc], FORMATS[dtype], more))


def outside(out: float, intervals: list[Interval]) -> bool:
    """Whether a number is in none of the intervals."""
    if math.isnan(out):
        return True
    value = Fraction(out) if math.isfinite(out) else out
    return not any(low <= value <= high for low, high in intervals)
