"""Splits into two kernels of given sizes."""

import numpy as np
import pytest

from factoring.kernels import BINOMIAL, DIAGONAL, SOBEL, compose
from symconv.errors import ArgumentError
from symconv.factoring import Factorisation, NoSplit, check_factorisation, factor


def _ways(result):
    return [result.factors, *result.alternatives]


def test_all_ways_up_to_scalars():
    assert factor(BINOMIAL, sizes=((2, 2), (2, 2))).factors == ([[1, 1], [1, 1]], [[1, 1], [1, 1]])
    ways = _ways(factor(SOBEL, sizes=((2, 2), (2, 2))))
    assert len(ways) == 2
    assert all((compose(*way) == np.array(SOBEL)).all() for way in ways)
    assert len(_ways(factor(SOBEL, sizes=((1, 3), (3, 1))))) == 1


def test_order_of_the_sizes():
    kernel = compose([[1, 2], [3, 5]], [[1, 0, 4], [2, 7, 1], [1, 1, 3]])
    first, second = factor(kernel, sizes=((3, 3), (2, 2))).factors
    assert first.shape, second.shape == ((3, 3), (2, 2))
    assert (compose(first, second) == kernel).all()
    assert isinstance(factor(kernel, sizes=((2, 3), (3, 2))), NoSplit)


def test_one_number_stands_for_all_axes():
    assert factor(BINOMIAL, sizes=(2, 2)).factors == factor(BINOMIAL, sizes=((2, 2), (2, 2))).factors


def test_a_zero_border_leaves_room():
    kernel = compose([[1, 1, 0], [1, 2, 0], [0, 0, 0]], [[2, 1], [1, 3]])  # 4x4, of which the last slices are zero
    for sizes in (((2, 2), (3, 3)), ((3, 3), (2, 2))):
        result = factor(kernel, sizes=sizes)
        assert len(_ways(result)) == 2
        assert all((compose(*way) == kernel).all() for way in _ways(result))
        assert check_factorisation(result, kernel)
    tight = kernel[:3, :3]
    assert isinstance(factor(tight, sizes=((1, 1), (3, 3))), NoSplit)
    assert len(_ways(factor(tight, sizes=((2, 2), (2, 2))))) == 2


def test_the_shift_stays_in_place():
    kernel = np.zeros((5, 5), dtype=int)
    kernel[2:, 1:4] = BINOMIAL
    result = factor(kernel)
    assert (compose(*result.factors) == kernel).all()
    assert result.factors[0].shape == (3, 4)
    sized = factor(kernel, sizes=((2, 4), (4, 2)))
    assert all((compose(*way) == kernel).all() for way in _ways(sized))
    assert sized.factors[0].shape == (2, 4)


@pytest.mark.parametrize("field", ["Q", "R", "C"])
def test_an_irreducible_kernel_has_no_sizes(field):
    result = factor(DIAGONAL, sizes=((2, 2), (2, 2)), field=field)
    assert isinstance(result, NoSplit if field != "C" else Factorisation)
    assert check_factorisation(result, DIAGONAL)


def test_factors_that_do_not_add_up():
    kernel = compose([[1, 0, 2]], [[3, 0, 0, 0, 1]])  # factors of widths 3 and 5 only, over Q
    result = factor(kernel, sizes=((1, 4), (1, 4)))
    assert isinstance(result, NoSplit)
    assert len(result.certificate["families"]) == 2
    assert check_factorisation(result, kernel)
    for field, kind in (("R", NoSplit), ("C", Factorisation)):
        over = factor(kernel, sizes=((1, 4), (1, 4)), field=field)
        assert isinstance(over, kind)
        assert check_factorisation(over, kernel)


def test_many_factors():
    kernel = [1] + [0] * 19 + [-1]
    result = factor(kernel, sizes=(11, 11), field="C")
    assert len(result.alternatives) == 9_999
    assert check_factorisation(result, kernel)
    odd = compose(*([[1, 0, k] for k in range(1, 20)]))
    assert isinstance(factor(odd, sizes=((20,), (20,))), NoSplit)


def test_a_claim_of_no_split_is_checked_against_the_sizes():
    kernel = compose([[1, 0, 2]], [[3, 0, 0, 0, 1]])
    result = factor(kernel, sizes=((1, 4), (1, 4)))
    for sizes in (((1, 3), (1, 5)), ((1, 5), (1, 3)), ((1, 4), (1, 5))):
        assert not check_factorisation(NoSplit(sizes, result.certificate), kernel)
    assert not check_factorisation(NoSplit(result.sizes, result.certificate, "C"), kernel)


def test_a_single_tap_never_splits():
    result = factor([[0, 3], [0, 0]], sizes=((1, 2), (2, 1)))
    assert isinstance(result, NoSplit)
    assert check_factorisation(result, [[0, 3], [0, 0]])


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (((2, 2), (3, 3)), "compose to 4 on axis 0 where the kernel has 3"),
        (((2, 2),), "are no sizes of two kernels"),
        (((2, 2, 2), (2, 2, 2)), "is no size on 2 axes"),
        (((0, 2), (4, 2)), "is not positive whole numbers"),
        (((2.0, 2), (2, 2)), "is not positive whole numbers"),
        ("22", "are no sizes of two kernels"),
    ],
)
def test_bad_sizes(sizes, message):
    with pytest.raises(ArgumentError, match=message):
        factor(BINOMIAL, sizes=sizes)
