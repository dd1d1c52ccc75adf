"""Bounds against sums that are really taken: many orders, narrow accumulators, TF32, flushing, truncating adders."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

import symconv as sc
from symconv.rounding.acceptance import Judged, judge_of
from symconv.rounding.formats import FORMATS

CHANNELS = 24
SEEDS = range(6)


def one_by_one(seed: int, dtype: torch.dtype = torch.float32, scale: float = 1.0):
    """A 1x1 convolution at 40 positions: each a plain sum of products."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(1, CHANNELS, 40, generator=generator, dtype=torch.float64) * scale
    weight = torch.randn(1, CHANNELS, 1, generator=generator, dtype=torch.float64) * scale
    return x.to(dtype), weight.to(dtype)


def products(x: torch.Tensor, weight: torch.Tensor) -> list[list[Fraction]]:
    """The exact products of each position."""
    w = [Fraction(float(v)) for v in weight[0, :, 0]]
    return [[Fraction(float(v)) * c for v, c in zip(column, w, strict=True)] for column in x[0].T]


def absolute_sums(x: torch.Tensor, weight: torch.Tensor) -> list[Fraction]:
    return [sum(map(abs, terms), Fraction(0)) for terms in products(x, weight)]


def worst(results: list[Fraction | float], x: torch.Tensor, weight: torch.Tensor, bound: torch.Tensor) -> float:
    """The largest error over its bound."""
    exact = [sum(terms, Fraction(0)) for terms in products(x, weight)]
    assert not any(math.isinf(r) or math.isnan(r) for r in map(float, results))
    bounds = [Fraction(float(b)) for b in bound.flatten()]
    return max(float(abs(Fraction(r) - e) / b) for r, e, b in zip(results, exact, bounds, strict=True))


