"""Faults in which entries of the operands meet: permuted, rolled, repeated or rounded weights, inputs and biases."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from symconv.rounding.formats import FORMATS
from symconv.testing.faults.fault import Hypothesis
from symconv.testing.faults.inspection import Inspection
from symconv.testing.faults.scene import Prediction, Scene
from symconv.testing.faults.wiring import Wiring, convolve
from symconv.testing.faults.words import axis_label, numbers

#: Of more channels or taps than this, only neighbours are exchanged.
_FEW = 6
_FEW_TAPS = 12


def with_tensor(name: str, kind: str, says: str, change: Callable[[Any], Any]) -> Hypothesis:
    """An implementation that reads one tensor otherwise."""
    return Hypothesis(kind, says, lambda scene: scene.predict({name: change(scene.tensors[name])}))


def kernels(inspection: Inspection) -> Iterator[Hypothesis]:
    """The kernel flipped, its axes exchanged, taps exchanged."""
    dims, kernel = inspection.scene.wiring.dims, inspection.scene.wiring.kernel
    if inspection.scene.computes == "bias":
        return
    weight = partial(with_tensor, "W")
    flipped = "the kernel is flipped"
    words = " (a true convolution)" if not inspection.scene.wiring.transposed else ""
    yield weight("flip", flipped + words, lambda w: w.flip(list(range(2, 2 + dims))))
    for axis in range(dims if dims > 1 else 0):
        yield weight("flip", f"{flipped} on axis {axis_label(dims, axis)}", partial(_flipped, 2 + axis))
    for order in itertools.permutations(range(dims)):
        if order != tuple(range(dims)):
            says = "the kernel's axes are exchanged"
            if dims > 2:
                says += f": they are read as {', '.join(axis_label(dims, a) for a in order)}"
            yield weight("axes", says, partial(_axes_read_as, order))
    taps = list(itertools.product(*map(range, kernel)))
    for first, second in _pairs(taps, _FEW_TAPS):
        says = f"taps {numbers(first)} and {numbers(second)} are exchanged"
        yield weight("taps", says, partial(_exchanged, (..., *first), (..., *second)))
    yield weight("sign", "the weights lose their signs", lambda w: w.abs())


def _flipped(axis: int, weight: Any) -> Any:
    return weight.flip(axis)


def _axes_read_as(order: tuple[int, ...], weight: Any) -> Any:
    return weight.permute(0, 1, *(2 + a for a in order)).reshape(weight.shape)


def _pairs(items: list[Any], few: int) -> list[tuple[Any, Any]]:
    return list(itertools.combinations(items, 2) if len(items) <= few else itertools.pairwise(items))


def _exchanged(first: Any, second: Any, tensor: Any) -> Any:
    found = tensor.clone()
    found[first], found[second] = tensor[second], tensor[first]
    return found


def weight_channels(inspection: Inspection) -> Iterator[Hypothesis]:
    """The weight's channels exchanged or rolled."""
    scene = inspection.scene
    if scene.computes == "bias":
        return
    weight = partial(_with_weight, scene.wiring)
    yield weight(
        "channels", "the weight's input and output channels are exchanged", lambda w: w.swapaxes(0, 1).reshape(w.shape)
    )
    yield weight("channels", "each output channel has the weights of the one before", lambda w: w.roll(1, 0))
    yield weight("channels", "each output channel has the weights of the one behind", lambda w: w.roll(-1, 0))
    yield weight("channels", "all output channels have the weights of the first", lambda w: w[:1].expand(w.shape))
    yield weight("channels", "the weight's output channels are reversed", lambda w: w.flip(0))
    yield with_tensor(
        "W",
        "channels",
        "the weight is stored with its first two axes exchanged",
        lambda w: w.swapaxes(0, 1).reshape(w.shape),
    )


def _with_weight(wiring: Wiring, kind: str, says: str, change: Callable[[Any], Any]) -> Hypothesis:
    """A change of the weight as [output channels, input channels of a group, taps], also of transposed layers."""

    return with_tensor("W", kind, says, lambda w: wiring.as_stored(change(wiring.by_output(w))))


