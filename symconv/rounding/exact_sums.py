"""Exact sums of products of floats, in integers: nothing is rounded, whatever the sizes of the terms."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.numerics.elements import ElementTerm, element_terms
from symconv.rounding.problem import Problem

#: A significand of 54 bits is three limbs of 18: sums of 2**26 products of limbs fit int64.
_LIMB = 18
_LIMBS = 3


def sum_of_products(left: NDArray[np.float64], right: NDArray[np.float64]) -> Fraction:
    """The exact sum of ``left[k] * right[k]`` over finite floats.

    >>> sum_of_products(np.array([1e300, 1.0, -1e300]), np.array([1.0, 2.0**-1074, 1.0])) == Fraction(1, 2**1074)
    True
    """
    (sign_l, limbs_l, e_l), (sign_r, limbs_r, e_r) = _parts(left), _parts(right)
    exponents, sign = e_l + e_r, sign_l * sign_r
    order = np.argsort(exponents, kind="stable")
    exponents, sign = exponents[order], sign[order]
    starts = np.flatnonzero(np.diff(exponents, prepend=exponents[:1] - 1))
    if not starts.size:
        return Fraction(0)
    least = int(exponents[0])
    total = 0
    for weight in range(2 * _LIMBS - 1):
        pairs = [(i, weight - i) for i in range(_LIMBS) if 0 <= weight - i < _LIMBS]
        products = np.sum([limbs_l[i] * limbs_r[j] for i, j in pairs], axis=0)
        sums = np.add.reduceat(products[order] * sign, starts)
        total += sum(
            int(s) << (int(exponents[k]) - least + _LIMB * weight) for s, k in zip(sums, starts, strict=True) if s
        )
    return Fraction(total) * Fraction(2) ** (least - 2 * _LIMB * _LIMBS)


def _parts(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], list[NDArray[np.int64]], NDArray[np.int64]]:
    """Sign, limbs of the significand, the lowest first, and exponent: sign * limbs * 2**(exponent - 54)."""
    fraction, exponent = np.frexp(np.abs(values))
    significand = np.ldexp(fraction, _LIMB * _LIMBS).astype(np.int64)
    limbs = [(significand >> (_LIMB * j)) & (2**_LIMB - 1) for j in range(_LIMBS)]
    return np.sign(values).astype(np.int64), limbs, np.where(fraction == 0, 0, exponent).astype(np.int64)


def _sum_in_two_parts(terms: NDArray[np.float64]) -> tuple[Fraction, Fraction]:
    """The sum of finite terms, and how far it may be off: leading bits are summed exactly, only the rest is rounded.

    Source: S. M. Rump, T. Ogita and S. Oishi, Accurate floating-point summation part I: faithful rounding, SIAM Journal
    on Scientific Computing 31(1), 2008, algorithm ExtractVector.
    """
    largest = float(np.abs(terms).max(initial=0.0))
    # leading bits count from 2**(bits of n) times the largest term, so that their sums need no more than 53 bits
    top = np.ldexp(1.0, np.frexp(largest)[1] + terms.size.bit_length())
    leading = (top + terms) - top
    rest = terms - leading
    radius = Fraction(terms.size**2) * Fraction(float(top)) / 2**105
    return Fraction(float(leading.sum())) + Fraction(float(rest.sum())), radius


def _array(tensor: Any) -> NDArray[Any]:
    """The tensor's numbers; NumPy has no bfloat16."""
    import torch

    return (tensor.float() if tensor.dtype is torch.bfloat16 else tensor).cpu().numpy()  # type: ignore[no-any-return]


class Elements:
    """Single elements of a problem, from their terms: for the few that floating point cannot decide."""

    def __init__(self, problem: Problem) -> None:
        """Keep the tensors as arrays."""
        self.statement = problem.statement
        self.format = problem.format
        self.arrays = {name: _array(tensor) for name, tensor in problem.tensors.items()}

    def terms(self, position: Sequence[int]) -> tuple[ElementTerm, ...]:
        """The terms of one element."""
        return element_terms(self.statement, position)

    def factors(self, position: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """All products of one element as two arrays; the bias is a product by 1."""
        columns: list[tuple[NDArray[Any], NDArray[Any]]] = []
        for term in self.terms(position):
            first, *rest = term.values(self.arrays)
            columns.append((first, rest[0] if rest else np.ones_like(first)))
        left, right = (np.concatenate(side).astype(np.float64) for side in zip(*columns, strict=True))
        return left, right

    def rounded(self, position: Sequence[int]) -> float:
        """The element, correctly rounded; its operands must be finite."""
        left, right = self.factors(position)
        nearest = self.format.nearest
        if self.format.name != "float64":
            value, radius = _sum_in_two_parts(left * right)
            low, high = nearest(value - radius), nearest(value + radius)
            if low == high:
                return float(low)
        return float(nearest(sum_of_products(left, right)))

    def exact(self, position: Sequence[int]) -> Fraction:
        """The exact element; its operands must be finite."""
        return sum_of_products(*self.factors(position))
