"""Statements on tensors: every access is a gather, every bracket a 0/1 array, and a term their contraction.

Sums and products of integers stay exact while the tensors' type holds them: float64 holds integers up to 2**53.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from symconv.errors import ArgumentError, StatementError, sentence
from symconv.numerics.bindings import bind_sizes, target_shape
from symconv.numerics.brackets import HOLDS, sides
from symconv.numerics.contraction import Indexed, Indices, contract, plan_contraction, points
from symconv.numerics.formulas import compile, evaluate
from symconv.numerics.libraries import Library, checked_tensor, library_of, numpy_library
from symconv.statements.language import Access, Bracket, Range, Statement, Term

#: The most entries that an array on the way may have; a longer sum is done in pieces.
MAX_POINTS = 2**22

Spans = Mapping[Symbol, range]


def evaluate_statement(statement: Statement, tensors: Mapping[str, Any], /, **sizes: Any) -> Any:
    """The tensor that a statement defines, from the tensors that it reads: all of PyTorch, or all NumPy arrays.

    Sizes are read off the shapes; those that no shape determines (a symbolic stride, say) are keywords. Tensors that
    the statement does not read are ignored. The result has the promoted type of the tensors; with integers, their sums
    are exact.

    Raises ``ArgumentError`` for a missing tensor or size, ``ShapeError`` for shapes that contradict one another,
    ``StatementError`` where the statement reads a tensor out of bounds and no bracket is 0.

    >>> from symconv.layers import Conv1d
    >>> statement = Conv1d(1, 1, 2, padding=1, bias=False).definition
    >>> evaluate_statement(statement, {"X": np.array([[[1.0, 2.0]]]), "W": np.array([[[10.0, 1.0]]])})
    array([[[ 1., 12., 20.]]])
    """
    read = {name: checked_tensor(tensors, name) for name in sorted(statement.reads)}
    shapes = {name: tuple(map(int, tensor.shape)) for name, tensor in read.items()}
    numbers = {s.name: value for s, value in bind_sizes(statement, shapes, sizes).items()}
    library = library_of(read)
    scope = _Scope(library, {name: library.cast(tensor) for name, tensor in read.items()}, numbers)
    result = library.zeros(target_shape(statement, numbers))
    free = scope.spans(statement.ranges)
    for term in statement.terms:
        _accumulate(scope, result, statement, term, {**free, **scope.spans(term.ranges)})
    if statement.scale is not None:
        result[scope.place(statement.target, result.shape, free)] *= _aligned(
            scope.quotient(statement.scale, free), free
        )
    return result


def _accumulate(scope: _Scope, result: Any, statement: Statement, term: Term, spans: Spans) -> None:
    """Add a term to the result, in halves where the arrays would be too large."""
    if not all(spans.values()):
        return
    kept = tuple(r.index for r in statement.ranges)
    lengths = {v: len(span) for v, span in spans.items()}
    parts = list(_parts(scope, term, spans))
    plan = plan_contraction([indices for indices, _ in parts], kept, lengths)
    longest = max(plan.largest, key=lengths.__getitem__, default=None)
    if longest is not None and lengths[longest] > 1 and points(plan.largest, lengths) > MAX_POINTS:
        for half in _halves(spans[longest]):
            _accumulate(scope, result, statement, term, {**spans, longest: half})
        return
    value = contract([make() for _, make in parts], kept, plan, scope.library.einsum)
    result[scope.place(statement.target, result.shape, {v: spans[v] for v in kept})] += value


def _parts(scope: _Scope, term: Term, spans: Spans) -> Iterator[tuple[Indices, Callable[[], Indexed]]]:
    """The factors of a term, each with its indices, to be made when the plan stands."""
    for access in term.factors:
        yield _within(spans, *access.at), partial(scope.gather, access, term, spans)
    for bracket in term.brackets:
        yield _within(spans, *sides(bracket)), partial(scope.indicator, bracket, spans)
    if term.coefficient != 1 or not term.factors:
        yield _within(spans, term.coefficient), partial(scope.quotient, term.coefficient, spans)
    occurring = {v for e in _expressions(term) for v in e.free_symbols}
    for v in spans:
        if v not in occurring:
            yield (v,), partial(scope.ones, v, spans)


@dataclass(frozen=True)
class _Scope:
    """What names mean: tensors and sizes, and the library that the tensors belong to."""

    library: Library
    tensors: Mapping[str, Any]
    numbers: Mapping[str, int]

    def spans(self, ranges: tuple[Range, ...]) -> dict[Symbol, range]:
        """The values of each index."""
        return {r.index: range(evaluate(r.extent, self.numbers)) for r in ranges}

    def values(self, expression: Expr, spans: Spans) -> Indexed:
        """An integer expression on the grid of its indices."""
        indices = _within(spans, expression)
        grids = np.meshgrid(*(_steps(spans[v]) for v in indices), indexing="ij", sparse=True)
        if expression in spans:
            return Indexed(indices, grids[0])
        formula = compile(expression)
        known = {**self.numbers, **{v.name: grid for v, grid in zip(indices, grids, strict=True)}}
        return Indexed(indices, np.asarray(formula(**{name: known[name] for name in formula.parameters})))

    def indicator(self, bracket: Bracket, spans: Spans) -> Indexed:
        """1 where the bracket holds, else 0."""
        left, *right = (self.values(e, spans) for e in sides(bracket))
        indices = _within(spans, *sides(bracket))
        grid = {v: spans[v] for v in indices}
        holds = HOLDS[type(bracket)](*(_aligned(side, grid) for side in (left, *right)))
        return Indexed(indices, self.library.array(np.broadcast_to(holds, [len(grid[v]) for v in indices])))

    def quotient(self, expression: Expr, spans: Spans) -> Indexed:
        """A coefficient or scale: an integer over an integer, divided in the tensors' type."""
        upper, lower = expression.as_numer_denom()
        if lower != 1 and not self.library.divides:
            raise ArgumentError(
                sentence(f"the factor {expression}", "is a fraction, and the tensors are integers", "pass floats")
            )
        grid = {v: spans[v] for v in _within(spans, expression)}
        above, below = (self.library.array(_aligned(self.values(e, spans), grid)) for e in (upper, lower))
        return Indexed(tuple(grid), above if lower == 1 else above / below)

    def ones(self, index: Symbol, spans: Spans) -> Indexed:
        """An index that nothing depends on: its sum multiplies by its extent."""
        return Indexed((index,), self.library.array(np.ones(len(spans[index]))))

    def gather(self, access: Access, term: Term, spans: Spans) -> Indexed:
        """The entries that an access reads; out of bounds, where a bracket is 0, any entry will do."""
        indices, tensor = _within(spans, *access.at), self.tensors[access.tensor]
        grid = {v: spans[v] for v in indices}
        at = []
        for e, length in zip(access.at, tensor.shape, strict=True):
            read = self.values(e, spans)
            outside = (read.array < 0) | (read.array >= length)
            if outside.any() and self._admits(term, Indexed(read.indices, outside), spans):
                raise _out_of_bounds(access, e, int(length))
            at.append(self.library.index(_aligned(Indexed(read.indices, read.array.clip(0, length - 1)), grid)))
        return Indexed(indices, tensor[tuple(at)])

    def place(self, target: Access, shape: tuple[int, ...], free: Spans) -> tuple[Any, ...]:
        """Where the values at the free indices go."""
        at = []
        for e, length in zip(target.at, shape, strict=True):
            written = self.values(e, free)
            if written.array.size and not 0 <= written.array.min() <= written.array.max() < length:
                raise _out_of_bounds(target, e, int(length))
            at.append(self.library.index(_aligned(written, free)))
        return tuple(at)

    def _admits(self, term: Term, outside: Indexed, spans: Spans) -> bool:
        """Whether all brackets are 1 at a point where ``outside`` is."""
        plain = _Scope(numpy_library(np.dtype(np.float64)), {}, self.numbers)
        factors = [Indexed(outside.indices, outside.array.astype(np.float64))]
        factors += [plain.indicator(b, spans) for b in term.brackets]
        plan = plan_contraction([f.indices for f in factors], (), {v: len(span) for v, span in spans.items()})
        return bool(contract(factors, (), plan, np.einsum) > 0)


