"""The fault that is named is the fault that was made, and never one that computes something else."""

from __future__ import annotations

import collections
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from oracles.broken_kernels import BROKEN
from oracles.gather import Arguments
from oracles.regimes import REGIMES
from oracles.small_layers import RICH, Layer, random_layer
from symconv.rounding.acceptance import Judge, Judged
from symconv.rounding.arithmetic import read_arithmetic
from symconv.rounding.exact import conv_exact
from symconv.rounding.problem import read_problem
from symconv.testing.faults import Fault, likely_fault
from symconv.testing.faults import search as searching
from symconv.testing.faults.fault import Hypothesis
from symconv.testing.faults.inspection import Inspection
from symconv.testing.faults.search import distinct, explanations, search

Seen = tuple[Judge, Tensor, Tensor]


def seen(result: Tensor, *tensors: Any, **arguments: Any) -> Seen:
    problem = read_problem(*tensors, **arguments)
    judge = Judge(problem, read_arithmetic(problem))
    return judge, result, judge.judge(result) == int(Judged.OUTSIDE)


def run(name: str, layer: Layer, regime: str, dtype: torch.dtype, seed: int) -> Seen:
    tensors = layer.draw(REGIMES[regime], dtype, seed)
    return seen(BROKEN[name](*tensors, layer.arguments), *tensors, **layer.arguments.keywords())


# ---- kernels with one mistake each, by name

#: On a layer with x (2, 10, 5, 5), weight (4, 5, 3, 2), stride (2, 1), padding ((1, 0), (0, 2)), dilation (1, 2) and
#: two groups; some mistakes are others there as well.
NAMED = {
    "reads one to the right": ("shift", "every tap reads one position to the right on axis w"),
    "last tap reads one further": ("dilation", "computed as if dilation were (1, 3)"),
    "stride plus one": ("stride", "computed as if stride were (3, 2)"),
    "stride one": ("stride", "computed as if stride were (1, 1)"),
    "dilation plus one": ("dilation", "computed as if dilation were (2, 3)"),
    "padding on the other side": ("padding", "computed as if the padding before each axis were (0, 2)"),
    "replicated padding": ("padding mode", "the padding is replicated instead of zeros"),
    "reflected padding": ("padding mode", "the padding is reflected instead of zeros"),
    "circular padding": ("padding mode", "the padding is circular instead of zeros"),
    "padding of ones": ("padding mode", "the padding is ones instead of zeros"),
    "last place unread": ("left out", "the input at position 4 of axis w is left out"),
    "batch items exchanged": ("moved", "the result's batch items are reversed"),
    "first item for all": ("copy", "batch item 1, the last, is a copy of batch item 0"),
    "first channels exchanged": ("channels", "input channels 0 and 1 of each group are exchanged"),
    "first group for all": ("groups", "all groups read the channels of the first"),
    "next group": ("groups", "groups are rotated: each reads the channels of the next group"),
    "groups interleaved": ("groups", "the groups of the output channels are interleaved"),
    "first channel dropped": ("left out", "input channel 0 of each group is left out"),
    "first tap dropped": ("left out", "tap (0, 0) is left out"),
    "first tap twice": ("added twice", "tap (0, 0) is added twice"),
    "last tap subtracted": ("wrong sign", "tap (2, 1) has the wrong sign"),
    "two taps exchanged": ("taps", "taps (0, 0) and (0, 1) are exchanged"),
    "kernel axes exchanged": ("axes", "the kernel's axes are exchanged"),
    "kernel flipped": ("flip", "the kernel is flipped (a true convolution)"),
    "weight channels exchanged": ("channels", "the weight's input and output channels are exchanged"),
    "weights of the channel before": ("channels", "each output channel has the weights of the one before"),
    "weights without sign": ("sign", "the weights lose their signs"),
    "added in tf32": ("precision", "accumulated in float16 or TF32: all results are numbers of it"),
    "added in bfloat16": ("precision", "accumulated in bfloat16: all results are numbers of it"),
    "inputs in tf32": ("precision", "inputs rounded to TF32"),
    "inputs in bfloat16": ("precision", "inputs rounded to bfloat16"),
    "no bias": ("left out", "the bias is missing"),
    "bias twice": ("added twice", "the bias is added twice"),
    "half the bias": ("scaled", "the bias is halved"),
    "bias of the channel before": ("bias", "each output channel has the bias of the one before"),
    "first bias for all": ("bias", "all output channels have the bias of the first"),
    "last channel unwritten": ("unwritten", "output channel 3, the last, is never written (0)"),
    "last element unwritten": ("unwritten", "the last element is never written (0)"),
    "last element stale": ("copy", "the last element is a copy of the one before"),
    "last tile stale": ("copy", "position 4, the last, on axis w is a copy of position 0 on axis w"),
    "stored transposed": ("layout", "the result is stored with axes h and w exchanged"),
    "stored one further": ("moved", "the result is stored one element further in memory"),
    "stored with channels last": ("layout", "the result is stored with channels last"),
    "stored with groups inside": ("layout", "the result's channels are stored with the groups inside"),
    "added to the item before": ("uncleared", "each batch item is added to the one before, and the first to itself"),
    "negative outputs zero": ("values", "negative results become 0"),
}


