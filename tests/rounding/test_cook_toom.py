"""The matrices of minimal filtering: right, the published ones, and refused where they are wrong."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product as every

import pytest

from oracles.winograd import PUBLISHED, rows
from symconv.errors import ArgumentError
from symconv.rounding.cook_toom import Matrix, minimal_filtering

OUTPUTS = (2, 4, 6)
VARIANTS = [(m, r) for m in OUTPUTS for r in (2, 3, 4, 5) if m + r <= 9]


@pytest.mark.parametrize(("outputs", "taps"), [(1, 1), (1, 3), (3, 1), (3, 4), *VARIANTS])
def test_each_input_and_tap_reach_the_output_that_they_should(outputs: int, taps: int) -> None:
    f = minimal_filtering(outputs, taps)
    size = outputs + taps - 1
    for tap, place in every(range(taps), range(size)):
        products = [f.kernel[t][tap] * f.data[t][place] for t in range(size)]
        found = [sum(a * p for a, p in zip(row, products, strict=True)) for row in f.output]
        assert found == [1 if place == i + tap else 0 for i in range(outputs)]


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_matrices_are_the_published_ones_but_for_signs(outputs: int) -> None:
    f = minimal_filtering(outputs, 3)
    found = [[[abs(entry) for entry in row] for row in matrix] for matrix in (f.output, f.kernel, f.data)]
    assert found == [rows(lines) for lines in PUBLISHED[outputs]]


@pytest.mark.parametrize("name", ["output", "kernel", "data"])
def test_a_wrong_entry_is_refused(name: str) -> None:
    f = minimal_filtering(2, 3)
    matrix: Matrix = getattr(f, name)
    for i, j in every(range(len(matrix)), range(len(matrix[0]))):
        changed = [list(row) for row in matrix]
        changed[i][j] += Fraction(1, 90)
        with pytest.raises(ArgumentError, match=r"^F\(2, 3\): does not give input \d times tap \d its share of output"):
            replace(f, **{name: tuple(map(tuple, changed))})


def test_too_few_points() -> None:
    with pytest.raises(ArgumentError) as error:
        minimal_filtering(6, 4)
    expected = "F(6, 4): needs 9 points, and there are 8; choose outputs and taps of 1 or more, together at most 9."
    assert str(error.value) == expected
