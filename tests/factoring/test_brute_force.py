"""Irreducible is meant: against a search that tries everything small, and against numeric roots."""

from itertools import product

import numpy as np
import pytest
import sympy

from symconv.factoring import Irreducible, factor

SPLITS = [((2, 2), (2, 2)), ((1, 2), (3, 2)), ((2, 1), (2, 3)), ((1, 3), (3, 1))]


def _composites(shapes, bound):
    """All composites of kernels with entries up to the bound, as tuples; each factor with more than one tap."""
    sizes = [np.prod(shape) for shape in shapes]
    lists = [
        np.array([e for e in product(range(-bound, bound + 1), repeat=int(n)) if np.count_nonzero(e) > 1])
        for n in sizes
    ]
    first, second = (a.reshape(-1, *shape) for a, shape in zip(lists, shapes, strict=True))
    total = np.zeros((len(first), len(second), 3, 3), dtype=np.int8)
    for at in np.ndindex(shapes[0]):
        window = tuple(slice(i, i + n) for i, n in zip(at, shapes[1], strict=True))
        total[(slice(None), slice(None), *window)] += first[(slice(None), *at)][:, None, None, None] * second[None]
    flat = total.reshape(-1, 9)
    return {tuple(row) for row in flat[np.abs(flat).max(axis=1) <= 1].tolist()}


@pytest.fixture(scope="module")
def reachable():
    """3x3 kernels with entries -1, 0, 1 that are composites of small integer kernels."""
    return set().union(*(_composites(shapes, 1) for shapes in SPLITS))


def _sample(count):
    generator = np.random.default_rng(7)
    return [k for k in generator.integers(-1, 2, (count, 3, 3)) if np.count_nonzero(k) > 1]


def test_what_is_called_irreducible_has_no_small_factors(reachable):
    for kernel in _sample(250):
        if isinstance(factor(kernel), Irreducible):
            assert tuple(kernel.flat) not in reachable


def test_what_has_small_factors_splits(reachable):
    for entries in sorted(reachable)[::60]:
        assert not isinstance(factor(np.array(entries).reshape(3, 3)), Irreducible)


def test_irreducible_over_the_complex_numbers_against_least_squares():
    """No 2x2 times 2x2, 1x2 times 3x2 or turned comes near, from several starts."""
    split, whole = (
        _random_products(3),
        [np.array(k) for k in ([[1, 1, 1], [1, 2, 1], [1, 1, 1]], [[0, 1, 0], [1, -4, 1], [0, 1, 0]])],
    )
    assert all(isinstance(factor(k, field="C"), Irreducible) for k in whole)
    assert max(_distance(k) for k in split) < 1e-6
    assert min(_distance(k) for k in whole) > 1e-2


def test_irreducible_over_the_complex_numbers_against_absolute_sympy():
    """The diagonal-like kernels split over the field of the discriminant, or nowhere."""
    x, y = sympy.symbols("x y")
    for kernel in _sample(12):
        polynomial = sum(int(e) * x**i * y**j for (i, j), e in np.ndenumerate(kernel))
        over_c = factor(kernel, field="C")
        for root in (sympy.I, sympy.sqrt(3) * sympy.I, sympy.sqrt(5)):
            parts = sympy.factor_list(polynomial, x, y, extension=root)[1]
            factors = sum(n for p, n in parts if len(sympy.Poly(p, x, y).terms()) > 1)
            assert factors <= (1 if isinstance(over_c, Irreducible) else len(over_c.factors))


def _random_products(count):
    generator = np.random.default_rng(3)
    result = []
    for _ in range(count):
        a, b = generator.integers(-3, 4, (2, 2, 2))
        kernel = np.zeros((3, 3))
        for at in np.ndindex(2, 2):
            kernel[at[0] : at[0] + 2, at[1] : at[1] + 2] += a[at] * b
        result.append(kernel)
    return result


def _distance(kernel):
    """The smallest residual found of two complex 2x2 kernels, by alternating least squares."""
    generator = np.random.default_rng(0)
    best = np.inf
    for _ in range(8):
        a = generator.standard_normal((2, 2)) + 1j * generator.standard_normal((2, 2))
        for _ in range(400):
            b, residual = _solve(a, kernel)
            a, residual = _solve(b / np.linalg.norm(b), kernel)
            if residual < 1e-9:
                break
        best = min(best, residual / np.linalg.norm(kernel))
    return best


def _solve(known, kernel):
    columns = []
    for at in np.ndindex(2, 2):
        column = np.zeros((3, 3), dtype=complex)
        column[at[0] : at[0] + 2, at[1] : at[1] + 2] = known
        columns.append(column.ravel())
    matrix = np.array(columns).T
    found = np.linalg.lstsq(matrix, kernel.ravel().astype(complex), rcond=None)[0]
    return found.reshape(2, 2), float(np.linalg.norm(matrix @ found - kernel.ravel()))
