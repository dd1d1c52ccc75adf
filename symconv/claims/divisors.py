"""What a formula divides by, as it is written: SymPy cancels x/x to 1 and forgets that x may be 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lark import Token, v_args
from sympy import Expr, Symbol

from symconv.statements.arithmetic import Scalar
from symconv.statements.building import Builder, Shapes, bound_names
from symconv.statements.grammar import parse_formula, syntax_tree
from symconv.statements.language import Statement
from symconv.statements.terms import Value, scalar

_DIVIDING = ("SLASH", "FLOOR", "PERCENT")
#: Which arguments of a function must not be 0.
_ARGUMENTS = {"mod": slice(1, 2), "Mod": slice(1, 2), "taps_below": slice(1, 3), "TapsBelow": slice(1, 3)}


def divisors(text: str, symbols: Mapping[str, Symbol]) -> tuple[Expr, ...]:
    """Every divisor in a formula, also those that cancel; raises as ``parse_formula`` does.

    >>> divisors("a*(b - c)/(b - c)", {}), divisors("0/p_h", {})
    ((b - c,), (p_h,))
    """
    parse_formula(text, symbols)  # checks the text
    return _read("formula", text, symbols, ())


def statement_divisors(text: str, symbols: Mapping[str, Symbol], statement: Statement) -> tuple[Expr, ...]:
    """Every divisor in the text of a statement, which was read already."""
    return _read("statement", text, symbols, statement.shapes)


def _read(kind: str, text: str, symbols: Mapping[str, Symbol], shapes: Shapes) -> tuple[Expr, ...]:
    tree = syntax_tree(kind, text)
    reader = _Reader(symbols, bound_names(tree), shapes)
    reader.transform(tree)
    return tuple(dict.fromkeys(d for d in reader.found if d.is_zero is not False))


@v_args(inline=True)
class _Reader(Builder):
    """Reads a formula, and notes what it divides by on the way."""

    def __init__(self, symbols: Mapping[str, Expr], bound: Mapping[str, int], shapes: Shapes) -> None:
        super().__init__(symbols, bound, shapes)
        self.found: list[Expr] = []

    def multiplication(self, *parts: Any) -> Value:
        """A run of *, /, // and %: what follows a sign of division."""
        divided = zip(parts[1::2], parts[2::2], strict=True)
        self.found += [scalar(value).expr for at, value in divided if at.type in _DIVIDING]
        return super().multiplication(*parts)

    def power(self, base: Value, at: Token, exponent: Value) -> Value:
        """base**exponent: the base of a negative power."""
        if scalar(exponent).expr.is_negative:
            self.found.append(scalar(base).expr)
        return super().power(base, at, exponent)

    def call(self, name: Token, *arguments: Value) -> Scalar:
        """A function: the arguments by which it divides."""
        self.found += [scalar(value).expr for value in arguments[_ARGUMENTS.get(str(name), slice(0))]]
        return super().call(name, *arguments)
