"""Arrays in, arrays of the same kind out; and what is no kernel."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch

from factoring.kernels import BINOMIAL, DIAGONAL
from symconv.errors import ArgumentError
from symconv.factoring import check_factorisation, factor
from symconv.factoring.arrays import read_kernel, restore

DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8, torch.int64]


@pytest.mark.parametrize("dtype", DTYPES)
def test_torch_keeps_its_dtype(dtype):
    kernel = torch.tensor(BINOMIAL, dtype=dtype)
    result = factor(kernel)
    assert all(isinstance(f, torch.Tensor) and f.dtype == dtype for f in result.factors)
    assert check_factorisation(result, kernel)


def test_torch_keeps_its_channels_and_changes_nothing():
    kernel = torch.tensor(BINOMIAL, dtype=torch.float32, requires_grad=True)[None, None]
    before = kernel.detach().clone()
    result = factor(kernel, sizes=((1, 3), (3, 1)))
    assert [tuple(f.shape) for f in result.factors] == [(1, 1, 1, 3), (1, 1, 3, 1)]
    assert torch.equal(torch.nn.functional.conv_transpose2d(result.factors[1], result.factors[0]), before)
    assert torch.equal(kernel, before)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.float16, np.float32, np.float64, object])
def test_numpy_keeps_its_dtype(dtype):
    kernel = np.array(BINOMIAL, dtype=dtype)
    assert all(f.dtype == dtype for f in factor(kernel).factors)
    assert check_factorisation(factor(kernel), kernel)


def test_lists_and_sympy_arrays():
    assert factor(BINOMIAL, sizes=(2, 2)).factors[0] == [[1, 1], [1, 1]]
    assert factor([0.5, 1.0, 0.5]).factors == ([0.5, 0.5], [1.0, 1.0])
    assert factor([Fraction(1, 3), Fraction(2, 3), Fraction(1, 3)]).factors[0] == [Fraction(1, 3), Fraction(1, 3)]
    assert factor(((1, 2), (2, 4))).factors == ([[1, 2]], [[1], [2]])
    assert isinstance(factor(sympy.Matrix(BINOMIAL)).factors[0], sympy.Matrix)
    assert isinstance(factor(sympy.ImmutableMatrix(BINOMIAL)).factors[0], sympy.ImmutableMatrix)
    assert isinstance(factor(sympy.Array(BINOMIAL)).factors[0], sympy.Array)


def test_what_has_no_place_in_the_dtype_comes_as_sympy_arrays():
    result = factor(np.array([1, 0, -2]), field="R")
    assert all(isinstance(f, sympy.Array) for f in result.factors)
    unsigned = np.array([6, 1, 0], dtype=np.uint8) + np.array([0, 0, 255], dtype=np.uint8)
    negative = factor(np.array([2, 3, 1], dtype=np.uint8))
    assert all(f.dtype == np.uint8 for f in negative.factors)
    assert check_factorisation(factor(unsigned, field="C"), unsigned)
    third = torch.tensor([1.0, 0.0, -3.0, 0.0], dtype=torch.float32)
    assert all(isinstance(f, sympy.Array) for f in factor(third, field="R").factors)
    difference = np.array([4, 0, 0], dtype=np.uint8)
    difference[2] = 1
    assert all(isinstance(f, sympy.Array) for f in factor(difference, field="C").factors)


@pytest.mark.parametrize("model", [[0.5, 1.0], np.ones(2), np.ones(2, np.float16), torch.ones(2), np.ones(2, int)])
@pytest.mark.parametrize("value", [Fraction(1, 3), Fraction(2**60 + 1), Fraction(2**2000), Fraction(1, 2**1200)])
def test_no_entry_is_rounded(model, value):
    (restored,) = restore(read_kernel(model), [((1, 1, 2), [Fraction(1), value])])
    assert Fraction(str(restored[1])) == value
    if not (isinstance(model, np.ndarray) and model.dtype.kind == "i" and value == 2**60 + 1):
        assert isinstance(restored, sympy.Array)


def test_a_float_is_the_fraction_that_it_is():
    kernel = [0.1, 0.2, 0.1]
    exact = [Fraction(e) for e in kernel]
    assert check_factorisation(factor(kernel), exact)
    assert 0.1 + 0.2 != 0.3
    assert factor([0.5, 0.30000000000000004, 0.1 + 0.2]).certificate == factor([0.5, 0.1 + 0.2, 0.1 + 0.2]).certificate
    assert check_factorisation(factor(np.array([0.1, 0.3, 0.2])), np.array([0.1, 0.3, 0.2]))
    assert not check_factorisation(factor([1, 2, 1]), [1, 2 + 2**-40, 1])


def test_sympy_numbers():
    kernel = sympy.Array([sympy.Rational(1, 2), sympy.Float(1.5), 1])
    assert factor(kernel).factors[1] == sympy.Array([1, 1]) or check_factorisation(factor(kernel), kernel)


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        ([1, float("nan")], "tap=nan: is not finite"),
        ([1, float("-inf")], "tap=-inf: is not finite"),
        (np.array([1, np.inf]), "tap=inf: is not finite"),
        ([1, sympy.Symbol("a")], "tap=a: is no rational number"),
        ([1, sympy.sqrt(2)], "is no rational number"),
        (sympy.Array([1, sympy.oo]), "is no rational number"),
        ([1, 2j], "is no rational number"),
        (torch.tensor([1j]), "holds no rational numbers"),
        ([True, False], "tap=True: is no rational number"),
        (np.array([True]), "is no rational number"),
        (torch.tensor([True]), "holds no rational numbers"),
        (["1", "2"], "tap='1': is no rational number"),
        ([], "has no taps"),
        (np.zeros((0, 3)), "has no taps"),
        ([[1, 2], [3]], "is a ragged nested list"),
        ([[0, 0], [0, 0]], "has only zero taps"),
        (np.ones((1,) * 6), "kernel of rank 6"),
        (np.array(3.0), "kernel of rank 0"),
        (5, "kernel of type int: is no array"),
        ("kernel", "kernel of type str: is no array"),
    ],
)
def test_bad_kernels(kernel, message):
    with pytest.raises(ArgumentError, match=message):
        factor(kernel)


@pytest.mark.parametrize("field", ["q", "Z", None, 1])
def test_bad_fields(field):
    with pytest.raises(ArgumentError, match="is not 'Q', 'R' or 'C'; choose one of these"):
        factor(DIAGONAL, field=field)


def test_numeric_companions():
    first, second = factor(torch.tensor(BINOMIAL), sizes=(2, 2)).numeric
    assert first.dtype == second.dtype == np.float64
    complex_ = factor(DIAGONAL, field="C").numeric
    assert complex_[0].dtype == np.complex128
    np.testing.assert_allclose(complex_[0][0, 0] * complex_[1][0, 0], 1)
