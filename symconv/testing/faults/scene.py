"""What a faulty implementation would give: a problem computed in float64, with other tensors or another wiring."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from symconv.rounding.problem import Problem
from symconv.testing.faults.wiring import Forward, Wiring, convolve

_TWINS = 4


@dataclass(frozen=True, eq=False)
class Prediction:
    """Per element, in float64: the sum ``centre``, and what gives at least the sum of its terms' absolute values."""

    centre: Any
    magnitude: Callable[[], Any]

    @cached_property
    def absolute(self) -> Any:
        """At least the sum of the terms' absolute values, computed when it is first asked for."""
        return self.magnitude()

    def rearranged(self, change: Callable[[Any], Any]) -> Prediction:
        """The elements stored elsewhere, or scaled."""
        return Prediction(change(self.centre), lambda: change(self.absolute).abs())

    def mapped(self, change: Callable[[Any], Any]) -> Prediction:
        """Another value for each sum, with the errors of the sum."""
        return Prediction(change(self.centre), lambda: self.absolute)


@dataclass(frozen=True, eq=False)
class Scene:
    """A problem on tensors in float64.

    tensors    "X", "W", "b" and "dY", those that there are
    dtype      of the problem's own tensors
    """

    wiring: Wiring
    computes: str
    tensors: Mapping[str, Any]
    dtype: Any
    shape: tuple[int, ...]

    @classmethod
    def of(cls, problem: Problem) -> Scene:
        """The scene of a problem."""
        tensors = {name: t.detach().cpu().double().clone() for name, t in problem.tensors.items()}
        return cls(Wiring.of(problem), problem.computes, tensors, problem.dtype, problem.shape)

    @cached_property
    def right(self) -> Prediction:
        """What is to be computed."""
        return self.predict()

    @cached_property
    def twins(self) -> tuple[Scene, ...]:
        """The same on random tensors, on which different computations differ: several, as their signs may agree."""
        import torch

        generator = torch.Generator().manual_seed(0)
        return tuple(
            replace(
                self, tensors={n: torch.randn(t.shape, generator=generator).double() for n, t in self.tensors.items()}
            )
            for _ in range(_TWINS)
        )

    @property
    def products(self) -> int:
        """About how many products there are."""
        if self.computes == "bias":
            return int(self.tensors["dY"].numel())
        x, weight = self.tensors["X"], self.tensors["W"]
        if self.wiring.transposed:
            return int(x.numel() * weight[0].numel())
        return int(x.shape[0] * weight.numel() * math.prod(self.wiring.out))

    def predict(self, tensors: Mapping[str, Any] | None = None, forward: Forward = convolve) -> Prediction:
        """The result with some tensors replaced, or with another forward computation and its gradients."""
        tensors = {**self.tensors, **(tensors or {})}
        absolute = {name: t.abs() for name, t in tensors.items()}
        return Prediction(self._compute(tensors, forward), lambda: self._compute(absolute, forward))

    def _compute(self, tensors: Mapping[str, Any], forward: Forward) -> Any:
        import torch

        if self.computes == "bias":
            return tensors["dY"].sum([0, *range(2, 2 + self.wiring.dims)])
        x, weight = tensors["X"], tensors["W"]
        if self.computes == "output":
            y = forward(self.wiring, x, weight)
            return y + tensors["b"].reshape(-1, *(1,) * self.wiring.dims) if "b" in tensors else y
        wanted = x if self.computes == "input" else weight
        with torch.enable_grad():
            leaf = wanted.clone().requires_grad_(True)
            operands = (leaf, weight) if self.computes == "input" else (x, leaf)
            y = forward(self.wiring, *operands)
            (found,) = torch.autograd.grad(y, leaf, tensors["dY"])
        return found.detach()
