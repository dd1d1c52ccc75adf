"""Small points at which a proposition has something to say, asked from z3 where it is installed."""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from importlib import import_module
from typing import Any

from sympy import Basic, Ge, Integer, Lt, Not, Symbol

from symconv.numerics.arguments import parameter
from symconv.numerics.translation import plan_of
from symconv.prover.refuting.sampling import LARGEST
from symconv.prover.refuting.tables import condition_of
from symconv.statements.language import Range, Term
from symconv.statements.proposition import Proposition

#: Milliseconds for one question, and how often a smaller point is asked for.
_PATIENCE = 150
_ROUNDS = 12


def hints(proposition: Proposition, end: float) -> Iterator[dict[str, int]]:
    """Points with a small sum, one for each situation that can be met, until ``end`` on the monotonic clock."""
    try:
        z3 = import_module("z3")
    except ImportError:
        return
    base = [*_inside(proposition.ranges), *proposition.assuming]
    names = sorted(s.name for s in proposition.parameters)
    for situation in dict.fromkeys(map(frozenset, _situations(proposition))):
        if time.monotonic() > end:
            return
        conditions = [*base, *sorted(situation, key=str)]
        found = _smallest(z3, conditions, names, proposition, end)
        if found is not None and all(abs(value) <= LARGEST for value in found.values()):
            yield found


def _situations(proposition: Proposition) -> Iterator[list[Basic]]:
    """Nothing more; a term that has a summand; a summand that one bracket alone removes; large indices."""
    terms = (*proposition.left.terms, *proposition.right.terms)
    yield []
    for term in terms:
        yield _alive(term)
    for term in terms:
        conditions = [condition_of(b) for b in term.brackets]
        for place, c in enumerate(conditions):
            kept = [d for k, d in enumerate(conditions) if k != place]
            yield [*_inside(term.ranges), *kept, Not(c, evaluate=False)]
    for term in terms:
        yield [*_alive(term), *(Ge(r.index, Integer(1), evaluate=False) for r in term.ranges)]


def _alive(term: Term) -> list[Basic]:
    return [*_inside(term.ranges), *(condition_of(b) for b in term.brackets)]


def _inside(ranges: Sequence[Range]) -> list[Basic]:
    return [c for r in ranges for c in (Ge(r.index, Integer(0), evaluate=False), Lt(r.index, r.extent, evaluate=False))]


def _smallest(
    z3: Any, conditions: Sequence[Basic], names: Sequence[str], proposition: Proposition, end: float
) -> dict[str, int] | None:
    """A point of a small sum at which all conditions hold, as far as z3 finds it in time."""
    solver = z3.Solver()
    solver.set("timeout", _PATIENCE)
    variables: dict[str, Any] = {}
    for s in proposition.parameters:
        _declare(z3, solver, variables, s)
    for c in conditions:
        for s in sorted(c.free_symbols, key=str):
            _declare(z3, solver, variables, s)
        told = _translated(z3, solver, c, variables)
        if told is not None:
            solver.add(told)
    weight = z3.Sum([z3.If(variables[n] >= 0, variables[n], -variables[n]) for n in names])
    found = None
    for _ in range(_ROUNDS):
        if time.monotonic() > end or solver.check() != z3.sat:
            break
        model = solver.model()
        found = {n: model.eval(variables[n], model_completion=True).as_long() for n in names}
        solver.add(weight < sum(map(abs, found.values())))
    return found


def _declare(z3: Any, solver: Any, variables: dict[str, Any], s: Symbol) -> None:
    if s.name in variables:
        return
    known = parameter(s)
    variables[s.name] = v = z3.Int(s.name)
    if known.least is not None:
        solver.add(v >= known.least)
    if known.greatest is not None:
        solver.add(v <= known.greatest)


def _translated(z3: Any, solver: Any, c: Basic, variables: dict[str, Any]) -> Any:
    """The condition for z3, or ``None`` where it has an operation that z3 lacks; it is a hint only."""
    plan = plan_of((c,), False)
    values: list[Any] = [*plan.constants, *(variables[s.name] for s in plan.symbols)]
    rules = _rules(z3, solver)
    for step in plan.steps:
        if step.op not in rules:
            return None
        values.append(rules[step.op](*(values[a] for a in step.args)))
    return values[plan.outputs[0][0]]


def _rules(z3: Any, solver: Any) -> dict[str, Callable[..., Any]]:
    """Operations of plans; z3 rounds a quotient down where the divisor is positive, and that is asked for."""

    def divided(quotient: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def rule(a: Any, b: Any) -> Any:
            solver.add(b > 0)
            return quotient(a, b)

        return rule

    def largest(*parts: Any) -> Any:
        return reduce(lambda a, b: z3.If(a > b, a, b), parts)

    def nonzero(value: Any, *_guard: Any) -> Any:
        solver.add(value != 0)
        return value

    return {
        "add": lambda *parts: sum(parts),
        "sub": operator.sub,
        "mul": lambda *parts: math.prod(parts),
        "power": lambda a, b: math.prod([a] * b),
        "floordiv": divided(operator.truediv),
        "mod": divided(operator.mod),
        "nonzero": nonzero,
        "max": largest,
        "min": lambda *parts: -largest(*(-part for part in parts)),
        "lt": operator.lt,
        "le": operator.le,
        "eq": operator.eq,
        "ne": operator.ne,
        "and": z3.And,
        "or": z3.Or,
        "not": z3.Not,
    }
