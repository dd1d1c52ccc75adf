"""Statements in index notation: sums of products of tensors at integer indices, with Iverson brackets.

    for n < N, o < O, y < Y:   Y[n, o, y] = scale * SUM_terms coefficient * SUM_ranges [brackets] * PROD factors

The data are frozen; the leaves are SymPy expressions.  Nothing here evaluates: SymPy's ``Sum`` never sees a range, so
that neither Karr's convention for empty sums, nor capture of a bound variable, nor ``doit`` can change a meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Eq, Expr, S, Symbol, expand

from symconv.errors import StatementError, sentence
from symconv.statements.symbols import symbols_of


@dataclass(frozen=True)
class Range:
    """``index`` runs over 0, ..., ``extent`` - 1; it is empty where the extent is not positive."""

    index: Symbol
    extent: Expr


@dataclass(frozen=True)
class Within:
    """The bracket [0 <= value < extent]: zero padding, or the crop of a transposed layer."""

    value: Expr
    extent: Expr

    def map(self, change: Callable[[Expr], Expr]) -> Within:
        """The same bracket with ``change`` applied to every expression."""
        return Within(change(self.value), change(self.extent))


@dataclass(frozen=True)
class Equal:
    """The bracket [left = right]: an equation whose integer solutions are selected."""

    left: Expr
    right: Expr

    @property
    def value(self) -> Expr:
        """left - right, which is 0 where the bracket is 1."""
        return expand(self.left - self.right)

    def map(self, change: Callable[[Expr], Expr]) -> Equal:
        """The same bracket with ``change`` applied to every expression."""
        return Equal(change(self.left), change(self.right))


@dataclass(frozen=True)
class NonNegative:
    """The bracket [value >= 0]."""

    value: Expr

    def map(self, change: Callable[[Expr], Expr]) -> NonNegative:
        """The same bracket with ``change`` applied to every expression."""
        return NonNegative(change(self.value))


Bracket = Within | Equal | NonNegative


@dataclass(frozen=True)
class Access:
    """``tensor[at]``: one entry of a tensor."""

    tensor: str
    at: tuple[Expr, ...]

    def map(self, change: Callable[[Expr], Expr]) -> Access:
        """The same tensor with ``change`` applied to every index expression."""
        return Access(self.tensor, tuple(map(change, self.at)))


@dataclass(frozen=True)
class Term:
    """coefficient * SUM_ranges [brackets] * PROD factors."""

    ranges: tuple[Range, ...]
    brackets: tuple[Bracket, ...]
    factors: tuple[Access, ...]
    coefficient: Expr = S.One

    def map(self, change: Callable[[Expr], Expr]) -> Term:
        """The same term with ``change`` applied to every expression; the bound indices stay."""
        return Term(
            tuple(Range(r.index, change(r.extent)) for r in self.ranges),
            tuple(b.map(change) for b in self.brackets),
            tuple(f.map(change) for f in self.factors),
            change(self.coefficient),
        )


@dataclass(frozen=True)
class Statement:
    """``target = scale * (term + term + ...)`` for all values of the free indices in their ``ranges``.

    target   what is defined; its indices are affine in the free indices, each entry reached at most once
    shapes   the extents of every tensor that occurs, target included
    facts    expressions known to be >= 0 (the derivation of the output shape established them)
    where    sizes with a name of their own and what they stand for, such as H_out
    scale    a factor of the whole right-hand side, or ``None``; a scale of 1 counts like any other
    """

    target: Access
    ranges: tuple[Range, ...]
    terms: tuple[Term, ...]
    shapes: tuple[tuple[str, tuple[Expr, ...]], ...]
    facts: tuple[Expr, ...] = ()
    where: tuple[tuple[Symbol, Expr], ...] = ()
    scale: Expr | None = None

    def __post_init__(self) -> None:
        shapes = dict(self.shapes)
        for term in self.terms:
            _check_binders(self.ranges + term.ranges)
        for access in (self.target, *(f for t in self.terms for f in t.factors)):
            if access.tensor not in shapes:
                raise StatementError(
                    sentence(f"tensor={access.tensor!r}", "has no shape in the statement", "give its extents in shapes")
                )
            if len(access.at) != len(shapes[access.tensor]):
                raise StatementError(
                    sentence(
                        f"tensor={access.tensor!r}",
                        f"is read at {len(access.at)} indices and has {len(shapes[access.tensor])} axes",
                        "write one index for each axis",
                    )
                )

    def shape(self, tensor: str) -> tuple[Expr, ...]:
        """The extents of one tensor of the statement."""
        return dict(self.shapes)[tensor]

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names of the tensors on the right-hand side."""
        return frozenset(f.tensor for t in self.terms for f in t.factors)

    def indices(self) -> Iterator[Symbol]:
        """All indices, the free ones first."""
        yield from (r.index for r in self.ranges)
        for term in self.terms:
            yield from (r.index for r in term.ranges)

    @cached_property
    def parameters(self) -> frozenset[Symbol]:
        """The free symbols: sizes, strides, paddings, ...; no index."""
        parts = [e for _, extents in self.shapes for e in extents] + [r.extent for r in self.ranges]
        for term in self.terms:
            parts += [r.extent for r in term.ranges] + [term.coefficient]
            parts += [b.extent for b in term.brackets if isinstance(b, Within)]
            parts += [b.value for b in term.brackets] + [e for f in term.factors for e in f.at]
        if self.scale is not None:
            parts.append(self.scale)
        return frozenset(symbols_of(parts) - set(self.indices()))

    def substitute(self, values: Mapping[Symbol, Expr]) -> Statement:
        """Put expressions in for parameters, all at once; refuses to touch or capture an index.

        Raises ``StatementError`` where a value would be captured by an index of the statement.
        """
        bound = set(self.indices())
        caught = bound & (set(values) | symbols_of(values.values()))
        if caught:
            name = min(s.name for s in caught)
            raise StatementError(
                sentence(f"name={name!r}", "is an index of the statement", "use another name for the size")
            )

        def change(e: Expr) -> Expr:
            return e.xreplace(dict(values))

        return replace(
            self,
            target=self.target.map(change),
            ranges=tuple(Range(r.index, change(r.extent)) for r in self.ranges),
            terms=tuple(t.map(change) for t in self.terms),
            shapes=tuple((tensor, tuple(map(change, extents))) for tensor, extents in self.shapes),
            facts=tuple(map(change, self.facts)),
            where=tuple((name, change(e)) for name, e in self.where if name not in values),
            scale=None if self.scale is None else change(self.scale),
        )

    def __str__(self) -> str:
        """The text of the grammar, which ``parse_statement`` reads again."""
        from symconv.statements.printing import statement_text

        return statement_text(self)

    def latex(self) -> str:
        """LaTeX of the equation, for mathematics mode."""
        from symconv.statements.printing import statement_latex

        return statement_latex(self)

    def sympy(self) -> Eq:
        """A SymPy equation of ``Indexed``, ``Sum`` and Iverson brackets, unevaluated, for reading and printing."""
        from symconv.statements.printing import statement_sympy

        return statement_sympy(self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def _check_binders(ranges: tuple[Range, ...]) -> None:
    """Refuse an index that is bound twice, and an extent that depends on an index."""
    names = [r.index.name for r in ranges]
    for name in names:
        if names.count(name) > 1:
            raise StatementError(
                sentence(f"index={name!r}", "is bound twice in one term", "rename one of the two indices")
            )
    for r in ranges:
        for found in r.extent.free_symbols:
            if found.name in names:
                raise StatementError(
                    sentence(
                        f"extent={r.extent}",
                        f"depends on the index {found.name}",
                        "state the extent in sizes only and restrict the index by a bracket",
                    )
                )
