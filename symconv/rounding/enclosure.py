"""What each element is: its exact value enclosed in an interval, and the sums that its rounding bound needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from symconv.rounding.blocks import block_height, sum_in_blocks
from symconv.rounding.formats import FORMATS
from symconv.rounding.least_bits import sums_are_exact
from symconv.rounding.problem import Problem
from symconv.rounding.special import Special, special_elements

_UNIT = FORMATS["float64"].unit
_TINY = FORMATS["float64"].tiny


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Per element, in float64, batched: the exact sum lies in ``centre`` +- ``radius``.

    absolute   at least the sum of the terms' absolute values, the bias among them
    count      how many terms there are, the bias among them; to be broadcast
    special    what operands that are not finite do, or ``None``; the rest is about the finite ones alone
    products   the same without the bias, or ``None`` where there is no bias
    """

    centre: Any
    radius: Any
    absolute: Any
    count: Any
    special: Special | None
    products: Enclosure | None = None


def enclose(problem: Problem) -> Enclosure:
    """Enclose each element, by convolutions in float64 whose own rounding is bounded.

    The reference trusts that PyTorch's float64 convolution is a sum of the products in some order, fused or not.
    """
    special = special_elements(problem)
    operands = tuple(_finite(t.double(), special) for t in problem.operands)
    products = _enclose_products(problem, operands, special)
    if problem.bias is None:
        return products
    bias = _finite(problem.bias.double(), special)
    centre = products.centre + bias
    radius = (products.radius + _UNIT * centre.abs()) * _slack(1)
    absolute = (products.absolute + bias.abs()) * _slack(1)
    return Enclosure(centre, radius, absolute, products.count + 1, special, products)


def _enclose_products(problem: Problem, operands: tuple[Any, ...], special: Special | None) -> Enclosure:
    count = problem.product.terms().to(problem.device)
    slack = _slack(int(count.max()) if count.numel() else 0)
    if problem.format.name == "float64":
        absolute = problem.product(*(t.abs() for t in operands)) * slack
        centre, radius = _of_float64(problem, operands, count, absolute)
    else:
        centre = problem.product(*operands)
        absolute = problem.product(*(t.abs_() for t in operands)) * slack  # copies in float64, of no more use
        radius = count * _UNIT * absolute
    # products of float64 numbers may underflow, in the sums of absolute values too
    lost = count * 2 * _TINY if problem.format.name == "float64" else 0.0
    return Enclosure(centre, (radius + lost) * slack, absolute + lost, count, special)


def _of_float64(problem: Problem, operands: tuple[Any, ...], count: Any, absolute: Any) -> tuple[Any, Any]:
    """Sums whose error is a fraction of what an implementation in float64 may lose."""
    product, most = problem.product, int(count.max()) if count.numel() else 1
    if len(operands) == 1:
        return product(*operands), count * _UNIT * absolute
    if product.computes == "output" and not product.transposed and product.groups == 1:
        height = block_height(product)
        if 3 * height <= most:
            return sum_in_blocks(product, *operands), height * _UNIT * absolute
    centre, radius = _in_slices(problem, operands, count, _slack(most))
    # sums of slices may be larger than the sums that they are slices of, and so inexact where those are exact
    exact = sums_are_exact((operands,), absolute, FORMATS["float64"].precision, FORMATS["float64"].least)
    return (centre.where(~exact, product(*operands)) if bool(exact.any()) else centre), radius


def _in_slices(problem: Problem, operands: tuple[Any, ...], count: Any, slack: float) -> tuple[Any, Any]:
    """The sums of float64 products, and what they may be off, about 2**-20 of what one convolution would be.

    Each operand is split into high bits, whose products and sums are exact, and a rest; only sums with a rest are
    rounded.  Source: K. Ozaki, T. Ogita, S. Oishi and S. M. Rump, Error-free transformations of matrix multiplication
    by using fast routines of matrix multiplication and its applications, Numerical Algorithms 59, 2012.
    """
    most = int(count.max()) if count.numel() else 1
    bits = (53 - max(most, 1).bit_length()) // 2
    (left, left_rest), (right, right_rest) = (_split(t, bits) for t in operands)
    product = problem.product
    rest = product(left, right_rest) + product(left_rest, operands[1])
    exact = product(left, right)
    centre = exact + rest
    largest_left, largest_right = (float(t.abs().max()) if t.numel() else 0.0 for t in operands)
    # every term of the two sums with a rest is at most this, since high bits may be rounded up; the last addition
    # rounds once more
    term = largest_left * largest_right * 2.0**-bits * (1 + 2.0**-bits)
    radius = (count + 1) * _UNIT * (2 * count * term) + _UNIT * centre.abs()
    return centre, radius * slack


def _split(tensor: Any, bits: int) -> tuple[Any, Any]:
    """The leading ``bits`` bits of all entries, counted from the largest one's first, and the rest, exactly."""
    import torch

    largest = float(tensor.abs().max()) if tensor.numel() else 0.0
    if largest == 0.0:
        return tensor, tensor
    exponent = max(math.frexp(largest)[1] - bits, FORMATS["float64"].least)
    step = torch.ldexp(torch.ones((), dtype=torch.float64), torch.tensor(exponent)).item()
    high = (tensor / step).round() * step
    return high, tensor - high


def _finite(tensor: Any, special: Special | None) -> Any:
    return tensor if special is None else tensor.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)


def _slack(count: int) -> float:
    """What makes up for the rounding of a float64 sum of ``count`` terms, and of the few operations on it."""
    return 1.0 + (count + 16) * 2.0**-50
