"""A normal form of closed forms: what is equal as a polynomial in its symbols and floors becomes the same expression.

floor((a*d + r)/d) = a + floor(r/d), ceiling(x) = -floor(-x); floors, minima, cases and the like are then taken for
letters, one for each, and the rest is a rational function.  A divisor counts as not 0: where one can be, the caller
must look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sympy import Add, Basic, Dummy, Expr, Integer, S, Symbol, cancel, ceiling, expand, floor, fraction, together


@dataclass(frozen=True)
class NormalForm:
    """A rational function of symbols and of letters; ``meanings`` says which expression each letter stands for."""

    value: Expr
    meanings: tuple[tuple[Symbol, Expr], ...]


def normal_form(expression: Expr) -> NormalForm:
    """The normal form with its letters."""
    letters: dict[Basic, Symbol] = {}
    value = _with_letters(_with_plain_floors(expression), letters)
    by_name = sorted(letters.items(), key=lambda found: found[1].name)
    return NormalForm(cancel(together(value)), tuple((letter, meaning) for meaning, letter in by_name))


def same_formula(left: Expr, right: Expr) -> bool:
    """Whether the two are equal as an identity of rational functions and floors; False means "not seen".

    >>> from symconv.statements import size
    >>> h, k, s = size("h"), size("k"), size("s")
    >>> same_formula(floor((h - k + s) / s), floor((h - k) / s) + 1)
    True
    """
    return bool(normal_form(left - right).value == 0)


@lru_cache(maxsize=4096)
def _letter(meaning: Expr) -> Symbol:
    """The letter that stands for an expression which is no polynomial: no name that anyone writes is taken for it."""
    known = {"integer": True} if meaning.is_integer else {}
    if meaning.is_nonnegative:
        known["nonnegative"] = True
    return Dummy(f"<{meaning}>", **known)


@lru_cache(maxsize=4096)
def _with_plain_floors(expression: Basic) -> Basic:
    """Arguments first; then whole parts out of every floor."""
    if not expression.args:
        return expression
    rebuilt = expression.func(*map(_with_plain_floors, expression.args))
    if isinstance(rebuilt, floor):
        return _plain_floor(rebuilt.args[0])
    if isinstance(rebuilt, ceiling):
        return -_plain_floor(-rebuilt.args[0])
    return rebuilt


def _plain_floor(value: Expr) -> Expr:
    numerator, denominator = fraction(cancel(together(value)))
    if denominator.could_extract_minus_sign():
        numerator, denominator = -numerator, -denominator
    whole, rest = S.Zero, S.Zero
    for term in Add.make_args(expand(numerator)):
        quotient, remainder = _divided(term, denominator)
        whole, rest = whole + quotient, rest + remainder
    content, rest_primitive = _common_factor(rest, denominator)
    return whole + floor(rest_primitive / content)


def _divided(term: Expr, denominator: Expr) -> tuple[Expr, Expr]:
    """(q, r) with term = q*denominator + r and q integer; r = term where nothing divides."""
    if denominator.is_Integer:
        coefficient, letters = term.as_coeff_Mul()
        if coefficient.is_Integer and letters.is_integer:
            whole, rest = divmod(int(coefficient), int(denominator))
            return whole * letters, rest * letters
        return S.Zero, term
    quotient = cancel(term / denominator)
    return (quotient, S.Zero) if quotient.is_integer and not fraction(quotient)[1].free_symbols else (S.Zero, term)


def _common_factor(numerator: Expr, denominator: Expr) -> tuple[Expr, Expr]:
    """(denominator, numerator) in lowest terms."""
    top, bottom = fraction(cancel(numerator / denominator))
    return bottom, top


def _with_letters(expression: Basic, letters: dict[Basic, Symbol]) -> Expr:
    """Every maximal part that is no rational function of symbols becomes a letter, noted in ``letters``."""
    if expression.is_Symbol or expression.is_number:
        return expression
    if expression.is_Add or expression.is_Mul:
        return expression.func(*(_with_letters(part, letters) for part in expression.args))
    if expression.is_Pow and isinstance(expression.exp, Integer):
        return _with_letters(expression.base, letters) ** expression.exp
    return letters.setdefault(expression, _letter(expression))


def in_names(expression: Expr, names: Mapping[Symbol, Expr]) -> Expr:
    """The expression with ``names`` put back in for their meanings, where a meaning is a letter plus a number.

    >>> from symconv.statements import size
    >>> h, k, s, o = map(size, "hkso")
    >>> in_names(3 * floor((h - k + s) / s), {o: floor((h - k) / s) + 1})
    3*o
    """
    form = normal_form(expression)
    put_back = dict(_solutions(names))
    value = expand(form.value.xreplace(put_back)) if put_back else form.value
    return value.xreplace(dict(form.meanings))


def _solutions(names: Mapping[Symbol, Expr]) -> Iterator[tuple[Symbol, Expr]]:
    for name, meaning in names.items():
        form = normal_form(meaning)
        for letter, _ in form.meanings:
            rest = expand(form.value - letter)
            if rest.is_number:
                yield letter, name - rest
