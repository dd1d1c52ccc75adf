"""What came of theorems, as a table with what is to be said of some of them, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symconv.cli.attempts import PROVED, REFUTED, Attempt
from symconv.render.tables import table
from symconv.render.text import wrap_formula

_WIDTH = 100
_HEADER = ("theorem", "verdict", "steps", "seconds", "certificate")
_HASH_SHOWN = 16


def attempts_text(found: Sequence[Attempt], *, snippet: bool = False) -> str:
    """A table, then counterexamples and reasons; of a theorem that is alone, its statement and proof in words too."""
    parts = [table(_HEADER, [_row(attempt) for attempt in found])]
    if len(found) == 1:
        parts += ["\n".join(_statement(found[0]))]
    outcomes = [line for attempt in found if not attempt.is_done for line in _outcome(attempt, snippet)]
    parts += ["\n".join(outcomes)] if outcomes else []
    if len(found) == 1 and found[0].is_done:
        parts += ["\n".join(_proof(found[0]))]
    if len(found) > 1:
        parts += [_summary(found)]
    return "\n\n".join(part.rstrip("\n") for part in parts)


def _row(attempt: Attempt) -> tuple[Any, ...]:
    proved = attempt.verdict == PROVED
    verdict = attempt.verdict if not proved or attempt.checked else "NOT ACCEPTED"
    steps = attempt.steps if proved else ""
    return attempt.name, verdict, steps, f"{attempt.seconds:.2f}", attempt.hash[:_HASH_SHOWN]


def _statement(attempt: Attempt) -> Iterator[str]:
    theorem = attempt.theorem
    yield from [theorem.says] if theorem.says else []
    yield from wrap_formula(" ".join(theorem.text.split()), _WIDTH, "  ", "      ")
    for head, texts in (("where", theorem.where), ("assuming", theorem.assuming)):
        for text in texts:
            yield from wrap_formula(f"{head} {' '.join(text.split())}", _WIDTH, "    ", "        ")


def _outcome(attempt: Attempt, snippet: bool) -> Iterator[str]:
    yield f"{attempt.name}: {attempt.verdict}"
    if attempt.verdict == PROVED:
        yield "  the independent checker does not accept the certificate"
    else:
        yield from wrap_formula(attempt.reason, _WIDTH, "  ", "    ")
    if snippet and attempt.verdict == REFUTED:
        yield from ("", attempt.snippet.rstrip("\n"), "")


def _proof(attempt: Attempt) -> Iterator[str]:
    from symconv.render.proof import account

    if attempt.certificate is None or attempt.sequent is None:
        return
    yield f"certificate {attempt.hash}"
    yield "proof, accepted by the independent checker"
    for line in account(attempt.certificate, attempt.sequent):
        yield from wrap_formula(line.text(), _WIDTH, "  ", "      ")


def _summary(found: Sequence[Attempt]) -> str:
    done = sum(attempt.is_done for attempt in found)
    refuted = sum(attempt.verdict == REFUTED for attempt in found)
    seconds = sum(attempt.seconds for attempt in found)
    counts = {"proved and checked": done, "refuted": refuted, "open": len(found) - done - refuted}
    told = ", ".join(f"{number} {words}" for words, number in counts.items() if number)
    return f"{len(found)} theorems: {told}; {seconds:.1f} s"


def attempt_data(attempt: Attempt) -> dict[str, Any]:
    """One theorem as plain data."""
    theorem = attempt.theorem
    return {
        "name": attempt.name,
        "says": theorem.says,
        "source": theorem.source,
        "statement": theorem.text,
        "where": list(theorem.where),
        "assuming": list(theorem.assuming),
        "verdict": attempt.verdict,
        "proved": attempt.verdict == PROVED,
        "checked": attempt.checked,
        "seconds": attempt.seconds,
        "check_seconds": attempt.check_seconds,
        "steps": attempt.steps,
        "hash": attempt.hash,
        "reason": attempt.reason,
        "counterexample": None if attempt.counterexample is None else dict(attempt.counterexample),
        "snippet": attempt.snippet,
    }
