"""Propositions with one thing changed, and points at which that shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Expr, Integer, Symbol

from oracles.formulas import reference
from oracles.grids import differences, small_points
from oracles.propositions import evaluate, mixed
from symconv.errors import StatementError
from symconv.prover.reading import read
from symconv.statements import Bracket, Equal, Expression, Proposition, Term, Within
from symconv.statements.language import Access, NonNegative, Range

Change = Callable[[Random, Proposition, Term], Term | None]


def another(random: Random, p: Proposition, e: Expr, known: list[Symbol]) -> Expr:
    """The expression with a number, a sign, a stride or a name changed."""
    here = sorted(e.free_symbols & set(known), key=str)
    size = random.choice(sorted(p.parameters, key=str) or [Integer(1)])
    changes: list[Callable[[], Expr]] = [lambda: e + 1, lambda: e - 1, lambda: e + size, lambda: e - size]
    if here:
        s = random.choice(here)
        other = random.choice(known)
        changes += [
            lambda: e.subs(s, -s),
            lambda: e.subs(s, 2 * s),
            lambda: e.subs(s, s * size),
            lambda: e.subs(s, other),
        ]
        changes += [lambda: e.subs(s, s + 1), lambda: e.subs(s, 1) if s in p.parameters else e.subs(s, 0)]
    return random.choice(changes)()


def _names(p: Proposition, term: Term) -> list[Symbol]:
    inner = [r.index for r in term.ranges]
    return sorted({*p.parameters, *p.free_indices, *inner}, key=str)


def index(random: Random, p: Proposition, term: Term) -> Term | None:
    """An index at which a tensor is read."""
    read_at = [f for f in term.factors if f.at]
    if not read_at:
        return None
    factor = random.choice(read_at)
    place = random.randrange(len(factor.at))
    at = list(factor.at)
    if len(at) > 1 and random.random() < 0.2:
        at[place - 1], at[place] = at[place], at[place - 1]
    else:
        at[place] = another(random, p, at[place], _names(p, term))
    factors = tuple(Access(f.tensor, tuple(at)) if f is factor else f for f in term.factors)
    return replace(term, factors=factors)


def extent(random: Random, p: Proposition, term: Term) -> Term | None:
    """The extent of a sum."""
    if not term.ranges:
        return None
    chosen = random.choice(term.ranges)
    sizes = sorted(p.parameters, key=str)
    new = Range(chosen.index, another(random, p, chosen.extent, sizes or [Symbol("n")]))
    return replace(term, ranges=tuple(new if r is chosen else r for r in term.ranges))


def coefficient(random: Random, p: Proposition, term: Term) -> Term | None:
    """The coefficient, or its sign."""
    c = term.coefficient
    return replace(
        term,
        coefficient=random.choice(
            (-c, 2 * c, c + 1, c - 1, c * Fraction(1, 2), another(random, p, c, _names(p, term)))
        ),
    )


def bracket(random: Random, p: Proposition, term: Term) -> Term | None:
    """A bracket less, or one that says something else."""
    if not term.brackets:
        return None
    chosen = random.choice(term.brackets)
    new = () if random.random() < 0.25 else (_bracket(random, p, chosen, _names(p, term)),)
    kept = tuple(part for b in term.brackets for part in (new if b is chosen else (b,)))
    return replace(term, brackets=kept)


def _bracket(random: Random, p: Proposition, b: Bracket, known: list[Symbol]) -> Bracket:
    match b:
        case Within(value, extent):
            if random.random() < 0.5:
                return Within(another(random, p, value, known), extent)
            return Within(value, another(random, p, extent, sorted(p.parameters, key=str) or known))
        case Equal(left, right):
            return Equal(another(random, p, left, known), right)
    return NonNegative(another(random, p, b.value, known))


CHANGES: dict[str, Change] = {"index": index, "extent": extent, "coefficient": coefficient, "bracket": bracket}


def changed(random: Random, p: Proposition) -> tuple[str, Proposition] | None:
    """The proposition with one change of one term; ``None`` where it is no proposition any more."""
    left = random.random() < 0.5
    side = p.left if left else p.right
    if not side.terms:
        return None
    place, kind = random.randrange(len(side.terms)), random.choice(list(CHANGES))
    try:
        term = CHANGES[kind](random, p, side.terms[place])
        if term is None or term == side.terms[place]:
            return None
        new = Expression((*side.terms[:place], term, *side.terms[place + 1 :]))
        return kind, Proposition(p.ranges, new if left else p.left, p.right if left else new, p.assuming)
    except StatementError:
        return None


def differing_point(p: Proposition, points: int = 80, most: int = 3_000) -> dict[str, int] | None:
    """Small sizes at which the two sides are two numbers by plain loops; ``None`` where none was found."""
    try:
        statement = read(p).json()
    except StatementError:
        return None
    columns = small_points(statement, points, 0)
    _, unequal = differences(statement, columns, most)
    rows = sorted(unequal, key=lambda row: sum(abs(int(c[row])) for c in columns.values()))
    for row in rows[:3]:
        point = _with_products({name: int(column[row]) for name, column in columns.items()})
        if is_counterexample(p, point):
            return point
    return None


def _with_products(point: dict[str, int]) -> dict[str, int]:
    """A size that another divides has its own name beside the two."""
    products = {
        name: point[part] * point[name_of_part]
        for name_of_part in point
        for name, _, part in [name_of_part.partition("_per_")]
        if part in point
    }
    return {**point, **products}


def is_counterexample(p: Proposition, point: dict[str, int]) -> bool:
    """Whether the sides differ there, by plain loops and exact fractions, and the point is one that is spoken of."""
    return speaks_of(p, point) and evaluate(p.left, point, mixed) != evaluate(p.right, point, mixed)


def speaks_of(p: Proposition, point: dict[str, int]) -> bool:
    """Whether the roles, the ranges and what is assumed hold."""
    roles = all(point[s.name] >= (1 if s.is_positive else 0) for s in p.parameters if s.is_nonnegative)
    inside = all(0 <= point[r.index.name] < reference(r.extent, point) for r in p.ranges)
    return roles and inside and all(reference(c, point) for c in p.assuming)


def false_statements(true: Any, number: int, seed: int) -> Iterator[tuple[Any, str, Proposition, dict[str, int]]]:
    """So many changed propositions of each true one that are false, with what was changed, and where it shows."""
    random = Random(seed)
    for proved in true:
        found: set[str] = set()
        for _ in range(number * 12):
            made = changed(random, proved.proposition)
            if len(found) == number or made is None or str(made[1]) in found:
                continue
            point = differing_point(made[1])
            if point is not None:
                found.add(str(made[1]))
                yield proved, *made, point
