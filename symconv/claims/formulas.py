"""Claims about formulas: a closed form, an equation of two, and what scaling does."""

from __future__ import annotations

from sympy import S

from symconv.claims.context import Context
from symconv.claims.outcome import Outcome, every_entry
from symconv.claims.questions import Question, compare
from symconv.claims.scaling import scaled, scaled_conditions, scaled_sums


def decide_formula(context: Context) -> Outcome:
    """``quantity`` equals ``formula``, or equals it for each of ``per`` results."""
    context.only("quantity", "per", "padding_aware")
    formulas, derived = context.formulas("formula"), context.quantity()
    if len(formulas) != len(derived):
        raise context.error("formula", f"has {len(formulas)} entries for {len(derived)}", "write one formula an entry")
    per, sums = context.formula("per", "1"), context.counted()
    says = f"{context.quantity_name()} is {{}}"
    says += f" for each of {context.check.data['per']}" if "per" in context.check.data else ""
    divisors = (per, *context.divisors("per"), *context.divisors("formula"))
    counts = (None,) * len(derived) if sums is None else tuple((per, found) for found in sums)
    conditions, closed = context.subject.conditions, context.derivation()
    questions = [
        Question(per, value, conditions, says, closed=closed, sums=count)
        for value, count in zip(derived, counts, strict=True)
    ]
    pairs = zip(questions, zip(formulas, context.texts("formula"), strict=True), strict=True)
    return every_entry(compare(context, question, formula, divisors) for question, formula in pairs)


def decide_equal(context: Context) -> Outcome:
    """Two formulas, ``equal = [left, right]``, are equal."""
    context.only()
    formulas = context.formulas("equal")
    if len(formulas) != 2:
        raise context.error("equal", "is no pair of formulas", "write equal = ['left', 'right']")
    left, right = context.texts("equal")
    sides = ("the right side", "the left side")
    question = Question(S.One, formulas[0], context.subject.conditions, f"{left} = {{}}", sides)
    return compare(context, question, (formulas[1], right), context.divisors("equal"))


def decide_ratio(context: Context) -> Outcome:
    """``quantity`` becomes ``ratio`` times itself when sizes are scaled."""
    context.only("quantity", "scale", "padding_aware")
    before, after = scaled(context, context.one_quantity())
    says, sums = f"{context.quantity_name()} becomes {{}} times itself", scaled_sums(context)
    closed = context.derivation()
    return _scaled(
        context, "ratio", Question(before, after, scaled_conditions(context), says, closed=closed, sums=sums)
    )


def decide_difference(context: Context) -> Outcome:
    """``quantity`` grows by ``difference`` when sizes are scaled."""
    context.only("quantity", "scale", "padding_aware")
    before, after = scaled(context, context.one_quantity())
    says, sums = f"{context.quantity_name()} grows by {{}}", scaled_sums(context)
    grown = None if sums is None else (S.One, sums[1] - sums[0])
    return _scaled(context, "difference", Question(S.One, after - before, scaled_conditions(context), says, sums=grown))


def _scaled(context: Context, key: str, question: Question) -> Outcome:
    return compare(context, question, (context.formula(key), context.texts(key)[0]), context.divisors(key))
