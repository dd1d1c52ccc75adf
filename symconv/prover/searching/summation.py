"""Sums of polynomials in closed form: an antidifference F with F(v+1) - F(v) = c(v)."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb

from symconv.prover.polynomial import Monomial, Polynomial


def antidifference(c: Polynomial, v: str) -> Polynomial | None:
    """F with F(v+1) - F(v) = c and F(0) = 0; ``None`` where no F has integer coefficients.

    >>> from symconv.prover.polynomial import variable
    >>> print(antidifference(2 * variable("v"), "v"))
    v*v - v
    """
    total: dict[Monomial, Fraction] = {}
    for monomial, factor in c.terms.items():
        power = monomial.count(v)
        others = tuple(name for name in monomial if name != v)
        for degree, weight in enumerate(_sum_of_powers(power)):
            key = tuple(sorted((*others, *(v,) * degree)))
            total[key] = total.get(key, Fraction(0)) + factor * weight
    if any(value.denominator != 1 for value in total.values()):
        return None
    return Polynomial({m: int(value) for m, value in total.items()})


@cache
def _sum_of_powers(power: int) -> tuple[Fraction, ...]:
    """The coefficients of the polynomial 0**power + ... + (n-1)**power in n, by falling degrees of what is left."""
    found = [Fraction(0)] * (power + 2)
    target = [Fraction(int(d == power)) for d in range(power + 1)]
    for degree in range(power + 1, 0, -1):
        factor = target[degree - 1] / degree
        found[degree] = factor
        for d in range(degree):
            target[d] -= factor * comb(degree, d)
    return tuple(found)
