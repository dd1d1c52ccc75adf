"""Claims that only a machine can answer: two orders of a floating-point sum, run on this one."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from symconv.claims.context import Context
from symconv.claims.outcome import Holds, Outcome, unknown

#: Runs a channel count, and the channel counts beside the chapter's 3 that a measurement reports.
RUNS = 200
CHANNELS = (3, 16, 64)


def decide_measure(context: Context) -> Outcome:
    """Run the named measurement and tell what it found on this machine."""
    context.only("below")
    name = context.check.data["measure"]
    if not isinstance(name, str) or name not in MEASURES:
        raise context.error("measure", "is not known", f"use one of {', '.join(MEASURES)}")
    try:
        from torch import __version__ as version
    except ImportError:
        return unknown("PyTorch is not installed, so nothing was measured; pip install 'symconv[torch]'")
    detail = MEASURES[name](context)
    return Outcome(Holds.MEASURED, backing="measured", detail=f"{detail} (PyTorch {version}, {_processor()})")


def _differing_elements(_: Context) -> str:
    """How many elements of Y1 and Y2 differ, by channels, and a witness that legal orders can differ."""
    shares = []
    for channels in CHANNELS:
        y1, y2 = _y1_y2(channels)
        shares.append(f"{channels} channels: {int((y1 != y2).sum())} of {y1.numel():,} elements differ")
    return "; ".join([*shares, order_witness()])


def _summed_difference(context: Context) -> str:
    """How often the sum of |Y1 - Y2| stays below the claim's bound, for the chapter's sizes and for more channels."""
    below = context.formula("below")
    if not below.is_Rational:
        raise context.error("below", "is no number", "write below = '1/10**6'")
    shares = []
    for channels in CHANNELS:
        y1, y2 = _y1_y2(channels)
        sums = (y1.double() - y2.double()).abs().flatten(1).sum(1)
        held = int((sums < float(below)).sum())
        most = float(sums.max())
        shares.append(f"{channels} channels: below {float(below):g} in {held} of {RUNS} runs, at most {most:.2g}")
    return "; ".join(shares)


@cache
def _y1_y2(channels: int) -> tuple[Any, Any]:
    """The chapter's check, every run: a 1x1 convolution by a matrix product, and summed over the channels in turn."""
    import torch

    x, k = torch.empty(RUNS, channels, 3, 3), torch.empty(RUNS, 2, channels)
    for seed in range(RUNS):
        generator = torch.Generator().manual_seed(seed)
        x[seed].normal_(generator=generator)
        k[seed].normal_(generator=generator)
    y1 = torch.stack([torch.matmul(k[run], x[run].reshape(channels, 9)).reshape(2, 3, 3) for run in range(RUNS)])
    y2 = torch.zeros(RUNS, 2, 3, 3)
    for c in range(channels):
        y2 = y2 + k[:, :, c, None, None] * x[:, None, c]
    return y1, y2


def order_witness() -> str:
    """Three float32 numbers whose sum depends on the order: computed here, in IEEE arithmetic, and compared.

    >>> order_witness()
    'legal orders can differ, by a witness: in float32 (16777216 + 1) - 16777216 = 0, 16777216 - 16777216 + 1 = 1'
    """
    large, one = np.float32(2**24), np.float32(1)
    first, second = (large + one) - large, (large - large) + one
    if first == second:
        return f"no witness: both orders give {first:g}"
    return (
        "legal orders can differ, by a witness: in float32 "
        f"({large:.0f} + 1) - {large:.0f} = {first:.0f}, {large:.0f} - {large:.0f} + 1 = {second:.0f}"
    )


def _processor() -> str:
    return platform.machine() or "unknown processor"


MEASURES: dict[str, Callable[[Context], str]] = {
    "differing_elements": _differing_elements,
    "summed_difference": _summed_difference,
}
