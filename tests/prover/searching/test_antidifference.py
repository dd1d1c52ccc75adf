"""Sums in closed form, against sums of numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from symconv.prover.polynomial import Polynomial
from symconv.prover.searching.summation import antidifference

MONOMIALS = st.lists(st.sampled_from("vn"), max_size=6).map(lambda names: tuple(sorted(names)))
POLYNOMIALS = st.dictionaries(MONOMIALS, st.integers(-5, 5).filter(bool), max_size=4).map(Polynomial)
#: Every sum of powers up to the sixth has denominators that divide this.
COMMON = 84 * 60


@given(POLYNOMIALS, st.integers(0, 6), st.integers(-3, 3))
def test_differences_add_up(c: Polynomial, m: int, n: int) -> None:
    F = antidifference(c * COMMON, "v")
    assert F is not None
    assert F.at({"v": m, "n": n}) == sum(COMMON * c.at({"v": v, "n": n}) for v in range(m))
    assert F.at({"v": 0, "n": n}) == 0


@given(POLYNOMIALS)
def test_coefficients_are_integers_or_nothing(c: Polynomial) -> None:
    F = antidifference(c, "v")
    halves = antidifference(c * 2, "v")
    assert F is None or halves == F * 2


def test_a_half_is_refused() -> None:
    assert antidifference(Polynomial({("v",): 1}), "v") is None
    assert antidifference(Polynomial({("v",): 2}), "v") == Polynomial({("v", "v"): 1, ("v",): -1})
