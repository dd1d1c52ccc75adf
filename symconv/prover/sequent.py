"""The formal statement that a certificate is about: polynomials, sums and brackets only, with its JSON and its hash.

A sequent says: for all integers that satisfy the assumptions, for every commutative ring and all functions from integer
tuples to it (the tensors), the sum of the terms on the left equals the sum of those on the right.  A name that is
*defined* is a floor of a quotient or a maximum of polynomials.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from symconv.prover.polynomial import Polynomial, variable


@dataclass(frozen=True, slots=True)
class Bracket:
    """``[p = 0]`` for kind "=", ``[p >= 0]`` for kind ">="."""

    kind: Literal["=", ">="]
    p: Polynomial

    def put(self, values: Mapping[str, Polynomial]) -> Bracket:
        """Names replaced."""
        return Bracket(self.kind, self.p.put(values))

    @property
    def key(self) -> tuple[str, frozenset[Polynomial]]:
        """Equal for the same condition: an equation and its negative are one."""
        return (self.kind, frozenset((self.p, -self.p)) if self.kind == "=" else frozenset((self.p,)))

    @property
    def facts(self) -> tuple[Polynomial, ...]:
        """What is >= 0 where the bracket is 1."""
        return (self.p, -self.p) if self.kind == "=" else (self.p,)


@dataclass(frozen=True, slots=True)
class Quotient:
    """``name = floor(a/b)``, defined inside a term."""

    name: str
    a: Polynomial
    b: Polynomial


Factor = tuple[str, tuple[Polynomial, ...]]


@dataclass(frozen=True)
class Term:
    """coefficient * SUM_{0<=v<n, ...} [brackets] PROD factors, where names of quotients are floors."""

    coefficient: Polynomial
    ranges: tuple[tuple[str, Polynomial], ...] = ()
    quotients: tuple[Quotient, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    factors: tuple[Factor, ...] = ()

    @cached_property
    def binders(self) -> frozenset[str]:
        """The names that the term binds: indices of sums, and quotients."""
        return frozenset(v for v, _ in self.ranges) | self.quotient_names

    @cached_property
    def quotient_names(self) -> frozenset[str]:
        """The names of the quotients."""
        return frozenset(q.name for q in self.quotients)

    @cached_property
    def extents(self) -> dict[str, Polynomial]:
        """The extent of each index."""
        return dict(self.ranges)

    def polynomials(self) -> Iterator[Polynomial]:
        """All polynomials of the term."""
        yield self.coefficient
        for _, n in self.ranges:
            yield n
        for q in self.quotients:
            yield q.a
            yield q.b
        for bracket in self.brackets:
            yield bracket.p
        for _, at in self.factors:
            yield from at

    @cached_property
    def names(self) -> frozenset[str]:
        """All names, bound or free."""
        return self.binders.union(*(p.names for p in self.polynomials()))

    def put(self, values: Mapping[str, Polynomial]) -> Term:
        """Names replaced in coefficient, numerators, brackets and factors; ranges stay."""
        return Term(
            self.coefficient.put(values),
            self.ranges,
            tuple(Quotient(q.name, q.a.put(values), q.b) for q in self.quotients),
            tuple(b.put(values) for b in self.brackets),
            tuple((t, tuple(p.put(values) for p in at)) for t, at in self.factors),
        )

    def __str__(self) -> str:
        sums = ", ".join(f"{v} < {n}" for v, n in self.ranges)
        parts = [f"{t}[{', '.join(map(str, at))}]" for t, at in self.factors]
        parts += [f"[{b.p} {b.kind} 0]" for b in self.brackets]
        floors = ", ".join(f"{q.name} = ({q.a})//({q.b})" for q in self.quotients)
        return (
            (f"sum({sums}) " if sums else "")
            + "*".join([f"({self.coefficient})", *parts])
            + (f" where {floors}" if floors else "")
        )

    def json(self) -> dict[str, Any]:
        """Plain data, polynomials in canonical order."""
        return {
            "coefficient": self.coefficient.json(),
            "ranges": [[v, n.json()] for v, n in self.ranges],
            "quotients": [[q.name, q.a.json(), q.b.json()] for q in self.quotients],
            "brackets": [[b.kind, b.p.json()] for b in self.brackets],
            "factors": [[t, [p.json() for p in at]] for t, at in self.factors],
        }


@dataclass(frozen=True, slots=True)
class Defined:
    """``name = floor(a/b)`` or ``name = max(a, b)``, for the whole sequent."""

    kind: Literal["floor", "max"]
    name: str
    a: Polynomial
    b: Polynomial

    @property
    def facts(self) -> tuple[Polynomial, ...]:
        """What the definition says, as polynomials that are >= 0."""
        m = variable(self.name)
        if self.kind == "floor":
            return (self.a - self.b * m, self.b * m + self.b - 1 - self.a)
        return (m - self.a, m - self.b, -((m - self.a) * (m - self.b)))


@dataclass(frozen=True)
class Sequent:
    """For all integers with every polynomial of ``assume`` >= 0: the sum of ``left`` equals the sum of ``right``."""

    defined: tuple[Defined, ...]
    assume: tuple[Polynomial, ...]
    left: tuple[Term, ...]
    right: tuple[Term, ...]

    @cached_property
    def facts(self) -> tuple[Polynomial, ...]:
        """What the definitions and assumptions make >= 0, in the order of certificates."""
        return (*(f for d in self.defined for f in d.facts), *self.assume)

    @cached_property
    def names(self) -> frozenset[str]:
        """Free and defined names."""
        found = {d.name for d in self.defined}.union(*(p.names for d in self.defined for p in (d.a, d.b)))
        found = found.union(*(p.names for p in self.assume))
        return frozenset(found.union(*(t.names - t.binders for t in (*self.left, *self.right))))

    def json(self) -> dict[str, Any]:
        """Plain data, polynomials in canonical order."""
        return {
            "defined": [[d.kind, d.name, d.a.json(), d.b.json()] for d in self.defined],
            "assume": [p.json() for p in self.assume],
            "left": [t.json() for t in self.left],
            "right": [t.json() for t in self.right],
        }

    @cached_property
    def hash(self) -> str:
        """The sha256 of the canonical JSON, by which certificates name their statement."""
        text = json.dumps(self.json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()