def input_channels(inspection: Inspection) -> Iterator[Hypothesis]:
    """The input's channels rolled, exchanged or of another group."""
    scene = inspection.scene
    if scene.computes in ("input", "bias"):
        return
    groups, channels = scene.wiring.groups, int(scene.tensors["X"].shape[1])
    size = channels // groups
    if groups > 1:
        for by, which in ((-size, "next"), (size, "previous")):
            says = f"groups are rotated: each reads the channels of the {which} group"
            yield _reading("groups", says, [(c - by) % channels for c in range(channels)])
        yield _reading("groups", "all groups read the channels of the first", [c % size for c in range(channels)])
        if not scene.wiring.transposed:
            yield Hypothesis("groups", "the groups of the output channels are interleaved", _interleaved)
        shuffled = [(c % size) * groups + c // size for c in range(channels)]
        yield _reading("groups", "the groups of the input channels are interleaved", shuffled)
    for by, how in ((1, "before"), (-1, "behind")):
        says = f"input channels are rolled by one: each is read as the one {how}"
        yield _reading("channels", says, [(c - by) % channels for c in range(channels)])
    yield _reading("channels", "the input channels are reversed", list(range(channels))[::-1])
    of_each = " of each group" if groups > 1 else ""
    if groups > 1:
        says = "the input channels of each group are reversed"
        yield _reading("channels", says, [c - c % size + size - 1 - c % size for c in range(channels)])
    for one, other in _pairs(list(range(size)), _FEW):
        swap = {one: other, other: one}
        says = f"input channels {one} and {other}{of_each} are exchanged"
        yield _reading("channels", says, [c - c % size + swap.get(c % size, c % size) for c in range(channels)])


def _reading(kind: str, says: str, channels: list[int]) -> Hypothesis:
    return with_tensor("X", kind, says, lambda x: x[:, channels])


def _interleaved(scene: Scene) -> Prediction:
    def forward(wiring: Wiring, x: Any, weight: Any) -> Any:
        channels = range(weight.shape[0])
        order = sorted(channels, key=lambda o: o % wiring.groups)
        return convolve(wiring, x, weight[order])[:, sorted(channels, key=order.__getitem__)]

    return scene.predict(forward=forward)


def biases(inspection: Inspection) -> Iterator[Hypothesis]:
    """The bias of another channel."""
    if inspection.scene.computes != "output" or "b" not in inspection.scene.tensors:
        return
    bias = partial(with_tensor, "b", "bias")
    yield bias("each output channel has the bias of the one before", lambda b: b.roll(1))
    yield bias("each output channel has the bias of the one behind", lambda b: b.roll(-1))
    yield bias("all output channels have the bias of the first", lambda b: b[:1].expand(b.shape))


def unread(inspection: Inspection) -> Iterator[Hypothesis]:
    """The end of the input is not read; where it is that of one axis alone, the terms tell."""
    dims = inspection.scene.wiring.dims
    if dims > 1 and inspection.scene.computes in ("output", "weight"):
        yield with_tensor(
            "X", "bounds", "the input's last position on every axis is never read", partial(_without_ends, dims)
        )


def _without_ends(dims: int, x: Any) -> Any:
    found = x.clone()
    for axis in range(2, 2 + dims):
        found.narrow(axis, x.shape[axis] - 1, 1).zero_()
    return found


#: Formats that operands may be rounded to, by their names in words.
_FORMATS = {"float32": "float32", "TF32": "tf32", "float16": "float16", "bfloat16": "bfloat16"}
_BITS = {words: FORMATS[name].precision for words, name in _FORMATS.items()}
_HALF = FORMATS["float16"]


def roundings(inspection: Inspection) -> Iterator[Hypothesis]:
    """Operands rounded, or cut off, to fewer bits."""
    scene = inspection.scene
    precision = inspection.judge.problem.format.precision
    names = [name for name in ("X", "W", "dY") if name in scene.tensors and _is_operand(scene, name)]
    for target, bits in _BITS.items():
        if bits >= precision:
            continue
        for chosen in (names, *([name] for name in names if len(names) > 1)):
            what = "inputs" if chosen == names else f"the entries of {chosen[0]}"
            for verb, cut in (("rounded", False), ("truncated", True)):
                yield Hypothesis("precision", f"{what} {verb} to {target}", partial(_rounded, chosen, target, cut))


def result_roundings(inspection: Inspection) -> Iterator[Hypothesis]:
    """Results rounded to fewer bits than their dtype has."""
    for target, bits in _BITS.items():
        if bits < inspection.judge.problem.format.precision:
            change = partial(_to_format, target=target, cut=False)
            says = f"the results are rounded to {target}, or accumulated in it"
            yield Hypothesis("precision", says, partial(_mapped, change))


def _mapped(change: Callable[[Any], Any], scene: Scene) -> Prediction:
    return scene.right.mapped(change)


def _is_operand(scene: Scene, name: str) -> bool:
    return name != {"output": "dY", "input": "X", "weight": "W", "bias": "X"}[scene.computes] and not (
        scene.computes == "bias" and name == "W"
    )


def _rounded(names: list[str], target: str, cut: bool, scene: Scene) -> Prediction:
    return scene.predict({name: _to_format(scene.tensors[name], target, cut) for name in names})


def _to_format(values: Any, target: str, cut: bool) -> Any:
    import torch

    fraction, exponent = torch.frexp(values)
    # float16 has fewer exponents: below the normal numbers its steps are all alike
    lost = (exponent - _HALF.least - _HALF.precision).clamp(max=0)
    bits = _BITS[target] + (lost if target == "float16" else torch.zeros_like(exponent))
    scaled = torch.ldexp(fraction, bits)
    found = torch.ldexp(scaled.trunc() if cut else scaled.round(), exponent - bits)
    return found.clamp(-_HALF.largest, _HALF.largest) if target == "float16" and cut else _overflown(found, target)


def _overflown(values: Any, target: str) -> Any:
    return values.masked_fill(values.abs() > _HALF.largest, math.nan) if target == "float16" else values
