"""Random changes of right certificates and of their statements: no crash, and whatever is accepted is true."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles.certificates import MADE
from oracles.sequents import assumed, evaluate, free_names, hashed, number, with_definitions
from symconv.prover.checker import Rejected, check, check_text, describe, statement_hash

MUTANTS = 15
DRAWS = 25
STRANGE = [None, True, False, 0, -1, 1.0, "", "i", [], [[]], {}, {"i": "j"}, 10**70, float("nan"), [[1, "n"]], [[1]]]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["n", "i", "merge"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(seed=st.integers(0, 2**32))
def test_what_is_accepted_is_true(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(MUTANTS):
        try_mutant(chance)


def test_mutants_are_accepted_often_enough() -> None:
    chance = random.Random(1)
    accepted = [statement for statement in (try_mutant(chance) for _ in range(400)) if statement is not None]
    originals = [statement for statement, _ in MADE.values()]
    assert len(accepted) >= 40
    assert sum(statement not in originals for statement in accepted) >= 10


@pytest.mark.parametrize("name", MADE)
@given(data=st.data())
def test_strange_data_is_refused_in_words(name: str, data: st.DataObject) -> None:
    strange = data.draw(JSON)
    for k, places in enumerate(_places_of(name)):
        path = data.draw(places)
        broken = [*deepcopy(MADE[name])]
        _set(broken[k], path, strange)
        with suppress(Rejected):
            check(broken[1], broken[0])


@given(st.binary(max_size=40) | st.text('[]{}",:01-.eEnNa \n', max_size=40))
def test_strange_text_is_refused_in_words(text: Any) -> None:
    with pytest.raises(Rejected):
        check_text(text, text)


@cache
def _places_of(name: str) -> list[st.SearchStrategy[tuple[Any, ...]]]:
    """The places of the statement, and those of its certificate."""
    return [st.sampled_from(list(_places(whole))) for whole in MADE[name]]


def try_mutant(chance: random.Random) -> Any:
    """Change a statement or its certificate; the statement where it is accepted (and true), else None."""
    statement, proof = deepcopy(MADE[chance.choice(list(MADE))])
    for _ in range(chance.choice((1, 1, 2, 3))):
        statement, proof = _mutated(chance, statement, proof)
    try:
        if isinstance(proof, dict):
            proof["statement"] = statement_hash(statement)
        check(proof, statement)
    except Rejected:
        return None
    assert describe(statement)
    _must_hold(chance, statement)
    return statement


def _mutated(chance: random.Random, statement: Any, proof: Any) -> tuple[Any, Any]:
    change = chance.choice((_renamed, _changed, _changed, _changed, _same_in_all_terms))
    return change(chance, statement, proof)


def _renamed(chance: random.Random, statement: Any, proof: Any) -> tuple[Any, Any]:
    """One name for another, everywhere."""
    names = sorted({"n", *(text for text in _texts([statement, proof["steps"]]) if len(text) < 3)})
    old, new = chance.choice(names), chance.choice(names)

    def renamed(data: Any) -> Any:
        if isinstance(data, list):
            return _sorted([renamed(entry) for entry in data])
        if isinstance(data, dict):
            return {(new if key == old else key): renamed(value) for key, value in data.items()}
        return new if data == old else data

    return renamed(statement), renamed(proof)


def _changed(chance: random.Random, statement: Any, proof: Any) -> tuple[Any, Any]:
    """One place."""
    both = {"statement": statement, "proof": proof}
    path = chance.choice([path for path in _places(both) if len(path) > 1])
    old = _get(both, path)
    if isinstance(old, bool) or chance.random() < 0.1:
        new = deepcopy(chance.choice(STRANGE))
    elif isinstance(old, int):
        new = old + chance.choice((-1, 1, 1, -2 * old))
    elif isinstance(old, str):
        new = chance.choice(_texts(both))
    elif isinstance(old, list) and old:
        k = chance.randrange(len(old))
        new = chance.choice([old[:k] + old[k + 1 :], old[:k] + old[k:][::-1], [*old, old[k]]])
    else:
        new = deepcopy(chance.choice(STRANGE))
    _set(both, path, new)
    return both["statement"], both["proof"]


def _same_in_all_terms(chance: random.Random, statement: Any, proof: Any) -> tuple[Any, Any]:
    """A factor, a bracket or a coefficient for all terms."""
    letters = chance.choice(["n", "p", "k", "m"])
    kind, extra = chance.choice(
        [
            ("factors", ["Z", [[[1, letters]]]]),
            ("brackets", [chance.choice(["=", ">="]), [[1, letters], [-1]]]),
            ("assume", [[1, letters]]),
        ]
    )
    if not isinstance(statement, dict) or not all(isinstance(value, list) for value in statement.values()):
        return statement, proof
    if kind == "assume":
        return {**statement, "assume": [*statement["assume"], extra]}, proof
    for term in [*statement.get("left", []), *statement.get("right", [])]:
        if isinstance(term, dict) and isinstance(term.get(kind), list):
            term[kind] = [*term[kind], extra]
    return statement, proof


def _must_hold(chance: random.Random, statement: Any) -> None:
    names = free_names(statement)
    for _ in range(DRAWS):
        sizes = {name: chance.choice((-2, -1, 0, 1, 1, 2, 2, 3, 4)) for name in names}
        if assumed(statement, sizes) and _is_small(statement, sizes):
            left, right = evaluate(statement, sizes, hashed)
            assert left == right, (statement, sizes)


def _is_small(statement: Any, sizes: dict[str, int]) -> bool:
    values = with_definitions(statement, sizes)
    assert values is not None
    terms = [*statement["left"], *statement["right"]]
    return all(prod(max(number(n, values), 0) for _, n in term["ranges"]) <= 300 for term in terms)


def _sorted(data: list[Any]) -> list[Any]:
    """The names of a monomial in order."""
    if len(data) > 1 and type(data[0]) is int and all(isinstance(name, str) for name in data[1:]):
        return [data[0], *sorted(data[1:])]
    return data


def _places(data: Any) -> Iterator[tuple[Any, ...]]:
    """The path of each part."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield (key,)
        yield from ((key, *path) for path in _places(value))


def _texts(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [*data, *_texts(list(data.values()))]
    if isinstance(data, list):
        return [text for entry in data for text in _texts(entry)]
    return [data] if isinstance(data, str) else []


def _get(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def _set(data: Any, path: tuple[Any, ...], value: Any) -> None:
    _get(data, path[:-1])[path[-1]] = value
