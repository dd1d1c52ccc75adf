"""The checker's own arithmetic, in plain integers and fractions; it shares nothing with the search.

Polynomials in one variable are lists of coefficients, the constant first; in several, coefficients by exponent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm, prod
from typing import Any

Exponent = tuple[int, ...]
Line = list[Fraction]
#: Strong probable primes to all of these are prime below the limit (Sorenson and Webster, 2017).
_BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
_LIMIT = 3317044064679887385961981


def product_of(left: Mapping[Exponent, Any], right: Mapping[Exponent, Any]) -> dict[Exponent, Any]:
    """The product of two polynomials."""
    total: dict[Exponent, Any] = {}
    for u, a in left.items():
        for v, b in right.items():
            at = tuple(map(sum, zip(u, v, strict=True)))
            total[at] = total.get(at, 0) + a * b
    return total


def degree_of(terms: Iterable[Exponent]) -> Exponent:
    """The degree in each variable."""
    return tuple(map(max, zip(*terms, strict=True)))


def without_unused(terms: Mapping[Exponent, Any]) -> dict[Exponent, Any]:
    """The polynomial in those variables only that occur."""
    used = [axis for axis, d in enumerate(degree_of(terms)) if d]
    return {tuple(at[axis] for axis in used): e for at, e in terms.items()}


def whole(terms: Mapping[Exponent, Fraction]) -> dict[Exponent, int]:
    """Coprime integer coefficients in the same ratios, the last one positive."""
    common = lcm(*(e.denominator for e in terms.values()))
    scaled = {at: int(e * common) for at, e in terms.items()}
    content = gcd(*scaled.values()) * (1 if scaled[max(scaled)] > 0 else -1)
    return {at: e // content for at, e in scaled.items()}


def on_line(terms: Mapping[Exponent, int], axis: int, point: Sequence[int]) -> list[int]:
    """The polynomial in one variable with integers put for the others."""
    values = [0] * (degree_of(terms)[axis] + 1)
    for at, e in terms.items():
        powers = (number**power for number, power in zip(point, at[:axis] + at[axis + 1 :], strict=True))
        values[at[axis]] += prod(powers, start=e)
    return values


def trimmed(line: Sequence[Fraction]) -> Line:
    """Without leading zeros."""
    size = len(line)
    while size and not line[size - 1]:
        size -= 1
    return list(line[:size])


def remainder(left: Sequence[Fraction], right: Sequence[Fraction]) -> Line:
    """The remainder over Q; ``right`` is not 0 and has no leading zeros."""
    rest = trimmed(left)
    while len(rest) >= len(right):
        factor = Fraction(rest[-1]) / right[-1]
        offset = len(rest) - len(right)
        for k, e in enumerate(right):
            rest[offset + k] -= factor * e
        rest = trimmed(rest[:-1])
    return rest


def common_divisor(left: Sequence[Fraction], right: Sequence[Fraction]) -> Line:
    """A greatest common divisor over Q, up to a unit."""
    a, b = trimmed(left), trimmed(right)
    while b:
        a, b = b, remainder(a, b)
    return a


def slope_of(line: Sequence[Fraction]) -> Line:
    """The derivative."""
    return [k * e for k, e in enumerate(line)][1:]


def count_real_roots(line: Sequence[Fraction]) -> int:
    """How many different real roots there are, by Sturm's theorem."""
    chain = [trimmed(line), trimmed(slope_of(line))]
    while rest := remainder(chain[-2], chain[-1]):
        chain.append([-e for e in rest])
    below = [e[-1] * (-1) ** (len(e) - 1) for e in chain]
    above = [e[-1] for e in chain]
    changes = [sum(a * b < 0 for a, b in pairwise(s)) for s in (below, above)]
    return int(changes[0] - changes[1])


