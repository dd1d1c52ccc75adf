"""Claims about formulas: a closed form, an equation of two, and what scaling does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sympy import Basic, Expr, Piecewise

from symconv.claims.context import Context
from symconv.claims.domain import facts_of, never_zero
from symconv.claims.outcome import Holds, Outcome, unknown
from symconv.claims.scaling import scaled, scaled_conditions
from symconv.claims.search import smallest_difference
from symconv.derivation.normal import same_formula
from symconv.numerics.formulas import evaluate

_SAME = "equal to the derived closed form as polynomials and floors"


def decide_formula(context: Context) -> Outcome:
    """``quantity`` equals ``formula``, or equals it for each of ``per`` results."""
    context.only("quantity", "per", "padding_aware")
    claimed, derived = context.formulas("formula"), context.quantity()
    if len(claimed) != len(derived):
        raise context.error("formula", f"has {len(claimed)} entries for {len(derived)}", "write one formula an entry")
    per = context.formula("per", "1")
    divisors = (per, *context.divisors("per"), *context.divisors("formula"))
    for left, right in zip(claimed, derived, strict=True):
        outcome = _compare(context, (left * per, right), right / per if per != 0 else None, divisors)
        if outcome.holds is not Holds.YES:
            return outcome
    return Outcome(Holds.YES, detail=_SAME)


def decide_equal(context: Context) -> Outcome:
    """Two formulas, ``equal = [left, right]``, are equal."""
    context.only()
    sides = context.formulas("equal")
    if len(sides) != 2:
        raise context.error("equal", "is no pair of formulas", "write equal = ['left', 'right']")
    return _compare(context, (sides[1], sides[0]), sides[0], context.divisors("equal"))


def decide_ratio(context: Context) -> Outcome:
    """``quantity`` becomes ``ratio`` times itself when sizes are scaled."""
    context.only("quantity", "scale", "padding_aware")
    before, after = scaled(context, context.one_quantity())
    corrected = after / before if before != 0 else None
    divisors, conditions = context.divisors("ratio"), scaled_conditions(context)
    return _compare(context, (context.formula("ratio") * before, after), corrected, divisors, conditions)


def decide_difference(context: Context) -> Outcome:
    """``quantity`` grows by ``difference`` when sizes are scaled."""
    context.only("quantity", "scale", "padding_aware")
    before, after = scaled(context, context.one_quantity())
    change = after - before
    divisors, conditions = context.divisors("difference"), scaled_conditions(context)
    return _compare(context, (context.formula("difference"), change), change, divisors, conditions)


def _compare(
    context: Context,
    sides: tuple[Expr, Expr],
    corrected: Expr | None,
    divisors: Sequence[Expr],
    more: Sequence[Basic] = (),
) -> Outcome:
    """Whether (claimed, derived) are equal where the conditions hold: by the normal form if no divisor can be 0."""
    claimed, derived = sides
    conditions = (*context.subject.conditions, *more)
    facts = facts_of(conditions)
    doubtful = tuple(d for d in divisors if not never_zero(d, facts))
    same = same_formula(claimed, derived)
    if same and not doubtful:
        return Outcome(Holds.YES, detail=_SAME)
    # in a case of a Piecewise, a divisor may be 0 where the case does not apply: that refutes nothing
    decisive = () if claimed.has(Piecewise) else doubtful
    point, tried = smallest_difference(claimed, derived, conditions, decisive)
    if point is None:
        reason = f"nothing shows that {context.plain(doubtful[0])} is never 0" if same else "no common normal form"
        return unknown(f"equal at the {tried:,} smallest sizes, which proves nothing; {reason}")
    words = partial(_in_words, context, corrected)
    for divisor in decisive:
        if evaluate(divisor, point) == 0:
            return Outcome(
                Holds.NO, point, words, detail=f"the claim has no value there: it divides by {context.plain(divisor)}"
            )
    left, right = evaluate(claimed, point), evaluate(derived, point)
    return Outcome(Holds.NO, point, words, detail=f"the claim gives {left}, the definition {right}")


def _in_words(context: Context, corrected: Expr | None) -> str | None:
    return None if corrected is None else context.in_words(corrected)
