"""Whole LaTeX documents of derivations: page, formulas, a legend for every symbol, and the rules in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Basic, Symbol

from symconv.derivation import rules
from symconv.derivation.rules import Rule
from symconv.derivation.steps import Step
from symconv.render.derivation import Derivation
from symconv.render.latex import all_steps, escape, left_out, step_rows
from symconv.render.legend import TAPS_BELOW, TAPS_BELOW_WORDS, meaning
from symconv.statements import Statement
from symconv.statements.functions import TapsBelow
from symconv.statements.writing import tex

_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage{amsmath,amssymb,multicol}
\usepackage[a4paper,margin=25mm]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\newenvironment{legend}[1]
  {\begin{list}{}{\labelwidth=#1 \labelsep=2mm \leftmargin=#1 \advance\leftmargin by 2mm
   \itemsep=1pt minus 1pt \parsep=0pt \renewcommand{\makelabel}[1]{##1\hfil}}\raggedright}
  {\end{list}}
\begin{document}
"""
#: Steps that later sections of a document need not repeat, where they would say the same.
_SAID_ONCE = (rules.DEFINITION, rules.NAMED_SIZE, rules.PADDING_IS_DATA, rules.ON_THE_INPUT, rules.BEFORE_CROP)


def document(derivations: Sequence[Derivation], title: str = "") -> str:
    """One document: a section a derivation, then the legend and the rules of all of them.

    What a section has said of the definition and the sizes, later sections do not repeat.
    """
    parts = [_PREAMBLE]
    if title:
        parts.append(rf"{{\Large\raggedright {escape(title)}\par}}\bigskip" + "\n")
    said: dict[object, object] = {}
    subject = ""
    shown: list[Step] = []
    for derivation in derivations:
        told = "" if derivation.subject == subject else _subject(derivation)
        subject = derivation.subject
        news = [s for s in all_steps(derivation) if _is_news(s, said)]
        parts.append(_section(derivation, told, news))
        shown += news
    parts += [_legend(shown), _rules(shown), "\\end{document}\n"]
    return "\n".join(parts)


def _is_news(step: Step, said: dict[object, object]) -> bool:
    """Whether a step says something that the document does not say already; ``said`` keeps the latest of each kind."""
    topic = step.name if isinstance(step.name, Symbol) else step.rule if step.rule in _SAID_ONCE else None
    known = said.get(topic) if topic is not None else None
    if topic is not None:
        said[topic] = step.expression
    return step.rule not in _SAID_ONCE or known != step.expression


def _subject(derivation: Derivation) -> str:
    return "\n".join(
        (
            r"\begin{sloppypar}\raggedright",
            rf"{escape(derivation.subject)}.",
            r"\end{sloppypar}",
        )
    )


def _section(derivation: Derivation, subject: str, steps: Sequence[Step]) -> str:
    rows = [row for step in steps for row in step_rows(step)]
    return "\n".join(
        (
            rf"\section*{{{escape(derivation.quantity)}}}",
            *([subject] if subject else []),
            r"\begin{flalign*}",
            " & \\\\\n".join(rows) + " &",
            r"\end{flalign*}",
            *([rf"{escape(note)}\par"] if (note := left_out(derivation)) else []),
            rf"\vspace{{2pt}}{{\small\raggedright Backing: {escape(derivation.backing)}.\par}}",
        )
    )


def _legend(steps: Sequence[Step]) -> str:
    names = sorted(_symbols(steps), key=lambda s: (s.name.partition("_")[0].lower(), s.name))
    items = "\n".join(rf"\item[${tex(s)}$] {escape(meaning(s))}" for s in names)
    functions = f"\n\\[ {TAPS_BELOW} \\]\n{TAPS_BELOW_WORDS}" if any(_has_taps_below(s) for s in steps) else ""
    listed = f"\\begin{{multicols}}{{2}}\n\\begin{{legend}}{{12mm}}\n{items}\n\\end{{legend}}\n\\end{{multicols}}"
    return f"\\section*{{Symbols}}\n{listed}{functions}" if names else ""


def _rules(steps: Sequence[Step]) -> str:
    used: dict[Rule, None] = dict.fromkeys(s.rule for s in steps)
    items = "\n".join(rf"\item[{escape(r.name)}] {escape(r.says)}" for r in used)
    return f"\\section*{{Rules}}\n\\begin{{legend}}{{42mm}}\n{items}\n\\end{{legend}}" if used else ""


def _symbols(steps: Iterable[Step]) -> set[Symbol]:
    found: set[Symbol] = set()
    for step in steps:
        if isinstance(step.name, Symbol):
            found.add(step.name)
        found |= step.condition.free_symbols
        if isinstance(step.expression, Statement):
            found |= {*step.expression.indices(), *step.expression.parameters}
        else:
            found |= step.expression.free_symbols
    return found


def _has_taps_below(step: Step) -> bool:
    return isinstance(step.expression, Basic) and bool(step.expression.has(TapsBelow))