@pytest.mark.parametrize("name", NAMED)
def test_mistakes_are_named(name: str) -> None:
    """Kind and details come out, for all elements outside."""
    judge, result, outside = run(name, RICH[2, False][0], "normal", torch.float32, 1)
    assert search(judge, result, outside) == Fault(*NAMED[name], explained=int(outside.sum()))


@pytest.mark.parametrize("name", ["last tap subtracted", "kernel flipped", "next group", "stride one", "no bias"])
def test_mistakes_are_named_on_integers(name: str) -> None:
    """Sums of small integers are exact; there are few of them, and so chance is likelier."""
    judge, result, outside = run(name, RICH[2, False][0], "integers", torch.float64, 1)
    assert search(judge, result, outside) == Fault(*NAMED[name], explained=int(outside.sum()))


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ((1, True), "first tap dropped", "tap 0 is left out"),
        ((1, True), "reads one to the right", "every tap reads one position to the right on axis l"),
        ((1, True), "last channel dropped", "input channel 4 of each group is left out"),
        ((1, False), "kernel flipped", "the kernel is flipped (a true convolution)"),
        ((1, False), "channels beyond blocks of 4 dropped", "input channel 4 of each group is left out"),
        ((2, True), "kernel flipped", "the kernel is flipped"),
        ((2, True), "weights of the channel before", "each output channel has the weights of the one before"),
        ((3, False), "last tap subtracted", "tap (1, 1, 1) has the wrong sign"),
        ((3, True), "bias twice", "the bias is added twice"),
    ],
)
def test_mistakes_of_other_layers_are_named(kind: tuple[int, bool], name: str, says: str) -> None:
    fault = search(*run(name, RICH[kind][0], "normal", torch.float32, 2))
    assert fault is not None
    assert fault.says == says


# ---- single entries, channels, taps, from changed tensors


def change(tensor: Tensor, at: Any, factor: float) -> Tensor:
    found = tensor.clone()
    found[at] *= factor
    return found


def drawn(*shapes: tuple[int, ...], dtype: torch.dtype = torch.float32) -> list[Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]


