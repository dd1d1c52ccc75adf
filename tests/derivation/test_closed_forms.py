"""Closed forms of the taps that are lost at a border, against the count of pairs, wherever their condition holds."""

from __future__ import annotations

import itertools

import pytest
from sympy import Integer, true

from symconv.derivation.closed import closed_form
from symconv.numerics.formulas import evaluate
from symconv.statements import TapsBelow, count, size

P, S, D, M, K, Q = count("p"), size("s"), size("d"), size("m"), size("k"), size("q")
STEPS = {"equal": (1, 1), "tap": (1, D), "position": (S, 1), "multiple": (S, Q * S), "divisor": (Q * D, D)}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("taps", [K, Integer(1)], ids=["taps", "one tap"])
def test_closed_form_counts_pairs(steps: tuple[object, object], taps: object) -> None:
    """#{(y, u): s*y + d*u < p} in closed form equals the pairs counted one by one, for all small numbers."""
    s, d = map(Integer, steps) if steps == (1, 1) else steps
    found = TapsBelow(P, s, d, M, taps)
    form = closed_form(found)
    assert form is not None
    held = 0
    for p, m, k, a, q in itertools.product(range(7), (1, 3, 8), (1, 2, 7), (1, 2, 3), (1, 2)):
        values = {"p": p, "m": m, "k": k, "s": a, "d": a, "q": q}
        if form.condition != true and not evaluate(form.condition, values):
            continue
        held += 1
        step, tap_step, last = (evaluate(Integer(1) * e, values) for e in (s, d, taps))
        pairs = sum(step * y + tap_step * u < p for y in range(m) for u in range(last))
        assert evaluate(form.value, values) == pairs
    assert held > 100


def test_coprime_symbols_have_none() -> None:
    """Two independent steps leave a floor sum, which has no closed form."""
    assert closed_form(TapsBelow(P, S, D, M, K)) is None
