"""A derivation as an ``aligned`` body: formulas on the left, the rule that gives each on the right."""

from __future__ import annotations

import re

from sympy import Symbol, true

from symconv.derivation.rules import CLOSED_FORM, RESULT
from symconv.derivation.steps import Step
from symconv.render.backing import backing_lines
from symconv.render.derivation import Derivation
from symconv.render.lines import LINE, fill_lines, formula_lines
from symconv.render.width import width
from symconv.statements import Statement
from symconv.statements.writing import tex

#: How many lines of a page a closed form may take.
LONGEST = 14
#: How many characters of plain words fit a line.
_WORDS = 64
_ESCAPES = {
    "\\": r"\textbackslash{}",
    **{c: rf"\{c}" for c in "%&#_{}$"},
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\`{}",
    "-": "-{}",  # two of them would become a dash
    # signs that words about formulas use
    "\u00d7": r"$\times$",
    "\u00b7": r"$\cdot$",
    "\u2264": r"$\le$",
    "\u2265": r"$\ge$",
    "\u2212": "$-$",
    "\u2013": "--",
    "\u2014": "---",
    "\u2018": "`",
    "\u2019": "'",
    "\u201c": "``",
    "\u201d": "''",
    "\u2026": r"\dots{}",
}
#: Letters that LaTeX can set in any of its encodings.
_ACCENTED = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ")
#: What is no plain ASCII, and what LaTeX gives a meaning of its own.
_SPECIAL = re.compile(r"[\\%&#_{}$^~<>|\"`]|-(?=-)|[^\x20-\x7e]")


def escape(words: str) -> str:
    r"""Plain words for LaTeX's text mode; nothing in them is markup, and no character is one that LaTeX refuses.

    >>> escape("50% of C_in")
    '50\\% of C\\_in'
    """
    return _SPECIAL.sub(lambda m: _escaped(m.group()), words)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isspace():
        return " "
    return character if character in _ACCENTED else f"[U+{ord(character):04X}]"


def all_steps(derivation: Derivation) -> tuple[Step, ...]:
    """The steps, the result in their names, and its closed form where it has one of its own that is not too long."""
    steps = derivation.steps
    if not steps or steps[-1].expression != derivation.shown:
        steps = (*steps, Step(derivation.shown, RESULT, name=derivation.quantity))
    closed = _closed_form(derivation)
    return steps if closed is None or _is_long(closed) else (*steps, closed)


def left_out(derivation: Derivation) -> str:
    """A sentence about the closed form where it is too long to be read; else nothing."""
    closed = _closed_form(derivation)
    if closed is None or not _is_long(closed):
        return ""
    return "Together they give a closed form of the whole, too long to be shown: see closed_form."


def _closed_form(derivation: Derivation) -> Step | None:
    """The closed form, in the names of the steps where what they stand for appears as a whole."""
    closed = derivation.closed_form
    if closed is None:
        return None
    names = {s.expression: s.name for s in derivation.steps if isinstance(s.name, Symbol)}
    value, condition = (e.xreplace(names) for e in (closed.value, closed.condition))
    return Step(value, CLOSED_FORM, condition, f"{derivation.quantity} (closed form)")


def _is_long(closed: Step) -> bool:
    return width(tex(closed.expression)) + width(tex(closed.condition)) > LONGEST * LINE


def aligned(derivation: Derivation) -> str:
    """All steps and what stands behind them, as one ``aligned`` environment."""
    rows = [row for step in all_steps(derivation) for row in step_rows(step)]
    rows += [rf"& \text{{{escape(note)}}}"] if (note := left_out(derivation)) else []
    rows += [rf"& \text{{{escape(line)}}}" for line in backing_lines(derivation.backing, _WORDS)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def step_rows(step: Step) -> list[str]:
    """The rows of one step: its formula, broken into lines, its rule, and its condition."""
    first, *rest = formula_lines(step.expression, step_head(step))
    rows = [rf"& {first} && \text{{{escape(step.rule.name)}}}"]
    rows += [rf"& \qquad {line}" for line in rest]
    if isinstance(step.expression, Statement) and step.expression.ranges:
        rows += [rf"& \qquad {line}" for line in _ranges_lines(step.expression)]
    if step.condition not in (True, true):
        head, *more = formula_lines(step.condition, r"\text{if } ")
        rows += [rf"& \qquad {head}", *(rf"& \qquad\quad {line}" for line in more)]
    return rows


def _ranges_lines(statement: Statement) -> list[str]:
    """Which positions of the result a statement is about."""
    ranges = [rf"{tex(r.index)} < {tex(r.extent)}" for r in statement.ranges]
    pieces = [r if place == 0 else rf",\ {r}" for place, r in enumerate(ranges)]
    return fill_lines([r"\text{for } ", *pieces], LINE)


def step_head(step: Step) -> str:
    """The left-hand side that a step's name makes."""
    if step.name is None:
        return ""
    name = tex(step.name) if isinstance(step.name, Symbol) else rf"\text{{{escape(step.name)}}}"
    return f"{name} = "
