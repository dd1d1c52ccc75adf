"""Winograd's minimal filtering: what implementations may lose, and what is refused."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from itertools import product as every
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv1d, conv2d, conv3d, pad

from oracles.winograd import PUBLISHED, rows, winograd
from symconv.errors import ArgumentError
from symconv.rounding import error_bound, winograd_tiles
from symconv.rounding.acceptance import Judged, judge_of

OUTPUTS = (2, 4, 6)
CONVOLUTIONS = {1: conv1d, 2: conv2d, 3: conv3d}

#: How many terms the longest sums of the three transforms have.
LONGEST = {2: (3, 3, 2), 4: (5, 3, 4), 6: (7, 3, 6)}


# ---- the formula


def roundings(outputs: int, dims: int, channels: int) -> int:
    """On the longest path: two operands are read; in each transform of an axis a term meets two rounded constants, two
    products by them and the additions; then the product, the sum over channels and the bias."""
    return 2 + dims * sum(4 + terms - 1 for terms in LONGEST[outputs]) + 1 + (channels - 1) + 1


def absolute_sums(outputs: int, d: list[int], g: list[int]) -> list[Fraction]:
    """|A^T| [(|G| g) o (|B^T| d)] for one axis, tile by tile, by the published matrices."""
    output, kernel, of_data = map(rows, PUBLISHED[outputs])
    sums = []
    for place in range(len(d) - 2):
        start = place // outputs * outputs
        tile = [d[j] if j < len(d) else 0 for j in range(start, start + outputs + 2)]
        terms = (
            a * sum(map(Fraction.__mul__, k, g)) * sum(map(Fraction.__mul__, b, tile))
            for a, k, b in zip(output[place % outputs], kernel, of_data, strict=True)
        )
        sums.append(sum(terms, Fraction(0)))
    return sums


@pytest.mark.parametrize(
    ("d", "g"),
    [
        ([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7], [2, 7, 1]),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0], [3, 0, 0]),  # F(2, 3) may lose the most at output 10
    ],
)
@pytest.mark.parametrize(("dims", "channels", "bias"), [(1, 1, 0), (1, 3, 5), (2, 1, 0), (2, 4, 1)])
def test_the_bound_is_the_largest_of_the_formula_over_the_variants(
    d: list[int], g: list[int], dims: int, channels: int, bias: int
) -> None:
    signs = torch.tensor([1.0, -1.0]).repeat(7)
    x, weight = signs * torch.tensor(d), torch.tensor(g) * torch.tensor([1.0, 1.0, -1.0])
    if dims == 2:
        x, weight = x[:, None] * x, weight[:, None] * weight
    x, weight = (t.expand(1, channels, *t.shape) for t in (x, weight))
    found = error_bound(x, weight, torch.tensor([-float(bias)]), algorithm="winograd")[0, 0]
    expected = torch.zeros_like(found)
    for m in OUTPUTS:
        growth = (1 + Fraction(1, 2**24)) ** roundings(m, dims, channels) - 1
        sums = absolute_sums(m, d, g)
        for place in every(range(12), repeat=dims):
            bound = growth * (channels * math.prod(sums[p] for p in place) + bias)
            expected[place] = max(float(expected[place]), float(bound))
    assert torch.allclose(found, expected, rtol=2**-40, atol=2.0**-100)
    assert bool((found >= expected).all())


def test_the_bound_of_sums_of_products_holds_too() -> None:
    x, weight = torch.zeros(1, 200, 9), torch.zeros(1, 200, 5)
    x[..., 0], weight[..., 0] = 1 + 2.0**-20, 1 + 2.0**-20  # so few that are not 0 are hardly transformed
    assert bool((error_bound(x, weight, algorithm="winograd") >= error_bound(x, weight)).all())


def test_sums_without_a_bias_have_bounds_of_their_own() -> None:
    x, weight = torch.randn(1, 3, 9), torch.randn(2, 3, 3)
    bound = judge_of(x, weight, torch.zeros(2), algorithm="winograd").bound
    assert torch.equal(bound.products, bound.accumulated)
    loud = judge_of(x, weight, torch.full((2,), 2.0**20), algorithm="winograd").bound
    assert bool((loud.products < bound.products * (1 + 2.0**-40)).all())
    assert bool((loud.accumulated > 1000 * bound.accumulated).all())


def test_an_axis_of_one_tap_is_not_transformed() -> None:
    x, weight = torch.randn(2, 3, 9, 4), torch.randn(5, 3, 3, 1)
    line = torch.cat([error_bound(x[..., c], weight[..., 0], algorithm="winograd")[..., None] for c in range(4)], -1)
    assert torch.allclose(error_bound(x, weight, algorithm="winograd"), line, rtol=1e-9, atol=1e-40)


def test_small_integers_are_no_longer_exact() -> None:
    x, weight = torch.ones(1, 1, 8), torch.ones(1, 1, 3)
    assert bool((error_bound(x, weight) == 0).all())
    assert bool((error_bound(x, weight, algorithm="winograd") > 0).all())


# ---- NNPACK, which PyTorch uses for large batches of float32


def data(regime: str) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    x, weight = torch.randn(16, 32, 16, 16, generator=generator), torch.randn(16, 32, 3, 3, generator=generator)
    if regime == "badly scaled":
        x[:, :, ::5, ::5] *= 2.0**14
    if regime == "cancelling":
        x[:, 16:], weight[:, 16:] = x[:, :16], -weight[:, :16] * (1 + 2.0**-12)
    return x, weight


def by_nnpack(x: Tensor, weight: Tensor) -> Tensor:
    with torch.backends.mkldnn.flags(enabled=False):
        return conv2d(x, weight, padding=1)


needs_nnpack = pytest.mark.skipif(not torch.backends.nnpack.is_available(), reason="NNPACK is not on this machine")


@needs_nnpack
@pytest.mark.parametrize("regime", ["normal", "badly scaled", "cancelling"])
def test_nnpack_stays_within(regime: str) -> None:
    x, weight = data(regime)
    error = (by_nnpack(x, weight).double() - conv2d(x.double(), weight.double(), padding=1)).abs()
    direct = error_bound(x, weight, padding=1)
    bound = error_bound(x, weight, padding=1, algorithm="winograd")
    assert bool((error <= bound).all())
    # far more than sums of products could lose: the algorithm did run, and needs a bound of its own
    assert bool((error > direct).any()) == (regime == "badly scaled")
    assert float((error / bound).max()) > 0.0005  # 0.0008 to 0.005 were seen
    judge = judge_of(x, weight, padding=1, algorithm="winograd")
    assert bool((judge.judge(by_nnpack(x, weight)) == int(Judged.INSIDE)).all())


@needs_nnpack
def test_a_dropped_channel_is_caught() -> None:
    x, weight = data("normal")
    mutant = by_nnpack(x[:, :-1], weight[:, :-1].contiguous())
    codes = judge_of(x, weight, padding=1, algorithm="winograd").judge(mutant)
    assert float((codes == int(Judged.OUTSIDE)).double().mean()) > 0.9


# ---- implementations in any order

#: Shapes of x and of the weight, groups, padding.
SHAPES = [
    ((2, 3, 11), (4, 3, 3), 1, 1),
    ((1, 4, 9), (2, 2, 2), 2, 0),
    ((2, 8, 10), (3, 8, 5), 1, 2),
    ((2, 4, 9, 7), (6, 2, 3, 3), 2, 1),
    ((1, 3, 8, 8), (2, 3, 4, 1), 1, 0),
    ((1, 2, 6, 7), (2, 2, 2, 4), 1, 1),
    ((1, 2, 7, 5, 6), (2, 2, 3, 2, 3), 1, 1),
    ((1, 2, 6, 6, 5), (2, 1, 1, 3, 3), 2, 0),
]
CASES = [(*shape, m) for shape in SHAPES for m in OUTPUTS if m + max(shape[1][2:]) <= 9]


def draw(shape: tuple[int, ...], generator: torch.Generator, spread: float) -> Tensor:
    """Normal numbers times powers of two."""
    exponents = torch.randn(shape, generator=generator) * spread
    return torch.randn(shape, generator=generator) * exponents.round().exp2()


@pytest.mark.parametrize("spread", [0.0, 8.0])
@pytest.mark.parametrize(("x_shape", "shape", "groups", "padding", "outputs"), CASES)
def test_every_order_in_float32_stays_within(
    x_shape: tuple[int, ...], shape: tuple[int, ...], groups: int, padding: int, outputs: int, spread: float
) -> None:
    generator = torch.Generator().manual_seed(outputs)
    x, weight, bias = (draw(s, generator, spread) for s in (x_shape, shape, shape[:1]))
    exact = CONVOLUTIONS[len(shape) - 2](x.double(), weight.double(), bias.double(), padding=padding, groups=groups)
    bound = error_bound(x, weight, bias, padding=padding, groups=groups, algorithm="winograd")
    ratios = []
    for seed in range(3):
        y = winograd(x, weight, outputs, seed, groups, padding, bias).double()
        assert y.shape == exact.shape
        ratios.append(float(((y - exact).abs() / bound).max()))
    assert 1e-6 < max(ratios) < 0.5


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_transforms_in_a_short_format_stay_within_the_bound_of_that_accumulator(dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(3)
    x, weight = (torch.randn(s, generator=generator).to(dtype) for s in ((2, 3, 9, 9), (2, 3, 3, 3)))
    exact = conv2d(x.double(), weight.double())
    bound = error_bound(x, weight, acc=dtype, flush=False, algorithm="winograd")
    for seed, outputs in every(range(2), (2, 4)):
        error = (winograd(x, weight, outputs, seed).double() - exact).abs()
        assert bool((error <= bound).all())
        assert float((error - error_bound(x, weight, algorithm="winograd")).max()) > 0  # float32 would be far better


def test_float64_stays_within() -> None:
    generator = torch.Generator().manual_seed(4)
    x, weight = (torch.randint(-99, 100, s, generator=generator).double() for s in ((2, 5, 13, 13), (3, 5, 3, 3)))
    exact = conv2d(x, weight)  # of small integers
    bound = error_bound(x, weight, algorithm="winograd")
    for seed, outputs in every(range(2), OUTPUTS):
        error = (winograd(x, weight, outputs, seed) - exact).abs()
        assert bool((error <= bound).all())
        assert float(error.max()) > 0


def test_numbers_that_underflow_stay_within() -> None:
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(2, 3, 13, 13, generator=generator) * 2.0**-70
    weight = torch.randn(3, 3, 3, 3, generator=generator) * 2.0**-72
    exact = conv2d(x.double(), weight.double())
    bound = error_bound(x, weight, algorithm="winograd")
    for seed, outputs in every(range(2), OUTPUTS):
        error = (winograd(x, weight, outputs, seed).double() - exact).abs()
        assert bool((error <= bound).all())
        assert float((error / exact.abs()).median()) > 2.0**-8  # far more than rounding of normal numbers
    flushed = error_bound(x, weight, flush=True, algorithm="winograd")
    assert bool((flushed >= exact.abs()).all())  # all may be taken for 0
    x, weight = torch.ones(1, 1, 9) * 2.0**-50, torch.ones(1, 1, 3) * 2.0**-60
    gap = error_bound(x, weight, flush=True, algorithm="winograd") - error_bound(x, weight, algorithm="winograd")
    assert bool((gap > 2.0**-126).all())


def test_an_overflow_is_confined_to_its_tiles() -> None:
    x, weight = torch.ones(1, 1, 24, 24), torch.full((1, 1, 3, 3), 2.0**10)
    x[0, 0, 0, 0] = 2.0**115
    bound = error_bound(x, weight, algorithm="winograd")[0, 0]
    assert bool(bound[:6, :6].isinf().all())
    assert bool(bound[6:, 6:].isfinite().all())
    x[0, 0, 0, 0] = 2.0**127  # the transform of the input itself may overflow
    assert bool(error_bound(x, weight, algorithm="winograd").isinf().all())


def test_a_large_bias_may_overflow_before_the_last_transform() -> None:
    x, weight, bias = torch.ones(1, 1, 8), torch.ones(1, 1, 3), torch.tensor([2.0**126])
    assert bool(error_bound(x, weight, bias).isfinite().all())
    assert bool(error_bound(x, weight, bias, algorithm="winograd").isinf().all())


@pytest.mark.parametrize("padding", [0, 1, 3])
def test_the_gradient_by_the_input_is_a_convolution(padding: int) -> None:
    generator = torch.Generator().manual_seed(6)
    x = torch.randn(2, 4, 9, 8, generator=generator).double().requires_grad_()
    weight = torch.randn(6, 2, 3, 2, generator=generator)
    y = conv2d(x, weight.double(), padding=padding, groups=2)
    grad_output = torch.randn(y.shape, generator=generator)
    (exact,) = torch.autograd.grad(y, x, grad_output.double())
    bound = error_bound(
        x.detach().float(),
        weight,
        padding=padding,
        groups=2,
        gradient="input",
        grad_output=grad_output,
        algorithm="winograd",
    )
    padded = pad(grad_output, [p for k in (2, 3) for p in (k - 1 - padding,) * 2])
    swapped = torch.cat([part.transpose(0, 1) for part in weight.chunk(2)]).flip(2, 3)
    assert torch.allclose(bound, error_bound(padded, swapped, groups=2, algorithm="winograd"), rtol=1e-9, atol=1e-40)
    for outputs in OUTPUTS:
        error = (winograd(padded, swapped, outputs, 0, groups=2).double() - exact).abs()
        assert 0 < float((error / bound).max()) <= 1


def test_the_gradient_by_an_input_that_is_padded_on_one_side() -> None:
    weight, grad_output = torch.randn(3, 2, 4), torch.randn(1, 3, 9)
    bound = error_bound(
        torch.ones(1, 2, 9), weight, padding="same", gradient="input", grad_output=grad_output, algorithm="winograd"
    )
    forward = pad(grad_output, (2, 1)), weight.transpose(0, 1).flip(2)  # padding was 1 before and 2 behind
    assert torch.allclose(bound, error_bound(*forward, algorithm="winograd"), rtol=1e-9, atol=1e-40)


def test_large_batches_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight = torch.randn(5, 2, 8, 8), torch.randn(3, 2, 3, 3)
    whole = error_bound(x, weight, algorithm="winograd")
    monkeypatch.setattr(winograd_tiles, "_HELD", 1)
    assert torch.allclose(error_bound(x, weight, algorithm="winograd"), whole, rtol=1e-12)


def test_more_channels_and_truncating_adders_lose_more() -> None:
    bounds = []
    for channels in (1, 2, 200):
        x, weight = torch.ones(1, channels, 8), torch.full((1, channels, 3), 1.0 / channels)
        bounds.append(float(error_bound(x, weight, algorithm="winograd").min()))
    assert all(many > few for few, many in pairwise(bounds))
    truncated = error_bound(x, weight, adder="truncate", algorithm="winograd")
    assert float(truncated.min()) == pytest.approx(8 * bounds[-1], rel=1e-3)


# ---- refusals

X, WEIGHT = torch.ones(1, 2, 9), torch.ones(2, 2, 3)
DIRECT = "leave it out: the bound of sums of products holds."
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "transposed": ({"transposed": True}, f"has no bound for transposed convolutions; {DIRECT}"),
    "gradient by weight": (
        {"gradient": "weight", "grad_output": torch.ones(1, 2, 7)},
        f"has no bound for gradients by weight or bias; {DIRECT}",
    ),
    "gradient by bias": (
        {"gradient": "bias", "grad_output": torch.ones(1, 2, 7)},
        f"has no bound for gradients by weight or bias; {DIRECT}",
    ),
    "stride": ({"stride": 2}, f"needs stride 1 and dilation 1; {DIRECT}"),
    "dilation": ({"dilation": 2}, f"needs stride 1 and dilation 1; {DIRECT}"),
    "taps": ({"weight": torch.ones(2, 2, 6)}, f"takes at most 5 taps an axis; {DIRECT}"),
    "tf32": ({"inputs": "tf32"}, "has no bound for transforms rounded to TF32; leave out inputs."),
    **{
        name: (
            {name: torch.full(shape, math.inf)},
            "spreads NaN and infinities over tiles; pass finite tensors, or leave it out.",
        )
        for name, shape in (("x", (1, 2, 9)), ("weight", (2, 2, 3)), ("bias", (2,)))
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_bound_is_refused(name: str) -> None:
    arguments, text = REFUSED[name]
    with pytest.raises(ArgumentError) as error:
        error_bound(**{"x": X, "weight": WEIGHT, "algorithm": "winograd", **arguments})
    assert str(error.value) == f"algorithm='winograd': {text}"
