"""A derivation's steps: an expression, the rule that gave it, and the condition that the rule needed."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Basic, Expr, Symbol, true

from symconv.derivation.rules import Rule
from symconv.statements import Names, Statement


@dataclass(frozen=True)
class Step:
    """One line of a derivation.

    expression   a statement, or a SymPy expression or relation
    rule         the rule used
    condition    a SymPy Boolean under which the step holds (``true`` where always)
    name         the name given to the expression for the lines below, if any: a symbol, or a word such as "additions"
    """

    expression: Statement | Basic
    rule: Rule
    condition: Basic = true
    name: Symbol | str | None = None


class Trail:
    """Collects steps and names intermediate results, so that no line grows with the number of axes."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.steps: list[Step] = []
        self.definitions: dict[Symbol, Expr] = {}

    def add(self, expression: Statement | Basic, rule: Rule, condition: Basic = true, name: str | None = None) -> None:
        """Append one step."""
        self.steps.append(Step(expression, rule, condition, name))

    def named(self, name: str, value: Expr, rule: Rule, condition: Basic = true, *, nonnegative: bool = True) -> Expr:
        """A symbol for ``value``, with a step that says so; numbers and single symbols need no name."""
        if value.is_number or value.is_Symbol:
            return value
        for known, meaning in self.definitions.items():
            if meaning == value:
                return known
        known = Symbol(self._names.fresh(name), integer=True, **({"nonnegative": True} if nonnegative else {}))
        self.definitions[known] = value
        self.steps.append(Step(value, rule, condition, known))
        return known

    def unfold(self, expression: Expr) -> Expr:
        """The expression with every name replaced by its meaning."""
        meanings = self.definitions
        while expression.free_symbols & set(meanings):
            expression = expression.xreplace(meanings)
        return expression
