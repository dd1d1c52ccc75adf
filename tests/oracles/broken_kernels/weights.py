"""Mistakes in the weights, in their last bits, and in the bias."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from oracles.broken_kernels.digits import next_number
from oracles.broken_kernels.mistake import Broken, Change, changed
from oracles.gather import Block, Case


def zeroed(case: Case, at: Any) -> Case:
    """Some weights are never used."""
    weight = case.weight.copy()
    weight[at] = 0
    return replace(case, weight=weight)


def _unused_block(case: Case, width: int) -> Case:
    """Loops over blocks of channels, and forgets those beyond the last whole block."""
    channels = case.weight.shape[1]
    return zeroed(case, np.s_[:, channels // width * width :]) if channels > width else case


def _tap(case: Case, number: int) -> tuple[Any, ...]:
    """All weights at one tap, counted in the order of memory."""
    return (slice(None), slice(None), *np.unravel_index(number % math.prod(case.kernel), case.kernel))


def _scaled_tap(case: Case, number: int, factor: float) -> Case:
    weight = case.weight.copy()
    weight[_tap(case, number)] *= factor
    return replace(case, weight=weight)


def _taps_exchanged(case: Case) -> Case:
    weight = case.weight.copy()
    weight[_tap(case, 0)], weight[_tap(case, 1)] = case.weight[_tap(case, 1)], case.weight[_tap(case, 0)]
    return replace(case, weight=weight)


def _axes_exchanged(case: Case) -> Case:
    """The kernel is stored with its last axis first."""
    weight = np.moveaxis(case.weight, -1, 2).reshape(case.weight.shape)
    return replace(case, weight=weight)


def _flipped(case: Case) -> Case:
    return replace(case, weight=np.flip(case.weight, range(2, case.weight.ndim)))


def _weight_channels_exchanged(case: Case) -> Case:
    return replace(case, weight=case.weight.swapaxes(0, 1).reshape(case.weight.shape))


def _outputs_rolled(case: Case) -> Case:
    """Every output channel has the weights of the one before it."""
    return replace(case, weight=np.roll(case.weight, 1, 0))


def _one_weight_off(case: Case) -> Case:
    weight = case.weight.copy()
    weight[-1, -1] = next_number(weight[-1, -1], case.dtype)
    return replace(case, weight=weight)


def _one_input_off(case: Case) -> Case:
    """The inputs of the last channel of the first item are off by one unit in the last place."""
    x = case.x.copy()
    x[0, -1] = next_number(x[0, -1], case.dtype)
    return replace(case, x=x)


def _with_bias(change: Callable[[Block], Block | None], case: Case) -> Case:
    return case if case.bias is None else replace(case, bias=change(case.bias))


def weights() -> Iterator[Broken]:
    yield changed("first channel dropped", "weight", partial(zeroed, at=np.s_[:, 0]))
    yield changed("last channel dropped", "weight", partial(zeroed, at=np.s_[:, -1]))
    yield changed("channels beyond blocks of 2 dropped", "weight", partial(_unused_block, width=2))
    yield changed("channels beyond blocks of 4 dropped", "weight", partial(_unused_block, width=4))
    yield changed("channels beyond blocks of 8 dropped", "weight", partial(_unused_block, width=8))
    for name, number, factor in (
        ("first tap dropped", 0, 0),
        ("last tap dropped", -1, 0),
        ("first tap twice", 0, 2),
        ("last tap subtracted", -1, -1),
    ):
        yield changed(name, "weight", partial(_scaled_tap, number=number, factor=factor))
    changes: dict[str, Change] = {
        "two taps exchanged": _taps_exchanged,
        "kernel axes exchanged": _axes_exchanged,
        "kernel flipped": _flipped,
        "weight channels exchanged": _weight_channels_exchanged,
        "weights of the channel before": _outputs_rolled,
    }
    for name, change in changes.items():
        yield changed(name, "weight", change)
    yield changed("weights without sign", "weight", _without_sign, partial(zeroed, at=...))
    yield changed("one weight off", "weight", _one_weight_off, partial(zeroed, at=(-1, -1)))
    yield changed("one input off", "weight", _one_input_off, _first_item_without_last_channel)


def _without_sign(case: Case) -> Case:
    return replace(case, weight=np.abs(case.weight))


def _first_item_without_last_channel(case: Case) -> Case:
    x = case.x.copy()
    x[0, -1] = 0
    return replace(case, x=x)


def biases() -> Iterator[Broken]:
    changes: dict[str, Callable[[Block], Block | None]] = {
        "no bias": lambda bias: None,
        "bias twice": lambda bias: 2 * bias,
        "half the bias": lambda bias: bias / 2,
        "bias subtracted": np.negative,
        "bias of the channel before": lambda bias: np.roll(bias, 1),
        "first bias for all": lambda bias: np.broadcast_to(bias[:1], bias.shape),
    }
    for name, change in changes.items():
        yield changed(name, "bias", partial(_with_bias, change))
