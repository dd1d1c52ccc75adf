"""Where a claim is meant: what its conditions say as facts, at which sizes they hold, and where divisors are 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sympy import And, Basic, Expr, Tuple

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


def has_values(expressions: Sequence[Expr], point: Mapping[str, int]) -> bool:
    """Whether none of the divisors is 0 at these sizes."""
    try:
        return all(value != 0 for value in evaluate(Tuple(*expressions), point))
    except ValueError:
        return False