def determinant(matrix: Sequence[Sequence[Fraction]]) -> Fraction:
    """By elimination over Q."""
    rows = [list(row) for row in matrix]
    result = Fraction(1)
    for column in range(len(rows)):
        at = next((r for r in range(column, len(rows)) if rows[r][column]), None)
        if at is None:
            return Fraction(0)
        if at != column:
            rows[column], rows[at] = rows[at], rows[column]
            result = -result
        top = rows[column]
        result *= top[column]
        for r in range(column + 1, len(rows)):
            factor = rows[r][column] / top[column]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], top, strict=True)]
    return result


def rank_reaches(rows: Iterable[Mapping[int, int]], target: int, prime: int) -> bool:
    """Whether sparse integer rows have at least this rank modulo a prime; it stops as soon as they have."""
    kept: dict[int, dict[int, int]] = {}
    for given in rows:
        if len(kept) >= target:
            return True
        row = {k: v % prime for k, v in given.items() if v % prime}
        while row:
            lead = min(row)
            if lead not in kept:
                inverse = pow(row[lead], -1, prime)
                kept[lead] = {k: v * inverse % prime for k, v in row.items()}
                break
            factor = row[lead]
            for k, v in kept[lead].items():
                value = (row.get(k, 0) - factor * v) % prime
                if value:
                    row[k] = value
                else:
                    row.pop(k, None)
    return len(kept) >= target


def is_prime(number: int) -> bool:
    """Whether a number below the limit of the test is prime; what is above it counts as not prime."""
    if type(number) is not int or number < 2:
        return False
    if number in _BASES:
        return True
    if number >= _LIMIT or any(number % b == 0 for b in _BASES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_strong(number, base, odd, twos) for base in _BASES)


def _strong(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    return power == 1 or any(pow(power, 2**k, number) == number - 1 for k in range(twos))


def factor_degrees(line: Sequence[int], prime: int) -> list[int] | None:
    """The degrees of the factors modulo the prime; ``None`` where the degree drops or a factor is repeated."""
    f = [e % prime for e in line]
    if not f[-1] or len(_gcd(f, [k * e % prime for k, e in enumerate(f)][1:], prime)) != 1:
        return None
    found: list[int] = []
    power, k = [0, 1], 0
    while len(f) > 1:
        k += 1
        power = _power(power, prime, f, prime)
        part = _gcd(f, _minus_x(power, prime), prime)
        found += [k] * ((len(part) - 1) // k)
        f = _divided(f, part, prime)[0]
    return found


def _minus_x(line: list[int], prime: int) -> list[int]:
    wide = line + [0] * (2 - len(line))
    wide[1] = (wide[1] - 1) % prime
    return wide


def _divided(left: Sequence[int], right: Sequence[int], prime: int) -> tuple[list[int], list[int]]:
    """Quotient and remainder modulo the prime."""
    rest, inverse = list(left), pow(right[-1], -1, prime)
    quotient = [0] * max(len(left) - len(right) + 1, 0)
    for offset in reversed(range(len(quotient))):
        quotient[offset] = rest[offset + len(right) - 1] * inverse % prime
        for k, e in enumerate(right):
            rest[offset + k] = (rest[offset + k] - quotient[offset] * e) % prime
    return quotient, _trimmed(rest)


def _trimmed(line: Sequence[int]) -> list[int]:
    kept = list(line)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _gcd(left: Sequence[int], right: Sequence[int], prime: int) -> list[int]:
    a, b = _trimmed(left), _trimmed(right)
    while b:
        a, b = b, _divided(a, b, prime)[1]
    return a


def _power(base: Sequence[int], power: int, modulus: Sequence[int], prime: int) -> list[int]:
    """base^power modulo a polynomial and the prime."""
    result, square = _divided([1], modulus, prime)[1], _divided(base, modulus, prime)[1]
    while power:
        if power % 2:
            result = _times(result, square, modulus, prime)
        square, power = _times(square, square, modulus, prime), power // 2
    return result


def _times(left: Sequence[int], right: Sequence[int], modulus: Sequence[int], prime: int) -> list[int]:
    total = [0] * max(len(left) + len(right) - 1, 0)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            total[i + j] = (total[i + j] + a * b) % prime
    return _divided(total, modulus, prime)[1]
