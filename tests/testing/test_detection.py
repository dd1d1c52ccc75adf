"""Every mistake is caught where orders of summation cannot differ, and no correct kernel is ever blamed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import symconv as sc
from oracles.broken_kernels import BROKEN
from oracles.broken_kernels.mistake import bias_of
from oracles.correct_kernels import CORRECT, EVERY, HALVES, Correct
from oracles.exact_bounds import DEFAULT_ACCUMULATION, FORMATS, outside
from oracles.gather import Arguments, Block, Case, case_of, exact_sums, exact_totals, numbers, rounded
from oracles.library_kernels import convolve, unfolded
from oracles.regimes import EXACT, REGIMES, Regime
from oracles.small_layers import RICH, Layer, random_layer
from symconv.rounding.acceptance import Judge, Judged, judge_of
from symconv.testing.probes import probes

SEEDS = st.integers(0, 2**32 - 1)
KINDS = [pytest.param(*kind, id=f"{kind[0]}-{'transposed' if kind[1] else 'plain'}") for kind in RICH]
DTYPES = [pytest.param(dtype, id=str(dtype).removeprefix("torch.")) for dtype in EVERY]
#: By so much may the bound, which is evaluated in float64, be above the exact one.
SLACK = Fraction(1, 2**40)


@dataclass(frozen=True, eq=False)
class Run:
    """A layer on tensors whose sums are exact, and its outputs: the bias in the sum, or added to the stored sum."""

    case: Case
    judge: Judge
    right: tuple[Block, Block]

    def blames(self, output: Tensor) -> bool:
        """Whether some element is said to be wrong; on exact sums these are all that are."""
        found, (once, twice) = numbers(output), self.right
        blamed = (self.judge.judge(output) == Judged.OUTSIDE).numpy()
        np.testing.assert_array_equal(blamed, (found != once) & (found != twice))
        return bool(blamed.any())


def _list(output: Tensor) -> list[float]:
    return [float(value) for value in numbers(output).reshape(-1)]


def _run(tensors: Any, arguments: Arguments, judge: Judge | None = None) -> Run:
    case = case_of(*tensors, arguments)
    judge = judge or judge_of(*tensors, **arguments.keywords())
    totals = np.reshape(list(map(float, exact_totals(case))), judge.problem.shape)  # float64 holds them
    once = twice = numbers(rounded(totals, case.dtype))
    if case.bias is not None and DEFAULT_ACCUMULATION[case.dtype] != case.dtype:
        bias = bias_of(case)
        twice = numbers(rounded(numbers(rounded(totals - bias, case.dtype)) + bias, case.dtype))
    return Run(case, judge, (once, twice))


# ---- mistakes, where sums are exact


@cache
def exact_run(layer: Layer, regime: Regime, dtype: torch.dtype, seed: int) -> Run:
    return _run(layer.draw(regime, dtype, seed), layer.arguments)


@cache
def probe_runs(layer: Layer, dtype: torch.dtype) -> tuple[Run, ...]:
    """The layer on the operands that ``compare`` makes by itself."""
    judge = judge_of(*layer.draw(REGIMES["normal"], dtype, 0), **layer.arguments.keywords())
    return tuple(
        _run(tuple(map(made.tensors.get, "XWb")), layer.arguments, Judge(made, judge.arithmetic))
        for _, made in probes(judge.problem, judge.arithmetic)
    )


def exact_runs(layer: Layer, dtype: torch.dtype) -> Iterator[Run]:
    return (exact_run(layer, regime, dtype, seed) for seed in range(4) for regime in EXACT)


def makes_no_difference(name: str, layer: Layer, dtype: torch.dtype) -> bool:
    return _is_same(name, layer, dtype if BROKEN[name].kind == "arithmetic" else EVERY[0])


@cache
def _is_same(name: str, layer: Layer, dtype: torch.dtype) -> bool:
    return BROKEN[name].same(exact_run(layer, EXACT[0], dtype, 0).case)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("dims", "transposed"), KINDS)
def test_all_mistakes_are_caught_on_exact_operands(dims: int, transposed: bool, dtype: torch.dtype) -> None:
    """All but those that make no difference to the layer, and these are not blamed; the two layers take turns."""
    layer = RICH[dims, transposed][(dims + transposed + EVERY.index(dtype)) % 2]
    for name, broken in BROKEN.items():
        runs = exact_runs(layer, dtype)
        if makes_no_difference(name, layer, dtype):
            assert not any(run.blames(broken.run(run.case)) for run in itertools.islice(runs, 3)), name
        else:
            assert any(run.blames(broken.run(run.case)) for run in runs), name


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("dims", "transposed"), KINDS)
def test_probes_alone_catch_all_mistakes(dims: int, transposed: bool, dtype: torch.dtype) -> None:
    missed = [
        (name, layer)
        for layer, (name, broken) in itertools.product(RICH[dims, transposed], BROKEN.items())
        if not makes_no_difference(name, layer, dtype)
        and not any(run.blames(broken.run(run.case)) for run in probe_runs(layer, dtype))
    ]
    assert missed == []


def test_every_mistake_makes_a_difference_somewhere() -> None:
    """None is hidden on all the rich layers of all data types."""
    places = list(itertools.product(itertools.chain(*RICH.values()), EVERY))
    assert [name for name in BROKEN if all(makes_no_difference(name, *place) for place in places)] == []
    assert len(BROKEN) >= 70


@pytest.mark.parametrize("name", ["stride one", "last channel dropped", "added in bfloat16", "half the bias"])
def test_mistakes_are_caught_by_the_functions_that_people_call(name: str) -> None:
    """One of each group, by ``assert_conv_close`` on exact operands and by ``compare`` on any."""
    layer, broken = RICH[1, False][0], BROKEN[name]
    tensors, keywords = layer.draw(REGIMES["integers"], torch.float32, 0), layer.arguments.keywords()
    sc.assert_conv_close(convolve(*tensors, layer.arguments), *tensors, **keywords)
    if name != "added in bfloat16":
        with pytest.raises(AssertionError, match="off the exact"):
            sc.assert_conv_close(broken(*tensors, layer.arguments), *tensors, **keywords)

    def wrong(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return broken(x, weight, bias, layer.arguments)

    def right(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return convolve(x, weight, bias, layer.arguments)

    tensors = layer.draw(REGIMES["normal"], torch.float32, 0)
    assert sc.compare(right, wrong, *tensors, **keywords).kind == sc.Agreement.BUG
    assert sc.compare(right, right, *tensors, **keywords).kind == sc.Agreement.IDENTICAL


# ---- any operands: what exact rationals can tell apart


@given(seed=SEEDS)
def test_judgement_is_that_of_exact_rationals(seed: int) -> None:
    """Of correct and broken kernels, and of the numbers at the ends of what is legal and just beyond.

    What is blamed can be told apart, and what can be told apart by a little more is blamed.
    """
    rng = np.random.default_rng(seed)
    layer, dtype = random_layer(rng), EVERY[rng.integers(len(EVERY))]
    acc = _accumulator(rng, dtype)
    tensors = layer.draw(REGIMES[rng.choice(list(REGIMES))], dtype, seed)
    options = {"acc": acc, "flush": False, "adder": "nearest"}
    judge, case = judge_of(*tensors, **layer.arguments.keywords(), **options), case_of(*tensors, layer.arguments)
    sums, forms = exact_sums(case), (FORMATS[acc], FORMATS[dtype])
    sharp, soft = ([total.intervals(*forms, more) for total in sums] for more in (Fraction(0), SLACK))
    outputs = [BROKEN[name].run(case) for name in rng.choice(list(BROKEN), 2)]
    outputs += [CORRECT["convolve"].run(*tensors, layer.arguments)]
    for side, pick in ((-1, min), (1, max)):
        ends = [float(pick(pick(interval) for interval in legal)) for legal in sharp]
        end = torch.tensor(ends, dtype=torch.float64).to(dtype).reshape(judge.problem.shape)
        outputs += [end, end.nextafter(torch.tensor(side * math.inf, dtype=dtype))]
    unknown = [total.may_overflow(*forms) for total in sums]
    for output in outputs:
        judged = judge.judge(output).reshape(-1).tolist()
        for found, value, total, near, far in zip(judged, _list(output), unknown, sharp, soft, strict=True):
            known = [Judged.UNKNOWN] if total else [int(outside(value, near)), int(outside(value, far))]
            assert found in known, (found, value, near)


def _accumulator(rng: np.random.Generator, dtype: torch.dtype) -> torch.dtype:
    """Mostly the usual one, or another that has the bits of the data type at least."""
    wider = [acc for acc in EVERY if FORMATS[acc].precision >= FORMATS[dtype].precision]
    return wider[rng.integers(len(wider))] if rng.integers(3) == 0 else DEFAULT_ACCUMULATION[dtype]


# ---- correct kernels


def _correct_kernels(dtype: torch.dtype, arguments: Arguments) -> list[Correct]:
    """In 16 bits PyTorch's transposed layers (2.13, on a CPU) add in 16 bits."""
    found = [kernel for kernel in CORRECT.values() if kernel.takes(dtype, arguments)]
    if dtype in HALVES and arguments.transposed:
        found.append(Correct("convolve, in 16 bits", convolve, acc=dtype))
    return found


