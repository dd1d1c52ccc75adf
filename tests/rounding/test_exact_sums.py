"""Exact sums and the terms of single elements, against fractions and against the whole statement."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symconv as sc
from oracles.rounding_problems import all_problems
from symconv.errors import ArgumentError
from symconv.numerics.elements import element_terms
from symconv.rounding.exact_sums import Elements, sum_of_products
from symconv.testing import conv_layers, exact_inputs

floats = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(floats, floats), max_size=30))
def test_sums_of_products_are_exact(pairs):
    left, right = (np.array(side, dtype=np.float64) for side in (zip(*pairs, strict=True) if pairs else ((), ())))
    assert sum_of_products(left, right) == sum((Fraction(a) * Fraction(b) for a, b in pairs), Fraction(0))


def test_many_terms_do_not_overflow_the_limbs():
    largest = np.full(2**20, np.nextafter(2.0, 0.0))
    assert sum_of_products(largest, largest) == 2**20 * Fraction(float(largest[0])) ** 2


@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_the_terms_of_an_element_make_the_element(data):
    layer = data.draw(conv_layers())
    for problem in all_problems(layer, data.draw(exact_inputs(layer)), 0):
        whole = sc.evaluate_statement(problem.statement, problem.tensors)
        elements, counts = Elements(problem), problem.product.terms().expand(problem.shape)
        for _ in range(2):
            position = tuple(data.draw(st.integers(0, s - 1)) for s in problem.shape)
            assert elements.exact(position) == Fraction(float(whole[position]))
            assert elements.rounded(position) == float(whole[position])
            products = [t for t in elements.terms(position) if len(t.factors) == len(problem.operands)]
            assert sum(t.count for t in products) == counts[position] + (len(products) - 1)


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