PLAIN = {"stride": (2, 1), "padding": (1, 0)}
SHAPES = ((3, 6, 7, 6), (4, 6, 3, 2), (4,))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({1: ((slice(None), 3), 0.0)}, "input channel 3 is left out"),
        ({1: ((slice(None), slice(4, 6)), 0.0)}, "input channels 4 to 5 are left out"),
        ({1: ((2, slice(None), 1, 1), 2.0)}, "tap (1, 1) of output channel 2 is added twice"),
        ({1: ((slice(None), 5, 0, 1), 0.0)}, "tap (0, 1) of input channel 5 is left out"),
        ({1: ((2, 3), 0.0)}, "the products of input channel 3 and output channel 2 are left out"),
        ({1: ((2, 3, 2, 0), -1.0)}, "the weight W[2, 3, 2, 0] has the wrong sign"),
        ({1: ((..., 0), 0.0)}, "the taps with index 0 on axis w are left out"),
        ({0: ((1, 2, 3, 4), 0.0)}, "the input X[1, 2, 3, 4] is left out"),
        ({0: ((..., 2, slice(None)), 0.0)}, "the input at position 2 of axis h is left out"),
        ({2: ((1,), 0.0)}, "the bias of output channel 1 is missing"),
        ({1: ((...,), 0.0)}, "the sum of all products is left out"),
    ],
)
def test_parts_are_named(changes: dict[int, tuple[Any, float]], says: str) -> None:
    """What a kernel computes that leaves out, doubles or negates a part of a tensor."""
    tensors = drawn(*SHAPES)
    wrong = [change(t, *changes[k]) if k in changes else t for k, t in enumerate(tensors)]
    fault = search(*seen(conv_exact(*wrong, **PLAIN), *tensors, **PLAIN))
    assert fault is not None
    assert fault.says == says


@pytest.mark.parametrize(
    ("at", "factor", "says"),
    [
        ((4, 1, 0, 1), -1.0, "the weight W[4, 1, 0, 1] has the wrong sign"),
        ((slice(3, 6), 1), 0.0, "output channel 3 is left out"),
        ((slice(3, 6), 1, 2, 0), 2.0, "tap (2, 0) of output channel 3 is added twice"),
        (([0, 3], slice(None), 1, 1), 0.0, "tap (1, 1) of input channel 0 of each group is left out"),
    ],
)
def test_parts_of_transposed_weights_are_named(at: Any, factor: float, says: str) -> None:
    """A weight [in, out of a group, taps]: three input and two output channels in each of two groups."""
    x, weight, bias = drawn((2, 6, 4, 5), (6, 2, 3, 2), (4,))
    arguments: dict[str, Any] = {"stride": (2, 1), "groups": 2, "transposed": True}
    fault = search(*seen(conv_exact(x, change(weight, at, factor), bias, **arguments), x, weight, bias, **arguments))
    assert fault is not None
    assert fault.says == says


def test_an_entry_that_is_read_as_another_number() -> None:
    tensors = drawn(*SHAPES, dtype=torch.float64)
    wrong = [tensors[0], change(tensors[1], (1, 2, 0, 1), 1.25), tensors[2]]
    fault = search(*seen(conv_exact(*wrong, **PLAIN), *tensors, **PLAIN))
    was = float(tensors[1][1, 2, 0, 1])
    assert fault is not None
    assert fault.says == f"W[1, 2, 0, 1] is read as {1.25 * was:.9g} instead of {was:.9g}"


def test_one_tap_that_reads_one_further() -> None:
    """Tap (0, 1) alone, by adding what it reads and taking away what it should read."""
    x, weight, bias = drawn((2, 3, 7, 8), (4, 3, 2, 3), (4,), dtype=torch.float64)
    tap = weight[:, :, :1, 1:2]
    right = conv_exact(x, weight, bias)
    moved = torch.nn.functional.conv2d(x[..., :6, 2:8], tap) - torch.nn.functional.conv2d(x[..., :6, 1:7], tap)
    fault = search(*seen(right + moved, x, weight, bias))
    assert fault is not None
    assert fault.says == "tap (0, 1) reads one position to the right on axis w"


# ---- gradients

