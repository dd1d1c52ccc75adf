"""Which factors go into which of two kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from typing import Any, overload

import sympy
from sympy import QQ
from sympy.polys.rings import PolyRing

from symconv.errors import ArgumentError, sentence
from symconv.factoring.family import Family, root_of
from symconv.factoring.polynomial import Exponent, Shape, multiply
from symconv.factoring.result import Field, Sizes

#: More splits into given sizes than this are not listed.
MOST_SPLITS = 10_000
#: How often each part is taken.
Selection = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """One factor that splits no further over the field: a product of conjugates of a family."""

    family: int
    roots: tuple[int, ...]
    degree: Exponent
    multiplicity: int


def parts_of(families: Sequence[Family], field: Field) -> list[Part]:
    """The irreducible factors over the field."""
    return [
        Part(number, roots, tuple(len(roots) * d for d in family.degree), family.multiplicity)
        for number, family in enumerate(families)
        for roots in family.groups(field)
    ]


def product_of(families: Sequence[Family], parts: Sequence[Part], selection: Selection) -> dict[Exponent, Any]:
    """The product of the selected factors: rational wherever all conjugates of a family are among them.

    Irrational taps are multiplied as polynomials in the roots, which become SymPy numbers at the end.
    """
    times = [_times(number, family, parts, selection) for number, family in enumerate(families)]
    result: dict[Exponent, Any] = {(0,) * len(families[0].degree): 1}
    for family, counts in zip(families, times, strict=True):
        for _ in range(min(counts)):
            result = multiply(result, family.norm)
    partial = [
        (f, root, n - min(counts)) for f, counts in zip(families, times, strict=True) for root, n in enumerate(counts)
    ]
    single = [(family, root) for family, root, n in partial for _ in range(n)]
    if not single:
        return {at: e for at, e in result.items() if e}
    names = list(dict.fromkeys((f.modulus, root) for f, root in single))
    ring = PolyRing([f"r{n}" for n in range(len(names))], QQ)
    for family, root in single:
        variable = ring.gens[names.index((family.modulus, root))]
        result = multiply(result, family.conjugate(variable))
    values = [root_of(modulus, number) for modulus, number in names]
    numbers = {at: _at_roots(e, values) for at, e in result.items()}
    return {at: e for at, e in numbers.items() if e != 0}


def _at_roots(element: Any, values: Sequence[Any]) -> Any:
    """A polynomial in the roots as a SymPy number."""
    terms = element.terms()
    return sympy.Add(
        *(
            sympy.Rational(int(c.numerator), int(c.denominator))
            * sympy.Mul(*(v**k for v, k in zip(values, powers, strict=True)))
            for powers, c in terms
        )
    )


def is_rational(families: Sequence[Family], parts: Sequence[Part], selection: Selection) -> bool:
    """Whether all conjugates are equally often among the selected parts."""
    return all(len(set(_times(n, family, parts, selection))) == 1 for n, family in enumerate(families))


def _times(number: int, family: Family, parts: Sequence[Part], selection: Selection) -> list[int]:
    """How often each conjugate of a family is among the selected parts."""
    times = [0] * family.size
    for part, chosen in zip(parts, selection, strict=True):
        if part.family == number:
            for root in part.roots:
                times[root] += chosen
    return times


class Groupings(Sequence[Selection]):
    """All selections but none and all of the parts, numbered in mixed radix, so that none is stored."""

    def __init__(self, parts: Sequence[Part], without: Selection | None = None) -> None:
        self._radices = [part.multiplicity + 1 for part in parts]
        self._gap = self._number(without) if without is not None else self._total - 1

    @property
    def _total(self) -> int:
        return prod(self._radices)

    def _number(self, selection: Selection) -> int:
        number = 0
        for radix, digit in zip(reversed(self._radices), reversed(selection), strict=True):
            number = number * radix + digit
        return number

    def __len__(self) -> int:
        return self._total - 2 - (self._gap != self._total - 1)

    @overload
    def __getitem__(self, index: int) -> Selection: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Selection]: ...

    def __getitem__(self, index: int | slice) -> Selection | Sequence[Selection]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = range(len(self))[index] + 1
        place += place >= self._gap
        digits = []
        for radix in self._radices:
            place, digit = divmod(place, radix)
            digits.append(digit)
        return tuple(digits)


class Splits(Sequence[tuple[Any, ...]]):
    """Pairs of kernels, each made when it is asked for."""

    def __init__(self, selections: Sequence[Selection], make: Callable[[Selection], tuple[Any, ...]]) -> None:
        self._selections = selections
        self._make = make

    def __len__(self) -> int:
        return len(self._selections)

    @overload
    def __getitem__(self, index: int) -> tuple[Any, ...]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[Any, ...]]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Splits(self._selections[index], self._make)
        return self._make(self._selections[index])

    def __repr__(self) -> str:
        return f"<{len(self)} splits>"


def fitting(parts: Sequence[Part], room: Shape, border: Exponent) -> list[Selection]:
    """Selections that leave on every axis between 0 and ``border`` of the ``room`` for zero slices, the first 10,000.

    ``room`` is the size of the first kernel less 1. Both kernels get at least one part.
    """
    sums = [{(0,) * len(room)}]
    for part in reversed(parts):
        steps = [tuple(n * d for d in part.degree) for n in range(part.multiplicity + 1)]
        sums.insert(0, {tuple(map(sum, zip(a, b, strict=True))) for a in sums[0] for b in steps})

    def fits(left: Shape) -> bool:
        return all(0 <= spare <= most for spare, most in zip(left, border, strict=True))

    def choose(number: int, left: Shape) -> Iterator[Selection]:
        if not any(fits(_less(left, total)) for total in sums[number]):
            return
        if number == len(parts):
            yield ()
            return
        part = parts[number]
        for times in range(part.multiplicity + 1):
            for tail in choose(number + 1, _less(left, tuple(times * d for d in part.degree))):
                yield (times, *tail)

    every = tuple(part.multiplicity for part in parts)
    both = (s for s in choose(0, room) if any(s) and s != every)
    return list(islice(both, MOST_SPLITS))


def _less(left: Shape, right: Exponent) -> Shape:
    return tuple(a - b for a, b in zip(left, right, strict=True))


def read_sizes(sizes: Any, shape: Shape) -> Sizes:
    """The sizes of two kernels whose composite has the given shape; one number stands for all axes."""
    if not isinstance(sizes, list | tuple) or len(sizes) != 2:
        raise ArgumentError(sentence(f"sizes={sizes!r}", "are no sizes of two kernels", "write ((2, 2), (3, 3))"))
    first, second = (_read_size(size, len(shape)) for size in sizes)
    for axis, (a, b, k) in enumerate(zip(first, second, shape, strict=True)):
        if a + b - 1 != k:
            raise ArgumentError(
                sentence(
                    f"sizes={sizes!r}",
                    f"compose to {a + b - 1} on axis {axis} where the kernel has {k}",
                    "choose sizes with size1 + size2 - 1 = size",
                )
            )
    return first, second


def _read_size(size: Any, dims: int) -> Shape:
    entries = (size,) * dims if isinstance(size, int) else size
    if not isinstance(entries, list | tuple) or len(entries) != dims:
        raise ArgumentError(sentence(f"size={size!r}", f"is no size on {dims} axes", "give one number an axis"))
    for entry in entries:
        if isinstance(entry, bool) or not isinstance(entry, int) or entry < 1:
            raise ArgumentError(sentence(f"size={size!r}", "is not positive whole numbers", "give 1 or more an axis"))
    return tuple(entries)


def in_array(terms: Mapping[Exponent, Any], low: Exponent, shape: Shape) -> list[Any]:
    """The entries, in row-major order, of an array with the polynomial's taps behind so many zero slices."""
    placed = {tuple(a + b for a, b in zip(at, low, strict=True)): e for at, e in terms.items()}
    return [placed.get(at, 0) for at in product(*map(range, shape))]
