"""What stands behind a verdict: the words that reports use, and what a reader may rely on."""

from __future__ import annotations

from collections.abc import Iterable

#: The words, the strongest first.  A certificate's word is followed by the first digits of its hash, that of a hand
#: proof by its name.
BACKINGS = {
    "certificate": "a proof that an independent checker has replayed, named by the first digits of its hash",
    "hand proof": "a theorem for Coq that was proved by hand, by its name; symconv prove --coq has Coq check it",
    "computed": "values evaluated exactly, in integers and fractions, at the sizes that are given",
    "derived": "follows by the rules of a derivation, which no certificate checks",
    "tested": "a program was run on the numbers of the claim, which says nothing about others",
    "measured": "what floating-point arithmetic did on this machine",
}
_DIGITS = 12


def certificate(*hashes: str) -> str:
    """The backing by certificates: the hash of the first, and how many more there are; "" for none.

    >>> certificate("0123456789abcdef"), certificate("0123456789abcdef", "f" * 16)
    ('certificate 0123456789ab', 'certificate 0123456789ab and 1 more')
    """
    first, more = hashes[:1], len(hashes) - 1
    return "".join(f"certificate {h[:_DIGITS]}{f' and {more} more' if more else ''}" for h in first)


def hand_proof(name: str) -> str:
    """The backing by a hand proof; "" for none.

    >>> hand_proof("nested_floors")
    'hand proof nested_floors'
    """
    return f"hand proof {name}" if name else ""


def joined(backings: Iterable[str]) -> str:
    """Several backings as one text, the strongest first, none twice.

    >>> joined(["derived", "certificate 1f", "", "derived"])
    'certificate 1f, derived'
    """
    parts = dict.fromkeys(part for backing in backings for part in backing.split(", ") if part)
    return ", ".join(sorted(parts, key=lambda part: list(BACKINGS).index(_word(part))))


def legend(backings: Iterable[str]) -> dict[str, str]:
    """The words that occur, with what they mean."""
    found = {_word(part) for backing in backings for part in backing.split(", ") if part}
    return {word: meaning for word, meaning in BACKINGS.items() if word in found}


def _word(part: str) -> str:
    return next(word for word in BACKINGS if part.startswith(word))
