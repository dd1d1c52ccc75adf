"""What a proposition says at one point, word by word: plain loops, Python's integers and fractions, nothing shared.

Each side becomes a polynomial in the tensors' entries.  A counterexample is believed only when it is found here, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import product
from operator import itemgetter
from typing import Any

from sympy import (
    ITE,
    Abs,
    Add,
    And,
    Basic,
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

from symconv.errors import ArgumentError, StatementError, sentence
from symconv.numerics.arguments import check_range, check_tests, parameter
from symconv.statements.expression import Expression
from symconv.statements.functions import Gcd, Iverson, TapsBelow
from symconv.statements.language import Bracket, Equal, Term, Within
from symconv.statements.proposition import Proposition

Point = Mapping[str, int]
Reader = Callable[[Point], int | Fraction]
#: A tensor and a place in it.
Entry = tuple[str, tuple[int, ...]]
#: Coefficients, also those that are 0, of products of entries.
Polynomial = dict[tuple[Entry, ...], Fraction]


class NoValueError(Exception):
    """A part that has no value at the point: a division by 0, an index or extent that is no integer."""


def speaks_of(proposition: Proposition, point: Point) -> bool:
    """Whether the point has the roles, is in the ranges, and satisfies what is assumed."""
    try:
        for s in (*proposition.parameters, *proposition.free_indices):
            known = parameter(s)
            check_range(known, point[s.name], point[s.name])
            check_tests(known, point[s.name])
        inside = all(0 <= point[r.index.name] < integer(r.extent, point) for r in proposition.ranges)
        return inside and all(holds(c, point) for c in proposition.assuming)
    except (ArgumentError, NoValueError):
        return False


def side(expression: Expression, point: Point) -> Polynomial:
    """The expression at the point, with a key for every product of entries that is read.

    Raises ``NoValueError`` where a part that counts has no value.
    """
    found: Polynomial = {}
    for term in expression.terms:
        spans = [range(integer(r.extent, point)) for r in term.ranges]
        names = [r.index.name for r in term.ranges]
        inside = dict(point)
        for places in product(*spans):
            inside.update(zip(names, places, strict=True))
            if all(_is_one(b, inside) for b in term.brackets):
                read, c = _summand(term, inside)
                found[read] = found.get(read, Fraction(0)) + c
    return found


def _summand(term: Term, point: Point) -> tuple[tuple[Entry, ...], Fraction]:
    entries = [(f.tensor, tuple(integer(e, point) for e in f.at)) for f in term.factors]
    return tuple(sorted(entries)), Fraction(number(term.coefficient, point))


def _is_one(bracket: Bracket, point: Point) -> bool:
    if isinstance(bracket, Equal):
        return number(bracket.left, point) == number(bracket.right, point)
    value = number(bracket.value, point)
    return value >= 0 and (not isinstance(bracket, Within) or value < number(bracket.extent, point))


def integer(e: Basic, point: Point) -> int:
    """A formula that is an integer at the point; raises ``NoValueError`` where it is none."""
    found = number(e, point)
    if found.denominator != 1:
        raise NoValueError
    return int(found)


def number(e: Basic, point: Point) -> int | Fraction:
    """A formula at the point.  Raises ``NoValueError``, or ``StatementError`` for what no formula may have."""
    return _reader(e)(point)


@lru_cache(maxsize=4096)
def _reader(e: Basic) -> Reader:
    """The formula as a function of the point."""
    match e:
        case Integer():
            return _always(int(e))
        case Rational():
            return _always(Fraction(int(e.p), int(e.q)))
        case Symbol():
            return itemgetter(e.name)
        case Piecewise():
            return _chosen([(_reader(value), condition) for value, condition in e.args])
    rule = next((rule for kind, rule in _NUMBERS.items() if isinstance(e, kind)), None)
    if rule is None:
        raise StatementError(
            sentence(f"expression={e}", "has no exact rule on integers here", "write + - * / of sizes, floor and mod")
        )
    return _applied(rule, [_reader(part) for part in e.args])


def _always(value: int | Fraction) -> Reader:
    return lambda _point: value


def _chosen(cases: list[tuple[Reader, Basic]]) -> Reader:
    def read(point: Point) -> int | Fraction:
        for value, condition in cases:
            if holds(condition, point):
                return value(point)
        raise NoValueError

    return read


def _applied(rule: Callable[..., int | Fraction], parts: list[Reader]) -> Reader:
    def read(point: Point) -> int | Fraction:
        try:
            return rule(*[part(point) for part in parts])
        except ZeroDivisionError:
            raise NoValueError from None

    return read


def _power(base: int | Fraction, exponent: int | Fraction) -> int | Fraction:
    if exponent.denominator != 1:
        raise NoValueError
    return Fraction(base) ** int(exponent)


def _gcd(*parts: int | Fraction) -> int:
    if any(part.denominator != 1 for part in parts):
        raise NoValueError
    return math.gcd(*map(int, parts))


def _taps(p: Any, s: Any, d: Any, m: Any, k: Any) -> int:
    if s <= 0 or d <= 0 or any(size.denominator != 1 for size in (p, s, d, m, k)):
        raise NoValueError
    return sum(s * y + d * u < p for y in range(int(m)) for u in range(int(k)))


_NUMBERS: dict[type, Any] = {
    Add: lambda *parts: sum(parts),
    Mul: lambda *parts: math.prod(parts),
    Pow: _power,
    floor: math.floor,
    ceiling: math.ceil,
    Mod: lambda a, b: a - b * math.floor(Fraction(a) / b),
    Max: max,
    Min: min,
    Abs: abs,
    Gcd: _gcd,
    TapsBelow: _taps,
    Iverson: lambda v, *n: int(v == 0 if not n else 0 <= v < n[0]),
}


def holds(c: Basic, point: Point) -> bool:
    """A condition at the point.  Raises as ``number`` does."""
    match c:
        case BooleanTrue() | BooleanFalse():
            return bool(c)
        case Not():
            return not holds(c.args[0], point)
        case And():
            return not _any(c.args, point, False)
        case Or():
            return _any(c.args, point, True)
        case ITE():
            return holds(c.args[1 if holds(c.args[0], point) else 2], point)
    compare = _COMPARISONS[type(c)]
    left, right = (number(e, point) for e in c.args)
    return bool(compare(left, right))


def _any(parts: tuple[Basic, ...], point: Point, wanted: bool) -> bool:
    """Whether a part is what is wanted; parts without a value count only where no part is."""
    unknown = False
    for part in parts:
        try:
            if holds(part, point) == wanted:
                return True
        except NoValueError:
            unknown = True
    if unknown:
        raise NoValueError
    return False


_COMPARISONS: dict[type, Any] = {
    Eq: lambda a, b: a == b,
    Ne: lambda a, b: a != b,
    Lt: lambda a, b: a < b,
    Le: lambda a, b: a <= b,
    Gt: lambda a, b: a > b,
    Ge: lambda a, b: a >= b,
}
