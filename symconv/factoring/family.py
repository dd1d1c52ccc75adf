"""Conjugate factors: one polynomial over Q(t), and the roots that t stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import sympy
from sympy import QQ

from symconv.factoring.polynomial import Exponent, Terms, degrees
from symconv.factoring.result import Field

Coefficients = tuple[Fraction, ...]
_T = sympy.Symbol("t")


@dataclass(frozen=True)
class Family:
    """The factors g(root) of one polynomial that is irreducible over Q, for all roots of the modulus.

    norm          their product up to a rational number: the polynomial over Q
    modulus       irreducible over Q, the constant first; t itself where g is rational
    terms         g: coefficients of 1, t, t^2, ... by exponent
    multiplicity  how often the norm occurs in the kernel
    """

    norm: Terms
    modulus: tuple[int, ...]
    terms: Mapping[Exponent, Coefficients]
    multiplicity: int

    @property
    def size(self) -> int:
        """How many conjugates there are."""
        return len(self.modulus) - 1

    @property
    def degree(self) -> Exponent:
        """The degree of one conjugate in every variable."""
        return degrees(self.terms)

    def groups(self, field: Field) -> tuple[tuple[int, ...], ...]:
        """The numbers of the roots whose conjugates multiply to one irreducible factor over the field.

        Roots are numbered as in SymPy: the real ones upwards, then pairs of complex conjugates.
        """
        if field == "Q" or self.size == 1:
            return (tuple(range(self.size)),)
        real = self.size if field == "C" else real_roots(self.modulus)
        return (*((i,) for i in range(real)), *((i, i + 1) for i in range(real, self.size, 2)))

    def conjugate(self, root: Any) -> dict[Exponent, Any]:
        """The factor at one root, given as an element of a ring over Q."""
        return {
            at: sum((QQ(c.numerator, c.denominator) * root**k for k, c in enumerate(line)), root.ring.zero)
            for at, line in self.terms.items()
        }

    def json(self) -> dict[str, Any]:
        """Plain data for certificates."""
        terms = [[list(at), [str(c) for c in coefficients]] for at, coefficients in sorted(self.terms.items())]
        return {
            "norm": [[list(at), int(e)] for at, e in sorted(self.norm.items())],
            "modulus": list(self.modulus),
            "terms": terms,
            "multiplicity": self.multiplicity,
        }


def rational_family(norm: Terms, multiplicity: int) -> Family:
    """A factor over Q that splits no further."""
    return Family(norm, (0, 1), {at: (Fraction(e),) for at, e in norm.items()}, multiplicity)


@cache
def root_of(modulus: tuple[int, ...], number: int) -> Any:
    """A root: rational, plus or minus a square root for t^2 - D, or SymPy's numbered root."""
    if len(modulus) == 2:
        return sympy.Rational(-modulus[0], modulus[1])
    if len(modulus) == 3 and modulus[1:] == (0, 1):
        positive = sympy.sqrt(-modulus[0])
        return positive if number else -positive
    return sympy.CRootOf(sympy.Poly.from_list(list(reversed(modulus)), _T), number, radicals=False)


@cache
def real_roots(modulus: tuple[int, ...]) -> int:
    """How many roots are real."""
    return int(sympy.Poly.from_list(list(reversed(modulus)), _T).count_roots())


def in_terms_of_square_root(modulus: Sequence[int]) -> tuple[int, Fraction, Fraction]:
    """D, a, b with the roots of a quadratic a +- b*sqrt(D), the integer D without the square factors that are found.

    >>> in_terms_of_square_root((1, 1, 1))
    (-3, Fraction(-1, 2), Fraction(1, 2))
    """
    c, b, a = modulus
    discriminant = b * b - 4 * a * c
    square, free = 1, 1 if discriminant > 0 else -1
    for prime, power in sympy.factorint(abs(discriminant), limit=10_000).items():
        square *= int(prime) ** (power // 2)
        free *= int(prime) ** (power % 2)
    return free, Fraction(-b, 2 * a), Fraction(square, 2 * a)
