"""Which formula is right: the claim's is compared at the smallest sizes, then proved; else the right one is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sympy import Basic, Expr, Piecewise

from symconv.claims.context import Context
from symconv.claims.domain import has_values
from symconv.claims.outcome import NOTHING, Correction, Holds, Outcome, unknown
from symconv.claims.proofs import SECONDS, attempt_formula, divided_by, never_zero
from symconv.claims.search import POINTS, smallest_difference
from symconv.errors import GrammarError
from symconv.numerics.formulas import evaluate
from symconv.prover.theorem import Theorem
from symconv.render import Derivation
from symconv.statements import Expression, TapsBelow

#: How many of the smallest points are looked at before a proof is tried.
FIRST_POINTS = 300


@dataclass(frozen=True)
class Question:
    """Which formula, multiplied by ``factor``, is ``value`` wherever the conditions hold.

    says      what a right formula is, with {} in its place
    sides     whose values the two are, for the reader of a difference
    closed    the derivation that gave the value as a closed form, if one did
    sums      factor and value as sums over the index tuples of the definition, where they are such
    """

    factor: Expr
    value: Expr
    conditions: tuple[Basic, ...]
    says: str
    sides: tuple[str, str] = ("the claim", "the definition")
    closed: Derivation | None = None
    sums: tuple[Expression | Expr, Expression] | None = None

    @property
    def answer(self) -> Expr | None:
        """The right formula, where there is one."""
        return None if self.factor == 0 else self.value / self.factor

    def proved(self, formula: Expr, text: str, seconds: float = SECONDS) -> tuple[tuple[Theorem, ...], str] | None:
        """That a formula is right, about the definition itself where that succeeds; and what else stands behind it."""
        says = self.says.format(text)
        if self.sums is not None:
            factor, value = self.sums
            counted = attempt_formula(factor * formula, value, says, self.conditions, seconds).theorem
            if counted is not None:
                return (counted,), ""
        found = attempt_formula(self.factor * formula, self.value, says, self.conditions, seconds).theorem
        return None if found is None else ((found, *self._lines()), self.unproved())

    def _lines(self) -> Iterator[Theorem]:
        """The theorems about lines of the derivation."""
        for theorem in self.closed.certificates if self.closed is not None and self._is_short() else ():
            yield replace(theorem, says=f"{self.closed.quantity}, as derived: {theorem.says}")  # type: ignore[union-attr]

    def unproved(self) -> str:
        """ "derived" where lines of the derivation have no certificate."""
        if self.closed is None:
            return ""
        return "derived" if not self._is_short() or any(line.theorem is None for line in self.closed.parts) else ""

    def _is_short(self) -> bool:
        """Whether lines are likely to have certificates: sums over taps at the border take long, and have none."""
        return not self.value.has(TapsBelow)


def compare(context: Context, question: Question, formula: tuple[Expr, str], divisors: Sequence[Expr]) -> Outcome:
    """Whether a formula of the claim, given with its text, is right.

    Where one of the ``divisors`` is 0, the formula has no value, and is wrong.
    """
    claimed = formula[0] * question.factor
    suspicious = [d for d in divisors if not d.is_nonzero]
    # in a case of a Piecewise, a divisor may be 0 where the case does not apply: that refutes nothing
    decisive = () if claimed.has(Piecewise) else tuple(suspicious)
    point, _ = smallest_difference(claimed, question.value, question.conditions, decisive, FIRST_POINTS)
    if point is not None:
        return _refuted(context, question, claimed, point, decisive)
    signs = [never_zero(d, question.conditions) for d in suspicious]
    known = [sign for sign in signs if sign is not None]
    asked = replace(question, factor=divided_by(known, question.factor), value=divided_by(known, question.value))
    found = asked.proved(divided_by(known, formula[0]), formula[1]) if len(known) == len(signs) else None
    if found is not None:
        return Outcome(Holds.YES, theorems=(*found[0], *(d.theorem for d in known)), backing=found[1])
    point, tried = smallest_difference(claimed, question.value, question.conditions, decisive, POINTS)
    if point is not None:
        return _refuted(context, question, claimed, point, decisive)
    doubtful = next((d for d, sign in zip(suspicious, signs, strict=True) if sign is None), None)
    reason = "no proof was found" if doubtful is None else f"nothing shows that {context.plain(doubtful)} is never 0"
    return unknown(f"equal at the {tried:,} smallest sizes, which proves nothing; {reason}")


def _refuted(
    context: Context, question: Question, claimed: Expr, point: Mapping[str, int], divisors: Sequence[Expr]
) -> Outcome:
    """Both values at the smallest sizes at which they differ, and the right formula."""
    right = partial(correction, context, question)
    for divisor in divisors:
        if not has_values([divisor], point):
            detail = f"the claim has no value there: it divides by {context.plain(divisor)}"
            return Outcome(Holds.NO, point, right, "computed", detail)
    (claim, other), values = question.sides, (evaluate(claimed, point), evaluate(question.value, point))
    return Outcome(Holds.NO, point, right, "computed", f"{claim} gives {values[0]}, {other} {values[1]}")


def correction(context: Context, question: Question) -> Correction:
    """The right formula in the claim's own words, and the proof that it is right as it is printed."""
    if question.answer is None:
        return NOTHING
    text = context.in_words(question.answer)
    try:
        found = question.proved(context.subject.formula(text), "the formula that is right", SECONDS / 3)
    except GrammarError:  # longer than any text that is read
        found = None
    return Correction(text, (), question.unproved()) if found is None else Correction(text, *found)
