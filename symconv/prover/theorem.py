"""What a proof attempt ends in: a theorem with its certificate, a refutation, or an honest "unknown"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symconv.errors import SymconvError, sentence
from symconv.prover import checker
from symconv.prover.kernel import State
from symconv.prover.refuting.counterexample import Counterexample
from symconv.prover.sequent import Sequent
from symconv.statements.proposition import Proposition


@dataclass(frozen=True)
class Theorem:
    """A proposition, and the certificate that it holds for all sizes.

    statement     the proposition, as it was given
    sequent       what the certificate is about: the proposition in polynomials, sums and brackets
    certificate   plain data, for JSON; it names the sequent by its hash
    name, says    of a theorem of a library

    The object itself proves nothing: ``check(theorem.certificate, theorem.statement)`` does, each time anew.
    """

    statement: Proposition
    sequent: Sequent
    certificate: Mapping[str, Any]
    name: str = ""
    says: str = ""

    @property
    def hash(self) -> str:
        """The sha256 of the sequent, by which results cite the certificate."""
        return self.sequent.hash

    @cached_property
    def steps(self) -> int:
        """How many steps the proof has."""
        return len(self.certificate["steps"])

    def json(self) -> dict[str, Any]:
        """Statement, sequent and certificate as plain data."""
        return {
            "name": self.name,
            "statement": str(self.statement),
            "sequent": self.sequent.json(),
            "certificate": dict(self.certificate),
        }

    def certificate_text(self) -> str:
        """The certificate as JSON on one line."""
        return json.dumps(self.certificate, separators=(",", ":"))

    def latex(self) -> str:
        """The statement in LaTeX, for mathematics mode."""
        return self.statement.latex()

    def coq(self) -> str:
        """The theorem as a file of Coq, which needs the verified checker that ships with symconv.

        The statement is plain Gallina; the proof has the verified checker replay the certificate.
        Raises ``TheoremError`` where the certificate is not for the statement.
        """
        from symconv.prover.coq.exporting import theorem_file

        return theorem_file(self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        return f"theorem ({self.steps} steps, certificate {self.hash[:12]}): {self.statement}"

    __repr__ = __str__


class Refuted(SymconvError):  # noqa: N818 - it is an answer, not an accident
    """The statement is false; ``counterexample`` has the smallest sizes at which its two sides differ."""

    def __init__(self, statement: Proposition, counterexample: Counterexample) -> None:
        self.statement = statement
        self.counterexample = counterexample
        super().__init__(sentence("statement", f"is false, {counterexample}", "see .counterexample.snippet()"))


class Unknown(SymconvError):  # noqa: N818 - likewise
    """Neither a proof nor a counterexample was found; ``reason`` says where the search stood."""

    def __init__(self, statement: Proposition, reason: str) -> None:
        self.statement = statement
        self.reason = reason
        super().__init__(
            sentence("statement", f"is neither proved nor refuted, {reason}", "prove smaller steps, or assume more")
        )


def certificate_data(sequent: Sequent, state: State) -> dict[str, Any]:
    """The certificate of a state of the kernel, as a reader would meet it: plain data that has been JSON."""
    made = {
        "format": 1,
        "statement": sequent.hash,
        "denominators": state.denominators,
        "scale": state.scale,
        "steps": state.steps,
    }
    found: dict[str, Any] = json.loads(json.dumps(made))
    return found


def is_certified(certificate: Mapping[str, Any], sequent: Sequent) -> bool:
    """Whether the independent checker accepts the certificate for the sequent."""
    try:
        checker.check(certificate, sequent.json())
    except checker.Rejected:
        return False
    return True
