"""Reports of an audit as text, LaTeX and plain data: every claim with its verdict and what stands behind it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from symconv.render.latex import escape
from symconv.render.text import wrap_formula

#: The kinds of verdicts, in the order in which they are counted.
KINDS = ("PROVED", "HOLDS_WHEN", "MEASURED", "REFUTED", "UNDECIDED")
_WIDTH = 100
_ID_WIDTH = 5
_INDENT = " " * 6
#: How much of a certificate's hash is shown, and the title of what the words for backings mean.
_DIGITS = 12
_BACKING = "What stands behind a verdict"
#: Behind these a line may break in LaTeX; a run of letters without any is broken by force.
_AFTER = re.compile(r"[-+*/=,;:.()\[\]]|\\textless\{\}|(?:[A-Za-z0-9]|\\_){20}(?=[A-Za-z0-9])")

_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage{amsmath,amssymb}
\usepackage[a4paper,margin=25mm]{geometry}
\setlength{\parindent}{0pt}
\makeatletter
\newenvironment{claim}[2]
  {\@beginparpenalty=10000
   \par\medskip\textbf{#1}\quad\textsc{#2}\par\nopagebreak
   \begin{list}{}{\leftmargin=12mm \labelwidth=0mm \labelsep=0mm \itemsep=1pt \parsep=0pt \topsep=1pt}\raggedright}
  {\end{list}}
\makeatother
\newcommand{\what}[1]{\textit{#1:} }
\begin{document}
"""


class Proved(Protocol):
    """What a report needs of a theorem."""

    @property
    def name(self) -> str: ...  # noqa: D102 - see symconv.prover.theorem.Theorem
    @property
    def says(self) -> str: ...  # noqa: D102
    @property
    def statement(self) -> object: ...  # noqa: D102
    @property
    def hash(self) -> str: ...  # noqa: D102
    @property
    def steps(self) -> int: ...  # noqa: D102


class Judged(Protocol):
    """What a report needs of a verdict."""

    @property
    def kind(self) -> str: ...  # noqa: D102 - see symconv.claims.Verdict
    @property
    def condition(self) -> str | None: ...  # noqa: D102
    @property
    def counterexample(self) -> Mapping[str, Any] | None: ...  # noqa: D102
    @property
    def corrected(self) -> str | None: ...  # noqa: D102
    @property
    def backing(self) -> str: ...  # noqa: D102
    @property
    def detail(self) -> str: ...  # noqa: D102
    @property
    def theorems(self) -> Sequence[Proved]: ...  # noqa: D102
    @property
    def snippet(self) -> str: ...  # noqa: D102
    @property
    def witness(self) -> Mapping[str, Any] | None: ...  # noqa: D102


class Audited(Protocol):
    """What is rendered of a report."""

    @property
    def title(self) -> str: ...  # noqa: D102 - see symconv.claims.Report
    @property
    def verdicts(self) -> Mapping[str, Judged]: ...  # noqa: D102
    @property
    def says(self) -> Mapping[str, str]: ...  # noqa: D102
    def legend(self) -> Mapping[str, str]: ...  # noqa: D102


