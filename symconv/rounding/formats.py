"""Floating-point formats, and the exact rounding of numbers to them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symconv.errors import ArgumentError, sentence


@dataclass(frozen=True)
class Format:
    """A binary format of IEEE 754: ``precision`` significant bits, and numbers below 2**``range``.

    Source: IEEE Standard for Floating-Point Arithmetic, IEEE 754-2019, table 3.5; bfloat16 and TF32 are float32 with
    8 and 11 bits.
    """

    name: str
    precision: int
    range: int

    @property
    def least(self) -> int:
        """The exponent of the smallest positive number, which is subnormal."""
        return 3 - self.range - self.precision

    @property
    def unit(self) -> float:
        """The unit roundoff 2**-precision: the largest relative error of rounding to nearest."""
        return 2.0**-self.precision

    @property
    def tiny(self) -> float:
        """The smallest positive number."""
        return 2.0**self.least

    @property
    def normal(self) -> float:
        """The smallest positive normal number."""
        return 2.0 ** (2 - self.range)

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return float(2 ** (self.range - self.precision) * (2**self.precision - 1))

    def has_bits_for_products_of(self, other: Format) -> bool:
        """Whether a product of two numbers of the other format fits but for its exponent."""
        return self.precision >= 2 * other.precision

    def holds_products_of(self, other: Format) -> bool:
        """Whether a product of two numbers of the other format is always a number of this one.

        >>> FORMATS["float32"].holds_products_of(FORMATS["float16"])
        True
        """
        in_range = self.least <= 2 * other.least and self.range >= 2 * other.range
        return in_range and self.has_bits_for_products_of(other)

    def nearest(self, value: Fraction) -> Fraction | float:
        """The number of the format that is nearest to an exact one, ties to even; an infinity on overflow.

        >>> FORMATS["float32"].nearest(Fraction(2**24 + 1))
        Fraction(16777216, 1)
        """
        if value == 0:
            return Fraction(0)
        exponent = max(_magnitude(value) - self.precision, self.least)
        step = Fraction(2) ** exponent
        rounded = round(value / step) * step  # Fraction.__round__ takes ties to the even neighbour
        if abs(rounded) >= 2**self.range:
            return math.inf if value > 0 else -math.inf
        return rounded


def _magnitude(value: Fraction) -> int:
    """The e with 2**(e-1) <= abs(value) < 2**e."""
    top, bottom = abs(value.numerator), value.denominator
    e = top.bit_length() - bottom.bit_length()
    return e + 1 if top >= bottom * Fraction(2) ** e else e


FORMATS = {
    f.name: f
    for f in (
        Format("float64", 53, 1024),
        Format("float32", 24, 128),
        Format("tf32", 11, 128),
        Format("bfloat16", 8, 128),
        Format("float16", 11, 16),
    )
}


def read_format(name: str, value: Any) -> Format:
    """The format of a name or of a torch dtype; raises ``ArgumentError`` for any other.

    >>> read_format("acc", "float16").unit == 2**-11
    True
    """
    text = str(value).removeprefix("torch.")
    if text not in FORMATS:
        raise ArgumentError(
            sentence(f"{name}={text}", "is no floating-point format of symconv", f"use one of {', '.join(FORMATS)}")
        )
    return FORMATS[text]
