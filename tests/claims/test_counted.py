"""Quantities as sums of ones over index tuples: added up by loops, they are what walking over the layer counts."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from sympy import Integer

import symconv as sc
from oracles.counting import count, output_sizes
from oracles.numbers import numbers
from symconv.claims.counted import counted
from symconv.layers.cost import BACKWARD_PARTS
from symconv.statements import Expression
from symconv.statements.language import Equal, NonNegative, Within

PARTS = ("forward", *BACKWARD_PARTS)
FIELDS = ("multiplications", "additions", "macs", "flops")


def added_up(expression: Expression) -> int:
    """The number that an expression without tensors and sizes is."""
    total = 0
    for term in expression.terms:
        assert not term.factors
        indices = [r.index for r in term.ranges]
        for values in product(*(range(int(r.extent)) for r in term.ranges)):
            at = dict(zip(indices, values, strict=True))
            if all(holds(b, at) for b in term.brackets):
                total += int(term.coefficient.xreplace(at))
    return total


def holds(bracket: Any, at: dict[Any, int]) -> bool:
    value = int(bracket.value.xreplace(at))
    match bracket:
        case Within():
            return 0 <= value < int(bracket.extent.xreplace(at))
        case NonNegative():
            return value >= 0
        case Equal():
            return value == 0
    raise AssertionError(bracket)


LAYERS = (
    (sc.Conv1d(2, 3, 3, stride=2, padding=1), (2, 2, 6)),
    (sc.Conv1d(2, 2, 2, padding=3, dilation=2, bias=False), (1, 2, 3)),
    (sc.Conv1d(4, 2, 3, groups=2, bias=False), (1, 4, 5)),
    (sc.Conv2d(2, 2, (2, 3), stride=(2, 1), padding=((1, 0), (0, 2))), (1, 2, 3, 4)),
    (sc.Conv2d(1, 2, 2, padding="same", bias=False), (2, 1, 3, 2)),
    (sc.ConvTranspose1d(2, 1, 3, stride=2, padding=1, output_padding=1), (1, 2, 3)),
    (sc.Linear(3, 2), (2, 3)),
    (sc.AvgPool1d(2, stride=3, padding=1), (1, 2, 5)),
)


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=str)
def test_operations_are_what_a_walk_counts(layer: Any, shape: tuple[int, ...]) -> None:
    for aware in (False, True):
        walked = count(numbers(layer, shape), padding_aware=aware)
        for part, field in product(PARTS, FIELDS):
            found = counted(layer.on(shape), f"{part}.{field}", padding_aware=aware)
            if found is not None:
                wanted = [getattr(walked[part], name) for name in FIELDS[:2]] if field == "flops" else []
                assert added_up(found[0]) == (sum(wanted) if wanted else getattr(walked[part], field)), (part, field)


@pytest.mark.parametrize(("layer", "shape"), LAYERS[:7], ids=str)
def test_an_update_costs_two_operations_a_parameter(layer: Any, shape: tuple[int, ...]) -> None:
    parameters = layer.memory(shape).parameters
    found = {field: counted(layer.on(shape), f"update.{field}") or () for field in FIELDS}
    expected = {"multiplications": parameters, "additions": parameters, "macs": 0, "flops": 2 * parameters}
    assert {field: added_up(sums[0]) for field, sums in found.items()} == expected


def test_a_sum_without_terms_costs_no_addition() -> None:
    layer = sc.Conv1d(1, 1, "k", bias=False).on((1, 1, "l"))
    (found,) = counted(layer, "backward_weight.additions") or ()
    names = tuple(sc.symbol(name) for name in "lk")
    for sizes, expected in (((5, 2), 2 * 4 - 2), ((2, 2), 0), ((1, 2), 0)):
        at = dict(zip(names, map(Integer, sizes), strict=True))
        numbered = Expression(tuple(term.map(lambda e, at=at: e.xreplace(at)) for term in found.terms))
        assert added_up(numbered) == expected, sizes


def test_what_is_no_sum_of_ones_is_left_out() -> None:
    """How many cells the taps of a gradient touch is no count of index tuples."""
    layer = sc.Conv1d(2, 3, 3, stride=2, padding=1).on((2, 2, 6))
    for quantity in ("backward_input.additions", "backward.flops", "receptive_field"):
        assert counted(layer, quantity) is None
    assert counted(layer, "forward.additions", padding_aware=True) is not None
    without_bias = sc.Conv1d(2, 3, 3, padding=1, bias=False).on((2, 2, 6))
    assert counted(without_bias, "forward.additions", padding_aware=True) is None


@pytest.mark.parametrize(("layer", "shape"), LAYERS[:6], ids=str)
def test_shapes_and_memory(layer: Any, shape: tuple[int, ...]) -> None:
    application = layer.on(shape)
    sizes = counted(application, "output_shape")
    transposed = isinstance(layer, sc.ConvTranspose1d)
    assert (sizes is None) is transposed
    if sizes is not None:
        assert tuple(map(added_up, sizes))[2:] == output_sizes(numbers(layer, shape))
    memory = layer.memory(shape)
    for name in ("parameters", "input", "output", "grad_weight", "saved_for_backward", "forward", "backward"):
        (elements,) = counted(application, f"memory.{name}") or ()
        (in_bytes,) = counted(application, f"memory.{name}", dtype="float32") or ()
        assert (added_up(elements), added_up(in_bytes)) == (getattr(memory, name), 4 * getattr(memory, name)), name
