"""The walk from a SymPy expression to a graph, apart from the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symconv.errors import StatementError, sentence
from symconv.numerics import ratios
from symconv.numerics.plan import Graph
from symconv.numerics.ratios import Ratio

#: The node of a condition under which a value is used at all; None: always.
Guard = int | None


class Translator:
    """Grows a graph, one expression under one guard at a time, by the rules of two tables."""

    def __init__(self, numbers: Mapping[type, NumberRule], conditions: Mapping[type, ConditionRule]) -> None:
        self.graph = Graph()
        self._numbers, self._conditions = numbers, conditions
        self._seen: dict[tuple[Any, Guard], Any] = {}

    def output(self, expression: Any, whole: bool) -> tuple[int, int | None]:
        """The (numerator, denominator) of a result; a condition has no denominator."""
        if _rule(self._conditions, expression) and not _rule(self._numbers, expression):
            return self.condition(expression, None), None
        ratio = self.number(expression, None)
        if whole:
            return self.whole(ratio, expression, None), None
        return ratio.numerator, None if ratio.is_whole else ratios.denominator(self.graph, ratio, expression)

    def number(self, expression: Any, guard: Guard) -> Ratio:
        """The quotient that the expression is, where the guard holds."""
        found: Ratio = self._apply(self._numbers, expression, guard)
        return found

    def condition(self, expression: Any, guard: Guard) -> int:
        """The node of a condition, where the guard holds."""
        found: int = self._apply(self._conditions, expression, guard)
        return found

    def whole(self, ratio: Ratio, source: Any, guard: Guard) -> int:
        """The node of the quotient as an integer, verified."""
        if ratio.is_whole:
            return ratio.numerator
        below = ratios.denominator(self.graph, ratio, source)
        return self.guarded("exact", (ratio.numerator, below), guard, source)

    def integer(self, expression: Any, guard: Guard) -> int:
        """The node of an expression that must be an integer."""
        return self.whole(self.number(expression, guard), expression, guard)

    def nonzero(self, node: int, guard: Guard, source: Any) -> int:
        """The node, with 0 refused where the guard holds."""
        return node if ratios.positive(self.graph, node) else self.guarded("nonzero", (node,), guard, source)

    def guarded(self, op: str, args: tuple[int, ...], guard: Guard, source: Any) -> int:
        """An operation that can fail, and counts where the guard holds only."""
        return self.graph.add(op, args if guard is None else (*args, guard), source)

    def both(self, guard: Guard, condition: int, source: Any) -> Guard:
        """The guard and one more condition."""
        joined = condition if guard is None else self.graph.add("and", (guard, condition), source)
        return None if self.graph.value(joined) is True else joined

    def _apply(self, rules: Mapping[type, Any], expression: Any, guard: Guard) -> Any:
        key = (expression, guard)
        if key not in self._seen:
            rule = _rule(rules, expression)
            if rule is None:
                raise StatementError(
                    sentence(
                        f"{type(expression).__name__} {str(expression)!r}",
                        "has no exact rule on integers here",
                        "use integers, symbols, + - * /, integer powers, floor, ceiling, Max, Min, Mod, Abs, "
                        "Piecewise, relations, And, Or, Not, Gcd, TapsBelow and Iverson",
                    )
                )
            self._seen[key] = rule(self, expression, guard)
        return self._seen[key]


def _rule(rules: Mapping[type, Any], expression: Any) -> Any:
    return next((rules[kind] for kind in type(expression).__mro__ if kind in rules), None)


#: What a rule makes of a node under a guard.
NumberRule = Callable[[Translator, Any, Guard], Ratio]
ConditionRule = Callable[[Translator, Any, Guard], int]
