"""A derivation as an ``aligned`` body: formulas on the left, the rule that gives each on the right."""

from __future__ import annotations

import re

from sympy import Symbol, true

from symconv.derivation.rules import CLOSED_FORM, RESULT
from symconv.derivation.steps import Step
from symconv.render.derivation import Derivation
from symconv.render.lines import formula_lines
from symconv.statements.writing import tex

_ESCAPES = {
    "\\": r"\textbackslash{}",
    **{c: rf"\{c}" for c in "%&#_{}$"},
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def escape(words: str) -> str:
    r"""Plain words for LaTeX's text mode; nothing in them is markup.

    >>> escape("50% of C_in")
    '50\\% of C\\_in'
    """
    return re.sub(r"[\\%&#_{}$^~<>]", lambda m: _ESCAPES[m.group()], words)


def all_steps(derivation: Derivation) -> tuple[Step, ...]:
    """The steps, the result in their names, and its closed form where it has one of its own."""
    steps = derivation.steps
    if not steps or steps[-1].expression != derivation.shown:
        steps = (*steps, Step(derivation.shown, RESULT, name=derivation.quantity))
    closed = derivation.closed_form
    if closed is not None:
        steps = (*steps, Step(closed.value, CLOSED_FORM, closed.condition, f"{derivation.quantity} (closed form)"))
    return steps


def aligned(derivation: Derivation) -> str:
    """All steps as one ``aligned`` environment."""
    rows = [row for step in all_steps(derivation) for row in step_rows(step)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def step_rows(step: Step) -> list[str]:
    """The rows of one step: its formula, broken into lines, its rule, and its condition."""
    first, *rest = formula_lines(step.expression, step_head(step))
    rows = [rf"& {first} && \text{{{escape(step.rule.name)}}}"]
    rows += [rf"& \qquad {line}" for line in rest]
    if step.condition not in (True, true):
        head, *more = formula_lines(step.condition, r"\text{if } ")
        rows += [rf"& \qquad {head}", *(rf"& \qquad\quad {line}" for line in more)]
    return rows


def step_head(step: Step) -> str:
    """The left-hand side that a step's name makes."""
    if step.name is None:
        return ""
    name = tex(step.name) if isinstance(step.name, Symbol) else rf"\text{{{escape(step.name)}}}"
    return f"{name} = "
