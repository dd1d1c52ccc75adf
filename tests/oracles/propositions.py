"""An oracle for expressions: plain loops over the indices, and exact numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from oracles.formulas import reference
from symconv.statements import Bracket, Equal, Expression, Term, Within

#: The entry of a tensor at any integers.
Tensors = Callable[[str, tuple[int, ...]], int]


def evaluate(expression: Expression, at: Mapping[str, int], tensors: Tensors) -> Fraction:
    """The value of an expression where its free names have the values ``at``."""
    return sum((_term(term, dict(at), tensors) for term in expression.terms), Fraction(0))


def _term(term: Term, at: dict[str, int], tensors: Tensors) -> Fraction:
    spans = [range(max(0, math.ceil(reference(r.extent, at)))) for r in term.ranges]
    found = Fraction(0)
    for point in itertools.product(*spans):
        inside = {**at, **{r.index.name: v for r, v in zip(term.ranges, point, strict=True)}}
        if all(_holds(b, inside) for b in term.brackets):
            entries = (tensors(f.tensor, tuple(_whole(e, inside) for e in f.at)) for f in term.factors)
            found += reference(term.coefficient, inside) * math.prod(entries)
    return found


def _holds(bracket: Bracket, at: dict[str, int]) -> bool:
    if isinstance(bracket, Equal):
        return bool(reference(bracket.left, at) == reference(bracket.right, at))
    value = reference(bracket.value, at)
    return bool(value >= 0 and (not isinstance(bracket, Within) or value < reference(bracket.extent, at)))


def _whole(e: Any, at: dict[str, int]) -> int:
    found = reference(e, at)
    if found != int(found):
        raise ValueError(f"{e} is {found}")
    return int(found)


def mixed(name: str, at: tuple[int, ...]) -> int:
    """Entries that tell tensors and places apart."""
    found = sum(map(ord, name))
    for place in at:
        found = found * 31 + place * place + 7 * place
    return found % 23 - 11
