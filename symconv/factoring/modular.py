"""Linear algebra modulo a prime, to find certificates quickly; the checker has its own."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Primes whose residues multiply within 64 bits.
PRIMES = (2147483647, 2147483629, 2147483587)

Matrix = np.ndarray[Any, Any]


def pivots(matrix: Matrix, prime: int) -> tuple[list[int], list[int]]:
    """Rows and columns, in order of elimination, of a largest minor that is not 0 modulo the prime."""
    work = np.array(matrix % prime, dtype=np.int64)
    order = np.arange(work.shape[0])
    columns: list[int] = []
    for column in range(work.shape[1]):
        rank = len(columns)
        candidates = np.flatnonzero(work[rank:, column])
        if not candidates.size:
            continue
        row = rank + int(candidates[0])
        work[[rank, row]], order[[rank, row]] = work[[row, rank]], order[[row, rank]]
        inverse = pow(int(work[rank, column]), -1, prime)
        work[rank] = work[rank] * inverse % prime
        below = np.flatnonzero(work[rank + 1 :, column]) + rank + 1
        work[below] = (work[below] - work[below, column, None] * work[rank] % prime) % prime
        columns.append(column)
        if len(columns) == work.shape[0]:
            break
    return [int(i) for i in order[: len(columns)]], columns
