"""The irreducible factors of a polynomial over a field, and what shows that they are irreducible."""

from __future__ import annotations

from typing import Any

from sympy import ZZ, Poly, symbols

from symconv.factoring.absolute import absolute_family
from symconv.factoring.certificates import UNCHECKED, absolute, irreducible_over_rationals, quadratic, ruppert
from symconv.factoring.family import Family, rational_family
from symconv.factoring.polynomial import Terms, degrees, on_axes, used_axes
from symconv.factoring.result import Field

Certificate = dict[str, Any]


def families_of(terms: Terms, field: Field) -> list[Family]:
    """The factors over Q, with their conjugate factors where the field is not Q; none for a single tap."""
    names = symbols(f"x:{len(degrees(terms))}")
    _, factors = Poly.from_dict(dict(terms), *names, domain=ZZ).factor_list()
    make = rational_family if field == "Q" else absolute_family
    families = []
    for factor, power in factors:
        found = {at: int(e) for at, e in factor.rep.to_dict().items()}
        sign = 1 if found[max(found)] > 0 else -1
        families.append(make({at: sign * e for at, e in found.items()}, int(power)))
    return families


def certificate_of(family: Family, field: Field) -> Certificate:
    """What shows that the family's factors over the field split no further."""
    if field == "Q":
        return irreducible_over_rationals(family.norm)
    axes = used_axes(family.norm)
    reduced = on_axes(family.norm, axes)
    if len(axes) == 1:
        return {"kind": "size"} if family.size == 1 or field == "C" else _of_line(family)
    if family.size == 1:
        return quadratic(reduced, field) or absolute(reduced) or UNCHECKED
    if len(family.groups(field)) == 1:
        return quadratic(reduced, field) or _of_pair(family)
    return ruppert(reduced, family.size) or UNCHECKED


def _of_line(family: Family) -> Certificate:
    """Over R in one variable: a quadratic without real roots, or linear factors and conjugate pairs."""
    return {"kind": "discriminant"} if len(family.groups("R")) == 1 else {"kind": "size"}


def _of_pair(family: Family) -> Certificate:
    """Over R: the product of two conjugates over C that are not real."""
    shown = ruppert(on_axes(family.norm, used_axes(family.norm)), 2)
    return UNCHECKED if shown is None else {"kind": "conjugates", "family": family.json(), "prime": shown["prime"]}
