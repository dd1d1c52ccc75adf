"""Random points that a proposition speaks of: small numbers, moved to where the conditions hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sympy import Basic, Eq, Ge, Gt, Integer, Le, Lt, Mod, Symbol

from symconv.prover.refuting.columns import Column, Formulas
from symconv.prover.refuting.points import Points, Space
from symconv.prover.refuting.tables import solved_for
from symconv.statements.proposition import Proposition

#: How far above its least value a name is, before it is moved.
_STEPS = np.array([0] * 8 + [1] * 6 + [2] * 4 + [3] * 3 + [4, 4, 5, 6, 7, 8, 9, 12, 16])
#: Larger numbers make sums too long, and int64 too narrow.
LARGEST = 10**9
Repair = Callable[[dict[str, Column], int], None]


def repairs(space: Space) -> tuple[Repair, ...]:
    """For conditions that say what a name is, or bound it, or divide it: moves of that name."""
    return tuple(made for c in space.conditions if (made := _repair(c)) is not None)


def _repair(c: Basic) -> Repair | None:
    if isinstance(c, Eq):
        rest = next((e for e in c.args if isinstance(e, Mod)), None)
        if rest is not None and 0 in c.args:
            a, b = rest.args
            return _moved(a, a + Mod(-a, b), None) if isinstance(a, Symbol) else None
        return _solved(c.lhs - c.rhs, None)
    if isinstance(c, (Ge, Gt, Le, Lt)):
        large, small = (c.lhs, c.rhs) if isinstance(c, (Ge, Gt)) else (c.rhs, c.lhs)
        return _solved(large - small - (1 if isinstance(c, (Gt, Lt)) else 0), np.maximum)
    return None


def _solved(zero: Basic, bound: Callable[[Column, Column], Column] | None) -> Repair | None:
    """A name that is alone: raised where it is too low, or lowered where it counts against the condition."""
    for s in sorted(zero.free_symbols, key=str):
        e = solved_for(zero, s)
        if e is not None:
            against = bound is not None and (zero - s).has(s)
            return _moved(s, e, np.minimum if against else bound)
    return None


def _moved(s: Symbol, e: Basic, bound: Callable[[Column, Column], Column] | None) -> Repair:
    formulas = Formulas.of((e,))

    def repair(columns: dict[str, Column], rows: int) -> None:
        values, known = formulas.at(columns, rows)[0].whole()
        old = columns[s.name]
        new = values if bound is None else bound(old, values)
        columns[s.name] = np.where(known & (abs(new) <= LARGEST), new, old).astype(np.int64)

    return repair


def repaired(points: Points, space: Space, moves: Sequence[Repair]) -> Points:
    """The points moved to where the conditions hold, those that got there, in order."""
    columns = {n: c.astype(np.int64) for n, c in points.columns.items()}
    for move in moves:
        move(columns, points.size)
    return space.admitted(Points(columns, points.size)).in_order()


def around(centre: dict[str, int], space: Space, random: np.random.Generator, size: int) -> Points:
    """Points near one point, itself the first."""
    columns = {}
    for p in space.parameters:
        step = random.choice(_STEPS, size) * (random.random(size) < 0.4)
        step[0] = 0
        sign = 1 if p.least is not None else random.choice((1, -1), size)
        columns[p.name] = centre[p.name] + step * sign
    return Points(columns, size)


def constants(proposition: Proposition) -> tuple[int, ...]:
    """The numbers that the proposition names, near which it may change."""
    found: set[int] = set()
    for side in (proposition.left, proposition.right):
        for term in side.terms:
            parts = [term.coefficient, *(r.extent for r in term.ranges), *(e for f in term.factors for e in f.at)]
            parts += [e for b in term.brackets for e in vars(b).values()]
            found |= {abs(int(n)) for e in parts for n in e.atoms(Integer)}
    return tuple(sorted(n for n in found if 1 < n < LARGEST))


def scattered(space: Space, special: Sequence[int], random: np.random.Generator, size: int) -> Points:
    """Points of small numbers, now and then near a special one."""
    columns = {}
    for p in space.parameters:
        values = space.least[p.name] + random.choice(_STEPS, size) * (random.random(size) < 0.5)
        if special:
            near = random.choice(np.array(special), size) + random.integers(-1, 2, size)
            values = np.where(random.random(size) < 0.2, near, values)
        columns[p.name] = values if p.least is not None else values * random.choice((1, -1), size)
    return Points(columns, size)
