"""The terms of one element of a statement in numbers: which entries it multiplies, without the terms that are 0."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, S, Symbol, expand

from symconv.errors import ArgumentError, StatementError, sentence
from symconv.numerics.brackets import HOLDS, sides
from symconv.statements.language import Access, Bracket, Range, Statement, Term

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class ElementTerm:
    """One term of a statement at one element: the entries that its factors read, for each product.

    shape     the box of the products: one axis for each group of summation indices that brackets tie together
    indices   the value of each summation index, by name, broadcast over the box
    factors   for each factor the tensor's name and where it is read, likewise
    """

    shape: tuple[int, ...]
    indices: Mapping[str, Indices]
    factors: tuple[tuple[str, tuple[Indices, ...]], ...]

    @property
    def count(self) -> int:
        """How many products there are."""
        return math.prod(self.shape)

    def index(self, name: str) -> Indices:
        """The value of a summation index, one entry a product."""
        return np.broadcast_to(self.indices[name], self.shape).ravel()

    def values(self, tensors: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The factors' entries, one array a factor, one entry a product."""
        return [np.broadcast_to(tensors[name][at], self.shape).ravel() for name, at in self.factors]


def element_terms(statement: Statement, position: Sequence[int]) -> tuple[ElementTerm, ...]:
    """The terms of ``target[position]``, those that the brackets admit, in the order of the statement.

    The statement must be in numbers, with affine accesses and coefficients 1, as a convolution's definition and its
    gradients are.  Raises ``ArgumentError`` for a position outside the target, ``StatementError`` for other statements.

    >>> from symconv.layers import Conv1d
    >>> statement = Conv1d(1, 1, 3, padding=1, bias=False).on((1, 1, 4)).statement()
    >>> [(name, at[2].ravel().tolist()) for name, at in element_terms(statement, (0, 0, 0))[0].factors]
    [('W', [1, 2]), ('X', [0, 1])]
    """
    plan = _plan(statement)
    free: dict[Symbol, int] = {}
    for place, table in zip(position, plan.target, strict=True):
        if place not in table:
            name, lengths = statement.target.tensor, tuple(map(str, statement.shape(statement.target.tensor)))
            raise ArgumentError(
                sentence(
                    f"position={tuple(position)}", f"is not in {name} of shape ({', '.join(lengths)})", "stay inside"
                )
            )
        free.update(table[place])
    return tuple(term.at(free) for term in plan.terms)


@dataclass(frozen=True)
class _Affine:
    """constant + sum of coefficient * index."""

    constant: int
    coefficients: Mapping[Symbol, int]

    def at(self, values: Mapping[Symbol, Any]) -> Any:
        total: Any = np.int64(self.constant)
        for index, coefficient in self.coefficients.items():
            total = total + coefficient * values[index]
        return total


@dataclass(frozen=True)
class _TermPlan:
    """A term whose summation indices are parted into groups that no bracket ties together."""

    extents: Mapping[Symbol, int]
    groups: tuple[tuple[tuple[Symbol, ...], tuple[tuple[type, tuple[_Affine, ...]], ...]], ...]
    factors: tuple[tuple[str, tuple[_Affine, ...]], ...]

    def at(self, free: Mapping[Symbol, int]) -> ElementTerm:
        """The products at one element: each group's admitted values, combined with one another."""
        admitted = [self._admitted(indices, brackets, free) for indices, brackets in self.groups]
        shape = tuple(count for _, count in admitted)
        values: dict[Symbol, Any] = dict(free)
        for axis, (found, count) in enumerate(admitted):
            aligned = (1,) * axis + (count,) + (1,) * (len(shape) - axis - 1)
            values.update({index: column.reshape(aligned) for index, column in found.items()})
        factors = tuple((name, tuple(a.at(values) for a in at)) for name, at in self.factors)
        return ElementTerm(shape, {i.name: values[i] for i in self.extents}, factors)

    def _admitted(
        self,
        indices: tuple[Symbol, ...],
        brackets: tuple[tuple[type, tuple[_Affine, ...]], ...],
        free: Mapping[Symbol, int],
    ) -> tuple[dict[Symbol, Indices], int]:
        if not brackets:
            return {i: np.arange(self.extents[i]) for i in indices}, math.prod(self.extents[i] for i in indices)
        grid = _grid([self.extents[i] for i in indices])
        values: dict[Symbol, Any] = {**free, **dict(zip(indices, grid, strict=True))}
        holds = np.ones(grid.shape[1], dtype=bool)
        for kind, compared in brackets:
            holds &= HOLDS[kind](*(side.at(values) for side in compared))
        return {i: column[holds] for i, column in zip(indices, grid, strict=True)}, int(holds.sum())


