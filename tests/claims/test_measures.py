"""The chapter's Y1 and Y2: the figures that are reported, against NumPy's own sums, and what refutes them."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from symconv.claims import Kind, Report
from symconv.claims import measures as module
from symconv.claims.measures import CHANNELS, RUNS, Measured, measure

POSITIONS = [(o, y, x) for o in range(2) for y in range(3) for x in range(3)]


@pytest.fixture(scope="module", params=CHANNELS)
def measured(request: pytest.FixtureRequest) -> Measured:
    return measure(request.param)


def drawn(channels: int, run: int) -> tuple[Any, Any]:
    """The input and the weight of a run."""
    generator = torch.Generator().manual_seed(run)
    return tuple(torch.randn(*shape, generator=generator).numpy() for shape in ((channels, 3, 3), (2, channels)))


def figures(text: str, before: str, after: str) -> list[float]:
    """The four numbers that stand between two texts."""
    found = re.search(re.escape(before) + r"([^;()]*?)" + re.escape(after), text)
    assert found, text
    return [float(number) for number in re.split(", | and ", found[1].replace(" %", ""))]


def test_y2_adds_the_channels_in_turn(measured: Measured) -> None:
    for run in (0, 1, RUNS - 1):
        x, k = drawn(measured.channels, run)
        for o, y, w in POSITIONS:
            total = np.float32(0)
            for c in range(measured.channels):
                total = total + k[o, c] * x[c, y, w]
            assert total == measured.y2[run, o, y, w].item()


def test_both_are_within_the_bound_of_the_exact_sum(measured: Measured) -> None:
    """The bound itself is n*u*sum|x*w|, and no more than a trifle above, by exact fractions."""
    unit = Fraction(1, 2**24)
    for run in (0, RUNS - 1):
        x, k = drawn(measured.channels, run)
        for o, y, w in POSITIONS[::5]:
            products = [Fraction(float(a)) * Fraction(float(b)) for a, b in zip(k[o], x[:, y, w], strict=True)]
            exact, size = sum(products), sum(map(abs, products))
            half = Fraction(measured.apart[run, o, y, w].item()) / 2
            for result in (measured.y1, measured.y2):
                assert abs(Fraction(result[run, o, y, w].item()) - exact) <= half
            assert half <= measured.channels * unit * size * Fraction(1000001, 1000000)
            assert half >= (measured.channels - 1) * unit * size


def test_y1_is_the_layers_matrix_product(measured: Measured) -> None:
    for run in (0, RUNS - 1):
        x, k = drawn(measured.channels, run)
        right = (k.astype(np.float64) @ x.reshape(-1, 9).astype(np.float64)).reshape(2, 3, 3)
        assert np.allclose(measured.y1[run].numpy(), right, atol=1e-4, rtol=0)


def test_no_two_orders_are_further_apart_than_the_bound_allows(measured: Measured) -> None:
    ratio = (measured.y1.double() - measured.y2.double()).abs().numpy() / measured.apart.numpy()
    assert 0 <= ratio.max() <= 1
    assert measured.of_bound.max().item() == ratio.max()


def test_the_chapters_figures(chapter: Report) -> None:
    detail = chapter.verdicts["C25"].detail
    results = [[m.y1.numpy(), m.y2.numpy(), m.apart.numpy()] for m in map(measure, CHANNELS)]
    shares = [100 * sum(a != b for a, b in zip(y1.flat, y2.flat, strict=True)) / y1.size for y1, y2, _ in results]
    at = " of the elements differ at 3, 16, 64 and 256 channels, in 200 runs each"
    assert figures(detail, "measured: ", at) == [float(f"{s:.2g}") for s in shares]
    ratios = [np.max(np.abs(y1.astype(float) - y2) / apart) for y1, y2, apart in results]
    told = figures(detail, "the largest |Y1 - Y2| is ", " of 2*error_bound, which legal orders never exceed")
    assert told == [float(f"{r:.2g}") for r in ratios]


def test_how_often_the_criterion_holds(chapter: Report) -> None:
    detail = chapter.verdicts["C26"].detail
    sums = [
        [math.fsum(abs(float(a) - float(b)) for a, b in zip(m.y1[r].flatten(), m.y2[r].flatten(), strict=True))
         for r in range(RUNS)]
        for m in map(measure, CHANNELS)
    ]  # fmt: skip
    held = [sum(s < 1e-6 for s in of_channels) for of_channels in sums]
    assert figures(detail, "the sum is below 1e-06 in ", " of 200 runs at 3, 16, 64 and 256 channels") == held
    assert figures(detail, ", and at most ", ";") == [float(f"{max(s):.2g}") for s in sums]
    assert "that it is at most 2*error_bound summed, implies it in none of the 800 runs (PyTorch " in detail


@pytest.mark.parametrize(
    ("below", "held", "implied"),
    [("0", "0, 0, 0 and 0", "none"), ("1", "200, 200, 200 and 200", "800"), ("1/10**15", None, "none")],
)
def test_other_criteria(decide: Any, below: str, held: str | None, implied: str) -> None:
    verdict = decide(measure="summed_difference", below=below)
    assert (verdict.kind, verdict.backing) == (Kind.MEASURED, "measured")
    assert held is None or f" in {held} of 200 runs" in verdict.detail
    assert f"implies it in {implied} of the 800 runs" in verdict.detail


def test_between_the_least_and_the_largest_bound(decide: Any) -> None:
    """Half of the runs with 3 channels have a smaller bound than the median."""
    sums = np.sort(measure(3).apart.numpy().reshape(RUNS, -1).sum(1))
    middle = Fraction(float((sums[RUNS // 2 - 1] + sums[RUNS // 2]) / 2)).limit_denominator(10**9)
    verdict = decide(measure="summed_difference", below=str(middle))
    assert f"implies it in {RUNS // 2} of the 800 runs" in verdict.detail


def test_what_no_legal_order_gives_is_a_refutation(decide: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = measure(16)
    y1 = real.y1.clone()
    y1[7, 1, 2, 0] = real.y2[7, 1, 2, 0] + 1
    wrong = Measured(16, y1, real.y2, real.apart)
    monkeypatch.setattr(module, "measure", lambda channels: wrong if channels == 16 else measure(channels))
    for name in ({"measure": "differing_elements"}, {"measure": "summed_difference", "below": "1"}):
        verdict = decide(**name)
        assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "measured")
        example = dict(verdict.counterexample or {})
        assert (example["channels"], example["run"], example["at"]) == (16, 7, (1, 2, 0))
        assert (example["Y1"], example["Y2"]) == (y1[7, 1, 2, 0].item(), real.y2[7, 1, 2, 0].item())
        assert verdict.detail.startswith("Y1 and Y2 are not two orders of one float32 sum: |Y1 - Y2| is 1, and legal")


def test_a_difference_where_none_is_possible_is_a_refutation(decide: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ones, zero = torch.ones(RUNS, 2, 3, 3), torch.zeros(RUNS, 2, 3, 3, dtype=torch.float64)
    monkeypatch.setattr(module, "measure", lambda channels: Measured(channels, ones, ones, zero))
    assert "the largest |Y1 - Y2| is 0, 0, 0 and 0 of" in decide(measure="differing_elements").detail
    monkeypatch.setattr(module, "measure", lambda channels: Measured(channels, ones, ones + 2.0**-23, zero))
    assert decide(measure="differing_elements").kind is Kind.REFUTED


FORMULA = {"layer": "conv", "quantity": "memory.grad_bias", "formula": "c_o"}
ORDERS = {
    "orders": {"input": [2048, 1, -2048], "weight": [1, 1, 1], "first": [0, 1, 2], "second": [0, 2, 1],
               "dtype": "float16"},
}  # fmt: skip
AGREE = {"orders": {**ORDERS["orders"], "second": [1, 0, 2]}}
MEASURE = {"measure": "differing_elements"}


@pytest.mark.parametrize(
    ("checks", "kind"),
    [
        ([MEASURE, ORDERS], Kind.MEASURED),
        ([ORDERS, MEASURE], Kind.MEASURED),
        ([FORMULA, MEASURE], Kind.MEASURED),
        ([ORDERS, FORMULA], Kind.PROVED),
        ([MEASURE, AGREE], Kind.REFUTED),
        ([MEASURE, {**FORMULA, "formula": "c_o + 1"}], Kind.REFUTED),
    ],
)
def test_the_weakest_part_decides(decide: Any, checks: list[dict[str, Any]], kind: Kind) -> None:
    assert decide(check=checks).kind is kind


def test_a_claim_that_is_partly_proved_says_which_part(decide: Any) -> None:
    detail = decide(check=[MEASURE, ORDERS]).detail
    assert detail.startswith("measured: ")
    assert "; proved: two legal orders can differ: in float16" in detail
    verdict = decide(check=[FORMULA, MEASURE])
    assert verdict.detail.startswith("measured: ")
    assert re.fullmatch(r"certificate [0-9a-f]{12}(.*), measured", verdict.backing)
    assert verdict.theorems
    assert verdict.theorems[0].name == "a.1"


def test_a_refuted_part_is_named(decide: Any) -> None:
    verdict = decide(check=[MEASURE, AGREE])
    assert verdict.detail == "orders: these two orders agree: both float16 sums are 0"
    assert verdict.counterexample == {"first": 0.0, "second": 0.0}
