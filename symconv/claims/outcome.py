"""The outcome of one check under one choice, and the verdict that the outcomes of all choices make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any, TypeAlias

from symconv.claims.backing import certificate, joined
from symconv.claims.verdict import Kind, Verdict
from symconv.prover.theorem import Theorem


class Holds(Enum):
    """Whether a check holds: for all sizes, not for some, as measured on this machine, or not known."""

    YES = "yes"
    NO = "no"
    MEASURED = "measured"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Correction:
    """What is right instead, and what stands behind it."""

    text: str | None = None
    theorems: tuple[Theorem, ...] = ()
    backing: str = ""


NOTHING = Correction()


@dataclass(frozen=True)
class Outcome:
    """What one check found; the fields are those of a verdict.

    corrected   is made when it is asked for: most outcomes are not shown
    backing     what stands behind it beside its theorems
    label       names the check where a claim has several
    """

    holds: Holds
    counterexample: Mapping[str, Any] | None = None
    corrected: Callable[[], Correction] = lambda: NOTHING
    backing: str = ""
    detail: str = ""
    label: str = ""
    theorems: tuple[Theorem, ...] = ()
    snippet: str = ""
    witness: Mapping[str, Any] | None = None


#: An outcome under a choice.
Chosen: TypeAlias = tuple[Mapping[str, Any], Outcome]


def unknown(detail: str) -> Outcome:
    """Not decided; ``detail`` says what is missing."""
    return Outcome(Holds.UNKNOWN, detail=detail)


def every_entry(outcomes: Iterable[Outcome]) -> Outcome:
    """A list of formulas is right where each is; the first that is not decides."""
    seen: list[Outcome] = []
    for outcome in outcomes:
        if outcome.holds is not Holds.YES:
            return outcome
        seen.append(outcome)
    return replace(_together(seen), detail="")


def all_of(outcomes: Sequence[Outcome]) -> Outcome:
    """A claim with several checks holds where each does: one that fails refutes it, one unknown leaves it open.

    Where one is measured and the others hold, the whole is measured, and tells which part is which.
    """
    for decisive in (Holds.NO, Holds.UNKNOWN):
        found = [o for o in outcomes if o.holds is decisive]
        if found:
            first, *rest = found
            also = f"; likewise {', '.join(o.label for o in rest)}" if rest else ""
            detail = (_labelled(first.label, ": ", first.detail) or "") + also
            return replace(first, corrected=partial(_corrections, found), detail=detail, label="")
    return _together(outcomes)


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    """Outcomes that hold, or were measured, as one."""
    kinds = {o.holds for o in outcomes}
    words = {Holds.YES: "proved", Holds.MEASURED: "measured"} if len(kinds) > 1 else {}
    details = dict.fromkeys(_labelled(words.get(o.holds, ""), ": ", o.detail) for o in outcomes)
    return Outcome(
        Holds.MEASURED if Holds.MEASURED in kinds else Holds.YES,
        backing=joined(o.backing for o in outcomes),
        detail=_joined(details, "; ") or "",
        theorems=tuple(t for o in outcomes for t in o.theorems),
    )


def _corrections(found: Sequence[Outcome]) -> Correction:
    corrections = [o.corrected() for o in found]
    texts = (_labelled(o.label, " = ", c.text) for o, c in zip(found, corrections, strict=True))
    theorems = tuple(t for c in corrections for t in c.theorems)
    return Correction(_joined(texts, ", "), theorems, joined(c.backing for c in corrections))


def verdict_of(claim: str, by_choice: Sequence[Chosen]) -> Verdict:
    """Where all choices agree as they do (PROVED, MEASURED, REFUTED), HOLDS_WHEN where they differ, else UNDECIDED.

    The first choice is the claim as it is most simply read: its counterexample and correction are shown.
    """
    first = by_choice[0][1]
    kinds = {outcome.holds for _, outcome in by_choice}
    if kinds in ({Holds.YES}, {Holds.MEASURED}):
        verdict = Verdict(Kind.PROVED if first.holds is Holds.YES else Kind.MEASURED, detail=first.detail)
        return _backed(claim, verdict, _proofs(by_choice, by_choice), _backings(by_choice))
    if kinds == {Holds.NO}:
        return _refuted(claim, Verdict(Kind.REFUTED, detail=first.detail), first)
    if kinds == {Holds.YES, Holds.NO}:
        good = [(choice, outcome) for choice, outcome in by_choice if outcome.holds is Holds.YES]
        bad = next(outcome for _, outcome in by_choice if outcome.holds is Holds.NO)
        condition = condition_text([choice for choice, _ in good], [choice for choice, _ in by_choice])
        verdict = Verdict(Kind.HOLDS_WHEN, condition, detail=f"otherwise: {bad.detail}")
        return _refuted(claim, verdict, bad, _proofs(good, by_choice), _backings(good))
    open_kind = Holds.UNKNOWN if Holds.UNKNOWN in kinds else Holds.MEASURED
    missing = next(outcome for _, outcome in by_choice if outcome.holds is open_kind)
    return Verdict(Kind.UNDECIDED, detail=missing.detail)


def _refuted(
    claim: str, verdict: Verdict, bad: Outcome, proofs: Sequence[Theorem] = (), backings: Sequence[str] = ()
) -> Verdict:
    """The verdict with what shows that the claim, or one reading of it, is false."""
    right = bad.corrected()
    shown = replace(
        verdict,
        counterexample=bad.counterexample,
        corrected=right.text,
        snippet=bad.snippet,
        witness=bad.witness,
    )
    return _backed(claim, shown, (*proofs, *right.theorems), (*backings, bad.backing, right.backing))


def _backed(claim: str, verdict: Verdict, theorems: Iterable[Theorem], backings: Iterable[str]) -> Verdict:
    """The verdict with its theorems, each of them once and with a name of its own, and what else stands behind it."""
    once = {theorem.hash: theorem for theorem in reversed(list(theorems))}
    named = tuple(replace(t, name=f"{claim}.{place}") for place, t in enumerate(reversed(once.values()), start=1))
    return replace(verdict, theorems=named, backing=joined([certificate(*(t.hash for t in named)), *backings]))


def _proofs(by_choice: Sequence[Chosen], everything: Sequence[Chosen]) -> tuple[Theorem, ...]:
    """The theorems of some choices, each of them once, and under which of all choices it was needed."""
    choices: dict[str, list[Mapping[str, Any]]] = {}
    theorems: dict[str, Theorem] = {}
    for choice, outcome in by_choice:
        for theorem in outcome.theorems:
            theorems.setdefault(theorem.hash, theorem)
            choices.setdefault(theorem.hash, []).append(choice)
    whens = {h: condition_text(found, [choice for choice, _ in everything]) for h, found in choices.items()}
    return tuple(replace(t, says=f"{t.says} ({whens[h]})" if whens[h] else t.says) for h, t in theorems.items())


def _backings(by_choice: Sequence[Chosen]) -> tuple[str, ...]:
    return tuple(outcome.backing for _, outcome in by_choice)


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
