"""From SymPy's conditions to brackets: comparisons of integers, and conjunctions of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import And, Eq, Expr, Ge, Gt, Le, Lt, Ne, S
from sympy.core.relational import Relational

from symconv.errors import StatementError, sentence
from symconv.statements.language import Bracket, Equal, NonNegative, Within


@dataclass(frozen=True)
class Selection:
    """Where all of ``held`` are 1 and all of ``failed`` are 0; ``never`` says that this is nowhere."""

    held: tuple[Bracket, ...] = ()
    failed: tuple[Bracket, ...] = ()
    never: bool = False


@dataclass(frozen=True)
class _Order:
    """small <= large, or small < large."""

    small: Expr
    large: Expr
    strict: bool


def selection(conditions: Sequence[Any]) -> Selection:
    """The brackets that say that all the conditions hold.

    Raises ``StatementError`` for what is no comparison of integers and no conjunction of such.
    """
    simple = [c for condition in conditions for c in _comparisons(condition)]
    if any(c is S.false for c in simple):
        return Selection(never=True)
    orders = [_ordered(c) for c in simple if isinstance(c, (Ge, Gt, Le, Lt))]
    equal = tuple(Equal(c.lhs, c.rhs) for c in simple if isinstance(c, Eq))
    unequal = tuple(Equal(c.lhs, c.rhs) for c in simple if isinstance(c, Ne))
    return Selection((*equal, *_joined(orders)), unequal)


def _comparisons(condition: Any) -> Iterator[Any]:
    """The comparisons of a conjunction; what is true is left out."""
    if condition in (True, S.true):
        return
    if condition in (False, S.false):
        yield S.false
    elif isinstance(condition, And):
        for part in condition.args:
            yield from _comparisons(part)
    elif isinstance(condition, Relational):
        yield _checked(condition)
    else:
        raise StatementError(
            sentence(
                f"condition={condition}",
                "is no comparison, and no And of comparisons",
                "write Eq(a, b), a >= b, a < b or And(...); for 'or' add brackets that exclude each other",
            )
        )


def _checked(condition: Relational) -> Relational:
    for symbol in sorted(condition.free_symbols, key=str):
        if not symbol.is_integer:
            raise StatementError(
                sentence(f"name={symbol.name!r}", "stands for no integer", "make it with sc.indices or sc.sizes")
            )
    return condition


def _ordered(c: Relational) -> _Order:
    small, large = (c.lhs, c.rhs) if isinstance(c, (Le, Lt)) else (c.rhs, c.lhs)
    return _Order(small, large, isinstance(c, (Lt, Gt)))


def _joined(orders: Sequence[_Order]) -> Iterator[Bracket]:
    """low <= v and v < n become one bracket [0 <= v - low < n - low]; the others stand alone."""
    left = list(orders)
    while left:
        first = left.pop(0)
        partner = next((o for o in left if _is_interval(first, o) or _is_interval(o, first)), None)
        if partner is None:
            yield _alone(first)
            continue
        left.remove(partner)
        low, high = (first, partner) if _is_interval(first, partner) else (partner, first)
        yield Within(low.large - low.small, high.large - low.small)


def _is_interval(low: _Order, high: _Order) -> bool:
    return not low.strict and high.strict and low.large == high.small


def _alone(order: _Order) -> NonNegative:
    difference = order.large - order.small
    if order.strict and not difference.is_integer:
        raise StatementError(
            sentence(
                f"condition={order.small} < {order.large}",
                "needs integers on both sides",
                "write it with >=, or together with 0 <= ... as one interval",
            )
        )
    return NonNegative(difference - order.strict * S.One)
