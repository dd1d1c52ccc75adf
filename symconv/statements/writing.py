"""How expressions are written, as text and as LaTeX: in reading order, S*y + D*u - P and N*C_out*C_in*K_h*K_w.

SymPy orders by the alphabet.  Here what is subtracted stands last, positions before taps before sizes, the batch before
channels before kernel; the expression is rebuilt in that order, unevaluated, and printed as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sympy import Add, Basic, Expr, Max, Min, Mul, ceiling, floor, together
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from symconv.statements.functions import TapsBelow

#: In a sum: positions, taps, input sizes, other sizes, numbers.
_TERM_RANKS = tuple(map(re.compile, (r"[nq]\d*", r"[xyz]\d*_\w+", r"[ua]\d*_\w+", r"[LDHW]_in|n_[ldhw]|[hw]")))
#: In a product: the batch, channels, kernel, output sizes, other names; what is no name comes last.
_FACTOR_RANKS = tuple(map(re.compile, (r"N", r"C_out|c_o", r"C_in|c_i", r"[Kk]_[ldhw]", r"[LDHW]_out|o_[ldhw]")))
_WORD_SUBSCRIPT = re.compile(r"([A-Za-z]+)_([A-Za-z]{2,})")
_REORDERED = (Min, Max)


def in_reading_order(terms: Sequence[Expr]) -> list[Expr]:
    """The terms of a sum: added before subtracted ones; positions before taps before sizes before numbers."""
    return sorted(terms, key=lambda t: (t.could_extract_minus_sign(), _term_rank(t)))


def _term_rank(term: Expr) -> int:
    if not term.free_symbols:
        return len(_TERM_RANKS) + 1
    ranks = [r for s in term.free_symbols for r, names in enumerate(_TERM_RANKS) if names.fullmatch(s.name)]
    return min(ranks, default=len(_TERM_RANKS))


def factors_in_reading_order(product: Expr) -> list[Expr]:
    """The factors of a product: numbers, the batch, channels, kernel, sizes; divisors last."""
    coefficient, rest = product.as_coeff_Mul()
    factors = sorted(rest.as_ordered_factors(), key=_factor_rank)
    return factors if coefficient == 1 else [coefficient, *factors]


def _factor_rank(factor: Expr) -> int:
    last = len(_FACTOR_RANKS)
    if factor.is_number:
        return -1
    if factor.is_Pow and factor.exp.could_extract_minus_sign():
        return last + 2
    if not factor.is_Symbol:
        return last + 1
    return next((r for r, names in enumerate(_FACTOR_RANKS) if names.fullmatch(factor.name)), last)


@lru_cache(maxsize=8192)
def _arranged(e: Basic) -> Basic:
    """The same expression, unevaluated, with its terms and factors in reading order."""
    if not e.args:
        return e
    if isinstance(e, Add):
        return Add(*map(_arranged, in_reading_order(e.as_ordered_terms())), evaluate=False)
    if isinstance(e, Mul):
        return Mul(*map(_arranged, factors_in_reading_order(e)), evaluate=False)
    if isinstance(e, (floor, ceiling)):  # (H - 1)/2, which SymPy keeps as H/2 - 1/2
        return e.func(_arranged(together(e.args[0])), evaluate=False)
    arguments = map(_arranged, e.args)
    return e.func(*arguments, evaluate=False) if isinstance(e, _REORDERED) else e.func(*arguments)


def _on_one_row(e: TapsBelow) -> Expr:
    """min(m, ceiling(max(0, p)/s)): how a single row of cells, or a single tap, is written."""
    p, s, d, m, k = e.args
    step, extent = (s, m) if k == 1 else (d, k)
    return _arranged(Min(extent, ceiling(Max(0, p) / step)))


class _Text(StrPrinter):  # type: ignore[misc]
    def _as_ordered_terms(self, expr: Expr, order: Any = None) -> list[Expr]:  # noqa: ARG002 - the order is that of args
        return list(expr.args)

    def _print_TapsBelow(self, expr: TapsBelow) -> str:  # noqa: N802 - SymPy names the method
        if 1 in expr.args[3:]:
            return str(self._print(_on_one_row(expr)))
        return f"TapsBelow({', '.join(map(self._print, expr.args))})"


class _Latex(LatexPrinter):  # type: ignore[misc]
    def _as_ordered_terms(self, expr: Expr, order: Any = None) -> list[Expr]:  # noqa: ARG002 - the order is that of args
        return list(expr.args)

    def _print_TapsBelow(self, expr: TapsBelow) -> str:  # noqa: N802 - SymPy names the method
        if 1 in expr.args[3:]:
            return str(self._print(_on_one_row(expr)))
        p, s, d, m, k = map(self._print, expr.args)
        return rf"\Lambda^{{{m},{k}}}_{{{s},{d}}}\!\left({p}\right)"

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
def _printers() -> tuple[_Text, _Latex, _Latex]:
    plain = {"order": "none"}
    return _Text(plain), _Latex({**plain, "fold_short_frac": False}), _Latex({**plain, "fold_short_frac": True})


def text(expression: Basic) -> str:
    """The expression as one line of text, which ``parse_formula`` reads again.

    >>> from symconv.statements.symbols import index, size
    >>> text(size("D") * index("u_h") - size("P") + size("S") * index("y_h"))
    'S*y_h + D*u_h - P'
    """
    return str(_printers()[0].doprint(_arranged(expression)))


def tex(expression: Basic, *, inline: bool = False) -> str:
    r"""The expression as LaTeX, for mathematics mode; ``inline`` writes short fractions with a slash, for subscripts.

    >>> from symconv.statements.symbols import size
    >>> tex(size("C_in") / size("G"))
    '\\frac{C_{\\mathrm{in}}}{G}'
    """
    return str(_printers()[2 if inline else 1].doprint(_arranged(expression)))