def report_text(report: Audited) -> str:
    """The report as lines of at most 100 characters where they can be broken."""
    lines = [*([report.title] if report.title else []), _summary(report)]
    for claim, verdict in report.verdicts.items():
        lines += ["", f"{claim:<{_ID_WIDTH}} {_words(verdict.kind)}", *_said(report.says.get(claim, ""))]
        lines += _table(list(_rows(verdict)))
        if verdict.snippet:
            lines += ["", *(f"{_INDENT}  {line}".rstrip() for line in verdict.snippet.splitlines())]
    if legend := report.legend():
        lines += ["", _BACKING, *_table(list(legend.items()))]
    return "\n".join(lines)


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Names in one column, what is said of each in the other."""
    longest = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        label = f"{_INDENT}{name.ljust(longest)}  "
        yield from wrap_formula(_one_line(value), _WIDTH, label, " " * (len(label) + 2))


def report_latex(report: Audited) -> str:
    """A whole LaTeX document: the counts, every claim with its verdict, and the words for what stands behind them."""
    parts = [
        _PREAMBLE,
        rf"{{\Large\raggedright {escape(report.title or 'Audit')}\par}}\medskip",
        escape(_summary(report)),
    ]
    for claim, verdict in report.verdicts.items():
        rows = [rf"\item {_breakable(report.says[claim])}"] if report.says.get(claim) else []
        rows += [rf"\item \what{{{name}}}{_breakable(value)}" for name, value in _rows(verdict)]
        rows += (
            [rf"\item[]\smallskip {{\scriptsize\ttfamily {_program(verdict.snippet)}\par}}"] if verdict.snippet else []
        )
        parts.append(_claim(escape(claim), _words(verdict.kind).lower(), rows))
    if legend := report.legend():
        rows = [rf"\item \what{{{word}}}{_breakable(meaning)}" for word, meaning in legend.items()]
        parts.append(_claim(_BACKING, "", rows))
    return "\n\n".join((*parts, "\\end{document}\n"))


def _claim(head: str, kind: str, rows: Sequence[str]) -> str:
    return "\n".join((rf"\begin{{claim}}{{{head}}}{{{kind}}}", *(rows or [r"\item[]"]), r"\end{claim}"))


def _program(snippet: str) -> str:
    """The lines of a program, which may be broken where they are too long; quotation marks stay as they are."""
    return "\\\\\n".join(map(_program_line, snippet.splitlines()))


def _program_line(line: str) -> str:
    code = line.lstrip()
    return "~" * (len(line) - len(code)) + r"\char34{}".join(map(_with_breaks, code.split('"'))) or "~"


def report_json(report: Audited) -> dict[str, Any]:
    """The report as plain data: title, counts by kind, the claims in their order, and what words for backings mean."""
    return {
        "title": report.title,
        "counts": _counts(report),
        "claims": [
            {
                "id": claim,
                "says": report.says.get(claim, ""),
                "kind": str(verdict.kind),
                "condition": verdict.condition,
                "counterexample": None if verdict.counterexample is None else _plain(verdict.counterexample),
                "corrected": verdict.corrected,
                "backing": verdict.backing,
                "detail": verdict.detail,
                "theorems": [_theorem(theorem) for theorem in verdict.theorems],
                "snippet": verdict.snippet,
                "witness": None if verdict.witness is None else _plain(verdict.witness),
            }
            for claim, verdict in report.verdicts.items()
        ],
        "legend": dict(report.legend()),
    }


def _theorem(theorem: Proved) -> dict[str, Any]:
    return {
        "name": theorem.name,
        "says": theorem.says,
        "statement": str(theorem.statement),
        "hash": theorem.hash,
        "steps": theorem.steps,
    }


def _counts(report: Audited) -> dict[str, int]:
    """How many claims got each verdict, those that none got are 0."""
    kinds = [str(v.kind) for v in report.verdicts.values()]
    return {kind: kinds.count(kind) for kind in dict.fromkeys((*KINDS, *kinds))}


def _summary(report: Audited) -> str:
    counts = ", ".join(f"{count} {_words(kind)}" for kind, count in _counts(report).items() if count)
    claims = len(report.verdicts)
    return f"{claims} claim{'' if claims == 1 else 's'}: {counts}" if claims else "no claims"


def _words(kind: str) -> str:
    return str(kind).replace("_", " ")


def _rows(verdict: Judged) -> Iterator[tuple[str, str]]:
    """What is said of one claim, each with its name."""
    example = verdict.counterexample
    rows = [
        ("when", verdict.condition),
        ("right", verdict.corrected),
        ("counterexample", ", ".join(f"{k} = {v}" for k, v in example.items()) if example else None),
        ("detail", verdict.detail),
        *(("proved", f"{t.says} ({_steps(t.steps)}, certificate {t.hash[:_DIGITS]})") for t in verdict.theorems),
        ("backing", verdict.backing),
    ]
    return ((name, value) for name, value in rows if value)


def _steps(number: int) -> str:
    return f"{number} step{'' if number == 1 else 's'}"


def _said(words: str) -> list[str]:
    return textwrap.wrap(
        words,
        _WIDTH,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _breakable(words: str) -> str:
    """Escaped words in which a line may also break behind operators, commas and brackets, where there is no space."""
    return _with_breaks(_one_line(words))


def _with_breaks(words: str) -> str:
    return _AFTER.sub(lambda m: m.group() + r"\allowbreak{}", escape(words))


def _plain(value: Any) -> Any:
    """JSON's own types: numbers, texts, truth values, lists and tables; anything else as its text."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
