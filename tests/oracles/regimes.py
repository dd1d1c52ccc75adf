"""Inputs, weights and biases by what makes their sums hard: size, sign, cancellation, underflow, ties."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from oracles.exact_bounds import FORMATS

Shape = tuple[int, ...]
Tensors = tuple[Tensor, Tensor, Tensor | None]
#: (shape of x, of the weight, of the bias or None, data type, generator) -> the tensors
Regime = Callable[[Shape, Shape, Shape | None, torch.dtype, np.random.Generator], Tensors]
Draw = Callable[[Shape], NDArray[np.float64]]


def _tensors(shapes: tuple[Shape, Shape, Shape | None], draws: tuple[Draw, Draw, Draw], dtype: torch.dtype) -> Tensors:
    x, weight, bias = (
        None if shape is None else torch.from_numpy(np.asarray(draw(shape), dtype=np.float64)).to(dtype)
        for shape, draw in zip(shapes, draws, strict=True)
    )
    return x, weight, bias


def _length(weight: Shape) -> int:
    """A bound on the products in one output: a weight has them, or in a transposed layer more, behind its first axis.

    >>> _length((4, 3, 5))
    20
    """
    return max(weight[:2]) * math.prod(weight[2:])


def _width(dtype: torch.dtype) -> int:
    return FORMATS[dtype].precision


def normal(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """Independent standard normal numbers."""
    return _tensors((x, weight, bias), (rng.standard_normal,) * 3, dtype)


def wide(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """Normal numbers times powers of two over most of what the data type allows without overflow of sums."""
    low, high = (-8, 3) if dtype == torch.float16 else (-30, 30)

    def draw(shape: Shape) -> NDArray[np.float64]:
        return np.ldexp(rng.standard_normal(shape), rng.integers(low, high, shape))

    return _tensors((x, weight, bias), (draw,) * 3, dtype)


def cancelling(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """Plus and minus 1 + k/2**j in turn along every axis: neighbours all but cancel."""
    last = _width(dtype) - 1

    def near_one(shape: Shape) -> NDArray[np.float64]:
        return 1 + np.ldexp(rng.integers(0, 4, shape).astype(np.float64), -rng.integers(last - 3, last + 1, shape))

    def signed(shape: Shape) -> NDArray[np.float64]:
        return near_one(shape) * (1 - 2 * (np.indices(shape).sum(axis=0) % 2))

    return _tensors((x, weight, bias), (signed, near_one, signed), dtype)


def subnormal(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """Subnormal inputs times weights near one, or both so small that their products underflow."""
    form = FORMATS[dtype]
    exponents = rng.choice([(form.lowest - 2, 0), (form.lowest // 2, form.lowest // 2 - 1), (0, form.lowest - 1)])

    def scaled(exponent: int) -> Draw:
        return lambda shape: np.ldexp(rng.standard_normal(shape), int(exponent))

    return _tensors((x, weight, bias), (scaled(exponents[0]), scaled(exponents[1]), scaled(form.lowest - 1)), dtype)


def _integers(rng: np.random.Generator, largest: int) -> Draw:
    return lambda shape: rng.integers(-largest, largest + 1, shape).astype(np.float64)


def integers(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """Small integers whose sums, in any order and rounded at any place, are numbers of the data type if these can."""
    entry = int(np.clip(math.isqrt(2 ** _width(dtype) // (_length(weight) + 1)), 1, 4))
    return _tensors((x, weight, bias), (_integers(rng, entry),) * 3, dtype)


def scaled_integers(
    x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator
) -> Tensors:
    """Small integers over powers of two: products far below 1, and sums as exact as those of the integers."""
    image, kernel, shift = integers(x, weight, bias, dtype, rng)
    return image / 2**7, kernel / 2**7, None if shift is None else shift / 2**14


def wide_integers(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """Integers whose sums are exact in float32 (float64) in any order, up to its last bit; no bias but zero.

    Sums of the 16-bit types are not numbers of the type: what is stored is rounded, once.
    """
    length, width = _length(weight), _width(dtype)
    size = {
        torch.float64: 2**53 / length,
        torch.float32: 2**24 / length,
        torch.float16: 2**15 / length**0.5,  # float16 ends there, and signs differ
        torch.bfloat16: 2**16 / length,
    }[dtype]
    entry = min(math.isqrt(int(size)), 2**width)
    return _tensors((x, weight, bias), (_integers(rng, entry), _integers(rng, entry), np.zeros), dtype)


def impulses(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """One 1 in each item of the batch, and weights and biases with all bits but one: outputs show single weights."""

    full = _integers(rng, 2 ** (_width(dtype) - 1))
    return _tensors((x, weight, bias), (_hot(rng, x[0]), full, full if rng.integers(2) else np.zeros), dtype)


def one_hot(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """One 1 in all the weights, and inputs with all bits but one: outputs show single inputs."""
    full = _integers(rng, 2 ** (_width(dtype) - 1))
    return _tensors((x, weight, bias), (full, _hot(rng, 1), np.zeros), dtype)


def _hot(rng: np.random.Generator, rows: int) -> Draw:
    """A single 1 in each of the rows that an array falls into, and zeros."""

    def draw(shape: Shape) -> NDArray[np.float64]:
        found = np.zeros((rows, math.prod(shape) // rows))
        found[np.arange(rows), rng.integers(found.shape[1], size=rows)] = 1
        return found.reshape(shape)

    return draw


def ties(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """Weights 1 and positive integers whose sums need one bit more than the data type has: half are half-way cases."""
    center = 1.4 * 2.0 ** _width(dtype) / _length(weight)

    def near_center(shape: Shape) -> NDArray[np.float64]:
        return np.round(center * rng.uniform(0.8, 1.2, shape)) + rng.integers(0, 2, shape)

    return _tensors((x, weight, bias), (near_center, np.ones, _integers(rng, 2)), dtype)


def positive(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """Numbers from 1 to 2: sums only grow, and every rounding counts."""

    def draw(shape: Shape) -> NDArray[np.float64]:
        return rng.uniform(1, 2, shape)

    return _tensors((x, weight, bias), (draw,) * 3, dtype)


def constant(x: Shape, weight: Shape, bias: Shape | None, dtype: torch.dtype, rng: np.random.Generator) -> Tensors:
    """One number in each tensor: all roundings of a chain may go the same way."""

    def draw(shape: Shape) -> NDArray[np.float64]:
        return np.full(shape, rng.uniform(1, 2))

    return _tensors((x, weight, bias), (draw,) * 3, dtype)


#: On these every order of summation in the usual accumulation format gives the exact sum.
EXACT: tuple[Regime, ...] = (integers, scaled_integers, wide_integers, impulses, one_hot)
INEXACT: tuple[Regime, ...] = (normal, wide, cancelling, subnormal, ties, positive, constant)
REGIMES: dict[str, Regime] = {regime.__name__: regime for regime in (*EXACT, *INEXACT)}
