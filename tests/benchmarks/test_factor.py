"""Factoring integer kernels up to 7x7: each in a second, over Q, R and C, its check included."""

from __future__ import annotations

import time

import numpy as np
import pytest

import symconv as sc

LIMIT = 1.0


def kernels(count: int) -> list[np.ndarray]:
    """Random kernels, and products of two of them."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(count):
        rows, columns = random.integers(3, 8, 2)
        found.append(random.integers(-9, 10, (rows, columns)))
        one, other = (random.integers(-5, 6, random.integers(2, 5, 2)) for _ in range(2))
        if one.any() and other.any():
            found.append(sc.compose(one, other))
    return found


@pytest.mark.parametrize("field", ["Q", "R", "C"])
def test_each_kernel_in_a_second(field: str) -> None:
    worst = 0.0
    for kernel in kernels(60):
        start = time.perf_counter()
        result = sc.factor(kernel, field=field)
        accepted = sc.check_factorisation(result, kernel)
        worst = max(worst, time.perf_counter() - start)
        assert accepted
    print(f"slowest kernel up to 7x7 over {field}: {worst:.3f} s")
    assert worst <= LIMIT
