"""Proving theorems one by one, each in a process of its own where there are many, and having each proof checked."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from symconv.errors import ArgumentError, StatementError, SymconvError, sentence

if TYPE_CHECKING:
    from symconv.prover.coq.files import TheoremText
    from symconv.prover.library import LibraryTheorem
    from symconv.prover.refuting.counterexample import Counterexample
    from symconv.prover.theorem import Theorem

#: Up to this many theorems are proved faster than further processes begin.
FEW = 12
PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"


@dataclass(frozen=True)
class Attempt:
    """What came of one theorem, as plain data.

    verdict            "proved", as the search claims; "refuted" or "unknown"
    checked            whether the independent checker accepts the certificate's text for the statement, read anew
    seconds            reading the statement, the search, and its own check; ``check_seconds``: the other check
    hash, steps        of the certificate
    certificate_text, sequent_text   JSON
    reason             the counterexample in words, or where the search stood
    counterexample     plain data; ``snippet`` is a program that shows it
    coq                the theorem for Coq, where that was wanted
    """

    theorem: LibraryTheorem
    verdict: str
    seconds: float
    checked: bool = False
    check_seconds: float = 0.0
    hash: str = ""
    steps: int = 0
    certificate_text: str = ""
    sequent_text: str = ""
    reason: str = ""
    counterexample: Mapping[str, Any] | None = None
    snippet: str = ""
    coq: TheoremText | None = None

    @property
    def name(self) -> str:
        """The theorem's name; a statement of the command line has none."""
        return self.theorem.name or "statement"

    @property
    def is_done(self) -> bool:
        """Whether the theorem is proved, and the checker agrees."""
        return self.verdict == PROVED and self.checked

    @cached_property
    def certificate(self) -> Mapping[str, Any] | None:
        """The certificate as plain data."""
        return _parsed(self.certificate_text)

    @cached_property
    def sequent(self) -> Mapping[str, Any] | None:
        """The formal statement as plain data."""
        return _parsed(self.sequent_text)


def _parsed(text: str) -> Mapping[str, Any] | None:
    from json import loads

    found: Mapping[str, Any] | None = loads(text) if text else None
    return found


def attempts(
    theorems: Sequence[LibraryTheorem], jobs: int | None, time_limit: float, *, coq: bool = False
) -> Iterator[Attempt]:
    """An attempt for each theorem, in their order, by ``jobs`` processes; raises ``TheoremError`` for a bad one."""
    wanted = processors() if jobs is None and len(theorems) > FEW else jobs or 1
    one = partial(attempt, time_limit=time_limit, coq=coq)
    if min(wanted, len(theorems)) <= 1:
        yield from map(one, theorems)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    with ProcessPoolExecutor(min(wanted, len(theorems)), get_context("spawn"), _die_when_interrupted) as pool:
        try:
            yield from pool.map(one, theorems)
        except BrokenProcessPool:
            raise ArgumentError(sentence("--jobs", "a process ended before its work was done", "use fewer")) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def processors() -> int:
    """How many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _die_when_interrupted() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def attempt(theorem: LibraryTheorem, *, time_limit: float, coq: bool = False) -> Attempt:
    """Try to prove one theorem; raises ``TheoremError`` where its statement cannot be read."""
    from symconv.prover.prove import prove
    from symconv.prover.theorem import Refuted, Unknown

    begun = time.perf_counter()
    proposition = theorem.proposition
    try:
        found = prove(proposition, time_limit=time_limit)
    except Refuted as refuted:
        return _refuted(theorem, time.perf_counter() - begun, refuted.counterexample)
    except Unknown as unknown:
        return Attempt(theorem, UNKNOWN, time.perf_counter() - begun, reason=unknown.reason)
    except SymconvError as error:
        raise theorem.refused(error) from None
    proved = _proved(theorem, time.perf_counter() - begun, found)
    if not coq:
        return proved
    from symconv.prover.coq.exporting import exported

    return replace(proved, coq=exported(theorem, found))


def _proved(theorem: LibraryTheorem, seconds: float, found: Theorem) -> Attempt:
    from json import dumps

    certificate = found.certificate_text()
    checked, check_seconds = _checked(theorem, certificate)
    sequent = dumps(found.sequent.json(), separators=(",", ":"))
    return Attempt(theorem, PROVED, seconds, checked, check_seconds, found.hash, found.steps, certificate, sequent)


def _checked(theorem: LibraryTheorem, certificate: str) -> tuple[bool, float]:
    """What the checker says of the certificate's text, and of the statement as it is read anew from its texts."""
    from symconv.prover.prove import check

    begun = time.perf_counter()
    accepted = check(certificate, theorem.proposition)
    return accepted, time.perf_counter() - begun


def _refuted(theorem: LibraryTheorem, seconds: float, found: Counterexample) -> Attempt:
    try:
        snippet = found.snippet()
    except StatementError as error:
        snippet = f"# {error}"
    return Attempt(theorem, REFUTED, seconds, reason=str(found), counterexample=found.json(), snippet=snippet)
