"""From a proposition with definitions beside it to the sequent in which they are put in, copy by copy.

Coq's checker puts definitions in by the same rule, and compares nothing: what it gets is what the certificate is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from symconv.prover.coq.outlined import DefinedTensor, OutlinedSequent
from symconv.prover.polynomial import Polynomial, variable
from symconv.prover.reading import Reader
from symconv.prover.sequent import Quotient, Term
from symconv.statements.definitions import NamedTensor
from symconv.statements.outline import Outline


@dataclass(frozen=True)
class Call:
    """A definition of Coq that a tensor of an outline stands for: its name, and the tensors that it is given."""

    definition: str
    tensors: tuple[str, ...]


def outlined(outline: Outline, calls: Mapping[str, Call] | None = None) -> OutlinedSequent:
    """The formal statement of a proposition, with its definitions put in, and as it is told.

    ``calls`` says which of the defined tensors are definitions of Coq.
    Raises ``StatementError`` for what the language of proofs lacks, and for a definition with fractions.

    >>> from symconv.statements.grammar import parse_outline
    >>> where = ["Z[y] = sum(u < k) W[u]*X[y + u]"]
    >>> found = outlined(parse_outline("for i < n: Z[i] + Z[0] = Z[0] + Z[i]", where=where))
    >>> [d.name for d in found.definitions]
    ['Z', 'Z.1', 'Z.2', 'Z.3']
    >>> print(found.sequent.left[0])
    sum(u.2 < k) (1)*W[u.2]*X[i + u.2]
    """
    definitions = dict(outline.definitions)
    reader = Reader(outline.proposition, list(definitions.values()))
    sides = reader.sides()
    copies = _Copies(reader, definitions, calls or {})
    left, right = (tuple(copies.told(term) for term in side) for side in sides)
    flat_left, flat_right = (reduce(_all_put_in, reversed(copies.made), side) for side in (left, right))
    return OutlinedSequent(reader.about(flat_left, flat_right), left, right, tuple(copies.made))


@dataclass
class _Copies:
    """A copy of its definition for each place that reads a defined tensor, those that it reads itself before it."""

    reader: Reader
    definitions: Mapping[str, NamedTensor]
    calls: Mapping[str, Call]
    made: list[DefinedTensor] = field(default_factory=list)

    def told(self, term: Term) -> Term:
        """The term, reading copies."""
        return replace(term, factors=tuple((self._copy(tensor), at) for tensor, at in term.factors))

    def _copy(self, tensor: str) -> str:
        if tensor not in self.definitions:
            return tensor
        parameters, terms = self.reader.definition(self.definitions[tensor])
        told = tuple(self.told(self._apart(term)) for term in terms)
        number = sum(d.name.partition(".")[0] == tensor for d in self.made)
        name = f"{tensor}.{number}" if number else tensor
        call = self.calls.get(tensor)
        shown, given = (tensor, None) if call is None else (call.definition, call.tensors)
        self.made.append(DefinedTensor(name, shown, parameters, told, given))
        return name

    def _apart(self, term: Term) -> Term:
        """The term with new names for all that it binds."""
        names = {old: self.reader.new_name(old) for old in sorted(term.binders)}
        put = term.put({old: variable(new) for old, new in names.items()})
        return replace(
            put,
            ranges=tuple((names[v], n) for v, n in put.ranges),
            quotients=tuple(Quotient(names[q.name], q.a, q.b) for q in put.quotients),
        )


def _all_put_in(terms: tuple[Term, ...], definition: DefinedTensor) -> tuple[Term, ...]:
    return tuple(made for term in terms for made in _put_in(term, definition))


def _put_in(term: Term, definition: DefinedTensor) -> tuple[Term, ...]:
    """The term with the definition in the place of the one entry that reads it."""
    for place, (tensor, at) in enumerate(term.factors):
        if tensor == definition.name:
            values = dict(zip(definition.parameters, at, strict=True))
            return tuple(_joined(term, place, _with_arguments(inner, values)) for inner in definition.terms)
    return (term,)


def _with_arguments(term: Term, values: Mapping[str, Polynomial]) -> Term:
    """Arguments put in for parameters, in extents and denominators too."""
    put = term.put(values)
    return replace(
        put,
        ranges=tuple((v, n.put(values)) for v, n in put.ranges),
        quotients=tuple(Quotient(q.name, q.a, q.b.put(values)) for q in put.quotients),
    )


def _joined(term: Term, place: int, inner: Term) -> Term:
    return Term(
        term.coefficient * inner.coefficient,
        term.ranges + inner.ranges,
        term.quotients + inner.quotients,
        term.brackets + inner.brackets,
        (*term.factors[:place], *inner.factors, *term.factors[place + 1 :]),
    )
