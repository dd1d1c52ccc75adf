"""Substitution of expressions for symbols that leaves out what the conditions of an expression exclude."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import ITE, And, Mod, Or, Piecewise, false, nan, oo, preorder_traversal, true, zoo

from symconv.errors import ArgumentError, sentence
from symconv.statements.functions import TapsBelow


def substituted(expression: Any, values: Mapping[Any, Any]) -> Any:
    """The expression with the values in place of the symbols; raises ``ArgumentError`` where it divides by zero.

    >>> from sympy import Ne, S, symbols
    >>> x, y = symbols("x y")
    >>> substituted(Piecewise((x / y, Ne(y, 0)), (x, True)), {y: S.Zero})
    x
    """
    try:
        result = _replaced(expression, values)
        if not result.has(nan, oo, -oo, zoo):
            return result
    except (ZeroDivisionError, TypeError):  # what SymPy makes of Mod(x, 0) and of an order with 1/0
        pass
    point = ", ".join(f"{symbol}={value}" for symbol, value in values.items())
    raise ArgumentError(
        sentence(f"{expression} at {point}", "divides by zero", "choose values with a denominator other than 0")
    )


def _replaced(expression: Any, values: Mapping[Any, Any]) -> Any:
    if not expression.has_free(*values):
        return expression
    for kind, rule in _RULES.items():
        if isinstance(expression, kind):
            return rule(expression, values)
    return values.get(expression) if expression in values else _rebuilt(expression, values)


def _rebuilt(expression: Any, values: Mapping[Any, Any]) -> Any:
    return expression.func(*(_replaced(arg, values) for arg in expression.args))


def _piecewise(expression: Any, values: Mapping[Any, Any]) -> Any:
    """A case that cannot hold is not looked at, nor any after one that must."""
    cases = []
    for value, condition in expression.args:
        holds = _replaced(condition, values)
        if holds != false:
            cases.append((_replaced(value, values), holds))
        if holds == true:
            break
    return Piecewise(*cases) if cases else nan


def _connective(expression: Any, values: Mapping[Any, Any]) -> Any:
    """Parts that divide are looked at where the others leave the answer open."""
    decided = false if isinstance(expression, And) else true
    parts = []
    for part in sorted(expression.args, key=divides):
        parts.append(_replaced(part, values))
        if parts[-1] == decided:
            return decided
    return expression.func(*parts)


def _if_then_else(expression: Any, values: Mapping[Any, Any]) -> Any:
    condition, then, otherwise = expression.args
    holds = _replaced(condition, values)
    if holds in (true, false):
        return _replaced(then if holds == true else otherwise, values)
    return ITE(holds, _replaced(then, values), _replaced(otherwise, values))


def divides(expression: Any) -> bool:
    """Whether some part of the expression can lack a value for some integers."""
    return any(
        isinstance(e, Mod | TapsBelow) or (e.is_Pow and e.exp.is_negative) for e in preorder_traversal(expression)
    )


_RULES = {Piecewise: _piecewise, And: _connective, Or: _connective, ITE: _if_then_else}
