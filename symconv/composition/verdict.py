"""The verdict on a composition: one kernel, whether it is exact, where it is not, and the ways out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sympy import Basic

from symconv.backing.claim import DERIVED, DIGITS, Part, certified, uncertified
from symconv.errors import SymconvError, sentence
from symconv.render import Derivation

if TYPE_CHECKING:
    from symconv.prover.theorem import Theorem

#: What a verdict tells of, and what its backing is therefore about.
KERNEL, BORDER = "kernel", "border"
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
    steps        of more than two layers: the verdicts on two each, the composite so far and the next layer
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
    steps: tuple[CompositionVerdict, ...] = field(default=(), repr=False)

    @cached_property
    def border(self) -> tuple[Part, ...]:
        """What stands behind the verdict on the border: theorems, or in words how it was decided."""
        from symconv.composition.border_backing import border_parts

        return border_parts(self)

    @property
    def backing(self) -> str:
        """What stands behind kernel and border; found when it is first asked for.

        A certificate is named by the first digits of the hash of its statement, and only where the independent checker
        has accepted it.  It is about all weights and inputs: the entries of a kernel in floats are rounded all the
        same.  "computed" is decided for the given weights by looking at every position, "derived" follows by rules
        that no certificate checks, "tested" holds for the layers that tests have tried.

        >>> import numpy as np
        >>> from symconv.composition import explain_composition
        >>> explain_composition(np.array([1, 2]), np.array([1, 1])).backing
        'kernel: certificate ..., ... (size l); border: certificate ...'
        """
        return "; ".join(self.backing_lines)

    @property
    def backing_lines(self) -> tuple[str, ...]:
        """The backing of the kernel, and that of the border."""
        return backing_of(KERNEL, self.derivation.parts), backing_of(BORDER, self.border)

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """The theorems that the backing names, those of the kernel first."""
        return certified((*self.derivation.parts, *self.border))

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
        return "\n".join((*lines, *self.backing_lines))

    def latex(self) -> str:
        """The derivation, which cites the kernel's certificates, and what stands behind the border, ``aligned``."""
        from symconv.composition.verdict_latex import verdict_latex

        return verdict_latex(self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def backing_of(heading: str, parts: Sequence[Part]) -> str:
    """The certificates and the words of the parts, each with what it is about where that is not the heading alone.

    >>> backing_of("border", [Part("border", word="computed at every position")])
    'border: computed at every position'
    >>> backing_of("kernel", [Part("kernel"), Part("size h")])
    'kernel: derived (kernel, size h)'
    """
    about = [(theorem.hash[:DIGITS], theorem.says) for theorem in certified(parts)]
    digits = [found if says == heading else f"{found} ({says})" for found, says in about]
    others = uncertified(parts).items()
    words = [word if says == heading else f"{word} ({says})" for word, says in others]
    certificates = [f"certificate {', '.join(digits)}"] if digits else []
    told = [*words, *certificates] if any(says == heading for _, says in others) else [*certificates, *words]
    return f"{heading}: {', '.join(told) or DERIVED}"
