"""Faults in single terms: an entry, a tap, a channel, the bias is left out, added twice or has the wrong sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.testing.faults.fault import Hypothesis
from symconv.testing.faults.inspection import Inspection
from symconv.testing.faults.scene import Prediction, Scene
from symconv.testing.faults.words import axis_label, numbers

_OUTSIDE, _INSIDE = 48, 16
#: So many terms are looked at, and so many sums of them.
_TERMS, _SUMS = 300_000, 4_000_000
#: What is added to the terms, as a multiple of them, and how a fault says so of one thing and of several.
_FACTORS = {
    -1.0: ("left out", "is left out", "are left out"),
    1.0: ("added twice", "is added twice", "are added twice"),
    -2.0: ("wrong sign", "has the wrong sign", "have the wrong sign"),
    -0.5: ("scaled", "is halved", "are halved"),
}


@dataclass(frozen=True, eq=False)
class Sample:
    """The terms of some elements: which element each is of, its value, and where it reads each tensor."""

    residual: NDArray[np.float64]
    tolerance: NDArray[np.float64]
    terms: dict[str, tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]]

    @classmethod
    def of(cls, inspection: Inspection) -> Sample:
        """Elements outside their bounds, spread over the result, and some inside."""
        most = max(4, min(_OUTSIDE, _TERMS // inspection.count))
        places = _spread(inspection.outside, most) + _spread(~inspection.outside, most * _INSIDE // _OUTSIDE)
        found: dict[str, list[tuple[Any, Any, Any]]] = {}
        elements = inspection.judge.elements
        for number, place in enumerate(places):
            for term in elements.terms(place):
                values = np.prod(np.stack([v.astype(np.float64) for v in term.values(elements.arrays)]), axis=0)
                for name, at in term.factors:
                    index = np.stack([np.broadcast_to(a, term.shape).ravel() for a in at])
                    if name == "W":
                        index = _by_output(inspection.scene, index)
                    found.setdefault(name, []).append((np.full(values.size, number), values, index))
        terms = {
            name: tuple(np.concatenate(c, axis=-1) for c in zip(*parts, strict=True)) for name, parts in found.items()
        }
        tolerance = inspection.tolerance(inspection.scene.right)
        chosen = tuple(np.array(places).T)
        return cls(inspection.residual.numpy()[chosen], 4 * tolerance.numpy()[chosen], terms)  # type: ignore[arg-type]

    def sums(self, name: str, axes: tuple[int, ...], shape: Sequence[int]) -> NDArray[np.float64] | None:
        """For each element and each index on these axes of a tensor the sum of the terms that read it there."""
        lengths = [shape[a] for a in axes]
        groups = int(np.prod(lengths, dtype=np.int64))
        if groups * len(self.residual) > _SUMS:
            return None
        element, values, index = self.terms[name]
        group = np.ravel_multi_index(tuple(index[list(axes)]), lengths) if axes else np.zeros_like(element)
        sums = np.bincount(element * groups + group, weights=values, minlength=groups * len(self.residual))
        return np.asarray(sums, dtype=np.float64).reshape(len(self.residual), groups)

    def matching(self, sums: NDArray[np.float64], factor: float | NDArray[np.float64]) -> list[int]:
        """The columns of sums that, times the factor or each times its own, are the errors of all elements."""
        error = np.abs(self.residual[:, None] - factor * sums)
        room = self.tolerance[:, None] * (1 + np.abs(factor)) + np.abs(sums) * 2.0**-40
        limit = np.maximum(room, 0) + 2.0**-45 * np.abs(self.residual[:, None])
        return [int(g) for g in np.flatnonzero((error <= limit).all(axis=0))]


def _by_output(scene: Scene, index: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the weight is read, as ``Wiring.by_output`` counts."""
    if not scene.wiring.transposed:
        return index
    inputs, outputs = scene.tensors["W"].shape[0] // scene.wiring.groups, scene.tensors["W"].shape[1]
    group, channel = np.divmod(index[0], inputs)
    return np.stack([group * outputs + index[1], channel, *index[2:]])


