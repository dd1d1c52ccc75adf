"""Kinds of operands: probes, where every order of summation is exact, then data on which orders differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.errors import ArgumentError, sentence
from symconv.rounding.arithmetic import Arithmetic
from symconv.rounding.formats import Format
from symconv.rounding.problem import Problem
from symconv.testing.probes import PROBES, probe

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Kind:
    """What data needs to know: formats, how many terms a sum has, and where random numbers are from.

    format   of the operands
    range    sums must stay below 2**range
    """

    format: Format
    range: int
    terms: int
    random: np.random.Generator

    def small_integers(self, shape: tuple[int, ...], _: bool) -> Array:
        """From -4 to 4."""
        return self.random.integers(-4, 5, shape).astype(np.float64)

    def normal(self, shape: tuple[int, ...], _: bool) -> Array:
        """Standard normal."""
        return self.random.standard_normal(shape)

    def wide_range(self, shape: tuple[int, ...], _: bool) -> Array:
        """Of sizes that differ by many powers of two; no sum overflows."""
        high = min(30, (self.range - 4 - math.ceil(math.log2(self.terms + 1))) // 2)
        low = max(-30, self.format.least // 3)
        return np.ldexp(self._significands(shape), self.random.integers(low, max(high, low + 1), shape))

    def cancelling(self, shape: tuple[int, ...], of_weight: bool) -> Array:
        """Near 1 in the input, and in the weight near 1 and -1 in turn: most of a sum cancels."""
        steps = self.random.integers(0, 4, shape) * 2.0 ** (1 - self.format.precision)
        return (1 + steps) * (1 - 2 * (np.indices(shape).sum(axis=0) % 2) if of_weight else 1)

    def subnormal(self, shape: tuple[int, ...], of_weight: bool) -> Array:
        """The input around the least normal number, the weight around 1: sums that underflow gradually."""
        exponents = self.random.integers(-3, 2, shape) + (0 if of_weight else 2 - self.format.range)
        return np.ldexp(self._significands(shape), exponents)

    def _significands(self, shape: tuple[int, ...]) -> Array:
        return np.asarray(self.random.uniform(1, 2, shape) * self.random.choice([-1.0, 1.0], shape))


#: By name what draws the entries of a tensor, given its shape and whether it is the weight.
DATA: dict[str, Callable[[_Kind, tuple[int, ...], bool], Array]] = {
    "small integers": _Kind.small_integers,
    "normal": _Kind.normal,
    "wide range": _Kind.wide_range,
    "cancelling": _Kind.cancelling,
    "subnormal": _Kind.subnormal,
}
REGIMES = (*PROBES, *DATA)


def read_regimes(names: Sequence[str] | None) -> tuple[str, ...]:
    """The regimes of these names, all if left out; raises ``ArgumentError`` for a name that is not known."""
    if names is None:
        return REGIMES
    if isinstance(names, str) or not names:
        raise ArgumentError(sentence(f"regimes={names!r}", "is no tuple of names", "pass one, or leave it out"))
    for name in names:
        if name not in REGIMES:
            raise ArgumentError(sentence(f"regime={name!r}", "is not known", f"use some of {', '.join(REGIMES)}"))
    return tuple(names)


def operands(blank: Problem, arithmetic: Arithmetic, regime: str, seed: int) -> Problem | None:
    """The problem on operands of a regime; ``None`` where a probe's sums would not be exact.

    >>> from symconv.layers import Conv1d
    >>> from symconv.rounding.arithmetic import read_arithmetic
    >>> from symconv.testing.problems import blank_problem
    >>> blank = blank_problem(Conv1d(1, 1, 2, bias=False), (1, 1, 3))
    >>> operands(blank, read_arithmetic(blank), "small integers", 0).tensors["W"]
    tensor([[[..., ...]]])
    """
    if regime in PROBES:
        return probe(blank, arithmetic, regime, seed)
    import torch

    most = min(arithmetic.operand.range, arithmetic.accumulator.range)
    kind = _Kind(blank.format, most, int(blank.product.terms().max()), np.random.default_rng(seed))
    wanted: dict[str, Any] = {"dtype": blank.dtype, "device": blank.device}
    made = {name: DATA[regime](kind, tuple(t.shape), name == "W") for name, t in blank.tensors.items()}
    return blank.with_tensors(**{name: torch.from_numpy(a).to(**wanted) for name, a in made.items()})
