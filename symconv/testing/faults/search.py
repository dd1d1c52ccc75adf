"""``likely_fault``: the hypotheses that explain a result, and what is said where none or several do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symconv.rounding.acceptance import Judge
from symconv.testing.faults.fault import Family, Fault, Hypothesis
from symconv.testing.faults.inspection import Inspection
from symconv.testing.faults.operands import (
    biases,
    input_channels,
    kernels,
    result_roundings,
    roundings,
    unread,
    weight_channels,
)
from symconv.testing.faults.places import place_fault
from symconv.testing.faults.precision import precision_fault
from symconv.testing.faults.readings import arguments, paddings, shifts, tap_shifts
from symconv.testing.faults.scene import Prediction
from symconv.testing.faults.slices import slices
from symconv.testing.faults.storing import moved, stale, unwritten, values

#: From what is said in fewest words to what has most variants; of equivalent faults the first is named.
FAMILIES: tuple[Family, ...] = (
    values,
    slices,
    unwritten,
    kernels,
    shifts,
    arguments,
    paddings,
    unread,
    weight_channels,
    input_channels,
    biases,
    moved,
    stale,
    result_roundings,
    roundings,
    tap_shifts,
)
#: About so many products are computed in a second; a computation costs some thousand more, however small it is.
_WORK = 400_000_000
_OVERHEAD = 100_000


def likely_fault(judge: Judge, result: Any, outside: Any) -> Fault | None:
    """What is likely wrong with a batched result of the problem's dtype, or ``None``.

    outside   true for the elements outside their bounds; at least one is

    A fault is named where an implementation that has it gives the whole result, up to rounding, where that can hardly
    be chance, and where no fault that differs from it explains the result too, or at most one other.  Else it is told
    what the elements outside have in common, if anything.  Nothing is raised.
    """
    import torch

    # a search that fails must not hide the error that it is to explain
    try:
        with torch.inference_mode(False), torch.no_grad():
            return search(judge, result, outside)
    except Exception:
        return None


def search(judge: Judge, result: Any, outside: Any) -> Fault | None:
    """Like ``likely_fault``, but what goes wrong is raised."""
    inspection = Inspection.of(judge, result, outside)
    explained = int(inspection.outside.sum())
    if not explained:
        return None
    if _is_plain(inspection):
        found = distinct(inspection, explanations(inspection))
        if 1 <= len(found) <= 2:
            return Fault(found[0].kind, ", or ".join(h.says for h in found), explained)
        fault = precision_fault(inspection) if not found else None
        if fault is not None:
            return fault
    return place_fault(inspection)


def _is_plain(inspection: Inspection) -> bool:
    """Whether all numbers are finite, and all sums known not to overflow."""
    judge = inspection.judge
    return (
        judge.enclosure.special is None
        and bool(inspection.result.isfinite().all())
        and bool(judge.bound.accumulated.isfinite().all())
    )


def explanations(inspection: Inspection) -> list[tuple[Hypothesis, Prediction]]:
    """All hypotheses that explain the result, within the time that there is."""
    found = []
    work = _WORK
    for hypothesis in _hypotheses(inspection):
        work -= inspection.scene.products + _OVERHEAD
        if work < 0:
            break
        prediction = _predicted(hypothesis, inspection)
        if prediction is not None and inspection.explains(prediction):
            found.append((hypothesis, prediction))
    return found


def _hypotheses(inspection: Inspection) -> Iterator[Hypothesis]:
    for family in FAMILIES:
        yield from family(inspection)


def _predicted(hypothesis: Hypothesis, inspection: Inspection) -> Prediction | None:
    """A prediction; ``None`` where the layer is too small for such a fault."""
    try:
        prediction = hypothesis.predict(inspection.scene)
    except (RuntimeError, IndexError):
        return None
    return prediction if prediction.centre.shape == inspection.result.shape else None


def distinct(inspection: Inspection, found: list[tuple[Hypothesis, Prediction]]) -> list[Hypothesis]:
    """Those that are not chance, one of each class of equivalent faults: the first."""
    import torch

    twins = inspection.scene.twins
    right = torch.stack([twin.right.centre for twin in twins])
    kept: list[tuple[Hypothesis, Any]] = []
    for hypothesis, prediction in found:
        there = torch.stack([hypothesis.predict(twin).centre for twin in twins])
        changed = int((there != right).any(dim=0).sum())
        # one or two elements show no fault that changes more of random tensors
        if int(inspection.outside.sum()) < min(3, changed) or not inspection.is_evidence(prediction, hypothesis.fitted):
            return []
        if not any(torch.allclose(there, other, rtol=1e-9, atol=1e-9) for _, other in kept):
            kept.append((hypothesis, there))
    return [hypothesis for hypothesis, _ in kept]
