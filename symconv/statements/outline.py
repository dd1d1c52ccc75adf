"""A proposition with the definitions of its tensors beside it, as a person writes it."""

from __future__ import annotations

from dataclasses import dataclass

from symconv.statements.definitions import NamedTensor
from symconv.statements.proposition import Proposition


@dataclass(frozen=True)
class Outline:
    """What a proposition says before the definitions of tensors are put in.

    proposition   its tensors may have definitions
    definitions   their names and terms, in order; later ones may read earlier ones
    """

    proposition: Proposition
    definitions: tuple[tuple[str, NamedTensor], ...] = ()
