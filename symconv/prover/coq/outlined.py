"""A sequent beside the form in which a person reads it: with tensors that are defined by others."""

from __future__ import annotations

from dataclasses import dataclass

from symconv.prover.sequent import Sequent, Term


@dataclass(frozen=True)
class DefinedTensor:
    """``name[parameters] = sum of terms`` at any integers.

    name     of this copy of the definition: each place that reads it has its own, with names of its own that it binds
    shown    the name that all copies have for a reader
    tensors  where it is a definition of Coq with that name, the tensors that it takes before its other arguments
    """

    name: str
    shown: str
    parameters: tuple[str, ...]
    terms: tuple[Term, ...]
    tensors: tuple[str, ...] | None = None


@dataclass(frozen=True)
class OutlinedSequent:
    """What a certificate is about, and how it is told.

    sequent       with all definitions put in
    left, right   the sides as they are told, with entries of defined tensors
    definitions   in order: a copy reads earlier ones only
    """

    sequent: Sequent
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    definitions: tuple[DefinedTensor, ...] = ()

    @staticmethod
    def plain(sequent: Sequent) -> OutlinedSequent:
        """A sequent that is told as it is."""
        return OutlinedSequent(sequent, sequent.left, sequent.right)

    @property
    def told(self) -> tuple[Term, ...]:
        """All terms that are written down."""
        return (*(term for d in self.definitions for term in d.terms), *self.left, *self.right)

    @property
    def is_about_numbers(self) -> bool:
        """Whether no tensor occurs, so that both sides are integers."""
        return not any(term.factors for term in self.told)
