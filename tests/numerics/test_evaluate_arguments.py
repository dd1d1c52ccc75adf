"""The arguments of ``evaluate``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy import Rational

from oracles.formulas import (
    C_IN,
    G,
    N,
    X,
    message,
)
from symconv.errors import StatementError
from symconv.numerics.formulas import compile, evaluate
from symconv.statements.symbols import count


def test_evaluate_takes_names_symbols_and_nested_tuples() -> None:
    assert evaluate((C_IN * G, [C_IN, sp.Tuple(C_IN > G, 5)], 7), {"C_in": 3, G: np.int32(2)}, extra=1.5) == (
        6,
        (3, (True, 5)),
        7,
    )
    assert evaluate(C_IN, {sp.Symbol("C_in"): sp.Integer(3)}) == 3
    assert evaluate(C_IN * G, C_in=G) == G**2
    assert evaluate(C_IN - G, C_in=G) == 0
    assert evaluate(2**70 * N, n=2**70) == 2**140
    assert evaluate(sp.Symbol("t") / 3, t=Rational(1, 2)) == Rational(1, 6)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"C_in": 0}, "C_in=0: contradicts that C_in is positive; pass 1 or more."),
        ({"p": -1}, "p=-1: contradicts that p is nonnegative; pass 0 or more."),
        ({"C_in": -N}, "C_in=-n: contradicts that C_in is positive; pass an expression that is positive."),
        ({"C_in": 3.0}, "C_in=3.0: is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": True}, "C_in=True: is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": math.nan}, "C_in=nan: is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": Rational(1, 2)}, "C_in=1/2: is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": "3"}, "C_in='3': is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": N * sp.Float(2)}, "C_in=2.0*n: is not exact; pass integers and symbols only."),
        ({3: 4}, "key 3: is neither a name nor a symbol; pass {'C_in': 3}."),
    ],
    ids=str,
)
def test_evaluate_refuses_values(values: Any, told: str) -> None:
    assert message(lambda: evaluate(C_IN + count("p"), values)) == told


def test_evaluate_refuses_other_things() -> None:
    assert "is given twice" in message(lambda: evaluate(C_IN, {"C_in": 3}, C_in=3))
    assert "is not a mapping" in message(lambda: evaluate(C_IN, 3))  # type: ignore[arg-type]
    assert "is neither a SymPy expression" in message(lambda: evaluate("C_in", C_in=3))
    assert "is used in two roles" in message(lambda: evaluate(C_IN + sp.Symbol("C_in"), C_in=3))
    assert message(lambda: evaluate(N + 1 / X, x=0)).startswith("n + 1/x at x=0: divides by zero; ")


def test_more_assumptions() -> None:
    even, negative = sp.Symbol("e", even=True), sp.Symbol("k", integer=True, negative=True)
    assert message(lambda: evaluate(even, e=3)) == "e=3: contradicts that e is even; pass even values."
    assert message(lambda: evaluate(negative, k=0)) == "k=0: contradicts that k is negative; pass -1 or less."
    assert "e=3: contradicts" in message(lambda: compile(even)(e=np.array([2, 3])))


@pytest.mark.parametrize(
    "e",
    [
        sp.sqrt(N),
        2**N,
        sp.log(N),
        N * sp.Float(1.5),
        sp.Sum(X, (X, 0, N)),
        sp.pi,
        sp.oo,
        sp.I,
        sp.Or(X > 1, sp.Symbol("b")),
    ],
    ids=str,
)
def test_nodes_without_a_rule(e: Any) -> None:
    assert "; " in message(lambda: evaluate(e, n=2, x=1), StatementError)
    with pytest.raises(StatementError):
        compile(e)


def test_the_node_is_named() -> None:
    assert message(lambda: compile(N + sp.log(N)), StatementError).startswith("log 'log(n)': has no exact rule")
    assert message(lambda: compile(1.5 * N), StatementError).startswith("Float '1.5")
