"""Tensors that a claim defines, and a layer's output, as functions of their indices; and that they are tensors at all.

``for y < h, x < w: Z[y*w + x] = X[y, x]`` puts SUM_y SUM_x [e = y*w + x] X[y, x] in the place of Z[e].  That is what
the text says where each of its lines defines an entry of its own, inside the box of Z, from entries that are there; and
all entries are defined where there are as many lines as the box has places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from sympy import Basic, Expr, Mul, Symbol

from symconv.claims.context import Context
from symconv.claims.proofs import Attempt, attempt
from symconv.statements import Access, Equal, Expression, Names, Range, Statement, Term, Within
from symconv.statements.binding import multiplied, put_in, scaled, summed

#: The expression 1.
ONE = Expression((Term((), (), ()),))


@dataclass(frozen=True)
class Function:
    """A tensor as a function of its indices, which stand for any integers."""

    parameters: tuple[Symbol, ...]
    terms: tuple[Term, ...]

    def entry(self, at: Sequence[Expr]) -> Expression:
        """The terms of one entry."""
        values = dict(zip(self.parameters, at, strict=True))
        return Expression(tuple(put_in(term, values) for term in self.terms))


def side(statement: Statement, functions: Mapping[str, Function]) -> Expression:
    """The right-hand side of a statement, with functions put in for the tensors that it reads.

    >>> from symconv.statements.grammar import parse_statement
    >>> view = parse_statement("for y < h, x < w: Z[y*w + x] = X[y, x]", {"Z": ["h*w"], "X": ["h", "w"]})
    >>> reading = parse_statement("for a < n: Y[a] = Z[2*a]", {"Z": ["h*w"], "Y": ["n"]})
    >>> side(reading, {"Z": function_of(view, {})})
    sum(y < h, x < w) X[y, x]*[w*y + x = 2*a]
    """
    scale = statement.scale
    terms = statement.terms if scale is None else tuple(scaled(term, scale) for term in statement.terms)
    return Expression(tuple(found for term in terms for found in _with_functions(term, functions)))


def _with_functions(term: Term, functions: Mapping[str, Function]) -> Iterator[Term]:
    read = [functions[f.tensor].entry(f.at).terms if f.tensor in functions else (_alone(f),) for f in term.factors]
    start = Term((), term.brackets, (), term.coefficient)
    products = reduce(lambda done, parts: [multiplied(a, b) for a in done for b in parts], read, [start])
    yield from (summed(term.ranges, product) for product in products)


def _alone(access: Access) -> Term:
    return Term((), (), (access,))


def function_of(statement: Statement, functions: Mapping[str, Function]) -> Function:
    """What a statement makes of its target; where an index of it is no plain one, a sum over all lines that meet it."""
    return _function(statement, side(statement, functions))


def _function(statement: Statement, value: Expression) -> Function:
    names = Names(s.name for s in {*statement.parameters, *statement.indices()})
    plain = set(_plain_indices(statement))
    parameters = tuple(e if e in plain else names.index("e") for e in statement.target.at)
    met = tuple(Equal(e, p) for e, p in zip(statement.target.at, parameters, strict=True) if e not in plain)
    line = Term((), met, ())
    others = tuple(r for r in statement.ranges if r.index not in plain)
    return Function(parameters, tuple(summed(others, multiplied(line, term)) for term in value.terms))


def _plain_indices(statement: Statement) -> Iterator[Symbol]:
    """Free indices that are an index of the target, and occur in no other."""
    for r in statement.ranges:
        if [e for e in statement.target.at if e.has(r.index)] == [r.index]:
            yield r.index


@dataclass(frozen=True)
class Demand:
    """What must hold: left = right for all free indices in ``ranges``; ``says`` is it in words."""

    left: Expression | Expr
    right: Expression | Expr
    says: str
    ranges: tuple[Range, ...] = ()

    def attempt(self, conditions: Sequence[Basic]) -> Attempt:
        """Try to prove it."""
        return attempt(self.left, self.right, self.says, ranges=self.ranges, conditions=conditions)


def demands(statement: Statement, what: str) -> Iterator[Demand]:
    """That each line defines an entry of its own, in the box; that no entry is left out; that what is read is there."""
    extents = {r.index: r.extent for r in statement.ranges}
    box = statement.shape(statement.target.tensor)
    if [extents.get(e) for e in statement.target.at] != list(box) or len(extents) != len(box):
        lines = _function(statement, ONE).entry(statement.target.at) * _inside(statement.target, box)
        yield Demand(lines, ONE, f"each line of {what} defines an entry of its own", statement.ranges)
        yield Demand(Mul(*extents.values()), Mul(*box), f"{what} has as many lines as places")
    for term in statement.terms:
        there = reduce(Expression.__mul__, (_inside(f, statement.shape(f.tensor)) for f in term.factors), ONE)
        held = Expression((Term((), term.brackets, ()),))
        yield Demand(held * there, held, f"what {what} reads is there", statement.ranges + term.ranges)


def _inside(access: Access, box: Sequence[Expr]) -> Expression:
    """1 where an entry is inside the box, else 0."""
    return Expression((Term((), tuple(Within(e, n) for e, n in zip(access.at, box, strict=True)), ()),))


def check_tensors(context: Context, own: Collection[str], claimed: Statement, views: Sequence[Statement]) -> None:
    """Refuse shapes for the layer's own tensors, tensors that are defined twice, and those that are read before."""
    for name in context.check.data.get("tensors", {}):
        if name in own:
            raise context.error("tensors", f"gives a shape to {name}, which the layer has", "use another name")
    defined = set(own)
    for view in views:
        name = view.target.tensor
        if name in defined:
            raise context.error("views", f"define {name}, which is already defined", "use another name")
        _check_reads(context, view, defined)
        defined.add(name)
    _check_reads(context, claimed, defined)


def _check_reads(context: Context, statement: Statement, defined: Collection[str]) -> None:
    for name in sorted(statement.reads - set(defined)):
        raise context.error("views", f"do not define {name} before it is read", f"add a view of {name}")
