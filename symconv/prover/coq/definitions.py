"""Layers as definitions of Coq: the statement that defines a layer, as a function of tensors, sizes and indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr, Symbol, sympify

from symconv.errors import StatementError, sentence
from symconv.prover.coq.files import wrapped
from symconv.prover.coq.gallina import NO_BREAK, tensor_arities, told
from symconv.prover.coq.names import Names
from symconv.prover.coq.outlined import OutlinedSequent
from symconv.prover.reading import Reader
from symconv.statements import Expression, Proposition, Statement, Term
from symconv.statements.binding import accesses, free_symbols, put_in, scaled
from symconv.statements.definitions import NamedTensor
from symconv.statements.language import Access


@dataclass(frozen=True)
class CoqDefinition:
    """A statement as a definition of Coq.

    name      of the definition
    tensors   that the statement reads, in alphabetical order
    sizes     of the statement, in alphabetical order; then come the indices of its target
    indices   the target's
    named     the statement's right-hand side at any integers for sizes and indices
    """

    name: str
    tensors: tuple[str, ...]
    sizes: tuple[str, ...]
    indices: tuple[str, ...]
    named: NamedTensor

    @staticmethod
    def of(name: str, statement: Statement) -> CoqDefinition:
        """The definition that a statement is; its named sizes are sizes like others.

        Raises ``StatementError`` where an index of the target is no plain one.
        """
        side = statement.terms if statement.scale is None else [scaled(t, statement.scale) for t in statement.terms]
        free = {r.index for r in statement.ranges}
        for at in statement.target.at:
            if at not in free:
                raise StatementError(sentence(f"index={at}", "is no plain index", "define the layer without groups"))
        kept = sorted({s for t in side for s in free_symbols(t)} - free, key=str)
        parameters = {s: Symbol(s.name, integer=True) for s in (*kept, *statement.target.at)}
        terms = tuple(put_in(term, parameters) for term in side)
        tensors = tuple(sorted({a.tensor for a in accesses(side)}))
        indices = tuple(s.name for s in statement.target.at)
        return CoqDefinition(
            name, tensors, tuple(s.name for s in kept), indices, NamedTensor(tuple(parameters.values()), terms)
        )

    def given(self, tensors: Mapping[str, str]) -> NamedTensor:
        """The definition reading other tensors."""
        return NamedTensor(self.named.parameters, tuple(_renamed(t, tensors) for t in self.named.terms))

    def entry(self, copy: str, sizes: Mapping[str, Expr | int], at: Sequence[Expr]) -> Expression:
        """One entry of the layer with these sizes; ``copy`` is the name under which it is read."""
        return Expression(
            (Term((), (), (Access(copy, (*(sympify(sizes[s], strict=True) for s in self.sizes), *at)),)),)
        )

    def text(self) -> str:
        """The definition in Gallina."""
        zero = Proposition.of(0, 0)
        reader = Reader(zero, [self.named])
        reader.sides()
        parameters, terms = reader.definition(self.named)
        outlined = OutlinedSequent(reader.about(terms, ()), terms, ())
        names = Names.of(outlined, (), (self.name,))
        body = told(outlined, names).left
        tensors = [f"({names.of_tensors[t]} : {'Z -> ' * n}R)" for t, n in tensor_arities(outlined).items()]
        integers = " ".join(names.identifiers[x] for x in parameters)
        heading = [f"Definition{NO_BREAK}{self.name}", "{R : comRingType}", *tensors, f"({integers} : Z) : R :="]
        return wrapped(" ".join(part.replace(" ", NO_BREAK) if len(part) < 40 else part for part in heading), 0) + (
            wrapped(f"({body})%R.", 2)
        )


def _renamed(term: Term, tensors: Mapping[str, str]) -> Term:
    factors = tuple(Access(tensors.get(f.tensor, f.tensor), f.at) for f in term.factors)
    return Term(term.ranges, term.brackets, factors, term.coefficient)
