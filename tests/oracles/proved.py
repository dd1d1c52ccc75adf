"""The library's statements with the certificates that the search finds for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from symconv.prover.library import read_theorems, shipped_theorems
from symconv.prover.reading import read
from symconv.prover.searching.search import Search
from symconv.statements.proposition import Proposition

#: More than any theorem of the library needs.
GUESSES = 200


@dataclass(frozen=True)
class Proved:
    """A theorem of the library: what it says, formally too, and its certificate, as JSON gives them."""

    name: str
    proposition: Proposition
    statement: Any
    certificate: Any


def proved_library() -> tuple[Proved, ...]:
    """All theorems of the library."""
    return tuple(_proved(entry.name, entry.proposition) for entry in read_theorems(shipped_theorems()))


def _proved(name: str, proposition: Proposition) -> Proved:
    sequent = read(proposition)
    state = Search(sequent).follow(GUESSES)
    assert state is not None, name
    made = {"format": 1, "statement": sequent.hash, "denominators": state.denominators, "scale": state.scale}
    return Proved(name, proposition, *json.loads(json.dumps([sequent.json(), {**made, "steps": state.steps}])))