GRADIENTS: list[tuple[str, str, Any, float, str]] = [
    ("weight", "x", (slice(None), 2), 0.0, "input channel 2 is left out"),
    ("weight", "dy", (1,), 0.0, "batch item 1 is left out"),
    ("weight", "dy", (slice(None), 3), 2.0, "output channel 3 is added twice"),
    ("input", "w", (..., 1, 1), -1.0, "tap (1, 1) has the wrong sign"),
    ("input", "dy", (1,), 0.0, "batch item 1 is left out"),
    ("bias", "dy", (1,), 0.0, "batch item 1 is left out"),
    ("bias", "dy", (..., 2, slice(None)), 0.0, "the output's gradient at position 2 of axis h is left out"),
]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(("by", "tensor", "at", "factor", "says"), GRADIENTS)
def test_faults_of_gradients_are_named(
    by: str, tensor: str, at: Any, factor: float, says: str, transposed: bool
) -> None:
    x, w = drawn((3, 4, 6, 7), (4, 2, 3, 2))
    arguments: dict[str, Any] = {"stride": (2, 1), "padding": 1, "groups": 2, "transposed": transposed}
    (dy,) = drawn(read_problem(x, w, **arguments).shape)
    given = {"x": x, "w": w, "dy": dy}
    wrong = given | {tensor: change(given[tensor], at, factor)}
    result = conv_exact(wrong["x"], wrong["w"], gradient=by, grad_output=wrong["dy"], **arguments)
    fault = search(*seen(result, x, w, gradient=by, grad_output=dy, **arguments))
    assert fault is not None
    assert fault.says == says


def test_a_gradient_of_the_weight_that_is_turned_round() -> None:
    x, w = drawn((2, 3, 7, 7), (4, 3, 3, 2))
    (dy,) = drawn(read_problem(x, w).shape)
    right = conv_exact(x, w, gradient="weight", grad_output=dy)
    fault = search(*seen(right.flip((2, 3)), x, w, gradient="weight", grad_output=dy))
    assert fault is not None
    assert fault.says == "the result is reversed on all spatial axes"


# ---- places, where no fault explains the elements outside


def at_places(at: Any, value: float | None = None) -> str | None:
    """What is said of random errors, or of a value, at these places."""
    tensors = drawn(*SHAPES)
    result = conv_exact(*tensors, **PLAIN)
    noise = torch.randn(result.shape, generator=torch.Generator().manual_seed(5))
    result[at] = result[at] + noise[at] if value is None else value
    fault = search(*seen(result, *tensors, **PLAIN))
    return None if fault is None else fault.says


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        ((..., -1), None, "all 48 elements outside lie in the last position on axis w"),
        ((slice(None), 2), None, "all 60 elements outside lie in output channel 2"),
        ((..., slice(3, 5)), None, "all 96 elements outside lie in the last 2 positions on axis w"),
        ((..., slice(0, 5, 2)), None, "all 144 elements outside lie in every second position on axis w, from 0 on"),
        (
            (0, 1, 2, 3),
            math.nan,
            "the only element outside lies in batch item 0, output channel 1, position 2 on axis h,"
            " position 3 on axis w and is NaN",
        ),
        ((2, 3), 7.0, "all 20 elements outside lie in the last batch item, the last output channel and are 7"),
        ((..., slice(None)), None, None),
    ],
)
def test_places_are_told(at: Any, value: float | None, says: str | None) -> None:
    assert at_places(at, value) == says


def test_errors_where_padding_is_read() -> None:
    x, weight = drawn((1, 2, 6, 6), (3, 2, 3, 3))
    result = conv_exact(x, weight, padding=1)
    border = torch.ones_like(result, dtype=torch.bool)
    border[..., 1:-1, 1:-1] = False
    result[border] += torch.randn(int(border.sum()), generator=torch.Generator().manual_seed(1))
    fault = search(*seen(result, x, weight, padding=1))
    assert fault == Fault("place", "all 60 elements outside lie where padding is read", 60)