def _expressions(term: Term) -> Iterator[Expr]:
    yield from (e for access in term.factors for e in access.at)
    yield from (e for bracket in term.brackets for e in sides(bracket))
    yield term.coefficient


def _within(spans: Spans, *expressions: Expr) -> Indices:
    """The indices that occur in the expressions, in the order of the spans."""
    found = {v for e in expressions for v in e.free_symbols}
    return tuple(v for v in spans if v in found)


def _aligned(values: Indexed, grid: Spans) -> Any:
    """The array with one axis for each index of the grid, of length 1 where it does not depend on it."""
    lengths = dict(zip(values.indices, values.array.shape, strict=True))
    return values.array.reshape([lengths.get(v, 1) for v in grid])


def _steps(span: range) -> NDArray[np.int64]:
    return np.arange(span.start, span.stop, dtype=np.int64)


def _halves(span: range) -> tuple[range, range]:
    middle = (span.start + span.stop) // 2
    return range(span.start, middle), range(middle, span.stop)


def _out_of_bounds(access: Access, expression: Expr, length: int) -> StatementError:
    return StatementError(
        sentence(
            f"{access.tensor}[..., {expression}, ...]",
            f"leaves the axis of length {length} where no bracket is 0",
            "put a bracket on the index, or pass a larger tensor",
        )
    )
