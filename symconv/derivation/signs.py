"""A small, sound sign test: shift every symbol to its lower bound and look at the signs of the coefficients."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sympy import Add, Expr, S, expand


def known_nonnegative(expression: Expr, facts: Iterable[Expr] = ()) -> bool:
    """True only if ``expression >= 0`` follows from the symbols' bounds, or from them and one of ``facts`` (each >= 0).

    Positive symbols are written as 1 + a non-negative one; a polynomial with non-negative coefficients is then
    non-negative.  False means "not seen", never "negative".

    >>> from symconv.statements.symbols import size
    >>> K, S_ = size("K"), size("S")
    >>> known_nonnegative(K * S_ - K), known_nonnegative(K - S_), known_nonnegative(K - S_, [K - S_ - 1])
    (True, False, True)
    """
    expression = expand(expression)
    return any(_shifted_is_nonnegative(expand(expression - fact)) for fact in (S.Zero, *facts))


@lru_cache(maxsize=4096)
def _shifted_is_nonnegative(expression: Expr) -> bool:
    if not all(s.is_nonnegative for s in expression.free_symbols):
        return False
    shifted = expand(expression.xreplace({s: s + 1 for s in expression.free_symbols if s.is_positive}))
    return all(_term_is_nonnegative(term) for term in Add.make_args(shifted))


def _term_is_nonnegative(term: Expr) -> bool:
    coefficient, rest = term.as_coeff_Mul()
    return bool(coefficient >= 0 and rest.is_nonnegative)
