"""``check_factorisation``: a second opinion, short and independent of the search.

Rational factors are multiplied out in fractions. SymPy is asked only for the value of an irrational tap, never for a
factor. Data that cannot be read as a proof prove nothing: the answer is then ``False``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np
import sympy

from symconv.factoring.checker_arithmetic import Exponent, degree_of, is_prime, product_of, rank_reaches, whole
from symconv.factoring.checker_conjugates import Conjugates, power_of, read_conjugates
from symconv.factoring.checker_proofs import at_most_factors, is_irreducible, is_squarefree
from symconv.factoring.result import Factorisation, Irreducible, NoSplit

_MALFORMED = (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError)


def check_factorisation(result: Factorisation | Irreducible | NoSplit, kernel: Any) -> bool:
    """Whether the factors have exactly this composite, or the certificate proves for it what the result says.

    >>> from symconv.factoring import factor
    >>> kernel = [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    >>> check_factorisation(factor(kernel, field="C"), kernel)
    True
    """
    try:
        given = _Array.read(kernel)
        if isinstance(result, Irreducible):
            return given.channels == (1, 1) and is_irreducible(given.polynomial(), result.field, result.certificate)
        if isinstance(result, NoSplit):
            ranks = result.certificate["kind"] == "rank"
            return _check_rank(result, given) if ranks else _check_sizes(result, given)
        factors = [_Array.read(factor) for factor in result.factors]
        fits = len(factors) > 1 and _fits(factors, given, result.middle_channels)
        return fits and (_check_conjugates(result, factors, given) if result.certificate else _multiply(factors, given))
    except _MALFORMED:
        return False


class _Array:
    """Taps that are not 0, by (out, in, *spatial)."""

    def __init__(self, shape: tuple[int, ...], taps: Mapping[Exponent, Any]) -> None:
        self.channels, self.spatial, self.taps = shape[:2], shape[2:], taps

    @classmethod
    def read(cls, array: Any) -> _Array:
        """Every number exactly; one- and two-dimensional arrays have one channel."""
        if hasattr(array, "detach"):
            array = array.detach().cpu()
        nested = array.tolist() if hasattr(array, "tolist") else array
        objects = np.array(nested, dtype=object)
        shape = objects.shape if objects.ndim > 2 else (1, 1, *objects.shape)
        values = [_number(e) for e in objects.flat]
        return cls(shape, {at: e for at, e in zip(product(*map(range, shape)), values, strict=True) if e != 0})

    def low(self) -> Exponent:
        """Zero slices before the first tap, per spatial axis."""
        return tuple(map(min, zip(*(at[2:] for at in self.taps), strict=True)))

    def stripped(self) -> dict[Exponent, Any]:
        """The polynomial of a one-channel kernel, without its shift."""
        low = self.low()
        return {tuple(a - b for a, b in zip(at[2:], low, strict=True)): e for at, e in self.taps.items()}

    def polynomial(self) -> dict[Exponent, int]:
        """The same with coprime integer coefficients."""
        return whole(self.stripped())


def _number(value: Any) -> Any:
    if isinstance(value, sympy.Rational):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, sympy.Expr) and not isinstance(value, sympy.Float):
        return value
    return (
        Fraction(*map(int, sympy.Rational(value).as_numer_denom()))
        if isinstance(value, sympy.Float)
        else Fraction(value)
    )


def _fits(factors: Sequence[_Array], kernel: _Array, middle: int) -> bool:
    """Sizes that compose to the kernel's, channels that meet, and more than one tap in one-channel factors."""
    sizes = zip(*(f.spatial for f in factors), strict=True)
    composed = tuple(sum(size) - len(factors) + 1 for size in sizes)
    between = [f.channels[0] for f in factors[:-1]]
    return (
        composed == kernel.spatial
        and between == [f.channels[1] for f in factors[1:]]
        and set(between) == {middle}
        and (factors[-1].channels[0], factors[0].channels[1]) == kernel.channels
        and (middle > 1 or kernel.channels != (1, 1) or all(len(f.taps) > 1 for f in factors))
    )


def _multiply(factors: Sequence[_Array], kernel: _Array) -> bool:
    """Whether the composite of rational factors is the kernel."""
    total: dict[Exponent, Fraction] = dict(factors[0].taps)
    for factor in factors[1:]:
        by_middle: dict[int, list[tuple[Exponent, Fraction]]] = {}
        for at, e in factor.taps.items():
            by_middle.setdefault(at[1], []).append((at, e))
        result: dict[Exponent, Fraction] = {}
        for at, e in total.items():
            for u, w in by_middle.get(at[0], ()):
                place = (u[0], at[1], *map(sum, zip(at[2:], u[2:], strict=True)))
                result[place] = result.get(place, Fraction(0)) + e * w
        total = result
    return {at: e for at, e in total.items() if e} == dict(kernel.taps)


def _check_conjugates(result: Factorisation, factors: Sequence[_Array], kernel: _Array) -> bool:
    """Whether every factor is what the certificate says, and all conjugates together make the kernel."""
    if kernel.channels != (1, 1) or result.certificate["kind"] != "conjugates":
        return False
    families = [read_conjugates(data) for data in result.certificate["families"]]
    chosen = [Counter(map(tuple, roots)) for roots in result.certificate["factors"]]
    total = _kernel_of(families)
    scale = Fraction(1)
    for array, roots in zip(factors, chosen, strict=True):
        expected, unit = _expected(families, roots, result.field)
        found = array.stripped()
        top = Fraction(str(sympy.expand(found[max(found)] / expected[max(expected)])))
        if found.keys() != expected.keys() or any(sympy.expand(found[at] - top * e) != 0 for at, e in expected.items()):
            return False
        scale *= top * unit
    counted = sum(chosen, Counter())
    every = {(n, root): f.multiplicity for n, f in enumerate(families) for root in range(f.size)}
    shifts = tuple(map(sum, zip(*(array.low() for array in factors), strict=True)))
    for family in families:
        scale *= family.unit**family.multiplicity
    same = {at: scale * e for at, e in total.items() if e} == kernel.stripped()
    return dict(counted) == every and shifts == kernel.low() and same


def _kernel_of(families: Sequence[Conjugates]) -> dict[Exponent, Any]:
    """The product of the norms."""
    total = power_of(families[0].norm, 0)
    for family in families:
        total = product_of(total, power_of(family.norm, family.multiplicity))
    return total


def _expected(
    families: Sequence[Conjugates], roots: Mapping[Any, int], field: str
) -> tuple[dict[Exponent, Any], Fraction]:
    """The product of the given conjugates, and what it lacks of it: whole families come as their norms."""
    total, unit = power_of(families[0].norm, 0), Fraction(1)
    for number, family in enumerate(families):
        times = [roots.get((number, root), 0) for root in range(family.size)]
        if field != "C" and any(times[root] != times[family.paired(root)] for root in range(family.size)):
            raise ValueError("a factor is not real")
        if field == "Q" and len(set(times)) > 1:
            raise ValueError("a factor is not rational")
        complete = min(times)
        total = product_of(total, power_of(family.norm, complete))
        unit /= family.unit**complete
        for root, count in enumerate(times):
            total = product_of(total, power_of(family.at_root(root), count - complete)) if count > complete else total
    expanded = {at: sympy.expand(e) for at, e in total.items()}
    return {at: e for at, e in expanded.items() if e != 0}, unit


def _check_sizes(result: NoSplit, kernel: _Array) -> bool:
    """Whether the factors are all the kernel's, split no further, and no choice of them has the first size."""
    if result.certificate["kind"] != "sizes" or kernel.channels != (1, 1) or result.middle_channels != 1:
        return False
    first, second = result.sizes
    if tuple(a + b - 1 for a, b in zip(first, second, strict=True)) != kernel.spatial:
        return False
    listed = result.certificate["families"]
    families = [read_conjugates(data) for data in listed]
    degrees: list[Exponent] = []
    for family, data in zip(families, listed, strict=True):
        degrees += _irreducible_degrees(family, result.field, data["certificate"]) * family.multiplicity
    if families and whole({at: Fraction(e) for at, e in _kernel_of(families).items() if e}) != kernel.polynomial():
        return False
    if not families:
        return len(kernel.taps) == 1
    reached = {((0,) * len(first), 0)}
    for degree in degrees:
        reached |= {(tuple(map(sum, zip(total, degree, strict=True))), n + 1) for total, n in reached}
    border = [k - 1 - d for k, d in zip(kernel.spatial, degree_of(kernel.stripped()), strict=True)]
    return not any(
        0 < n < len(degrees) and all(0 <= k - 1 - d <= b for k, d, b in zip(first, total, border, strict=True))
        for total, n in reached
    )


def _irreducible_degrees(family: Conjugates, field: str, certificate: Any) -> list[Exponent]:
    """The degrees of the norm's irreducible factors over the field; raises ``ValueError`` where this is not proved."""
    if is_irreducible(family.norm, field, certificate):
        return [degree_of(family.norm)]
    single = degree_of(family.terms)
    linear = sum(single) == 1 and certificate["kind"] == "size"
    proved = linear or at_most_factors(family.norm, family.size, certificate)
    if field == "Q" or family.size == 1 or not proved or not is_squarefree(family.norm):
        raise ValueError("a factor may split further")
    real = family.size if field == "C" else family.real
    pairs = (family.size - real) // 2
    return [single] * real + [tuple(2 * d for d in single)] * pairs


def _check_rank(result: NoSplit, kernel: _Array) -> bool:
    """Whether a matrix of the kernel has more than ``middle_channels`` as its rank.

    On an axis with a point, numbers are put for the variable; on one without, where one of the sizes is 1, the
    positions are rows or columns.
    """
    point, prime = result.certificate["point"], result.certificate["prime"]
    first, second = result.sizes
    sizes = list(zip(first, second, kernel.spatial, point, strict=True))
    if not is_prime(prime) or any(a + b - 1 != k or (p is None and 1 not in (a, b)) for a, b, k, p in sizes):
        return False
    rows: dict[Any, dict[Any, Fraction]] = {}
    for (o, i, *at), e in kernel.taps.items():
        numbers = [Fraction(p) ** t for p, t in zip(point, at, strict=True) if p is not None]
        row = (o, *(t for t, (_, b, _, p) in zip(at, sizes, strict=True) if p is None and b > 1))
        column = (i, *(t for t, (a, _, _, p) in zip(at, sizes, strict=True) if p is None and a > 1))
        line = rows.setdefault(row, {})
        line[column] = line.get(column, Fraction(0)) + prod(numbers, start=e)
    columns = {c: n for n, c in enumerate(sorted({c for line in rows.values() for c in line}))}
    integers = [whole({(columns[c],): e for c, e in line.items() if e}) for line in rows.values() if any(line.values())]
    sparse = [{c: e for (c,), e in line.items()} for line in integers]
    return rank_reaches(sparse, result.middle_channels + 1, prime)
