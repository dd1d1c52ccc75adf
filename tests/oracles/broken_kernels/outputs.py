"""Mistakes in what is stored: places, elements left out, and numbers cut off."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from oracles.broken_kernels.mistake import Broken, Output, no_terms, stored
from oracles.gather import Block, Case


def _unwritten(at: Any, _: Case, total: Block) -> Block:
    found = total.copy()
    found[at] = 0
    return found


def _last_unwritten(value: float, _: Case, total: Block) -> Block:
    found = total.copy()
    found.reshape(-1)[-1] = value
    return found


def _stale(_: Case, total: Block) -> Block:
    """The last element holds what was stored before it."""
    found = total.copy()
    found.reshape(-1)[-1] = found.reshape(-1)[-2] if found.size > 1 else 1
    return found


def _last_tile_stale(_: Case, total: Block, width: int = 4) -> Block:
    """Tiles of the last axis; an incomplete last tile holds the outputs of the tile before it."""
    found = total.copy()
    rest = found.shape[-1] % width
    if found.shape[-1] > width and rest:
        found[..., -rest:] = found[..., -rest - width : -width]
    return found


def _transposed_in_memory(_: Case, total: Block) -> Block:
    return np.moveaxis(total, -1, 2).reshape(total.shape)


def _shifted_by_one(_: Case, total: Block) -> Block:
    return np.roll(total.reshape(-1), 1).reshape(total.shape)


def _channels_last(_: Case, total: Block) -> Block:
    """Stored with channels last, and read with channels first."""
    return np.moveaxis(total, 1, -1).reshape(total.shape)


def _channels_shuffled(case: Case, total: Block) -> Block:
    """Output channels of the groups in turn."""
    groups = case.arguments.groups
    split = total.reshape(total.shape[0], groups, total.shape[1] // groups, *total.shape[2:])
    return split.swapaxes(1, 2).reshape(total.shape)


def _phases_in_blocks(case: Case, total: Block) -> Block:
    """The outputs that lie a stride apart are stored side by side."""
    step = case.arguments.stride[-1]
    return total[..., np.argsort(np.arange(total.shape[-1]) % step, kind="stable")]


def _uncleared(_: Case, total: Block) -> Block:
    """Adds to what the item before it in the batch left behind; the first one, to what it computed itself."""
    return total + np.concatenate([total[:1], total[:-1]])


def _wrapped_around(_: Case, total: Block) -> Block:
    """An accumulator of eight bits, with sign."""
    return (total + 128) % 256 - 128


def _saturated(_: Case, total: Block) -> Block:
    return np.clip(total, -128, 127)


def _without_negative(_: Case, total: Block) -> Block:
    return np.maximum(total, 0)


def outputs() -> Iterator[Broken]:
    ends = {"last row": (-1, -1, -1), "last channel": np.s_[:, -1], "last item": (-1,)}
    for name, at in ends.items():
        yield stored(f"{name} unwritten", partial(_unwritten, at))
    yield stored("last element unwritten", partial(_last_unwritten, 0.0))
    yield stored("last element not a number", partial(_last_unwritten, math.nan))
    changes: dict[str, Output] = {
        "last element stale": _stale,
        "last tile stale": _last_tile_stale,
        "stored transposed": _transposed_in_memory,
        "stored one further": _shifted_by_one,
        "stored with channels last": _channels_last,
        "stored with groups inside": _channels_shuffled,
        "stored by phases": _phases_in_blocks,
        "added to the item before": _uncleared,
    }
    for name, change in changes.items():
        yield stored(name, change)
    clamped: dict[str, Output] = {
        "negative outputs zero": _without_negative,
        "wrapped at 8 bits": _wrapped_around,
        "saturated at 8 bits": _saturated,
    }
    for name, change in clamped.items():
        yield Broken(name, "output", stored(name, change).run, no_terms)
