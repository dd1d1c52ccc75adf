"""Counting the operations of any statement: how many index tuples its brackets admit, and how many sums have a term.

Brackets that share an index form a component; components are independent, so that counts multiply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Eq, Expr, Mul, S, Symbol

from symconv.derivation.lattice import Grid, GridCounter
from symconv.derivation.steps import Step, Trail
from symconv.errors import StatementError, sentence
from symconv.statements import Bracket, Equal, Names, Statement, Term, Within, affine


@dataclass(frozen=True)
class Count:
    """What one evaluation of a statement costs, with the steps that gave it.

    ``multiplications``, ``additions`` and ``macs`` are written in the names that ``steps`` define; ``unfold`` puts the
    meanings in.
    """

    multiplications: Expr
    additions: Expr
    macs: Expr
    steps: tuple[Step, ...]
    names: tuple[tuple[Symbol, Expr], ...]

    def unfold(self, expression: Expr) -> Expr:
        """The expression with the names of intermediate results replaced by their meanings."""
        meanings = dict(self.names)
        while expression.free_symbols & set(meanings):
            expression = expression.xreplace(meanings)
        return expression


def count_operations(statement: Statement, trail: Trail | None = None) -> Count:
    """Count the multiplications, additions and accumulated products of a statement, exactly.

    ``trail`` collects the steps of several statements under common names.  Raises ``StatementError`` where no rule
    counts the brackets.
    """
    trail = trail or Trail(Names(s.name for s in {*statement.parameters, *statement.indices()}))
    counter = GridCounter(trail, statement.facts, statement.where)
    tuples = [_index_tuples(statement, term, counter) for term in statement.terms]
    alive = _sums_with_a_term(statement, counter)

    counted = list(zip(statement.terms, tuples, strict=True))
    products = sum((_products(term) * some for term, some in counted), S.Zero)
    macs = sum((some for term, some in counted if len(term.factors) > 1), S.Zero)
    multiplications = products + (alive if statement.scale is not None else 0)
    additions = sum(tuples, S.Zero) - alive
    return Count(multiplications, additions, macs, tuple(trail.steps), tuple(trail.definitions.items()))


def _products(term: Term) -> Expr:
    """Multiplications of one summand: its factors, and its coefficient where it has one, less one."""
    return S(len(term.factors) - 1 + (term.coefficient != 1))


def _extents(statement: Statement, term: Term) -> dict[Symbol, Expr]:
    return {r.index: r.extent for r in (*statement.ranges, *term.ranges)}


def _index_tuples(statement: Statement, term: Term, counter: GridCounter) -> Expr:
    """How many tuples of free and bound indices satisfy the brackets."""
    extents = _extents(statement, term)
    free = frozenset(r.index for r in statement.ranges)
    counts = [
        counter.taps_in_range(_as_grid(bracket, extents, free).grid)
        if (bracket := _only(brackets)) is not None
        else Mul(*(extents[v] for v in indices))
        for indices, brackets in _components(extents, term.brackets)
    ]
    return Mul(*counts)


def _sums_with_a_term(statement: Statement, counter: GridCounter) -> Expr:
    """How many results receive a term: all of them where one term is there for every free index."""
    if any(not t.ranges and not t.brackets for t in statement.terms):
        return Mul(*(r.extent for r in statement.ranges))
    if len(statement.terms) > 1:
        raise StatementError(
            sentence(
                f"terms={len(statement.terms)}", "several sums under brackets have no rule", "count one sum at a time"
            )
        )
    extents = _extents(statement, statement.terms[0])
    free = frozenset(r.index for r in statement.ranges)
    counts = [
        _alive(_as_grid(bracket, extents, free), counter)
        if (bracket := _only(brackets)) is not None
        else Mul(*(extents[v] for v in indices if v in free))
        for indices, brackets in _components(extents, statement.terms[0].brackets)
    ]
    return Mul(*counts)


def _alive(reading: _Reading, counter: GridCounter) -> Expr:
    """How many values of the free indices of one bracket have a tap."""
    if reading.target_is_free and not reading.positions:
        return counter.cells_touched(reading.grid)
    if len(reading.positions) == 1 and not reading.target_is_free:
        return counter.positions_alive(reading.grid)
    if not reading.positions:
        return S.One
    raise StatementError(
        sentence(
            f"indices={', '.join(v.name for v in reading.positions)}",
            "are free, tied by one bracket, and counted by no rule",
            "split the sum",
        )
    )


def _only(brackets: Sequence[Bracket]) -> Bracket | None:
    """The one bracket of a component, if it has one; more have no rule."""
    if len(brackets) > 1:
        raise StatementError(
            sentence(f"brackets={len(brackets)}", "several brackets on the same indices have no rule", "split the sum")
        )
    return brackets[0] if brackets else None


def _components(extents: dict[Symbol, Expr], brackets: Sequence[Bracket]) -> list[tuple[set[Symbol], list[Bracket]]]:
    """Indices that are tied together by brackets."""
    groups: list[tuple[set[Symbol], list[Bracket]]] = [({v}, []) for v in extents]
    for bracket in brackets:
        tied = bracket.value.free_symbols & set(extents)
        hit = [g for g in groups if g[0] & tied]
        groups = [g for g in groups if not g[0] & tied]
        groups.append((set().union(*(g[0] for g in hit)), [*(b for g in hit for b in g[1]), bracket]))
    return groups


@dataclass(frozen=True)
class _Reading:
    """A bracket read as a grid of cells.

    target_is_free   the bracket is an equation whose cell is a free index
    positions        the free indices among the grid's own two
    """

    grid: Grid
    target_is_free: bool
    positions: tuple[Symbol, ...]


def _as_grid(bracket: Bracket, extents: dict[Symbol, Expr], free: frozenset[Symbol]) -> _Reading:
    order = list(extents)
    indices = sorted((v for v in order if bracket.value.has(v)), key=order.index)
    coefficients, start = affine(bracket.value, indices)
    target: Symbol | None = None
    match bracket:
        case Within(_, extent):
            cells = extent
        case Equal():
            target = _solved_for(bracket, coefficients)
            sign = -coefficients.pop(target)
            coefficients = {v: sign * a for v, a in coefficients.items()}
            start, cells = sign * start, extents[target]
        case _:
            raise StatementError(sentence(f"bracket={bracket}", "is no box", "write it as 0 <= e < n"))
    for v, a in coefficients.items():
        if a.could_extract_minus_sign():  # an index that runs backwards is read from its other end
            start, coefficients[v] = start + a * (extents[v] - 1), -a
    positions = tuple(v for v in coefficients if v in free)
    ordered = [*positions, *(v for v in coefficients if v not in free)]
    if len(ordered) > 2:
        raise StatementError(sentence(f"bracket={bracket}", "ties more than two indices to a cell", "split the sum"))
    steps = [(coefficients[v], extents[v]) for v in ordered] + [(S.One, S.One)] * (2 - len(ordered))
    (step, count), (tap_step, taps) = steps
    grid = Grid(_label(indices), start, cells, step, tap_step, count, taps, _is_tap(ordered))
    return _Reading(grid, target in free, positions)


def _is_tap(ordered: Sequence[Symbol]) -> bool:
    """Whether the grid's first index is a tap's, u_h, and not a position's."""
    return bool(ordered) and ordered[0].name.startswith("u")


def _solved_for(bracket: Equal, coefficients: dict[Symbol, Expr]) -> Symbol:
    for wanted in (-1, 1):
        for v, a in coefficients.items():
            if a == wanted:
                return v
    raise StatementError(
        sentence(f"bracket={Eq(bracket.left, bracket.right)}", "has no index with coefficient 1", "solve it for one")
    )


def _label(indices: Sequence[Symbol]) -> str:
    """The axis that the indices share, as in y_h, u_h."""
    tails = [v.name.partition("_")[2] for v in indices]
    return next((t for t in tails if t), str(indices[0].name))
