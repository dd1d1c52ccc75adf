"""The outcome of one check under one choice, and the verdict that the outcomes of all choices make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

from symconv.claims.verdict import Kind, Verdict


class Holds(Enum):
    """Whether a check holds: for all sizes, not for some, as measured on this machine, or not known."""

    YES = "yes"
    NO = "no"
    MEASURED = "measured"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """What one check found; the fields are those of a verdict.

    corrected   gives the text when it is asked for: most outcomes are not shown
    label       names the check where a claim has several
    """

    holds: Holds
    counterexample: Mapping[str, Any] | None = None
    corrected: Callable[[], str | None] = lambda: None
    backing: str = "derived"
    detail: str = ""
    label: str = ""


def unknown(detail: str) -> Outcome:
    """Not decided; ``detail`` says what is missing."""
    return Outcome(Holds.UNKNOWN, backing="", detail=detail)


def all_of(outcomes: Sequence[Outcome]) -> Outcome:
    """A claim with several checks holds where each does: one that fails refutes it, one unknown leaves it open."""
    for decisive in (Holds.NO, Holds.UNKNOWN, Holds.MEASURED):
        found = [o for o in outcomes if o.holds is decisive]
        if found:
            first, *rest = found
            also = f"; likewise {', '.join(o.label for o in rest)}" if rest else ""
            return Outcome(
                decisive,
                first.counterexample,
                partial(_corrections, found),
                first.backing,
                (_labelled(first.label, ": ", first.detail) or "") + also,
            )
    details = _joined(dict.fromkeys(o.detail for o in outcomes), "; ")
    backing = "tested" if any(o.backing == "tested" for o in outcomes) else outcomes[0].backing
    return Outcome(Holds.YES, backing=backing, detail=details or "")


def _corrections(found: Sequence[Outcome]) -> str | None:
    return _joined((_labelled(o.label, " = ", o.corrected()) for o in found), ", ")


def verdict_of(by_choice: Sequence[tuple[Mapping[str, Any], Outcome]]) -> Verdict:
    """PROVED or REFUTED where all choices agree, HOLDS_WHEN where they differ, UNDECIDED where one is not known.

    The first choice is the claim as it is most simply read: its counterexample and correction are shown.
    """
    first = by_choice[0][1]
    kinds = {outcome.holds for _, outcome in by_choice}
    if kinds == {Holds.YES}:
        return Verdict(Kind.PROVED, backing=first.backing, detail=first.detail)
    if kinds == {Holds.NO}:
        return Verdict(Kind.REFUTED, None, first.counterexample, first.corrected(), first.backing, first.detail)
    if kinds == {Holds.MEASURED}:
        return Verdict(Kind.MEASURED, backing=first.backing, detail=first.detail)
    if kinds == {Holds.YES, Holds.NO}:
        good = [choice for choice, outcome in by_choice if outcome.holds is Holds.YES]
        bad = next(outcome for _, outcome in by_choice if outcome.holds is Holds.NO)
        everything = [choice for choice, _ in by_choice]
        condition = condition_text(good, everything)
        detail = f"otherwise: {bad.detail}"
        return Verdict(Kind.HOLDS_WHEN, condition, bad.counterexample, bad.corrected(), bad.backing, detail)
    open_kind = Holds.UNKNOWN if Holds.UNKNOWN in kinds else Holds.MEASURED
    missing = next(outcome for _, outcome in by_choice if outcome.holds is open_kind)
    return Verdict(Kind.UNDECIDED, detail=missing.detail)


def condition_text(good: Sequence[Mapping[str, Any]], everything: Sequence[Mapping[str, Any]]) -> str:
    """The choices under which a claim holds, in words, each as short as it can be.

    >>> both = [{"bias": b, "operation": o} for b in (True, False) for o in ("macs", "flops")]
    >>> condition_text([c for c in both if c["bias"] or c["operation"] == "macs"], both)
    'operation=macs or bias=True'
    """
    clauses: list[dict[str, Any]] = []
    for choice in good:
        clause = dict(choice)
        for name in choice:
            shorter = {k: v for k, v in clause.items() if k != name}
            if all(other in good for other in everything if shorter.items() <= other.items()):
                clause = shorter
        if clause not in clauses:
            clauses.append(clause)
    for clause in sorted(clauses, key=len, reverse=True):
        others = [c for c in clauses if c is not clause]
        if all(any(c.items() <= choice.items() for c in others) for choice in good):
            clauses = others
    clauses.sort(key=len)
    return " or ".join(" and ".join(f"{k}={v}" for k, v in clause.items()) for clause in clauses)


def _labelled(label: str, separator: str, words: str | None) -> str | None:
    return f"{label}{separator}{words}" if label and words else words


def _joined(parts: Any, separator: str) -> str | None:
    return separator.join(p for p in parts if p) or None
