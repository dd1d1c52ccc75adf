"""Composites of random kernels split again, and multiply back exactly."""

from dataclasses import replace

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from factoring.kernels import compose, integer_kernels
from symconv.factoring import Factorisation, NoSplit, check_factorisation, factor

SHAPES = [((3,), (2,)), ((4,), (4,)), ((2, 2), (3, 3)), ((1, 3), (4, 2)), ((3, 4), (4, 3)), ((2, 2, 2), (2, 3, 2))]


@pytest.mark.parametrize("shapes", SHAPES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_products_split_again(shapes, data):
    k1, k2 = (data.draw(integer_kernels(shape)) for shape in shapes)
    kernel = compose(k1, k2)
    given_kernel = kernel if kernel.ndim < 3 else kernel[None, None]
    result = factor(given_kernel)
    assert isinstance(result, Factorisation)
    factors = [f.reshape(f.shape[-kernel.ndim :]) for f in result.factors]
    assert (compose(*factors) == kernel).all()
    assert check_factorisation(result, given_kernel)
    sized = factor(given_kernel, sizes=shapes)
    ways = [sized.factors, *sized.alternatives]
    assert all((compose(*(f.reshape(f.shape[-kernel.ndim :]) for f in way)) == kernel).all() for way in ways)
    assert all(f.shape[-kernel.ndim :] == shape for way in ways for f, shape in zip(way, shapes, strict=True))
    assert any(_proportional(way[0].reshape(shapes[0]), k1) for way in ways) or _has_shift(k1) or _has_shift(k2)


@settings(max_examples=15, deadline=None)
@given(integer_kernels((3, 3), 3), st.sampled_from("QRC"))
def test_certificates_of_random_kernels_hold(kernel, field):
    result = factor(kernel, field=field)
    assert check_factorisation(result, kernel)
    for sizes in (((2, 2), (2, 2)), ((1, 3), (3, 1)), ((1, 2), (3, 2))):
        sized = factor(kernel, sizes=sizes, field=field)
        assert check_factorisation(sized, kernel)
        assert isinstance(sized, NoSplit | Factorisation)


@settings(max_examples=10, deadline=None)
@given(integer_kernels((4, 4), 1), st.sampled_from("RC"))
def test_norms_split_over_the_complex_numbers(kernel, field):
    other = kernel[::-1].T
    norm = compose(kernel, kernel) + compose(other, other)
    if np.count_nonzero(norm) > 1:
        result = factor(norm, field=field)
        assert check_factorisation(result, norm)
        assert field == "R" or isinstance(result, Factorisation)


@settings(max_examples=20, deadline=None)
@given(integer_kernels((6,)), st.sampled_from("RC"))
def test_one_dimension_splits_to_the_end(kernel, field):
    result = factor(kernel, field=field)
    assert check_factorisation(result, kernel)
    degree = np.flatnonzero(kernel).max() - np.flatnonzero(kernel).min()
    if isinstance(result, Factorisation):
        product = np.ones(1)
        for taps in result.numeric:
            assert len(np.trim_zeros(taps)) <= (2 if field == "C" else 3)
            product = np.convolve(product, taps)
        np.testing.assert_allclose(product, kernel.astype(float), atol=1e-6)
        assert len(result.factors) == degree or field == "R"


def test_alternatives_of_conjugates_multiply_back():
    kernel = [1, 0, 0, -2, 0, 0, 3]
    result = factor(kernel, field="R")
    assert len(result.alternatives) == 2 ** len(result.factors) - 2 - (len(result.factors) == 2)
    for way in result.alternatives:
        np.testing.assert_allclose(np.convolve(*replace(result, factors=way).numeric), kernel, atol=1e-9)


def test_alternatives_are_a_sequence():
    kernel = compose([1, 1], [1, 2], [1, 3], [1, 1])
    result = factor(kernel)
    ways = result.alternatives
    assert len(ways) == 3 * 2 * 2 - 2
    assert len(list(ways)) == len({str(way) for way in ways}) == len(ways)
    assert str(ways[-1]) == str(ways[len(ways) - 1])
    assert str(list(ways[2:4])) == str([ways[2], ways[3]])
    with pytest.raises(IndexError):
        ways[len(ways)]
    assert all(check_factorisation(replace(result, factors=way), kernel) for way in ways)
    two = factor(compose([1, 2], [1, 3]))
    assert str(list(two.alternatives)) == str([_scaled_like(two)])


def test_content_goes_into_the_first_factor():
    kernel = sympy.Array([sympy.Rational(3, 2), 3, sympy.Rational(3, 2)])
    assert factor(kernel).factors == (sympy.Array([sympy.Rational(3, 2), sympy.Rational(3, 2)]), sympy.Array([1, 1]))


def _scaled_like(result):
    return tuple(reversed(result.factors))


def _proportional(left, right):
    pairs = [(a, b) for a, b in zip(left.flat, right.flat, strict=True)]
    a0, b0 = next((a, b) for a, b in pairs if a or b)
    return all(a * b0 == b * a0 for a, b in pairs) and bool(a0 and b0)


def _has_shift(kernel):
    """Whether the outermost slices have zeros, so that a shift may move between the factors."""
    ends = [kernel.take(end, axis) for axis in range(kernel.ndim) for end in (0, -1)]
    return not all(np.any(end) for end in ends)
