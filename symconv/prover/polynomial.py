"""Integer polynomials in named integers: the kernel's only arithmetic, exact and in one normal form.

A polynomial is a mapping from monomials (sorted tuples of names, a name once for each power) to coefficients other
than 0.  Two polynomials are equal as polynomials exactly where they are equal as objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from math import prod

Monomial = tuple[str, ...]


class Polynomial:
    """An integer polynomial, immutable and hashable.

    >>> k, s = variable("k"), variable("s")
    >>> print((k - 1) * s + 2)
    k*s - s + 2
    """

    def __init__(self, terms: Mapping[Monomial, int]) -> None:
        self.terms: dict[Monomial, int] = {m: c for m, c in terms.items() if c}

    @cached_property
    def key(self) -> tuple[tuple[Monomial, int], ...]:
        """The terms in canonical order; it orders and identifies polynomials."""
        return tuple(sorted(self.terms.items()))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that occur."""
        return frozenset(name for monomial in self.terms for name in monomial)

    @cached_property
    def _hash(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __add__(self, other: Polynomial | int) -> Polynomial:
        if isinstance(other, int):
            other = constant(other)
        found = dict(self.terms)
        for monomial, c in other.terms.items():
            found[monomial] = found.get(monomial, 0) + c
        return Polynomial(found)

    def __radd__(self, other: int) -> Polynomial:
        return self + other

    def __neg__(self) -> Polynomial:
        return Polynomial({m: -c for m, c in self.terms.items()})

    def __sub__(self, other: Polynomial | int) -> Polynomial:
        return self + (-other)

    def __rsub__(self, other: int) -> Polynomial:
        return (-self) + other

    def __mul__(self, other: Polynomial | int) -> Polynomial:
        if isinstance(other, int):
            return Polynomial({m: c * other for m, c in self.terms.items()})
        found: dict[Monomial, int] = {}
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                both = tuple(sorted(m + n)) if m and n else m or n
                found[both] = found.get(both, 0) + c * d
        return Polynomial(found)

    def __rmul__(self, other: int) -> Polynomial:
        return self * other

    @property
    def is_constant(self) -> bool:
        """Whether no name occurs."""
        return not self.terms or self.terms.keys() == {()}

    @property
    def constant_part(self) -> int:
        """The coefficient of the empty monomial."""
        return self.terms.get((), 0)

    @property
    def degree(self) -> int:
        """The largest number of names in a monomial; 0 for constants."""
        return max(map(len, self.terms), default=0)

    def coefficient(self, name: str) -> int:
        """The coefficient of the monomial ``name``."""
        return self.terms.get((name,), 0)

    def without(self, name: str) -> Polynomial | None:
        """``rest`` where self = +-name + rest and name does not occur in rest; else ``None``."""
        if self.coefficient(name) not in (1, -1):
            return None
        rest = Polynomial({m: c for m, c in self.terms.items() if m != (name,)})
        return None if name in rest.names else rest

    def put(self, values: Mapping[str, Polynomial]) -> Polynomial:
        """All names of ``values`` replaced at once."""
        if self.names.isdisjoint(values):
            return self
        found: dict[Monomial, int] = {}
        for monomial, c in self.terms.items():
            made = Polynomial({tuple(n for n in monomial if n not in values): c})
            for name in monomial:
                if name in values:
                    made = made * values[name]
            for key, value in made.terms.items():
                found[key] = found.get(key, 0) + value
        return Polynomial(found)

    def at(self, point: Mapping[str, int]) -> int:
        """The value at integers."""
        return sum(c * prod(point[name] for name in monomial) for monomial, c in self.terms.items())

    def json(self) -> list[list[int | str]]:
        """``[[c, name, ...], ...]`` in canonical order."""
        return [[c, *monomial] for monomial, c in self.key]

    def __str__(self) -> str:
        parts = []
        for monomial, c in sorted(self.terms.items(), key=lambda item: (-len(item[0]), item[0])):
            body = "*".join(monomial)
            number = "" if abs(c) == 1 and body else str(abs(c))
            parts.append(f"{'-' if c < 0 else '+'} {number}{'*' if number and body else ''}{body}")
        return " ".join(parts).removeprefix("+ ").replace("- ", "-", int(bool(parts) and parts[0][0] == "-")) or "0"

    def __repr__(self) -> str:
        return f"Polynomial({self})"


def constant(value: int) -> Polynomial:
    """The constant polynomial."""
    return Polynomial({(): value})


def variable(name: str) -> Polynomial:
    """The polynomial that is one name."""
    return Polynomial({(name,): 1})


def product(factors: Iterable[Polynomial]) -> Polynomial:
    """The product of all factors, 1 for none."""
    result = ONE
    for factor in factors:
        result = result * factor
    return result


ZERO = constant(0)
ONE = constant(1)
