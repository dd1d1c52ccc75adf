"""That every result receives a term: for all free indices, one choice of the others fulfils the brackets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sympy import Expr, S, Symbol, ceiling

from symconv.backing.components import Component, components
from symconv.backing.conditions import relevant
from symconv.statements import Equal, Expression, NonNegative, Proposition, Range, Statement, Term, Within, affine
from symconv.statements.binding import parts


def witnesses(statement: Statement, conditions: Sequence[Expr]) -> Iterator[Proposition]:
    """One proposition for the indices that brackets tie together, one for a range that may be empty.

    >>> import symconv as sc
    >>> layer = sc.Conv1d(1, 1, 3, padding=1, bias=False)
    >>> for found in witnesses(layer.definition, ()):
    ...     print(found)
    for y_l < L_in: [0 <= y_l < L_in]*[0 <= 1 < 3] = 1
    """
    where = dict(statement.where)
    found: list[tuple[tuple[Range, ...], Term]] = [_witness(component) for component in components(statement)]
    tied = {r.index for component in components(statement) for r in component.bound}
    bound = [r for term in statement.terms for r in term.ranges if r.index not in tied]
    some = tuple(NonNegative(r.extent - 1) for r in bound if not r.extent.is_positive)
    found += [((), Term((), some, ()))] if some else []
    for free, term in found:
        used = [*parts(term), *(r.extent for r in free)]
        yield Proposition.of(Expression((term,)), S.One, free, relevant(used, where, conditions))


def _witness(component: Component) -> tuple[tuple[Range, ...], Term]:
    """The free ranges, and the brackets with a choice put in; what an equation determines is still summed over."""
    bound = {r.index: r.extent for r in component.bound}
    kept = {_determined(b, bound) for b in component.brackets if isinstance(b, Equal)}
    chosen = {v: _choice(component, v) for v in bound if v not in kept}
    brackets = tuple(b.map(lambda e: e.xreplace(chosen)) for b in component.brackets)
    inside = tuple(Within(value, bound[v]) for v, value in chosen.items())
    return component.free, Term(tuple(r for r in component.bound if r.index in kept), brackets + inside, ())


def _determined(equation: Equal, bound: Mapping[Symbol, Expr]) -> Symbol | None:
    """The index that the equation gives, once the others are chosen."""
    return next((v for v in reversed(bound) if equation.value.coeff(v) in (1, -1)), None)


def _choice(component: Component, v: Symbol) -> Expr:
    """The first tap that does not lie before the first cell at the first position; else the first."""
    for bracket in component.brackets:
        if isinstance(bracket, Within) and bracket.value.has(v):
            indices = [r.index for r in (*component.free, *component.bound)]
            coefficients, start = affine(bracket.value, indices)
            return ceiling(-start / coefficients[v]) if start.is_negative or not start.is_nonnegative else S.Zero
    return S.Zero
