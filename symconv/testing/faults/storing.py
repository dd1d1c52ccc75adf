"""Faults in what is stored: elements elsewhere, not written, copied, clamped, or written twice."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from symconv.testing.faults.fault import Hypothesis
from symconv.testing.faults.inspection import Inspection
from symconv.testing.faults.scene import Scene
from symconv.testing.faults.words import axis_label, counted


def _stored(kind: str, says: str, change: Callable[[Any], Any]) -> Hypothesis:
    return Hypothesis(kind, says, lambda scene: scene.right.rearranged(change))


def unwritten(inspection: Inspection) -> Iterator[Hypothesis]:
    """One index of an axis, or the last ones, or the last element, is 0."""
    scene, shape = inspection.scene, inspection.scene.shape
    for axis, length in enumerate(shape):
        name = counted(scene, axis)
        for index in range(length if length <= 64 else 0):
            at = (slice(None),) * axis + (index,)
            yield _stored("unwritten", f"{name.index(index, length)} is never written (0)", partial(_zeroed, at))
        for count in (c for c in (2, 3, 4) if c < length):
            at = (slice(None),) * axis + (slice(length - count, None),)
            yield _stored("unwritten", f"the last {count} {name.several} are never written (0)", partial(_zeroed, at))
    for last in itertools.product((False, True), repeat=len(shape)):
        if sum(last) >= 2:
            lasts = " and ".join(f"the last {counted(scene, a).one}" for a, at_end in enumerate(last) if at_end)
            where = "the last element" if all(last) else f"what has {lasts}"
            ends = tuple(-1 if at_end else slice(None) for at_end in last)
            yield _stored("unwritten", f"{where} is never written (0)", partial(_zeroed, ends))


def _zeroed(at: Any, tensor: Any) -> Any:
    found = tensor.clone()
    found[at] = 0.0
    return found


def stale(inspection: Inspection) -> Iterator[Hypothesis]:
    """The last index, or tile, of an axis holds what was computed for the one before."""
    scene = inspection.scene
    for axis, length in enumerate(scene.shape):
        name = counted(scene, axis)
        for source, target in itertools.permutations(range(length if length <= 6 else 0), 2):
            says = f"{name.index(target, length)} is a copy of {name.index(source)}"
            yield _stored("copy", says, partial(_copied, axis, [source if i == target else i for i in range(length)]))
        for width in (1, 2, 3, 4, 8, 16, 32):
            rest = length % width if width > 1 else 1
            if width < length and rest:
                places = [i - width if i >= length - rest else i for i in range(length)]
                says = (
                    f"the last {rest} {name.several} are copies of those {width} before"
                    if rest > 1
                    else (f"the last {name.one} is a copy of that {width} before")
                )
                yield _stored("copy", says, partial(_copied, axis, places))
        if axis == 0 and scene.computes in ("output", "input"):
            yield _stored("copy", "every batch item is a copy of item 0", partial(_copied, 0, [0] * length))
    yield _stored("copy", "the last element is a copy of the one before", _last_copied)


def _copied(axis: int, places: list[int], tensor: Any) -> Any:
    return tensor[(slice(None),) * axis + (places,)]


def _last_copied(tensor: Any) -> Any:
    found = tensor.clone()
    found.view(-1)[-1:] = tensor.reshape(-1)[-2:-1]
    return found


def moved(inspection: Inspection) -> Iterator[Hypothesis]:
    """The right elements in other places."""
    scene = inspection.scene
    dims, shape = len(scene.shape), scene.shape
    for axis in range(dims):
        name = counted(scene, axis).several
        yield _stored("moved", f"the result's {name} are reversed", partial(_reversed, axis))
        for by, how in ((1, "further"), (-1, "back")):
            yield _stored("moved", f"the result's {name} are rolled one {how}", partial(_rolled, axis, by))
    yield _stored("moved", "the result is reversed on all spatial axes", lambda t: t.flip(list(range(2, t.ndim))))
    for by, how in ((1, "further"), (-1, "back")):
        says = f"the result is stored one element {how} in memory"
        yield _stored("moved", says, partial(_rolled, None, by))
    if dims < 2 or scene.computes == "bias":
        return
    yield _stored("layout", "the result is stored with channels last", lambda t: t.movedim(1, -1).reshape(t.shape))
    yield _stored("layout", "the result is stored with its first two axes exchanged", partial(_stored_as, 0, 1))
    for one, other in itertools.combinations(range(2, dims), 2):
        labels = " and ".join(axis_label(dims - 2, a - 2) for a in (one, other))
        yield _stored("layout", f"the result is stored with axes {labels} exchanged", partial(_stored_as, one, other))
    if dims == 5:
        says = "the result is stored with its last axis first"
        yield _stored("layout", says, lambda t: t.movedim(-1, 2).reshape(t.shape))
    groups = scene.wiring.groups
    if groups > 1 and scene.computes == "output":
        says = "the result's channels are stored with the groups inside"
        yield _stored("layout", says, lambda t: t.unflatten(1, (groups, -1)).swapaxes(1, 2).reshape(t.shape))
    for axis, step in enumerate(scene.wiring.stride):
        places = [i for first in range(step) for i in range(first, shape[2 + axis], step)]
        says = f"on axis {axis_label(dims - 2, axis)} the elements {step} apart are stored side by side"
        yield _stored("layout", says, partial(_copied, 2 + axis, places))


def _reversed(axis: int, tensor: Any) -> Any:
    return tensor.flip(axis)


def _rolled(axis: int | None, by: int, tensor: Any) -> Any:
    return tensor.roll(by, axis)  # over all elements in the order of memory where no axis is given


def _stored_as(one: int, other: int, tensor: Any) -> Any:
    return tensor.swapaxes(one, other).reshape(tensor.shape)


def values(inspection: Inspection) -> Iterator[Hypothesis]:
    """Other values than the sums: clamped, scaled, or added to what was there."""
    for says, change in _VALUES.items():
        yield _mapped(says, change)
    for says, factor in _MULTIPLES.items():
        yield _stored("values", says, partial(operator.mul, factor))
    if inspection.scene.computes in ("output", "input"):
        for where, places in _ADDED.items():
            yield Hypothesis("uncleared", f"each batch item is added to {where}", partial(_added_up, places))
    yield from _clipped(inspection)
    for bits in (8, 16, 32):
        yield _mapped(f"results wrap around at {bits} bits", partial(_wrapped, 2.0 ** (bits - 1)))


def _mapped(says: str, change: Callable[[Any], Any], fitted: int = 0) -> Hypothesis:
    return Hypothesis("values", says, lambda scene: scene.right.mapped(change), fitted)


def _clipped(inspection: Inspection) -> Iterator[Hypothesis]:
    """Ends that several elements have, other than 0."""
    result = inspection.result
    low, high = (float(end) if end and int((result == end).sum()) > 1 else None for end in (result.min(), result.max()))
    shown = [f"{end:g}" for end in (low, high) if end is not None]
    if shown:
        says = f"results are clipped {'to' if len(shown) == 2 else 'at'} {' .. '.join(shown)}"
        yield _mapped(says, lambda t: t.clamp(low, high), fitted=len(shown))


_MULTIPLES = {"the result is doubled": 2.0, "the result is halved": 0.5, "the result's sign is wrong": -1.0}
_VALUES: dict[str, Callable[[Any], Any]] = {
    "every result is 0": lambda t: t * 0.0,
    "negative results become 0": lambda t: t.clamp(min=0.0),
    "positive results become 0": lambda t: t.clamp(max=0.0),
    "the results lose their signs": lambda t: t.abs(),
}

_ADDED: dict[str, Callable[[int], list[int]]] = {
    "the one before, and the first to itself": lambda n: [0, *range(n - 1)],
    "the one before, and the first to the last": lambda n: [n - 1, *range(n - 1)],
}


def _added_up(places: Callable[[int], list[int]], scene: Scene) -> Any:
    order = places(scene.shape[0])
    return scene.right.rearranged(lambda t: t + t[order])


def _wrapped(half: float, tensor: Any) -> Any:
    return (tensor + half) % (2 * half) - half
