"""The sums of a term at many points at once, modulo a prime: rows of index values, cut down by brackets as they grow.

The tensors' entries are spread over the whole field by a hash of their names and places.  Sums that differ modulo the
prime differ; sums that are equal may differ with a chance of about one in 10**8.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sympy import Add, And, Eq, Expr, Ge, Integer, Lt, Symbol, expand

from symconv.prover.refuting.columns import Column, Formulas, Values
from symconv.statements.language import Bracket, Equal, Range, Term, Within

#: A prime below 2**31, so that int64 holds products; none that statements are likely to name.
PRIME = 2_109_874_511
#: Odd numbers whose binary digits look random, for the hash.
_MIXERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9))


@dataclass(frozen=True)
class Table:
    """Rows of index values; ``owner`` is the case of each row, in increasing order.

    cases   the columns that are known by case
    known   by case: false where a row of the case had no value; the one part that changes
    """

    cases: Mapping[str, Column]
    known: Column
    owner: Column
    bound: Mapping[str, Column]

    @staticmethod
    def of(cases: Mapping[str, Column], size: int) -> Table:
        """One row for each case."""
        return Table(cases, np.ones(size, np.bool_), np.arange(size), {})

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.owner)

    def columns(self, names: Sequence[str]) -> dict[str, Column]:
        """Columns by row."""
        return {n: self.bound[n] if n in self.bound else self.cases[n][self.owner] for n in names}

    def at(self, formulas: Formulas) -> tuple[Values, ...]:
        """Formulas in every row; a row without a value is noted for its case."""
        found = formulas.at(self.columns(formulas.names), self.rows)
        for values in found:
            self.note(values.known)
        return found

    def whole(self, formulas: Formulas) -> list[Column]:
        """Formulas that are integers; a row where one is none is noted for its case."""
        found = []
        for values in self.at(formulas):
            integers, known = values.whole()
            self.note(known)
            found.append(integers)
        return found

    def note(self, known: Column) -> None:
        """Take down the cases of rows that are not known."""
        if not known.all():
            self.known[self.owner[~known]] = False

    def kept(self, chosen: Column) -> Table:
        """The chosen rows."""
        if chosen.all():
            return self
        return Table(self.cases, self.known, self.owner[chosen], {n: c[chosen] for n, c in self.bound.items()})

    def over(self, name: str, extents: Column) -> Table:
        """Each row once for every value 0, ..., extent - 1 of ``name``."""
        counts = np.maximum(extents, 0).astype(np.int64)
        source = np.repeat(np.arange(self.rows), counts)
        values = np.arange(len(source)) - (np.cumsum(counts) - counts)[source]
        bound = {n: c[source] for n, c in self.bound.items()}
        return Table(self.cases, self.known, self.owner[source], {**bound, name: values})

    def with_column(self, name: str, values: Column) -> Table:
        """One more column."""
        return Table(self.cases, self.known, self.owner, {**self.bound, name: values})


Step = Callable[[Table], Table]


@dataclass(frozen=True)
class Sum:
    """A term made ready for tables; ``looped`` are the extents of the indices that no equation gives."""

    steps: tuple[Step, ...]
    coefficient: Formulas
    factors: tuple[tuple[str, Formulas], ...]
    looped: tuple[Expr, ...]

    @staticmethod
    def of(term: Term) -> Sum:
        """The term; its indices are bound in an order in which brackets apply early."""
        steps = tuple(_steps(term))
        factors = tuple((f.tensor, Formulas.of(f.at)) for f in term.factors)
        looped = tuple(extent for _, extent in steps if extent is not None)
        return Sum(tuple(step for step, _ in steps), Formulas.of((term.coefficient,)), factors, looped)

    def at(self, cases: Mapping[str, Column], size: int) -> tuple[Column, Column]:
        """The sum of each case modulo the prime, and where it is known."""
        table = Table.of(cases, size)
        for step in self.steps:
            table = step(table)
        products = _in_field(table, self.coefficient)
        for tensor, at in self.factors:
            products = products * entries(tensor, table.whole(at), table.rows) % PRIME
        ends = np.searchsorted(table.owner, np.arange(size + 1))
        running = np.concatenate([[0], np.cumsum(products)])
        return (running[ends[1:]] - running[ends[:-1]]) % PRIME, table.known


def entries(tensor: str, at: Sequence[Column], rows: int) -> Column:
    """An entry of the field for each row, by a hash of the tensor's name and the place."""
    mixed = np.full(rows, zlib.crc32(tensor.encode()), np.uint64)
    for place in at:
        mixed = (mixed ^ _as_unsigned(place)) * _MIXERS[0]
        mixed = (mixed ^ (mixed >> np.uint64(31))) * _MIXERS[1]
        mixed ^= mixed >> np.uint64(29)
    return (mixed % np.uint64(PRIME)).astype(np.int64)