@given(seed=SEEDS)
def test_no_correct_kernel_is_blamed(seed: int) -> None:
    """On any layer, data type and kind of numbers, whatever order: 10 runs an example, at night 20."""
    rng = np.random.default_rng(seed)
    layer, dtype = random_layer(rng), EVERY[rng.integers(len(EVERY))]
    tensors = layer.draw(REGIMES[rng.choice(list(REGIMES))], dtype, seed)
    kernels, keywords = _correct_kernels(dtype, layer.arguments), layer.arguments.keywords()
    judge = cache(lambda acc: judge_of(*tensors, acc=acc, **keywords))
    for place in rng.integers(len(kernels), size=20 if settings().max_examples > 1000 else 10):
        kernel = kernels[place]
        judged = judge(kernel.acc).judge(kernel.run(*tensors, layer.arguments))
        assert not (judged == Judged.OUTSIDE).any(), kernel.name
        assert kernel.acc or not (judged == Judged.UNKNOWN).any(), kernel.name
    last = kernels[-1]
    sc.assert_conv_close(convolve(*tensors, layer.arguments), *tensors, acc=last.acc, **keywords)


@given(seed=SEEDS)
def test_kernels_that_flush_subnormals_are_not_blamed(seed: int) -> None:
    """In bfloat16 by default, and nowhere where flushing is excluded."""
    rng = np.random.default_rng(seed)
    layer = random_layer(rng)
    tensors = layer.draw(REGIMES["subnormal"], torch.bfloat16, seed)
    output = CORRECT["forwards, subnormals flushed"].run(*tensors, layer.arguments)
    judge, strict = (judge_of(*tensors, flush=flush, **layer.arguments.keywords()) for flush in (None, False))
    assert (judge.judge(output) == Judged.INSIDE).all()
    assert (strict.judge(output) == Judged.OUTSIDE).any()


