"""The checker refuses certificates that are changed, or shown with another kernel."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
import sympy

from factoring.kernels import BINOMIAL, CENTRE_TWO, DIAGONAL, LAPLACIAN_4, compose
from symconv.factoring import Factorisation, Irreducible, NoSplit, check_factorisation, factor
from symconv.factoring.checker_arithmetic import count_real_roots, factor_degrees, is_prime
from symconv.factoring.checker_conjugates import read_conjugates

NORM = compose([[1, 2, 0], [0, 1, 3], [2, 0, 1]], [[1, 2, 0], [0, 1, 3], [2, 0, 1]]) + compose(
    [[0, 1, 1], [1, 0, 2], [0, 3, 0]], [[0, 1, 1], [1, 0, 2], [0, 3, 0]]
)
RANDOM = [[1, -2, 3, 4], [2, 5, -1, 1], [3, 3, 0, -2], [1, 1, 2, 7]]
SLANTED = [[0, 0, 0, 5], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [2, 0, 0, 0]]
PROVED = [
    (CENTRE_TWO, "C"),
    (LAPLACIAN_4, "Q"),
    (DIAGONAL, "R"),
    (DIAGONAL, "Q"),
    ([1, 2, 3], "R"),
    (RANDOM, "C"),
    (NORM, "Q"),
    (NORM, "R"),
    (SLANTED, "Q"),
    ([1, 0, 0, 0, 1], "Q"),
    ([1, 0, 0, 0, 0, 2], "Q"),
    ([[0, 3]], "C"),
]
REDUCIBLE = [
    BINOMIAL,
    compose([[1, 2], [3, 4]], [[2, 1], [1, 5]]),
    compose([[1, 2, 0], [0, 1, 3]], [[2, 1, 1], [1, 0, 5], [1, 1, 1]]),
    compose([1, 2], [1, 3]),
    compose([1, 0, 1], [1, 0, 2]),
    compose([1, 0, 1], [1, 0, 1]),
    compose(DIAGONAL, DIAGONAL),
    compose([[1, 1]], [[1], [2]]),
    compose([1, 1, 1], [1, 2, 1, 4]),
]


def _leaves(data, path=()):
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _leaves(value, (*path, key))
    else:
        yield path, data


def _changed(data, path, value):
    result = copy.deepcopy(data)
    place = result
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return result


@pytest.mark.parametrize(("kernel", "field"), PROVED)
def test_certificates_are_plain_data_that_hold(kernel, field):
    result = factor(kernel, field=field)
    assert isinstance(result, Irreducible)
    plain = json.loads(json.dumps(result.certificate))
    assert plain == result.certificate
    assert check_factorisation(Irreducible(field, plain), kernel)


@pytest.mark.parametrize(("kernel", "field"), PROVED)
def test_no_certificate_holds_for_a_kernel_that_splits(kernel, field):
    certificate = factor(kernel, field=field).certificate
    for other in REDUCIBLE:
        for claimed in "QRC":
            assert not check_factorisation(Irreducible(claimed, certificate), other)


@pytest.mark.parametrize(("kernel", "field"), PROVED)
def test_changed_certificates_prove_nothing_new(kernel, field):
    """A changed certificate is refused, or still a proof of what is true of this kernel, and of no other."""
    certificate = factor(kernel, field=field).certificate
    for path, value in _leaves(certificate):
        for new in (None, "x", -1, 0, 1, 4, 2.5, value + 1 if isinstance(value, int) else "ruppert"):
            if new == value:
                continue
            mutant = Irreducible(field, _changed(certificate, path, new))
            assert not any(check_factorisation(mutant, other) for other in REDUCIBLE)
            if path[-1] in ("kind", "prime") or "discriminant" in path or "vertices" in path:
                assert not check_factorisation(mutant, kernel) or (path[-1] == "kind" and new == "ruppert")


@pytest.mark.parametrize(
    ("kernel", "field"), [(DIAGONAL, "Q"), (DIAGONAL, "R"), (NORM, "Q"), (NORM, "R"), ([1, 2, 3], "R")]
)
def test_irreducible_over_one_field_is_not_over_a_larger_one(kernel, field):
    certificate = factor(kernel, field=field).certificate
    assert check_factorisation(Irreducible(field, certificate), kernel)
    assert not check_factorisation(Irreducible("C", certificate), kernel)


@pytest.mark.parametrize("prime", [2147483647, 2147483629, 101, 3, 2])
@pytest.mark.parametrize("factors", [0, 1, 2])
def test_a_bound_by_rank_is_never_below_the_truth(prime, factors):
    certificate = {"kind": "ruppert", "prime": prime, "factors": factors}
    for kernel in (NORM, DIAGONAL, *REDUCIBLE):
        assert not check_factorisation(Irreducible("C", certificate), kernel)


def test_malformed_results_are_refused():
    for certificate in ({}, {"kind": "nothing"}, {"kind": "unchecked"}, {"kind": ["size"]}, {"kind": "ruppert"}, []):
        assert not check_factorisation(Irreducible("Q", certificate), RANDOM)
        assert not check_factorisation(NoSplit(((2, 2), (3, 3)), certificate), RANDOM)
    assert not check_factorisation(Factorisation(()), RANDOM)
    assert not check_factorisation(Factorisation((RANDOM,)), RANDOM)
    assert not check_factorisation(Factorisation((RANDOM, [[1]])), RANDOM)
    assert not check_factorisation(factor(RANDOM), [[float("nan")]])
    assert not check_factorisation(factor(RANDOM), None)


@pytest.mark.parametrize("field", ["Q", "R", "C"])
def test_factors_must_multiply_to_the_kernel(field):
    kernel = compose([1, 0, -2], [1, 0, 3])
    result = factor(kernel, field=field)
    assert check_factorisation(result, kernel)
    for other in (2 * kernel, kernel[::-1], [*kernel, 0], [0, *kernel]):
        assert not check_factorisation(result, other)
    first, *rest = result.factors
    doubled = [2 * e for e in first]
    assert not check_factorisation(replace(result, factors=(sympy.Array(doubled), *rest)), kernel)
    assert not check_factorisation(replace(result, factors=(first, first, *rest[1:])), kernel)
    assert not check_factorisation(replace(result, middle_channels=2), kernel)


def test_factors_must_be_over_the_field():
    result = factor([1, 0, 0, 0, 2], field="C")
    assert check_factorisation(result, [1, 0, 0, 0, 2])
    assert not check_factorisation(replace(result, field="R"), [1, 0, 0, 0, 2])
    real = factor([1, 0, -2], field="R")
    assert check_factorisation(replace(real, field="C"), [1, 0, -2])
    assert not check_factorisation(replace(real, field="Q"), [1, 0, -2])


@pytest.mark.parametrize("field", ["R", "C"])
def test_changed_conjugates_are_refused(field):
    kernel = [1, 0, 0, 0, 0, -1, -1]
    result = factor(kernel, field=field)
    for path, value in _leaves(result.certificate):
        for new in (None, -1, 7, str(value) + "1", value + 1 if isinstance(value, int) else "1/3"):
            mutant = replace(result, certificate=_changed(result.certificate, path, new))
            assert str(new) == str(value) or not check_factorisation(mutant, kernel), (path, new)


@pytest.mark.parametrize("field", ["Q", "R", "C"])
def test_changed_claims_of_no_split_are_refused(field):
    kernel = compose(NORM, [[1, 2], [3, 5]])
    result = factor(kernel, sizes=((1, 6), (6, 1)), field=field)
    assert isinstance(result, NoSplit)
    assert check_factorisation(result, kernel)
    assert not check_factorisation(result, kernel[::-1])
    for path, value in _leaves(result.certificate):
        if "certificate" in path or not {"norm", "multiplicity"} & set(path):
            continue  # the others may change into another proof of the same
        for new in (None, -1, 7, value + 1 if isinstance(value, int) else "1/3"):
            if new != value:
                mutant = replace(result, certificate=_changed(result.certificate, path, new))
                assert not check_factorisation(mutant, kernel), path
    families = result.certificate["families"]
    assert not check_factorisation(replace(result, certificate={"kind": "sizes", "families": families[:1]}), kernel)
    assert not check_factorisation(replace(result, certificate={"kind": "sizes", "families": []}), kernel)


def test_conjugates_with_a_repeated_or_uneven_root_are_refused():
    data = factor([1, 0, -2], sizes=(3, 1), field="R").certificate["families"][0]
    assert read_conjugates(data).real == 2
    uneven = {"norm": [[[0], 1], [[1], 1]], "modulus": [0, -1, 1], "terms": [[[0], ["1", "0"]], [[1], ["0", "1"]]]}
    for changed in ({**data, "modulus": [0, 0, 1]}, {**uneven, "multiplicity": 1}):
        with pytest.raises(ValueError, match=r"modulus|degree|norm"):
            read_conjugates(changed)


def test_primality_and_real_roots():
    assert [n for n in range(-3, 60) if is_prime(n)] == list(sympy.primerange(60))
    assert not any(is_prime(n) for n in (2047, 3215031751, 3825123056546413051, 2**61 - 3, 2**89 - 1, 7.0, True))
    assert is_prime(2**61 - 1)
    for roots in ([1], [0, 2], [-3, -3, 5], [1, 2, 3, 4]):
        line = [int(e) for e in np.polynomial.polynomial.polyfromroots(roots)]
        assert count_real_roots(line) == len(set(roots))
        assert count_real_roots(compose(line, [1, 0, 1]).tolist()) == len(set(roots))


@pytest.mark.parametrize("prime", [2, 3, 5, 7, 11, 13])
def test_factor_degrees_modulo_primes(prime):
    x = sympy.symbols("x")
    for line in ([1, 0, 0, 0, 1], [1, 2, 3, 4, 5, 6], [3, 1, 0, 0, 1, 7, 1], [1, 1], [6, 5, 1]):
        parts = sympy.Poly(line[::-1], x, modulus=prime).factor_list()[1]
        expected = sorted(p.degree() for p, _ in parts) if line[-1] % prime else None
        if any(power > 1 for _, power in parts):
            expected = None
        assert factor_degrees(line, prime) == expected
