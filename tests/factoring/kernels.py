"""Kernels that the tests share, and composition by its definition."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

DIAGONAL = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
CENTRE_TWO = [[1, 1, 1], [1, 2, 1], [1, 1, 1]]
LAPLACIAN_4 = [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
LAPLACIAN_8 = [[1, 1, 1], [1, -8, 1], [1, 1, 1]]
BINOMIAL = [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


def compose(*kernels: Any) -> np.ndarray[Any, Any]:
    """K[t] = SUM_{u+a=t} k2[u] * k1[a], one channel, exactly."""
    total = _objects(kernels[0])
    for kernel in kernels[1:]:
        other = _objects(kernel)
        shape = [a + b - 1 for a, b in zip(total.shape, other.shape, strict=True)]
        result = np.zeros(shape, dtype=object)
        for (a, x), (u, y) in product(np.ndenumerate(total), np.ndenumerate(other)):
            result[tuple(np.add(a, u))] += x * y
        total = result
    return total


def compose_channels(first: Any, second: Any) -> np.ndarray[Any, Any]:
    """K[o, i, t] = SUM_m SUM_{u+a=t} k2[o, m, u] * k1[m, i, a]."""
    k1, k2 = _objects(first), _objects(second)
    return np.array(
        [
            [sum(compose(k1[m, i], k2[o, m]) for m in range(k1.shape[0])) for i in range(k1.shape[1])]
            for o in range(k2.shape[0])
        ],
        dtype=object,
    )


def integer_kernels(shape: tuple[int, ...], bound: int = 5) -> st.SearchStrategy[np.ndarray[Any, Any]]:
    """Integer kernels of a shape with more than one tap."""
    size = int(np.prod(shape))
    entries = st.lists(st.integers(-bound, bound), min_size=size, max_size=size)
    kernels = entries.map(lambda e: np.array(e, dtype=object).reshape(shape))
    return kernels.filter(lambda k: np.count_nonzero(k) > 1)


def _objects(array: Any) -> np.ndarray[Any, Any]:
    nested = array.tolist() if hasattr(array, "tolist") else array
    objects = np.array(nested, dtype=object)
    for at, e in np.ndenumerate(objects):
        if isinstance(e, float):
            objects[at] = Fraction(e)
    return objects
