"""Certificates made up for kernels that do split: each leaves out one hypothesis of its theorem."""

import numpy as np
import pytest

from factoring.kernels import CENTRE_TWO, DIAGONAL, compose
from symconv.factoring import Factorisation, Irreducible, NoSplit, check_factorisation, factor
from symconv.factoring.certificates import hull, specialisation
from symconv.factoring.checker_arithmetic import factor_degrees
from symconv.factoring.checker_conjugates import read_conjugates

LINES = [
    compose([1, 2], [1, 3]),
    compose([1, 0, 1], [1, 0, 2]),
    compose([-1, 1], [3, 1]),
    compose([1, 1, 1], [1, 2, 1, 4]),
]
PLANES = [
    compose([[1, 2], [3, 4]], [[2, 1], [1, 5]]),
    compose([[1, 2, 0], [0, 1, 3]], [[2, 1, 1], [1, 0, 5], [1, 1, 1]]),
    compose(DIAGONAL, [[0, 1], [1, 1]]),
    compose(CENTRE_TWO, CENTRE_TWO),
]


def _terms(kernel):
    return {tuple(map(int, at)): int(e) for at, e in np.ndenumerate(kernel) if e}


def _rational(kernel, multiplicity=1):
    terms = sorted(_terms(np.array(kernel)).items())
    return {
        "norm": [[list(at), e] for at, e in terms],
        "modulus": [0, 1],
        "terms": [[list(at), [str(e)]] for at, e in terms],
        "multiplicity": multiplicity,
    }


@pytest.mark.parametrize("kernel", PLANES)
def test_a_newton_polygon_that_is_a_sum(kernel):
    certificate = {"kind": "newton-polygon", "vertices": [list(v) for v in hull(_terms(kernel))]}
    assert not check_factorisation(Irreducible("Q", certificate), kernel)


@pytest.mark.parametrize("kernel", LINES)
def test_prime_values_near_the_roots(kernel):
    for point in range(-30, 31):
        for cofactor in range(1, 40):
            for radius in (1, 2, 6):
                certificate = {"kind": "prime-value", "point": point, "cofactor": cofactor, "radius": radius}
                assert not check_factorisation(Irreducible("Q", certificate), kernel)


@pytest.mark.parametrize("kernel", LINES)
def test_degree_patterns_that_fit_a_factor(kernel):
    patterns = [[p, factor_degrees(kernel.tolist(), p)] for p in (2, 3, 5, 7, 11, 13, 17)]
    right = [pattern for pattern in patterns if pattern[1]]
    for shown in ([], right, [[4, [len(kernel) - 1]]], [[5, [len(kernel) - 1]]]):
        assert not check_factorisation(Irreducible("Q", {"kind": "modular", "patterns": shown}), kernel)


def test_a_product_of_kernels_on_different_axes():
    kernel = compose([[1], [0], [1]], [[1, 0, 2]])
    certificate = specialisation(_terms(kernel))
    assert certificate is not None
    assert not check_factorisation(Irreducible("Q", certificate), kernel)
    cube = np.multiply.outer(np.array([[1, 1], [1, 2]], object), np.array([1, 0, 1], object))[None, None]
    assert not check_factorisation(Irreducible("Q", specialisation(_terms(cube[0, 0]))), cube)


def test_lines_on_which_the_degree_drops():
    kernel = compose([[1, 1], [1, 0]], [[2, 1], [0, 1]])
    lines = [{"axis": axis, "point": [point], "certificate": {"kind": "size"}} for axis in (0, 1) for point in (0, -1)]
    for first in lines[:2]:
        for second in lines[2:]:
            certificate = {"kind": "specialisation", "lines": [first, second]}
            assert not check_factorisation(Irreducible("Q", certificate), kernel)


def test_conjugates_that_are_equal():
    square = compose(CENTRE_TWO, CENTRE_TWO)
    terms = [[list(at), [str(e), "0"]] for at, e in sorted(_terms(np.array(CENTRE_TWO)).items())]
    norm = [[list(at), e] for at, e in sorted(_terms(square).items())]
    family = {"norm": norm, "modulus": [1, 0, 1], "terms": terms, "multiplicity": 1}
    assert read_conjugates(family).real == 0
    certificate = {"kind": "conjugates", "family": family, "prime": 2147483647}
    assert not check_factorisation(Irreducible("R", certificate), square)
    shown = {"kind": "ruppert", "prime": 2147483647, "factors": 2}
    claim = {"kind": "sizes", "families": [{**family, "certificate": shown}]}
    assert isinstance(factor(square, sizes=(3, 3), field="R"), Factorisation)
    assert not check_factorisation(NoSplit(((3, 3), (3, 3)), claim, "R"), square)


