"""Counterexamples: sizes, indices and entries of tensors at which the two sides of a proposition are two numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symconv.prover.refuting.entries import telling_entries, value_at
from symconv.prover.refuting.meaning import Entry, NoValueError, Point, side, speaks_of
from symconv.statements.proposition import Proposition

Exact = int | Fraction


@dataclass(frozen=True)
class Counterexample:
    """What shows that a proposition is false.

    statement    the proposition
    sizes        a value for each free name: the parameters in alphabetical order, then the free indices
    left, right  the two sides there, exactly; they differ
    tensors      the entries that are read, by tensor and place; what other entries are does not matter
    smallest     whether no admissible point before this one is a counterexample: first the sum of the parameters'
                 absolute values counts, then the parameters in alphabetical order, then the free indices
    """

    statement: Proposition
    sizes: Mapping[str, int] = field(hash=False)
    left: Exact
    right: Exact
    tensors: Mapping[str, Mapping[tuple[int, ...], int]] = field(hash=False)
    smallest: bool

    def __str__(self) -> str:
        where = ", ".join(f"{name}={value}" for name, value in self.sizes.items())
        parts = [f"at {'the smallest sizes ' if self.smallest else ''}{where}"] if where else []
        parts += [f"with {self._entries_text()}"] if self.tensors else []
        return f"{' '.join(parts)}{': ' if parts else ''}left = {self.left}, right = {self.right}"

    def _entries_text(self) -> str:
        by_number: dict[int, list[str]] = {}
        for tensor, entries in self.tensors.items():
            for place, number in entries.items():
                by_number.setdefault(number, []).append(f"{tensor}[{', '.join(map(str, place))}]")
        if len(by_number) == 1:
            return f"all entries {next(iter(by_number))}"
        named = [f"{' = '.join(found)} = {number}" for number, found in sorted(by_number.items()) if number]
        return f"{', '.join(named)}{' and 0 elsewhere' if 0 in by_number else ''}"

    def json(self) -> dict[str, Any]:
        """Plain data: integers stay integers, fractions become texts, an entry is ``[place, number]``."""
        return {
            "statement": str(self.statement),
            "sizes": dict(self.sizes),
            "left": _plain(self.left),
            "right": _plain(self.right),
            "tensors": {t: [[list(place), n] for place, n in found.items()] for t, found in self.tensors.items()},
            "smallest": self.smallest,
        }

    def snippet(self) -> str:
        """A program for PyTorch that computes both sides by themselves and prints two different numbers.

        Raises ``StatementError`` where a tensor would have to hold more than ten million entries.
        """
        from symconv.prover.refuting.snippet import program

        return program(self)


def counterexample(proposition: Proposition, point: Point, *, smallest: bool) -> Counterexample | None:
    """The counterexample at a point, with simple entries; ``None`` where the sides agree, or the point is not meant.

    >>> from symconv.statements.grammar import parse_proposition
    >>> print(counterexample(parse_proposition("for i < n: X[i] = X[i + 1]"), {"n": 1, "i": 0}, smallest=True))
    at the smallest sizes n=1, i=0 with X[0] = 1 and 0 elsewhere: left = 1, right = 0
    """
    if not speaks_of(proposition, point):
        return None
    try:
        left, right = side(proposition.left, point), side(proposition.right, point)
    except NoValueError:
        return None
    given = telling_entries(left, right)
    if given is None:
        return None
    names = [*sorted(s.name for s in proposition.parameters), *(s.name for s in proposition.free_indices)]
    return Counterexample(
        proposition,
        {name: point[name] for name in names},
        _exact(value_at(left, given)),
        _exact(value_at(right, given)),
        _by_tensor(given),
        smallest,
    )


def _by_tensor(given: Mapping[Entry, int]) -> dict[str, dict[tuple[int, ...], int]]:
    found: dict[str, dict[tuple[int, ...], int]] = {}
    for (tensor, place), number in given.items():
        found.setdefault(tensor, {})[place] = number
    return found


def _exact(value: Fraction) -> Exact:
    return int(value) if value.denominator == 1 else value


def _plain(value: Exact) -> int | str:
    return value if isinstance(value, int) else str(value)
