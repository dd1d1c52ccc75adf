"""Factors of a one-channel kernel: those of its polynomial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from symconv.factoring.arrays import Kernel, restore
from symconv.factoring.family import Family
from symconv.factoring.irreducible import certificate_of, families_of
from symconv.factoring.polynomial import Exponent, Shape, Stripped, strip
from symconv.factoring.result import Factorisation, Field, Irreducible, NoSplit, Sizes
from symconv.factoring.sizes import (
    Groupings,
    Part,
    Selection,
    Splits,
    fitting,
    in_array,
    is_rational,
    parts_of,
    product_of,
)


def factor_single(kernel: Kernel, sizes: Sizes | None, field: Field) -> Factorisation | Irreducible | NoSplit:
    """All factors, or all splits into two kernels of the given sizes."""
    stripped = strip(kernel.entries, kernel.spatial)
    families = families_of(stripped.terms, field)
    work = _Work(kernel, stripped, families, parts_of(families, field), field)
    return work.all_factors() if sizes is None else work.of_sizes(sizes)


@dataclass(frozen=True)
class _Work:
    """A kernel with its factors, and the making of arrays from them."""

    kernel: Kernel
    stripped: Stripped
    families: Sequence[Family]
    parts: Sequence[Part]
    field: Field

    def all_factors(self) -> Factorisation | Irreducible:
        """Every factor once for each time that it occurs."""
        single = [tuple(int(i == j) for j in range(len(self.parts))) for i in range(len(self.parts))]
        chosen = [s for s, part in zip(single, self.parts, strict=True) for _ in range(part.multiplicity)]
        if not chosen:
            return Irreducible(self.field, {"kind": "size"})
        if len(chosen) == 1:
            return Irreducible(self.field, certificate_of(self.families[0], self.field))
        factors = self._kernels(chosen)
        pairs = Groupings(self.parts, without=chosen[0] if len(chosen) == 2 else None)
        return Factorisation(factors, Splits(pairs, self._pair), self.field, certificate=self._certificate(chosen))

    def of_sizes(self, sizes: Sizes) -> Factorisation | NoSplit:
        """Every choice of factors for the first kernel that fits its size."""
        room = tuple(k - 1 for k in sizes[0])
        selections = fitting(self.parts, room, self.stripped.border)
        if not selections:
            shown = [{**f.json(), "certificate": certificate_of(f, self.field)} for f in self.families]
            return NoSplit(sizes, {"kind": "sizes", "families": shown}, self.field)
        chosen = [selections[0], self._rest(selections[0])]
        factors = self._kernels(chosen, sizes)
        certificate = self._certificate(chosen)
        others = Splits(selections[1:], lambda selection: self._pair(selection, sizes))
        return Factorisation(factors, others, self.field, certificate=certificate)

    def _rest(self, selection: Selection) -> Selection:
        return tuple(part.multiplicity - times for part, times in zip(self.parts, selection, strict=True))

    def _pair(self, selection: Selection, sizes: Sizes | None = None) -> tuple[Any, ...]:
        return self._kernels([selection, self._rest(selection)], sizes)

    def _kernels(self, chosen: Sequence[Selection], sizes: Sizes | None = None) -> tuple[Any, ...]:
        """Arrays for the selections; content, and as much of the shift as has room, go into the first one."""
        products = [product_of(self.families, self.parts, selection) for selection in chosen]
        scale = self.stripped.scale * self.stripped.terms[max(self.stripped.terms)]
        for terms in products:
            scale /= _fraction(terms[max(terms)])
        products[0] = {at: e * _like(scale, e) for at, e in products[0].items()}
        degree = [tuple(max(column) for column in zip(*terms, strict=True)) for terms in products]
        shapes = sizes or self._shapes(degree)
        low = self.stripped.low
        arrays = []
        for terms, shape, most in zip(products, shapes, degree, strict=True):
            shift = tuple(min(a, k - 1 - d) for a, k, d in zip(low, shape, most, strict=True))
            low = tuple(a - b for a, b in zip(low, shift, strict=True))
            arrays.append(((1, 1, *shape), in_array(terms, shift, shape)))
        return restore(self.kernel, arrays)

    def _shapes(self, degree: Sequence[Exponent]) -> list[Shape]:
        """The smallest sizes, the zero border put into the first kernel."""
        first, *others = [tuple(d + 1 for d in most) for most in degree]
        return [tuple(k + b for k, b in zip(first, self.stripped.border, strict=True)), *others]

    def _certificate(self, chosen: Sequence[Selection]) -> dict[str, Any]:
        """Of irrational factors: the conjugates in each."""
        if all(is_rational(self.families, self.parts, selection) for selection in chosen):
            return {}
        conjugates = [
            [[p.family, root] for p, times in zip(self.parts, s, strict=True) for root in p.roots for _ in range(times)]
            for s in chosen
        ]
        return {"kind": "conjugates", "families": [f.json() for f in self.families], "factors": conjugates}


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q)) if hasattr(value, "p") else Fraction(value)


def _like(scale: Fraction, value: Any) -> Any:
    """The scale as a number of the same kind as the value."""
    return sympy.Rational(scale.numerator, scale.denominator) if isinstance(value, sympy.Basic) else scale
