"""Kernels of the textbooks."""

import numpy as np
import pytest
import sympy

from factoring.kernels import BINOMIAL, CENTRE_TWO, DIAGONAL, LAPLACIAN_4, LAPLACIAN_8, SOBEL, compose
from symconv.factoring import Irreducible, check_factorisation, factor

FIELDS = ("Q", "R", "C")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("kernel", [CENTRE_TWO, LAPLACIAN_4, LAPLACIAN_8])
def test_irreducible_over_every_field(kernel, field):
    result = factor(kernel, field=field)
    assert isinstance(result, Irreducible)
    assert result.field == field
    assert result.certificate["kind"] == "discriminant"
    assert check_factorisation(result, kernel)


@pytest.mark.parametrize("kernel", [BINOMIAL, SOBEL])
@pytest.mark.parametrize("field", FIELDS)
def test_separable_kernels_split_to_the_end(kernel, field):
    result = factor(kernel, field=field)
    assert sorted(np.shape(f) for f in result.factors) == [(1, 2), (1, 2), (2, 1), (2, 1)]
    assert compose(*result.factors).tolist() == kernel
    assert check_factorisation(result, kernel)


def test_the_diagonal_splits_over_the_complex_numbers_only():
    for field in ("Q", "R"):
        result = factor(DIAGONAL, field=field)
        assert isinstance(result, Irreducible)
        assert check_factorisation(result, DIAGONAL)
    result = factor(DIAGONAL, field="C")
    assert [f.shape for f in result.factors] == [(2, 2), (2, 2)]
    assert [[sympy.expand(e) for e in row] for row in compose(*result.factors)] == DIAGONAL
    assert check_factorisation(result, DIAGONAL)
    assert not check_factorisation(Irreducible("C", factor(DIAGONAL).certificate), DIAGONAL)


def test_a_difference_of_squares_splits_over_the_reals_only():
    kernel = [[0, 0, -2], [0, 0, 0], [1, 0, 0]]  # x^2 - 2 y^2
    assert isinstance(factor(kernel), Irreducible)
    assert check_factorisation(factor(kernel), kernel)
    result = factor(kernel, field="R")
    assert {str(f) for f in result.factors} == {"[[0, sqrt(2)], [1, 0]]", "[[0, -sqrt(2)], [1, 0]]"}
    assert check_factorisation(result, kernel)


def test_a_sum_of_squares_splits_over_the_complex_numbers_only():
    kernel = [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert isinstance(factor(kernel, field="R"), Irreducible)
    assert len(factor(kernel, field="C").factors) == 2


@pytest.mark.parametrize("field", FIELDS)
def test_one_tap_is_a_shift(field):
    kernel = [[0, 0, 0], [0, 5, 0]]
    result = factor(kernel, field=field)
    assert result.certificate == {"kind": "size"}
    assert check_factorisation(result, kernel)


def test_one_dimension_over_the_reals_and_the_complex_numbers():
    kernel = [1, 0, 0, 0, 0, -1, -1]
    assert factor(kernel).certificate["kind"] == "modular"
    real = factor(kernel, field="R")
    assert [f.shape for f in real.factors] == [(2,), (2,), (3,), (3,)]
    complex_ = factor(kernel, field="C")
    assert [f.shape for f in complex_.factors] == [(2,)] * 6
    for result in (real, complex_):
        assert check_factorisation(result, kernel)
        product = [1.0]
        for taps in result.numeric:
            product = np.convolve(product, taps)
        np.testing.assert_allclose(product, kernel, atol=1e-12)
    assert all(taps.dtype == np.float64 for taps in real.numeric)


def test_three_taps_without_real_roots():
    result = factor([1, 2, 3], field="R")
    assert isinstance(result, Irreducible)
    assert check_factorisation(result, [1, 2, 3])
    assert not check_factorisation(result, [1, 4, 3])


@pytest.mark.parametrize(
    ("kernel", "kind"),
    [
        ([1, 0, 0, 0, 1], "prime-value"),  # reducible modulo every prime
        ([900, 0, -4000072, 0, 1], "prime-value"),  # sqrt(1000003) + sqrt(1000033)
        ([1, 0, 0, 0, 0, 2], "modular"),
        (np.diag([1] * 7), "specialisation"),  # six factors over C
        ([[0, 0, 0, 5], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [2, 0, 0, 0]], "newton-polygon"),
        ([[1, 2], [3, 4]], "ruppert"),
    ],
)
def test_kinds_of_certificates(kernel, kind):
    result = factor(kernel)
    assert result.certificate["kind"] == kind
    assert check_factorisation(result, kernel)


def test_conjugate_pairs_over_the_reals():
    # the norm of 1 + 2*x^2 + x*y^2*i + x^3*y*i + x^3 + y^3, of degree 6 in both variables
    a, b = np.zeros((4, 4), object), np.zeros((4, 4), object)
    a[0, 0], a[2, 0], a[3, 0], a[0, 3] = 1, 2, 1, 1
    b[1, 2], b[3, 1] = 1, 1
    kernel = compose(a, a) + compose(b, b)
    result = factor(kernel, field="R")
    assert result.certificate["kind"] == "conjugates"
    assert check_factorisation(result, kernel)
    assert check_factorisation(factor(kernel), kernel)
    split = factor(kernel, field="C")
    assert [f.shape for f in split.factors] == [(4, 4), (4, 4)]
    assert check_factorisation(split, kernel)


def test_a_cubic_family():
    x, y, t = sympy.symbols("x y t")
    norm = sympy.resultant(x * x + t * x * y + 2 * y * y + t * t - 1, t**3 - t - 1, t)
    terms = sympy.Poly(norm, x, y).as_dict()
    kernel = [[int(terms.get((i, j), 0)) for j in range(7)] for i in range(7)]
    assert [f.shape for f in factor(kernel, field="C").factors] == [(3, 3)] * 3
    assert [f.shape for f in factor(kernel, field="R").factors] == [(3, 3), (5, 5)]
    for field in FIELDS:
        assert check_factorisation(factor(kernel, field=field), kernel)


def test_a_family_in_three_dimensions():
    x, y, z = sympy.symbols("x y z")
    real, imaginary = x + z + x * y, y * z + 1
    terms = sympy.Poly(real**2 + imaginary**2, x, y, z).as_dict()
    kernel = [[[[[int(terms.get((i, j, k), 0)) for k in range(3)] for j in range(3)] for i in range(3)]]]
    for field, kind in (("Q", "specialisation"), ("R", "conjugates")):
        result = factor(kernel, field=field)
        assert result.certificate["kind"] == kind
        assert check_factorisation(result, kernel)
    result = factor(kernel, field="C")
    assert [f.shape for f in result.factors] == [(1, 1, 2, 2, 2)] * 2
    assert check_factorisation(result, kernel)


def test_representations():
    assert repr(factor(CENTRE_TWO)) == "Irreducible(over Q, by discriminant)"
    assert repr(factor(BINOMIAL)) == "Factorisation(1x2 * 1x2 * 2x1 * 2x1 over Q, 7 alternatives)"
    assert repr(factor(CENTRE_TWO, sizes=(2, 2))) == "NoSplit(2x2 * 2x2 over Q, by sizes)"
