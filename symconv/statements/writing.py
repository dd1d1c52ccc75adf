"""How expressions are written, as text and as LaTeX: terms in reading order, S*y + D*u - P, what is subtracted last."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sympy import Basic, Expr, Max, Min, ceiling
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from symconv.statements.functions import TapsBelow

#: Indices stand first, in the order in which a sentence about a window names them.
_INDEX_RANKS = ((re.compile(r"[nq]\d*"), 0), (re.compile(r"[xy]\d*_\w+"), 1), (re.compile(r"u\d*_\w+"), 2))
_WORD_SUBSCRIPT = re.compile(r"([A-Za-z]+)_([A-Za-z]{2,})")


def _rank(term: Expr) -> int:
    ranks = [r for s in term.free_symbols for pattern, r in _INDEX_RANKS if pattern.fullmatch(s.name)]
    return min(ranks, default=3 if term.free_symbols else 4)


def in_reading_order(terms: list[Expr]) -> list[Expr]:
    """Added terms before subtracted ones; positions before taps before sizes before numbers."""
    return sorted(terms, key=lambda t: (t.could_extract_minus_sign(), _rank(t)))


def _on_one_row(e: TapsBelow) -> Expr:
    """min(m, ceiling(max(0, p)/s)): how a single row of cells, or a single tap, is written."""
    p, s, d, m, k = e.args
    step, extent = (s, m) if k == 1 else (d, k)
    return Min(extent, ceiling(Max(0, p) / step))


class _Text(StrPrinter):  # type: ignore[misc]
    def _print_TapsBelow(self, expr: TapsBelow) -> str:  # noqa: N802 - SymPy names the method
        if 1 in expr.args[3:]:
            return str(self._print(_on_one_row(expr)))
        return f"TapsBelow({', '.join(map(self._print, expr.args))})"

    def _as_ordered_terms(self, expr: Expr, order: Any = None) -> list[Expr]:
        return in_reading_order(super()._as_ordered_terms(expr, order=order))


class _Latex(LatexPrinter):  # type: ignore[misc]
    def _print_TapsBelow(self, expr: TapsBelow) -> str:  # noqa: N802 - SymPy names the method
        if 1 in expr.args[3:]:
            return str(self._print(_on_one_row(expr)))
        p, s, d, m, k = map(self._print, expr.args)
        return rf"\Lambda^{{{m},{k}}}_{{{s},{d}}}\!\left({p}\right)"

    def _as_ordered_terms(self, expr: Expr, order: Any = None) -> list[Expr]:
        return in_reading_order(super()._as_ordered_terms(expr, order=order))

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:  # noqa: N802 - SymPy names the method
        """Words are upright: C_in is a C with the word "in" below it."""
        if matched := _WORD_SUBSCRIPT.fullmatch(expr.name):
            base, word = matched.groups()
            return rf"{self._letters(base)}_{{\mathrm{{{word}}}}}"
        base, underscore, tail = expr.name.partition("_")
        if len(base) > 1 and base.isalpha() and base.isupper():
            return rf"\mathrm{{{base}}}" + (f"_{{{tail}}}" if underscore else "")
        return str(super()._print_Symbol(expr, style=style))

    def _letters(self, base: str) -> str:
        return base if len(base) == 1 else rf"\mathrm{{{base}}}"


@cache
def _printers() -> tuple[_Text, _Latex]:
    return _Text({"order": None}), _Latex({"fold_short_frac": False})


def text(expression: Basic) -> str:
    """The expression as one line of text, which ``parse_formula`` reads again.

    >>> from symconv.statements.symbols import index, size
    >>> text(size("D") * index("u_h") - size("P") + size("S") * index("y_h"))
    'S*y_h + D*u_h - P'
    """
    return str(_printers()[0].doprint(expression))


def tex(expression: Basic) -> str:
    r"""The expression as LaTeX, for mathematics mode.

    >>> from symconv.statements.symbols import size
    >>> tex(size("C_in") / size("G"))
    '\\frac{C_{\\mathrm{in}}}{G}'
    """
    return str(_printers()[1].doprint(expression))
