"""Float64 sums of some channels at a time: their error grows with the roundings on a path, far fewer than the terms."""

from __future__ import annotations

import math
from typing import Any

from symconv.rounding.product import Product

#: So many terms are summed at a time: the fewer, the smaller the error, and the more calls.
_BLOCK = 144


def block_height(product: Product) -> int:
    """How many roundings a term takes part in, at most, in ``sum_in_blocks``; one more makes up for higher powers."""
    channels, taps, size = product.weight[1], math.prod(product.weight[2:]), _size(product)
    return channels * taps + 1 if size >= channels else size * taps + -(-channels // size) + 1


def _size(product: Product) -> int:
    """How many channels are summed at a time."""
    return product.weight[1] if product.groups > 1 else max(1, _BLOCK // math.prod(product.weight[2:]))


def sum_in_blocks(product: Product, x: Any, weight: Any) -> Any:
    """The convolution of float64 ``x`` with ``weight``, block by block.

    The error is at most ``block_height`` times 2**-53 times the sum of absolute values (the theorem ``height_bound``).
    """
    channels, size = product.weight[1], _size(product)
    if size >= channels:
        return product(x, weight.double())
    total = None
    for start in range(0, channels, size):
        one, other = x[:, start : start + size], weight[:, start : start + size].double()
        part = product.on(one, other, groups=1)(one, other)
        total = part if total is None else total.add_(part)
    return total
