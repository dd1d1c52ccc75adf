"""The terms of single elements: their labels, and what is refused; their sums are tested with the exact sums."""

from __future__ import annotations

import re

import numpy as np
import pytest

import symconv as sc
from symconv.errors import ArgumentError
from symconv.numerics.elements import element_terms


def test_indices_name_the_terms():
    statement = sc.Conv2d(4, 2, (1, 3), groups=2, padding=((0, 0), (1, 1)), bias=False).on((1, 4, 2, 3)).statement()
    (term,) = element_terms(statement, (0, 1, 1, 0))
    assert term.index("i").tolist() == [0, 0, 1, 1]
    assert term.index("u_w").tolist() == [1, 2, 1, 2]
    assert [name for name, _ in term.factors] == ["W", "X"]
    (x,) = [at for name, at in term.factors if name == "X"]
    assert sorted(set(np.broadcast_to(x[1], term.shape).ravel().tolist())) == [2, 3]


def test_a_position_outside_is_refused():
    statement = sc.Conv1d(1, 1, 3).on((1, 1, 5)).statement()
    with pytest.raises(ArgumentError) as caught:
        element_terms(statement, (0, 0, 3))
    assert str(caught.value) == "position=(0, 0, 3): is not in Y of shape (1, 1, 3); stay inside."


@pytest.mark.parametrize(
    ("layer", "shape", "text"),
    [
        (sc.Conv1d("c", 1, 3), (1, "c", 5), "statement: has sizes without numbers; put numbers in for them."),
        (sc.AvgPool1d(2), (1, 1, 4), "statement: has a factor beside its tensors; evaluate it as a whole, by "),
        (sc.Conv1d(1, 1, 3, padding=1, padding_mode="circular"), (1, 1, 4), "which is not affine; evaluate it as a "),
    ],
)
def test_a_statement_of_another_kind_is_refused(layer, shape, text):
    with pytest.raises(sc.StatementError, match=re.escape(text)):
        element_terms(layer.on(shape).statement(), (0, 0, 0))
