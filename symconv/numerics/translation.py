"""From SymPy to a plan: one rule for each kind of node.

Fractions stay two integers, a numerator and a denominator, until something needs a whole number: floors and ceilings
become integer divisions, sums go over one denominator, and each exact division is made, and verified, once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import (
    ITE,
    Abs,
    Add,
    And,
    Eq,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Max,
    Min,
    Mod,
    Mul,
    Ne,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    ceiling,
    floor,
)
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from symconv.errors import StatementError, sentence
from symconv.numerics import ratios
from symconv.numerics.plan import Plan
from symconv.numerics.ratios import Ratio
from symconv.numerics.substitution import divides
from symconv.numerics.translator import ConditionRule, Guard, NumberRule, Translator
from symconv.statements.functions import Gcd, Iverson, TapsBelow
from symconv.statements.symbols import check_roles, symbols_of


@lru_cache(maxsize=2048)
def plan_of(expressions: tuple[Any, ...], whole: bool) -> Plan:
    """The plan of the expressions; ``whole``: every result that is a number must be an integer.

    Raises ``StatementError`` for a node that has no rule, ``ArgumentError`` for one name in two roles.

    >>> from sympy import floor
    >>> from symconv.statements.symbols import size
    >>> print(plan_of((floor((size("H") - 1) / size("S")) + 1,), True))
    t0 = add(-1, H)
    t1 = floordiv(t0, S)
    t2 = add(1, t1)
    result: t2
    """
    check_roles(*expressions)
    translator = Translator(NUMBERS, CONDITIONS)
    outputs = [translator.output(expression, whole) for expression in expressions]
    return translator.graph.freeze(outputs, tuple(sorted(symbols_of(expressions), key=lambda symbol: symbol.name)))


def _integer(t: Translator, e: Any, _guard: Guard) -> Ratio:
    return Ratio(t.graph.constant(int(e)))


def _rational(t: Translator, e: Any, _guard: Guard) -> Ratio:
    return Ratio(t.graph.constant(int(e.p)), int(e.q))


def _symbol(t: Translator, e: Any, _guard: Guard) -> Ratio:
    return Ratio(t.graph.parameter(e))


def _add(t: Translator, e: Any, guard: Guard) -> Ratio:
    """Terms with a minus sign are subtracted, so that no pass is spent on negating them."""
    taken = [term for term in e.args if not term.is_Number and term.as_coeff_Mul()[0].is_negative]
    given = [term for term in e.args if term not in taken]
    parts = [t.number(term, guard) for term in given] + [t.number(-term, guard) for term in taken]
    numerators, unit = ratios.over_one_denominator(t.graph, parts, e)
    upper = t.graph.add("add", (t.graph.constant(0), *numerators[: len(given)]), e)
    if taken:
        upper = t.graph.add("sub", (upper, t.graph.add("add", numerators[len(given) :], e)), e)
    return Ratio(upper, unit.whole, unit.factors)


def _mul(t: Translator, e: Any, guard: Guard) -> Ratio:
    return ratios.product(t.graph, [t.number(factor, guard) for factor in e.args], e)


def _pow(t: Translator, e: Any, guard: Guard) -> Ratio:
    if not e.exp.is_Integer:
        raise StatementError(
            sentence(f"Pow {str(e)!r}", "has an exponent that is no integer number", "write powers as x**2 or 1/x")
        )
    exponent, base = int(e.exp), t.number(e.base, guard)
    if exponent < 0:
        base = ratios.inverse(t.graph, base, t.nonzero(base.numerator, guard, e), e)
    return ratios.power(t.graph, base, abs(exponent), e)


def _floor(t: Translator, e: Any, guard: Guard) -> Ratio:
    return Ratio(_floor_of(t, e.args[0], e, guard))


def _ceiling(t: Translator, e: Any, guard: Guard) -> Ratio:
    return Ratio(t.graph.add("sub", (t.graph.constant(0), _floor_of(t, -e.args[0], e, guard)), e))


def _floor_of(t: Translator, inner: Any, source: Any, guard: Guard) -> int:
    ratio = t.number(inner, guard)
    if ratio.is_whole:
        return ratio.numerator
    return t.graph.add("floordiv", (ratio.numerator, ratios.denominator(t.graph, ratio, source)), source)


def _extremum(op: str) -> NumberRule:
    def rule(t: Translator, e: Any, guard: Guard) -> Ratio:
        numerators, unit = ratios.over_one_denominator(t.graph, [t.number(a, guard) for a in e.args], e)
        numerators, unit = ratios.with_positive_denominator(t.graph, numerators, unit, e)
        return Ratio(t.graph.add(op, numerators, e), unit.whole, unit.factors)

    return rule


def _mod(t: Translator, e: Any, guard: Guard) -> Ratio:
    """(p/d) mod (q/d) = (p mod q)/d, whatever the sign of d."""
    (left, right), unit = ratios.over_one_denominator(t.graph, [t.number(a, guard) for a in e.args], e)
    return Ratio(t.graph.add("mod", (left, t.nonzero(right, guard, e)), e), unit.whole, unit.factors)


def _abs(t: Translator, e: Any, guard: Guard) -> Ratio:
    inner = t.number(e.args[0], guard)
    _, unit = ratios.with_positive_denominator(t.graph, (), inner, e)
    return Ratio(t.graph.add("abs", (inner.numerator,), e), unit.whole, unit.factors)


def _piecewise(t: Translator, e: Any, guard: Guard) -> Ratio:
    """Numerators and denominators are chosen apart: one chosen quotient is divided, if any."""
    conditions: list[int] = []
    values: list[Ratio] = []
    left: Guard = guard
    for value, condition in e.args:
        holds = t.condition(condition, left)
        conditions.append(holds)
        values.append(t.number(value, t.both(left, holds, e)))
        before, left = left, t.both(left, t.graph.add("not", (holds,), e), e)
    last = values[-1].numerator
    if t.graph.value(conditions[-1]) is not True:
        last = t.guarded("require", (last, conditions[-1]), before, e)
    uppers = [*(value.numerator for value in values[:-1]), last]
    upper = _chosen(t, conditions, uppers, e)
    if len({(value.whole, value.factors) for value in values}) == 1:
        return Ratio(upper, values[0].whole, values[0].factors)
    below = _chosen(t, conditions, [ratios.denominator(t.graph, value, e) for value in values], e)
    return Ratio(upper, 1, ((below, 1),))


def _chosen(t: Translator, conditions: list[int], values: list[int], source: Any) -> int:
    if len(values) == 1:
        return values[0]
    pairs = zip(conditions[:-1], values[:-1], strict=True)
    return t.graph.add("select", (*(node for pair in pairs for node in pair), values[-1]), source)


def _gcd(t: Translator, e: Any, guard: Guard) -> Ratio:
    return Ratio(t.graph.add("gcd", [t.integer(a, guard) for a in e.args], e))


def _taps(t: Translator, e: Any, guard: Guard) -> Ratio:
    return Ratio(t.guarded("taps", tuple(t.integer(a, guard) for a in e.args), guard, e))


def _iverson(t: Translator, e: Any, guard: Guard) -> Ratio:
    if len(e.args) == 1:
        holds = _compare(t, "eq", (e.args[0], Integer(0)), e, guard)
    else:
        value, extent = e.args
        above = _compare(t, "le", (Integer(0), value), e, guard)
        holds = t.graph.add("and", (above, _compare(t, "lt", (value, extent), e, guard)), e)
    return Ratio(t.graph.add("select", (holds, t.graph.constant(1), t.graph.constant(0)), e))


def _compare(t: Translator, op: str, sides: tuple[Any, Any], source: Any, guard: Guard) -> int:
    numerators, unit = ratios.over_one_denominator(t.graph, [t.number(side, guard) for side in sides], source)
    if op in ("lt", "le"):
        numerators, _ = ratios.with_positive_denominator(t.graph, numerators, unit, source)
    return t.graph.add(op, numerators, source)


def _relation(op: str, swapped: bool = False) -> ConditionRule:
    def rule(t: Translator, e: Any, guard: Guard) -> int:
        left, right = e.args
        return _compare(t, op, (right, left) if swapped else (left, right), e, guard)

    return rule


def _connective(op: str) -> ConditionRule:
    """Parts that divide count only where the others leave the answer open: And(y != 0, x mod y = 0)."""

    def rule(t: Translator, e: Any, guard: Guard) -> int:
        safe = [t.condition(part, guard) for part in e.args if not divides(part)]
        for node in safe:
            guard = t.both(guard, node if op == "and" else t.graph.add("not", (node,), e), e)
        return t.graph.add(op, (*safe, *(t.condition(part, guard) for part in e.args if divides(part))), e)

    return rule


def _if_then_else(t: Translator, e: Any, guard: Guard) -> int:
    """What SymPy makes of a relation with a Piecewise."""
    holds = t.condition(e.args[0], guard)
    fails = t.graph.add("not", (holds,), e)
    parts = [
        t.graph.add("and", (case, t.condition(part, t.both(guard, case, e))), e)
        for case, part in ((holds, e.args[1]), (fails, e.args[2]))
    ]
    return t.graph.add("or", parts, e)


def _not(t: Translator, e: Any, guard: Guard) -> int:
    return t.graph.add("not", (t.condition(e.args[0], guard),), e)


#: The rules of numbers and of conditions, by the class of the node.
NUMBERS: dict[type, NumberRule] = {
    Integer: _integer,
    Rational: _rational,
    Symbol: _symbol,
    Add: _add,
    Mul: _mul,
    Pow: _pow,
    floor: _floor,
    ceiling: _ceiling,
    Max: _extremum("max"),
    Min: _extremum("min"),
    Mod: _mod,
    Abs: _abs,
    Piecewise: _piecewise,
    Gcd: _gcd,
    TapsBelow: _taps,
    Iverson: _iverson,
}
CONDITIONS: dict[type, ConditionRule] = {
    Eq: _relation("eq"),
    Ne: _relation("ne"),
    Lt: _relation("lt"),
    Le: _relation("le"),
    Gt: _relation("lt", swapped=True),
    Ge: _relation("le", swapped=True),
    And: _connective("and"),
    Or: _connective("or"),
    Not: _not,
    ITE: _if_then_else,
    BooleanTrue: lambda t, _e, _guard: t.graph.constant(True),
    BooleanFalse: lambda t, _e, _guard: t.graph.constant(False),
}
