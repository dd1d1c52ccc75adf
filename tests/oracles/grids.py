"""Formal statements at many points at once: whole sums as arrays modulo a prime, tensors without any pattern."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]
Columns = Mapping[str, Column]

PRIME = 2**31 - 1
#: Summands of one term at one point, beyond which the point is left out, and of all points that go together.
MOST_SUMMANDS = 20_000
BLOCK = 400_000
#: Statements in more names than this are tried at smaller values.
MANY = 10


def differences(sequent: Any, points: Columns, most: int = MOST_SUMMANDS) -> tuple[Column, Column]:
    """The rows of admissible points, and those of them at which left is not right; points of large sums are left out.

    Values of tensors are hashes of their indices modulo a prime, so that sides that differ modulo it differ.
    """
    values, fine = _with_definitions(sequent, points)
    for p in sequent["assume"]:
        fine &= number(p, values) >= 0
    terms = [*sequent["left"], *sequent["right"]]
    signs = [1] * len(sequent["left"]) + [-1] * len(sequent["right"])
    work = [_work(term, values) for term in terms]
    for term, amount in zip(terms, work, strict=True):
        fine &= amount <= most
        for _, _, b in term["quotients"]:
            fine &= number(b, values) >= 1
    rows = np.flatnonzero(fine)
    total = np.zeros(len(rows), np.int64)
    for term, sign, amount in zip(terms, signs, work, strict=True):
        total = (total + sign * _values(term, _rows(values, rows), amount[rows])) % PRIME
    return rows, rows[total != 0]


def number(p: Sequence[Sequence[Any]], values: Columns) -> Any:
    """The values of a polynomial."""
    total: Any = 0
    for c, *names in p:
        total = total + prod((values[name] for name in names), start=np.int64(c))
    return total


def names_of(sequent: Any) -> list[str]:
    """The free names, sorted."""
    inner = {entry[1] for entry in sequent["defined"]}
    found = _names([entry[2:] for entry in sequent["defined"]] + sequent["assume"])
    for term in [*sequent["left"], *sequent["right"]]:
        bound = {name for name, *_ in [*term["ranges"], *term["quotients"]]}
        parts = [n for _, *ps in [*term["ranges"], *term["quotients"]] for n in ps]
        parts += [p for _, p in term["brackets"]] + [p for _, ps in term["factors"] for p in ps]
        found |= _names([term["coefficient"], *parts]) - bound
    return sorted(found - inner)


def small_points(sequent: Any, number_of_points: int, seed: int, draws: int = 12) -> dict[str, Column]:
    """Random small integers for the free names, many of them admissible: each from its least value that is assumed."""
    random = np.random.default_rng(seed)
    names = names_of(sequent)
    size = number_of_points * draws
    columns: dict[str, Column] = {}
    few, some = [0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 2, 2, 3, 4]
    for name in names:
        low = _least(sequent, name)
        values = [-2, -1, 0, 0, 1, 1, 2, 2, 3] if low is None else few if len(names) > MANY else some
        columns[name] = (low or 0) + random.choice(values, size)
    values, fine = _with_definitions(sequent, columns) if names else ({}, np.ones(1, np.bool_))
    for p in sequent["assume"]:
        fine &= number(p, values) >= 0
    rows = np.flatnonzero(fine)[:number_of_points]
    return _rows(columns, rows)


def _least(sequent: Any, name: str) -> int | None:
    """The least value of a name by the assumptions that speak of it alone."""
    lows = [-rest for p in sequent["assume"] for rest in _bounds(p, name)]
    return max(lows, default=None)


def _bounds(p: Sequence[Sequence[Any]], name: str) -> Iterator[int]:
    parts = {tuple(names): c for c, *names in p}
    if parts.get((name,)) == 1 and parts.keys() <= {(), (name,)}:
        yield parts.get((), 0)


def _with_definitions(sequent: Any, points: Columns) -> tuple[dict[str, Column], NDArray[np.bool_]]:
    values = dict(points)
    size = len(next(iter(values.values()))) if values else 1
    fine = np.ones(size, np.bool_)
    for kind, name, a, b in sequent["defined"]:
        first, second = (np.broadcast_to(number(p, values), (size,)) for p in (a, b))
        if kind == "floor":
            fine &= second >= 1
            values[name] = first // np.where(second >= 1, second, 1)
        else:
            values[name] = np.maximum(first, second)
    return values, fine


def _work(term: Any, values: Columns) -> Column:
    size = len(next(iter(values.values()))) if values else 1
    found = np.ones(size, np.int64)
    for _, n in term["ranges"]:
        found = found * np.clip(number(n, values), 0, 10**4)
        found = np.minimum(found, 10**9)
    return found


def _values(term: Any, values: Columns, work: Column) -> Column:
    """The term at every point modulo the prime: points with sums of about one size go together."""
    result = np.zeros(len(work), np.int64)
    order = np.argsort(work, kind="stable")
    start = 0
    while start < len(order):
        end = start + 1
        rows = order[start:end]
        while end < len(order):
            wider = order[start : min(len(order), start + 2 * (end - start))]
            if _grid(term, _rows(values, wider)) > BLOCK:
                break
            rows, end = wider, start + len(wider)
        result[rows] = _block(term, _rows(values, rows), len(rows))
        start = end
    return result


def _extents(term: Any, values: Columns) -> list[int]:
    return [max(0, int(np.max(number(n, values)))) for _, n in term["ranges"]]


def _grid(term: Any, values: Columns) -> int:
    return len(next(iter(values.values()))) * prod(_extents(term, values)) if values else 0


def _block(term: Any, values: Columns, size: int) -> Column:
    """Every range is an axis as long as its largest extent; what is outside a point's own extent counts 0."""
    axes = len(term["ranges"])
    point: dict[str, Any] = {name: np.reshape(column, (-1, *[1] * axes)) for name, column in values.items()}
    outer = dict(point)
    counts: Any = np.ones((1,) * (axes + 1), np.bool_)
    extents = _extents(term, values)
    if 0 in extents:
        return np.zeros(size, np.int64)
    for axis, ((v, n), extent) in enumerate(zip(term["ranges"], extents, strict=True)):
        point[v] = np.arange(extent).reshape([-1 if k == axis else 1 for k in range(-1, axes)])
        counts = counts & (point[v] < number(n, outer))
    for q, a, b in term["quotients"]:
        point[q] = number(a, point) // number(b, outer)
    for kind, p in term["brackets"]:
        value = number(p, point)
        counts = counts & (value == 0 if kind == "=" else value >= 0)
    total = number(term["coefficient"], point) % PRIME * counts
    for name, at in term["factors"]:
        total = total * hashed(name, [number(p, point) for p in at]) % PRIME
    total = np.broadcast_to(total, (size, *extents))
    return total.reshape(size, -1).sum(axis=1) % PRIME


def hashed(name: str, at: Sequence[Any]) -> Any:
    """The entries of a tensor at places given axis by axis: no pattern of the indices is left in them."""
    found: Any = np.int64(zlib.crc32(name.encode()) % PRIME)
    for place in at:
        mixed = (found * 48_271 + place * 69_621 + 40_692) % PRIME
        found = (mixed * mixed % PRIME * mixed + 7) % PRIME
    return found


def _rows(values: Columns, rows: Any) -> dict[str, Column]:
    return {name: column[rows] for name, column in values.items()}


def _names(data: Any) -> set[str]:
    if isinstance(data, list):
        return {name for entry in data for name in _names(entry)}
    return {data} if isinstance(data, str) else set()
