"""An oracle for closed forms: plain recursion over fractions; and strategies for expressions and points."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from sympy import And, Eq, Max, Min, Mod, Ne, Piecewise, Rational, ceiling, floor

from symconv.errors import ArgumentError
from symconv.statements.functions import Gcd, Iverson, TapsBelow
from symconv.statements.symbols import count, size, symbol

X, Y = sp.symbols("x y", integer=True)
N, M, P = size("n"), size("m"), count("p")
C_IN, G = symbol("C_in"), symbol("G")
RANGES = {"x": (-9, 9), "y": (-3, 3), "n": (1, 6), "m": (1, 5), "p": (0, 4)}


def tries(examples: int) -> settings:
    """So many examples, however long SymPy takes to build them."""
    return settings(
        max_examples=examples, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
    )


def reference(e: Any, at: dict[str, int]) -> Any:
    if e.is_Symbol:
        return Fraction(at[e.name])
    if e.is_Rational:
        return Fraction(int(e.p), int(e.q))
    if e.is_Pow:
        return reference(e.base, at) ** int(e.exp)
    if isinstance(e, Piecewise):
        return next(reference(value, at) for value, condition in e.args if reference(condition, at))
    if isinstance(e, And):
        # parts that divide by zero do not matter where another part fails already
        return all(reference(part, at) for part in sorted(e.args, key=lambda part: part.has(Mod)))
    if isinstance(e, sp.ITE):
        return reference(e.args[1] if reference(e.args[0], at) else e.args[2], at)
    if e in (sp.true, sp.false):
        return bool(e)
    return NODES[e.func](*(reference(arg, at) for arg in e.args))


NODES: dict[Any, Callable[..., Any]] = {
    sp.Add: lambda *a: sum(a, Fraction(0)),
    sp.Mul: lambda *a: math.prod(a, start=Fraction(1)),
    floor: lambda a: Fraction(math.floor(a)),
    ceiling: lambda a: Fraction(math.ceil(a)),
    Max: max,
    Min: min,
    Mod: lambda a, b: a - b * math.floor(a / b),
    sp.Abs: abs,
    Gcd: lambda a, b: Fraction(math.gcd(int(a), int(b))),
    TapsBelow: lambda p, s, d, m, k: Fraction(
        sum(s * y + d * u < p for y in range(int(max(m, 0))) for u in range(int(max(k, 0))))
    ),
    Iverson: lambda v, n=None: Fraction(int(v == 0 if n is None else 0 <= v < n)),
    sp.Not: lambda a: not a,
    sp.Or: lambda *a: any(a),
    sp.Eq: operator.eq,
    sp.Ne: operator.ne,
    sp.Lt: operator.lt,
    sp.Le: operator.le,
    sp.Gt: operator.gt,
    sp.Ge: operator.ge,
}


@st.composite
def grown(draw: Any, parts: st.SearchStrategy[Any]) -> Any:
    """One node more, on smaller expressions."""
    a, b, c = draw(parts), draw(parts), draw(parts)
    makers: tuple[Callable[[], Any], ...] = (
        lambda: a + b,
        lambda: a - b - c,
        lambda: a * b,
        lambda: a * Rational(draw(st.integers(-4, 4)), draw(st.integers(1, 4))),
        lambda: a / b if b != 0 else a,
        lambda: a ** draw(st.integers(2, 3)),
        lambda: floor(a / draw(st.sampled_from((2, 3, N, M, -M)))),
        lambda: ceiling(a / draw(st.sampled_from((2, 3, N, M, Y)))),
        lambda: Max(a, b),
        lambda: Min(a, b, c),
        lambda: Mod(a, draw(st.sampled_from((2, -3, N, Y)))),
        lambda: sp.Abs(a),
        lambda: Gcd(floor(a), N),
        lambda: TapsBelow(floor(a), N, M, floor(b), P),
        lambda: Iverson(floor(a), floor(b)),
        lambda: Iverson(floor(a)),
        lambda: Piecewise((a / Y, Ne(Y, 0)), (b, a < c), (c, True)),
        lambda: Piecewise((a, And(Ne(Y, 0), Eq(Mod(X, Y), 0))), (b / N, sp.Or(a >= b, X > 2)), (c / M, True)),
        lambda: Piecewise((floor(a / (X - 1)), sp.Not(Eq(X, 1))), (b, True)),
    )
    return draw(st.sampled_from(makers))()


LEAVES = st.sampled_from((X, Y, N, M, P, sp.Integer(1), sp.Integer(3), Rational(1, 2)))
EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=8).filter(
    lambda e: not e.has(sp.zoo, sp.nan, sp.oo) and e.count_ops() < 80
)
POINTS = st.fixed_dictionaries({name: st.integers(*ends) for name, ends in RANGES.items()})


def expected(e: Any, at: dict[str, int]) -> Fraction | None:
    """The exact value, or None where there is none."""
    try:
        return Fraction(reference(e, at))
    except ZeroDivisionError:
        return None


def message(run: Callable[[], Any], kind: type[Exception] = ArgumentError) -> str:
    with pytest.raises(kind) as error:
        run()
    return str(error.value)
