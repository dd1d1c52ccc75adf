"""Breaking a formula into lines that fit: at terms, then at factors, then inside parentheses, floors and arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import And, Basic, Expr, Max, Min, Piecewise, Tuple, ceiling, floor, fraction
from sympy.core.relational import Relational

from symconv.render.width import width
from symconv.statements import Statement
from symconv.statements.functions import TapsBelow
from symconv.statements.printing import latex_pieces
from symconv.statements.writing import factors_in_reading_order, in_reading_order, tex

#: How wide a line of a derivation may be, in em: what an A4 page with 25 mm margins holds beside the rule's name.
LINE = 31.0
#: A piece that only ends the line.
NEW_LINE = "\\\\"
_FENCES = {floor: (r"\bigl\lfloor ", r"\bigr\rfloor"), ceiling: (r"\bigl\lceil ", r"\bigr\rceil")}
_RELATIONS = {"<=": r" \le ", ">=": r" \ge ", "<": " < ", ">": " > ", "==": " = ", "!=": r" \neq "}


def formula_lines(expression: Statement | Basic, head: str = "", line: float = LINE) -> list[str]:
    """The formula as lines of LaTeX, none wider than ``line`` em where it can be broken; ``head`` starts the first."""
    if isinstance(expression, Statement):
        parts = latex_pieces(expression)
        pieces = [cut for part in parts for cut in ([part] if isinstance(part, str) else _pieces(part, line - 4))]
    elif expression.is_Add and width(head + tex(expression)) > line:
        pieces = list(_sum(expression, line - 4))
    else:
        pieces = list(_pieces(expression, line - 4))
    return fill_lines([head, *pieces] if head else pieces, line)


def fill_lines(pieces: Sequence[str], line: float) -> list[str]:
    """Put as many pieces on each line as fit; later lines are indented, which costs 2 em."""
    lines = [""]
    for piece in pieces:
        if piece == NEW_LINE:
            lines.append("")
            continue
        room = line if len(lines) == 1 else line - 2
        if lines[-1] and width(lines[-1] + piece) > room:
            lines.append("")
        if lines[-1] or piece != r"\,":
            lines[-1] += piece
    return lines


def _pieces(e: Basic, line: float) -> Iterator[str]:
    """The LaTeX of an expression, cut where a line may break; whole where it fits on one line."""
    whole = tex(e)
    if width(whole) <= line:
        yield whole
    elif isinstance(e, Relational):
        yield from _pieces(e.lhs, line)
        yield "{}" + _RELATIONS[e.rel_op]
        yield from _pieces(e.rhs, line)
    elif isinstance(e, And):
        yield from _separated(e.args, r" \wedge ", line)
    elif isinstance(e, Tuple):
        yield from _fenced(r"\bigl(", e.args, ", ", r"\bigr)", line)
    elif isinstance(e, Piecewise):
        yield from _cases(e, line)
    elif e.is_Add:
        yield from _sum(e, line)
    elif e.is_Mul:
        yield from _product(e, line)
    elif isinstance(e, (floor, ceiling)):
        opening, closing = _FENCES[type(e)]
        yield from _fenced(opening, e.args, ", ", closing, line)
    elif isinstance(e, (Min, Max)):
        yield from _fenced(rf"\{type(e).__name__.lower()}\bigl(", e.args, ", ", r"\bigr)", line)
    elif isinstance(e, TapsBelow):
        p, s, d, m, k = e.args
        yield rf"\Lambda^{{{tex(m)},{tex(k)}}}_{{{tex(s)},{tex(d)}}}"
        yield from _fenced(r"\bigl(", (p,), ", ", r"\bigr)", line)
    elif e.is_Pow and e.exp.is_Integer and e.exp > 0:
        *rest, last = _fenced(r"\bigl(", (e.base,), ", ", r"\bigr)", line)
        yield from rest
        yield f"{last}^{{{e.exp}}}"
    else:
        yield whole


def _separated(parts: Sequence[Basic], separator: str, line: float) -> Iterator[str]:
    """The parts with a comma behind, or another sign before, all but one of them."""
    comma = separator == ", "
    for place, part in enumerate(parts):
        first, *rest = _pieces(part, line)
        pieces = [first if place == 0 or comma else f"{{}}{separator}{first}", *rest]
        if comma and place < len(parts) - 1:
            pieces[-1] += r",\ "
        yield from pieces


def _fenced(opening: str, parts: Sequence[Basic], separator: str, closing: str, line: float) -> Iterator[str]:
    first, *rest = _separated(parts, separator, line)
    pieces = [opening + first, *rest]
    pieces[-1] += closing
    yield from pieces


def _sum(e: Expr, line: float) -> Iterator[str]:
    for place, term in enumerate(in_reading_order(e.as_ordered_terms())):
        negative = term.could_extract_minus_sign()
        first, *rest = _pieces(-term if negative else term, line)
        sign = "{} - " if negative else "{} + " if place else ""
        yield sign + first
        yield from rest


def _product(e: Expr, line: float) -> Iterator[str]:
    numerator, denominator = fraction(e)
    for place, factor in enumerate(_factors(numerator)):
        space = r"\," if place else ""
        if factor == -1:
            yield "-"
        elif factor.is_Add:
            first, *rest = _fenced(r"\bigl(", (factor,), ", ", r"\bigr)", line)
            yield space + first
            yield from rest
        else:
            first, *rest = _pieces(factor, line)
            yield space + first
            yield from rest
    if denominator.is_Atom and denominator != 1:
        yield rf"\,\big/\,{tex(denominator)}"
    elif denominator != 1:
        first, *rest = _fenced(r"\,\big/\, \bigl(", (denominator,), ", ", r"\bigr)", line)
        yield first
        yield from rest


def _factors(e: Expr) -> Sequence[Expr]:
    return factors_in_reading_order(e) if e.is_Mul else (e,)


def _cases(e: Piecewise, line: float) -> Iterator[str]:
    """A Piecewise too wide for one line: its cases one after the other, each with its condition."""
    for place, (value, condition) in enumerate(e.args):
        first, *rest = _pieces(value, line)
        *pieces, last = [(r"\bigl\{" if place == 0 else "") + first, *rest]
        yield from pieces
        words = r"\ \text{otherwise}" if condition == True else rf"\ \text{{ if }} {tex(condition)}"  # noqa: E712 - SymPy's true
        end = r"\bigr\}" if place == len(e.args) - 1 else ";"
        if width(last + words) <= line:
            yield f"{last}{words}{end}"
        else:
            yield from (last, f"{words}{end}")
        if place < len(e.args) - 1:
            yield NEW_LINE