def test_products_that_underflow_behind_many_ones_are_not_exact() -> None:
    """Two halves of the smallest number: rounded one by one they are 0, and fused they are that number."""
    smallest = 2.0**-149
    x, weight = torch.ones(1, 1, 200), torch.full((1, 1, 2), 0.5)
    x[..., -2:] = smallest
    output = torch.nn.functional.conv1d(x, weight)
    for last in (0.0, smallest):
        output[..., -1] = last
        sc.assert_conv_close(output, x, weight)


@given(seed=SEEDS)
def test_no_gradient_of_autograd_is_blamed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer, dtype = random_layer(rng), (torch.float32, torch.float64)[rng.integers(2)]
    regime = REGIMES[rng.choice(list(REGIMES))]
    x, weight, bias = (t if t is None else t.requires_grad_() for t in layer.draw(regime, dtype, seed))
    kernel = (convolve, unfolded)[rng.integers(2)] if layer.arguments.dims < 3 else convolve
    output = kernel(x, weight, bias, layer.arguments)
    grad_output = regime(tuple(output.shape), layer.weight, None, dtype, rng)[0]
    wanted = {"input": x, "weight": weight} | ({} if bias is None else {"bias": bias})
    for name, found in zip(wanted, torch.autograd.grad(output, list(wanted.values()), grad_output), strict=True):
        options = {"gradient": name, "grad_output": grad_output, **layer.arguments.keywords()}
        sc.assert_conv_close(found, x, weight, bias, **options)
