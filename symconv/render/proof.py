"""The account of a proof in words: which rule each step of a certificate applies, to which side, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from symconv.prover.moves import Move, moves, sequent_of
from symconv.prover.polynomial import ZERO
from symconv.prover.sequent import Defined, Sequent, Term
from symconv.render.latex import escape
from symconv.render.notation import Notation
from symconv.render.phrases import PHRASES, Words, separated


@dataclass(frozen=True)
class Line:
    """What one step does, and to which of the sums ``label`` that the two sides have become."""

    label: str
    words: Words

    def text(self) -> str:
        """As plain text."""
        return f"{self.label}: " + "".join(w if isinstance(w, str) else w.text for w in self.words)

    def latex(self) -> str:
        """For LaTeX's text mode."""
        body = "".join(escape(w) if isinstance(w, str) else f"${w.latex}$" for w in self.words)
        return rf"\emph{{{escape(self.label)}:}} {body}"


class _Label(NamedTuple):
    """A sum: its side, its number on that side, and a letter for each case that it is part of."""

    side: str
    suffix: str = ""

    def __str__(self) -> str:
        return f"{self.side} {self.suffix}".strip()

    def among(self, many: int) -> list[_Label]:
        """The labels of what the sum becomes."""
        return [self] if many < 2 else [_Label(self.side, self.suffix + letter) for letter in "ab"]


def account(certificate: Mapping[str, Any], sequent: Mapping[str, Any]) -> tuple[Line, ...]:
    """The steps of an accepted certificate in words, but for those that only tidy up; both are plain data, as in JSON.

    Raises ``TheoremError`` where a step is not one of the kernel's.

    >>> import symconv as sc
    >>> theorem = sc.prove("sum(u < k, t < n) [t = u + 1]*X[t] = sum(u < k) X[u + 1]", assuming="k < n")
    >>> for line in account(theorem.certificate, theorem.sequent.json()):
    ...     print(line.text())
    left: the sum over u < k, t < n of X[t]*[t = u + 1]
    right: the sum over u < k of X[u + 1]
    ...
    left and right: are the same sum and cancel
    """
    statement, steps = sequent_of(sequent), list(moves(certificate, sequent))
    notation = _notation(statement, steps)
    labels = _labels(statement)
    lines = list(_beginning(statement, certificate.get("scale", 1), notation))
    for move in steps:
        taken = [labels[j] for j in move.places]
        if words := PHRASES[move.rule](move, notation):
            lines.append(Line(" and ".join(map(str, sorted(taken))), words))
        rest = [label for j, label in enumerate(labels) if j not in move.places]
        labels = [*rest, *taken[0].among(len(move.made))[: len(move.made)]]
    return tuple(lines)


def _labels(statement: Sequent) -> list[_Label]:
    return [label for label, term in _labelled(statement) if term.coefficient != ZERO]


def _labelled(statement: Sequent) -> Iterator[tuple[_Label, Term]]:
    for side, terms in (("left", statement.left), ("right", statement.right)):
        for number, term in enumerate(terms, start=1):
            yield _Label(side, str(number) if len(terms) > 1 else ""), term


def _notation(statement: Sequent, steps: Sequence[Move]) -> Notation:
    terms = [*statement.left, *statement.right, *chain.from_iterable(move.made for move in steps)]
    names = statement.names.union(*(term.names for term in terms))
    return Notation.of(names, (tensor for term in terms for tensor, _ in term.factors))


def _beginning(statement: Sequent, scale: int, notation: Notation) -> Iterator[Line]:
    """What there is before the first step: names for floors and maxima, and the sums of both sides."""
    for d in statement.defined:
        yield Line("let", (notation.defined(d),))
    for label, term in _labelled(statement):
        yield Line(str(label), _term(term, notation))
    if scale > 1:
        yield Line("both sides", (f"are multiplied by {scale}",))


def _term(term: Term, notation: Notation) -> Words:
    words: Words = (notation.product(term),)
    if term.ranges:
        ranges = separated([notation.below(v, n) for v, n in term.ranges])
        words = ("the sum over ", *ranges, " of ", *words)
    if term.quotients:
        floors = [notation.defined(Defined("floor", q.name, q.a, q.b)) for q in term.quotients]
        words = (*words, ", with ", *separated(floors))
    return words
