"""``audit``: every claim of a file decided, from its formulas alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from symconv.claims.amounts import ROUNDINGS, decide_amount
from symconv.claims.composites import decide_composite
from symconv.claims.context import Context
from symconv.claims.file import Claim, Claims, parse_claims, read_claims
from symconv.claims.formulas import decide_difference, decide_equal, decide_formula, decide_ratio
from symconv.claims.growth import decide_growth
from symconv.claims.library import chapter_claims, is_shipped
from symconv.claims.measures import decide_measure
from symconv.claims.orders import decide_orders
from symconv.claims.outcome import Outcome, all_of, verdict_of
from symconv.claims.programs import decide_program
from symconv.claims.splits import decide_splits
from symconv.claims.statements import decide_statement
from symconv.claims.subject import subject_of
from symconv.claims.values import decide_output
from symconv.claims.verdict import Report, Verdict
from symconv.errors import ClaimError, SymconvError, sentence

#: Which key of a check is decided by which function.
DECIDERS: dict[str, Callable[[Context], Outcome]] = {
    "formula": decide_formula,
    "equal": decide_equal,
    "ratio": decide_ratio,
    "difference": decide_difference,
    "grows_as": decide_growth,
    "statement": decide_statement,
    "amount": decide_amount,
    "program": decide_program,
    "output": decide_output,
    "measure": decide_measure,
    "orders": decide_orders,
    "composite": decide_composite,
    "splits": decide_splits,
}
#: What a claim may leave open, and the values that each choice may have.
CHOICES: dict[str, tuple[Any, ...]] = {
    "bias": (True, False),
    "padding_aware": (True, False),
    "operation": ("multiplications", "additions", "macs", "flops"),
    "rounding": ROUNDINGS,
}


def audit(
    source: str | Path | Mapping[str, Any] | None = None,
    *,
    run_programs: bool | None = None,
    progress: Callable[[str, Verdict], None] | None = None,
) -> Report:
    """Decide every claim of a claims file, of its parsed content, or (without either) of the chapter's claims.

    ``run_programs`` allows the Python file that a claims file names to be run; left out, only what ships with symconv
    is.  ``progress`` is called with each id and verdict.  Raises ``ClaimError`` for a malformed file.

    >>> claim = {"id": "a", "equal": ["floor((h + 2)/2)", "floor(h/2) + 1"]}
    >>> audit({"format": 1, "claim": [claim]}).verdicts["a"].kind
    <Kind.PROVED: 'PROVED'>
    """
    claims = _read(source)
    allowed = is_shipped(claims.folder) if run_programs is None else run_programs
    verdicts: dict[str, Verdict] = {}
    for claim in claims.claims:
        verdicts[claim.id] = _decide(claims, claim, allowed)
        if progress is not None:
            progress(claim.id, verdicts[claim.id])
    return Report(claims.title, verdicts, {c.id: c.says for c in claims.claims})


def _read(source: str | Path | Mapping[str, Any] | None) -> Claims:
    kinds = tuple(DECIDERS)
    if source is None:
        return read_claims(chapter_claims(), kinds)
    return parse_claims(source, kinds) if isinstance(source, Mapping) else read_claims(source, kinds)


def _decide(claims: Claims, claim: Claim, run_programs: bool) -> Verdict:
    by_choice: list[tuple[Mapping[str, Any], Outcome]] = []
    for choices in _combinations(claim):
        outcomes = [_check(claims, claim, place, choices, run_programs) for place in range(len(claim.checks))]
        by_choice.append((choices, all_of(outcomes)))
    return verdict_of(claim.id, by_choice)


def _check(claims: Claims, claim: Claim, place: int, choices: Mapping[str, Any], run_programs: bool) -> Outcome:
    check = claim.checks[place]
    try:
        subject = subject_of(claims, claim, check.data.get("layer"), choices)
        context = Context(claims, claim, check, choices, subject, run_programs)
        outcome = DECIDERS[check.kind](context)
    except ClaimError:
        raise
    except SymconvError as error:
        raise ClaimError(f"claim={claim.id!r}: {error}") from error
    if len(claim.checks) == 1:
        return outcome
    return replace(outcome, label=context.quantity_name() if "quantity" in check.data else check.kind)


def _combinations(claim: Claim) -> Iterator[dict[str, Any]]:
    """Every combination of the choices left open; one empty one where there are none."""
    for name, values in claim.choices.items():
        _check_choice(claim, name, values)
    for values in product(*claim.choices.values()):
        yield dict(zip(claim.choices, values, strict=True))


def _check_choice(claim: Claim, name: str, values: Sequence[Any]) -> None:
    known = CHOICES.get(name)
    if known is None:
        raise ClaimError(
            sentence(f"claim={claim.id!r}: open.{name}", "is no choice", f"use one of {', '.join(CHOICES)}")
        )
    for value in values:
        if value not in known or type(value) not in {type(k) for k in known}:
            raise ClaimError(
                sentence(
                    f"claim={claim.id!r}: open.{name}={value!r}",
                    "is no value of that choice",
                    f"use some of {', '.join(map(str, known))}",
                )
            )
