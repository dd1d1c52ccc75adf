"""What the elements outside their bounds have in common, where no fault explains them: places and values."""

from __future__ import annotations

from typing import Any

from symconv.testing.faults.fault import Fault
from symconv.testing.faults.inspection import Inspection
from symconv.testing.faults.words import Counted, counted


def place_fault(inspection: Inspection) -> Fault | None:
    """Where all elements outside lie, and which value they have; ``None`` where they have nothing in common."""
    outside = inspection.outside
    count = int(outside.sum())
    facts = [fact for fact in (_where(inspection), _value(inspection)) if fact]
    if not facts:
        return None
    subject = "the only element outside" if count == 1 else f"all {count} elements outside"
    verbs = ("lies", "is") if count == 1 else ("lie", "are")
    return Fault("place", f"{subject} " + " and ".join(f.format(*verbs) for f in facts), count)


def _where(inspection: Inspection) -> str:
    """The part of the result that all lie in."""
    outside, scene = inspection.outside, inspection.scene
    facts = []
    for axis, length in enumerate(outside.shape):
        fact = _indices(_hit(outside, axis), length, counted(scene, axis))
        facts += [fact] if fact else []
    if facts:
        return "{0} in " + ", ".join(facts)
    return "{0} where padding is read" if _reads_padding(inspection) else ""


def _hit(outside: Any, axis: int) -> list[int]:
    return sorted(set(outside.nonzero()[:, axis].tolist()))


def _indices(hit: list[int], length: int, name: Counted) -> str:
    """The indices of one axis, where they are some at an end, one, or every second or third."""
    if len(hit) == length:
        return ""
    if len(hit) == 1:
        return f"the last {name.one}" if hit[0] == length - 1 and length > 2 else name.index(hit[0])
    first, last = hit[0], hit[-1]
    if last == length - 1 and len(hit) == last - first + 1:
        return f"the last {len(hit)} {name.several}"
    if first == 0 and len(hit) == last + 1:
        return f"the first {len(hit)} {name.several}"
    for step in (2, 3, 4):
        if hit == list(range(first, length, step)) and first < step and len(hit) > 2:
            return f"every {_NTH[step]} {name.one}, from {first} on"
    return ""


_NTH = {2: "second", 3: "third", 4: "fourth"}


def _reads_padding(inspection: Inspection) -> bool:
    """Whether all elements outside, and not all of the result, have fewer terms than others."""
    if inspection.scene.computes != "output" or inspection.scene.wiring.transposed:
        return False
    count = inspection.judge.enclosure.count.cpu().expand(inspection.scene.shape)
    fewer = count < count.max()
    return bool(fewer.any()) and bool(fewer[inspection.outside].all())


def _value(inspection: Inspection) -> str:
    import torch

    values = inspection.result[inspection.outside]
    if bool(values.isnan().all()):
        return "{1} NaN"
    if bool((values == values[0]).all()) and (
        values.numel() > 1 or float(values[0]) == 0 or bool(values.isinf().all())
    ):
        return f"{{1}} {float(values[0]):g}"
    right = inspection.scene.right.centre[inspection.outside]
    for word, sign in (("negative", -1.0), ("positive", 1.0)):
        everywhere = torch.sign(inspection.scene.right.centre)
        if bool((torch.sign(right) == sign).all()) and values.numel() >= 8 and bool((everywhere == -sign).any()):
            return f"should be {word}"
    return ""
