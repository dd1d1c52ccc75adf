"""The checker's verdict on a certificate that a polynomial with integer coefficients does not factor.

The polynomials are primitive and divisible by no variable. What each kind of certificate means, and why it proves what
it says, is told in ``certificates``, ``ruppert`` and ``univariate``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import gcd, isqrt
from typing import Any

from symconv.factoring.checker_arithmetic import (
    Exponent,
    common_divisor,
    degree_of,
    factor_degrees,
    is_prime,
    on_line,
    rank_reaches,
    slope_of,
    trimmed,
    without_unused,
)
from symconv.factoring.checker_conjugates import is_real_pair

Terms = Mapping[Exponent, int]


def is_irreducible(terms: Terms, field: str, certificate: Any) -> bool:
    """Whether the certificate proves that the polynomial has no two factors over the field."""
    reduced = without_unused(terms)
    check = _CHECKS.get(certificate["kind"])
    return check is not None and check(reduced, field, certificate)


def at_most_factors(terms: Terms, number: int, certificate: Any) -> bool:
    """Whether the Ruppert-Gao system, in the variables that occur, leaves at most so many factors over C."""
    prime = certificate["prime"]
    if certificate["kind"] != "ruppert" or certificate["factors"] != number or not is_prime(prime):
        return False
    reduced = without_unused(terms)
    unknowns, rows = _closed_forms(reduced)
    stride = next(s for s in range(len(rows) * 5 // 8 + 1, 2 * len(rows) + 3) if gcd(s, len(rows)) == 1)
    return rank_reaches((rows[k * stride % len(rows)] for k in range(len(rows))), unknowns - number, prime)


def is_squarefree(terms: Terms) -> bool:
    """Whether a line is seen on which the degree stays and no factor is repeated; none that has the first variable."""
    reduced = without_unused(terms)
    for point in product(range(-4, 5), repeat=len(degree_of(reduced)) - 1):
        line: list[Any] = on_line(reduced, 0, point)
        if line[-1] and len(common_divisor(line, slope_of(line))) == 1:
            return True
    return False


def _closed_forms(terms: Terms) -> tuple[int, list[dict[int, int]]]:
    """The number of unknowns, and the equations f*(g_i)_j - g_i*f_j - f*(g_j)_i + g_j*f_i = 0 for i < j."""
    degree = degree_of(terms)
    dims = range(len(degree))
    unknowns = [(i, at) for i in dims for at in product(*(range(d + (i != j)) for j, d in enumerate(degree)))]
    rows: dict[Any, dict[int, int]] = {}
    for number, (i, at) in enumerate(unknowns):
        for j in dims:
            if j == i:
                continue
            for t, e in terms.items():
                place = [a + b for a, b in zip(at, t, strict=True)]
                place[j] -= 1
                row = rows.setdefault((min(i, j), max(i, j), *place), {})
                row[number] = row.get(number, 0) + (at[j] - t[j]) * e * (1 if i < j else -1)
    return len(unknowns), [rows[key] for key in sorted(rows)]


def _by_size(terms: Terms, _field: str, _certificate: Any) -> bool:
    return len(terms) == 1 or degree_of(terms) == (1,)


def _by_ruppert(terms: Terms, _field: str, certificate: Any) -> bool:
    return len(degree_of(terms)) > 1 and at_most_factors(terms, 1, certificate)


def _by_discriminant(terms: Terms, field: str, certificate: Any) -> bool:
    degree = degree_of(terms)
    if degree == (2,):
        a, b, c = (terms.get((k,), 0) for k in (2, 1, 0))
        return field == "R" and b * b < 4 * a * c
    axis = certificate["axis"]
    if len(degree) != 2 or axis not in (0, 1) or degree[axis] != 2:
        return False
    rows = [[Fraction(0)] * (degree[1 - axis] + 1) for _ in range(3)]
    for at, e in terms.items():
        rows[at[axis]][at[1 - axis]] += e
    c0, c1, c2 = rows
    discriminant = trimmed([u - 4 * v for u, v in zip(_times(c1, c1), _times(c2, c0), strict=True)])
    if discriminant != certificate["discriminant"] or len(common_divisor(common_divisor(c0, c1), c2)) != 1:
        return False
    return not _is_square(discriminant, field)


def _times(left: Sequence[Fraction], right: Sequence[Fraction]) -> list[Fraction]:
    total = [Fraction(0)] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            total[i + j] += a * b
    return total


def _is_square(line: Sequence[Fraction], field: str) -> bool:
    """Whether a polynomial is a square over the field: a square of a monic one over Q times a square in the field."""
    if not line:
        return True
    size = len(line) // 2
    if len(line) % 2 == 0:
        return False
    monic = [e / line[-1] for e in line]
    root = [Fraction(0)] * size + [Fraction(1)]
    for k in reversed(range(size)):
        known = sum((root[i] * root[k + size - i] for i in range(k + 1, size)), Fraction(0))
        root[k] = (monic[k + size] - known) / 2
    if _times(root, root) != monic:
        return False
    unit = line[-1]
    square = unit.numerator * unit.denominator
    return {"C": True, "R": unit > 0, "Q": square > 0 and isqrt(square) ** 2 == square}[field]


def _by_newton_polygon(terms: Terms, _field: str, certificate: Any) -> bool:
    if len(degree_of(terms)) != 2:
        return False
    vertices = [tuple(v) for v in certificate["vertices"]]
    edges = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(vertices, vertices[1:] + vertices[:1], strict=True)]
    if any(v not in terms for v in vertices) or not all(
        _to_the_left(terms, v, e) for v, e in zip(vertices, edges, strict=True)
    ):
        return False
    total, reached = 0, {(0, 0, 0)}
    for dx, dy in edges:
        length = gcd(dx, dy)
        step = (dx // length, dy // length)
        reached = {(x + k * step[0], y + k * step[1], n + k) for x, y, n in reached for k in range(length + 1)}
        total += length
    return (0, 0, total) in reached and not any((0, 0, n) in reached for n in range(1, total))


def _to_the_left(terms: Terms, vertex: Exponent, edge: Exponent) -> bool:
    """Whether all exponents lie on the line through the vertex along its edge, or to the left of it."""
    return all(edge[0] * (at[1] - vertex[1]) >= edge[1] * (at[0] - vertex[0]) for at in terms)


def _by_degree_patterns(terms: Terms, field: str, certificate: Any) -> bool:
    line = _in_one_variable(terms, field)
    if line is None:
        return False
    possible = set(range(1, len(line) - 1))
    for prime, pattern in certificate["patterns"]:
        if not is_prime(prime) or (degrees := factor_degrees(line, prime)) is None or degrees != pattern:
            return False
        sums = {0}
        for degree in degrees:
            sums |= {s + degree for s in sums}
        possible &= sums
    return not possible


def _by_prime_value(terms: Terms, field: str, certificate: Any) -> bool:
    line = _in_one_variable(terms, field)
    if line is None:
        return False
    point, cofactor, radius = (certificate[key] for key in ("point", "cofactor", "radius"))
    if not all(type(number) is int for number in (point, cofactor, radius)) or min(cofactor, radius) < 1:
        return False
    value = abs(sum(e * point**k for k, e in enumerate(line)))
    bounded = all(abs(e) * 2**k <= abs(line[-1]) * radius**k for k, e in enumerate(reversed(line)))
    return bounded and abs(point) - radius > cofactor and value % cofactor == 0 and is_prime(value // cofactor)


def _in_one_variable(terms: Terms, field: str) -> list[int] | None:
    """The coefficients of a polynomial in one variable, for certificates over Q."""
    return on_line(terms, 0, ()) if field == "Q" and len(degree_of(terms)) == 1 else None


def _by_specialisation(terms: Terms, field: str, certificate: Any) -> bool:
    dims = len(degree_of(terms))
    lines = certificate["lines"]
    if field != "Q" or dims < 2 or [line["axis"] for line in lines] != list(range(dims)):
        return False
    for line in lines:
        if not all(type(number) is int for number in line["point"]):
            return False
        values = on_line(terms, line["axis"], line["point"])
        content = gcd(*values)
        special: dict[Exponent, int] = {(k,): e // content for k, e in enumerate(values) if e}
        if not values[-1] or not _LINE_CHECKS[line["certificate"]["kind"]](special, "Q", line["certificate"]):
            return False
    return not any(_is_outer_product(terms, half) for half in _halves(dims))


def _halves(dims: int) -> Iterator[tuple[int, ...]]:
    for size in range(1, dims):
        yield from combinations(range(dims), size)


def _is_outer_product(terms: Terms, axes: Sequence[int]) -> bool:
    """Whether the polynomial is one in these variables times one in the others: all 2x2 minors at one tap are 0."""
    rest = [axis for axis in range(len(degree_of(terms))) if axis not in axes]
    cells = {(tuple(at[a] for a in axes), tuple(at[a] for a in rest)): e for at, e in terms.items()}
    (row, column), pivot = next(iter(cells.items()))
    spots = product({r for r, _ in cells}, {c for _, c in cells})
    return all(pivot * cells.get((r, c), 0) == cells.get((r, column), 0) * cells.get((row, c), 0) for r, c in spots)


def _by_conjugates(terms: Terms, field: str, certificate: Any) -> bool:
    bound = {"kind": "ruppert", "factors": 2, "prime": certificate["prime"]}
    return (
        field == "R"
        and len(degree_of(terms)) > 1
        and is_real_pair(terms, certificate["family"])
        and at_most_factors(terms, 2, bound)
        and is_squarefree(terms)
    )


_Check = Callable[[Terms, str, Any], bool]
_LINE_CHECKS: dict[str, _Check] = {
    "size": _by_size,
    "modular": _by_degree_patterns,
    "prime-value": _by_prime_value,
}
_CHECKS: dict[str, _Check] = {
    **_LINE_CHECKS,
    "discriminant": _by_discriminant,
    "ruppert": _by_ruppert,
    "newton-polygon": _by_newton_polygon,
    "specialisation": _by_specialisation,
    "conjugates": _by_conjugates,
}
