"""The verdict on a composition: one kernel, whether it is exact, where it is not, and the ways out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Basic

from symconv.errors import SymconvError, sentence
from symconv.render import Derivation

REPAIRS = ("ones-channel", "frame", "bias-map")


class BorderError(SymconvError):
    """Two convolutions are not one: they differ at the border; ``verdict`` says where, why, and what helps."""

    def __init__(self, verdict: CompositionVerdict) -> None:
        plain = not any(getattr(layer, "transposed", False) for layer in verdict.layers)
        repair = ", or explain_composition(...).repair('frame')" if plain else ", or keep the layers apart"
        super().__init__(
            sentence(
                f"composition of {' then '.join(map(repr, verdict.layers))}",
                verdict.reason,
                f"use border='interior' for the kernel all the same{repair}",
            )
        )
        self.verdict = verdict


class RepairError(SymconvError):
    """A repair that does not work here; the message says why, and which one does."""


@dataclass(frozen=True)
class CompositionVerdict:
    """What is known of k1, then k2, ..., as one convolution.

    exact        True or False; for symbolic sizes the condition under which it is exact
    kernel       the composite, which is right wherever no tap of a later layer leaves its input; a layer where the
                 sizes are symbols
    reason       in words: why it is exact, or what is wrong at the border
    frame        where the two may differ: boolean over the output's spatial positions; ``None`` without input_size
    derivation   the composite, read off the joined statements
    layers       what was composed, the first applied first
    input_size   the input's spatial sizes, where they were given
    weights_wrong, bias_wrong   whether the difference depends on the input, and whether it has a constant part
    """

    exact: bool | Basic
    kernel: Any
    reason: str
    frame: NDArray[np.bool_] | None
    derivation: Derivation
    layers: tuple[Any, ...] = ()
    input_size: tuple[int, ...] | None = None
    weights_wrong: bool = False
    bias_wrong: bool = False

    def repair(self, how: str) -> Any:
        """An ``nn.Module`` equal to the layers, border included.

        "frame" computes the frame by the layers themselves and always works; "bias-map" adds a constant image, where
        only the bias is wrong; "ones-channel" is one plain convolution on the input with a channel of ones appended,
        where a linear system has a solution.  Raises ``RepairError`` where the way does not work, and says why.
        """
        from symconv.composition.repairs import repaired

        return repaired(self, how)

    def __str__(self) -> str:
        lines = [f"{' then '.join(map(repr, self.layers))}", f"composite: {self.kernel!r}", self.reason]
        if self.frame is not None and self.frame.any():
            lines.append(f"they may differ at {int(self.frame.sum())} of {self.frame.size} positions")
        return "\n".join(lines)
