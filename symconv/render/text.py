"""A derivation as a table of plain text: one step a line, the rule beside it, the condition below."""

from __future__ import annotations

from sympy import true

from symconv.derivation.steps import Step
from symconv.render.backing import backing_lines
from symconv.render.derivation import Derivation
from symconv.render.latex import all_steps, left_out
from symconv.render.legend import TAPS_BELOW_TEXT
from symconv.statements import Statement, TapsBelow
from symconv.statements.writing import text

_WIDTH = 100
_INDENT = "      "
_OPENING, _CLOSING = "([{", ")]}"
_OPERATORS = ("+", "-", "=", "<", "<=", ">", ">=", "&")


def derivation_text(derivation: Derivation) -> str:
    """The derivation as lines of at most 100 characters where they can be broken."""
    lines = [*wrap_formula(f"{derivation.quantity} of {derivation.subject}", _WIDTH, "", "    "), ""]
    for number, step in enumerate(all_steps(derivation), start=1):
        lines += _step_lines(number, step)
    lines += ["", note] if (note := left_out(derivation)) else []
    lines += ["", TAPS_BELOW_TEXT] if any(_has_taps_below(step) for step in derivation.steps) else []
    lines += ["", *backing_lines(derivation.backing, _WIDTH, "    ")]
    return "\n".join(lines)


def _has_taps_below(step: Step) -> bool:
    return not isinstance(step.expression, Statement) and step.expression.has(TapsBelow)


def step_text(step: Step) -> str:
    """One step's formula, with the name that it gets."""
    body = str(step.expression) if isinstance(step.expression, Statement) else text(step.expression)
    return body if step.name is None else f"{step.name} = {body}"


def wrap_formula(formula: str, width: int, first: str, later: str) -> list[str]:
    """Lines of at most ``width`` where there is a place to break, outside as many brackets as can be.

    ``first`` and ``later`` indent the first line and the others.

    >>> wrap_formula("f(a + b) + g(c + d)", 14, "", "  ")
    ['f(a + b)', '  + g(c + d)']
    """
    lines: list[str] = []
    rest, indent = formula.strip(), first
    while len(indent) + len(rest) > width:
        cut = _break(rest, max(1, width - len(indent)))
        if cut is None:
            break
        lines.append(indent + rest[:cut].rstrip())
        rest, indent = rest[cut:].lstrip(), later
    return [*lines, indent + rest]


def _break(line: str, room: int) -> int | None:
    """Where to break: the last place outside most brackets in the line's second half, else the first there is."""
    depth, best, lowest = 0, None, 0
    for place, character in enumerate(line):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
        cut = _cut_at(line, place)
        if cut is None:
            continue
        if len(line[:cut].rstrip()) > room:
            return best if best is not None else cut
        if best is None or depth <= lowest or best < room // 2:
            best, lowest = cut, depth
    return best


def _cut_at(line: str, place: int) -> int | None:
    """The place behind a break at ``place``: before an operator with spaces, behind a comma, or between factors."""
    before, after = line[place - 1 : place], line[place + 1 : place + 2]
    if line[place] == " " and not line[:place].endswith(_OPERATORS):
        return place + 1
    between_factors = line[place] == "*" and before in ("]", ")") and after != "*"
    return place + 1 if between_factors else None


def _step_lines(number: int, step: Step) -> list[str]:
    lines = wrap_formula(step_text(step), _WIDTH, f"{number:>4}  ", _INDENT + "  ")
    note = f"[{step.rule.name}]"
    if step.condition not in (True, true):
        note += f"  if {text(step.condition)}"
    if len(lines) == 1 and len(lines[0]) + len(note) + 2 <= _WIDTH:
        return [f"{lines[0]}  {note}"]
    return [*lines, *wrap_formula(note, _WIDTH, f"{_INDENT}    ", f"{_INDENT}      ")]