def test_operands_that_are_not_finite_leave_places() -> None:
    x, weight = drawn((1, 2, 6, 6), (3, 2, 3, 3))
    x[0, 0, 0, 0] = math.nan
    result = conv_exact(x, weight)
    result[0, 2] = 0.0
    fault = search(*seen(result, x, weight))
    assert fault == Fault("place", "all 16 elements outside lie in the last output channel and are 0", 16)


def test_results_that_are_truncated() -> None:
    """Exact sums, all of one sign or of both, cut off to float16."""
    x, weight = (t.half() for t in drawn((2, 8, 12), (6, 8, 3)))
    exact = torch.nn.functional.conv1d(x.double(), weight.double())
    near = exact.half()
    lower = torch.where(near.double().abs() > exact.abs(), (near.view(torch.int16) - 1).view(torch.float16), near)
    fault = search(*seen(lower, x, weight))
    assert fault is not None
    assert (fault.kind, fault.says) == ("rounding", "the results are truncated towards zero")


def test_results_that_are_too_small_are_not_truncated() -> None:
    x, weight = (t.half() for t in drawn((2, 8, 12), (6, 8, 3)))
    near = torch.nn.functional.conv1d(x.double(), weight.double()).half()
    fault = search(*seen((near.view(torch.int16) - 3).view(torch.float16), x, weight))
    assert fault is None or fault.kind != "rounding"


# ---- never wrong, never in the way


def predicts(hypothesis: Hypothesis, fresh: Seen) -> bool:
    """Whether an implementation with this fault gives what the broken kernel gives of other tensors."""
    inspection = Inspection.of(*fresh)
    prediction = hypothesis.predict(inspection.scene)
    return bool(((inspection.result - prediction.centre).abs() <= 2 * inspection.tolerance(prediction)).all())


def verdict(name: str, layer: Layer, regime: str, dtype: torch.dtype, seed: int) -> str:
    """What a search says of a broken kernel: "same", "right", "wrong", or "nothing" of hypotheses."""
    judge, result, outside = run(name, layer, regime, dtype, seed)
    if not bool(outside.any()):
        return "same"
    inspection = Inspection.of(judge, result, outside)
    if not (bool(result.isfinite().all()) and bool(judge.bound.accumulated.isfinite().all())):
        return "nothing"
    found = distinct(inspection, explanations(inspection))
    if not 1 <= len(found) <= 2 or found[0].kind == "entry":
        return "nothing"
    fresh = [run(name, layer, other, dtype, seed + 1) for other in ("normal", "integers")]
    return "right" if any(all(predicts(h, f) for f in fresh) for h in found) else "wrong"


#: What they do depends on the numbers or on rounding, and so is no other on other tensors.
_OF_THEIR_OWN = {
    *("small products flushed", "one product lost", "wrapped at 8 bits", "saturated at 8 bits"),
    *(name for name in BROKEN if name.startswith("added in")),
}


def shares(rounds: int, seed: int) -> collections.Counter[str]:
    """Verdicts on kernels with every mistake, of random layers, numbers and dtypes."""
    rng = np.random.default_rng(seed)
    names = [name for name in BROKEN if name not in _OF_THEIR_OWN]
    found: collections.Counter[str] = collections.Counter()
    for name in rng.permutation(names * -(-rounds // len(names)))[:rounds].tolist():
        regime = rng.choice(["normal", "integers", "positive", "wide"])
        dtype = (torch.float32, torch.float64)[rng.integers(2)]
        found[verdict(name, random_layer(rng), str(regime), dtype, int(rng.integers(2**30)))] += 1
    return found


def test_what_is_said_is_right() -> None:
    """Most mistakes are explained, and each explanation holds of other tensors too."""
    found = shares(rounds=30, seed=0)
    assert found["wrong"] == 0
    assert found["right"] >= 2 * found["nothing"]


def test_chance_in_what_is_compared_hides_no_fault() -> None:
    """One negative weight: its sign is wrong, or all weights lose their signs."""
    x, weight = drawn((2, 2, 9), (2, 2, 1), dtype=torch.float64)
    weight = weight.abs()
    for place in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)):
        fault = search(*seen(conv_exact(x, weight), x, change(weight, place, -1.0)))
        assert fault is not None
        assert "the weights lose their signs" in fault.says
        assert f"of input channel {place[1]} and output channel {place[0]} have the wrong sign" in fault.says


