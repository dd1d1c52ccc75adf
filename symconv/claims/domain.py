"""Where a claim is meant: what its conditions say as facts, where they hold, and which divisors can be 0 there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sympy import And, Basic, Dummy, Expr, Symbol, Tuple, expand, floor, fraction

from symconv.derivation.normal import normal_form
from symconv.derivation.signs import known_nonnegative
from symconv.numerics.formulas import evaluate


def facts_of(conditions: Iterable[Basic]) -> tuple[Expr, ...]:
    """Expressions that are >= 0 where the conditions hold; a condition that is no inequality says nothing here.

    >>> from symconv.statements.grammar import parse_condition
    >>> facts_of([parse_condition("a < b <= c")])
    (-b + c, -a + b - 1)
    """
    return tuple(fact for condition in conditions for fact in _facts(condition))


def _facts(condition: Basic) -> Iterator[Expr]:
    if isinstance(condition, And):
        yield from facts_of(sorted(condition.args, key=str, reverse=True))
    elif getattr(condition, "rel_op", None) in (">=", ">"):
        yield condition.lhs - condition.rhs - _strict(condition)
    elif getattr(condition, "rel_op", None) in ("<=", "<"):
        yield condition.rhs - condition.lhs - _strict(condition)


def _strict(condition: Any) -> int:
    """a > b is a - b - 1 >= 0 for integers."""
    return int(len(condition.rel_op) == 1 and bool(condition.lhs.is_integer and condition.rhs.is_integer))


def holds_at(conditions: Sequence[Basic], point: Mapping[str, int]) -> bool:
    """Whether all conditions hold at these sizes; False also where one has no value."""
    try:
        return all(evaluate(condition, point) is True for condition in conditions)
    except ValueError:
        return False


def never_zero(divisor: Expr, facts: Sequence[Expr]) -> bool:
    """Whether the bounds of the symbols, and the facts, show that the divisor is not 0.

    >>> from symconv.statements import size
    >>> h, k, s = size("h"), size("k"), size("s")
    >>> never_zero(floor((h - k) / s) + 1, [h - k]), never_zero(floor((h - k) / s) + 1, [])
    (True, False)
    """
    value = fraction(with_sizes(divisor, facts))[0]
    return bool(value.is_nonzero) or positive(value, facts) or positive(-value, facts)


def with_sizes(expression: Expr, facts: Sequence[Expr]) -> Expr:
    """The normal form; a floor of what the facts keep from being negative becomes one more size that may be 0."""
    form = normal_form(expression)
    known = {normal_form(fact).value for fact in facts}
    return form.value.xreplace({letter: _size_of(e) for letter, e in form.meanings if _not_negative(e, known)})


@lru_cache(maxsize=4096)
def _size_of(meaning: Expr) -> Symbol:
    return Dummy(f"<{meaning}>", integer=True, nonnegative=True)


def _not_negative(meaning: Expr, known: set[Expr]) -> bool:
    if not isinstance(meaning, floor):
        return False
    numerator, denominator = fraction(meaning.args[0])
    return numerator in known and positive(denominator)


def known_with_slack(expression: Expr, facts: Sequence[Expr]) -> bool:
    """Whether expression >= 0 is known, by one fact, or by several: h - k >= 0 lets h be k + slack.

    >>> from symconv.statements import size
    >>> h, k, w, v = map(size, "hkwv")
    >>> known_with_slack((h - k) * (w - v), [h - k, w - v]), known_with_slack((h - k) * (w - v), [h - k])
    (True, False)
    """
    if known_nonnegative(expression, facts):
        return True
    for place, fact in enumerate(facts):
        slack = Dummy(f"<slack{place}>", integer=True, nonnegative=True)
        solved = sorted((s for s in fact.free_symbols if expression.has(s) and expand(fact).coeff(s) == 1), key=str)
        for size in solved[:1]:
            rest = expand(fact - size)
            expression = expression if rest.has(size) else expression.xreplace({size: slack - rest})
    return known_nonnegative(expression)


def positive(expression: Expr, facts: Sequence[Expr] = ()) -> bool:
    """Whether an integer is known to be at least 1."""
    return bool(expression.is_integer) and known_nonnegative(expression - 1, facts)


def has_values(expressions: Sequence[Expr], point: Mapping[str, int]) -> bool:
    """Whether none of the divisors is 0 at these sizes."""
    try:
        return all(value != 0 for value in evaluate(Tuple(*expressions), point))
    except ValueError:
        return False
