"""Statements as the checker reads them: what a statement says, which ones are well formed, and their text.

A part of the checker, for which see `symconv.prover.checker`.

A statement is JSON: ``{"defined": [[kind, name, a, b]], "assume": [p], "left": [term], "right": [term]}``, a term is
``{"coefficient": p, "ranges": [[v, n]], "quotients": [[q, a, b]], "brackets": [[kind, p]], "factors": [[T, [p]]]}`` and
each ``a, b, n, p`` an integer polynomial, a list of monomials ``[c, name, ...]``: k - 1 is ``[[-1], [1, "k"]]``.
A term is the sum over its ranges 0 <= v < n (empty where n <= 0) of coefficient * brackets * the product of T[p, ...].
A bracket is 1 where p = 0 (kind "=") or p >= 0 (kind ">="), else 0.  A quotient is the name q of floor(a/b) at a point
of the sum.

*It says:* for all integer values of the free names, with each defined name set to floor(a/b) (kind "floor") or
max(a, b) (kind "max"), if all p in ``assume`` are >= 0, then for every commutative ring and all functions T from tuples
of integers to it, the sum of the terms of ``left`` is the sum of those of ``right``.  Each b of a floor must be >= 1
under the assumptions; a certificate proves this first.

Names: definitions use free names and earlier definitions; n and b use these *global* names alone; a quotient's a also
the ranges and the earlier quotients of its term; all else the ranges and all quotients.  No name has two roles.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from symconv.prover.checker.polynomials import (
    INTEGER_LIMIT,
    MOST_DEGREE,
    MOST_DIGITS,
    MOST_ITEMS,
    MOST_PARTS,
    Polynomial,
    Rejected,
    Work,
    require,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,63}")


class Bracket(NamedTuple):
    """[polynomial = 0] or [polynomial >= 0]."""

    kind: str
    polynomial: Polynomial

    @property
    def key(self) -> tuple[str, frozenset[Polynomial]]:
        """The same for two brackets that are the same but for the sign of an equation."""
        return self.kind, frozenset({self.polynomial, -self.polynomial} if self.kind == "=" else {self.polynomial})


@dataclass(frozen=True)
class Term:
    """A sum over ranges; quotients in the order in which they are defined."""

    coefficient: Polynomial
    ranges: dict[str, Polynomial]
    quotients: dict[str, tuple[Polynomial, Polynomial]]
    brackets: tuple[Bracket, ...]
    factors: tuple[tuple[str, tuple[Polynomial, ...]], ...]

    def __post_init__(self) -> None:
        most = max(len(self.ranges), len(self.quotients), len(self.brackets), len(self.factors))
        require(most <= MOST_PARTS, f"A term has more than {MOST_PARTS} ranges, quotients, brackets or factors.")

    @property
    def binders(self) -> set[str]:
        """The names that the term binds."""
        return {*self.ranges, *self.quotients}

    def outside(self) -> list[Polynomial]:
        """Extents and denominators."""
        return [*self.ranges.values(), *(b for _, b in self.quotients.values())]

    def inside(self) -> list[Polynomial]:
        """All other polynomials but the coefficient."""
        numerators = [a for a, _ in self.quotients.values()]
        return [*numerators, *(b.polynomial for b in self.brackets), *(p for _, ps in self.factors for p in ps)]

    def put(self, values: Mapping[str, Polynomial]) -> Term:
        """The term with polynomials for names at each point of the sum."""
        return Term(
            self.coefficient.put(values),
            self.ranges,
            {q: (a.put(values), b) for q, (a, b) in self.quotients.items()},
            tuple(Bracket(kind, p.put(values)) for kind, p in self.brackets),
            tuple((tensor, tuple(p.put(values) for p in indices)) for tensor, indices in self.factors),
        )

    def without(self, v: str, i: int | None) -> Term:
        """The term without a range, and without a bracket where i is not None."""
        ranges = {w: n for w, n in self.ranges.items() if w != v}
        return replace(self, ranges=ranges, brackets=tuple(b for k, b in enumerate(self.brackets) if k != i))

    def before(self, q: str) -> list[str]:
        """The quotients that are defined before q."""
        return list(self.quotients)[: list(self.quotients).index(q)]

    def settled_without(self, changed: Collection[str]) -> Term:
        """The term without the brackets that use one of these quotients, or one that depends on them.

        Where such a quotient gets another value, so may these brackets.
        """
        late = set(changed)
        for q, (a, _) in self.quotients.items():
            if not late.isdisjoint(a.names()):
                late.add(q)
        return replace(self, brackets=tuple(b for b in self.brackets if late.isdisjoint(b.polynomial.names())))

    def in_order(self) -> Term:
        """The term itself, where every quotient uses earlier ones only; else it is rejected.

        This also shows that a value just put in for a name does not depend on the name: if the value uses a quotient x
        that does, then x or an earlier quotient used the name, but not x, and with the value in, it uses x; no monomial
        cancels the highest power of x.
        """
        for q, (a, _) in self.quotients.items():
            late = self.quotients.keys() - self.before(q)
            require(late.isdisjoint(a.names()), f"The quotient {q} uses itself or a later one.")
        return self


@dataclass(frozen=True)
class Statement:
    """What is to be proved, and its global names, free or defined."""

    defined: list[tuple[str, str, Polynomial, Polynomial]]
    assume: list[Polynomial]
    left: list[Term]
    right: list[Term]
    names: frozenset[str]


# Reading.  In Python True is an int, 1.0 == 1, and "$" of a regular expression allows a line's end: nothing is assumed.


def read_list(data: Any, what: str, length: int | None = None) -> list[Any]:
    """A list, of this length."""
    if type(data) is not list:
        raise Rejected(f"A {what} is not a list.")
    if length is not None and len(data) != length:
        raise Rejected(f"A {what} has {len(data)} entries where it must have {length}.")
    if len(data) > MOST_ITEMS:
        raise Rejected(f"A {what} has more than {MOST_ITEMS} entries.")
    return data


def read_object(data: Any, keys: str, what: str) -> list[Any]:
    """The values of an object that has these keys and no other."""
    require(type(data) is dict and data.keys() == set(keys.split()), f"A {what} must have the keys {keys}.")
    return [data[key] for key in keys.split()]


def read_name(data: Any, what: str, known: Collection[str] | None = None) -> str:
    """A name, one of those known."""
    if type(data) is not str or _NAME.fullmatch(data) is None:
        raise Rejected(f"The name of a {what} is malformed.")
    if known is not None and data not in known:
        raise Rejected(f"{data} is not the name of a {what}.")
    return data


def read_position(data: Any, things: Sequence[Any], what: str) -> int:
    """A position in a list, from 0."""
    require(type(data) is int and 0 <= data < len(things), f"A position is not that of one of {len(things)} {what}.")
    return data  # type: ignore[no-any-return]


def read_polynomial(data: Any, scope: Collection[str] | None, work: Work) -> Polynomial:
    """A polynomial in names in scope (None: the caller checks them)."""
    monomials = {}
    for monomial in read_list(data, "polynomial"):
        require(type(monomial) is list and monomial != [], "A monomial is not a list that starts with a coefficient.")
        c, *names = monomial
        require(type(c) is int and c != 0, "The coefficient of a monomial is not an integer other than 0.")
        if abs(c) >= INTEGER_LIMIT:
            raise Rejected(f"An integer has more than {MOST_DIGITS} digits.")
        if len(names) > MOST_DEGREE:
            raise Rejected(f"A polynomial has a degree above {MOST_DEGREE}.")
        for x in names:
            read_name(x, "variable in scope", scope)
        key = tuple(names)
        require(names == sorted(names), "The names of a monomial are not sorted.")
        require(key not in monomials, "A polynomial has a monomial twice.")
        monomials[key] = c
    return Polynomial(monomials, work)


def read_bracket(data: Any, scope: Collection[str] | None, work: Work) -> Bracket:
    """A bracket in names in scope."""
    kind, p = read_list(data, "bracket", 2)
    require(kind in ("=", ">="), "The kind of a bracket is neither = nor >=.")
    return Bracket(kind, read_polynomial(p, scope, work))


def _factor(data: Any, work: Work) -> tuple[str, tuple[Polynomial, ...]]:
    tensor, indices = read_list(data, "factor", 2)
    places = read_list(indices, "list of indices")
    return read_name(tensor, "tensor"), tuple(read_polynomial(p, None, work) for p in places)


def _term(data: Any, work: Work) -> Term:
    keys = "coefficient ranges quotients brackets factors"
    coefficient, *lists = read_object(data, keys, "term")
    ranges, quotients, brackets, factors = (read_list(entries, "part of a term") for entries in lists)
    pairs = [read_list(entry, "range", 2) for entry in ranges]
    triples = [read_list(entry, "quotient", 3) for entry in quotients]
    binders = [read_name(name, "range or quotient") for name, *_ in pairs + triples]
    require(len(set(binders)) == len(binders), "A term binds a name twice.")
    term = Term(
        read_polynomial(coefficient, None, work),
        {v: read_polynomial(n, None, work) for v, n in pairs},
        {q: (read_polynomial(a, None, work), read_polynomial(b, None, work)) for q, a, b in triples},
        tuple(read_bracket(entry, None, work) for entry in brackets),
        tuple(_factor(entry, work) for entry in factors),
    )
    for p in term.outside():
        require(p.names().isdisjoint(binders), "An extent or a denominator uses a name that its term binds.")
    return term.in_order()


def read_statement(data: Any, work: Work) -> Statement:
    """Read a statement and check the scope of every name; raises `Rejected`."""
    parts = read_object(data, "defined assume left right", "statement")
    definitions, assumptions, *sides = (read_list(part, "part of a statement") for part in parts)
    defined = []
    for kind, name, a, b in (read_list(entry, "definition", 4) for entry in definitions):
        require(kind in ("floor", "max"), "The kind of a definition is neither floor nor max.")
        first, second = read_polynomial(a, None, work), read_polynomial(b, None, work)
        defined.append((kind, read_name(name, "definition"), first, second))
    assume = [read_polynomial(p, None, work) for p in assumptions]
    left, right = ([_term(term, work) for term in part] for part in sides)
    late = {name for _, name, _, _ in defined}
    require(len(late) == len(defined), "A name is defined twice.")
    names = late.union(*(p.names() for p in assume))
    for _, name, a, b in defined:
        used = a.names() | b.names()
        require(late.isdisjoint(used), f"The definition of {name} uses itself or a later one.")
        late.discard(name)
        names |= used
    binders: set[str] = set()
    arities: dict[str, int] = {}
    for term in [*left, *right]:
        used = set().union(*(p.names() for p in [term.coefficient, *term.inside(), *term.outside()]))
        names |= used - term.binders
        binders |= term.binders
        for tensor, indices in term.factors:
            same = arities.setdefault(tensor, len(indices)) == len(indices)
            require(same, f"The tensor {tensor} has two numbers of indices.")
    shadowed, mixed = names & binders, arities.keys() & (names | binders)
    require(not shadowed, f"The name {min(shadowed, default='')} is both bound by a term and global.")
    require(not mixed, f"The name {min(mixed, default='')} is both a tensor and an integer.")
    return Statement(defined, assume, left, right, frozenset(names))


def hash_of(statement: Statement) -> str:
    """The SHA-256 of the statement's JSON with sorted polynomials."""

    def plain(value: Any) -> Any:
        if isinstance(value, Polynomial):
            return [[c, *names] for names, c in sorted(value.monomials.items())]
        lists = {"ranges": list(value.ranges.items()), "quotients": [(q, *ab) for q, ab in value.quotients.items()]}
        return {"coefficient": value.coefficient, "brackets": value.brackets, "factors": value.factors, **lists}

    data = {key: value for key, value in vars(statement).items() if key != "names"}
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), default=plain)
    return hashlib.sha256(text.encode()).hexdigest()