def test_two_faults_that_cannot_be_told_apart_are_both_named() -> None:
    """All inputs of one channel are alike, and so a tap too many is one of three."""
    x, weight = drawn((1, 1, 1), (4, 1, 1), dtype=torch.float64)
    x, weight = x.abs(), -weight.abs()
    fault = search(*seen(torch.zeros(1, 4, 1, dtype=torch.float64), x, weight))
    assert fault is not None
    assert fault.says == "every result is 0, or negative results become 0"


def test_more_than_two_that_cannot_be_told_apart_are_not_named() -> None:
    """Negative weights on positive inputs: the sign of the result, of the weights, or all signs are lost."""
    x, weight = (t.abs() for t in drawn((1, 1, 3), (4, 1, 1)))
    assert search(*seen(conv_exact(x, weight), x, -weight)) is None


def test_one_number_that_any_weight_can_give_is_no_evidence() -> None:
    """A weight that is read by one element alone explains any error of it."""
    x, weight = drawn((1, 1, 1), (3, 1, 1))
    result = conv_exact(x, weight)
    result[0, 1] += 0.25
    assert search(*seen(result, x, weight)) == Fault("place", "the only element outside lies in output channel 1", 1)


def test_small_integers_off_by_chance_are_no_evidence() -> None:
    """Errors of 1 in some of few elements agree with some fault or other."""
    rng = np.random.default_rng(0)
    kinds = set()
    for _ in range(12):
        x, weight = (torch.from_numpy(rng.integers(-1, 2, shape).astype(float)) for shape in ((1, 2, 4), (2, 2, 2)))
        result = conv_exact(x, weight, padding=1)
        judge, result, outside = seen(
            result + torch.from_numpy(rng.integers(-1, 2, result.shape)), x, weight, padding=1
        )
        fault = search(judge, result, outside)
        kinds |= {fault.kind if fault else None}
    assert kinds <= {None, "place"}


def test_exact_sums_tell_small_errors() -> None:
    """Sums of large integers that are exact in any order: errors of a few units are no rounding."""
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.integers(-8, 9, (2, 3, 8, 8))).float()
    weight = torch.from_numpy(rng.integers(-(2**13), 2**13, (4, 3, 3, 2))).float()
    wrong = weight.clone()
    wrong[1, 2, 0, 1] += 1
    fault = search(*seen(conv_exact(x, wrong), x, weight))
    was = float(weight[1, 2, 0, 1])
    assert fault is not None
    assert fault.says == f"W[1, 2, 0, 1] is read as {was + 1:.9g} instead of {was:.9g}"


def test_cancellation_is_no_narrow_format() -> None:
    """Sums that all but cancel have few bits; rounding in float32 loses as much."""
    rng = np.random.default_rng(0)
    x = torch.from_numpy(1 + rng.integers(0, 16, (1, 2, 24)) * 2.0**-23).float()
    weight = torch.from_numpy(1 + rng.integers(0, 16, (3, 2, 1)) * 2.0**-23).float() * torch.tensor([[[1.0], [-1.0]]])
    products = x[:, None, :, :] * weight[None]
    result = products[:, :, 0] + products[:, :, 1]
    shuffled = result.flatten()[torch.from_numpy(rng.permutation(result.numel()))].reshape(result.shape)
    judge, result, outside = seen(shuffled, x, weight)
    assert bool(outside.any())
    fault = search(judge, result, outside)
    assert fault is None or fault.kind == "place"