def _as_unsigned(place: Column) -> Column:
    """The place modulo 2**64."""
    return (place % 2**64 if place.dtype == object else place).astype(np.uint64)


def _in_field(table: Table, formulas: Formulas) -> Column:
    (values,) = table.at(formulas)
    upper = (values.upper % PRIME).astype(np.int64)
    if values.lower is None:
        return upper
    lowers, places = np.unique((values.lower % PRIME).astype(np.int64), return_inverse=True)
    table.note((lowers != 0)[places])
    inverses = np.array([pow(int(d), -1, PRIME) if d else 0 for d in lowers], np.int64)
    return upper * inverses[places] % PRIME


def _steps(term: Term) -> Iterator[tuple[Step, Expr | None]]:
    """Ranges and brackets, each bracket as soon as its indices are bound; with the extent that a step loops over."""
    open_ranges = {r.index: r for r in term.ranges}
    waiting = list(term.brackets)
    while open_ranges or waiting:
        for bracket in [b for b in waiting if not _open(b, open_ranges)]:
            waiting.remove(bracket)
            yield _filtered(bracket), None
        waiting.sort(key=lambda b: len(_open(b, open_ranges)))
        solved = next((found for b in waiting if (found := _solution(b, open_ranges)) is not None), None)
        if solved is not None:
            bracket, v, e = solved
            waiting.remove(bracket)
            yield _computed(open_ranges.pop(v), e), None
        elif open_ranges:
            chosen = _next(waiting, open_ranges)
            yield _looped(open_ranges.pop(chosen)), next(r.extent for r in term.ranges if r.index == chosen)


def _open(bracket: Bracket, open_ranges: Mapping[Symbol, Range]) -> list[Symbol]:
    """The indices of a bracket that are not bound yet."""
    free = set().union(*(e.free_symbols for e in vars(bracket).values()))
    return [v for v in open_ranges if v in free]


def _next(waiting: Sequence[Bracket], open_ranges: Mapping[Symbol, Range]) -> Symbol:
    """The index to loop over next: one of the bracket that is nearest to being settled, and hard to solve for."""
    among = _open(waiting[0], open_ranges) if waiting else list(open_ranges)
    return next((v for v in among if not waiting or _solved_for(waiting[0], v) is None), among[0])


def _solution(bracket: Bracket, open_ranges: Mapping[Symbol, Range]) -> tuple[Bracket, Symbol, Formulas] | None:
    """The only open index of an equation, and its value."""
    left = _open(bracket, open_ranges)
    e = _solved_for(bracket, left[0]) if len(left) == 1 else None
    if e is None:
        return None
    value = Formulas.of((e,))
    return (bracket, left[0], value) if value.plan.outputs[0][1] is None else None


def _solved_for(bracket: Bracket, v: Symbol) -> Expr | None:
    return solved_for(bracket.left - bracket.right, v) if isinstance(bracket, Equal) else None


def solved_for(zero: Expr, v: Symbol) -> Expr | None:
    """e where ``zero`` = 0 is written like v - e = 0, or e - v = 0, with no v in e."""
    parts = Add.make_args(expand(zero))
    having = [part for part in parts if v in part.free_symbols]
    if having not in ([v], [-v]):
        return None
    rest = Add(*(part for part in parts if part not in having))
    return -rest if having == [v] else rest


def _looped(r: Range) -> Step:
    extent = Formulas.of((r.extent,))
    return lambda table: table.over(r.index.name, table.whole(extent)[0])


def _computed(r: Range, value: Formulas) -> Step:
    extent = Formulas.of((r.extent,))

    def step(table: Table) -> Table:
        (n,), (v,) = table.whole(extent), table.whole(value)
        return table.with_column(r.index.name, v).kept(np.asarray((v >= 0) & (v < n), np.bool_))

    return step


def _filtered(bracket: Bracket) -> Step:
    condition = Formulas.of((condition_of(bracket),))
    return lambda table: table.kept(table.at(condition)[0].upper.astype(np.bool_))


def condition_of(bracket: Bracket) -> And | Eq | Ge:
    """Where the bracket is 1, as it is written."""
    if isinstance(bracket, Equal):
        return Eq(bracket.left, bracket.right, evaluate=False)
    above = Ge(bracket.value, Integer(0), evaluate=False)
    if not isinstance(bracket, Within):
        return above
    return And(above, Lt(bracket.value, bracket.extent, evaluate=False), evaluate=False)
