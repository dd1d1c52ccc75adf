"""Faults in where the input is read: stride, dilation, padding, shifts of all taps or of some."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from symconv.testing.faults.fault import Hypothesis
from symconv.testing.faults.inspection import Inspection
from symconv.testing.faults.wiring import Forward, Shape, Wiring, convolve
from symconv.testing.faults.words import axis_label, direction, numbers


def with_forward(kind: str, says: str, forward: Forward) -> Hypothesis:
    """An implementation whose forward computation is another."""
    return Hypothesis(kind, says, lambda scene: scene.predict(forward=forward))


def _rewired(changes: dict[str, Any], wiring: Wiring, x: Any, weight: Any) -> Any:
    return convolve(replace(wiring, **changes), x, weight)


def arguments(inspection: Inspection) -> Iterator[Hypothesis]:
    """The strides, dilations or paddings of another layer."""
    wiring = inspection.scene.wiring
    for name, kind, least in (("stride", "stride", 1), ("dilation", "dilation", 1), ("before", "padding", 0)):
        for values in _others(getattr(wiring, name), least, wiring.after if name == "before" else ()):
            says = f"computed as if {_NAMES[name]} were {numbers(values)}"
            yield with_forward(kind, says, partial(_rewired, {name: values}))


_NAMES = {"stride": "stride", "dilation": "dilation", "before": "the padding before each axis"}


def _others(values: Shape, least: int, given: Shape) -> list[Shape]:
    """All alike, those given, axes exchanged, then one or all of them one larger or smaller."""
    found = [(least,) * len(values), given or values, *itertools.permutations(values)]
    found += [(v,) * len(values) for v in values]
    for axis, by in itertools.product((None, *range(len(values))), (1, -1)):
        found.append(tuple(v + by * (axis in (None, a)) for a, v in enumerate(values)))
    found += [tuple(least if a == axis else v for a, v in enumerate(values)) for axis in range(len(values))]
    return [f for f in dict.fromkeys(found) if f != values and (min(f) >= least or least == 0)]


def _moved(wiring: Wiring, axis: int, by: int) -> Wiring:
    """A wiring that reads ``by`` positions of the input further."""
    step = wiring.stride[axis] if wiring.transposed else -1
    before = tuple(b + step * by * (a == axis) for a, b in enumerate(wiring.before))
    return replace(wiring, before=before)


def shifts(inspection: Inspection) -> Iterator[Hypothesis]:
    """All taps read one position further along an axis."""
    dims = inspection.scene.wiring.dims
    for axis, by in itertools.product(range(dims), (1, -1)):
        says = f"every tap reads one position {direction(dims, axis, by)} on axis {axis_label(dims, axis)}"
        yield with_forward("shift", says, partial(_shifted, axis, by))


def _shifted(axis: int, by: int, wiring: Wiring, x: Any, weight: Any) -> Any:
    return convolve(_moved(wiring, axis, by), x, weight)


def tap_shifts(inspection: Inspection) -> Iterator[Hypothesis]:
    """One tap, or the taps of one index on an axis, read one position further."""
    kernel, dims = inspection.scene.wiring.kernel, len(inspection.scene.wiring.kernel)
    everywhere = (slice(None),) * (2 + dims)
    for tap in itertools.product(*map(range, kernel)):
        yield from _tap_shifts(f"tap {numbers(tap)} reads", dims, (..., *tap))
    for axis, index in ((a, k) for a in range(dims) for k in range(kernel[a]) if dims > 1):
        at = (*everywhere[: 2 + axis], index)
        yield from _tap_shifts(f"the taps with index {index} on axis {axis_label(dims, axis)} read", dims, at)


def _tap_shifts(start: str, dims: int, at: Any) -> Iterator[Hypothesis]:
    for axis, by in itertools.product(range(dims), (1, -1)):
        says = f"{start} one position {direction(dims, axis, by)} on axis {axis_label(dims, axis)}"
        yield with_forward("tap shift", says, partial(_tap_shifted, at, (axis, by)))


def _tap_shifted(at: Any, move: tuple[int, int], wiring: Wiring, x: Any, weight: Any) -> Any:
    chosen = weight.new_zeros(weight.shape)
    chosen[at] = 1.0
    return convolve(wiring, x, weight * (1 - chosen)) + convolve(_moved(wiring, *move), x, weight * chosen)


def paddings(inspection: Inspection) -> Iterator[Hypothesis]:
    """Something else than zeros is read in the padding."""
    wiring = inspection.scene.wiring
    if wiring.transposed:
        return
    last = axis_label(wiring.dims, wiring.dims - 1)
    for name, place in _MODES.items():
        yield with_forward("padding mode", f"the padding is {name} instead of zeros", partial(_extended, place))
    yield with_forward("padding mode", "the padding is ones instead of zeros", _with_ones)
    yield with_forward(
        "bounds", f"beyond the end of axis {last} the next row is read", partial(_unmasked, before=False)
    )
    yield with_forward("bounds", f"outside of axis {last} the rows beside are read", partial(_unmasked, before=True))


def _replicated(place: int, size: int) -> int:
    return min(max(place, 0), size - 1)


def _reflected(place: int, size: int) -> int:
    place %= max(1, 2 * size - 2)
    return min(place, 2 * size - 2 - place) if size > 1 else 0


def _circular(place: int, size: int) -> int:
    return place % size


_MODES: dict[str, Callable[[int, int], int]] = {
    "replicated": _replicated,
    "reflected": _reflected,
    "circular": _circular,
}


def _places(wiring: Wiring, axis: int) -> list[int]:
    """The positions that are read along an axis, those outside of the input too."""
    before = wiring.before[axis]
    return list(range(-before, wiring.reach[axis] - before))


def _extended(place: Callable[[int, int], int], wiring: Wiring, x: Any, weight: Any) -> Any:
    for axis in range(wiring.dims):
        size = x.shape[2 + axis]
        x = x[(slice(None),) * (2 + axis) + ([place(p, size) for p in _places(wiring, axis)],)]
    return convolve(replace(wiring, before=(0,) * wiring.dims), x, weight)


def _with_ones(wiring: Wiring, x: Any, weight: Any) -> Any:
    inside = convolve(wiring, x, weight)
    ones = x.new_ones(x.shape)
    return (
        inside
        + convolve(replace(wiring, before=(0,) * wiring.dims), _all_ones(wiring, x), weight)
        - convolve(wiring, ones, weight)
    )


def _all_ones(wiring: Wiring, x: Any) -> Any:
    return x.new_ones((*x.shape[:2], *wiring.reach))


def _unmasked(wiring: Wiring, x: Any, weight: Any, before: bool) -> Any:
    """The last axis is read on beyond its ends, in memory; beyond the end of all memory, from its start."""
    size = x.shape[-1]
    flat = x.reshape(-1)
    rows = [[row + p for p in _places(wiring, wiring.dims - 1)] for row in range(0, flat.numel(), size)]
    index = flat.new_tensor(rows).long()
    column = flat.new_tensor(_places(wiring, wiring.dims - 1)).long()
    read = (flat[index % flat.numel()] * ((column >= 0) | before)).reshape(*x.shape[:-1], -1)
    return convolve(replace(wiring, before=(*wiring.before[:-1], 0)), read, weight)
