"""Names of a statement as Coq has them: numbers in the data of certificates, identifiers in what a person reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from symconv.prover.coq.outlined import OutlinedSequent

_WORDS = """
Admitted Axiom Check CoFixpoint Definition End Fixpoint IF Import Lemma Let Module Proof Prop Qed R S SProp Section Set
SsrSyntax_is_Imported T Theorem Type Variable Z as at by cofix else end exists exists2 fix for forall fun if in is let
ltac match mod of return then using where with
at_ bool certified certified_numbers check_numbers check_statement comRingType erefl int iverson nth place theorems true
tt zr
"""
#: Words of Coq and of ssreflect, and what the exported statements and proofs are written with.
RESERVED = frozenset(_WORDS.split())
_PLACE = re.compile(r"a[0-9]+")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OTHER = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True)
class Names:
    """The number of each name and each tensor, and the identifiers of those that a whole statement has.

    free          the names that a theorem is about for all values, in order
    tensors       those that are given first, then those that are defined
    identifiers   of free names; what a sum binds has one inside the sum only
    of_tensors    identifiers of tensors, and what stands for those that are definitions of Coq
    reserved      what no identifier may be
    """

    numbers: Mapping[str, int]
    tensors: Mapping[str, int]
    identifiers: Mapping[str, str]
    of_tensors: Mapping[str, str]
    free: tuple[str, ...]
    reserved: frozenset[str] = RESERVED

    @staticmethod
    def of(outlined: OutlinedSequent, steps: Iterable[Any] = (), reserved: Iterable[str] = ()) -> Names:
        """Numbers in the order: free names, defined ones, bound ones, names that steps make; each sorted.

        >>> from symconv.prover.polynomial import variable
        >>> from symconv.prover.sequent import Sequent, Term
        >>> i, k = variable("i"), variable("k")
        >>> one = Term(k, (("i", k),), (), (), (("fun", (i,)),))
        >>> names = Names.of(OutlinedSequent.plain(Sequent((), (k - 1,), (one,), ())))
        >>> names.numbers, names.tensors, names.of_tensors["fun"]
        ({'k': 0, 'i': 1}, {'fun': 0}, 'fun_')
        """
        sequent = outlined.sequent
        terms = (*sequent.left, *sequent.right, *outlined.told)
        defined = [d.name for d in sequent.defined]
        parameters = {x for d in outlined.definitions for x in d.parameters}
        told = {name for term in terms for name in term.names - term.binders}
        free = sorted(sequent.names.union(told).difference(defined, parameters))
        bound = sorted({name for term in terms for name in term.binders} | parameters)
        made = sorted({name for step in steps for name in _made(step)} - {*free, *defined, *bound})
        copies = {d.name: d for d in outlined.definitions}
        given = sorted({tensor for term in terms for tensor, _ in term.factors} - copies.keys())
        numbers = {name: number for number, name in enumerate((*free, *defined, *bound, *made))}
        tensors = {tensor: number for number, tensor in enumerate((*given, *copies))}
        shown = [d.shown for d in outlined.definitions if d.tensors is None]
        kept = RESERVED.union(reserved, (d.shown for d in outlined.definitions if d.tensors is not None))
        written = _identifiers(free, kept)
        spelled = _identifiers((*given, *shown), kept.union(written.values()))
        for copy, d in copies.items():
            spelled[copy] = " ".join((d.shown, *map(spelled.__getitem__, d.tensors))) if d.tensors else spelled[d.shown]
        return Names(numbers, tensors, written, spelled, tuple(free), kept)

    def inside(self, bound: Iterable[str], around: Iterable[str] = ()) -> dict[str, str]:
        """Identifiers for what a sum or a definition binds, none of them one of those around it."""
        return _identifiers(bound, self.reserved.union(self.identifiers.values(), self.of_tensors.values(), around))


def _made(step: Any) -> Iterator[str]:
    """The names that a step brings in."""
    rule, *arguments = step
    match rule:
        case "split":
            yield from arguments[2:4]
        case "join":
            yield arguments[3]
        case "define":
            yield arguments[1]


def _identifiers(names: Iterable[str], reserved: Collection[str]) -> dict[str, str]:
    """An identifier for each name: itself wherever possible, then what stands before a dot, and no two the same."""
    wanted = list(dict.fromkeys(names))
    taken = {name for name in wanted if "." not in name and _is_good(name, reserved)}
    found = {name: name for name in wanted if name in taken}
    for name in wanted:
        if name not in found:
            found[name] = next(made for made in _spellings(name) if made not in taken and _is_good(made, reserved))
            taken.add(found[name])
    return found


def _is_good(text: str, reserved: Collection[str]) -> bool:
    """Whether a text is an identifier that means nothing else; a0, a1, ... are places of a tensor's indices."""
    good = _IDENTIFIER.fullmatch(text) is not None and text.strip("_")
    return bool(good) and text not in reserved and _PLACE.fullmatch(text) is None


def identifier(name: str) -> str:
    """The name of a theorem as Coq has it.

    >>> identifier("forall"), identifier("2_layers"), identifier("im2col_1d")
    ('forall_', 'Theorem_2_layers', 'im2col_1d')
    """
    plain = _OTHER.sub("_", name)
    text = plain if _IDENTIFIER.fullmatch(plain) and plain.strip("_") else f"Theorem_{plain}"
    stem = text.rstrip("_")  # one underscore more for each of such a family, so that no two become the same
    return f"{text}_" if stem in RESERVED or stem.endswith(("_statement", "_certificate")) else text


def _spellings(name: str) -> Iterator[str]:
    stem, whole = (_OTHER.sub("_", part) for part in (name.partition(".")[0], name))
    stem = stem if _IDENTIFIER.fullmatch(stem) and stem.strip("_") else f"x{stem}"
    yield from (stem, whole)
    for number in count():
        yield f"{stem}_{number or ''}"
