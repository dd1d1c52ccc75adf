"""Definitions beside a proposition: put in copy by copy, the same as by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from oracles.gallina import read_theorem
from oracles.propositions import evaluate, mixed
from oracles.sequents import evaluate as evaluate_sequent
from oracles.sequents import free_names
from symconv.errors import StatementError
from symconv.prover.coq.files import CoqTheorem, theorem_text
from symconv.prover.coq.outlining import outlined
from symconv.statements.grammar import parse_outline, parse_proposition

NO_STEPS: dict[str, Any] = {"denominators": [], "scale": 1, "steps": []}

#: A statement, its definitions, and how many copies of each are read.
OUTLINES = {
    "one": ("Z[p] = X[p]", ["Z[y] = sum(u < k) W[u]*X[y + u]"], {"Z": 1}),
    "two in one product": ("Z[p]*Z[p + 1] = Z[p]", ["Z[y] = sum(u < k) W[u]*X[y + u]"], {"Z": 3}),
    "one that reads another": (
        "Y[p, p] = Z[p]",
        ["Z[y] = sum(u < k) W[u]*X[y + u]", "Y[y, z] = Z[y]*Z[2*z] + Z[y + z]"],
        {"Z": 4, "Y": 1},
    ),
    "three in a row": ("C[p] = A[p]", ["A[y] = X[y] + 1", "B[y] = 2*A[y]*A[y]", "C[y] = B[y] - A[y + 1]"], None),
    "inside a sum of its own name": (
        "sum(u < n) Z[u]*W[u] = sum(y < n) Z[y]",
        ["Z[y] = sum(u < k) W[u]*X[y + u]"],
        {"Z": 2},
    ),
    "floors": ("sum(t < k*n) Z[t] = Z[p]", ["Z[y] = sum(u < n) X[(y + u)//k]*W[y % k]"], {"Z": 2}),
    "brackets": ("sum(t < n) Z[t, p] = 0", ["Z[i, j] = X[i]*[i = j]*[i + j < n] + [0 <= i - j < k]"], {"Z": 1}),
    "no parameter": ("Z[] + Z[] = 2*Z[]", ["Z[] = sum(u < k) X[u]"], {"Z": 3}),
    "parameters swapped": ("Z[p, k] = Z[k, p]", ["Z[i, j] = W[i]*X[j] + W[0]*X[i - j]"], {"Z": 2}),
    "named like a size": ("sum(u < n) n[u] = X[n]", ["n[i] = 3*X[i]"], {"n": 1}),
    "an argument that is not used": ("Z[p] = X[0]", ["Z[y] = X[0]"], {"Z": 1}),
    "sizes are defined too": ("Z[T] = X[T]", ["T = k + n", "Z[y] = sum(u < T) X[y - u]"], {"Z": 1}),
}


@pytest.mark.parametrize("name", OUTLINES)
def test_flat_and_told_are_what_putting_them_in_by_hand_gives(name: str) -> None:
    text, where, copies = OUTLINES[name]
    told = outlined(parse_outline(text, where=where, integers=_integers(text, where)))
    by_hand = parse_proposition(text, where=where, integers=_integers(text, where))
    flat, written = told.sequent.json(), read_theorem(_text(told))
    if copies is not None:
        found = [d.shown for d in told.definitions]
        assert {shown: found.count(shown) for shown in found} == copies
    read = {tensor for side in (told.sequent.left, told.sequent.right) for t in side for tensor, _ in t.factors}
    assert read == {*by_hand.tensors}
    by_name = dict(zip(written.tensors, sorted(by_hand.tensors), strict=True))
    names = sorted({*free_names(flat), *(s.name for s in by_hand.parameters), *written.integers})
    for values in product((1, 2, 3), repeat=len(names)):
        point = dict(zip(names, values, strict=True))
        expected = tuple(evaluate(side, point, mixed) for side in (by_hand.left, by_hand.right))
        assert evaluate_sequent(flat, point, mixed) == expected, point
        assert written.sides(point, lambda t, at: mixed(by_name[t], at)) == expected, point


def _integers(text: str, where: Sequence[str]) -> list[str]:
    return ["p"] if "p" in text else []


def _text(told: Any) -> str:
    return theorem_text(CoqTheorem("t", "", told, NO_STEPS)).statement


def test_copies_have_names_of_their_own() -> None:
    text, where, _ = OUTLINES["one that reads another"]
    told = outlined(parse_outline(text, where=where, integers=["p"]))
    assert len({d.name for d in told.definitions}) == len(told.definitions)
    bound = [v for d in told.definitions for t in d.terms for v, _ in t.ranges]
    parameters = [x for d in told.definitions for x in d.parameters]
    assert len({*bound, *parameters}) == len(bound) + len(parameters)
    read = [f for d in told.definitions for t in d.terms for f, _ in t.factors if f.partition(".")[0] in ("Y", "Z")]
    read += [f for t in told.left + told.right for f, _ in t.factors]
    assert sorted(read) == sorted(d.name for d in told.definitions)
    order = [d.name for d in told.definitions]
    assert all(
        order.index(f) < place
        for place, d in enumerate(told.definitions)
        for t in d.terms
        for f, _ in t.factors
        if f in order
    )


def test_a_definition_is_told_once() -> None:
    told = outlined(parse_outline("Z[1]*Z[2] = Z[2]*Z[1]", where=["Z[y] = sum(u < k) W[u]*X[y + u]"]))
    assert len(told.definitions) == 4
    assert _text(told).count("let ") == 1


def test_a_definition_with_fractions_is_refused() -> None:
    with pytest.raises(StatementError, match=r"^coefficient=\(1\)/\(2\): is no integer; put the definition in\.$"):
        outlined(parse_outline("Z[1] = Z[1]", where=["Z[y] = X[y]/2"]))
