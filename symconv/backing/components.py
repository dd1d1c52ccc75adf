"""Brackets that share an index tie it to others; sums that nothing ties together are independent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sympy import Expr, Symbol

from symconv.derivation.count import count_operations
from symconv.statements import Access, Bracket, Expression, Range, Statement, Term


@dataclass(frozen=True)
class Component:
    """The ranges of indices that brackets tie together, the free ones first, and these brackets."""

    free: tuple[Range, ...]
    bound: tuple[Range, ...]
    brackets: tuple[Bracket, ...]

    def tuples(self) -> Expression:
        """How many index tuples the brackets admit, as a sum of ones; y before u, so that statements share it."""
        ranges = sorted((*self.free, *self.bound), key=lambda r: r.index.name, reverse=True)
        return Expression((Term(tuple(ranges), self.brackets, ()),))

    def closed_form(self, statement: Statement) -> Expr:
        """The same as the rules of counting derive it from the facts of ``statement``."""
        at = tuple(r.index for r in self.free)
        products = Term(self.bound, self.brackets, (Access("w", ()), Access("x", ())))
        shapes = (("y", tuple(r.extent for r in self.free)), ("w", ()), ("x", ()))
        counted = Statement(Access("y", at), self.free, (products,), shapes, statement.facts, statement.where)
        count = count_operations(with_plain_term(counted))
        return count.unfold(count.macs)


def with_plain_term(statement: Statement) -> Statement:
    """One more term for every result, so that all receive one, and counting need not find out which do."""
    return replace(statement, terms=(*statement.terms, Term((), (), (statement.target,))))


def components(statement: Statement) -> Iterator[Component]:
    """The parts of every term whose indices are tied together."""
    for term in statement.terms:
        free = {r.index: r for r in statement.ranges}
        bound = {r.index: r for r in term.ranges}
        for tied in _tied(term, {**free, **bound}):
            yield Component(
                tuple(r for v, r in free.items() if v in tied),
                tuple(r for v, r in bound.items() if v in tied),
                tuple(b for b in term.brackets if b.value.free_symbols & tied),
            )


def _tied(term: Term, ranges: Mapping[Symbol, Range]) -> list[set[Symbol]]:
    """The sets of indices that brackets tie together, in the order of the brackets."""
    groups: list[set[Symbol]] = []
    for bracket in term.brackets:
        indices = bracket.value.free_symbols & set(ranges)
        met = [group for group in groups if group & indices]
        groups = [group for group in groups if not group & indices] + [indices.union(*met)]
    return groups
