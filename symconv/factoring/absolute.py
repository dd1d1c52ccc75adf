"""Factors over C of a polynomial that is irreducible over Q: one family of conjugates.

Gao ("Factoring multivariate polynomials via partial differential equations", 2003): among the forms of
``ruppert`` the g = g_1 satisfy g = SUM_i a_i (f/f_i) df_i/dx, so f_i divides g - a_i df/dx. For a g with different
a_i, these are the roots of a polynomial phi over Q, and f_i = gcd(f, g - a_i df/dx) over Q(a_i).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import count, product
from typing import Any

from sympy import QQ, AlgebraicNumber, Poly, symbols

from symconv.errors import sentence
from symconv.factoring.family import Coefficients, Family, in_terms_of_square_root, rational_family, root_of
from symconv.factoring.polynomial import (
    Exponent,
    Terms,
    degrees,
    derivative,
    off_axes,
    on_axes,
    specialise,
    used_axes,
)
from symconv.factoring.result import UndecidedError
from symconv.factoring.ruppert import nullity, solutions

_X, _T = symbols("x t")
_LINES = 40
#: The roots of a modulus, and the a_i as a polynomial in them.
Numbers = tuple[tuple[int, ...], Coefficients]


def absolute_family(terms: Terms, multiplicity: int) -> Family:
    """The conjugate factors over C of a polynomial that is irreducible over Q and has more than one tap."""
    axes = used_axes(terms)
    reduced = on_axes(terms, axes)
    found = _on_a_line(reduced) if len(axes) == 1 else _in_space(reduced)
    if found is None:
        return rational_family(terms, multiplicity)
    modulus, factor = found
    return Family(terms, modulus, off_axes(factor, axes, len(degrees(terms))), multiplicity)


def _on_a_line(reduced: Terms) -> tuple[tuple[int, ...], dict[Exponent, Coefficients]] | None:
    """x - root, for every root."""
    coefficients = specialise(reduced, 0, ())
    if len(coefficients) == 2:
        return None
    modulus, number = _simplified(coefficients)
    return modulus, {(1,): _constant(1, modulus), (0,): tuple(-c for c in number)}


def _in_space(reduced: Terms) -> tuple[tuple[int, ...], dict[Exponent, Coefficients]] | None:
    if nullity(reduced)[0] == 1:
        return None
    basis = solutions(reduced)
    if len(basis) == 1:
        return None
    modulus, number, form = _eigenvalues(reduced, basis)
    degree = tuple(d // len(basis) for d in degrees(reduced))
    gcd = _gcd_by_lines if len(degree) == 2 else _gcd_in_space
    return modulus, gcd(reduced, form, (modulus, number), degree)


def _simplified(coefficients: Sequence[int]) -> Numbers:
    """The number field of a root, and the root in it; a quadratic field by the square root of an integer."""
    if len(coefficients) != 3:
        return tuple(coefficients), (Fraction(0), Fraction(1), *[Fraction(0)] * (len(coefficients) - 3))
    radicand, rational, times = in_terms_of_square_root(coefficients)
    return (-radicand, 0, 1), (rational, times)


def _eigenvalues(
    reduced: Terms, basis: Sequence[Mapping[Exponent, Fraction]]
) -> tuple[tuple[int, ...], Coefficients, dict[Exponent, Fraction]]:
    """A form with different a_i, with the a_i: the simplest one of the first few."""
    slope = derivative(reduced, 0)
    candidates = []
    for weights in _weights(len(basis)):
        form: dict[Exponent, Fraction] = {}
        for weight, vector in zip(weights, basis, strict=True):
            for at, value in vector.items():
                form[at] = form.get(at, Fraction(0)) + weight * value
        phi = _minimal_polynomial(reduced, form, slope)
        if phi is not None and len(phi) == len(basis) + 1:
            candidates.append((max(map(abs, phi)), phi, form))
        if len(candidates) == len(basis):
            break
    if not candidates:
        raise _undecided()
    _, phi, form = min(candidates, key=lambda c: c[0])
    modulus, number = _simplified(phi)
    return modulus, number, form


def _weights(length: int) -> list[tuple[int, ...]]:
    """Small coefficients, single forms first."""
    return sorted(product(range(-1, 2), repeat=length), key=lambda w: (sum(map(abs, w)), w))[1:][:200]


def _minimal_polynomial(
    reduced: Terms, form: Mapping[Exponent, Fraction], slope: Mapping[Exponent, int]
) -> tuple[int, ...] | None:
    """The a_i as roots: the squarefree part of Res_x(f, g - t*df/dx) on a line where f stays squarefree."""
    degree = degrees(reduced)
    for value in range(1, _LINES):
        point = [value + k for k in range(len(degree) - 1)]
        line = _line(reduced, point)
        if line.degree() < degree[0] or line.gcd(line.diff()).degree() > 0:
            continue
        pencil = Poly(_line(form, point).as_expr() - _T * _line(slope, point).as_expr(), _X, _T, domain=QQ)
        resultant = Poly(line, _X, _T, domain=QQ).resultant(pencil).as_poly(_T)
        phi = resultant.sqf_part().primitive()[1].clear_denoms(convert=True)[1].primitive()[1]
        return tuple(int(c) for c in reversed(phi.all_coeffs()))
    return None


def _line(terms: Mapping[Exponent, Any], point: Sequence[int]) -> Poly:
    if not terms:
        return Poly(0, _X, domain=QQ)
    coefficients = [QQ(Fraction(c).numerator, Fraction(c).denominator) for c in specialise(terms, 0, point)]
    return Poly.from_list(coefficients[::-1], _X, domain=QQ)


def _number_field(modulus: tuple[int, ...]) -> Any:
    minimal = Poly.from_list(list(reversed(modulus)), _T)
    return QQ.algebraic_field(AlgebraicNumber((minimal.monic(), root_of(modulus, 0))))


def _pencil(
    form: Mapping[Exponent, Fraction], slope: Mapping[Exponent, int], number: Coefficients
) -> dict[Exponent, Coefficients]:
    """g - a*df/dx over the number field."""
    size = len(number)
    result = {at: _constant(value, size=size) for at, value in form.items()}
    for at, value in slope.items():
        old = result.get(at, _constant(0, size=size))
        result[at] = tuple(o - value * n for o, n in zip(old, number, strict=True))
    return result


def _gcd_in_space(
    reduced: Terms, form: Mapping[Exponent, Fraction], numbers: Numbers, degree: Exponent
) -> dict[Exponent, Coefficients]:
    modulus, number = numbers
    field = _number_field(modulus)
    names = symbols(f"x:{len(degree)}")
    pencil = _pencil(form, derivative(reduced, 0), number)
    left = Poly.from_dict({at: field(e) for at, e in reduced.items()}, *names, domain=field)
    right = Poly.from_dict({at: _into(field, c) for at, c in pencil.items()}, *names, domain=field)
    common = left.gcd(right)
    if common.degree_list() != degree:
        raise _undecided()
    return {at: _out_of(e, len(number)) for at, e in common.monic().rep.to_dict().items()}


def _gcd_by_lines(
    reduced: Terms, form: Mapping[Exponent, Fraction], numbers: Numbers, degree: Exponent
) -> dict[Exponent, Coefficients]:
    """The gcd in two variables, interpolated from its values on lines y = c times the leading coefficient of f.

    So it comes multiplied by a polynomial in y, which is its content.
    """
    modulus, number = numbers
    field = _number_field(modulus)
    pencil = _pencil(form, derivative(reduced, 0), number)
    values: dict[int, list[Coefficients]] = {}
    for step in count():
        y = (step + 1) // 2 * (-1) ** step
        common, leading = _gcd_on_line(reduced, pencil, y, field)
        if leading and common.degree() == degree[0]:
            monic = [_out_of(e, len(number)) for e in reversed(common.monic().rep.to_list())]
            values[y] = [tuple(leading * c for c in e) for e in monic]
        if len(values) > degrees(reduced)[1]:
            break
        if step > _LINES + degrees(reduced)[1]:
            raise _undecided()
    rows = [_primitive_row([values[y][power] for y in values], list(values), field) for power in range(degree[0] + 1)]
    return _without_content(rows, degree, len(number))


def _gcd_on_line(reduced: Terms, pencil: Mapping[Exponent, Coefficients], y: int, field: Any) -> tuple[Poly, int]:
    line = specialise(reduced, 0, (y,))
    left = Poly.from_list([field(c) for c in reversed(line)], _X, domain=field)
    rows: dict[int, Coefficients] = {}
    for (power, other), coefficients in pencil.items():
        old = rows.get(power, _constant(0, size=len(coefficients)))
        rows[power] = tuple(o + c * y**other for o, c in zip(old, coefficients, strict=True))
    right = Poly.from_dict({(power,): _into(field, c) for power, c in rows.items()}, _X, domain=field)
    return left.gcd(right), line[-1]


def _primitive_row(values: Sequence[Coefficients], points: Sequence[int], field: Any) -> Poly:
    """The polynomial in y through the values, which are numbers of the field."""
    total = Poly(0, _X, domain=field)
    for place, value in zip(points, values, strict=True):
        basis = Poly(1, _X, domain=QQ)
        for other in points:
            if other != place:
                basis *= Poly.from_list([QQ(1, place - other), QQ(-other, place - other)], _X, domain=QQ)
        total += basis.set_domain(field) * Poly.from_list([_into(field, value)], _X, domain=field)
    return total


def _without_content(rows: Sequence[Poly], degree: Exponent, size: int) -> dict[Exponent, Coefficients]:
    content = rows[0]
    for row in rows[1:]:
        content = content.gcd(row)
    parts = [row.quo(content) for row in rows]
    if max(part.degree() for part in parts) != degree[1]:
        raise _undecided()
    last = parts[-1].LC()
    found: dict[Exponent, Coefficients] = {}
    for power, part in enumerate(parts):
        for (other,), value in part.quo_ground(last).rep.to_dict().items():
            found[power, other] = _out_of(value, size)
    return found


def _constant(value: Fraction | int, modulus: Sequence[int] = (), size: int = 0) -> Coefficients:
    return (Fraction(value), *[Fraction(0)] * ((size or len(modulus) - 1) - 1))


def _into(field: Any, coefficients: Coefficients) -> Any:
    return field([QQ(c.numerator, c.denominator) for c in reversed(coefficients)])


def _out_of(element: Any, size: int) -> Coefficients:
    found = [Fraction(int(c.numerator), int(c.denominator)) for c in reversed(element.to_list())]
    return (*found, *[Fraction(0)] * (size - len(found)))


def _undecided() -> UndecidedError:
    return UndecidedError(
        sentence("field='C'", "has factors that the search did not find", "ask over field='Q', or change the kernel")
    )
