"""Mistakes in the arithmetic: sums, products and inputs with too few bits, products that are lost, wrong storing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from oracles.broken_kernels.digits import next_number, to_precision
from oracles.broken_kernels.mistake import Broken, adds_in, bias_of, changed, most_terms, no_terms, total_of
from oracles.exact_bounds import FORMATS
from oracles.gather import Block, Case, factors, rounded
from oracles.summation_orders import forwards


def _inputs_rounded(case: Case, bits: int) -> Case:
    return replace(case, x=to_precision(case.x, bits), weight=to_precision(case.weight, bits))


def _added_in(case: Case, bits: int, largest: float = math.inf) -> Tensor:
    """Every product and every partial sum is rounded to so many bits."""
    a, b = factors(case)
    products = to_precision(a * b, bits)
    total = np.zeros(products.shape[1:])
    for product in products if case.bias is None else [*products, np.broadcast_to(bias_of(case), total.shape)]:
        total = to_precision(total + product, bits)
        total = np.where(np.abs(total) > largest, np.copysign(np.inf, total), total)
    return rounded(total, case.dtype)


def _products_stored(case: Case) -> Tensor:
    """Products are rounded to the data type before they are added."""
    a, b = factors(case)
    kind = adds_in(case.dtype)
    products = rounded((a.astype(kind) * b.astype(kind)), case.dtype).to(torch.float64).numpy()
    return rounded(total_of(case, products, np.ones(1)), case.dtype)


def _small_products_flushed(case: Case) -> Tensor:
    """Products below 2**-10 count as zero: fixed point with too few bits, or subnormal numbers that are flushed."""
    a, b = factors(case)
    return rounded(total_of(case, a * (np.abs(a * b) >= 2.0**-10), b), case.dtype)


def _smallest_product_lost(case: Case) -> Tensor:
    """A race: one output misses the smallest of its products that are not zero."""
    a, b = (block.copy() for block in np.broadcast_arrays(*factors(case)))
    place = np.unravel_index(np.argmax(np.count_nonzero(a * b, 0)), a.shape[1:])
    sizes = np.abs((a * b)[(slice(None), *place)])
    a[(np.argmin(np.where(sizes == 0, np.inf, sizes)), *place)] = 0
    return rounded(total_of(case, a, b), case.dtype)


def _stored_down(case: Case) -> Tensor:
    """What is stored is cut off, not rounded."""
    return _cut_off(case, _correct_wide(case))


def _stored_half_up(case: Case) -> Tensor:
    """Half-way cases are stored away from zero, not to even."""
    total = _correct_wide(case)
    low = _cut_off(case, total).to(torch.float64).numpy()
    high = next_number(low, case.dtype)
    return rounded(np.where(np.abs(total - low) * 2 >= np.abs(high - low), high, low), case.dtype)


def _correct_wide(case: Case) -> Block:
    """The sum in float64, or in the accumulation format where that is the same."""
    a, b = factors(case)
    total = forwards(a * b)
    return total if case.bias is None else total + bias_of(case)


def _cut_off(case: Case, total: Block) -> Tensor:
    near = rounded(total, case.dtype).to(torch.float64).numpy()
    bits = FORMATS[case.dtype].precision
    lower = near - np.sign(near) * np.ldexp(1.0, np.frexp(np.nextafter(near, 0))[1] - bits)
    return rounded(np.where(np.abs(near) > np.abs(total), lower, near), case.dtype)


def arithmetic() -> Iterator[Broken]:
    for name, bits, largest in (
        ("float32", 24, math.inf),
        ("float16", 11, 65504.0),
        ("tf32", 11, math.inf),
        ("bfloat16", 8, math.inf),
    ):
        add = partial(_added_in, bits=bits, largest=largest)
        yield Broken(f"added in {name}", "arithmetic", add, partial(_added_as_well, bits))
    for name, bits in (("tf32", 11), ("bfloat16", 8)):
        change = partial(_inputs_rounded, bits=bits)
        run = changed(f"inputs in {name}", "arithmetic", change).run
        yield Broken(f"inputs in {name}", "arithmetic", run, partial(_has_no_more_bits, bits))
    yield Broken("products rounded", "arithmetic", _products_stored, _adds_in_its_own_format)
    yield Broken("small products flushed", "arithmetic", _small_products_flushed, _no_products)
    yield Broken("one product lost", "arithmetic", _smallest_product_lost, _no_products)
    yield Broken("stored without rounding", "arithmetic", _stored_down, _stores_what_it_adds)
    yield Broken("stored half-way cases up", "arithmetic", _stored_half_up, _stores_what_it_adds)


def _added_as_well(bits: int, case: Case) -> bool:
    usual = 53 if case.dtype == torch.float64 else 24
    alone = most_terms(case) <= 1 and bits >= FORMATS[case.dtype].precision
    return bits >= usual or alone


def _has_no_more_bits(bits: int, case: Case) -> bool:
    return FORMATS[case.dtype].precision <= bits or _no_products(case)


def _adds_in_its_own_format(case: Case) -> bool:
    return case.dtype in (torch.float64, torch.float32) or _no_products(case)


def _no_products(case: Case) -> bool:
    return no_terms(replace(case, bias=None))


def _stores_what_it_adds(case: Case) -> bool:
    """In float64 nothing is rounded; on exact sums nothing is in float32."""
    return case.dtype in (torch.float64, torch.float32) or no_terms(case)
