"""The checker's view of conjugate factors: g over Q[t], one factor for each root of the modulus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import sympy

from symconv.factoring.checker_arithmetic import (
    Exponent,
    common_divisor,
    count_real_roots,
    degree_of,
    determinant,
    product_of,
    slope_of,
)

Terms = Mapping[Exponent, int]


@dataclass(frozen=True)
class Conjugates:
    """The product of all g(root) is ``unit`` times the norm; ``real`` of the roots are real."""

    norm: dict[Exponent, int]
    modulus: list[int]
    terms: dict[Exponent, list[Fraction]]
    multiplicity: int
    unit: Fraction
    real: int

    @property
    def size(self) -> int:
        """How many conjugates there are."""
        return len(self.modulus) - 1

    def paired(self, number: int) -> int:
        """The number of the complex conjugate of a root, as SymPy numbers roots: real ones first, then pairs."""
        return number if number < self.real else self.real + ((number - self.real) ^ 1)

    def at_root(self, number: int) -> dict[Exponent, Any]:
        """One factor, in SymPy's numbers."""
        root = self._root(number)
        return {
            at: sympy.Add(*(sympy.Rational(c.numerator, c.denominator) * root**k for k, c in enumerate(line)))
            for at, line in self.terms.items()
        }

    def _root(self, number: int) -> Any:
        if self.size == 1:
            return sympy.Rational(-self.modulus[0], self.modulus[1])
        if self.size == 2 and self.modulus[1:] == [0, 1]:
            return (2 * number - 1) * sympy.sqrt(-self.modulus[0])
        return sympy.CRootOf(sympy.Poly.from_list(self.modulus[::-1], sympy.Symbol("t")), number, radicals=False)


def read_conjugates(data: Any) -> Conjugates:
    """Read a family, and check its norm; raises ``ValueError`` where the data are wrong."""
    norm = {tuple(at): e for at, e in data["norm"]}
    terms = {tuple(at): [Fraction(c) for c in line] for at, line in data["terms"]}
    modulus, multiplicity = list(data["modulus"]), data["multiplicity"]
    numbers = [*norm.values(), *modulus, multiplicity, *(d for at in [*norm, *terms] for d in at)]
    if not all(type(number) is int for number in numbers) or multiplicity < 1 or len(modulus) < 2 or not modulus[-1]:
        raise ValueError("numbers of a family are not whole")
    if any(len(line) != len(modulus) - 1 for line in terms.values()) or min(min(at) for at in [*norm, *terms]) < 0:
        raise ValueError("exponents or coefficients of a family do not fit")
    size = len(modulus) - 1
    if degree_of(norm) != tuple(size * d for d in degree_of(terms)):
        raise ValueError("the conjugates are not all of one degree")
    line = [Fraction(e) for e in modulus]
    if len(common_divisor(line, slope_of(line))) != 1:
        raise ValueError("the modulus has a root twice")
    real = count_real_roots(line)
    return Conjugates(norm, modulus, terms, multiplicity, _unit(norm, modulus, terms), real)


def is_real_pair(terms: Terms, data: Any) -> bool:
    """Whether the family's norm is the polynomial (in the variables that occur) and its two roots are not real."""
    family = read_conjugates(data)
    used = [axis for axis, d in enumerate(degree_of(family.norm)) if d]
    norm = {tuple(at[axis] for axis in used): e for at, e in family.norm.items()}
    return norm == dict(terms) and family.size == 2 and family.real == 0


def power_of(terms: Mapping[Exponent, Any], times: int) -> dict[Exponent, Any]:
    """The polynomial multiplied with itself."""
    result: dict[Exponent, Any] = {(0,) * len(next(iter(terms))): 1}
    for _ in range(times):
        result = product_of(result, terms)
    return result


def _unit(norm: Terms, modulus: Sequence[int], terms: Mapping[Exponent, Sequence[Fraction]]) -> Fraction:
    """The number that the product of the conjugates is of the norm: compared on a grid larger than the degrees."""
    ratio = None
    for point in product(*(range(d + 1) for d in degree_of(norm))):
        left = _norm_at(modulus, terms, point)
        right = sum((e * _monomial(at, point) for at, e in norm.items()), Fraction(0))
        if right and ratio is None:
            ratio = left / right
        if (ratio is None and left) or (ratio is not None and left != ratio * right):
            raise ValueError("the norm is not the product of the conjugates")
    if not ratio:
        raise ValueError("the norm is 0")
    return ratio


def _norm_at(modulus: Sequence[int], terms: Mapping[Exponent, Sequence[Fraction]], point: Sequence[int]) -> Fraction:
    """The product of g(root) at a point: the determinant of multiplying with g modulo the modulus."""
    size = len(modulus) - 1
    row = [sum((line[k] * _monomial(at, point) for at, line in terms.items()), Fraction(0)) for k in range(size)]
    matrix = [row]
    for _ in range(size - 1):
        top = row[-1] / modulus[-1]
        row = [a - top * m for a, m in zip([Fraction(0), *row[:-1]], modulus[:-1], strict=True)]
        matrix.append(row)
    return determinant(matrix)


def _monomial(at: Exponent, point: Sequence[int]) -> int:
    result = 1
    for number, power in zip(point, at, strict=True):
        result *= number**power
    return result
