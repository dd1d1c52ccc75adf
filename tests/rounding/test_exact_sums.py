"""Exact sums and the terms of single elements, against fractions and against the whole statement."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import symconv as sc
from oracles.rounding_problems import all_problems
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
