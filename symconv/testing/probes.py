"""Operands on which every order of summation is exact, made to show mistakes: there the tolerance is zero."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.rounding.acceptance import Judge
from symconv.rounding.arithmetic import Arithmetic
from symconv.rounding.problem import Problem

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Plan:
    """What a probe needs to know: shapes, how many terms a sum has, and how large integers may be.

    bits     significant bits that operands keep when they are read
    sums     sums of integers up to 2**sums are exact in the accumulator, and in the range of the result
    results  those up to 2**results are numbers of the result's format too
    accumulated  significant bits of the accumulator
    products  significant bits of operands whose products, and sums of a few of them, are exact in the accumulator
    scales   powers of two of operands whose products are about the accumulator's smallest number
    """

    x: tuple[int, ...]
    weight: tuple[int, ...]
    bias: tuple[int, ...] | None
    terms: int
    extents: tuple[int, ...]
    bits: int
    sums: int
    results: int
    accumulated: int
    products: int
    scales: tuple[int, int]

    def integers(self, random: np.random.Generator, shape: tuple[int, ...], bits: int) -> Array:
        """Integers of which sums of all products stay below 2**bits."""
        most = min(math.isqrt(max(2**bits // (self.terms + 1), 1)), 2**self.bits - 1)
        return random.integers(-most, most + 1, shape).astype(np.float64)

    def significands(self, random: np.random.Generator, shape: tuple[int, ...], bits: int) -> Array:
        """Numbers of so many bits, from 1 to 2, of either sign."""
        values = random.integers(2 ** (bits - 1), 2**bits, shape) * 2.0 ** (1 - bits)
        return np.asarray(values * random.choice([-1.0, 1.0], shape))


Made = tuple[Array, Array]


def _ones(plan: _Plan, _: np.random.Generator) -> Made:
    """Counts the taps: a tap too many, too few, or outside of the input."""
    return np.ones(plan.x), np.ones(plan.weight)


def _impulses(plan: _Plan, random: np.random.Generator) -> Made:
    """Single entries of the input, so far apart that each result is one weight, to its last bit."""
    x = np.zeros(plan.x)
    starts = [random.integers(0, min(e, h)) for e, h in zip(plan.extents, plan.x[2:], strict=True)]
    spatial = tuple(slice(int(s), None, e) for s, e in zip(starts, plan.extents, strict=True))
    points = np.moveaxis(x, 1, -1)[(slice(None), *spatial)]
    points[...] = np.eye(plan.x[1])[random.integers(0, plan.x[1], points.shape[:-1])]
    return x, plan.significands(random, plan.weight, plan.bits)


def _single_taps(plan: _Plan, random: np.random.Generator) -> Made:
    """One tap a row of the weight, so that each result is one entry of the input, to its last bit."""
    rows = np.zeros((plan.weight[0], math.prod(plan.weight[1:])))
    rows[np.arange(len(rows)), random.permutation(np.arange(len(rows)) % rows.shape[1])] = 1.0
    return plan.significands(random, plan.x, plan.bits), rows.reshape(plan.weight)


def _fractions(plan: _Plan, random: np.random.Generator) -> Made:
    """Integers of all the accumulator's bits, over powers of two: products that are small and have many bits."""
    x, weight = (plan.integers(random, shape, plan.accumulated) for shape in (plan.x, plan.weight))
    return x * 2.0 ** -(-(-plan.accumulated // 2) + 2), weight * 2.0 ** -(plan.accumulated // 2 + 2)


def _halfway(plan: _Plan, random: np.random.Generator) -> Made:
    """Single taps of 3 and odd entries: results with one bit more than their format has, all half-way cases."""
    most = 2**plan.results
    x = random.integers(most // 6, most // 3, plan.x) * 2 + 1
    return x * random.choice([-1.0, 1.0], plan.x), 3.0 * _single_taps(plan, random)[1]


def _pairs_of_taps(plan: _Plan, random: np.random.Generator) -> Made:
    """Two taps a row of the weight: products that need many bits, and that nearly cancel where they can."""
    rows = np.zeros((plan.weight[0], math.prod(plan.weight[1:])))
    for row in rows:
        taps = random.permutation(len(row))[:2]
        row[taps] = np.abs(plan.significands(random, taps.shape, plan.products)) * [1.0, -1.0][: len(taps)]
    return np.abs(plan.significands(random, plan.x, plan.products)), rows.reshape(plan.weight)


def _smallest(plan: _Plan, random: np.random.Generator) -> Made:
    """Integers times powers of two, so that products are the smallest numbers there are: what flushing loses."""
    x, weight = (random.integers(-3, 4, shape).astype(np.float64) for shape in (plan.x, plan.weight))
    return x * 2.0 ** plan.scales[0], weight * 2.0 ** plan.scales[1]


def _integers(plan: _Plan, random: np.random.Generator) -> Made:
    """Integers whose sums the result's format holds."""
    bits = min(plan.sums, plan.results)
    return plan.integers(random, plan.x, bits), plan.integers(random, plan.weight, bits)


def _wide_integers(plan: _Plan, random: np.random.Generator) -> Made:
    """Integers whose sums need all bits of the accumulator, and are rounded in a narrower result."""
    return plan.integers(random, plan.x, plan.sums), plan.integers(random, plan.weight, plan.sums)


def _cancelling(plan: _Plan, random: np.random.Generator) -> Made:
    """Large terms that cancel each other, channel by channel, and leave small ones: what a narrow sum has lost."""
    x, weight = (plan.integers(random, shape, plan.sums - 1) for shape in (plan.x, plan.weight))
    half = plan.weight[1] // 2
    groups = plan.x[1] // max(plan.weight[1], 1)
    if half == 0 or plan.weight[1] * groups != plan.x[1]:
        return x, weight
    grouped = x.reshape(plan.x[0], groups, plan.weight[1], *plan.x[2:])
    grouped[:, :, half : 2 * half] = grouped[:, :, :half]
    weight[:, half : 2 * half] = -weight[:, :half] + random.integers(0, 2, weight[:, :half].shape)
    return grouped.reshape(plan.x), weight


#: The probes by name; those that show the simplest mistakes come first.
PROBES: dict[str, Callable[[_Plan, np.random.Generator], Made]] = {
    "ones": _ones,
    "impulses": _impulses,
    "single taps": _single_taps,
    "integers": _integers,
    "wide integers": _wide_integers,
    "cancelling integers": _cancelling,
    "fractions": _fractions,
    "half-way cases": _halfway,
    "pairs of taps": _pairs_of_taps,
    "smallest numbers": _smallest,
}


#: A bias would leave them inexact, or hide what they show.
_WITHOUT_BIAS = ("impulses", "single taps", "fractions", "half-way cases", "pairs of taps", "smallest numbers")


def probe(problem: Problem, arithmetic: Arithmetic, name: str, seed: int) -> Problem | None:
    """One probe on operands of the problem's shapes and dtype; ``None`` where its sums are not exact.

    >>> import torch
    >>> from symconv.rounding.arithmetic import read_arithmetic
    >>> from symconv.rounding.problem import read_problem
    >>> problem = read_problem(torch.randn(1, 1, 3), torch.randn(1, 1, 2))
    >>> probe(problem, read_arithmetic(problem), "ones", 0).tensors["X"]
    tensor([[[1., 1., 1.]]])
    """
    import torch

    plan, random = _plan(problem, arithmetic), np.random.default_rng(seed)
    x, weight = PROBES[name](plan, random)
    made = {"X": x, "W": weight}
    if plan.bias is not None:
        made["b"] = _bias(plan, random, name)
    wanted = {"dtype": problem.dtype, "device": problem.device}
    probed = problem.with_tensors(**{n: torch.from_numpy(a).to(**wanted) for n, a in made.items()})
    exact = Judge(probed, arithmetic).bound.exact
    return probed if bool(exact.all()) else None


def probes(problem: Problem, arithmetic: Arithmetic, seeds: int = 1) -> Iterator[tuple[str, Problem]]:
    """All probes whose sums are exact in every order, each with its name."""
    for name in PROBES:
        for seed in range(seeds):
            made = probe(problem, arithmetic, name, seed)
            if made is not None:
                yield name, made


def _bias(plan: _Plan, random: np.random.Generator, name: str) -> Any:
    """A bias that leaves the probe exact, different for each channel where it can be."""
    shape = plan.bias or (0,)
    if name in _WITHOUT_BIAS:
        return np.zeros(shape)
    most = max(1, min(2 ** min(plan.sums, plan.results) // (plan.terms + 1), 2**plan.bits - 1))
    return random.permutation(np.arange(1, shape[0] + 1) % (most + 1)).astype(np.float64)


def _plan(problem: Problem, arithmetic: Arithmetic) -> _Plan:
    product, operand = problem.product, arithmetic.operand
    bias = problem.tensors.get("b")
    extents = (
        max(d * (k - 1) + 1, s) for k, d, s in zip(product.weight[2:], product.dilation, product.stride, strict=True)
    )
    return _Plan(
        product.x,
        product.weight,
        None if bias is None else tuple(bias.shape),
        int(product.terms().max()),
        tuple(extents),
        arithmetic.read.precision,
        min(arithmetic.accumulator.precision, operand.range - 1),
        operand.precision,
        arithmetic.accumulator.precision,
        min(arithmetic.read.precision, (arithmetic.accumulator.precision - 2) // 2),
        _scales(arithmetic),
    )


def _scales(arithmetic: Arithmetic) -> tuple[int, int]:
    """Powers of two, as far as operands have them, whose product is the accumulator's smallest number."""
    smallest = arithmetic.operand.least
    first = max(-(-arithmetic.accumulator.least // 2), smallest)
    return first, max(arithmetic.accumulator.least - first, smallest)
