"""Certificates that a polynomial in one variable is irreducible over Q."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any

from sympy import ZZ, isprime, primerange
from sympy.polys.galoistools import gf_ddf_zassenhaus, gf_degree, gf_monic, gf_sqf_p, gf_trunc

Certificate = dict[str, Any]
#: Primality below this is decided by the first 13 primes as bases (Sorenson and Webster, "Strong pseudoprimes to
#: twelve prime bases", 2017), so the checker need not trust anything.
PRIMALITY_LIMIT = 3317044064679887385961981
_PRIMES = 60
_POINTS = 200


def irreducibility(coefficients: Sequence[int]) -> Certificate | None:
    """A certificate for a primitive polynomial (constant first) that is irreducible over Q, if one is found."""
    if len(coefficients) == 2:
        return {"kind": "size"}
    return degree_patterns(coefficients) or prime_value(coefficients)


def degree_patterns(coefficients: Sequence[int]) -> Certificate | None:
    """Primes whose factor degrees have only 0 and n as common subset sums.

    Modulo every prime that keeps the degree, a factor over Q of degree k is a product of factors of degrees with sum k.
    """
    degree = len(coefficients) - 1
    possible = set(range(1, degree))
    used: list[list[Any]] = []
    for prime in primerange(2, 400):
        pattern = _pattern(coefficients, int(prime))
        if pattern is None or possible <= (sums := subset_sums(pattern)):
            continue
        possible &= sums
        used.append([int(prime), pattern])
        if not possible:
            return {"kind": "modular", "patterns": used}
        if len(used) > _PRIMES:
            break
    return None


def subset_sums(parts: Sequence[int]) -> set[int]:
    """All sums of some of the numbers.

    >>> sorted(subset_sums([1, 3]))
    [0, 1, 3, 4]
    """
    sums = {0}
    for part in parts:
        sums |= {s + part for s in sums}
    return sums


def prime_value(coefficients: Sequence[int]) -> Certificate | None:
    """A value f(n) = cofactor * prime, where n is further from all roots than the cofactor.

    After Brillhart, Filaseta and Odlyzko ("On an irreducibility theorem of A. Cohn", 1981) and Murty ("Prime numbers
    and irreducible polynomials", 2002): with f = g*h, the prime divides g(n) or h(n), so the other one is at most the
    cofactor; but each is at least |n| - radius, with all roots of size at most the radius.
    """
    radius = root_radius(coefficients)
    for step in range(2, _POINTS):
        for point in (radius + step, -radius - step):
            value = abs(sum(c * point**k for k, c in enumerate(coefficients)))
            if value > PRIMALITY_LIMIT:
                return None
            for cofactor in range(1, step):
                if value % cofactor == 0 and isprime(value // cofactor):
                    return {"kind": "prime-value", "point": point, "cofactor": cofactor, "radius": radius}
    return None


def root_radius(coefficients: Sequence[int]) -> int:
    """The least R > 0 with |a_(n-k)| * 2^k <= |a_n| * R^k for all k, which bounds all roots (after Fujiwara, 1916).

    For |x| > R the terms below a_n * x^n are together less than (1/2 + 1/4 + ...) of it.

    >>> root_radius([-6, 1, 1])
    5
    """
    degree, leading = len(coefficients) - 1, abs(coefficients[-1])

    def holds(radius: int) -> bool:
        return all(abs(coefficients[degree - k]) * 2**k <= leading * radius**k for k in range(1, degree + 1))

    high = 1
    while not holds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def content(coefficients: Sequence[int]) -> int:
    """The greatest common divisor of the coefficients."""
    return gcd(*coefficients)


def _pattern(coefficients: Sequence[int], prime: int) -> list[int] | None:
    """The degrees of the factors modulo the prime; ``None`` where the degree drops or a factor is repeated."""
    reduced = gf_trunc([ZZ(c) for c in reversed(coefficients)], prime)
    if gf_degree(reduced) != len(coefficients) - 1:
        return None
    monic = gf_monic(reduced, prime, ZZ)[1]
    if not gf_sqf_p(monic, prime, ZZ):
        return None
    return [k for part, k in gf_ddf_zassenhaus(monic, prime, ZZ) for _ in range(gf_degree(part) // k)]
