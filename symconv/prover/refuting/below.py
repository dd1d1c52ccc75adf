"""The points that come before a given one, as far as they can be looked at: where smaller counterexamples may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from symconv.prover.refuting.columns import Column
from symconv.prover.refuting.points import Points, Space, together
from symconv.prover.refuting.sampling import Repair, repaired

#: So many points are all looked at.
MAX_BOX = 30_000


def before(point: Mapping[str, int], space: Space, moves: Sequence[Repair]) -> Points:
    """The admitted points before ``point``, in order: all with smaller values if they are few, else some."""
    choices = {p.name: space.choices(p, abs(point[p.name])) for p in space.parameters}
    tried = _box(choices) if prod(map(len, choices.values())) <= MAX_BOX else _one_changed(point, choices)
    ordered = together([space.admitted(tried), repaired(tried, space, moves)]).in_order()
    same = np.logical_and.reduce([c == point[n] for n, c in ordered.columns.items()])
    return ordered.kept(np.arange(ordered.size) < np.argmax(same))


def _box(choices: Mapping[str, Column]) -> Points:
    grid = np.meshgrid(*choices.values(), indexing="ij")
    return Points({n: g.ravel() for n, g in zip(choices, grid, strict=True)}, grid[0].size)


def _one_changed(point: Mapping[str, int], choices: Mapping[str, Column]) -> Points:
    rows = [{**point, name: int(v)} for name, values in choices.items() for v in values]
    return Points({n: np.array([row[n] for row in rows], np.int64) for n in point}, len(rows))
