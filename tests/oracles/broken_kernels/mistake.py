"""A kernel with one mistake, and whether the layer alone tells that the mistake makes no difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from oracles.gather import Arguments, Block, Case, case_of, factors, rounded
from oracles.summation_orders import forwards

Change = Callable[[Case], Case]
#: Sums in the accumulation format -> sums
Output = Callable[[Case, Block], Block]


@dataclass(frozen=True)
class Broken:
    """A mistake and where it makes no difference, whatever the numbers; ``same`` says so from the layer alone."""

    name: str
    kind: str
    run: Callable[[Case], Tensor]
    same: Callable[[Case], bool]

    def __call__(self, x: Tensor, weight: Tensor, bias: Tensor | None, arguments: Arguments) -> Tensor:
        return self.run(case_of(x, weight, bias, arguments))


def adds_in(dtype: torch.dtype) -> Any:
    return np.float64 if dtype == torch.float64 else np.float32


def total_of(case: Case, a: Block, b: Block) -> Block:
    """Products one after another, then the bias, in the usual accumulation format."""
    kind = adds_in(case.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        total = forwards(a.astype(kind) * b.astype(kind))
        return total if case.bias is None else total + bias_of(case).astype(kind)


def bias_of(case: Case) -> Block:
    return case.bias.reshape(-1, *(1,) * len(case.out))


def correct(case: Case) -> Block:
    return total_of(case, *factors(case))


def _symbols(case: Case) -> Case:
    """The layer with a number of its own for each input, weight and bias: weights of both signs, doubled and halved."""
    weights = 2.0 * np.arange(1, case.weight.size + 1) + 1
    return replace(
        case,
        x=2.0 + np.arange(case.x.size).reshape(case.x.shape),
        weight=(weights * (-1) ** np.arange(1, case.weight.size + 1)).reshape(case.weight.shape),
        bias=None if case.bias is None else -(2.0 * np.arange(case.bias.size) + 1),
    )


def _named_terms(case: Case) -> Block:
    """What each output adds up, in any order: [terms, N, O, *out], 0 where a product is zero or there is no bias."""
    a, b = np.broadcast_arrays(*factors(case))
    named = np.where(a * b == 0, 0.0, a + b * 2.0**24)
    bias = (
        np.zeros((1, *named.shape[1:])) if case.bias is None else np.broadcast_to(bias_of(case), (1, *named.shape[1:]))
    )
    return np.sort(np.concatenate([named, bias]), axis=0)


def _reads_the_same(change: Change, case: Case) -> bool:
    symbols = _symbols(case)
    return np.array_equal(_named_terms(symbols), _named_terms(change(symbols)))


def _stores_the_same(change: Output, case: Case) -> bool:
    terms = _named_terms(_symbols(case))
    return np.array_equal(terms, np.stack([change(case, term) for term in terms]))


def most_terms(case: Case) -> int:
    """How many numbers, of products in the input and the bias, the longest sum has."""
    return int(np.count_nonzero(_named_terms(_symbols(case)), axis=0).max())


def no_terms(case: Case) -> bool:
    return most_terms(case) == 0


def changed(name: str, kind: str, change: Change, unused: Change | None = None) -> Broken:
    """``unused`` where the numbers change, and not which are multiplied: leaves out those that change."""
    return Broken(
        name,
        kind,
        lambda case: rounded(correct(change(case)), case.dtype),
        partial(_reads_the_same, unused or change),
    )


def stored(name: str, change: Output) -> Broken:
    return Broken(
        name,
        "output",
        lambda case: rounded(change(case, correct(case)), case.dtype),
        partial(_stores_the_same, change),
    )
