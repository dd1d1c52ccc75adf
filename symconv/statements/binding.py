"""Indices that sums bind: renamed apart where terms meet, so that no name is ever captured."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sympy import Expr, Mul, Symbol

from symconv.errors import StatementError, sentence
from symconv.statements.language import Access, Bracket, Equal, Range, Term, Within
from symconv.statements.symbols import index, symbols_of

_LONGEST_STEM = 40


def parts(term: Term) -> list[Expr]:
    """Every expression of a term: extents, brackets, index expressions, the coefficient."""
    found = [r.extent for r in term.ranges] + [e for f in term.factors for e in f.at] + [term.coefficient]
    return found + [e for b in term.brackets for e in _sides(b)]


def _sides(bracket: Bracket) -> tuple[Expr, ...]:
    if isinstance(bracket, Equal):
        return (bracket.left, bracket.right)
    return (bracket.value, bracket.extent) if isinstance(bracket, Within) else (bracket.value,)


def mentioned(term: Term) -> set[Symbol]:
    """All symbols of a term, bound or not."""
    return symbols_of(parts(term)) | {r.index for r in term.ranges}


def free_symbols(term: Term) -> set[Symbol]:
    """The symbols of a term that its sums do not bind."""
    return symbols_of(parts(term)) - {r.index for r in term.ranges}


def names(symbols: Iterable[Symbol]) -> set[str]:
    """The names of symbols: two that differ in their role only would still be read as one."""
    return {s.name for s in symbols}


def fresh(name: str, taken: Collection[str]) -> str:
    """``name`` where it is free, else u0, u1, ... for u or u7, and u0_h, u1_h, ... for u_h.

    >>> fresh("u", {"u", "u0"})
    'u1'
    """
    head, underscore, tail = name.partition("_")
    stem = head.rstrip("0123456789")[:_LONGEST_STEM]
    end = f"{underscore}{tail}"[: _LONGEST_STEM // 2]
    tried, number = name, 0
    while tried in taken:
        tried, number = f"{stem}{number}{end}", number + 1
    return tried


def apart(term: Term, taken: Collection[str]) -> Term:
    """The term with other names for the indices that it binds, where theirs are ``taken``."""
    clashing = [r.index for r in term.ranges if r.index.name in taken]
    if not clashing:
        return term
    used = {*taken, *names(mentioned(term))}
    table: dict[Symbol, Symbol] = {}
    for old in clashing:
        table[old] = index(fresh(old.name, used))
        used.add(table[old].name)
    renamed = term.map(lambda e: e.xreplace(table))
    ranges = tuple(Range(table.get(r.index, r.index), r.extent) for r in renamed.ranges)
    return Term(ranges, renamed.brackets, renamed.factors, renamed.coefficient)


def multiplied(left: Term, right: Term) -> Term:
    """The product of two terms; where both use a name, what a sum binds is renamed."""
    left = apart(left, names(free_symbols(right)))
    right = apart(right, names(mentioned(left)))
    return Term(
        left.ranges + right.ranges,
        left.brackets + right.brackets,
        left.factors + right.factors,
        Mul(left.coefficient, right.coefficient),
    )


def summed(ranges: Sequence[Range], term: Term) -> Term:
    """The sum of a term over more ranges, put before its own, which are renamed where a name is bound twice."""
    inner = apart(term, names([r.index for r in ranges]) | names(symbols_of(r.extent for r in ranges)))
    return Term((*ranges, *inner.ranges), inner.brackets, inner.factors, inner.coefficient)


def scaled(term: Term, factor: Expr) -> Term:
    """``term`` with one more factor before it."""
    return replace(term, coefficient=Mul(factor, term.coefficient))


def put_in(term: Term, values: Mapping[Symbol, Expr]) -> Term:
    """The term with ``values`` in the place of free symbols, all at once; no sum of the term captures them."""
    inner = apart(term, names(values) | names(symbols_of(values.values())))
    return inner.map(lambda e: e.xreplace(dict(values)))


def accesses(terms: Iterable[Term]) -> list[Access]:
    """Every place where a tensor is read."""
    return [f for term in terms for f in term.factors]


def check_scopes(term: Term) -> None:
    """Raise ``StatementError`` where a term binds a name twice or uses it otherwise too, or an extent depends on it."""
    bound = [r.index.name for r in term.ranges]
    for name in bound:
        if bound.count(name) > 1:
            raise StatementError(
                sentence(f"index={name!r}", "is bound twice in one term", "rename one of the two indices")
            )
    for r in term.ranges:
        for found in sorted(names(r.extent.free_symbols) & set(bound)):
            raise StatementError(
                sentence(
                    f"extent={r.extent}",
                    f"depends on the index {found}",
                    "state the extent in sizes only and restrict the index by a bracket",
                )
            )
    for found in sorted(names(free_symbols(term)) & set(bound)):
        raise StatementError(sentence(f"name={found!r}", "is a size and also an index", "rename one of the two"))
