"""What is to be proved: two expressions are equal, for all sizes, all indices in their ranges, and all tensors."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import And, S, Symbol
from sympy.logic.boolalg import Boolean

from symconv.errors import StatementError, sentence
from symconv.statements.binding import accesses, apart, check_scopes, free_symbols, names
from symconv.statements.expression import Expression, Scalar, as_expression, range_of
from symconv.statements.language import Range, Term
from symconv.statements.symbols import symbols_of


@dataclass(frozen=True, repr=False)
class Proposition:
    """``left = right`` for all free indices in ``ranges`` and all parameters for which ``assuming`` holds.

    ranges     the free indices and their extents; an index that has none is any integer from 0
    assuming   conditions on the parameters, and on the free indices; all of them hold

    ``Proposition.of`` makes one from what users write, and renames the indices that sums bind where it has to.
    Raises ``StatementError`` for a name in two roles, an index bound twice, an extent that depends on an index, and a
    tensor that is read at different numbers of indices.
    """

    ranges: tuple[Range, ...]
    left: Expression
    right: Expression
    assuming: tuple[Boolean, ...] = ()

    def __post_init__(self) -> None:
        check_scopes(Term(self.ranges, (), ()))
        self._check_names()
        self._check_tensors()

    @staticmethod
    def of(
        left: Expression | Scalar,
        right: Expression | Scalar,
        ranges: Iterable[Range | tuple[Symbol, Scalar]] = (),
        assuming: Iterable[Boolean | bool] | Boolean | bool = (),
    ) -> Proposition:
        """The proposition about two sides; an index that a sum binds is renamed where its name is also free.

        >>> import symconv as sc
        >>> i, u = sc.indices("i u"); n, K = sc.sizes("n K"); X = sc.tensor("X")
        >>> print(Proposition.of(sc.total(X[i + u], (u, K)), X[u], [(i, n)]))
        for i < n: sum(u0 < K) X[i + u0] = X[u]
        """
        sides = (as_expression(left), as_expression(right))
        read = tuple(r if isinstance(r, Range) else range_of(r) for r in ranges)
        conditions = tuple(sorted(set(_conditions(assuming)), key=str))
        free = symbols_of([*(r.extent for r in read), *conditions]) | {r.index for r in read}
        free |= {s for side in sides for term in side.terms for s in free_symbols(term)}
        one, other = (Expression(tuple(apart(term, names(free)) for term in side.terms)) for side in sides)
        return Proposition(read, one, other, conditions)

    @cached_property
    def free_indices(self) -> tuple[Symbol, ...]:
        """The indices that have a range."""
        return tuple(r.index for r in self.ranges)

    @cached_property
    def parameters(self) -> frozenset[Symbol]:
        """The free symbols that have no range: sizes, counts, other integers."""
        return frozenset(self._free - set(self.free_indices))

    @cached_property
    def tensors(self) -> dict[str, int]:
        """The names of the tensors, each with its number of indices."""
        return {a.tensor: len(a.at) for a in accesses(self._terms)}

    @property
    def _terms(self) -> tuple[Term, ...]:
        return (*self.left.terms, *self.right.terms)

    @cached_property
    def _free(self) -> set[Symbol]:
        found = symbols_of([*(r.extent for r in self.ranges), *self.assuming]) | {r.index for r in self.ranges}
        return found | {s for term in self._terms for s in free_symbols(term)}

    def _check_names(self) -> None:
        roles: dict[str, Symbol] = {}
        for found in sorted(self._free, key=str):
            if roles.setdefault(found.name, found) != found:
                raise StatementError(
                    sentence(
                        f"name={found.name!r}",
                        "is used in two roles (an index or count, a positive size, any integer)",
                        "give one of the two another name",
                    )
                )
        for term in self._terms:
            check_scopes(term)
            check_scopes(Term((*self.ranges, *term.ranges), (), ()))
            for name in sorted(names(r.index for r in term.ranges) & set(roles)):
                raise StatementError(
                    sentence(f"index={name!r}", "is bound by a sum and also free", "rename one of the two")
                )

    def _check_tensors(self) -> None:
        axes: dict[str, int] = {}
        for access in accesses(self._terms):
            if axes.setdefault(access.tensor, len(access.at)) != len(access.at):
                raise StatementError(
                    sentence(
                        f"tensor={access.tensor!r}",
                        f"is read at {axes[access.tensor]} indices and at {len(access.at)}",
                        "write one index for each axis, or use two names",
                    )
                )

    def __str__(self) -> str:
        """The text of the grammar, which ``parse_proposition`` reads again."""
        from symconv.statements.printing import proposition_text

        return proposition_text(self.ranges, (self.left.terms, self.right.terms), self.assuming)

    __repr__ = __str__

    def latex(self) -> str:
        """LaTeX for mathematics mode: one line, or an ``aligned`` body where that is too long."""
        from symconv.render.proposition import proposition_latex

        return proposition_latex(self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def _conditions(given: Any) -> Iterable[Boolean]:
    """The conditions one by one; a conjunction is taken apart, and what is true is left out."""
    if isinstance(given, (Boolean, bool)):
        if given in (False, S.false):
            yield S.false
        elif isinstance(given, And):
            for part in given.args:
                yield from _conditions(part)
        elif given not in (True, S.true):
            yield _checked(given)
    elif isinstance(given, Sequence) and not isinstance(given, str):
        for part in given:
            yield from _conditions(part)
    else:
        raise _no_condition(given)


def _checked(condition: Boolean) -> Boolean:
    if condition.is_Symbol:
        raise _no_condition(condition)
    for found in sorted(condition.free_symbols, key=str):
        if not found.is_integer:
            raise StatementError(
                sentence(f"name={found.name!r}", "stands for no integer", "make it with sc.indices or sc.sizes")
            )
    return condition


def _no_condition(given: Any) -> StatementError:
    return StatementError(
        sentence(f"assuming={reprlib.repr(given)}", "is no condition", "write SymPy's Eq, >=, <, And, Or or Not")
    )
