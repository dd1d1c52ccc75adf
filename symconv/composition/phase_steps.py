"""The derivation of a composite by phases: how each layer reads, the common factor, and the composite's numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from sympy import Eq, Integer, Tuple, floor

from symconv.composition.claims import phase_claims
from symconv.composition.phases import AxisPair, PhasedAxis
from symconv.derivation.rules import Rule
from symconv.derivation.steps import Step
from symconv.layers.base import LABELS
from symconv.render import Derivation
from symconv.statements import symbol

READ = Rule("how a layer reads", "R positions further on along its output lies S cells further on along its input")
COMMON_FACTOR = Rule("common factor", "g = gcd(R1, S2): R1/g rounds of the second layer are S2/g rounds of the first")
PHASES = Rule("phases", "R = R1*R2/g: after so many positions the composite reads alike")
STRIDE = Rule("stride", "S = S1*S2/g: so many cells of the input further on")


def phase_derivation(layers: tuple[Any, Any], kernel: Any, pairs: Sequence[AxisPair]) -> Derivation:
    """What the composite's factors (phases) and strides follow from, axis by axis."""
    steps: list[Step] = []
    for label, pair in zip(LABELS[len(pairs)], pairs, strict=True):
        x, y, z = (symbol(f"{name}_{label}") for name in "xyz")
        g = Integer(math.gcd(pair.first.factor, pair.second.stride))
        steps += [
            Step(_reads(x, y, pair.first), READ, name=f"first layer ({label})"),
            Step(_reads(y, z, pair.second), READ, name=f"second layer ({label})"),
            Step(g, COMMON_FACTOR, name=f"g ({label})"),
            Step(Integer(pair.factor), PHASES, name=f"factor ({label})"),
            Step(Integer(pair.stride), STRIDE, name=f"stride ({label})"),
        ]
    shown = Tuple(*(Integer(p.factor) for p in pairs), *(Integer(p.stride) for p in pairs))
    claims = (partial(phase_claims, layers=layers, kernel=kernel),)
    return Derivation(" then ".join(map(repr, layers)), "composite", shown, tuple(steps), shown, claims=claims)


def _reads(cell: Any, position: Any, axis: PhasedAxis) -> Any:
    """The cell under a position, up to the offsets of its phase's taps."""
    return Eq(cell, axis.stride * floor(position / axis.factor), evaluate=False)