def test_real_conjugates_are_no_pair():
    kernel = [[0, 0, -2], [0, 0, 0], [1, 0, 0]]
    family = factor(kernel, sizes=((1, 3), (3, 1)), field="C").certificate["families"][0]
    certificate = {"kind": "conjugates", "family": family, "prime": 2147483647}
    assert not check_factorisation(Irreducible("R", certificate), kernel)


def test_discriminants_with_a_content():
    kernel = compose([[1, 1]], [[1, 0], [0, 1], [1, 1]])  # a factor of one axis only, the rest of degree 2 in the other
    for axis in (0, 1):
        shown = {"kind": "discriminant", "axis": axis, "discriminant": [-4, -12, -11, -2, 1]}
        assert not check_factorisation(Irreducible("Q", shown), kernel)
    a, b, c = ([x, x + y, y] for x, y in ((1, 1), (0, 1), (1, 0)))
    assert kernel.tolist() == [c, b, a]
    right = np.convolve(b, b) - 4 * np.convolve(a, c)
    shown = {"kind": "discriminant", "axis": 0, "discriminant": np.trim_zeros(right, "b").tolist()}
    assert not check_factorisation(Irreducible("Q", shown), kernel)


def test_families_must_be_what_they_say():
    family = factor([1, 0, -2], sizes=(3, 1), field="R").certificate["families"][0]
    double = {**family, "norm": [[[0], 1], [[1], -2], [[2], 1]], "modulus": [1, -2, 1]}
    uneven = {"norm": [[[0], 1], [[1], 1]], "modulus": [0, -1, 1], "terms": [[[0], ["1", "0"]], [[1], ["0", "1"]]]}
    for changed, message in (
        (double, "the modulus has a root twice"),
        ({**uneven, "multiplicity": 1}, "not all of one degree"),
        ({**family, "norm": [[[0], 2], [[2], 1]]}, "the norm is not the product of the conjugates"),
        ({**family, "multiplicity": 0}, "are not whole"),
        ({**family, "multiplicity": 1.0}, "are not whole"),
        ({**family, "modulus": [1]}, "are not whole"),
        ({**family, "terms": [[[0], ["1"]], [[1], ["0", "1"]]]}, "do not fit"),
        ({**family, "terms": [[[0], ["1", "0"]], [[-1], ["0", "1"]]]}, "do not fit"),
    ):
        with pytest.raises(ValueError, match=message):
            read_conjugates(changed)


def test_claims_of_no_split_that_leave_something_out():
    kernel = compose([1, 2], [1, 0, 3], [1, 0, 3])
    proof = {"kind": "modular", "patterns": [[5, [2]]]}
    families = [
        {**_rational([1, 2]), "certificate": {"kind": "size"}},
        {**_rational([1, 0, 3], 2), "certificate": proof},
    ]
    assert check_factorisation(factor(compose([1, 0, 3], [1, 0, 3]), sizes=(2, 4)), compose([1, 0, 3], [1, 0, 3]))
    for sizes in ((3, 4), (2, 5), (4, 3)):
        size = tuple((k,) for k in sizes)
        assert not check_factorisation(NoSplit(size, {"kind": "sizes", "families": families}), kernel)
    single = {"kind": "sizes", "families": [{**_rational(kernel), "certificate": {"kind": "size"}}]}
    assert not check_factorisation(NoSplit(((3,), (4,)), single), kernel)
    assert check_factorisation(NoSplit(((1,), (6,)), {"kind": "sizes", "families": families}), kernel)
    assert not check_factorisation(NoSplit(((1,), (7,)), {"kind": "sizes", "families": families}), kernel)


def test_a_conjugate_twice_in_place_of_the_other():
    kernel = [-2, 0, 1]  # monic, so that no scale gives it away
    result = factor(kernel, field="R")
    first, second = result.certificate["factors"]
    for chosen, arrays in (([first, first], [0, 0]), ([second, second], [1, 1])):
        certificate = {**result.certificate, "factors": chosen}
        forged = Factorisation(tuple(result.factors[k] for k in arrays), (), "R", 1, certificate)
        assert not check_factorisation(forged, kernel)


def test_irrational_factors_keep_the_shift():
    kernel = [0, 1, 0, -2]
    for field in ("R", "C"):
        result = factor(kernel, field=field)
        assert check_factorisation(result, kernel)
        assert not check_factorisation(result, [1, 0, -2, 0])


def test_a_linear_factor_that_is_not_conjugate_to_another():
    family = {
        "norm": [[[0], 1], [[1], 2], [[2], 1]],
        "modulus": [1, 0, 1],
        "terms": [[[0], ["1", "0"]], [[1], ["1", "0"]]],
        "multiplicity": 1,
        "certificate": {"kind": "size"},
    }
    claim = NoSplit(((2,), (2,)), {"kind": "sizes", "families": [family]}, "R")
    assert isinstance(factor([1, 2, 1], sizes=(2, 2), field="R"), Factorisation)
    assert not check_factorisation(claim, [1, 2, 1])
