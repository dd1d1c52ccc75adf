"""Elements that NaN or infinities take part in: IEEE 754 says what they are, in every order of summation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from symconv.rounding.problem import Problem
from symconv.rounding.product import Product


@dataclass(frozen=True, eq=False)
class Special:
    """What operands that are not finite make of each element, batched.

    touched     where such an operand takes part
    value       there: NaN (from a NaN, from an infinity times 0, from infinities of both signs), or an infinity
    may_be_nan  where an implementation that multiplies the zeros of padding, or those between the entries of a strided
                operand, may meet what is not finite, and so may return NaN
    """

    touched: Any
    value: Any
    may_be_nan: Any

    def accepts(self, values: Any) -> Any:
        """Where values are right because of it; nothing is said of elements that only finite operands make."""
        same = (values == self.value) | (values.isnan() & self.value.isnan())
        return (same & self.touched) | (self.may_be_nan & values.isnan())


def special_elements(problem: Problem) -> Special | None:
    """What NaN and infinities among the operands do; ``None`` where all are finite."""
    import torch

    bias = problem.bias
    if all(map(_is_finite, (*problem.operands, *(() if bias is None else (bias,))))):
        return None
    operands = tuple(t.double() for t in problem.operands)
    nan, positive, negative = (torch.zeros(problem.shape, dtype=torch.bool, device=problem.device) for _ in range(3))
    kinds = _sums(problem.product, operands[0]) if len(operands) == 1 else _products(problem.product, *operands)
    nan, positive, negative = (mark | found for mark, found in zip((nan, positive, negative), kinds, strict=True))
    if bias is not None:
        nan, positive, negative = nan | bias.isnan(), positive | (bias == math.inf), negative | (bias == -math.inf)
    value = nan.double().masked_fill(positive, math.inf).masked_fill(negative, -math.inf)
    value = value.masked_fill(nan | (positive & negative), math.nan)
    return Special(nan | positive | negative, value, _may_be_nan(problem, operands))


def _is_finite(tensor: Any) -> bool:
    """Whether all entries are finite: the least and the largest tell, and are NaN where an entry is."""
    return all(bool(end.isfinite()) for end in tensor.aminmax())


def _sums(product: Product, terms: Any) -> tuple[Any, Any, Any]:
    return _any(product, terms.isnan()), _any(product, terms == math.inf), _any(product, terms == -math.inf)


def _products(product: Product, left: Any, right: Any) -> tuple[Any, Any, Any]:
    """Where a product is NaN, where +infinity, and where -infinity."""
    all_left, all_right = (t.new_ones(t.shape, dtype=bool) for t in (left, right))
    pairs = (
        (left.isnan(), all_right),
        (all_left, right.isnan()),
        (left.isinf(), right == 0),
        (left == 0, right.isinf()),
    )
    nan = _either(_any(product, *pair) for pair in pairs)
    infinities = []
    for sign in (1.0, -1.0):
        pairs_of_sign = (
            pair
            for side in (1.0, -1.0)
            for pair in (
                (left == side * math.inf, right * side * sign > 0),
                (left * side * sign > 0, right == side * math.inf),
            )
        )
        infinities.append(_either(_any(product, *pair) for pair in pairs_of_sign))
    return nan, infinities[0], infinities[1]


def _any(product: Product, *marks: Any) -> Any:
    return product(*(m.double() for m in marks)) > 0.5


def _either(marks: Any) -> Any:
    first, *rest = marks
    for mark in rest:
        first = first | mark
    return first


def _may_be_nan(problem: Problem, operands: tuple[Any, ...]) -> Any:
    """The channels whose weight, or whose gradient, has an entry that is not finite, where there are such zeros."""
    import torch

    product = problem.product
    padded = any(map(any, product.sides))
    stuffed = product.transposed == (product.computes == "output")
    if len(operands) == 1 or not (padded or stuffed):
        return torch.zeros(problem.shape, dtype=torch.bool, device=problem.device)
    if product.computes == "weight":
        moving = operands[int(product.transposed)]  # the one that meets zeros: its channel is the result's first axis
        channels = ~moving.isfinite().movedim(1, 0).flatten(1).all(1)
        return channels.reshape(-1, *(1,) * (len(problem.shape) - 1)).expand(problem.shape)
    finite = operands[1].isfinite().flatten(2).all(2)
    channels = ~(finite.unflatten(0, (product.groups, -1)).all(1).flatten() if stuffed else finite.all(1))
    return channels.reshape(1, -1, *(1,) * product.dims).expand(problem.shape)
