"""Verdicts, and the report that collects them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from symconv.claims.backing import legend
from symconv.prover.theorem import Theorem


class Kind(StrEnum):
    """How a claim was decided."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    HOLDS_WHEN = "HOLDS_WHEN"
    MEASURED = "MEASURED"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True)
class Verdict:
    """What the audit says of one claim.

    condition        of HOLDS_WHEN: for which of the choices left open
    counterexample   of REFUTED: the smallest sizes (by their sum, then in the order of their names) and both values
    corrected        of REFUTED: the derived closed form in the claim's own names
    backing          what stands behind the verdict, in the words of ``symconv.claims.backing``; "" for nothing
    detail           one or two sentences: what was compared, measured, or is missing
    theorems         what was proved, each with its certificate; of REFUTED: about what is right instead
    snippet          of REFUTED: a program for PyTorch that shows the counterexample, where there is one
    witness          of REFUTED: a kernel that does not split, with its certificate, as plain data
    """

    kind: Kind
    condition: str | None = None
    counterexample: Mapping[str, Any] | None = None
    corrected: str | None = None
    backing: str = ""
    detail: str = ""
    theorems: tuple[Theorem, ...] = ()
    snippet: str = ""
    witness: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        parts = [str(self.kind)]
        if self.condition:
            parts.append(f"when {self.condition}")
        if self.corrected:
            parts.append(f"right: {self.corrected}")
        if self.counterexample:
            parts.append("counterexample: " + ", ".join(f"{k}={v}" for k, v in self.counterexample.items()))
        if self.detail:
            parts.append(self.detail)
        if self.backing:
            parts.append(f"backing: {self.backing}")
        return "; ".join(parts)


@dataclass(frozen=True)
class Report:
    """The verdicts of one audit, in the order of the file.

    ``verdicts`` maps a claim's id to its verdict; ``says`` to the claim in its author's words.
    """

    title: str
    verdicts: Mapping[str, Verdict]
    says: Mapping[str, str] = field(default_factory=dict)

    def count(self, kind: Kind) -> int:
        """How many claims got this verdict."""
        return sum(v.kind == kind for v in self.verdicts.values())

    def legend(self) -> dict[str, str]:
        """The words for what stands behind the verdicts, as far as they occur, and what they mean."""
        return legend(verdict.backing for verdict in self.verdicts.values())

    def certificates(self) -> dict[str, dict[str, Any]]:
        """Every certificate and its statement as plain data, by the name of a file for each.

        ``C04.1.certificate.json`` is about ``C04.1.statement.json``; the program ``symconv check`` replays the two.
        """
        files: dict[str, dict[str, Any]] = {}
        for claim, verdict in self.verdicts.items():
            for theorem in verdict.theorems:
                files[f"{theorem.name}.certificate.json"] = dict(theorem.certificate)
                files[f"{theorem.name}.statement.json"] = theorem.sequent.json()
            if verdict.witness is not None:
                files[f"{claim}.kernel.json"] = dict(verdict.witness)
        return files

    def __str__(self) -> str:
        from symconv.render.report import report_text

        return report_text(self)

    def latex(self) -> str:
        """A whole LaTeX document with a row for every claim."""
        from symconv.render.report import report_latex

        return report_latex(self)

    def json(self) -> dict[str, Any]:
        """The report as plain data."""
        from symconv.render.report import report_json

        return report_json(self)
