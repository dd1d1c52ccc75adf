"""Claims about growth: a quantity lies between two constants times a formula, for all sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from sympy import And, Basic, Expr, Poly, Rational, S, Symbol, fraction

from symconv.claims.context import Context
from symconv.claims.domain import facts_of, holds_at
from symconv.claims.outcome import Holds, Outcome, unknown
from symconv.claims.proofs import at_least_zero, attempt_formula, never_zero
from symconv.claims.questions import Question, correction
from symconv.claims.search import smallest_points
from symconv.derivation.normal import normal_form
from symconv.numerics.formulas import evaluate
from symconv.prover.theorem import Theorem
from symconv.statements import symbols_of

#: Constants that are tried as bounds of a ratio.
_BOUNDS = tuple(2**j for j in range(9))
#: How many constants a proof is tried for, from the least that the smallest sizes allow.
_TRIES = 3
#: How many small sizes are tried as the place from which one size grows, and rule bounds out.
_STARTS = 200


def decide_growth(context: Context) -> Outcome:
    """``quantity`` lies between two constants times ``grows_as``, for all sizes."""
    context.only("quantity", "padding_aware")
    quantity, shape = context.one_quantity(), context.formula("grows_as")
    divided = [(d, never_zero(d, context.subject.conditions)) for d in context.divisors("grows_as") if not d.is_nonzero]
    doubtful = next((d for d, found in divided if found is None), None)
    if doubtful is not None:
        return unknown(f"nothing shows that {context.plain(doubtful)} is never 0")
    return (
        _refuted(context, quantity, shape)
        or _proved(context, quantity, shape, [found.theorem for _, found in divided if found is not None])
        or unknown("no constants bound the ratio, and no size drives it off")
    )


def _proved(context: Context, quantity: Expr, shape: Expr, theorems: Sequence[Theorem]) -> Outcome | None:
    """Two constants between which the ratio lies, and the proofs; also of the quantity's closed form."""
    ratios = [] if shape == 0 else list(islice(_ratios(context, quantity, shape), _STARTS))
    bounds = _bounded(context, quantity, shape, ratios)
    if bounds is None:
        return None
    lower, upper, found = bounds
    closed = correction(context, _closed_form(context, quantity))
    detail = f"between {lower} and {upper} times {context.check.data['grows_as']}"
    return Outcome(Holds.YES, detail=detail, theorems=(*found, *closed.theorems, *theorems), backing=closed.backing)


def _closed_form(context: Context, quantity: Expr) -> Question:
    """The quantity's closed form, as an answer that is proved about the definition."""
    counted = context.counted()
    sums = None if counted is None else (S.One, counted[0])
    says, closed = f"{context.quantity_name()} is {{}}", context.derivation()
    return Question(S.One, quantity, context.subject.conditions, says, closed=closed, sums=sums)


def _ratios(context: Context, quantity: Expr, shape: Expr) -> Iterator[Rational]:
    """The quantity over the formula at the smallest sizes."""
    conditions = context.subject.conditions
    symbols = sorted(symbols_of((quantity, shape, *conditions)), key=lambda s: s.name)
    for point in smallest_points(symbols, _STARTS):
        if holds_at(conditions, point) and (below := evaluate(shape, point)) != 0:
            yield Rational(evaluate(quantity, point)) / Rational(below)


def _bounded(
    context: Context, quantity: Expr, shape: Expr, ratios: Sequence[Rational]
) -> tuple[Rational, Rational, tuple[Theorem, ...]] | None:
    """Two constants between which the ratio is proved to lie: one of them where it is the same everywhere."""
    if not ratios or min(ratios) <= 0:
        return None
    conditions, name, text = context.subject.conditions, context.quantity_name(), context.check.data["grows_as"]
    if min(ratios) == max(ratios):
        same = attempt_formula(quantity, ratios[0] * shape, f"{name} is {ratios[0]} times {text}", conditions).theorem
        if same is not None:
            return ratios[0], ratios[0], (same,)
    above = (
        (b, at_least_zero(b * shape - quantity, f"{name} is at most {b} times {text}", conditions))
        for b in _BOUNDS
        if b >= max(ratios)
    )
    below = (
        (b, at_least_zero(b * quantity - shape, f"{name} is at least {Rational(1, b)} times {text}", conditions))
        for b in _BOUNDS
        if b * min(ratios) >= 1
    )
    upper = next(((b, theorem) for b, theorem in islice(above, _TRIES) if theorem is not None), None)
    lower = upper and next(((b, theorem) for b, theorem in islice(below, _TRIES) if theorem is not None), None)
    return (Rational(1, lower[0]), Rational(upper[0]), (lower[1], upper[1])) if upper and lower else None


def _refuted(context: Context, quantity: Expr, shape: Expr) -> Outcome | None:
    """A size that, growing alone, drives the ratio to 0 or infinity."""
    symbols = sorted(symbols_of((quantity, shape, *context.subject.conditions)), key=lambda s: s.name)
    points = (p for p in smallest_points(symbols, _STARTS) if holds_at(context.subject.conditions, p))
    least = next(points, None)
    if least is None or evaluate(shape, least) == 0:
        return None
    for grown in symbols:
        rest = {s: S(least[s.name]) for s in symbols if s != grown}
        end = _end((quantity / shape).xreplace(rest), grown)
        if end is not None and _stays(context.subject.conditions, rest):
            point = {s.name: "t" if s == grown else least[s.name] for s in symbols}
            detail = f"as {grown} = t grows, the quantity over the claim tends to {end}"
            right = partial(correction, context, _closed_form(context, quantity))
            return Outcome(Holds.NO, point, right, "computed", detail)
    return None


def _stays(conditions: Sequence[Basic], rest: dict[Symbol, Expr]) -> bool:
    """Whether one size can grow without end, the others fixed, and every condition goes on to hold."""
    left = [part for c in conditions for part in And.make_args(c.xreplace(rest))]
    return all(c == S.true or all(_always(fact) for fact in facts_of([c])) for c in left)


def _always(fact: Expr) -> bool:
    """Whether what a condition makes >= 0 is proved to be so."""
    return at_least_zero(fact, "the condition holds") is not None


def _end(ratio: Expr, grown: Symbol) -> str | None:
    """Where a rational function of one size tends, if that is 0 or infinity; ``None`` also where it is none."""
    form = normal_form(ratio)
    if form.meanings:
        return None
    above, below = (Poly(part, grown).degree() for part in fraction(form.value))
    return None if above == below else "infinity" if above > below else "0"