def test_rounding_is_allowed_for_only_where_there_is_some() -> None:
    """Sums of small integers are exact, those of fractions are not."""
    x, weight = drawn((1, 2, 6), (3, 2, 3))
    for tensors, rounds in (((x, weight), True), (((4 * x).round(), (4 * weight).round()), False)):
        judge, result, outside = seen(conv_exact(*tensors) + 1, *tensors)
        inspection = Inspection.of(judge, result, outside)
        assert bool((inspection.tolerance(inspection.scene.right) > 0).all()) == rounds


def test_one_place_is_little_evidence() -> None:
    """A product that is lost where a single one is not 0 looks like a position that is never written."""
    arguments = Arguments((2, 1, 1), ((1, 0), (0, 0), (0, 0)), (2, 1, 2), 1, True, (0, 0, 1))
    layer = Layer(arguments, (2, 1, 4, 2, 4), (1, 2, 2, 1, 2), (2,))
    fault = search(*run("one product lost", layer, "one_hot", torch.float64, 638081831))
    assert fault is not None
    assert fault.kind == "place"


def test_only_the_end_that_clips_is_named() -> None:
    x, weight = drawn((2, 3, 12), (4, 3, 3))
    fault = search(*seen(conv_exact(x, weight).clamp(max=1.5), x, weight))
    assert fault is not None
    assert fault.says == "results are clipped at 1.5"


def test_alike_entries_are_little_evidence() -> None:
    """On constants and single ones a fault agrees with many others; what is said still holds of other tensors."""
    found: collections.Counter[str] = collections.Counter()
    rng = np.random.default_rng(1)
    names = [name for name, broken in BROKEN.items() if name not in _OF_THEIR_OWN and broken.kind != "arithmetic"]
    for name in rng.choice(names, 20).tolist():
        regime = str(rng.choice(["constant", "impulses", "one_hot", "cancelling"]))
        found[verdict(name, random_layer(rng), regime, torch.float32, int(rng.integers(2**30)))] += 1
    assert found["wrong"] == 0


def test_one_small_integer_is_no_evidence() -> None:
    """One element that is 0 instead of 1: the place alone is told."""
    x = torch.ones(1, 1, 4)
    result = torch.tensor([[[2.0, 2.0, 0.0]]])
    fault = search(*seen(result, x, torch.ones(1, 1, 2)))
    assert fault == Fault("place", "the only element outside lies in the last position on axis l and is 0", 1)


def test_nothing_is_changed_or_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operands and the result stay; a search that fails says nothing."""
    judge, result, outside = run("kernel flipped", RICH[1, False][0], "normal", torch.float32, 0)
    kept = [t.clone() for t in (*judge.problem.tensors.values(), result, outside)]
    state = torch.random.get_rng_state()
    with torch.inference_mode():
        assert likely_fault(judge, result, outside) == search(judge, result, outside)
    assert all(map(torch.equal, kept, (*judge.problem.tensors.values(), result, outside)))
    assert torch.equal(state, torch.random.get_rng_state())

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(searching, "search", broken)
    assert likely_fault(judge, result, outside) is None


def test_large_problems_take_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of some ten million products: parts are still named, and a result that nothing explains is given up early."""
    tried = collections.Counter[str]()
    predicted = searching._predicted

    def counting(hypothesis: Hypothesis, inspection: Inspection) -> Any:
        tried[hypothesis.says] += 1
        return predicted(hypothesis, inspection)

    monkeypatch.setattr(searching, "_predicted", counting)
    x, weight = drawn((2, 32, 20, 20), (64, 32, 3, 3))
    wrong = change(weight, (slice(None), 3), 0.0)
    named = seen(torch.nn.functional.conv2d(x, wrong), x, weight)
    assert likely_fault(*named) == Fault("left out", "input channel 3 is left out", int(named[2].sum()))
    tried.clear()
    assert likely_fault(*seen(torch.nn.functional.conv2d(x.sin(), weight), x, weight)) is None
    assert 5 <= tried.total() <= 40