@pytest.mark.parametrize("name", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("seed", SEEDS)
def test_sums_in_a_narrow_accumulator_stay_within(name, seed):
    """Products and sums rounded by exact arithmetic, one after the other, in the accumulator."""
    accumulator = FORMATS[name]
    x, weight = one_by_one(seed, torch.float32 if name == "float32" else getattr(torch, name))
    results = []
    for terms in products(x, weight):
        total = Fraction(0)
        for term in terms:
            total = accumulator.nearest(total + accumulator.nearest(term))
        results.append(total)
    bound = sc.error_bound(x, weight, acc=name, flush=False)
    assert 0.001 < worst(results, x, weight, bound) <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_is_the_theorems(seed):
    """n*u*sum|x*w| + n*eta/2*(1 + n*u): evaluated once more, in fractions."""
    x, weight = one_by_one(seed)
    bound = sc.error_bound(x, weight).flatten()
    for b, absolute in zip(bound, absolute_sums(x, weight), strict=True):
        unit = Fraction(1, 2**24)
        wanted = CHANNELS * unit * absolute + CHANNELS * Fraction(1, 2**150) * (1 + CHANNELS * unit)
        assert wanted <= Fraction(float(b)) <= wanted * (1 + Fraction(1, 2**40))


@pytest.mark.parametrize("seed", SEEDS)
def test_exact_products_lose_one_rounding_less(seed):
    x, weight = one_by_one(seed, torch.float16)
    judge = judge_of(x, weight)
    for b, absolute in zip(judge.bound.accumulated.flatten(), absolute_sums(x, weight), strict=True):
        wanted = (CHANNELS - 1) * absolute / 2**24
        assert wanted <= Fraction(float(b)) <= wanted * (1 + Fraction(1, 2**40))


@pytest.mark.parametrize("truncated", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_tf32_inputs_stay_within(truncated, seed):
    """Operands that lose 13 bits, by truncation or by rounding, then float32 sums."""
    x, weight = one_by_one(seed)

    def tf32(t: torch.Tensor) -> torch.Tensor:
        bits = t.view(torch.int32)
        return ((bits if truncated else bits + 0x1000) & ~0x1FFF).view(torch.float32)

    result = (tf32(x)[0] * tf32(weight)[0]).sum(0)
    bound = sc.error_bound(x, weight, inputs="tf32")
    assert 0.01 < worst([Fraction(float(r)) for r in result], x, weight, bound) <= 1
    assert worst([Fraction(float(r)) for r in result], x, weight, sc.error_bound(x, weight)) > 1


def test_numbers_of_tf32_lose_nothing():
    x, weight = (t.round() for t in one_by_one(0))
    assert sc.error_bound(x, weight, inputs="tf32").max() == 0


def truncated(value: Fraction, step: Fraction) -> Fraction:
    return math.trunc(value / step) * step


def aligned_adder(terms: list[Fraction]) -> Fraction:
    """A tensor core's adder: addends aligned to the largest, cut to 24 bits, their sum cut to 24 bits."""
    largest = max(map(abs, terms))
    if largest == 0:
        return Fraction(0)
    top = math.floor(math.log2(largest))
    total = sum((truncated(t, Fraction(2) ** (top - 23)) for t in terms), Fraction(0))
    if total == 0:
        return total
    exponent = total.numerator.bit_length() - total.denominator.bit_length()
    return truncated(total, Fraction(2) ** (exponent - 23))


@pytest.mark.parametrize("block", [2, 4, 8, 16])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_truncating_adders_stay_within(block, dtype):
    for seed in SEEDS:
        x, weight = one_by_one(seed, dtype)
        results = []
        for terms in products(x, weight):
            total = Fraction(0)
            for start in range(0, CHANNELS, block):
                total = aligned_adder([total, *terms[start : start + block]])
            results.append(total)
        judge = judge_of(x, weight, adder="truncate", flush=False)
        ratio = worst(results, x, weight, judge.bound.accumulated)
        assert 0.001 < ratio <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_flushed_subnormals_stay_within(seed):
    """Operands, products and sums below the normal numbers become 0."""
    x, weight = one_by_one(seed, scale=2.0**-64)
    normal = np.float32(2.0**-126)

    def flush(v: np.ndarray) -> np.ndarray:
        return np.where(np.abs(v) < normal, np.float32(0), v).astype(np.float32)

    total = np.zeros(x.shape[2], dtype=np.float32)
    for xs, w in zip(flush(x[0].numpy()), flush(weight[0, :, 0].numpy()), strict=True):
        total = flush(total + flush(xs * w))
    results = [Fraction(float(v)) for v in total]
    assert 0.001 < worst(results, x, weight, sc.error_bound(x, weight, flush=True)) <= 1
    assert worst(results, x, weight, sc.error_bound(x, weight)) > 1
    actual = torch.from_numpy(total).reshape(1, 1, -1)
    sc.assert_conv_close(actual, x, weight, flush=True)
    with pytest.raises(AssertionError, match="elements are outside"):
        sc.assert_conv_close(actual, x, weight)


def test_subnormal_operands_may_be_flushed():
    x, weight = torch.full((1, 1, 1), 2.0**-130), torch.full((1, 1, 1), 2.0**100)
    assert sc.error_bound(x, weight, flush=True) >= 2.0**-30
    sc.assert_conv_close(torch.zeros(1, 1, 1), x, weight, flush=True)
    with pytest.raises(AssertionError):
        sc.assert_conv_close(torch.zeros(1, 1, 1), x, weight)


def test_no_bound_where_partial_sums_may_overflow():
    x, weight = torch.tensor([[[3e38], [3e38], [-3e38]]]), torch.ones(1, 3, 1)
    assert sc.error_bound(x, weight).item() == math.inf
    assert judge_of(x, weight).judge(torch.tensor([[[3e38]]])).item() == Judged.UNKNOWN
    assert sc.error_bound(x / 4, weight).item() < math.inf
    with pytest.raises(sc.UnprovedError, match="partial sums of float32 may overflow"):
        sc.assert_conv_close(torch.tensor([[[3e38]]]), x, weight)
    sc.assert_conv_close(torch.tensor([[[3e38]]]), x, weight, acc="float64")


def test_results_that_round_to_infinity_are_right():
    x, weight = torch.full((1, 2, 1), 200.0, dtype=torch.float16), torch.full((1, 2, 1), 200.0, dtype=torch.float16)
    sc.assert_conv_close(torch.full((1, 1, 1), math.inf, dtype=torch.float16), x, weight)
    with pytest.raises(AssertionError):
        sc.assert_conv_close(torch.full((1, 1, 1), 65504.0, dtype=torch.float16), x, weight)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_integers_have_no_tolerance(dtype):
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(-3, 4, (2, 4, 6, 6), generator=generator).to(dtype)
    weight = torch.randint(-3, 4, (3, 2, 3, 3), generator=generator).to(dtype)
    bias = torch.randint(-3, 4, (3,), generator=generator).to(dtype)
    keywords = {"padding": 1, "groups": 2}
    weight = weight[:2]
    bias = bias[:2]
    judge = judge_of(x, weight, bias, **keywords)
    assert judge.bound.exact.all()
    actual = torch.nn.functional.conv2d(x.double(), weight.double(), bias.double(), **keywords).to(dtype)
    sc.assert_conv_close(actual, x, weight, bias, **keywords)
    for position in [(0, 0, 0, 0), (1, 1, 5, 5)]:
        off = actual.clone()
        off[position] = torch.nextafter(off[position], torch.tensor(math.inf, dtype=dtype))
        with pytest.raises(AssertionError):
            sc.assert_conv_close(off, x, weight, bias, **keywords)


def test_a_bias_may_come_after_the_rounding():
    """Half-precision kernels store the sum, and add the bias to what is stored: two roundings, and right."""
    x, weight = torch.tensor([[[2048.0], [1.0]]], dtype=torch.float16), torch.ones(1, 2, 1, dtype=torch.float16)
    bias = torch.tensor([1.0], dtype=torch.float16)
    twice = (torch.tensor([2049.0]).half() + bias).reshape(1, 1, 1)  # 2048 + 1 in float16: 2048
    once = torch.tensor([2050.0]).half().reshape(1, 1, 1)
    assert (twice.item(), once.item()) == (2048.0, 2050.0)
    for right in (twice, once):
        sc.assert_conv_close(right, x, weight, bias)
    between_and_around = [2046.0, 2052.0]
    for wrong in between_and_around:
        with pytest.raises(AssertionError):
            sc.assert_conv_close(torch.full((1, 1, 1), wrong, dtype=torch.float16), x, weight, bias)


def test_float64_is_judged_sharply():
    """Where the reference itself is rounded, doubt is settled exactly: one ulp more than the bound is seen."""
    x, weight = one_by_one(3, torch.float64)
    judge = judge_of(x, weight)
    ends = [judge.exact_ends((0, 0, p)) for p in range(40)]
    for side, direction in ((0, -math.inf), (1, math.inf)):
        inside = torch.tensor([float(e[0][side]) for e in ends], dtype=torch.float64).reshape(1, 1, -1)
        assert (judge.judge(inside) == Judged.INSIDE).all()
        outside = torch.nextafter(inside, torch.tensor(direction, dtype=torch.float64))
        assert (judge.judge(outside) == Judged.OUTSIDE).all()


def test_float64_integers_beside_large_ones_are_exact():
    """A reference that splits its operands by the largest entry must not lose the last bit of smaller ones."""
    odd, large = 2**26 + 1, 2.0**52
    x = torch.tensor([[[odd, large]]], dtype=torch.float64)
    weight = torch.tensor([[[odd]], [[large]]], dtype=torch.float64)
    assert sc.error_bound(x, weight)[0, 0, 0] == 0
    sc.assert_conv_close(torch.nn.functional.conv1d(x, weight), x, weight)
    assert int(sc.conv_exact(x, weight)[0, 0, 0]) == odd**2


def test_nothing_of_the_callers_is_changed():
    x, weight = one_by_one(0)
    x[0, 0, 0] = math.nan
    before = x.clone(), weight.clone()
    sc.error_bound(x, weight, inputs="tf32", flush=True)
    sc.conv_exact(x, weight)
    assert torch.equal(x.nan_to_num(), before[0].nan_to_num())
    assert torch.equal(weight, before[1])
