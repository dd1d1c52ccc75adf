"""Claims that two layers are one: proved for all sizes, or refuted at the smallest sizes, which PyTorch confirms."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import symconv as sc
from symconv.claims import Kind, Report, Verdict
from symconv.errors import ClaimError

FIRST = {
    "kind": "Conv2d", "in_channels": 1, "out_channels": 1, "kernel_size": ["k_h1", "k_w1"], "bias": False,
    "input": [1, 1, "h", "w"],
}  # fmt: skip
SECOND = {**FIRST, "kernel_size": ["k_h2", "k_w2"], "input": [1, 1, "h - k_h1 + 1", "w - k_w1 + 1"]}
LAYERS = ["first", "second"]
DILATED = [1, 1, "h - 2*(k_h1 - 1)", "w - 2*(k_w1 - 1)"]
HALVED = [1, 1, "floor((h - k_h1)/2) + 1", "floor((w - k_w1)/2) + 1"]
STRIDED = [1, 1, "floor((h - k_h1)/s) + 1", "floor((w - k_w1)/s) + 1"]
WIDER = [1, 1, "h + 2*P_h - k_h1 + 1", "w + 2*P_w - k_w1 + 1"]


def layers(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {"first": {**FIRST, **first}, "second": {**SECOND, **second}}


Decide = Callable[..., Verdict]


# ------------------------------------------------------------------ one convolution
#: Changes of the first and of the second layer, and the kernel of the two.
ONE: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "plain": ({}, {}, "(k_h1 + k_h2 - 1) x (k_w1 + k_w2 - 1)"),
    "biases": ({"bias": True}, {"bias": True}, "(k_h1 + k_h2 - 1) x (k_w1 + k_w2 - 1)"),
    "padding before": ({"padding": ["P_h", "P_w"]}, {"input": WIDER}, "(k_h1 + k_h2 - 1) x (k_w1 + k_w2 - 1)"),
    "stride 2 then 1": ({"stride": 2}, {"input": HALVED}, "(k_h1 + 2*k_h2 - 2) x (k_w1 + 2*k_w2 - 2)"),
    "stride 1 then 3": ({}, {"stride": 3}, "(k_h1 + k_h2 - 1) x (k_w1 + k_w2 - 1)"),
    "dilated": (
        {"dilation": 2}, {"dilation": 3, "input": DILATED}, "(2*k_h1 + 3*k_h2 - 4) x (2*k_w1 + 3*k_w2 - 4)",
    ),
    "channels": (
        {"in_channels": "a", "out_channels": "b", "input": ["n", "a", "h", "w"]},
        {"in_channels": "b", "out_channels": "c", "input": ["n", "b", "h - k_h1 + 1", "w - k_w1 + 1"]},
        "(k_h1 + k_h2 - 1) x (k_w1 + k_w2 - 1)",
    ),
    "1x1, then padded": (
        {"kernel_size": 1}, {"padding": ["P_h", "P_w"], "input": [1, 1, "h", "w"]}, "(k_h2) x (k_w2)",
    ),
    "stride s then t": (
        {"stride": "s"}, {"stride": "t", "input": STRIDED},
        "(k_h1 + k_h2*s - s) x (k_w1 + k_w2*s - s)",
    ),
    "padding, then strides and dilation": (
        {"padding": ["P_h", "P_w"], "stride": "s"},
        {"stride": "t", "dilation": "d", "input": [1, 1, *(f"floor(({a} + 2*P_{a} - k_{a}1)/s) + 1" for a in "hw")]},
        "(d*k_h2*s + k_h1 - d*s) x (d*k_w2*s + k_w1 - d*s)",
    ),
    "names of the join": (
        {"kernel_size": ["N", "C_in"]}, {"kernel_size": ["m", "H_out"], "input": [1, 1, "h - N + 1", "w - C_in + 1"]},
        "(N + m - 1) x (C_in + H_out - 1)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_one_convolution_is_proved(decide: Decide, name: str) -> None:
    first, second, kernel = ONE[name]
    verdict = decide(layers(first, second), composite="equal", layers=LAYERS)
    assert verdict.kind is Kind.PROVED
    assert verdict.backing.startswith(f"certificate {verdict.theorems[0].hash[:12]}")
    assert verdict.detail == f"the kernel is {kernel}"


def test_the_bias_may_be_left_open(decide: Decide) -> None:
    claim = {"composite": "equal", "layers": LAYERS, "open": {"bias": [True, False]}}
    assert decide(layers({}, {}), **claim).kind is Kind.PROVED
    verdict = decide(layers({"kernel_size": 1}, {"padding": 1, "input": [1, 1, "h", "w"]}), **claim)
    assert (verdict.kind, verdict.condition) == (Kind.HOLDS_WHEN, "bias=False")


sizes = st.integers(1, 4)


@given(*[sizes] * 4, st.integers(0, 3), st.integers(0, 3), st.integers(0, 10**6))
def test_what_is_proved_is_so_in_torch(
    k_h1: int, k_w1: int, k_h2: int, k_w2: int, more_h: int, more_w: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    k1, k2 = (torch.randint(-9, 9, (1, 1, *k), generator=generator).double() for k in ((k_h1, k_w1), (k_h2, k_w2)))
    x = torch.randint(-9, 9, (1, 1, k_h1 + k_h2 - 1 + more_h, k_w1 + k_w2 - 1 + more_w), generator=generator).double()
    one = torch.zeros(1, 1, k_h1 + k_h2 - 1, k_w1 + k_w2 - 1, dtype=torch.double)
    for u, v in product(range(k_h2), range(k_w2)):
        one[..., u : u + k_h1, v : v + k_w1] += k2[0, 0, u, v] * k1
    conv = nn.functional.conv2d
    assert torch.equal(conv(conv(x, k1), k2), conv(x, one))


# ------------------------------------------------------------------ no convolution
def smaller(point: dict[str, int]) -> Iterator[dict[str, int]]:
    """All sizes up to ``point``, it included: by their sum, then in the order of their names."""
    names, most = sorted(point), sum(point.values())
    points = [p for p in product(range(1, most + 1), repeat=len(names)) if sum(p) <= most]
    for values in sorted(points, key=lambda p: (sum(p), p)):
        found = dict(zip(names, values, strict=True))
        yield found
        if found == point:
            return


def is_no_convolution(p: dict[str, int]) -> bool:
    """Whether the two layers, the second padded by 1, weigh two pairs of cells of one difference differently."""
    torch.manual_seed(0)
    two = nn.Sequential(
        nn.Conv2d(1, 1, (p["k_h1"], p["k_w1"]), bias=False), nn.Conv2d(1, 1, (p["k_h2"], p["k_w2"]), 1, 1, bias=False)
    ).double()
    x = torch.zeros(1, 1, p["h"], p["w"], dtype=torch.double)
    weights = torch.autograd.functional.jacobian(two, x)[0, 0, :, :, 0, 0]
    seen: dict[Any, float] = {}
    return any(
        abs(seen.setdefault((a - y, b - x), float(weights[y, x, a, b])) - float(weights[y, x, a, b])) > 1e-9
        for y, x, a, b in product(*map(range, weights.shape))
    )


def fits(p: dict[str, int]) -> bool:
    return all(p[f"k_{a}1"] <= p[a] and p[f"k_{a}2"] <= p[a] - p[f"k_{a}1"] + 3 for a in "hw")


def test_padding_in_between_is_refuted_at_the_smallest_sizes(decide: Decide) -> None:
    verdict = decide(layers({}, {"padding": 1}), composite="equal", layers=LAYERS)
    assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "computed")
    point = dict(verdict.counterexample or {})
    assert point == {"h": 1, "k_h1": 1, "k_h2": 1, "k_w1": 2, "k_w2": 1, "w": 2}
    assert [p for p in smaller(point) if fits(p) and is_no_convolution(p)] == [point]
    assert verdict.detail == (
        "with W1 = [[[[8, 6]]]], W2 = [[[[5]]]]: input (0, 0) goes into output (1, 0) times 0, and input (0, 1) into "
        "output (1, 1) times 30; one convolution of stride (1, 1) has one weight for both"
    )


def test_a_bias_behind_padding_is_refuted(decide: Decide) -> None:
    changed = layers({"kernel_size": 1, "bias": True}, {"padding": 1, "input": [1, 1, "h", "w"]})
    verdict = decide(changed, composite="equal", layers=LAYERS)
    assert verdict.counterexample == {"h": 1, "k_h2": 1, "k_w2": 1, "w": 1}
    assert verdict.detail.endswith(
        "an input of zeros gives 0 at output (0, 0) and 30 at (1, 1); one convolution gives its bias at both"
    )


def test_padding_that_may_be_zero(decide: Decide) -> None:
    verdict = decide(layers({}, {"padding": ["p", "q"]}), composite="equal", layers=LAYERS)
    assert verdict.kind is Kind.REFUTED
    assert (verdict.counterexample or {})["p"] + (verdict.counterexample or {})["q"] == 1


def test_two_strides_have_outputs_of_one_size(decide: Decide) -> None:
    """floor(floor(a/s)/t) = floor(a/(s*t)) is a theorem of its own."""
    verdict = decide(layers({"stride": "s"}, {"stride": "t", "input": STRIDED}), composite="equal", layers=LAYERS)
    assert [t.says for t in verdict.theorems[1:]] == ["the outputs have one size"] * 2
    for size, theorem in zip("hw", verdict.theorems[1:], strict=True):
        nested, at_once = str(theorem.statement).partition(" if ")[0].split(" = ")
        assert (nested.count("floor("), at_once.count("floor(")) == (2, 1)
        for sizes in product(range(3, 7), (1, 2), (1, 2), (1, 2, 3), (1, 2)):
            at = dict(zip((size, f"k_{size}1", f"k_{size}2", "s", "t"), map(Fraction, sizes), strict=True))
            middle = (sizes[0] - sizes[1]) // sizes[3] + 1
            outputs = (middle - sizes[2]) // sizes[4] + 1
            assert [eval(side, {"floor": floor}, at) for side in (nested, at_once)] == [outputs] * 2, sizes
    assert all(sc.check(t.certificate, t.statement) for t in verdict.theorems)


# ------------------------------------------------------------------ its size
SIZE = {"composite": "kernel_size", "layers": LAYERS}


@pytest.mark.parametrize(
    ("formulas", "point", "gives"),
    [
        (["k_h1 + k_h2", "k_w1 + k_w2 - 1"], {}, "the claim gives 2, the join 1"),
        (["k_h1 + k_h2 - 1", "k_w1*k_w2"], {"k_w1": 2, "k_w2": 2, "w": 3}, "the claim gives 4, the join 3"),
        (
            ["(k_h1 - k_h2)*(k_h1 + k_h2 - 1)/(k_h1 - k_h2)", "1"],
            {},
            "the claim has no value there: it divides by k_h1 - k_h2",
        ),
    ],
)
def test_wrong_sizes_are_refuted(decide: Decide, formulas: list[str], point: dict[str, int], gives: str) -> None:
    verdict = decide(layers({}, {}), **SIZE, formula_of_size=formulas)
    assert (verdict.kind, verdict.detail) == (Kind.REFUTED, gives)
    assert verdict.corrected == "(k_h1 + k_h2 - 1) x (k_w1 + k_w2 - 1)"
    assert verdict.counterexample == {"h": 1, "k_h1": 1, "k_h2": 1, "k_w1": 1, "k_w2": 1, "w": 1, **point}


@pytest.mark.parametrize("second", [{}, {"padding": 1}, {"stride": 2}])
def test_right_sizes_are_proved(decide: Decide, second: dict[str, Any]) -> None:
    verdict = decide(layers({}, second), **SIZE, formula_of_size=["k_h2 - 1 + k_h1", "k_w1 + k_w2 - 1"])
    assert (verdict.kind, "derived" in verdict.backing) == (Kind.PROVED, "padding" in second)
    assert {t.says for t in verdict.theorems} >= {
        "a side of the kernel is k_h2 - 1 + k_h1", "a side of the kernel is k_w1 + k_w2 - 1",
    }  # fmt: skip


# ------------------------------------------------------------------ equal shapes
def test_equal_shapes_prove_nothing(chapter: Report) -> None:
    verdict = chapter.verdicts["C14"]
    point = dict(verdict.counterexample or {})
    assert point == {
        **dict.fromkeys(("h", "k_h1", "k_h2", "k_w1", "k_w2", "w"), 1), "X": [[1]], "k1": [[1]], "k2": [[1]],
        "k": [[2]],
    }  # fmt: skip
    x, k1, k2, k = (torch.tensor([[point[name]]]) for name in ("X", "k1", "k2", "k"))
    two, one = nn.functional.conv2d(nn.functional.conv2d(x, k1), k2), nn.functional.conv2d(x, k)
    assert two.shape == one.shape
    assert not torch.equal(two, one)
    assert verdict.corrected is not None
    assert verdict.corrected.startswith("for o < C_out, i < C_in, t_h < k_h1 + k_h2 - 1, t_w < k_w1 + k_w2 - 1: K[o,")


SHAPES = {"composite": "equal_because_shapes_agree", "layers": LAYERS}


def test_larger_kernels_give_larger_witnesses(decide: Decide) -> None:
    formulas = ["h - k_h1 - k_h2 + 2", "w - k_w1 - k_w2 + 2"]
    verdict = decide(layers({}, {}), **SHAPES, output_size=formulas, domain=["k_h1 >= 2", "k_w2 >= 2"])
    assert (verdict.counterexample or {})["k"] == [[2, 2], [2, 2]]
    assert verdict.detail == (
        "the output shapes agree, (1, 1, 1, 1), and the outputs do not: [[4]] by k1 and k2, [[8]] by one convolution "
        "with k"
    )


def test_a_wrong_premise_is_refuted_first(decide: Decide) -> None:
    verdict = decide(layers({}, {}), **SHAPES, output_size=["h - k_h1 + 1", "w - k_w1 - k_w2 + 2"])
    assert verdict.kind is Kind.REFUTED
    assert verdict.counterexample == {"h": 2, "k_h1": 1, "k_h2": 2, "k_w1": 1, "k_w2": 1, "w": 1}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"input": [1, 1, 10**9, 10**9]}, {"input": [1, 1, "10**9 - k_h1 + 1", "10**9 - k_w1 + 1"], "padding": 1}),
        ({"padding": 10**9}, {"input": [1, 1, "h + 2*10**9 - k_h1 + 1", "w + 2*10**9 - k_w1 + 1"], "stride": 10**9}),
        (
            {"padding": 10**9, "dilation": 2 * 10**9, "kernel_size": 2, "input": [1, 1, 2, 2]},
            {"kernel_size": 1, "padding": 1, "input": [1, 1, 2, 2]},
        ),
    ],
)
def test_sizes_too_large_for_an_example(decide: Decide, first: dict[str, Any], second: dict[str, Any]) -> None:
    changed = layers(first, second)
    begun = time.perf_counter()
    shape = [f"{changed['second']['input'][axis]}" for axis in (2, 3)]
    decide(changed, composite="equal", layers=LAYERS)
    decide(changed, **SHAPES, output_size=shape)
    assert time.perf_counter() - begun < 20


# ------------------------------------------------------------------ messages
@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"composite": "same"}, "composite='same': is not known; use one of equal, kernel_size, equal_because_shapes"),
        ({"composite": 3}, "composite=3: is not known"),
        ({"layers": ["first"]}, "layers=['first']: are no two layers; write layers = ['first', 'second']."),
        ({"layers": None}, "layers=None: are no two layers"),
        ({"layers": ["first", "third"]}, "layer='third': is not in the file; use one of its layers: first, second."),
        (
            {"layers": ["first", "first"]},
            "are not in a row: the second does not read what the first writes; write input",
        ),
        ({"per": "1"}, "per: is not known beside 'composite'; use layers, layer."),
        ({"composite": "kernel_size"}, "formula_of_size=None: is missing; write formula_of_size = ["),
        ({"composite": "kernel_size", "formula_of_size": ["1"]}, "has 1 entries for 2; write one formula an axis."),
        ({"composite": "kernel_size", "formula_of_size": 3}, "formula_of_size=3: has 1 entries for 2"),
    ],
)
def test_messages(decide: Decide, claim: dict[str, Any], message: str) -> None:
    with pytest.raises(ClaimError) as caught:
        decide(layers({}, {}), **{"composite": "equal", "layers": LAYERS, **claim})
    assert message in str(caught.value)
    assert str(caught.value).startswith("claim='a': ")


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"kind": "AvgPool2d"}, "are not both convolutions; use Conv1d, Conv2d or Conv3d."),
        ({"padding_mode": "circular"}, "do not pad with zeros; leave padding_mode out."),
        ({"groups": 2, "in_channels": 2, "out_channels": 2}, "have groups; leave groups out."),
    ],
)
def test_layers_that_are_not_joined(decide: Decide, second: dict[str, Any], message: str) -> None:
    kind = second.get("kind")
    changed = {"kind": kind, "kernel_size": 2, "input": SECOND["input"]} if kind else {**SECOND, **second}
    if "groups" in second:
        changed["input"] = [1, 2, *SECOND["input"][2:]]
    with pytest.raises(ClaimError) as caught:
        decide({"first": FIRST, "second": changed}, composite="equal", layers=LAYERS)
    assert str(caught.value) == f"claim='a': layers=['first', 'second']: {message}"
