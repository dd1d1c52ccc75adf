"""Small layers of every rank and kind: rich ones on which few mistakes make no difference, and random ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from oracles.gather import Arguments
from oracles.regimes import Regime, Shape


@dataclass(frozen=True)
class Layer:
    """A layer and the shapes of its tensors."""

    arguments: Arguments
    x: Shape
    weight: Shape
    bias: Shape | None

    def draw(self, regime: Regime, dtype: torch.dtype, seed: Any) -> tuple[Tensor, Tensor, Tensor | None]:
        return regime(self.x, self.weight, self.bias, dtype, np.random.default_rng(seed))


#: By rank and kind: layers on which few mistakes make no difference, one with groups, one with nine channels.
RICH = {
    (1, False): (
        Layer(Arguments((2,), ((2, 1),), (2,), 2), (3, 10, 13), (4, 5, 3), (4,)),
        Layer(Arguments((1,), ((0, 1),), (1,)), (2, 9, 7), (3, 9, 2), (3,)),
    ),
    (2, False): (
        Layer(Arguments((2, 1), ((1, 0), (0, 2)), (1, 2), 2), (2, 10, 5, 5), (4, 5, 3, 2), (4,)),
        Layer(Arguments((1, 1), ((0, 1), (1, 1)), (1, 1)), (2, 9, 2, 4), (3, 9, 2, 2), (3,)),
    ),
    (3, False): (
        Layer(Arguments((1, 2, 1), ((0, 1), (1, 0), (1, 1)), (1, 1, 2), 2), (2, 10, 2, 4, 5), (4, 5, 2, 2, 2), (4,)),
        Layer(Arguments((1,) * 3, ((0, 0), (0, 1), (1, 1)), (1,) * 3), (2, 9, 2, 1, 3), (3, 9, 1, 2, 2), (3,)),
    ),
    (1, True): (
        Layer(Arguments((3,), ((1, 2),), (2,), 2, True, (2,)), (3, 10, 4), (10, 2, 3), (4,)),
        Layer(Arguments((1,), ((0, 1),), (1,), 1, True, (0,)), (2, 9, 6), (9, 3, 2), (3,)),
    ),
    (2, True): (
        Layer(Arguments((2, 1), ((1, 0), (0, 1)), (1, 2), 2, True, (1, 1)), (2, 10, 2, 3), (10, 2, 3, 2), (4,)),
        Layer(Arguments((1, 2), ((0, 1), (1, 0)), (1, 1), 1, True, (0, 1)), (2, 9, 2, 2), (9, 3, 2, 3), (3,)),
    ),
    (3, True): (
        Layer(
            Arguments((1, 2, 1), ((0, 1), (1, 0), (0, 1)), (1, 1, 2), 2, True, (0, 1, 1)),
            (2, 10, 2, 2, 3),
            (10, 2, 2, 2, 2),
            (4,),
        ),
        Layer(
            Arguments((2, 1, 1), ((1, 0), (0, 0), (0, 1)), (1,) * 3, 1, True, (1, 0, 0)),
            (2, 9, 2, 1, 2),
            (9, 3, 2, 2, 2),
            (3,),
        ),
    ),
}


def random_layer(rng: np.random.Generator, dims: int | None = None, transposed: bool | None = None) -> Layer:
    """A small layer of any rank and kind, with or without groups, one-sided padding and bias."""

    def entry(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    dims = dims or entry(1, 3)
    transposed = bool(entry(0, 1)) if transposed is None else transposed
    most, groups = (3 if dims < 3 else 2), entry(1, 2)
    stride, dilation, kernel = ([entry(1, most) for _ in range(dims)] for _ in range(3))
    reach = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    padding = tuple((entry(0, min(2, r)), entry(0, min(2, r))) for r in reach)
    extra = tuple(entry(0, max(s, d) - 1) for s, d in zip(stride, dilation, strict=True)) if transposed else ()
    ins, outs = groups * entry(1, 3), groups * entry(1, 2)
    sizes = [r + 1 + entry(0, 4 - dims) for r in reach]
    weight = (ins, outs // groups, *kernel) if transposed else (outs, ins // groups, *kernel)
    arguments = Arguments(tuple(stride), padding, tuple(dilation), groups, transposed, extra)
    return Layer(arguments, (entry(1, 2), ins, *sizes), weight, (outs,) if entry(0, 1) else None)
