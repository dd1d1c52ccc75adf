"""Faults of precision: sums kept in a narrower format, results cut off instead of rounded."""

from __future__ import annotations

from typing import Any

from symconv.rounding.acceptance import Judge, Judged
from symconv.rounding.arithmetic import read_arithmetic
from symconv.rounding.formats import FORMATS
from symconv.testing.faults.fault import Fault
from symconv.testing.faults.inspection import ENOUGH_BITS, Inspection

#: Formats by their bits, the narrowest first.
_FORMATS = {
    FORMATS[name].precision: words
    for name, words in (("bfloat16", "bfloat16"), ("float16", "float16 or TF32"), ("float32", "float32"))
}
#: What may be allowed beyond what was: for each dtype the arithmetic that commonly is the reason, and its name.
_LOOSER: dict[str, tuple[dict[str, str], str]] = {
    "float64": ({"acc": "float32"}, "accumulation in float32"),
    "float32": ({"inputs": "tf32"}, "rounding the inputs to TF32"),
    "float16": ({"acc": "float16"}, "accumulation in float16"),
    "bfloat16": ({"acc": "bfloat16"}, "accumulation in bfloat16"),
}


def precision_fault(inspection: Inspection) -> Fault | None:
    """The first that holds of the whole result."""
    for look in (_narrow_results, _cut_off, _looser):
        fault = look(inspection)
        if fault is not None:
            return fault
    return None


def _narrow_results(inspection: Inspection) -> Fault | None:
    """All results are numbers of a narrower format, and near the right ones for it."""
    precision = inspection.judge.problem.format.precision
    right = inspection.scene.right
    explained = int(inspection.outside.sum())
    for bits, name in _FORMATS.items():
        if bits >= precision:
            continue
        # cancellation too leaves numbers of few bits, where rounding may lose as much
        wide = ~_fits(right.centre, bits) & (inspection.tolerance(right) < right.centre.abs() * 2.0 ** -(bits + 3))
        if int(wide.sum()) * (precision - bits) < ENOUGH_BITS or not bool(_fits(inspection.result, bits).all()):
            continue
        error, unit = inspection.residual.abs(), 2.0**-bits
        once = unit * right.centre.abs() + 2 * inspection.tolerance(right)
        if bool((error <= once).all()):
            return Fault("precision", f"the results are rounded to {name}, or accumulated in it", explained)
        if bool((error <= inspection.count * unit * right.absolute * (1 + inspection.count * unit)).all()):
            return Fault("precision", f"accumulated in {name}: all results are numbers of it", explained)
    return None


def _fits(values: Any, bits: int) -> Any:
    import torch

    fraction, _ = torch.frexp(values)
    scaled = fraction * 2.0**bits
    return scaled == scaled.round()


def _cut_off(inspection: Inspection) -> Fault | None:
    """Results are cut off where they are stored, not rounded."""
    arithmetic = inspection.judge.arithmetic
    if arithmetic.operand == arithmetic.accumulator or arithmetic.flush:
        return None
    import torch

    right, residual = inspection.scene.right, inspection.residual
    room = inspection.rate * right.absolute
    step = _step(right.centre.abs() + room, arithmetic.operand.precision)
    towards = {
        "truncated towards zero": -torch.sign(right.centre),
        "rounded down": -torch.ones_like(room),
        "rounded up": torch.ones_like(room),
    }
    fits = [
        words
        for words, sign in towards.items()
        if bool(((residual * sign >= -room) & (residual * sign < step + room)).all())
    ]
    explained = int(inspection.outside.sum())
    # each is cut off by more than half a unit with one chance in two, and never a sum that needs no rounding
    if (
        not fits
        or explained < ENOUGH_BITS
        or bool(_fits(right.centre, arithmetic.operand.precision)[inspection.outside].any())
    ):
        return None
    return Fault("rounding", f"the results are {' or '.join(fits)}", explained)


def _step(values: Any, precision: int) -> Any:
    import torch

    _, exponent = torch.frexp(values)
    return torch.ldexp(torch.ones_like(values), exponent - precision)


def _looser(inspection: Inspection) -> Fault | None:
    """All errors are of the size that a common looser arithmetic makes."""
    problem, judge = inspection.judge.problem, inspection.judge
    options, name = _LOOSER[problem.format.name]
    arithmetic = read_arithmetic(problem, **options)  # type: ignore[arg-type]
    if arithmetic.accumulator == judge.arithmetic.accumulator and arithmetic.inputs == judge.arithmetic.inputs:
        return None
    share = float(inspection.outside.double().mean())
    looser = Judge(problem, arithmetic)
    bound = looser.bound.accumulated.cpu()
    errors = inspection.residual.abs()
    # errors of a wrong sum are mostly larger, those of a few wrong bits fewer and smaller
    if share < 0.2 or not bool((errors > bound / 64).any()):
        return None
    if bool((looser.judge(inspection.result.to(problem.dtype).to(problem.device)) == int(Judged.OUTSIDE)).any()):
        return None
    return Fault("precision", f"all errors are within what {name} makes", int(inspection.outside.sum()))
