"""Linear programs with whole numbers: a non-negative combination of columns that is negative in one row.

The way is found in floating point by the dual simplex method; the answer is solved again in fractions, so that it is
exact or there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import TypeVar

import numpy as np

Row = TypeVar("Row", bound=Hashable)
TINY = 1e-7
PIVOTS = 400


def combination(
    columns: Sequence[Mapping[Row, int]], costs: Sequence[float], goal: Row, equal: Collection[Row]
) -> dict[int, int] | None:
    """Multipliers x > 0 of some columns with SUM x*column < 0 in row ``goal``, 0 in the rows ``equal``, else <= 0.

    Cheap columns are preferred: of all solutions one with a small SUM x*cost is found.  ``None`` where floating point
    found no solution; then there may be one all the same.

    >>> combination([{"1": -1, "x": 1}, {"x": -2, "y": 1}, {"y": -1}], [1, 1, 1], "1", {"x"})
    {0: 2, 1: 1, 2: 1}
    """
    rows = list(dict.fromkeys([goal, *(row for column in columns for row in column)]))
    at = {row: i for i, row in enumerate(rows)}
    matrix = np.zeros((len(rows), len(columns)))
    for j, column in enumerate(columns):
        for row, value in column.items():
            matrix[at[row], j] = value
    fixed = np.array([row in equal for row in rows], dtype=bool)
    basis = _basis(matrix, np.array(costs, dtype=float), at[goal], fixed)
    if basis is None:
        return None
    chosen, tight = basis
    return _exact([columns[j] for j in chosen], chosen, [rows[i] for i in tight], goal)


def _basis(matrix: np.ndarray, costs: np.ndarray, goal: int, fixed: np.ndarray) -> tuple[list[int], list[int]] | None:
    """The columns that are used and the rows that are tight, from a condensed tableau whose labels are columns
    0..n-1 and slacks n..n+m-1."""
    m, n = matrix.shape
    table = np.zeros((m + 1, n + 1))
    table[:m, :n] = matrix
    table[goal, n] = -1.0
    table[m, :n] = costs * (1 + 1e-4 * np.random.default_rng(0).random(n))
    inside, outside = np.arange(n, n + m), np.arange(n)
    banned = np.zeros(n, dtype=bool)
    held = fixed.copy()
    for _ in range(PIVOTS):
        values = table[:m, n]
        wrong = np.where(held, -np.abs(values), values)
        r = int(wrong.argmin())
        if wrong[r] > -TINY:
            return [int(j) for j in inside if j < n], [int(i) - n for i in outside if i >= n]
        row = table[r, :n] if values[r] < 0 else -table[r, :n]
        usable = (row < -TINY) & ~banned
        if not usable.any():
            return None
        ratios = np.full(n, np.inf)
        ratios[usable] = table[m, :n][usable] / -row[usable]
        c = int(ratios.argmin())
        _pivot(table, r, c)
        inside[r], outside[c] = outside[c], inside[r]
        held[r], banned[c] = False, held[r]
    return None


def _pivot(table: np.ndarray, r: int, c: int) -> None:
    pivot = table[r, c]
    column = table[:, c].copy()
    row = table[r] / pivot
    column[r] = 0.0
    table -= np.outer(column, row)
    table[:, c] = column / -pivot
    table[r] = row
    table[r, c] = 1 / pivot


def _exact(columns: list[Mapping[Row, int]], labels: list[int], tight: list[Row], goal: Row) -> dict[int, int] | None:
    """The solution with the rows ``tight`` equal (the goal to -1), in whole numbers."""
    table = [[Fraction(c.get(row, 0)) for c in columns] + [Fraction(-1 if row == goal else 0)] for row in tight]
    n = len(columns)
    for j in range(n):
        r = next((i for i in range(j, len(table)) if table[i][j]), None)
        if r is None:
            return None
        table[j], table[r] = table[r], table[j]
        top = [value / table[j][j] for value in table[j]]
        table[j] = top
        for i, row in enumerate(table):
            if i != j and (factor := row[j]):
                table[i] = [a - factor * b for a, b in zip(row, top, strict=True)]
    values = [table[j][n] for j in range(n)]
    if any(value < 0 for value in values):
        return None
    scale = lcm(*(value.denominator for value in values))
    return {j: int(value * scale) for j, value in sorted(zip(labels, values, strict=True)) if value}
