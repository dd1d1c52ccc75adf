"""The oracles themselves: rounding in exact rationals, the regimes, the correct kernels and the mistakes."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles.broken_kernels import BROKEN
from oracles.correct_kernels import CORRECT, EVERY
from oracles.exact_bounds import DEFAULT_ACCUMULATION, FORMATS, Sum, distinguishable, round_to, stored
from oracles.gather import Case, case_of, exact_sums, exact_totals, numbers, rounded
from oracles.regimes import EXACT, INEXACT, REGIMES, Regime
from oracles.small_layers import RICH, Layer, random_layer
from oracles.summation_orders import fused

SEEDS = st.integers(0, 2**32 - 1)
DTYPES = [pytest.param(dtype, id=str(dtype).removeprefix("torch.")) for dtype in EVERY]


def _case(layer: Layer, regime: Regime, dtype: torch.dtype, seed: int) -> Case:
    return case_of(*layer.draw(regime, dtype, seed), layer.arguments)


@pytest.mark.parametrize("dtype", DTYPES)
@given(seed=SEEDS)
def test_rounding_is_that_of_the_formats(dtype: torch.dtype, seed: int) -> None:
    """Rationals of which the nearest float32 is known to be nearest go where PyTorch rounds float32."""
    rng = np.random.default_rng(seed)
    form = FORMATS[dtype]
    highest = min(form.highest + 2, 1024 if dtype == torch.float64 else 128)
    exponents = rng.choice([(form.lowest - form.precision, form.lowest + 2), (-3, 3), (form.highest, highest)])
    drawn = rng.uniform(-1, 1, 50).astype(np.float64 if dtype == torch.float64 else np.float32)
    values = np.ldexp(drawn, rng.integers(exponents[0], exponents[1] + 1, 50))
    stored = torch.from_numpy(values).to(dtype)
    assert numbers(stored).tolist() == [float(round_to(Fraction(v), form)) for v in values.tolist()]


@pytest.mark.parametrize("dtype", DTYPES)
def test_rounding_at_the_edges(dtype: torch.dtype) -> None:
    """Half-way cases go to even, the least subnormal appears from above its half, and overflow from half a step on."""
    form = FORMATS[dtype]
    one, step = Fraction(1), 2 * form.unit
    assert round_to(one + step / 2, form) == 1
    assert round_to(one + 3 * step / 2, form) == 1 + 2 * step
    assert round_to(form.smallest / 2, form) == 0
    assert round_to(form.smallest / 2 + form.smallest / 2**80, form) == form.smallest
    beyond = form.largest + form.largest * form.unit / (2 - step)
    assert round_to(beyond, form) == math.inf
    assert round_to(-beyond + form.smallest, form) == -form.largest
    assert float(form.largest) == torch.finfo(dtype).max
    assert float(form.smallest) == torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps


def test_one_more_unit_is_told_apart() -> None:
    """Exact sums allow one number; others as many as rounding errors reach, with the bias before or after storing."""
    one = (Fraction(1), Fraction(1))
    three = Sum((Fraction(1), Fraction(2)), None, 2, one)
    assert [distinguishable(v, three, torch.float32, torch.float32) for v in (3.0, 3.0000002, math.nan)] == [0, 1, 1]
    third = Fraction(float(np.float32(1 / 3)))
    long = Sum((third,) * 5, None, 5, (Fraction(1, 2**60), Fraction(0)))
    near = [float(long.exact) + i * 2.0**-23 for i in range(-12, 13)]
    verdicts = [distinguishable(v, long, torch.float32, torch.float32) for v in near]
    bound = math.floor((5 * Fraction(1, 2**24) * long.exact + Fraction(1, 2**24)) * 2**23)
    assert verdicts.count(False) in (2 * bound, 2 * bound + 1)
    assert verdicts == sorted(verdicts[:13], reverse=True) + sorted(verdicts[13:])
    late = Sum((Fraction(2049),), Fraction(1), 1, one)
    assert not distinguishable(2050.0, late, torch.float32, torch.float16)  # stored once
    assert not distinguishable(2048.0, late, torch.float32, torch.float16)  # 2049 -> 2048, 2049 -> 2048
    assert distinguishable(2052.0, late, torch.float32, torch.float16)


# ---- the inputs


@given(seed=SEEDS)
def test_exact_regimes_are_exact(seed: int) -> None:
    """No order of summation errs there, and all regimes give finite sums."""
    rng = np.random.default_rng(seed)
    layer, dtype = random_layer(rng), EVERY[rng.integers(len(EVERY))]
    acc = FORMATS[DEFAULT_ACCUMULATION[dtype]]
    for regime in (rng.choice(EXACT), rng.choice(INEXACT)):
        case = _case(layer, regime, dtype, seed)
        sums, totals = exact_sums(case), exact_totals(case)
        assert [total.exact for total in sums] == totals
        assert all(map(math.isfinite, stored(totals, dtype)))
        assert regime in INEXACT or not any(total.error(acc, FORMATS[dtype]) for total in sums)


@pytest.mark.parametrize("dtype", DTYPES)
def test_regimes_do_what_they_say(dtype: torch.dtype) -> None:
    """There are half-way cases, subnormal outputs, and sums far below their terms."""
    form = FORMATS[dtype]

    def drawn(name: str) -> list[Sum]:
        layers = (RICH[1, False][1], RICH[1, True][1])
        cases = [(a.draw(REGIMES[name], dtype, seed), a.arguments) for a in layers for seed in range(4)]
        return [total for tensors, arguments in cases for total in exact_sums(case_of(*tensors, arguments))]

    def half_way(value: Fraction) -> bool:
        near = round_to(value, form)
        return near != value and round_to(value + (value - near) / 2**9, form) != round_to(near, form)

    assert sum(half_way(total.exact) for total in drawn("ties")) >= 10
    assert sum(0 < abs(total.exact) < Fraction(2) ** form.lowest for total in drawn("subnormal")) >= 10
    assert sum(abs(total.exact) < sum(map(abs, total.products)) / 2**4 for total in drawn("cancelling")) >= 10


# ---- the kernels


@cache
def known(kind: tuple[int, bool], dtype: torch.dtype) -> tuple[tuple[Any, ...], list[float]]:
    """A small layer, on integers or on fractions, with the exact outputs."""
    layer = random_layer(np.random.default_rng(5), *kind)
    inputs = (*layer.draw(EXACT[kind[0] % 2], dtype, 5), layer.arguments)
    return inputs, stored(exact_totals(case_of(*inputs)), dtype)


@pytest.mark.parametrize("name", CORRECT)
def test_correct_kernels_are_exact_on_integers(name: str) -> None:
    """Every kernel gives the exact sums, in every rank, plain and transposed, in every data type that it takes."""
    kernel = CORRECT[name]
    runs = 0
    for kind, dtype in itertools.product(RICH, kernel.dtypes):
        inputs, exact = known(kind, dtype)
        if kernel.takes(dtype, inputs[-1]):
            output = kernel.run(*inputs)
            assert output.dtype == dtype
            assert numbers(output).reshape(-1).tolist() == exact
            runs += 1
    assert runs >= 3


def test_correct_kernels_differ() -> None:
    """There are many orders: on normal numbers of float32 nearly every kernel of the gather rounds in its own way."""
    layer = RICH[2, False][0]
    inputs = (*layer.draw(REGIMES["normal"], torch.float32, 0), layer.arguments)
    found = {tuple(numbers(k.run(*inputs)).reshape(-1)) for k in CORRECT.values() if k.takes(torch.float32, inputs[-1])}
    assert len(found) >= 40


@given(seed=SEEDS)
def test_fused_operations_round_once(seed: int) -> None:
    """Also where the product all but cancels, is a half-way case, or lies far below the summand."""
    rng = np.random.default_rng(seed)
    for kind, dtype, bits in ((np.float32, torch.float32, 24), (np.float64, torch.float64, 53)):
        a, b = (np.ldexp(rng.standard_normal(40), rng.integers(-60, 60, 40)).astype(kind) for _ in range(2))
        near = (-(a * b) * (1 + np.ldexp(rng.integers(-1, 2, 40).astype(kind), -bits))).astype(kind)
        c = np.where(rng.random(40) < 0.5, near, np.ldexp(kind(1), rng.integers(-120, 120, 40))).astype(kind)
        # a product just below half a unit of c, which float64 would take for half a unit
        close = np.ldexp(kind(1), -rng.integers(bits * 5 // 8, bits * 3 // 4, 40)).astype(kind)
        a = np.append(a, (1 + close) * kind(2.0 ** (-(bits // 2))))
        b = np.append(b, (1 - close) * kind(2.0 ** (bits // 2 - bits)))
        c = np.append(c, 1 + np.ldexp(rng.integers(0, 8, 40).astype(kind), 1 - bits))
        terms = zip(a.tolist(), b.tolist(), c.tolist(), strict=True)
        exact = [Fraction(p) * Fraction(q) + Fraction(r) for p, q, r in terms]
        assert fused(a, b, c).tolist() == [float(round_to(value, FORMATS[dtype])) for value in exact]


@pytest.mark.parametrize("dtype", DTYPES)
@given(seed=SEEDS)
def test_float64_is_stored_once(dtype: torch.dtype, seed: int) -> None:
    """Numbers just beside half-way cases, which float32 would make half-way cases, go to their own side."""
    rng = np.random.default_rng(seed)
    low = rng.integers(2 ** (FORMATS[dtype].precision - 1), 2 ** FORMATS[dtype].precision, 50).astype(np.float64)
    values = (low + 0.5) * (1 + rng.integers(-1, 2, 50) * 2.0**-50)
    assert numbers(rounded(values, dtype)).tolist() == [float(round_to(Fraction(v), FORMATS[dtype])) for v in values]


def test_every_mistake_makes_a_difference_somewhere() -> None:
    """None is hidden on all the rich layers of all data types."""
    cases = [_case(a, EXACT[0], dtype, 0) for layers in RICH.values() for a in layers for dtype in EVERY]
    assert [name for name, broken in BROKEN.items() if all(broken.same(case) for case in cases)] == []
    assert len(BROKEN) >= 70
