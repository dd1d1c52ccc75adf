"""Counts as sums of ones over the index tuples of statements, and the claims that closed forms equal them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import Expr, Mul, S, Symbol
from sympy.logic.boolalg import Boolean

from symconv.backing.claim import Claim
from symconv.backing.components import with_plain_term
from symconv.backing.conditions import relevant, whole
from symconv.backing.lines import Lines
from symconv.backing.named import in_sums, named_claims, named_sums
from symconv.backing.witnesses import witnesses
from symconv.derivation.count import count_operations
from symconv.derivation.steps import Trail
from symconv.statements import Expression, Names, NonNegative, Proposition, Statement, Term

if TYPE_CHECKING:
    from symconv.render import Derivation

#: How often a result that receives a term is counted, by field: a scale multiplies it, m terms cost m - 1 additions.
_RESULTS: dict[str, Callable[[Statement], int]] = {
    "multiplications": lambda statement: int(statement.scale is not None),
    "additions": lambda _: -1,
    "macs": lambda _: 0,
}
#: How often each index tuple of a term is counted, by field.
_TUPLES: dict[str, Callable[[Term], int]] = {
    "multiplications": lambda term: len(term.factors) - 1 + int(term.coefficient != 1),
    "additions": lambda _: 1,
    "macs": lambda term: int(len(term.factors) > 1),
}


def count_claims(
    derivation: Derivation, *, counted: Mapping[str, tuple[Statement, str]], conditions: Sequence[Expr] = ()
) -> Iterator[Claim]:
    """The claims of the lines in ``counted``, each of which counts a field of a statement, and of the names in them.

    ``conditions`` are >= 0 where the layer has an output.
    """
    lines = Lines(derivation)
    statements = tuple(dict.fromkeys(statement for statement, _ in counted.values()))
    sums = named_sums(lines, statements)
    yield from named_claims(lines, sums, statements, conditions)
    in_words = _Reader(lines, {name: component.tuples() for name, component in sums.items()}, tuple(conditions))
    for line, (statement, field) in counted.items():
        yield from in_words.count(line, statement, field)


@dataclass(frozen=True)
class _Reader:
    """Reads lines as counts; ``sums`` stand for the names of taps in range."""

    lines: Lines
    sums: Mapping[Symbol, Expression]
    conditions: tuple[Expr, ...]

    def count(self, line: str, statement: Statement, field: str) -> Iterator[Claim]:
        """That a line counts a field of a statement; before it, what the claim takes from the rules of counting."""
        value = self.lines.values.get(line)
        if not isinstance(value, Expr):
            yield Claim(line)
            return
        left = _tuples(statement, field)
        if weight := _RESULTS[field](statement):
            results = _results_with_a_term(statement)
            if results is None:
                derived = _derived_results(statement, self.lines)
                if derived == Mul(*(r.extent for r in statement.ranges)):
                    yield from (Claim(f"results in {line}", p) for p in witnesses(statement, self.conditions))
                elif derived.free_symbols.isdisjoint(self.lines.named):
                    yield Claim(f"results in {line}")
                results = in_sums(derived, self.sums)
            left = left + weight * results
        yield Claim(line, Proposition.of(left, in_sums(value, self.sums), (), self._known(statement)))

    def _known(self, statement: Statement) -> tuple[Boolean, ...]:
        """That quotients are integers, and that ranges which may be empty are not."""
        extents = [r.extent for r in (*statement.ranges, *(r for t in statement.terms for r in t.ranges))]
        uncertain = [e for e in extents if not e.is_positive]
        return (*whole(extents), *(relevant(uncertain, {}, self.conditions) if uncertain else ()))


def _tuples(statement: Statement, field: str) -> Expression:
    weighted = [(term, _TUPLES[field](term)) for term in statement.terms]
    return Expression(
        tuple(Term((*statement.ranges, *t.ranges), t.brackets, (), S(weight)) for t, weight in weighted if weight)
    )


def _results_with_a_term(statement: Statement) -> Expression | None:
    """How many results receive a term, where no bracket decides it: all, or those whose sum is not empty."""
    if any(not (term.ranges or term.brackets) for term in statement.terms):
        return Expression((Term(statement.ranges, (), ()),))
    if len(statement.terms) != 1 or statement.terms[0].brackets:
        return None
    some = tuple(NonNegative(r.extent - 1) for r in statement.terms[0].ranges if not r.extent.is_positive)
    return Expression((Term(statement.ranges, some, ()),))


def _derived_results(statement: Statement, lines: Lines) -> Expr:
    """The same by the rules of counting, in the names of the lines: each makes one addition less."""
    trail = Trail(Names(s.name for s in {*statement.parameters, *statement.indices(), *lines.named}))
    trail.definitions.update({name: step.expression for name, step in lines.named.items()})
    all_, some = (count_operations(s, trail).additions for s in (with_plain_term(statement), statement))
    found = all_ - some
    new = {name: meaning for name, meaning in trail.definitions.items() if name not in lines.named}
    while found.free_symbols & set(new):
        found = found.xreplace(new)
    return found
