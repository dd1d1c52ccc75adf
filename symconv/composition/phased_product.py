"""The entries of a composite by phases: products of taps, added up where the plan says that they meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

from symconv.composition.arrays import Arrays
from symconv.composition.grouping import with_groups
from symconv.composition.operands import Operand
from symconv.composition.phases import AxisPair, AxisPlan


def phased_weight(arrays: Arrays, first: Operand, second: Operand, plans: Sequence[AxisPlan]) -> Any:
    """The weight (out * phases, in/groups, *taps) of gcd(groups) groups; the phases of one output lie together."""
    groups = math.gcd(first.groups, second.groups)
    inner, outer = _by_taps(arrays, first, groups), _by_taps(arrays, second, groups)
    taps1, taps2 = first.weight.shape[2:], second.weight.shape[2:]
    empty = arrays.zeros((groups, outer.shape[2], inner.shape[3]))
    parts = []
    for meeting in product(*([pairs for phase in plan.sources for pairs in phase] for plan in plans)):
        pairs = [(_flat(taps2, [u for u, _ in each]), _flat(taps1, [a for _, a in each])) for each in product(*meeting)]
        if not pairs:
            parts.append(empty)
            continue
        rows = arrays.concatenate([outer[u] for u, _ in pairs], 2)
        parts.append(arrays.matmul(rows, arrays.concatenate([inner[a] for _, a in pairs], 1)))
    whole = arrays.stack(parts, 3)
    lengths = [length for plan in plans for length in (plan.phases, len(plan.sources[0]))]
    dims, channels, inputs = len(plans), second.channels, whole.shape[2]
    apart = whole.reshape((channels, inputs, *lengths))
    order = (0, *range(2, 2 + 2 * dims, 2), 1, *range(3, 3 + 2 * dims, 2))
    return arrays.permute(apart, order).reshape((channels * math.prod(lengths[::2]), inputs, *lengths[1::2]))


def _by_taps(arrays: Arrays, layer: Operand, groups: int) -> Any:
    """The weight as (taps, groups, out/groups, in/groups)."""
    weight = with_groups(arrays, layer.weight, layer.groups, groups)
    split = weight.reshape((groups, weight.shape[0] // groups, weight.shape[1], -1))
    return arrays.contiguous(arrays.permute(split, (3, 0, 1, 2)))


def _flat(sizes: Sequence[int], place: Sequence[int]) -> int:
    number = 0
    for size, at in zip(sizes, place, strict=True):
        number = number * size + at
    return number


def bias_shares(arrays: Arrays, first: Operand, second: Operand) -> dict[tuple[int, ...], Any]:
    """For each phase of the middle, what each tap of the second layer makes of the first bias: (out, *taps)."""
    shares = {}
    shape = tuple(second.weight.shape)
    blocks = arrays.permute(
        second.weight.reshape((second.groups, shape[0] // second.groups, shape[1], -1)), (0, 1, 3, 2)
    )
    rows = blocks.reshape((second.groups, -1, shape[1]))
    for phase, bias in (first.bias or {}).items():
        columns = bias.reshape((second.groups, shape[1], 1))
        shares[phase] = arrays.matmul(rows, columns).reshape((shape[0], *shape[2:]))
    return shares


def phased_bias(
    arrays: Arrays, first: Operand, second: Operand, pairs: Sequence[AxisPair], phases: Sequence[tuple[int, ...]]
) -> Any:
    """The bias of each phase where all taps lie inside the middle, those of one output together; or ``None``."""
    if first.bias is None and second.bias is None:
        return None
    shares = bias_shares(arrays, first, second)
    columns = []
    for phase in phases:
        terms = [] if second.bias is None else [second.bias[_phase_at(phase, [p.second.factor for p in pairs])]]
        for read in product(*(p.second.reads(position) for p, position in zip(pairs, phase, strict=True))):
            middle = _phase_at([cell for _, cell in read], [p.first.factor for p in pairs])
            terms += [shares[middle][(slice(None), *(u for u, _ in read))]] if shares else []
        columns.append(sum(terms[1:], terms[0]) if terms else arrays.zeros((second.channels,)))
    return arrays.stack(columns, 1).reshape((-1,))


def _phase_at(position: Sequence[int], factors: Sequence[int]) -> tuple[int, ...]:
    return tuple(at % factor for at, factor in zip(position, factors, strict=True))
