"""A one-channel kernel as a polynomial: the tap at t is the coefficient of x^t, and composing kernels is multiplying.

The composite of two kernels of stride 1 is the full convolution K[t] = SUM_{u+a=t} k2[u]*k1[a]. So a kernel splits
exactly where its polynomial factors. Powers of the variables are shifts, not factors, and are kept apart as borders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import gcd, lcm
from typing import Any

Exponent = tuple[int, ...]
Shape = tuple[int, ...]
#: A polynomial with integer coefficients: coefficient by exponent, none of them 0.
Terms = Mapping[Exponent, int]


@dataclass(frozen=True)
class Stripped:
    """scale * x^low * terms, in an array of the given shape with ``high`` zero slices behind the last tap.

    terms   primitive, divisible by no variable, its lexicographically last coefficient positive
    low     zero slices before the first tap, per axis: the shift
    """

    shape: Shape
    low: Exponent
    high: Exponent
    scale: Fraction
    terms: Terms

    @property
    def border(self) -> Exponent:
        """Zero slices on both sides together, per axis."""
        return tuple(a + b for a, b in zip(self.low, self.high, strict=True))


def strip(entries: Sequence[Fraction], shape: Shape) -> Stripped:
    """Take the shift, the zero border and the content off a kernel that has a non-zero tap."""
    taps = {at: e for at, e in zip(product(*map(range, shape)), entries, strict=True) if e}
    low = tuple(min(at[axis] for at in taps) for axis in range(len(shape)))
    high = tuple(shape[axis] - 1 - max(at[axis] for at in taps) for axis in range(len(shape)))
    shifted = {tuple(a - b for a, b in zip(at, low, strict=True)): e for at, e in taps.items()}
    scale, terms = primitive(shifted)
    return Stripped(shape, low, high, scale, terms)


def primitive(taps: Mapping[Exponent, Fraction]) -> tuple[Fraction, dict[Exponent, int]]:
    """The content, and coprime integers whose last coefficient is positive.

    >>> primitive({(0,): Fraction(1, 2), (1,): Fraction(-3)})
    (Fraction(-1, 2), {(0,): -1, (1,): 6})
    """
    denominator = lcm(*(e.denominator for e in taps.values()))
    whole = {at: int(e * denominator) for at, e in taps.items()}
    content = gcd(*whole.values()) * (1 if whole[max(whole)] > 0 else -1)
    return Fraction(content, denominator), {at: e // content for at, e in whole.items()}


def degrees(terms: Iterable[Exponent]) -> Exponent:
    """The degree in every variable."""
    return tuple(max(column) for column in zip(*terms, strict=True))


def used_axes(terms: Iterable[Exponent]) -> tuple[int, ...]:
    """The variables that occur."""
    return tuple(axis for axis, degree in enumerate(degrees(terms)) if degree)


def on_axes(terms: Mapping[Exponent, Any], axes: Sequence[int]) -> dict[Exponent, Any]:
    """The same polynomial as one in the given variables only; the others must not occur."""
    return {tuple(at[axis] for axis in axes): e for at, e in terms.items()}


def off_axes(terms: Mapping[Exponent, Any], axes: Sequence[int], dims: int) -> dict[Exponent, Any]:
    """The converse of ``on_axes``: a polynomial in ``dims`` variables, of which only the given ones occur."""
    places = {axis: place for place, axis in enumerate(axes)}
    return {tuple(at[places[a]] if a in places else 0 for a in range(dims)): e for at, e in terms.items()}


def multiply(left: Mapping[Exponent, Any], right: Mapping[Exponent, Any]) -> dict[Exponent, Any]:
    """The product of two polynomials over any ring; sums that cancel stay as zeros."""
    result: dict[Exponent, Any] = {}
    for (u, a), (v, b) in product(left.items(), right.items()):
        at = tuple(i + j for i, j in zip(u, v, strict=True))
        result[at] = result[at] + a * b if at in result else a * b
    return result


def derivative(terms: Mapping[Exponent, Any], axis: int) -> dict[Exponent, Any]:
    """The partial derivative in one variable."""
    return {(*at[:axis], at[axis] - 1, *at[axis + 1 :]): e * at[axis] for at, e in terms.items() if at[axis]}


def specialise(terms: Mapping[Exponent, Any], axis: int, point: Sequence[int]) -> list[Any]:
    """Coefficients, the constant first, of the polynomial in one variable with numbers put for the others."""
    values = [0] * (degrees(terms)[axis] + 1)
    for at, e in terms.items():
        others = (*at[:axis], *at[axis + 1 :])
        weight = 1
        for number, power in zip(point, others, strict=True):
            weight *= number**power
        values[at[axis]] += e * weight
    return values
