"""Claims that a statement in index notation is what a layer computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from sympy import Expr, Integer, Rational, expand, floor, fraction, ilcm, together

from symconv.claims.context import Context
from symconv.claims.divisors import statement_divisors
from symconv.claims.domain import facts_of, holds_at, never_zero
from symconv.claims.outcome import Holds, Outcome, unknown
from symconv.claims.search import smallest_points
from symconv.claims.views import check_tensors, within_bounds
from symconv.derivation.normal import same_formula
from symconv.errors import ShapeError, StatementError
from symconv.numerics.formulas import evaluate
from symconv.numerics.tensors import evaluate_statement
from symconv.statements import Statement, symbols_of
from symconv.statements.grammar import parse_statement
from symconv.statements.normal import same_statement
from symconv.statements.views import put_in_views

#: How many small sizes are tried on random integers, and how many products each may take.
POINTS = 2_000
MAX_PRODUCTS = 200_000


@dataclass(frozen=True)
class _Sides:
    """The claimed statement with its views, and the definition, in the same names of output sizes.

    divisors   what the claimed texts divide by
    """

    claimed: Statement
    views: tuple[Statement, ...]
    definition: Statement
    divisors: tuple[Expr, ...] = ()


def decide_statement(context: Context) -> Outcome:
    """``statement`` equals the layer's definition; tensors besides the layer's have shapes in ``tensors``.

    ``views`` define reshaped tensors, entry by entry.
    """
    context.only("tensors", "views")
    sides = _sides(context)
    whole = put_in_views(sides.claimed, sides.views) if sides.views else sides.claimed
    facts = (*sides.definition.facts, *facts_of(context.subject.conditions))
    bounded = within_bounds(sides.claimed, sides.views, facts) and all(never_zero(d, facts) for d in sides.divisors)
    if whole is not None and bounded and same_statement(whole, sides.definition):
        how = "with the reshaped tensors put in, " if sides.views else ""
        return Outcome(Holds.YES, detail=f"{how}the statement is the definition up to names and order")
    return _differs(context, sides) or unknown(
        "equal on random integers at the smallest sizes; missing: a proof for all sizes"
    )


def _sides(context: Context) -> _Sides:
    application = context.subject.application
    if application is None:
        raise context.error("layer", "is missing", "name one of the file's layers")
    definition = application.statement()
    linear = {name: expand(value) for name, value in definition.where if not value.atoms(floor)}
    definition = _one_name_each(definition.substitute(linear) if linear else definition)
    outputs = {
        name: symbol
        for name, meaning in context.subject.names.items()
        for symbol, value in definition.where
        if same_formula(meaning, value)
    }

    def in_sizes(e: Expr) -> Expr:
        return e.xreplace({**context.subject.names, **outputs})

    symbols = context.subject.symbols
    tensors = context.check.data.get("tensors", {})
    if not isinstance(tensors, dict) or not all(isinstance(v, list) for v in tensors.values()):
        raise context.error("tensors", "is no table of shapes", "write tensors = { Z = ['c_i', 'h*w'] }")
    shapes: dict[str, Any] = {**dict(definition.shapes), **{t: tuple(v) for t, v in tensors.items()}}
    texts = context.check.data.get("views", [])
    if not isinstance(texts, list) or not isinstance(context.check.data["statement"], str):
        raise context.error("statement", "or its views are no texts", "quote them, views in a list")
    texts = [context.check.data["statement"], *texts]
    parsed = [parse_statement(t, shapes, symbols) for t in texts]
    divided = [d for t, s in zip(texts, parsed, strict=True) for d in statement_divisors(t, symbols, s)]
    claimed, *views = (_map(s, in_sizes) for s in parsed)
    check_tensors(context, set(dict(definition.shapes)), claimed, views)
    return _Sides(claimed, tuple(views), definition, tuple(in_sizes(d) for d in divided))


def _one_name_each(statement: Statement) -> Statement:
    """Named sizes with one meaning, as a square input has them, get one name."""
    first: dict[Expr, Any] = {}
    same = {name: first.setdefault(value, name) for name, value in statement.where}
    doubled = {name: kept for name, kept in same.items() if kept != name}
    return statement.substitute(doubled) if doubled else statement


def _map(statement: Statement, change: Any) -> Statement:
    own = set(statement.indices())
    values = {s: change(s) for s in statement.parameters if change(s) != s and s not in own}
    return statement.substitute(values)


def _differs(context: Context, sides: _Sides) -> Outcome | None:
    """The smallest sizes at which the two differ on random integers."""
    statements = (sides.claimed, *sides.views, sides.definition)
    meanings = dict(sides.definition.where)
    base = {s for st in statements for s in st.parameters} - set(meanings)
    base |= symbols_of(meanings.values())
    for point in smallest_points(sorted(base, key=lambda s: s.name), POINTS):
        if not holds_at(context.subject.conditions, point):
            continue
        values = {s: Integer(point[s.name]) for s in base}
        values.update({name: Integer(evaluate(meaning, point)) for name, meaning in meanings.items()})
        numbered = _Sides(
            sides.claimed.substitute(values),
            tuple(v.substitute(values) for v in sides.views),
            sides.definition.substitute(values),
        )
        if all(_products(s) <= MAX_PRODUCTS for s in (numbered.claimed, *numbered.views, numbered.definition)) and (
            reason := _differ(numbered)
        ):
            return Outcome(Holds.NO, point, lambda: str(sides.definition), "tested", reason)
    return None


def _products(statement: Statement) -> int:
    """How many entries the tensors have, and products the sums, whichever is more."""
    free = prod(int(r.extent) for r in statement.ranges)
    sums = [free * prod(int(r.extent) for r in term.ranges) for term in statement.terms]
    return max(*sums, *(prod(map(int, extents)) for _, extents in statement.shapes))


def _differ(sides: _Sides) -> str | None:
    """Why two statements in numbers differ, or ``None`` where they agree on random positive integers."""
    tensors = _random_tensors(sides.definition)
    right = evaluate_statement(sides.definition, tensors)
    try:
        for view in sides.views:
            tensors[view.target.tensor] = evaluate_statement(view, _read_by(view, tensors))
        claimed, times = _whole(sides.claimed)
        left = evaluate_statement(claimed, _read_by(claimed, tensors))
    except (StatementError, ShapeError) as error:
        return f"the claimed statement has no value there: {str(error).rstrip('.')}"
    if left.shape != right.shape:
        return f"the claimed output has shape {left.shape}, the definition's {right.shape}"
    if np.array_equal(left, right * times):
        return None
    place = tuple(int(v) for v in np.argwhere(left != right * times)[0])
    given = Rational(int(left[place]), times)
    return f"on random integers, at {place} the claim gives {given}, the definition {right[place]}"


def _whole(statement: Statement) -> tuple[Statement, int]:
    """The statement times the least number that makes its numbers whole, and that number: integers stay exact."""
    below = [fraction(together(term.coefficient))[1] for term in statement.terms]
    inner = int(ilcm(1, *(d for d in below if d.is_Integer)))
    outer = 1 if statement.scale is None else int(fraction(together(statement.scale))[1])
    terms = tuple(replace(term, coefficient=term.coefficient * inner) for term in statement.terms)
    scale = None if statement.scale is None else statement.scale * outer
    return replace(statement, terms=terms, scale=scale), inner * outer


def _read_by(statement: Statement, tensors: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tensors[name] for name in statement.reads if name in tensors}


def _random_tensors(definition: Statement) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    return {
        name: generator.integers(1, 10, [int(e) for e in shape])
        for name, shape in definition.shapes
        if name in definition.reads
    }