# Text


def text_of(statement: Statement) -> str:
    """The statement as readable lines."""
    free = sorted(statement.names - {name for _, name, _, _ in statement.defined})
    terms = [*statement.left, *statement.right]
    tensors = sorted({f"{tensor}[{', '.join('_' * len(ps))}]" for term in terms for tensor, ps in term.factors})
    return "\n".join(
        [
            *([f"for all integers {', '.join(free)}"] if free else []),
            *(f"where {name} = {_defined_text(kind, a, b)}" for kind, name, a, b in statement.defined),
            *(f"assuming {p} >= 0" for p in statement.assume),
            *([f"for all tensors {', '.join(tensors)}"] if tensors else []),
            *_side_text(statement.left),
            "=",
            *_side_text(statement.right),
        ]
    )


def _grouped(p: Polynomial) -> str:
    return str(p) if _NAME.fullmatch(str(p)) or str(p).isdigit() else f"({p})"


def _defined_text(kind: str, a: Polynomial, b: Polynomial) -> str:
    return f"floor({_grouped(a)}/{_grouped(b)})" if kind == "floor" else f"max({a}, {b})"


def _side_text(terms: Sequence[Term]) -> list[str]:
    return [f"  {'+ ' if number else ''}{_term_text(term)}" for number, term in enumerate(terms)] or ["  0"]


def _term_text(term: Term) -> str:
    ranges = [f"0 <= {v} < {n}" for v, n in term.ranges.items()]
    quotients = [f"{q} = {_defined_text('floor', a, b)}" for q, (a, b) in term.quotients.items()]
    brackets = [f"[{p} {kind} 0]" for kind, p in term.brackets]
    tensors = [f"{tensor}[{', '.join(map(str, indices))}]" for tensor, indices in term.factors]
    coefficient = [] if str(term.coefficient) == "1" and tensors + brackets else [_grouped(term.coefficient)]
    bound = f"sum({', '.join(ranges + quotients)}) " if ranges + quotients else ""
    return bound + "*".join(coefficient + brackets + tensors)
