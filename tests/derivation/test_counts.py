"""The derived operation counts against a counter that walks every output, tap, channel and group."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import settings

from oracles.counting import PARTS, count, output_sizes
from oracles.numbers import Numbers, numbers
from oracles.sampling import Sample, sample
from symconv import layers
from symconv.numerics.formulas import Formula, compile

#: dev 400, ci 2,000, nightly 100,000 layers.
LAYERS = 20 * settings.default.max_examples
BATCHES = 4
FIELDS = ("multiplications", "additions", "macs")


def samples(batch: int) -> Iterator[Sample]:
    random = Random(batch)
    return (sample(random) for _ in range(LAYERS // BATCHES))


def made(one: Sample) -> Any:
    name, arguments, _ = one
    return getattr(layers, name)(**arguments)


def counts(layer: Any, shape: Any, padding_aware: bool) -> tuple[Any, ...]:
    cost = layer.cost(shape, padding_aware)
    return tuple(getattr(getattr(cost, part), field) for part in PARTS for field in FIELDS)


def walked(n: Numbers, padding_aware: bool) -> tuple[int, ...]:
    return tuple(number for part in count(n, padding_aware).values() for number in part)


@cache
def closed_form(name: str, padding_aware: bool, **flags: bool) -> Formula:
    """Every count of a class with a symbol for every number, each side's padding included."""
    kind = getattr(layers, name)
    labels = {1: "l", 2: "hw", 3: "dhw"}[kind.dims]
    layer = kind.symbolic(padding=tuple((f"P_{a}", f"Q_{a}") for a in labels), **flags)
    return compile(counts(layer, None, padding_aware))


def values(name: str, n: Numbers, parameters: tuple[str, ...]) -> dict[str, int]:
    labels = {1: "l", 2: "hw", 3: "dhw"}[len(n.sizes)]
    known = {"N": n.batch, "C_in": n.inputs, "C_out": n.outputs, "G": n.groups}
    for j, a in enumerate(labels):
        known |= {f"{a.upper()}_in": n.sizes[j], f"K_{a}": n.kernel[j], f"S_{a}": n.stride[j], f"D_{a}": n.dilation[j]}
        known |= {f"P_{a}": n.sides[j][0], f"Q_{a}": n.sides[j][1], f"OP_{a}": n.extra[j]}
    return {parameter: known[parameter] for parameter in parameters}


def flags_of(n: Numbers) -> dict[str, bool]:
    if n.kind == "pool":
        return {"ceil_mode": n.ceil_mode, "count_include_pad": n.count_include_pad}
    return {"bias": n.bias}


@pytest.mark.parametrize("batch", range(BATCHES))
def test_closed_forms_count_what_walking_counts(batch: int) -> None:
    """Symbolic counts, numbers put in afterwards, equal brute force: all parts, nominal and padding-aware."""
    wrong = []
    for one in samples(batch):
        n = numbers(made(one), one[2])
        for padding_aware in (False, True):
            formula = closed_form(one[0], padding_aware, **flags_of(n))
            if formula(**values(one[0], n, formula.parameters)) != walked(n, padding_aware):
                wrong.append((sum(one[2]), padding_aware, one))
    assert not wrong, f"{len(wrong)} mismatches, the smallest: {min(wrong, key=lambda w: w[0])}"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_counts_of_layers_with_numbers(batch: int) -> None:
    """The derivation on numbers, for every eighth of the layers, equals brute force; so does the output's shape."""
    wrong = []
    for one in list(samples(batch))[::8]:
        layer, shape = made(one), one[2]
        n = numbers(layer, shape)
        if layer.output_shape(shape) != (n.batch, n.outputs, *output_sizes(n)):
            wrong.append((sum(shape), "output_shape", one))
        wrong += [
            (sum(shape), padding_aware, one)
            for padding_aware in (False, True)
            if counts(layer, shape, padding_aware) != walked(n, padding_aware)
        ]
    assert not wrong, f"{len(wrong)} mismatches, the smallest: {min(wrong, key=lambda w: w[0])}"


def test_the_sample_covers_what_is_easily_forgotten() -> None:
    """Groups, dilation beyond the input, stride beyond the kernel, kernel 1, one-sided padding beyond the kernel."""
    seen = [numbers(made(one), one[2]) for batch in range(BATCHES) for one in samples(batch)]
    pairs = [(n, j) for n in seen for j in range(len(n.sizes))]
    assert any(n.groups > 1 and n.kind == "conv" for n in seen)
    assert any(n.groups > 1 and n.kind == "transposed" for n in seen)
    assert any(n.dilation[j] > n.sizes[j] and n.kernel[j] > 1 for n, j in pairs)
    assert any(n.stride[j] > n.kernel[j] > 1 for n, j in pairs)
    assert any(n.kernel[j] == 1 and n.stride[j] > 1 for n, j in pairs)
    assert any(n.kind != "pool" and n.sides[j][0] > n.kernel[j] and n.sides[j][1] == 0 for n, j in pairs)
    assert any(n.ceil_mode and not n.count_include_pad for n in seen)


def test_linear_and_its_update() -> None:
    """Linear on several leading axes equals brute force; an update is one multiplication and addition a parameter."""
    layer, shape = layers.Linear(5, 3), (2, 4, 5)
    for padding_aware in (False, True):
        assert counts(layer, shape, padding_aware) == walked(numbers(layer, shape), padding_aware)
    assert layer.cost(shape).update == layers.Ops(18, 18, 0)
