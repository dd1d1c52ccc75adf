"""Mistakes in what is read: places, paddings, batch items and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from oracles.broken_kernels.mistake import Broken, changed
from oracles.gather import HOLE, Arguments, Block, Case, tables


def _shifted(case: Case, axis: int, by: int, taps: Any = slice(None)) -> Case:
    table = case.tables[axis].copy()
    table[taps] = np.where(table[taps] == HOLE, HOLE, table[taps] + by)
    return _with_table(case, axis, table)


def _with_table(case: Case, axis: int, table: Block) -> Case:
    found = list(case.tables)
    found[axis] = table
    return replace(case, tables=tuple(found))


def _laid_out(change: Callable[[Arguments], Arguments], case: Case) -> Case:
    """Reads what a layer with other arguments reads, at as many outputs."""
    return replace(case, tables=tables(change(case.arguments), case.out, case.kernel))


def _stride_plus_one(arguments: Arguments) -> Arguments:
    return replace(arguments, stride=tuple(s + 1 for s in arguments.stride))


def _stride_one(arguments: Arguments) -> Arguments:
    return replace(arguments, stride=(1,) * arguments.dims)


def _stride_rolled(arguments: Arguments) -> Arguments:
    return replace(arguments, stride=(*arguments.stride[1:], arguments.stride[0]))


def _dilation_plus_one(arguments: Arguments) -> Arguments:
    return replace(arguments, dilation=tuple(d + 1 for d in arguments.dilation))


def _dilation_one(arguments: Arguments) -> Arguments:
    return replace(arguments, dilation=(1,) * arguments.dims)


def _dilation_rolled(arguments: Arguments) -> Arguments:
    return replace(arguments, dilation=(*arguments.dilation[1:], arguments.dilation[0]))


def _padding_by(by: int, arguments: Arguments) -> Arguments:
    return replace(arguments, padding=tuple((before + by, after) for before, after in arguments.padding))


def _padding_turned(arguments: Arguments) -> Arguments:
    return replace(arguments, padding=tuple((after, before) for before, after in arguments.padding))


def _padding_ignored(arguments: Arguments) -> Arguments:
    return replace(arguments, padding=((0, 0),) * arguments.dims)


def _output_padding_in_front(arguments: Arguments) -> Arguments:
    pairs = zip(arguments.padding, arguments.output_padding or (0,) * arguments.dims, strict=True)
    return replace(arguments, padding=tuple((before - extra, after) for (before, after), extra in pairs))


def _wrapped(change: Callable[[Block, int], Block], case: Case) -> Case:
    """Places in the padding read a place in the input instead."""
    sizes = case.x.shape[2:]
    return replace(
        case,
        tables=tuple(np.where(t == HOLE, HOLE, change(t, n)) for t, n in zip(case.tables, sizes, strict=True)),
    )


def _replicated(table: Block, size: int) -> Block:
    return np.clip(table, 0, size - 1)


def _reflected(table: Block, size: int) -> Block:
    period = max(1, 2 * size - 2)
    place = table % period
    return np.minimum(place, period - place) if size > 1 else np.zeros_like(table)


def _circular(table: Block, size: int) -> Block:
    return table % size


def _last_column_unread(table: Block, size: int) -> Block:
    return np.where(table == size - 1, size, table)


def _into_the_next_row(case: Case) -> Case:
    """The last axis has one place more, which holds what follows in memory."""
    following = np.roll(case.x.reshape(-1), -1).reshape(case.x.shape)[..., -1:]
    return replace(case, x=np.concatenate([case.x, following], -1))


def _channels(change: Callable[[Block, Arguments], Block], case: Case) -> Case:
    return replace(case, channels=change(case.channels, case.arguments))


def _first_channels_exchanged(channels: Block, _: Arguments) -> Block:
    """What is meant for the first channel of a group goes to the second."""
    found = channels.copy()
    found[:, :2] = channels[:, 1::-1] if channels.shape[1] > 1 else channels[:, :2]
    return found


def _first_group_for_all(channels: Block, _: Arguments) -> Block:
    return np.broadcast_to(channels[:1], channels.shape)


def _next_group(channels: Block, arguments: Arguments) -> Block:
    return np.roll(channels, len(channels) // arguments.groups, 0)


def _groups_interleaved(channels: Block, arguments: Arguments) -> Block:
    """Output channel o is taken for one of group o mod groups."""
    group = np.arange(len(channels)) % arguments.groups
    return group[:, None] * channels.shape[1] + np.arange(channels.shape[1])


def _batch(order: Callable[[Block], Block], case: Case) -> Case:
    return replace(case, x=order(case.x))


def reads() -> Iterator[Broken]:
    shifts = {"right": (-1, 1), "left": (-1, -1), "down": (0, 1), "up": (0, -1)}
    for name, (axis, by) in shifts.items():
        yield changed(f"reads one to the {name}", "read", partial(_shifted, axis=axis, by=by))
    yield changed("last tap reads one further", "read", partial(_shifted, axis=-1, by=1, taps=-1))
    layouts: dict[str, Callable[[Arguments], Arguments]] = {
        "stride plus one": _stride_plus_one,
        "stride one": _stride_one,
        "strides of other axes": _stride_rolled,
        "dilation plus one": _dilation_plus_one,
        "dilation one": _dilation_one,
        "dilations of other axes": _dilation_rolled,
        "one more padding": partial(_padding_by, 1),
        "one less padding": partial(_padding_by, -1),
        "padding on the other side": _padding_turned,
        "padding ignored": _padding_ignored,
        "output padding in front": _output_padding_in_front,
    }
    for name, layout in layouts.items():
        yield changed(name, "read", partial(_laid_out, layout))
    places: dict[str, Callable[[Block, int], Block]] = {
        "replicated padding": _replicated,
        "reflected padding": _reflected,
        "circular padding": _circular,
        "last place unread": _last_column_unread,
    }
    for name, place in places.items():
        yield changed(name, "read", partial(_wrapped, place))
    yield changed("padding of ones", "read", lambda case: replace(case, outside=1.0))
    yield changed("reads into the next row", "read", _into_the_next_row)
    yield changed("batch items exchanged", "read", partial(_batch, lambda x: x[::-1]))
    yield changed("first item for all", "read", partial(_batch, lambda x: np.broadcast_to(x[:1], x.shape)))
    groups: dict[str, Callable[[Block, Arguments], Block]] = {
        "first channels exchanged": _first_channels_exchanged,
        "first group for all": _first_group_for_all,
        "next group": _next_group,
        "groups interleaved": _groups_interleaved,
    }
    for name, channels in groups.items():
        yield changed(name, "read", partial(_channels, channels))