def _shape(scene: Scene, name: str) -> tuple[int, ...]:
    tensor = scene.tensors[name]
    return tuple((scene.wiring.by_output(tensor) if name == "W" else tensor).shape)


def _spread(mask: Any, most: int) -> list[tuple[int, ...]]:
    places = mask.nonzero()
    step = max(1, -(-len(places) // most))
    return [tuple(p) for p in places[::step].tolist()]


def slices(inspection: Inspection) -> Iterator[Hypothesis]:
    """What single entries, or all that have an index in common, contribute, is left out, doubled or negated."""
    sample, scene = Sample.of(inspection), inspection.scene
    found = 0
    for name, axes in _parts(scene, sample.terms):
        shape = _shape(scene, name)
        sums = sample.sums(name, axes, shape)
        if sums is None:
            continue
        for factor in _FACTORS:
            for group in sample.matching(sums, factor):
                index = tuple(int(i) for i in np.unravel_index(group, [shape[a] for a in axes])) if axes else ()
                yield _scaled(scene, name, dict(zip(axes, index, strict=True)), factor)
                found += 1
        if len(axes) == 1 and shape[axes[0]] > 2:
            yield from _blocks(sample, scene, name, axes[0], sums)
    if not found:
        yield from _replaced(sample, scene)


def _parts(scene: Scene, terms: dict[str, Any]) -> list[tuple[str, tuple[int, ...]]]:
    """The sets of axes of each tensor whose indices say which terms belong together, few first."""
    dims = scene.wiring.dims
    spatial = tuple(range(2, 2 + dims))
    sets = {
        "b": [(), (0,)],
        "W": [
            (),
            (0,),
            (1,),
            spatial,
            *((a,) for a in spatial),
            (0, 1),
            (1, *spatial),
            (0, *spatial),
            (0, 1, *spatial),
        ],
        "X": [(0,), (1,), *((a,) for a in spatial), (0, 1, *spatial)],
        "dY": [(0,), (1,), *((a,) for a in spatial), (0, 1, *spatial)],
    }
    found = [(name, axes) for name in ("b", "W", "X", "dY") if name in terms for axes in dict.fromkeys(sets[name])]
    return sorted(found, key=lambda part: len(part[1]))


def _scaled(scene: Scene, name: str, at: dict[int, int], factor: float) -> Hypothesis:
    kind, one, several = _FACTORS[factor]
    subject, is_plural = _subject(scene, name, at)
    says = f"{subject} {several if is_plural else one}"
    if name == "b":
        says = says.replace("is left out", "is missing")
    places = tuple(at.get(a, slice(None)) for a in range(scene.tensors[name].ndim))
    return Hypothesis(kind, says, partial(_with_slice, name, places, 1.0 + factor))


def _with_slice(name: str, places: tuple[Any, ...], factor: float, scene: Scene) -> Prediction:
    wiring, tensor = scene.wiring, scene.tensors[name]
    found = (wiring.by_output(tensor) if name == "W" else tensor).clone()
    found[places] *= factor
    return scene.predict({name: wiring.as_stored(found) if name == "W" else found})


def _blocks(sample: Sample, scene: Scene, name: str, axis: int, sums: NDArray[np.float64]) -> Iterator[Hypothesis]:
    """Several indices at the end of an axis, or at its beginning, are left out."""
    length = sums.shape[1]
    for count in range(2, length):
        for start, stop in ((length - count, length), (0, count)):
            if sample.matching(sums[:, start:stop].sum(axis=1, keepdims=True), -1.0):
                places = (slice(None),) * axis + (slice(start, stop),)
                says = f"{_range(scene, name, axis, start, stop - 1)} are left out"
                yield Hypothesis("left out", says, partial(_with_slice, name, places, 0.0))


def _range(scene: Scene, name: str, axis: int, first: int, last: int) -> str:
    subject, _ = _subject(scene, name, {axis: first})
    start, number, end = subject.rpartition(str(first))
    if name == "W" and axis < 2:
        start, number, end = subject.partition(str(first))
    plural = start.replace("channel ", "channels ").replace("item ", "items ").replace("position ", "positions ")
    return f"{plural.replace('index ', 'indices ')}{number} to {last}{end}"


def _subject(scene: Scene, name: str, at: dict[int, int]) -> tuple[str, bool]:
    """The slice of a tensor in words, and whether the words are in the plural."""
    wiring, axes = scene.wiring, tuple(at)
    spatial = tuple(range(2, 2 + wiring.dims))
    if name == "b":
        return ("the bias", False) if not axes else (f"the bias of output channel {at[0]}", False)
    if not axes:
        return "the sum of all products", False
    tap = tuple(at[a] for a in spatial if a in at)
    if axes == tuple(range(2 + wiring.dims)):
        what = {"W": "the weight", "X": "the input", "dY": "the gradient"}[name]
        return f"{what} {name}[{', '.join(map(str, _place(scene, name, tuple(at.values()))))}]", False
    if name == "W":
        return _weights(scene, at, tap, len(tap) == wiring.dims)
    if len(tap) == 1:
        what = {"X": "input", "dY": "output's gradient"}[name]
        return f"the {what} at position {tap[0]} of axis {axis_label(wiring.dims, axes[0] - 2)}", False
    channel = {"X": "input channel", "dY": "output channel"}[name]
    return f"{('batch item', channel)[axes[0]]} {next(iter(at.values()))}", False


def _place(scene: Scene, name: str, index: tuple[int, ...]) -> tuple[int, ...]:
    """Where an entry stands in the tensor as the layer has it."""
    if name != "W" or not scene.wiring.transposed:
        return index
    inputs, outputs = scene.tensors["W"].shape[0] // scene.wiring.groups, scene.tensors["W"].shape[1]
    group, channel = divmod(index[0], outputs)
    return (group * inputs + index[1], channel, *index[2:])


def _weights(scene: Scene, at: dict[int, int], tap: tuple[int, ...], whole: bool) -> tuple[str, bool]:
    wiring = scene.wiring
    names = {1: f"input channel {at.get(1)}{' of each group' * (wiring.groups > 1)}", 0: f"output channel {at.get(0)}"}
    channels = " and ".join(name for axis, name in names.items() if axis in at)
    if not tap:
        return channels if len(at) == 1 else f"the products of {channels}", len(at) > 1
    if whole:
        return f"tap {numbers(tap)}{f' of {channels}' if channels else ''}", False
    (axis,) = (a for a in at if a >= 2)
    return f"the taps with index {tap[0]} on axis {axis_label(wiring.dims, axis - 2)}", True


def _replaced(sample: Sample, scene: Scene) -> Iterator[Hypothesis]:
    """A single entry is read as another number."""
    for name in sample.terms:
        shape = _shape(scene, name)
        sums = sample.sums(name, tuple(range(len(shape))), shape)
        if sums is None:
            continue
        squares = (sums**2).sum(axis=0)
        factors = np.where(squares > 0, (sample.residual @ sums) / np.where(squares > 0, squares, 1.0), 0.0)
        for group in sample.matching(sums, factors):
            factor = float(factors[group])
            index = tuple(int(i) for i in np.unravel_index(group, shape))
            place = _place(scene, name, index)
            was = float(scene.tensors[name][place])
            now = was * (1 + factor)
            says = f"{name}[{', '.join(map(str, place))}] is read as {now:.9g} instead of {was:.9g}"
            yield Hypothesis("entry", says, partial(_with_slice, name, index, 1.0 + factor), fitted=1)
