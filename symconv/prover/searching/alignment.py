"""Which bound name of one term plays the part of which in another: names are told apart by how tensors are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import islice, permutations, product
from typing import Any

from symconv.prover.kernel import State
from symconv.prover.polynomial import Polynomial, variable
from symconv.prover.sequent import Term

#: At most so many ways to name are tried.
MAX_TRIED = 2_000
Colours = Mapping[str, str]


def alignments(one: Term, other: Term, *, extents: bool = False) -> Iterator[dict[str, str]]:
    """Ways to name the binders of ``other`` like those of ``one`` under which both read the same tensors alike.

    With ``extents``, names are also told apart by the extents of their ranges.
    """
    ours, theirs = _classes(one, extents), _classes(other, extents)
    if {c: len(names) for c, names in ours.items()} != {c: len(names) for c, names in theirs.items()}:
        return
    wanted = _reads(one)
    orders = product(*(permutations(theirs[c]) for c in ours))
    for order in islice(orders, MAX_TRIED):
        names = {old: new for c, olds in zip(ours, order, strict=True) for old, new in zip(olds, ours[c], strict=True)}
        if _reads(other.put({old: variable(new) for old, new in names.items()})) == wanted:
            yield names


def renamed(term: Term, names: Mapping[str, str]) -> Term:
    """The term with its binders renamed, those of ranges and floors too."""
    put = term.put({old: variable(new) for old, new in names.items()})
    return replace(
        put,
        ranges=tuple((names.get(v, v), n) for v, n in put.ranges),
        quotients=tuple(replace(q, name=names.get(q.name, q.name)) for q in put.quotients),
    )


def tensors(term: Term) -> list[str]:
    """The tensors that the term reads, sorted."""
    return sorted(t for t, _ in term.factors)


def fresh(state: State, term: Term, stem: str, number: int) -> list[str]:
    """So many names that occur nowhere in the term or the sequent."""
    used = term.names | state.sequent.names
    found: list[str] = []
    counter = 0
    while len(found) < number:
        name = f"{stem.partition('.')[0]}.{counter}"
        if name not in used:
            found.append(name)
        counter += 1
    return found


def _reads(term: Term) -> list[Any]:
    return sorted((t, tuple(p.key for p in at)) for t, at in term.factors)


def _classes(term: Term, extents: bool) -> dict[str, list[str]]:
    """The binders by their colour; colours of different terms are comparable."""
    colours: Colours = {v: f"range {n}" if extents else "range" for v, n in term.ranges}
    colours = {**colours, **dict.fromkeys(term.quotient_names, "floor")}
    for _ in range(3):
        colours = {name: _digest((colours[name], _occurrences(term, name, colours))) for name in colours}
    found: dict[str, list[str]] = {}
    for name in sorted(colours):
        found.setdefault(colours[name], []).append(name)
    return dict(sorted(found.items()))


def _digest(key: object) -> str:
    return sha256(repr(key).encode()).hexdigest()[:16]


def _occurrences(term: Term, name: str, colours: Colours) -> Any:
    """Where tensors are read at the name: tensor, place, and the index with binders replaced by their colours."""
    return sorted(
        (t, place, _coloured(p, name, colours))
        for t, at in term.factors
        for place, p in enumerate(at)
        if name in p.names
    )


def _coloured(p: Polynomial, name: str, colours: Colours) -> Any:
    return sorted(
        (sorted("*" if x == name else f"#{colours[x]}" if x in colours else x for x in monomial), c)
        for monomial, c in p.terms.items()
    )
