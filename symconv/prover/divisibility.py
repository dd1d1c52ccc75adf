"""Sizes that are assumed to be divided, and names for what they are put together from."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sympy import And, Basic, Eq, Expr, Mod, Symbol

from symconv.statements import language
from symconv.statements.proposition import Proposition
from symconv.statements.symbols import size, symbols_of

#: The longest name that a sequent may have.
MAX_NAME = 64


def numbered(stem: str, taken: Collection[str]) -> str:
    """A name that is not taken: the stem, or the stem with a number.

    >>> numbered("u", {"u", "u.1"})
    'u.2'
    """
    name, number = stem, 0
    while name in taken or len(name) > MAX_NAME:
        number += 1
        name = f"{stem[: MAX_NAME - 8]}.{number}"
    return name


def expressions(p: Proposition) -> Iterator[Basic]:
    """All expressions of a proposition."""
    for r in p.ranges:
        yield from (r.index, r.extent)
    yield from p.assuming
    for side in (p.left, p.right):
        for term in side.terms:
            yield from parts_of(term)


def parts_of(term: language.Term) -> Iterator[Basic]:
    """All expressions of a term."""
    yield term.coefficient
    for r in term.ranges:
        yield r.extent
    for bracket in term.brackets:
        yield from (getattr(bracket, name) for name in bracket.__dataclass_fields__)
    for f in term.factors:
        yield from f.at


def divides(condition: Basic) -> tuple[Symbol, Expr] | None:
    """(a, b) of a condition "b divides a" about a size a."""
    if isinstance(condition, Eq) and 0 in condition.args:
        rest = next((e for e in condition.args if isinstance(e, Mod)), None)
        if rest is not None and isinstance(rest.args[0], Symbol):
            return rest.args[0], rest.args[1]
    return None


def products(p: Proposition) -> Iterator[tuple[Symbol, Expr]]:
    """A size that is assumed to be divided is a product with a new size: C_in = G*C_in_per_G, C = 2*C_per_2."""
    put: set[Basic] = set()
    divisors: set[Basic] = set()
    taken = {s.name for s in symbols_of(expressions(p))}
    parts = [part for condition in p.assuming for part in And.make_args(condition)]
    for a, b in sorted(filter(None, map(divides, parts)), key=lambda found: found[1].is_Integer):
        if a in put | divisors or b.free_symbols & (put | {a}) or not (a.is_positive and b.is_Atom and b.is_positive):
            continue
        put.add(a)
        divisors |= b.free_symbols
        taken.add(name := numbered(f"{a.name}_per_{b}", taken))
        yield a, b * size(name)
