"""From the statements of layers to what is to be proved about them: that two define the same tensor."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from sympy import Eq, Expr, Ge, Mod, Mul, S, Symbol, expand, fraction, together
from sympy.logic.boolalg import Boolean

from symconv.errors import StatementError, sentence
from symconv.statements.binding import fresh, names, put_in, scaled
from symconv.statements.expression import Expression
from symconv.statements.language import Range, Statement, Term
from symconv.statements.proposition import Proposition
from symconv.statements.radix import mixed_radix
from symconv.statements.symbols import index


@dataclass(frozen=True)
class _Side:
    """The right-hand side of a statement, the free indices that have several values, and its target's indices."""

    ranges: tuple[Range, ...]
    terms: tuple[Term, ...]
    target: tuple[Expr, ...]

    def with_values(self, values: Mapping[Symbol, Expr]) -> tuple[Term, ...]:
        """The terms with ``values`` put in for free indices."""
        return tuple(put_in(term, values) for term in self.terms)

    def digits(self, at: Expr) -> list[Range]:
        """The free indices of which an index of the target is a mixed-radix number, the lowest first."""
        found = mixed_radix(at, {r.index: r.extent for r in self.ranges})
        if found is None:
            raise StatementError(
                sentence(
                    f"index={at}", "does not reach every place of the target once", "write a plain index, or q*n + r"
                )
            )
        return [next(r for r in self.ranges if r.index == v) for v in found]


def expression_of(statement: Statement) -> tuple[tuple[Range, ...], Expression]:
    """The free ranges of a statement, and its right-hand side: scale multiplied in, named sizes put in.

    >>> from symconv.layers import AvgPool1d
    >>> ranges, side = expression_of(AvgPool1d("K", stride=1).definition)
    >>> side
    sum(u_l < K) 1/K*X[n, c, y_l + u_l]
    """
    whole = _unfolded(statement)
    terms = whole.terms if whole.scale is None else tuple(scaled(t, whole.scale) for t in whole.terms)
    return whole.ranges, Expression(terms)


def equate(left: Statement, right: Statement) -> Proposition:
    """That two statements define the same entries, place by place of their targets.

    A mixed-radix index, such as q*C/G + o, meets one of the same digits, or a plain one, for which it is put in.  The
    facts of both are assumed, and that quotients in the extents of their sums are integers.
    Raises ``StatementError`` where the targets differ in shape, or have indices that do not meet.

    >>> from symconv.layers import Conv1d, Linear
    >>> print(equate(Linear("C", "D", bias=False).definition, Linear("C", "D", bias=False).definition))
    for n < N, o < D: sum(i < C) W[o, i]*X[n, i] = sum(i < C) W[o, i]*X[n, i]
    """
    both = (_unfolded(left), _unfolded(right))
    _check_shapes(*both)
    taken = {name for statement in both for name in names(statement.parameters)}
    one = _side(both[0], taken)
    other = _side(both[1], taken | names(r.index for r in one.ranges))
    met, split = _met(one, other)
    ranges = tuple(r for r in (*one.ranges, *other.ranges) if r.index not in {*met, *split})
    sides = (Expression(one.with_values(split)), Expression(other.with_values(met)))
    return Proposition.of(*sides, ranges, [condition for statement in both for condition in _assumed(statement)])


def _unfolded(statement: Statement) -> Statement:
    """The statement with its named sizes put in; they may be named by one another."""
    values = dict(statement.where)
    for _ in statement.where:
        values = {name: e.xreplace(values) for name, e in values.items()}
    return statement.substitute(values)


def _check_shapes(left: Statement, right: Statement) -> None:
    one, other = (statement.shape(statement.target.tensor) for statement in (left, right))
    if len(one) != len(other) or any(expand(a - b) != 0 for a, b in zip(one, other, strict=True)):
        raise StatementError(
            sentence(
                f"shape={other}",
                f"of {right.target.tensor} is not the shape {one} of {left.target.tensor}",
                "put in sizes for which the two are written alike",
            )
        )


def _side(statement: Statement, taken: Collection[str]) -> _Side:
    """The side of a statement: an index with one value is 0, and the others have names that are not ``taken``."""
    table: dict[Symbol, Expr] = {}
    ranges: list[Range] = []
    used = {*taken, *names(r.index for term in statement.terms for r in term.ranges)}
    for r in statement.ranges:
        table[r.index] = S.Zero if r.extent == 1 else index(fresh(r.index.name, used))
        if r.extent != 1:
            used.add(table[r.index].name)
            ranges.append(Range(table[r.index], r.extent))
    side = _Side(tuple(ranges), expression_of(statement)[1].terms, statement.target.at)
    return replace(side, terms=side.with_values(table), target=tuple(e.xreplace(table) for e in side.target))


def _met(one: _Side, other: _Side) -> tuple[dict[Symbol, Expr], dict[Symbol, Expr]]:
    """What stands for the free indices of the second side, and for those of the first that the second splits."""
    met: dict[Symbol, Expr] = {}
    split: dict[Symbol, Expr] = {}
    for left, right in zip(one.target, other.target, strict=True):
        first, second = one.digits(left), other.digits(right)
        if [r.extent for r in first] == [r.extent for r in second]:
            met |= {b.index: a.index for a, b in zip(first, second, strict=True)}
        elif expand(Mul(*(r.extent for r in first)) - Mul(*(r.extent for r in second))) != 0:
            raise _no_meeting(left, right, "have different extents")
        elif len(second) == 1:
            met[second[0].index] = left
        elif len(first) == 1:
            split[first[0].index] = right
        else:
            raise _no_meeting(left, right, "have different digits")
    return met, split


def _no_meeting(left: Expr, right: Expr, condition: str) -> StatementError:
    return StatementError(
        sentence(
            f"indices={left}, {right}", f"of the two targets {condition}", "write both targets with the same indices"
        )
    )


def _assumed(statement: Statement) -> Iterator[Boolean]:
    """The facts, and that the extents of the sums are integers."""
    yield from (Ge(expand(fact), 0) for fact in statement.facts)
    for r in (*statement.ranges, *(r for term in statement.terms for r in term.ranges)):
        value, divisor = fraction(together(r.extent))
        if divisor != 1:
            yield Eq(Mod(value, divisor), 0)
