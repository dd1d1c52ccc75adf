"""Putting a named tensor's terms in the place of its entries, within bounds on what that may grow to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from lark import Token
from sympy import Add, Expr, Max, Min, Mod, Mul, Piecewise, Pow, Symbol, preorder_traversal

from symconv.statements.arithmetic import (
    MAX_ARGUMENT_DEGREE,
    MAX_ARGUMENT_TERMS,
    MAX_REMAINDER_DEGREE,
    MAX_REMAINDER_TERMS,
    Fault,
    Growth,
    Scalar,
    bounded,
    checked,
    decided,
    offset_of,
)
from symconv.statements.binding import multiplied, parts, put_in
from symconv.statements.language import Term

#: How many ranges, brackets and factors a term may have.
MAX_FACTORS = 200
#: How large the terms of one entry may be, in nodes of their expressions.
MAX_NODES = 2_000


@dataclass(frozen=True)
class NamedTensor:
    """A tensor with a definition: its terms at the indices ``parameters``, which are any integers."""

    parameters: tuple[Symbol, ...]
    terms: tuple[Term, ...]


def put_definition_in(at: Token, named: NamedTensor, indices: tuple[Scalar, ...]) -> tuple[Term, ...]:
    """The terms of one entry; refused where they would be too large, before any of them is made."""
    if len(indices) != len(named.parameters):
        condition = f"{at} is read at {len(indices)} indices and defined with {len(named.parameters)}"
        raise Fault(offset_of(at), condition, "write one index for each")
    growths = {p: i.growth for p, i in zip(named.parameters, indices, strict=True)}
    values = {p: i.expr for p, i in zip(named.parameters, indices, strict=True)}
    sizes = {p: _nodes(e) for p, e in values.items()}
    if sum(sizes.get(n, 1) for t in named.terms for e in parts(t) for n in preorder_traversal(e)) > MAX_NODES:
        raise Fault(offset_of(at), f"{at} is too large with its definition put in", "define it by a smaller expression")
    for term in named.terms:
        for e in parts(term):
            growth_of(at, e, growths)
    return tuple(put_in(term, values) for term in named.terms)


def _nodes(e: Expr) -> int:
    return sum(1 for _ in preorder_traversal(e))


def growth_of(at: Token, e: Expr, known: Mapping[Symbol, Growth]) -> Growth:
    """The bounds of a formula with ``known`` ones in the place of symbols; refused where they are too much."""
    if not e.args:
        return known.get(e, Growth(degree=1)) if e.is_Symbol else Growth()
    if isinstance(e, Pow):
        base = growth_of(at, e.base, known)
        found = (base if e.exp > 0 else base.inverse()).power(abs(int(e.exp)))
        return bounded(at, found)
    inner = [growth_of(at, a, known) for a in e.args]
    if isinstance(e, (Add, Mul)):
        return bounded(at, reduce(Growth.__add__ if isinstance(e, Add) else Growth.__mul__, inner))
    limits = (MAX_REMAINDER_TERMS, MAX_REMAINDER_DEGREE) if isinstance(e, Mod) else _USUAL
    return decided(at, *inner, choice=isinstance(e, (Max, Min, Piecewise)), terms=limits[0], degree=limits[1])


_USUAL = (MAX_ARGUMENT_TERMS, MAX_ARGUMENT_DEGREE)


def product_within_bounds(at: Token, left: Term, right: Term) -> Term:
    """The product of two terms, renamed apart; refused where it is too large."""
    one, other = left.coefficient, right.coefficient
    checked(at, one, other, growth=growth_of(at, one, {}) * growth_of(at, other, {}))
    return limited(at, multiplied(left, right))


def limited(at: Token, term: Term) -> Term:
    """``term``, refused where it has too many parts."""
    if len(term.ranges) + len(term.brackets) + len(term.factors) > MAX_FACTORS:
        condition = f"a term has more than {MAX_FACTORS} sums, brackets and factors"
        raise Fault(offset_of(at), condition, "write a shorter product")
    return term
