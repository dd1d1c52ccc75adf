"""Claims that only a machine can answer: the chapter's two ways to a 1x1 convolution, run on this one and compared."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from symconv.claims.context import Context
from symconv.claims.outcome import Holds, Outcome, unknown

#: Runs a channel count, and the channel counts beside the chapter's 3 that a measurement reports.
RUNS = 200
CHANNELS = (3, 16, 64, 256)
_AT = f"at {', '.join(map(str, CHANNELS[:-1]))} and {CHANNELS[-1]} channels"


@dataclass(frozen=True, eq=False)
class Measured:
    """What was computed with so many channels: tensors of a shape (runs, outputs, height, width).

    y1, y2  the float32 results by a matrix product, and by sums over the channels in turn
    apart   how far two legal results may be apart, each being within ``error_bound`` of the exact sum
    """

    channels: int
    y1: Any
    y2: Any
    apart: Any

    @property
    def difference(self) -> Any:
        """|Y1 - Y2|, in float64."""
        return (self.y1.double() - self.y2.double()).abs()

    @property
    def differing(self) -> float:
        """The share of elements that differ."""
        return float((self.y1 != self.y2).double().mean())

    @property
    def of_bound(self) -> Any:
        """|Y1 - Y2| in parts of ``apart``; 0 where nothing differs."""
        return (self.difference / self.apart).masked_fill(self.difference == 0, 0.0)

    @property
    def sums(self) -> Any:
        """The sum of |Y1 - Y2| of each run."""
        return self.difference.flatten(1).sum(1)


def decide_measure(context: Context) -> Outcome:
    """Run the named measurement and tell what it found on this machine.

    Results that are further apart than legal orders can be refute the claim: they are not two orders of one sum.
    """
    context.only("below")
    name = context.check.data["measure"]
    if not isinstance(name, str) or name not in MEASURES:
        raise context.error("measure", "is not known", f"use one of {', '.join(MEASURES)}")
    tell = MEASURES[name](context)
    try:
        from torch import __version__ as version
    except ImportError:
        return unknown("PyTorch is not installed, so nothing was measured; pip install 'symconv[torch]'")
    measured = [measure(channels) for channels in CHANNELS]
    where = f"(PyTorch {version}, {platform.machine() or 'unknown processor'})"
    for found in measured:
        if float(found.of_bound.max()) > 1:
            return _illegal(found, where)
    return Outcome(Holds.MEASURED, backing="measured", detail=f"{tell(measured)} {where}")


def _differing_elements(_: Context) -> Callable[[Sequence[Measured]], str]:
    """How many elements of Y1 and Y2 differ, by channels, and how far, in parts of what is possible."""
    return lambda measured: (
        f"{_listed(f'{100 * m.differing:.2g} %' for m in measured)} of the elements differ {_AT}, in {RUNS} runs each; "
        f"the largest |Y1 - Y2| is {_listed(f'{float(m.of_bound.max()):.2g}' for m in measured)} of 2*error_bound, "
        "which legal orders never exceed"
    )


def _summed_difference(context: Context) -> Callable[[Sequence[Measured]], str]:
    """How often the sum of |Y1 - Y2| stays below the claim's bound, and how often what is proved implies it."""
    number = context.formula("below")
    if not number.is_Rational:
        raise context.error("below", "is no number", "write below = '1/10**6'")
    below = float(number)
    return lambda measured: (
        f"the sum is below {below:g} in {_listed(str(int((m.sums < below).sum())) for m in measured)} of {RUNS} runs "
        f"{_AT}, and at most {_listed(f'{float(m.sums.max()):.2g}' for m in measured)}; what is proved, that it is at "
        f"most 2*error_bound summed, implies it in {_implied(measured, below)}"
    )


def _implied(measured: Sequence[Measured], below: float) -> str:
    """In how many runs no legal orders make the sum as large as a bound."""
    runs = sum(int((m.apart.flatten(1).sum(1) < below).sum()) for m in measured)
    return f"{runs or 'none'} of the {RUNS * len(measured)} runs"


def _illegal(found: Measured, where: str) -> Outcome:
    """The element whose two results are the furthest apart in parts of what is possible."""
    worst = int(found.of_bound.argmax())
    y1, y2, apart = (float(t.flatten()[worst]) for t in (found.y1, found.y2, found.apart))
    run, *place = (worst // stride % size for stride, size in zip(found.y1.stride(), found.y1.shape, strict=True))
    return Outcome(
        Holds.NO,
        {"channels": found.channels, "run": run, "at": tuple(place), "Y1": y1, "Y2": y2},
        backing="measured",
        detail=f"Y1 and Y2 are not two orders of one float32 sum: |Y1 - Y2| is {abs(y1 - y2):.2g}, and legal orders "
        f"are at most 2*error_bound = {apart:.2g} apart {where}",
    )


@cache
def measure(channels: int) -> Measured:
    """The chapter's check, every run: normal input of 3x3, 2 outputs, each run's tensors drawn from its own seed."""
    import torch

    from symconv.rounding import error_bound

    x, k = torch.empty(RUNS, channels, 3, 3), torch.empty(RUNS, 2, channels)
    for seed in range(RUNS):
        generator = torch.Generator().manual_seed(seed)
        x[seed].normal_(generator=generator)
        k[seed].normal_(generator=generator)
    y1 = torch.stack([torch.matmul(k[run], x[run].reshape(channels, 9)).reshape(2, 3, 3) for run in range(RUNS)])
    y2 = torch.zeros(RUNS, 2, 3, 3)
    for c in range(channels):
        y2 = y2 + k[:, :, c, None, None] * x[:, None, c]
    # a group for each run
    bound = error_bound(x.reshape(1, -1, 3, 3), k.reshape(-1, channels, 1, 1), groups=RUNS)
    return Measured(channels, y1, y2, 2 * bound.reshape(y1.shape))


def _listed(values: Iterable[str]) -> str:
    """What was found for each channel count."""
    *first, last = values
    return f"{', '.join(first)} and {last}"


#: Each reads the check's keys, and tells what was measured.
MEASURES: dict[str, Callable[[Context], Callable[[Sequence[Measured]], str]]] = {
    "differing_elements": _differing_elements,
    "summed_difference": _summed_difference,
}
