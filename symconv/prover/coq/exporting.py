"""From theorems to what Coq reads: as they were written, where that form has a certificate, else in one sum."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from symconv.errors import StatementError, TheoremError, sentence
from symconv.prover.coq.files import CoqTheorem, TheoremText, file_texts, theorem_text
from symconv.prover.coq.outlined import OutlinedSequent
from symconv.prover.coq.outlining import outlined
from symconv.prover.searching.search import Search
from symconv.prover.sequent import Sequent
from symconv.prover.theorem import certificate_data, is_certified

if TYPE_CHECKING:
    from symconv.prover.library import LibraryTheorem
    from symconv.prover.theorem import Theorem

#: How many guesses a search for the form with definitions may follow, and how many seconds.
_GUESSES = 300
_SECONDS = 10.0
#: The name of a theorem that has none.
NAMELESS = "theorem"


def exported(written: LibraryTheorem, proved: Theorem) -> TheoremText:
    """A theorem of a file, with the definitions of its tensors as they were written, if it has such.

    Definitions are put in one by one by Coq's checker; the certificate is one of its own for what comes of that.
    """
    found = _outlined(written) if written.where else None
    name = written.name or NAMELESS
    if found is None:
        return theorem_text(CoqTheorem(name, written.says, OutlinedSequent.plain(proved.sequent), proved.certificate))
    return theorem_text(CoqTheorem(name, written.says, *found))


def _outlined(written: LibraryTheorem) -> tuple[OutlinedSequent, Mapping[str, Any]] | None:
    try:
        statement = outlined(written.outline)
    except StatementError:  # a definition with fractions
        return None
    certificate = certificate_of(statement.sequent) if statement.definitions else None
    return None if certificate is None else (statement, certificate)


def certificate_of(sequent: Sequent) -> Mapping[str, Any] | None:
    """A certificate that the independent checker accepts, as plain data; ``None`` where none is found."""
    state = Search(sequent, time.monotonic() + _SECONDS).follow(_GUESSES)
    if state is None:
        return None
    made = certificate_data(sequent, state)
    return made if is_certified(made, sequent) else None


def theorem_file(theorem: Theorem) -> str:
    """One theorem as a whole file, its data before it.

    Raises ``TheoremError`` where the certificate is not for the statement: anybody can make the data of a theorem.
    """
    if not is_certified(theorem.certificate, theorem.sequent):
        raise TheoremError(sentence("certificate", "is refused by the checker", "prove the statement by sc.prove"))
    text = theorem_text(
        CoqTheorem(theorem.name or NAMELESS, theorem.says, OutlinedSequent.plain(theorem.sequent), theorem.certificate)
    )
    data, statement = file_texts("Theorem", [text]).values()
    heading, _, body = statement.partition("\n\n")
    definitions = data.partition("\n\n")[2]
    return "\n\n".join((heading.replace(" TheoremData.", " Terms Evidence Rules."), definitions, body))
