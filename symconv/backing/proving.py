"""Certificates for claims, each looked for once in a process."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from symconv.backing.claim import DERIVED, REFUTED, Claim, Part
from symconv.backing.neutral import neutral
from symconv.errors import StatementError
from symconv.statements import Proposition

if TYPE_CHECKING:
    from symconv.prover.theorem import Theorem

#: Seconds that one attempt may take.
SECONDS = 4.0


def stands_behind(claim: Claim) -> Part:
    """The theorem of a claim, or the word for what is left without one."""
    if claim.proposition is None:
        return Part(claim.says)
    found = _attempt(neutral(claim.proposition))
    return Part(claim.says, word=found) if isinstance(found, str) else Part(claim.says, found)


@lru_cache(maxsize=4096)
def _attempt(proposition: Proposition) -> Theorem | str:
    from symconv.prover.evidence import RuleError
    from symconv.prover.prove import prove
    from symconv.prover.theorem import Refuted, Unknown

    try:
        return prove(proposition, time_limit=SECONDS)
    except Refuted:
        return REFUTED
    except (Unknown, StatementError, RuleError):
        return DERIVED
