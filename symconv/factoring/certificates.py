"""Certificates that a polynomial in one to three variables does not factor over Q, R or C.

Every certificate is plain data that the checker verifies against the kernel:

    size            at most one tap, or two taps in one dimension
    discriminant    of degree 2 in a variable, without content, and its discriminant is no square
    newton-polygon  not a sum of two smaller ones (Gao, "Absolute irreducibility of polynomials via Newton polytopes",
                    2001): irreducible over every field, given that no variable divides the polynomial
    ruppert         the nullity of the Ruppert-Gao system: at most so many factors over C
    modular         (over Q, one variable) factor degrees modulo primes that fit no factor
    prime-value     (over Q, one variable) a value with a large prime factor, far from all roots
    specialisation  (over Q) in every variable, numbers for the others that leave it irreducible
    conjugates      (over R) two factors over C, conjugate to each other, that are not real
    unchecked       irreducible by the search, without a proof; the checker refuses it
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from sympy import QQ, Poly, sqrt, symbols
from sympy.polys.densetools import dup_primitive
from sympy.polys.domains import ZZ

from symconv.factoring import univariate
from symconv.factoring.polynomial import Exponent, Terms, degrees, on_axes, specialise, used_axes
from symconv.factoring.result import Field
from symconv.factoring.ruppert import nullity

Certificate = dict[str, Any]
_REACH = 6
_Y = symbols("y")


def irreducible_over_rationals(terms: Terms) -> Certificate:
    """A certificate for a polynomial that is irreducible over Q; of kind "unchecked" where none is found."""
    axes = used_axes(terms)
    reduced = on_axes(terms, axes)
    if len(axes) == 0:
        return {"kind": "size"}
    if len(axes) == 1:
        return univariate.irreducibility(specialise(reduced, 0, ())) or UNCHECKED
    return quadratic(reduced, "Q") or absolute(reduced) or specialisation(reduced) or UNCHECKED


def absolute(reduced: Terms) -> Certificate | None:
    """A certificate that a polynomial in two or three variables, all of which occur, is irreducible over C."""
    return newton_polygon(reduced) or ruppert(reduced, 1)


def ruppert(reduced: Terms, factors: int) -> Certificate | None:
    """At most so many factors over C, by the rank of the Ruppert-Gao system modulo a prime."""
    found, prime = nullity(reduced, factors)
    return {"kind": "ruppert", "prime": prime, "factors": factors} if found <= factors else None


def quadratic(reduced: Terms, field: Field) -> Certificate | None:
    """The certificate by content and discriminant, for two variables and degree 2 in one of them.

    a*x^2 + b*x + c with coprime a, b, c in K[y] splits over K exactly if b^2 - 4*a*c is a square in K[y].
    """
    degree = degrees(reduced)
    if len(degree) != 2:
        return None
    for axis in (axis for axis in (0, 1) if degree[axis] == 2):
        c, b, a = (_in_one_variable(reduced, axis, power) for power in (0, 1, 2))
        if a.gcd(b).gcd(c).degree() > 0:
            return None
        discriminant = b**2 - 4 * a * c
        if not is_square(discriminant, field):
            return {
                "kind": "discriminant",
                "axis": axis,
                "discriminant": [int(e) for e in reversed(discriminant.all_coeffs())],
            }
    return None


def is_square(polynomial: Poly, field: Field) -> bool:
    """Whether a polynomial over Q in one variable is a square over the field."""
    if polynomial.is_zero:
        return True
    leading, parts = polynomial.factor_list()
    if any(power % 2 for _, power in parts):
        return False
    return {"Q": bool(sqrt(leading).is_rational), "R": bool(leading > 0), "C": True}[field]


def newton_polygon(reduced: Terms) -> Certificate | None:
    """The vertices of a Newton polygon, in two variables, that is no sum of two smaller lattice polygons."""
    if len(degrees(reduced)) != 2:
        return None
    vertices = hull(reduced)
    if splits_into_polygons(vertices):
        return None
    return {"kind": "newton-polygon", "vertices": [list(v) for v in vertices]}


def hull(points: Iterable[Exponent]) -> list[Exponent]:
    """The vertices of the convex hull, in order (Andrew's monotone chain)."""
    ordered = sorted(points)

    def chain(sequence: Sequence[Exponent]) -> list[Exponent]:
        corners: list[Exponent] = []
        for point in sequence:
            while len(corners) > 1 and _turn(corners[-2], corners[-1], point) <= 0:
                corners.pop()
            corners.append(point)
        return corners[:-1]

    return chain(ordered) + chain(ordered[::-1])


def splits_into_polygons(vertices: Sequence[Exponent]) -> bool:
    """Whether some of the primitive edge vectors, but not all, make a closed polygon."""
    edges = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(vertices, [*vertices[1:], vertices[0]], strict=True)]
    lengths = [univariate.content(edge) for edge in edges]
    total = sum(lengths)
    reached = {(0, 0, 0)}
    for (dx, dy), length in zip(edges, lengths, strict=True):
        step = (dx // length, dy // length)
        reached = {(x + k * step[0], y + k * step[1], n + k) for x, y, n in reached for k in range(length + 1)}
    return any((0, 0, n) in reached for n in range(1, total))


def specialisation(reduced: Terms) -> Certificate | None:
    """For every variable, numbers for the others that keep the degree and leave it irreducible over Q.

    Then one of two factors over Q is free of that variable. So they have no variable in common, and the taps, as a
    matrix between the two sets of variables, have rank 1; the checker sees that they have not.
    """
    lines = []
    for axis in range(len(degrees(reduced))):
        line = _irreducible_line(reduced, axis)
        if line is None:
            return None
        lines.append(line)
    return {"kind": "specialisation", "lines": lines}


def _irreducible_line(reduced: Terms, axis: int) -> Certificate | None:
    others = len(degrees(reduced)) - 1
    for point in sorted(product(range(-_REACH, _REACH + 1), repeat=others), key=lambda p: sum(map(abs, p))):
        coefficients = specialise(reduced, axis, point)
        if not coefficients[-1]:
            continue
        whole = [int(c) for c in reversed(dup_primitive([ZZ(c) for c in reversed(coefficients)], ZZ)[1])]
        certificate = univariate.irreducibility(whole)
        if certificate is not None:
            return {"axis": axis, "point": list(point), "certificate": certificate}
    return None


def _in_one_variable(reduced: Terms, axis: int, power: int) -> Poly:
    """The coefficient of the given power of one of two variables."""
    return Poly.from_dict({(at[1 - axis],): e for at, e in reduced.items() if at[axis] == power}, _Y, domain=QQ)


def _turn(a: Exponent, b: Exponent, c: Exponent) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


UNCHECKED: Certificate = {"kind": "unchecked", "reason": "irreducible by the search, which found no certificate"}
