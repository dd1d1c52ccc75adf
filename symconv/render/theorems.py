"""Theorems as a LaTeX document: what each says, its statement as it was written, and the proof in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol

from symconv.prover.coq.files import TheoremText
from symconv.prover.library import LibraryTheorem
from symconv.render.latex import escape
from symconv.render.proof import account
from symconv.render.written import written_latex

_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage{amsmath,amssymb}
\usepackage[a4paper,margin=25mm]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\emergencystretch}{3em}
\makeatletter
\newenvironment{theorem}[1]
  {\par\bigskip\pagebreak[1]\textbf{#1}\par\nopagebreak\begingroup\raggedright\ignorespaces}
  {\par\endgroup}
\newenvironment{proof}[1]
  {\@beginparpenalty=10000 \par\smallskip\textit{#1}\par\nopagebreak\small
   \begin{list}{}{\leftmargin=6mm \itemindent=-3mm \labelwidth=0mm \labelsep=0mm
   \itemsep=0pt \parsep=0pt \topsep=1pt}\raggedright}
  {\end{list}}
\makeatother
\begin{document}
"""
_CONVENTIONS = r"""
Each statement holds for all sizes, all indices and all tensors. Sizes are positive integers, paddings and counts may be
$0$, and indices count from $0$. Tensors are functions on all integers, with values in any commutative ring; zero
padding is written with a bracket, which is $1$ where its condition holds and $0$ elsewhere. A sum over an empty range
is $0$. The proofs start from the left side less the right side, definitions put in, and end where nothing is left;
``follows from the rest'' stands for a proof of integer inequalities in the certificate.
"""


class Attempted(Protocol):
    """What is told of the attempt to prove a theorem."""

    @property
    def theorem(self) -> LibraryTheorem: ...  # noqa: D102 - see symconv.cli.attempts.Attempt
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def hash(self) -> str: ...  # noqa: D102
    @property
    def certificate(self) -> Mapping[str, Any] | None: ...  # noqa: D102
    @property
    def sequent(self) -> Mapping[str, Any] | None: ...  # noqa: D102
    @property
    def coq(self) -> TheoremText | None: ...  # noqa: D102


def theorems_document(attempts: Sequence[Attempted], title: str) -> str:
    """A whole LaTeX document: a section for each file, a paragraph for each of its theorems."""
    parts = [_PREAMBLE, rf"{{\Large\raggedright {escape(title)}\par}}\bigskip", _CONVENTIONS]
    for file, several in groupby(attempts, key=lambda attempt: attempt.theorem.file):
        parts += [rf"\section*{{{escape(file.replace('_', ' ').capitalize())}}}"] if file else []
        parts += [theorem_latex(attempt) for attempt in several]
    return "\n\n".join((*parts, "\\end{document}\n"))


def theorem_latex(attempt: Attempted) -> str:
    """One theorem: its sentence and source, the statement, and the account of its proof or why there is none."""
    theorem = attempt.theorem
    source = f" ({theorem.source})" if theorem.source else ""
    rows = [rf"& {formula} &" for formula in written_latex(theorem)]
    return "\n".join(
        (
            rf"\begin{{theorem}}{{{escape(theorem.name or 'statement')}}}",
            escape(theorem.says + source),
            r"\begin{flalign*}",
            " \\\\\n".join(rows),
            r"\end{flalign*}",
            *_gallina(attempt.coq),
            *_outcome(attempt),
            r"\end{theorem}",
        )
    )


def _gallina(text: TheoremText | None) -> Iterator[str]:
    """The statement as Coq has it, line by line."""
    if text is not None:
        yield r"\par\nopagebreak{\scriptsize\begin{verbatim}"
        yield text.statement.rstrip("\n")
        yield r"\end{verbatim}}"


def _outcome(attempt: Attempted) -> Iterator[str]:
    if attempt.certificate is None or attempt.sequent is None:
        yield rf"\textit{{{escape(attempt.verdict.capitalize())}:}} {escape(attempt.reason)}"
        return
    steps = len(attempt.certificate["steps"])
    head = rf"Proof in {steps} step{'' if steps == 1 else 's'}, certificate {attempt.hash}"
    yield rf"\begin{{proof}}{{{escape(head)}}}"
    yield from (rf"\item {line.latex()}." for line in account(attempt.certificate, attempt.sequent))
    yield r"\end{proof}"
