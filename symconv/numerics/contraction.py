"""Contracting arrays over named indices: a plan of pairwise products first, then the products."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sympy import Symbol

Indices = tuple[Symbol, ...]


@dataclass(frozen=True)
class Indexed:
    """An array with one axis for each index, in this order."""

    indices: Indices
    array: Any


@dataclass(frozen=True)
class Contraction:
    """Which two factors to multiply next, and the indices of the largest array on the way.

    pairs   positions in the list of factors; a product goes to its end
    """

    pairs: tuple[tuple[int, int], ...]
    largest: Indices


def points(indices: Indices, lengths: Mapping[Symbol, int]) -> int:
    """The entries of an array with these indices."""
    return math.prod(lengths[v] for v in indices)


def plan_contraction(factors: Sequence[Indices], keep: Indices, lengths: Mapping[Symbol, int]) -> Contraction:
    """Greedily, the pair whose product adds the fewest entries; an index goes once nothing else has it.

    >>> from symconv.statements.symbols import index
    >>> i, j, k = map(index, "ijk")
    >>> plan_contraction([(i, j), (j, k), (k,)], (i,), {i: 2, j: 3, k: 4})
    Contraction(pairs=((1, 2), (0, 1)), largest=(j, k))
    """
    left = list(factors)
    pairs, largest = [], max([*left, keep], key=lambda f: points(f, lengths))
    while len(left) > 1:

        def growth(pair: tuple[int, int]) -> int:
            return points(_product(left, pair, keep), lengths) - sum(points(left[j], lengths) for j in pair)  # noqa: B023

        pair = min(combinations(range(len(left)), 2), key=growth)
        product = _product(left, pair, keep)
        largest = max(largest, product, key=lambda f: points(f, lengths))
        pairs.append(pair)
        left = [*(f for j, f in enumerate(left) if j not in pair), product]
    return Contraction(tuple(pairs), largest)


def contract(factors: Sequence[Indexed], keep: Indices, plan: Contraction, einsum: Callable[..., Any]) -> Any:
    """The sum over all indices but ``keep`` of the product of the factors, with the axes of ``keep`` in order."""
    left = list(factors)
    for pair in plan.pairs:
        indices = _product([f.indices for f in left], pair, keep)
        product = Indexed(indices, _einsum([left[j] for j in pair], indices, einsum))
        left = [*(f for j, f in enumerate(left) if j not in pair), product]
    return _einsum(left, keep, einsum)


def _product(factors: Sequence[Indices], pair: tuple[int, int], keep: Indices) -> Indices:
    """The indices of a product that are still needed."""
    needed = {*keep, *(v for j, f in enumerate(factors) if j not in pair for v in f)}
    return tuple(dict.fromkeys(v for j in pair for v in factors[j] if v in needed))


def _einsum(factors: Sequence[Indexed], keep: Indices, einsum: Callable[..., Any]) -> Any:
    numbers = {v: number for number, v in enumerate(dict.fromkeys(v for f in factors for v in f.indices))}
    operands = [part for f in factors for part in (f.array, [numbers[v] for v in f.indices])]
    return einsum(*operands, [numbers[v] for v in keep])
