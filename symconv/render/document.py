"""Whole LaTeX documents of derivations: page, formulas, a legend for every symbol, and the rules in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Basic, Expr, Symbol

from symconv.derivation.rules import Rule
from symconv.derivation.steps import Step
from symconv.render.derivation import Derivation
from symconv.render.latex import all_steps, escape, step_rows
from symconv.render.legend import TAPS_BELOW, meaning
from symconv.statements import Statement
from symconv.statements.functions import TapsBelow
from symconv.statements.writing import tex

_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\usepackage[a4paper,margin=25mm]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\begin{document}
"""


def document(derivations: Sequence[Derivation], title: str = "") -> str:
    """One document: a section a derivation, then the legend and the rules of all of them."""
    parts = [_PREAMBLE]
    if title:
        parts.append(rf"{{\Large {escape(title)}}}\par\bigskip" + "\n")
    for derivation in derivations:
        parts += [_section(derivation)]
    steps = [s for d in derivations for s in all_steps(d)]
    parts += [_legend(steps), _rules(steps), "\\end{document}\n"]
    return "\n".join(parts)


def _section(derivation: Derivation) -> str:
    rows = [row for step in all_steps(derivation) for row in step_rows(step)]
    return "\n".join(
        (
            rf"\section*{{{escape(derivation.quantity)}}}",
            r"\begin{sloppypar}\raggedright",
            rf"{escape(derivation.subject)}. Backing: {escape(derivation.backing)}.",
            r"\end{sloppypar}",
            r"\begin{flalign*}",
            " & \\\\\n".join(rows) + " &",
            r"\end{flalign*}",
        )
    )


def _legend(steps: Sequence[Step]) -> str:
    names = sorted(_symbols(steps), key=lambda s: (s.name.partition("_")[0].lower(), s.name))
    items = "\n".join(rf"\item[${tex(s)}$] {escape(meaning(s))}" for s in names)
    functions = f"\n\\[ {TAPS_BELOW} \\]" if any(_has_taps_below(s) for s in steps) else ""
    return f"\\section*{{Symbols}}\n\\begin{{description}}\\itemsep0pt\n{items}\n\\end{{description}}{functions}"


def _rules(steps: Sequence[Step]) -> str:
    used: dict[Rule, None] = dict.fromkeys(s.rule for s in steps)
    items = "\n".join(rf"\item[{escape(r.name)}] {escape(r.says)}" for r in used)
    return f"\\section*{{Rules}}\n\\begin{{description}}\\itemsep0pt\n{items}\n\\end{{description}}"


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
    return isinstance(step.expression, (Basic, Expr)) and step.expression.has(TapsBelow)
