"""A derivation as a table of plain text: one step a line, the rule beside it, the condition below."""

from __future__ import annotations

import textwrap

from sympy import true

from symconv.derivation.steps import Step
from symconv.render.derivation import Derivation
from symconv.render.latex import all_steps
from symconv.statements import Statement
from symconv.statements.writing import text

_WIDTH = 100
_INDENT = "      "


def derivation_text(derivation: Derivation) -> str:
    """The derivation as lines of at most 100 characters where they can be broken."""
    lines = [f"{derivation.quantity} of {derivation.subject}", ""]
    for number, step in enumerate(all_steps(derivation), start=1):
        lines += _step_lines(number, step)
    lines += ["", f"backing: {derivation.backing}"]
    return "\n".join(lines)


def step_text(step: Step) -> str:
    """One step's formula, with the name that it gets."""
    body = str(step.expression) if isinstance(step.expression, Statement) else text(step.expression)
    return body if step.name is None else f"{step.name} = {body}"


def _step_lines(number: int, step: Step) -> list[str]:
    lines = textwrap.wrap(
        step_text(step),
        _WIDTH,
        initial_indent=f"{number:>4}  ",
        subsequent_indent=_INDENT + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    note = f"[{step.rule.name}]"
    if step.condition not in (True, true):
        note += f"  if {text(step.condition)}"
    if len(lines) == 1 and len(lines[0]) + len(note) + 2 <= _WIDTH:
        return [f"{lines[0]}  {note}"]
    return [*lines, f"{_INDENT}    {note}"]
