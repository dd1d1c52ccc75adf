"""The names of intermediate results: which sums over taps they stand for, and what is claimed of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import add, mul

from sympy import Expr, Symbol

from symconv.backing.claim import Claim
from symconv.backing.components import Component, components
from symconv.backing.conditions import relevant
from symconv.backing.lines import Lines
from symconv.derivation import rules
from symconv.errors import StatementError, sentence
from symconv.statements import Expression, Proposition, Statement
from symconv.statements.binding import parts
from symconv.statements.expression import as_expression

#: Numbers that need to know whether a sum has a term at all, which no sum of brackets says.
_UNSAID = (rules.CELLS_TOUCHED, rules.POSITIONS_ALIVE)


def named_sums(lines: Lines, statements: Sequence[Statement]) -> dict[Symbol, Component]:
    """For each name of taps in range, the sum that it counts: the one for which the rules find its meaning."""
    meanings = {n: lines.unfold(s.expression) for n, s in lines.named.items() if s.rule == rules.TAPS_IN_RANGE}
    found: dict[Symbol, Component] = {}
    for statement in statements if meanings else ():
        for component in components(statement):
            value = component.closed_form(statement)
            for name, meaning in meanings.items():
                if meaning == value:
                    found.setdefault(name, component)
    return found


def named_claims(
    lines: Lines, sums: Mapping[Symbol, Component], statements: Sequence[Statement], conditions: Sequence[Expr]
) -> Iterator[Claim]:
    """The claims of the named lines, and of the closed forms of their sums over taps."""
    where = {name: e for statement in statements for name, e in statement.where}
    for name, step in lines.named.items():
        if name in sums:
            tuples, value = sums[name].tuples(), lines.unfold(step.expression)
            used = [value, *(e for term in tuples.terms for e in parts(term))]
            yield Claim(str(name), Proposition.of(tuples, value, (), relevant(used, where, conditions)))
        elif step.rule in (rules.TAPS_IN_RANGE, *_UNSAID):
            yield Claim(str(name))
    for name, step in lines.closed.items():
        left, right = (lines.unfold(e) for e in (lines.named[name].expression, step.expression))
        known = relevant([left, right], where, conditions)
        yield Claim(f"{name} closed form", Proposition.of(left, right, (), (*known, lines.unfold(step.condition))))


def in_sums(formula: Expr, sums: Mapping[Symbol, Expression]) -> Expression:
    """The formula with sums in the place of names.  Raises ``StatementError`` for a name inside another function.

    >>> import symconv as sc
    >>> (y,), (T, n) = sc.indices("y,"), sc.sizes("T n")
    >>> in_sums(2 * n * T + 1, {T: sc.total(1, (y, n))})
    1 + sum(y < n) 2*n
    """
    if formula in sums:
        return sums[formula]
    if formula.free_symbols.isdisjoint(sums):
        return as_expression(formula)
    if formula.is_Pow and formula.exp.is_Integer:
        return in_sums(formula.base, sums) ** int(formula.exp)
    if not (formula.is_Add or formula.is_Mul):
        raise StatementError(sentence(f"formula={formula}", "has a sum in a function", "expand it"))
    return reduce(add if formula.is_Add else mul, (in_sums(part, sums) for part in formula.args))
