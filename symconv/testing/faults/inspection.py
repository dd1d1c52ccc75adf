"""What is seen of a faulty result, and whether a prediction explains it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symconv.rounding.acceptance import Judge
from symconv.rounding.least_bits import least_bit
from symconv.testing.faults.scene import Prediction, Scene

#: Chance explains the elements outside with one of 2**this hypotheses; that the others are right comes on top.
ENOUGH_BITS = 13.0
#: So many errors that are alike count: where all entries are alike, they say the same again.
_ALIKE = 3


@dataclass(frozen=True, eq=False)
class Inspection:
    """A result and what is right, in float64; ``outside`` marks the elements outside their bounds."""

    judge: Judge
    scene: Scene
    result: Any
    outside: Any

    @classmethod
    def of(cls, judge: Judge, result: Any, outside: Any) -> Inspection:
        """Take copies of what is judged."""
        return cls(
            judge, Scene.of(judge.problem), result.detach().cpu().double().clone(), outside.detach().cpu().clone()
        )

    @cached_property
    def residual(self) -> Any:
        """How far the result is from what is right."""
        return self.result - self.scene.right.centre

    @cached_property
    def largest(self) -> float:
        """The largest error."""
        return float(self.residual[self.outside].abs().max())

    @cached_property
    def count(self) -> int:
        """The most terms that an element sums."""
        return int(self.judge.enclosure.count.max())

    @cached_property
    def bit(self) -> int:
        """All terms are multiples of 2**bit."""
        problem = self.judge.problem
        kinds = [
            [least_bit(t) for t in problem.operands],
            *([] if problem.bias is None else [[least_bit(problem.bias)]]),
        ]
        return min((sum(kind) for kind in kinds if None not in kind), default=0)  # type: ignore[arg-type]

    @cached_property
    def rate(self) -> float:
        """What rounding may lose, relative to the sum of absolute values."""
        arithmetic, enclosure = self.judge.arithmetic, self.judge.enclosure
        ratio = self.judge.bound.accumulated / enclosure.absolute
        ratio = ratio[ratio.isfinite()]
        known = float(ratio.max()) if ratio.numel() else 0.0
        adder = 8.0 if arithmetic.adder == "truncate" else 1.0
        return max(known, (self.count + 1) * arithmetic.accumulator.unit * adder)

    def tolerance(self, prediction: Prediction) -> Any:
        """How far a right computation of the predicted sums may be from their centre."""
        arithmetic, absolute, size = self.judge.arithmetic, prediction.absolute, prediction.centre.abs()
        operand, accumulator = arithmetic.operand, arithmetic.accumulator
        stored = 0.0 if operand == accumulator else operand.unit
        lost = self.count * (accumulator.normal if arithmetic.flush else accumulator.tiny)
        rate = self.rate + (self.count + 2) * 2.0**-52
        rounded = rate * absolute + stored * (size + rate * absolute) + lost + (operand.tiny if stored else 0.0)
        # of terms that are multiples of one power of two nothing is lost; half a term is such a multiple too
        exact = absolute <= 2.0 ** min(self.bit + accumulator.precision - 2, 1000)
        if self.bit - 2 < accumulator.least:
            return rounded
        return rounded.where(~exact, stored * size)

    def explains(self, prediction: Prediction) -> bool:
        """Whether the whole result is what a faulty implementation may give."""
        error = (self.result - prediction.centre).abs()
        # a prediction that misses so much is none, whatever rounding may lose
        if not float(error.max()) <= self.largest / 4:
            return False
        return bool((error <= self.tolerance(prediction)).all())

    def bits(self, prediction: Prediction, fitted: int = 0) -> float:
        """How many bits of the errors the prediction explains; of errors that are alike only some count.

        fitted   so many numbers of the prediction were chosen to explain as many errors
        """
        errors = self.residual[self.outside]
        spread = 2.5 * float(errors.square().mean().sqrt())
        width = 2 * self.tolerance(prediction)[self.outside] + 2.0**self.bit
        steps = (errors / width).round()
        kept: dict[float, list[float]] = {}
        for step, chance in zip(steps.tolist(), (width / spread).clamp(max=1.0).tolist(), strict=True):
            kept.setdefault(step, []).append(math.log2(chance))
        # the least telling of those that are alike
        counted = sorted(bits for alike in kept.values() for bits in sorted(alike)[-_ALIKE:])
        return -sum(counted[_ALIKE * fitted :])

    def is_evidence(self, prediction: Prediction, fitted: int = 0) -> bool:
        """Whether what is explained can hardly be chance."""
        return self.bits(prediction, fitted) >= ENOUGH_BITS
