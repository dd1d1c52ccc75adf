"""Stand-ins for proofs, where only the words about them are tested: every claim with a proposition gets a hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from symconv.backing.claim import Claim, Part


@dataclass(frozen=True)
class Asserted:
    """What the words need of a theorem."""

    hash: str
    statement: str
    says: str = ""


def asserted(claim: Claim) -> Part:
    """A part that looks proved, unless the language of proofs cannot say the claim."""
    if claim.proposition is None:
        return Part(claim.says)
    return Part(claim.says, Asserted(hashlib.sha256(claim.says.encode()).hexdigest(), str(claim.says)))
