"""Where a claimed statement and a definition differ: the smallest sizes at which they do so on integers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from sympy import Basic, Integer, Rational, fraction, ilcm, together

from symconv.claims.domain import holds_at
from symconv.claims.search import smallest_points
from symconv.claims.sides import Sides
from symconv.errors import ShapeError, StatementError, sentence
from symconv.numerics.tensors import evaluate_statement
from symconv.statements import Statement, affine

#: How many products a statement may take, and how many entries a tensor may have.
MAX_PRODUCTS = 200_000


def smallest_sizes(sides: Sides, conditions: Sequence[Basic], points: int) -> tuple[dict[str, int], str] | None:
    """The smallest sizes, among so many, at which the two sides differ, and how; ``None`` where none are found."""
    sizes = sorted({s for statement in sides.statements for s in statement.parameters}, key=lambda s: s.name)
    for point in smallest_points(sizes, points):
        if holds_at(conditions, point):
            numbered = sides.substitute({s: Integer(point[s.name]) for s in sizes})
            if all(_work(s) <= MAX_PRODUCTS for s in numbered.statements) and (reason := _difference(numbered)):
                return point, reason
    return None


def _work(statement: Statement) -> int:
    """How many entries the tensors have, and products the sums, whichever is more."""
    free = prod(int(r.extent) for r in statement.ranges)
    sums = [free * prod(int(r.extent) for r in term.ranges) for term in statement.terms]
    return max(*sums, *(prod(map(int, extents)) for _, extents in statement.shapes))


def _difference(sides: Sides) -> str | None:
    """Why two statements in numbers differ, or ``None`` where they agree on random positive integers."""
    for view in sides.views:
        if not _defines_each_entry_once(view):
            raise StatementError(
                sentence(
                    f"view={view}",
                    f"does not define each entry of {view.target.tensor} once",
                    "write a mixed-radix number, such as y*w + x with x < w",
                )
            )
    if not _defines_each_entry_once(sides.claimed):
        return f"the claimed statement does not define each entry of {sides.claimed.target.tensor} once"
    tensors = _random_tensors(sides.definition)
    right = evaluate_statement(sides.definition, tensors)
    try:
        for view, times in map(_whole, sides.views):
            entries = evaluate_statement(view, _read_by(view, tensors))
            if (entries % times).any():
                return None  # no integers: these numbers say nothing
            tensors[view.target.tensor] = entries // times
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


def _defines_each_entry_once(statement: Statement) -> bool:
    """Whether the lines of a statement in numbers define all entries of the target, each of them once."""
    box = [int(e) for e in statement.shape(statement.target.tensor)]
    indices = [r.index for r in statement.ranges]
    grid = np.indices([max(0, int(r.extent)) for r in statement.ranges]).reshape(len(indices), -1)
    flat = np.zeros(grid.shape[1], np.int64)
    for e, n in zip(statement.target.at, box, strict=True):
        weights, constant = affine(e, indices)
        at = int(constant) + sum((int(weights[v]) * grid[i] for i, v in enumerate(indices) if v in weights), 0 * flat)
        if at.size and not 0 <= at.min() <= at.max() < n:
            return False
        flat = flat * n + at
    return flat.size == prod(box) and np.unique(flat).size == flat.size


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
