"""The lines of a derivation by their names, as claims read them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from sympy import Basic, Expr, Symbol

from symconv.derivation import rules
from symconv.derivation.rules import Rule
from symconv.derivation.steps import Step
from symconv.statements import Statement

if TYPE_CHECKING:
    from symconv.render import Derivation

_SIZES = (rules.NAMED_SIZE, rules.COUNT_POSITIONS, rules.CROP)


class Lines:
    """What a derivation prints: the values of its lines, and the meanings of the names in them."""

    def __init__(self, derivation: Derivation) -> None:
        self._derivation = derivation
        self._steps = tuple(s for s in derivation.steps if not isinstance(s.expression, Statement))

    @cached_property
    def values(self) -> Mapping[str, Basic]:
        """Every line with a name; the result under the name of the quantity, where it has no line of its own."""
        named = {str(s.name): s.expression for s in self._steps if s.name is not None and s.rule != rules.CLOSED_FORM}
        return {self._derivation.quantity: self._derivation.shown, **named}

    @cached_property
    def sizes(self) -> Mapping[Symbol, Expr]:
        """The output's sizes that have a line."""
        return {s.name: s.expression for s in self._steps if s.rule in _SIZES and isinstance(s.name, Symbol)}

    @cached_property
    def named(self) -> Mapping[Symbol, Step]:
        """Intermediate results: taps in range, cells touched, ..."""
        return {
            s.name: s for s in self._steps if isinstance(s.name, Symbol) and s.rule not in (*_SIZES, rules.CLOSED_FORM)
        }

    @cached_property
    def closed(self) -> Mapping[Symbol, Step]:
        """Closed forms of intermediate results."""
        return {s.name: s for s in self._steps if s.rule == rules.CLOSED_FORM and isinstance(s.name, Symbol)}

    def under(self, rule: Rule) -> tuple[Basic, ...]:
        """The lines that cite a rule."""
        return tuple(s.expression for s in self._steps if s.rule == rule)

    def unfold(self, expression: Expr) -> Expr:
        """The expression without the names of intermediate results."""
        meanings = {name: step.expression for name, step in self.named.items()}
        for _ in range(len(meanings)):
            if expression.free_symbols.isdisjoint(meanings):
                break
            expression = expression.xreplace(meanings)
        return expression

    @property
    def is_consistent(self) -> bool:
        """Whether the result is what the last line says once all names are put in."""
        unfolded = self.unfold(self._derivation.shown)
        return bool(unfolded.xreplace(dict(self.sizes)) == self._derivation.result)
