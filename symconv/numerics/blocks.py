"""Running instructions block by block, so that temporaries stay in the cache; buffers are shared and reused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.numerics.kernels import BadPointError, divide_unsigned, overlay
from symconv.numerics.lowering import Instruction, Lowered, Pattern

#: Points in a block: a few buffers of this many int64 fit the caches, and a call's overhead is small beside it.
BLOCK = 65_536

Box = tuple[slice, ...]
Form = tuple[Pattern, type]


class BadIndexError(Exception):
    """The index, in the whole array, of a point for which a check failed."""

    def __init__(self, index: tuple[int, ...]) -> None:
        super().__init__()
        self.index = index


@dataclass(frozen=True)
class Layout:
    """The buffer of each temporary slot, and the form of each buffer."""

    places: dict[int, int]
    buffers: tuple[Form, ...]


def run(lowered: Lowered, inputs: Sequence[NDArray[Any]], shape: tuple[int, ...]) -> list[NDArray[Any]]:
    """The results for arrays that broadcast to ``shape`` and have as many axes; raises ``BadIndexError``."""
    results: list[NDArray[Any]] = [np.empty(shape, _dtype(lowered, slot)) for slot in lowered.results]
    direct, copied = _destinations(lowered)
    layout = _layout(lowered, direct)
    memory: list[NDArray[Any]] = [np.empty(BLOCK, dtype) for _, dtype in layout.buffers]
    values: list[Any] = [None] * (len(lowered.fixed) + len(lowered.forms))
    for slot, number in lowered.fixed.items():
        values[slot] = number
    lengths: tuple[int, ...] = ()
    for box in boxes(shape):
        if (found := tuple(part.stop - part.start for part in box)) != lengths:
            lengths = found
            _place(values, layout, memory, lengths)
        for slot, array in zip(lowered.inputs, inputs, strict=True):
            values[slot] = array[_within(box, array.shape)]
        for slot, place in direct.items():
            values[slot] = results[place][box]
        try:
            _block(lowered.instructions, values)
        except BadPointError as bad:
            raise BadIndexError(tuple(part.start + i for part, i in zip(box, bad.index, strict=True))) from None
        for slot, place in copied:
            results[place][box] = values[slot]
    return results


def _block(instructions: Sequence[Instruction], values: list[Any]) -> None:
    for step in instructions:
        if step.out is None:
            step.kernel(*[values[i] for i in step.arguments])
        else:
            step.kernel(*[values[i] for i in step.arguments], out=values[step.out])


def boxes(shape: tuple[int, ...]) -> Iterator[Box]:
    """Boxes of at most ``BLOCK`` points that tile the shape; whole trailing axes, a part of one, one of each leading.

    >>> [box[1] for box in boxes((1, 100_000))]
    [slice(0, 50000, None), slice(50000, 100000, None)]
    """
    cut, inner = len(shape), 1
    while cut > 0 and inner * shape[cut - 1] <= BLOCK:
        cut, inner = cut - 1, inner * shape[cut - 1]
    if cut == 0:
        yield tuple(slice(0, length) for length in shape)
        return
    length = shape[cut - 1]
    pieces = -(-length // (BLOCK // inner))
    rows = -(-length // pieces)
    whole = tuple(slice(0, axis) for axis in shape[cut:])
    for leading in product(*(range(axis) for axis in shape[: cut - 1])):
        for start in range(0, length, rows):
            single = tuple(slice(i, i + 1) for i in leading)
            yield (*single, slice(start, min(start + rows, length)), *whole)


def _within(box: Box, shape: tuple[int, ...]) -> Box:
    return tuple(slice(0, 1) if length == 1 else part for part, length in zip(box, shape, strict=True))


def _dtype(lowered: Lowered, slot: int) -> type:
    if slot in lowered.forms:
        return lowered.forms[slot][1]
    return np.bool_ if isinstance(lowered.fixed[slot], bool) else np.int64


def _destinations(lowered: Lowered) -> tuple[dict[int, int], list[tuple[int, int]]]:
    """Results that are computed in place, slot by place, and those that are copied from elsewhere."""
    direct: dict[int, int] = {}
    copied = []
    for place, slot in enumerate(lowered.results):
        full = slot in lowered.forms and all(lowered.forms[slot][0])
        if full and slot not in lowered.inputs and slot not in direct:
            direct[slot] = place
        else:
            copied.append((slot, place))
    return direct, copied


def _layout(lowered: Lowered, direct: dict[int, int]) -> Layout:
    """A buffer for every temporary; after its last reading it is handed on, even to the reader where that is safe."""
    last = {slot: number for number, step in enumerate(lowered.instructions) for slot in step.arguments}
    last |= dict.fromkeys(lowered.results, len(lowered.instructions))
    places: dict[int, int] = {}
    buffers: list[Form] = []
    free: list[int] = []
    for number, step in enumerate(lowered.instructions):
        dying = [slot for slot in dict.fromkeys(step.arguments) if slot in places and last[slot] == number]
        early = [slot for slot in dying if _in_place(step, slot)]
        free.extend(places[slot] for slot in early)
        if step.out is not None and step.out not in direct:
            form = lowered.forms[step.out]
            place = next((place for place in reversed(free) if buffers[place] == form), None)
            if place is None:
                place = len(buffers)
                buffers.append(form)
            else:
                free.remove(place)
            places[step.out] = place
        free.extend(places[slot] for slot in dying if slot not in early)
    return Layout(places, tuple(buffers))


def _in_place(step: Instruction, slot: int) -> bool:
    """Whether the result can take the argument's place: ufuncs go point by point, overlays start from the first."""
    if step.kernel is overlay:
        return slot == step.arguments[0] and slot not in step.arguments[1:]
    return isinstance(step.kernel, np.ufunc) or step.kernel is divide_unsigned


def _place(values: list[Any], layout: Layout, memory: list[NDArray[Any]], lengths: tuple[int, ...]) -> None:
    """Views of the buffers for a block of these lengths."""
    views = []
    for (pattern, _), buffer in zip(layout.buffers, memory, strict=True):
        form = tuple(length if varies else 1 for length, varies in zip(lengths, pattern, strict=True))
        views.append(buffer[: int(np.prod(form))].reshape(form))
    for slot, place in layout.places.items():
        values[slot] = views[place]
