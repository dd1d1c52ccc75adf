"""What a line of a derivation states, and the words for what stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symconv.statements import Proposition

if TYPE_CHECKING:
    from symconv.prover.theorem import Theorem

DERIVED, REFUTED = "derived", "refuted"
#: So many digits of a certificate's hash are printed.
DIGITS = 12


@dataclass(frozen=True)
class Claim:
    """One line of a derivation as an equation.

    says         the line by its name: "T_h", "additions", "dX"
    proposition  the equation; ``None`` where the language of proofs cannot say it
    """

    says: str
    proposition: Proposition | None = None


@dataclass(frozen=True)
class Part:
    """What stands behind one claim: a theorem whose certificate the independent checker has accepted, or a word."""

    says: str
    theorem: Theorem | None = None
    word: str = DERIVED


def backing_words(parts: Sequence[Part]) -> str:
    """Every certificate by its first digits, with the lines that it proves; then what no certificate stands behind.

    >>> backing_words([Part("additions"), Part("T_h")])
    'derived'
    """
    groups = [f"{theorem.hash[:DIGITS]} ({theorem.says})" for theorem in certified(parts)]
    others = uncertified(parts)
    if not groups and others.keys() <= {DERIVED}:
        return DERIVED
    found = [f"certificate {', '.join(groups)}"] if groups else []
    return "; ".join([*found, *(f"{word}: {says}" for word, says in others.items())])


def certified(parts: Sequence[Part]) -> tuple[Theorem, ...]:
    """The theorems among the parts, none twice; each says which lines it proves."""
    theorems: dict[str, Theorem] = {}
    lines: dict[str, list[str]] = {}
    for part in parts:
        if part.theorem is not None:
            theorems.setdefault(part.theorem.hash, part.theorem)
            lines.setdefault(part.theorem.hash, []).append(part.says)
    return tuple(replace(theorem, says=_listed(lines[found])) for found, theorem in theorems.items())


def uncertified(parts: Sequence[Part]) -> dict[str, str]:
    """The lines that no certificate stands behind, by the word for what does."""
    found: dict[str, list[str]] = {}
    for part in parts:
        if part.theorem is None:
            found.setdefault(part.word, []).append(part.says)
    return {word: _listed(says) for word, says in sorted(found.items())}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
