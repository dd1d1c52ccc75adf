"""Backward statements: differentiate the definition and collapse the Kronecker deltas; nothing is typed in."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Mod, Symbol, ceiling, expand, floor

from symconv.errors import StatementError, sentence
from symconv.statements import (
    Access,
    Bracket,
    Equal,
    Names,
    Range,
    Statement,
    Term,
    Within,
    affine,
    size,
)

_NOT_AFFINE = (Mod, floor, ceiling)


def gradient_name(tensor: str) -> str:
    """The name of dL/dtensor."""
    return f"d{tensor}"


def differentiate(statement: Statement, tensor: str, *, solve: bool = True) -> Statement:
    """dL/dT[a] = SUM dL/dY[target] * SUM_terms coefficient * [index = a] * (the other factors).

    ``tensor`` is T, which may occur once on the right-hand side, linearly.  With ``solve`` an index that an equation
    determines is put in (the one-point rule).  Raises ``StatementError`` where T does not occur, or occurs twice.
    """
    occurrences = [
        (term, place) for term in statement.terms for place, f in enumerate(term.factors) if f.tensor == tensor
    ]
    if len(occurrences) != 1:
        raise StatementError(
            sentence(
                f"tensor={tensor!r}",
                f"occurs {len(occurrences)} times in the statement",
                f"differentiate by one of {', '.join(sorted(statement.reads))}, each read once",
            )
        )
    term, place = occurrences[0]
    names = Names(s.name for s in {*statement.parameters, *statement.indices()})
    delta = _collapse(statement, term, term.factors[place], names)
    free = {r.index for r in delta.ranges}
    bound = tuple(r for r in (*statement.ranges, *term.ranges) if r.index not in free)
    gradient = Access(gradient_name(statement.target.tensor), statement.target.at)
    scale, coefficient = statement.scale, term.coefficient
    if scale is not None and scale.free_symbols & {r.index for r in bound}:
        scale, coefficient = None, coefficient * scale  # a scale that varies with the output stays inside the sum
    collected = Term(bound, delta.brackets, (gradient, *term.factors[:place], *term.factors[place + 1 :]), coefficient)
    kept = {f.tensor for f in collected.factors}
    return replace(
        statement,
        target=Access(gradient_name(tensor), delta.at),
        ranges=delta.ranges,
        terms=(one_point(collected) if solve else collected,),
        shapes=(
            (gradient_name(tensor), statement.shape(tensor)),
            (gradient.tensor, statement.shape(statement.target.tensor)),
            *(s for s in statement.shapes if s[0] in kept),
        ),
        scale=scale,
    )


class _Delta:
    """The deltas of one access, collapsed: where the gradient is written, its free indices, the brackets left."""

    def __init__(self, brackets: tuple[Bracket, ...]) -> None:
        self.at: tuple[Expr, ...] = ()
        self.ranges: tuple[Range, ...] = ()
        self.brackets = brackets

    def free(self, at: Expr, *ranges: Range) -> None:
        """The index expression runs over its axis once: its indices become free."""
        self.at, self.ranges = (*self.at, at), (*self.ranges, *ranges)

    def forget(self, cell: Expr, extent: Expr) -> None:
        """Drop the bracket that the range of a free index now implies."""
        self.brackets = tuple(
            b
            for b in self.brackets
            if not (isinstance(b, Within) and b.extent == extent and expand(b.value - cell) == 0)
        )


def _collapse(statement: Statement, term: Term, access: Access, names: Names) -> _Delta:
    extents = {r.index: r.extent for r in (*statement.ranges, *term.ranges)}
    delta = _Delta(term.brackets)
    for cell, extent in zip(access.at, statement.shape(access.tensor), strict=True):
        if cell.is_Symbol and extents.get(cell) == extent:
            delta.free(cell, Range(cell, extent))
        elif digits := _mixed_radix(cell, extent, extents):
            delta.free(cell, *digits)
            delta.forget(cell, extent)
        else:
            x = names.index(f"x_{_axis_label(cell, extents)}")
            delta.free(x, Range(x, extent))
            delta.forget(cell, extent)
            delta.brackets = (*delta.brackets, Equal(cell, x))
    return delta


def _mixed_radix(cell: Expr, extent: Expr, extents: dict[Symbol, Expr]) -> tuple[Range, Range] | None:
    """(q, r) where cell = q*m + r with r < m reaches every value below ``extent`` exactly once."""
    indices = [v for v in extents if cell.has(v)]
    if len(indices) != 2 or cell.atoms(*_NOT_AFFINE):
        return None
    coefficients, constant = affine(cell, indices)
    for high, low in (indices, reversed(indices)):
        fits = coefficients[low] == 1 and coefficients[high] == extents[low] and constant == 0
        if fits and expand(extents[high] * extents[low] - extent) == 0:
            return Range(high, extents[high]), Range(low, extents[low])
    return None


def _axis_label(cell: Expr, extents: dict[Symbol, Expr]) -> str:
    tails = sorted(v.name.partition("_")[2] for v in extents if cell.has(v))
    return next((t for t in tails if t), "0")


def one_point(term: Term) -> Term:
    """SUM_{v<n} [v = e] f(v) = [0 <= e < n] f(e), for every equation with an index of coefficient 1 or -1."""
    for equation in term.brackets:
        for r in term.ranges:
            if isinstance(equation, Equal) and (solution := _solve(equation, r.index)) is not None:
                return one_point(_put_in(term, equation, r, solution))
    return term


def _solve(equation: Equal, index: Symbol) -> Expr | None:
    coefficient = equation.value.coeff(index)
    solution = expand(index - coefficient * equation.value)
    return solution if coefficient in (1, -1) and not solution.has(index) else None


def _put_in(term: Term, equation: Equal, solved: Range, solution: Expr) -> Term:
    def change(e: Expr) -> Expr:
        return expand(e.xreplace({solved.index: solution})) if e.has(solved.index) else e

    rest = tuple(b.map(change) for b in term.brackets if b is not equation)
    return Term(
        tuple(r for r in term.ranges if r is not solved),
        (*rest, Within(solution, solved.extent)),
        tuple(f.map(change) for f in term.factors),
        change(term.coefficient),
    )


def sgd_update(tensor: str, shape: tuple[Expr, ...]) -> Statement:
    """T'[w] = T[w] - eta*dT[w]: one step of gradient descent for every entry of a parameter."""
    ranges = tuple(Range(Names().index(f"w_{j + 1}"), extent) for j, extent in enumerate(shape))
    at = tuple(r.index for r in ranges)
    gradient = gradient_name(tensor)
    return Statement(
        Access(f"{tensor}'", at),
        ranges,
        (Term((), (), (Access(tensor, at),)), Term((), (), (Access(gradient, at),), -size("eta"))),
        ((f"{tensor}'", shape), (tensor, shape), (gradient, shape)),
    )
