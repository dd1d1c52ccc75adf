"""How far an implementation's sum may be off, in any order of summation: proved bounds, one an element."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from symconv.rounding.arithmetic import Arithmetic
from symconv.rounding.enclosure import Enclosure
from symconv.rounding.formats import FORMATS
from symconv.rounding.least_bits import sums_are_exact
from symconv.rounding.problem import Problem
from symconv.rounding.winograd import winograd_bound

#: What makes up for the rounding of the few float64 operations that evaluate a bound.
_SLACK = 1.0 + 2.0**-45
#: An adder that aligns m addends to the largest and truncates loses at most (m + 2)*2*u of the sum of their absolute
#: values, which is at most 8*u for each of its m - 1 additions.
_TRUNCATING = 8
_TF32 = FORMATS["tf32"]
#: The bits of a float32 number that TF32 has not.
_CUT = 2 ** (FORMATS["float32"].precision - _TF32.precision) - 1


@dataclass(frozen=True, eq=False)
class Bound:
    """Per element, in float64: how far the accumulated sum may be from the exact one; infinite where none is known.

    exact     where every order gives the exact sum
    products  the bound of the sum without the bias, or ``None`` where there is no bias
    """

    accumulated: Any
    exact: Any
    products: Any | None


def bound_of(problem: Problem, arithmetic: Arithmetic, enclosure: Enclosure) -> Bound:
    """The bound of every element.

    With an adder that rounds to nearest, for n terms in any order, fused or not: n*u*sum|x*w| + underflow, and n - 1
    in the place of n where products are not rounded (the theorems ``any_order_bound``, ``short_products_bound`` and
    ``exact_products_bound``, which Coq has checked; after S. M. Rump, Error estimation of floating-point summation and
    dot product, BIT 52, 2012, and C.-P. Jeannerod and S. M. Rump, Improved error bounds for inner products in
    floating-point arithmetic, SIAM Journal on Matrix Analysis and Applications 34(2), 2013).  With another adder, or
    where subnormals are flushed: ((1 + c)**n - 1)*sum|x*w| + underflow (``height_bound``, ``flush_to_zero_loses``,
    ``adders_bound``).  Where Winograd's algorithm is allowed, the larger of that and ``winograd_bound``.
    """
    shifts = tuple(_shift(arithmetic, t) for t in problem.operands)
    shifted = _shifted_products(problem, enclosure, shifts)
    given = len(problem.operands) == 1  # terms that are no products
    bias_shift = None if problem.bias is None else _shift(arithmetic, problem.bias)
    products = None
    if enclosure.products is not None:
        products = _bound(arithmetic, enclosure.products, shifted, given)
        shifted = shifted + (0.0 if bias_shift is None else bias_shift)
    accumulated = _bound(arithmetic, enclosure, shifted, given)
    if arithmetic.algorithm == "winograd":
        return _or_winograd(problem, arithmetic, Bound(accumulated, enclosure.absolute < 0, products))
    if any(shift is not None for shift in (*shifts, bias_shift)):
        return Bound(accumulated, enclosure.absolute < 0, products)
    exact = _exact(problem, arithmetic, enclosure.absolute)
    if enclosure.products is not None:
        exact = exact | (enclosure.products.count == 0)  # the bias alone
    if products is not None:
        products = products.masked_fill(exact & products.isfinite(), 0.0)
    return Bound(accumulated.masked_fill(exact & accumulated.isfinite(), 0.0), exact, products)


def _or_winograd(problem: Problem, arithmetic: Arithmetic, direct: Bound) -> Bound:
    """The larger bound of each element; small integers are no longer exact, as the transforms have fractions."""
    import torch

    accumulated, products = winograd_bound(problem, arithmetic, _unit(arithmetic))
    products = None if direct.products is None else torch.maximum(products, direct.products)
    return Bound(torch.maximum(accumulated, direct.accumulated), direct.exact, products)


def _bound(arithmetic: Arithmetic, enclosure: Enclosure, shifted: Any, given: bool) -> Any:
    absolute = enclosure.absolute + shifted
    bound = (_rounding(arithmetic, absolute, enclosure.count, given) + shifted) * _SLACK
    # a partial sum may overflow in some order
    return bound.masked_fill(~(absolute + bound < arithmetic.accumulator.largest), math.inf)


def _rounding(arithmetic: Arithmetic, absolute: Any, count: Any, given: bool) -> Any:
    """What rounding loses of a sum of ``count`` terms, which are ``given`` numbers of the format, or products."""
    accumulator, read = arithmetic.accumulator, arithmetic.read
    if arithmetic.adder == "nearest" and not arithmetic.flush:
        unrounded = given or accumulator.has_bits_for_products_of(read)
        steps = (count - 1).clamp(min=0) if unrounded else count
        bound = steps * accumulator.unit * absolute
        if given or accumulator.holds_products_of(read):
            return bound
        half = max(accumulator.tiny / 2, FORMATS["float64"].tiny)  # of float64, half would be 0 here
        return bound + count * half * (1 + steps * accumulator.unit)
    growth = _growth(_unit(arithmetic), count)
    lost = accumulator.normal if arithmetic.flush else accumulator.tiny
    return growth * absolute + 2 * count * lost * (1 + growth)


def _unit(arithmetic: Arithmetic) -> float:
    """The largest relative error of one operation."""
    return arithmetic.accumulator.unit * (_TRUNCATING if arithmetic.adder == "truncate" else 1)


def _growth(unit: float, count: Any) -> Any:
    """At least (1 + unit)**count - 1."""
    return (count * math.log1p(unit)).expm1() * _SLACK


def _shift(arithmetic: Arithmetic, operand: Any) -> Any | None:
    """By how much an operand may be changed when it is read: rounded to TF32, or flushed; ``None`` where none is."""
    import torch

    flushed = arithmetic.flush and _has_subnormal(operand, arithmetic.operand.normal)
    cut = arithmetic.inputs == "tf32" and bool((operand.view(torch.int32) & _CUT).any())
    if not flushed and not cut:
        return None
    size = operand.double().nan_to_num(0.0, 0.0, 0.0).abs()
    shift = torch.zeros_like(size)
    if cut:
        # cutting bits off loses twice what rounding does
        lost = torch.maximum(size * (2 * _TF32.unit), torch.full_like(size, _TF32.tiny))
        shift = lost.masked_fill(operand.view(torch.int32) & _CUT == 0, 0.0)
    return torch.where(size < arithmetic.operand.normal, size, shift) if flushed else shift


def _has_subnormal(tensor: Any, normal: float) -> bool:
    small = tensor.abs() < normal
    return bool(small.any()) and bool((small & (tensor != 0)).any())


def _shifted_products(problem: Problem, enclosure: Enclosure, shifts: tuple[Any | None, ...]) -> Any:
    """By how much the sums of products may change with their operands, at most."""
    if all(shift is None for shift in shifts):
        return 0.0
    operands = tuple(t.double().nan_to_num(0.0, 0.0, 0.0).abs() for t in problem.operands)
    known = tuple(t * 0 if shift is None else shift for t, shift in zip(operands, shifts, strict=True))
    if len(known) == 1:
        lost = problem.product(known[0])
    else:
        (left, right), (left_shift, right_shift) = operands, known
        lost = problem.product(left_shift, right + right_shift) + problem.product(left, right_shift)
    return lost * (_SLACK + float(enclosure.count.max()) * 2.0**-50)


def _exact(problem: Problem, arithmetic: Arithmetic, absolute: Any) -> Any:
    """Where nothing is rounded in any order, by the bits of the tensors."""
    accumulator = arithmetic.accumulator
    terms: list[tuple[Any, ...]] = [problem.operands]
    if problem.bias is not None:
        terms.append((problem.bias,))
    least = 2 - accumulator.range if arithmetic.flush else accumulator.least
    return sums_are_exact(tuple(terms), absolute, accumulator.precision, least)
