"""Certificates for what claims say: equations are put to the prover, under the conditions that it can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import (
    Add,
    And,
    Basic,
    Eq,
    Expr,
    Integer,
    Max,
    Min,
    Mod,
    Mul,
    Pow,
    S,
    Symbol,
    ceiling,
    factor_list,
    floor,
    fraction,
    together,
    true,
)

from symconv.claims.search import smallest_points
from symconv.derivation.normal import normal_form
from symconv.errors import StatementError
from symconv.numerics.formulas import evaluate
from symconv.prover.prove import prove
from symconv.prover.reading import read
from symconv.prover.refuting.counterexample import Counterexample
from symconv.prover.theorem import Refuted, Theorem, Unknown
from symconv.statements import Bracket, Expression, Names, NonNegative, Proposition, Range, TapsBelow, Term, symbols_of
from symconv.statements.binding import parts

#: What the prover reads; it looks at the parts of these.
_READ = (Add, Mul, Pow, floor, ceiling, Mod, Max, Min, TapsBelow)
_ONE = Expression((Term((), (), ()),))
#: At how many sizes a floor is looked at.
_SAMPLES = 12
#: Seconds that one attempt may take.
SECONDS = 6.0


@dataclass(frozen=True)
class Attempt:
    """What came of one: a theorem, or the reason why there is none, perhaps with a counterexample."""

    says: str
    theorem: Theorem | None = None
    reason: str = ""
    counterexample: Counterexample | None = None


def attempt(
    left: Expression | Expr,
    right: Expression | Expr,
    says: str,
    *,
    ranges: Sequence[Range] = (),
    conditions: Iterable[Basic] = (),
    seconds: float = SECONDS,
) -> Attempt:
    """Try to prove left = right for all sizes, free indices in ``ranges`` and tensors; ``says`` is it in words.

    Conditions that the language of proofs lacks are not assumed: what is proved then holds all the more.

    >>> from symconv.statements import size
    >>> h, s = size("h"), size("s")
    >>> print(attempt(floor((h + s) / s), floor(h / s) + 1, "two ways to count").theorem.statement)
    floor((h + s)/s) = (floor(h/s) + 1)
    """
    try:
        found = _attempt(proposition(left, right, ranges, conditions), seconds)
    except StatementError as error:
        return Attempt(says, reason=f"{says}: {error}")
    if found.theorem is None:
        return Attempt(says, None, f"{says}: {found.reason}", found.counterexample)
    return Attempt(says, replace(found.theorem, says=says))


def proposition(
    left: Expression | Expr, right: Expression | Expr, ranges: Sequence[Range], conditions: Iterable[Basic]
) -> Proposition:
    """What is to be proved, under those of the conditions that the prover can read."""
    return Proposition.of(left, right, ranges, [c for c in map(_plain, conditions) if _is_readable(c)])


def attempt_formula(
    left: Expression | Expr,
    right: Expression | Expr,
    says: str,
    conditions: Iterable[Basic] = (),
    seconds: float = SECONDS,
) -> Attempt:
    """The same for formulas and counts; a part that the prover cannot read is taken for any such integer."""
    letters = _letters([e for side in (left, right) for e in _expressions(side)])
    meant = "".join(f", with {letter} for {part}" for part, letter in letters.items())
    sides = (_put(left, letters), _put(right, letters))
    return attempt(*sides, says + meant, conditions=conditions, seconds=seconds)


def _expressions(side: Expression | Expr) -> list[Expr]:
    return [e for term in side.terms for e in parts(term)] if isinstance(side, Expression) else [side]


def _put(side: Expression | Expr, letters: Mapping[Expr, Symbol]) -> Expression | Expr:
    if not isinstance(side, Expression):
        return side.xreplace(letters)
    return Expression(tuple(term.map(lambda e: e.xreplace(letters)) for term in side.terms))


def at_least_zero(expression: Expr, says: str, conditions: Iterable[Basic] = ()) -> Theorem | None:
    """The theorem that an integer over a positive one is >= 0.

    A product is shown to be a number of index tuples, one index below each factor; anything else is [it >= 0] = 1.

    >>> from symconv.statements import size
    >>> a, b = size("a"), size("b")
    >>> print(at_least_zero(a * b - b, "at least b").statement)
    b*(a - 1) = sum(i < a - 1, i0 < b) 1
    >>> print(at_least_zero(2 * a - 1, "odd").statement)
    [2*a - 1 >= 0] = 1
    """
    value, divisor = fraction(together(expression))
    if divisor != 1 and not divisor.is_positive:
        return None
    number, factors = _factors(value)
    if number > 0 and len(factors) > 1:
        names = Names(s.name for s in value.free_symbols)
        tuples = Term(tuple(Range(names.index("i"), f) for f in factors), (), (), number)
        return attempt_formula(value, Expression((tuples,)), says, conditions).theorem
    return attempt_formula(_bracket(NonNegative(value)), _ONE, says, conditions).theorem


def _factors(value: Expr) -> tuple[Expr, list[Expr]]:
    """A number and polynomials of which the value is likely to be the product, floors taken for letters."""
    form = normal_form(value)
    plain = form.value.xreplace({letter: _likely(meaning) for letter, meaning in form.meanings})
    again = normal_form(plain)  # floors that stood inside others are now on the outside
    number, found = factor_list(again.value)
    return number, [f.xreplace(dict(again.meanings)) for f, times in found for _ in range(times)]


def _likely(meaning: Expr) -> Expr:
    """The number that a floor is at all of the smallest sizes, if it is one, as floor((a - 1)/a) is 0."""
    points = smallest_points(sorted(meaning.free_symbols, key=str), _SAMPLES)
    try:
        values = {evaluate(meaning, point) for point in points}
    except ValueError:
        return meaning
    return Integer(values.pop()) if len(values) == 1 else meaning


def _bracket(bracket: Bracket) -> Expression:
    return Expression((Term((), (bracket,), ()),))


@dataclass(frozen=True)
class Signed:
    """A divisor that is never 0: the theorem that it is positive everywhere, or negative everywhere."""

    divisor: Expr
    theorem: Theorem
    is_positive: bool


def divided_by(divisors: Iterable[Signed], expression: Expr) -> Expr:
    """The expression divided by what is positive instead of negative: the prover clears no other divisors."""
    for divisor in divisors:
        if not divisor.is_positive:
            expression = expression.replace(
                lambda e, d=divisor.divisor: e.is_Pow and e.base == d and e.exp.is_negative,
                lambda e: S.NegativeOne**e.exp * (-e.base).expand() ** e.exp,
            )
    return expression


def never_zero(divisor: Expr, conditions: Iterable[Basic] = ()) -> Signed | None:
    """The sign of an integer over a positive one, if it is known to be the same everywhere.

    >>> from symconv.statements import size
    >>> h, k, s = size("h"), size("k"), size("s")
    >>> divisor = floor((h - k) / s) + 1
    >>> never_zero(divisor, [h >= k]).is_positive, never_zero(divisor)
    (True, None)
    """
    value, conditions = fraction(together(divisor))[0], tuple(conditions)
    for sign, word in ((1, "positive"), (-1, "negative")):
        theorem = at_least_zero(sign * value - 1, f"{divisor} is {word}", conditions)
        if theorem is not None:
            return Signed(divisor, theorem, sign > 0)
    return None


@lru_cache(maxsize=4096)
def _attempt(stated: Proposition, seconds: float) -> Attempt:
    try:
        return Attempt("", prove(stated, time_limit=seconds))
    except Refuted as refuted:
        return Attempt("", None, "there is a counterexample", refuted.counterexample)
    except Unknown as unknown:
        return Attempt("", None, unknown.reason)


def _plain(condition: Basic) -> Basic:
    """A condition in the prover's words: that a quotient is an integer is that its divisor divides."""
    if isinstance(condition, And):
        return And(*map(_plain, condition.args))
    if isinstance(condition, Eq) and any(isinstance(e, floor) for e in condition.args):
        low, value = sorted(condition.args, key=lambda e: not isinstance(e, floor))
        above, below = fraction(together(value))
        if low == floor(value) and below != 1:
            return Eq(Mod(above, below), 0)
    return condition


@lru_cache(maxsize=4096)
def _is_readable(condition: Basic) -> bool:
    try:
        read(Proposition.of(0, 0, (), [condition]))
    except StatementError:
        return False
    return bool(condition != true)


def _letters(expressions: Sequence[Expr]) -> dict[Expr, Symbol]:
    """A name for each largest part that the prover cannot read: a greatest common divisor, a choice of cases."""
    names = Names(s.name for s in symbols_of(expressions))
    parts = dict.fromkeys(part for expression in expressions for part in _unread(expression))
    return {part: Symbol(names.fresh("c"), **_role(part)) for part in parts}


def _role(part: Expr) -> dict[str, bool]:
    return {"integer": True} | ({"positive": True} if part.is_positive else {})


def _unread(expression: Expr) -> Iterator[Expr]:
    if isinstance(expression, _READ):
        for part in expression.args:
            yield from _unread(part)
    elif expression.args and expression.is_integer:
        yield expression