def _grid(lengths: Sequence[int]) -> Indices:
    """All points of a box, one a column: one point without coordinates where there is no axis."""
    return np.indices(lengths).reshape(len(lengths), math.prod(lengths))


@dataclass(frozen=True)
class _Plan:
    """For each axis of the target, which free indices make which place; and the terms."""

    target: tuple[Mapping[int, Mapping[Symbol, int]], ...]
    terms: tuple[_TermPlan, ...]


@lru_cache(maxsize=64)
def _plan(statement: Statement) -> _Plan:
    if statement.parameters:
        raise _refused("has sizes without numbers", "put numbers in for them")
    if statement.scale is not None or any(term.coefficient != 1 for term in statement.terms):
        raise _refused("has a factor beside its tensors", "evaluate it as a whole, by evaluate_statement")
    extents = {r.index: int(r.extent) for r in statement.ranges}
    target = tuple(_places(e, extents) for e in statement.target.at)
    return _Plan(target, tuple(_term_plan(t) for t in statement.terms))


def _places(expression: Expr, extents: Mapping[Symbol, int]) -> dict[int, dict[Symbol, int]]:
    affine = _affine(expression)
    indices = list(affine.coefficients)
    found = {}
    for values in itertools.product(*(range(extents[i]) for i in indices)):
        chosen = dict(zip(indices, values, strict=True))
        found[int(affine.at(chosen))] = chosen
    return found


def _term_plan(term: Term) -> _TermPlan:
    extents = {r.index: int(r.extent) for r in term.ranges}
    brackets = [(b, set(extents) & {s for e in sides(b) for s in e.free_symbols}) for b in term.brackets]
    groups: list[tuple[list[Symbol], list[Bracket]]] = []
    for tied in _tied(term.ranges, [indices for _, indices in brackets]):
        groups.append((tied, [b for b, indices in brackets if indices & set(tied)]))
    alone = [b for b, indices in brackets if not indices]
    if alone:
        groups.append(([], alone))
    return _TermPlan(
        extents,
        tuple((tuple(i), tuple((type(b), tuple(map(_affine, sides(b)))) for b in bs)) for i, bs in groups),
        tuple((f.tensor, tuple(map(_affine, f.at))) for f in term.factors if isinstance(f, Access)),
    )


def _tied(ranges: Sequence[Range], brackets: Sequence[set[Symbol]]) -> list[list[Symbol]]:
    """The indices in parts, such that each bracket is about indices of one part."""
    parts: list[set[Symbol]] = [{r.index} for r in ranges]
    for indices in brackets:
        touched = [p for p in parts if p & indices]
        parts = [p for p in parts if not p & indices] + ([set().union(*touched)] if touched else [])
    order = [r.index for r in ranges]
    return sorted((sorted(p, key=order.index) for p in parts), key=lambda p: order.index(p[0]))


def _affine(expression: Expr) -> _Affine:
    terms = expand(expression).as_coefficients_dict()
    constant = int(terms.pop(S.One, 0))
    if not all(index.is_Symbol for index in terms):
        raise _refused(f"reads at {expression}, which is not affine", "evaluate it as a whole, by evaluate_statement")
    return _Affine(constant, {index: int(coefficient) for index, coefficient in terms.items()})


def _refused(condition: str, way_out: str) -> StatementError:
    return StatementError(sentence("statement", condition, way_out))
