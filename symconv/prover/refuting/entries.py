"""Entries of tensors at which two polynomials differ, as simple as can be: all ones, a few ones, small numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from symconv.prover.refuting.meaning import Entry, Polynomial


def telling_entries(left: Polynomial, right: Polynomial) -> dict[Entry, int] | None:
    """A number for every entry that is read, so that the two sides differ; ``None`` where they are one polynomial.

    >>> x, y = ("X", (0,)), ("X", (1,))
    >>> telling_entries({(x,): Fraction(1)}, {(y,): Fraction(1)})
    {('X', (0,)): 1, ('X', (1,)): 0}
    """
    difference = {m: left.get(m, Fraction(0)) - right.get(m, Fraction(0)) for m in {*left, *right}}
    read = sorted({entry for monomial in difference for entry in monomial})
    nonzero = {m: c for m, c in difference.items() if c}
    if not nonzero:
        return None
    return next(given for given in _candidates(read, nonzero) if value_at(nonzero, given))


def _candidates(read: list[Entry], difference: Polynomial) -> Iterator[dict[Entry, int]]:
    """All ones; then other entries 0 than those of one smallest product, where these numbers are bound to differ."""
    yield dict.fromkeys(read, 1)
    kept = min((sorted(set(m)) for m in difference), key=lambda entries: (len(entries), entries))
    most = max(map(len, difference))
    for numbers in product(range(1, most + 2), repeat=len(kept)):
        yield {**dict.fromkeys(read, 0), **dict(zip(kept, numbers, strict=True))}


def value_at(polynomial: Polynomial, given: Mapping[Entry, int]) -> Fraction:
    """The value of a polynomial at entries."""
    return sum((c * math.prod(given[e] for e in monomial) for monomial, c in polynomial.items()), Fraction(0))
