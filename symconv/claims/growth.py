"""Claims about growth: a quantity lies between two constants times a formula, for all sizes."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import And, Basic, Expr, Poly, Rational, S, Symbol, cancel, fraction

from symconv.claims.context import Context
from symconv.claims.domain import facts_of, holds_at, never_zero, positive, with_sizes
from symconv.claims.outcome import Holds, Outcome, unknown
from symconv.claims.search import smallest_points
from symconv.derivation.normal import normal_form
from symconv.derivation.signs import known_nonnegative
from symconv.numerics.formulas import evaluate
from symconv.statements import symbols_of

#: Constants that are tried as bounds of a ratio.
_BOUNDS = tuple(2**j for j in range(9))
#: How many small sizes are tried as the place from which one size grows.
_STARTS = 200


def decide_growth(context: Context) -> Outcome:
    """``quantity`` lies between two constants times ``grows_as``, for all sizes."""
    context.only("quantity", "padding_aware")
    quantity, shape = context.one_quantity(), context.formula("grows_as")
    facts = facts_of(context.subject.conditions)
    doubtful = [d for d in context.divisors("grows_as") if not never_zero(d, facts)]
    if doubtful:
        return unknown(f"nothing shows that {context.plain(doubtful[0])} is never 0")
    one, other = (with_sizes(e, facts) for e in (quantity, shape))
    upper = next((b for b in _BOUNDS if _known_nonnegative(b * other - one)), None)
    lower = upper and next((b for b in _BOUNDS if _known_nonnegative(b * one - other)), None)
    if upper and lower:
        detail = f"between {Rational(1, lower)} and {upper} times {context.check.data['grows_as']}"
        return Outcome(Holds.YES, detail=detail)
    return _refuted(context, quantity, shape) or unknown("no constants bound the ratio, and no size drives it off")


def _known_nonnegative(expression: Expr) -> bool:
    numerator, denominator = fraction(cancel(expression))
    return known_nonnegative(numerator) and positive(denominator)


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
            return Outcome(Holds.NO, point, lambda: context.in_words(quantity), detail=detail)
    return None


def _stays(conditions: Sequence[Basic], rest: dict[Symbol, Expr]) -> bool:
    """Whether one size can grow without end, the others fixed, and every condition goes on to hold."""
    left = [part for c in conditions for part in And.make_args(c.xreplace(rest))]
    return all(c == S.true or any(map(known_nonnegative, facts_of([c]))) for c in left)


def _end(ratio: Expr, grown: Symbol) -> str | None:
    """Where a rational function of one size tends, if that is 0 or infinity; ``None`` also where it is none."""
    form = normal_form(ratio)
    if form.meanings:
        return None
    above, below = (Poly(part, grown).degree() for part in fraction(form.value))
    return None if above == below else "infinity" if above > below else "0"
