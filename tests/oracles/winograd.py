"""Winograd's minimal filtering as published, and an implementation that rounds each step, in random orders."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import torch
from torch import Tensor
from torch.nn.functional import pad

from symconv.rounding.cook_toom import minimal_filtering

#: |A^T|, |G| and |B^T|: for F(2, 3) and F(4, 3) of Lavin and Gray, for F(6, 3) of NNPACK.
PUBLISHED = {
    2: (
        ["1 1 1 0", "0 1 1 1"],
        ["1 0 0", "1/2 1/2 1/2", "1/2 1/2 1/2", "0 0 1"],
        ["1 0 1 0", "0 1 1 0", "0 1 1 0", "0 1 0 1"],
    ),
    4: (
        ["1 1 1 1 1 0", "0 1 1 2 2 0", "0 1 1 4 4 0", "0 1 1 8 8 1"],
        ["1/4 0 0", *["1/6 1/6 1/6"] * 2, *["1/24 1/12 1/6"] * 2, "0 0 1"],
        ["4 0 5 0 1 0", *["0 4 4 1 1 0"] * 2, *["0 2 1 2 1 0"] * 2, "0 4 0 5 0 1"],
    ),
    6: (
        [
            "1 1 1 1 1 1 1 0",
            "0 1 1 2 2 1/2 1/2 0",
            "0 1 1 4 4 1/4 1/4 0",
            "0 1 1 8 8 1/8 1/8 0",
            "0 1 1 16 16 1/16 1/16 0",
            "0 1 1 32 32 1/32 1/32 1",
        ],
        ["1 0 0", *["2/9 2/9 2/9"] * 2, *["1/90 1/45 2/45"] * 2, *["32/45 16/45 8/45"] * 2, "0 0 1"],
        [
            "1 0 21/4 0 21/4 0 1 0",
            *["0 1 1 17/4 17/4 1 1 0"] * 2,
            *["0 1/2 1/4 5/2 5/4 2 1 0"] * 2,
            *["0 2 4 5/2 5 1/2 1 0"] * 2,
            "0 1 0 21/4 0 21/4 0 1",
        ],
    ),
}


def rows(lines: Sequence[str]) -> list[list[Fraction]]:
    return [[Fraction(word) for word in line.split()] for line in lines]


def summed(terms: list[Tensor], rng: random.Random) -> Tensor:
    """The sum in a random order, any binary tree."""
    while len(terms) > 1:
        rng.shuffle(terms)
        terms = [terms[0] + terms[1], *terms[2:]]
    return terms[0]


def along(tensor: Tensor, matrix: Sequence[Sequence[Fraction]], axis: int, rng: random.Random) -> Tensor:
    """A matrix times an axis, each product and sum rounded."""
    results = []
    for row in matrix:
        terms = [tensor.select(axis, j) * torch.tensor(float(c), dtype=tensor.dtype) for j, c in enumerate(row) if c]
        results.append(summed(terms, rng))
    return torch.stack(results, axis)


def winograd(
    x: Tensor, weight: Tensor, outputs: int, seed: int, groups: int = 1, padding: int = 0, bias: Tensor | None = None
) -> Tensor:
    """A convolution of stride 1 by minimal filtering in the dtype of its operands, with rows scaled at random."""
    rng = random.Random(seed)
    dims = weight.ndim - 2
    axes = [minimal_filtering(outputs if r > 1 else 1, r) for r in weight.shape[2:]]
    kept = [h + 2 * padding - r + 1 for h, r in zip(x.shape[2:], weight.shape[2:], strict=True)]
    more = [-e % f.outputs for f, e in zip(axes, kept, strict=True)]
    x = pad(x, [p for m in reversed(more) for p in (padding, padding + m)])
    for axis, f in enumerate(axes):
        x = x.unfold(2 + axis, f.inputs, f.outputs)
    tiles = x.shape[2 : 2 + dims]
    back = []
    for axis, f in enumerate(axes, start=-dims):
        scales = [Fraction(rng.choice((1, 2, 3, 7)), rng.choice((1, 4, 5))) for _ in f.data]
        x = along(x, f.data, axis, rng)
        weight = along(weight, [[s * c for c in row] for s, row in zip(scales, f.kernel, strict=True)], axis, rng)
        back.append([[c / s for s, c in zip(scales, row, strict=True)] for row in f.output])
    x, weight = x.flatten(2, 1 + dims).flatten(3), weight.flatten(2)
    parts = []
    for part, kernels in zip(x.chunk(groups, 1), weight.chunk(groups, 0), strict=True):
        terms = [part[:, c, None] * kernels[None, :, c, None] for c in range(kernels.shape[1])]
        parts.append(summed(terms, rng))
    y = torch.cat(parts, 1).unflatten(2, tiles).unflatten(-1, [f.inputs for f in axes])
    for axis, matrix in enumerate(back, start=-dims):
        y = along(y, matrix, axis, rng)
    y = y.permute(0, 1, *(a for i in range(dims) for a in (2 + i, 2 + dims + i)))
    y = y.reshape(*y.shape[:2], *(n * f.outputs for n, f in zip(tiles, axes, strict=True)))
    y = y[(..., *map(slice, kept))]
    return y if bias is None else y + bias.reshape(-1, *(1,) * dims)
