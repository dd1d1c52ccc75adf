"""The arithmetic of the text grammar: formulas with a bound on what each may grow to.

A text is hostile until it is read: what would be too large is refused before SymPy works on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from math import comb

from lark import Token
from sympy import Add, Expr, Max, Min, Mod, Mul, S, ceiling, floor

from symconv.statements.functions import Gcd, TapsBelow

MAX_EXPONENT = 16
MAX_NUMBER_DIGITS = 200
MAX_DEGREE = 1_000
MAX_EXPANDED_TERMS = 10_000
#: What SymPy may be asked to decide (floor, mod, max, comparisons): its time grows fast with these.
MAX_ARGUMENTS = 8
MAX_ARGUMENT_TERMS = 40
MAX_ARGUMENT_DEGREE = 24
#: A remainder asks for the greatest common divisor of two polynomials.
MAX_REMAINDER_TERMS = 16
MAX_REMAINDER_DEGREE = 8
MAX_NESTED_FUNCTIONS = 20
MAX_NESTED_CHOICES = 3

_MAX_BITS = int(MAX_NUMBER_DIGITS * 3.3219280948873623)


class Fault(Exception):  # noqa: N818 - it never leaves the grammar
    """What is wrong at an offset of the text; the verbs tell it as a ``GrammarError``."""

    def __init__(self, offset: int, condition: str, way_out: str) -> None:
        super().__init__(condition)
        self.offset, self.condition, self.way_out = offset, condition, way_out


def offset_of(token: Token) -> int:
    """Where a token starts."""
    return token.start_pos or 0


@dataclass(frozen=True)
class Growth:
    """Bounds on a formula, multiplied out: terms and degrees of numerator and denominator; nesting of functions."""

    over: int = 1
    under: int = 1
    degree: int = 0
    poles: int = 0
    functions: int = 0
    choices: int = 0

    def __add__(self, other: Growth) -> Growth:
        over = self.over * other.under + other.over * self.under
        degree = max(self.degree + other.poles, other.degree + self.poles)
        return self._nested(other, over, self.under * other.under, degree, self.poles + other.poles)

    def __mul__(self, other: Growth) -> Growth:
        over, under = self.over * other.over, self.under * other.under
        return self._nested(other, over, under, self.degree + other.degree, self.poles + other.poles)

    def inverse(self) -> Growth:
        """The bounds of 1/x."""
        return self._nested(self, self.under, self.over, self.poles, self.degree)

    def power(self, exponent: int) -> Growth:
        """The bounds of x**exponent, exponent >= 0."""
        over, under = (comb(n + exponent - 1, exponent) if exponent else 1 for n in (self.over, self.under))
        return self._nested(self, over, under, self.degree * exponent, self.poles * exponent)

    def exceeds(self, terms: int, degree: int) -> bool:
        """Whether a bound is larger than allowed."""
        return max(self.over, self.under) > terms or self.degree + self.poles > degree

    def _nested(self, other: Growth, over: int, under: int, degree: int, poles: int) -> Growth:
        functions, choices = max(self.functions, other.functions), max(self.choices, other.choices)
        return Growth(over, under, degree, poles, functions, choices)


@dataclass(frozen=True)
class Scalar:
    """A formula without tensors, as a product of ``factors``; ``addends`` are its summands as they were written."""

    factors: tuple[Expr, ...]
    growth: Growth
    literal: bool = False
    addends: tuple[Expr, ...] = ()

    @cached_property
    def expr(self) -> Expr:
        """The formula.  One product of all factors: SymPy distributes 2*(a + b) but keeps 2*(a + b)*c."""
        return Mul(*self.factors)


@dataclass(frozen=True)
class Rule:
    """A function of the grammar: how it is applied, how many arguments it takes, which arguments make no sense."""

    apply: Callable[..., Expr]
    least: int
    most: int
    choice: bool = False
    terms: int = MAX_ARGUMENT_TERMS
    degree: int = MAX_ARGUMENT_DEGREE
    complaint: Callable[..., str] = field(default=lambda *_: "")


def _not_whole(*arguments: Expr) -> str:
    return "takes integers" if any(a.is_integer is False for a in arguments) else ""


def _no_taps(p: Expr, s: Expr, d: Expr, m: Expr, k: Expr) -> str:
    return _not_whole(p, s, d, m, k) or ("takes positive steps s and d" if s.is_nonpositive or d.is_nonpositive else "")


def _zero_divisor(_: Expr, divisor: Expr) -> str:
    return "has the divisor 0" if divisor == 0 else ""


_FLOOR, _CEILING = Rule(floor, 1, 1), Rule(ceiling, 1, 1)
MOD = Rule(Mod, 2, 2, terms=MAX_REMAINDER_TERMS, degree=MAX_REMAINDER_DEGREE, complaint=_zero_divisor)
_MAX, _MIN = (Rule(choose, 1, MAX_ARGUMENTS, choice=True) for choose in (Max, Min))
_GCD, _TAPS = Rule(Gcd, 2, 2, complaint=_not_whole), Rule(TapsBelow, 5, 5, complaint=_no_taps)
FUNCTIONS: Mapping[str, Rule] = {
    "floor": _FLOOR, "ceil": _CEILING, "ceiling": _CEILING, "max": _MAX, "min": _MIN, "mod": MOD, "gcd": _GCD,
    "taps_below": _TAPS, "Max": _MAX, "Min": _MIN, "Mod": MOD, "Gcd": _GCD, "TapsBelow": _TAPS,
}  # fmt: skip


def bounded(at: Token, growth: Growth) -> Growth:
    """``growth``, refused where it is too much."""
    if growth.exceeds(MAX_EXPANDED_TERMS, MAX_DEGREE):
        raise Fault(
            offset_of(at),
            f"the formula has more than {MAX_EXPANDED_TERMS} terms, or a degree above {MAX_DEGREE}, if multiplied out",
            "name a part of it and give that part its own formula",
        )
    return growth


def checked(at: Token, *factors: Expr, growth: Growth, addends: tuple[Expr, ...] = ()) -> Scalar:
    """The product as a ``Scalar``; refused where it, multiplied out, or a number in it, is too large."""
    made = Scalar(factors, bounded(at, growth), addends=addends)
    for part in Add.make_args(made.expr):
        number = part.as_coeff_Mul()[0]
        if number.is_Rational and max(int(number.p).bit_length(), int(number.q).bit_length()) > _MAX_BITS:
            raise Fault(
                offset_of(at), f"a number has more than {MAX_NUMBER_DIGITS} digits", "use smaller numbers, or a name"
            )
    return made


def nesting(*growths: Growth) -> Growth:
    """The bounds of one thing made of several, which is not multiplied out."""
    functions, choices = max(g.functions for g in growths), max(g.choices for g in growths)
    return Growth(degree=1, functions=functions, choices=choices)


def decided(
    at: Token,
    *growths: Growth,
    choice: bool = False,
    terms: int = MAX_ARGUMENT_TERMS,
    degree: int = MAX_ARGUMENT_DEGREE,
) -> Growth:
    """The bounds of a function or comparison; refused where SymPy could need long to evaluate it."""
    inner = nesting(*growths)
    made = replace(inner, functions=inner.functions + 1, choices=inner.choices + choice)
    way_out = "name an inner part and give it its own formula"
    if made.functions > MAX_NESTED_FUNCTIONS:
        raise Fault(offset_of(at), f"functions are nested more than {MAX_NESTED_FUNCTIONS} deep", way_out)
    if made.choices > MAX_NESTED_CHOICES:
        raise Fault(offset_of(at), f"max, min and Piecewise are nested more than {MAX_NESTED_CHOICES} deep", way_out)
    if any(g.exceeds(terms, degree) for g in growths):
        size = f"more than {terms} terms or a degree above {degree} if multiplied out"
        raise Fault(offset_of(at), f"a part of {at} has {size}", way_out)
    return made


def called(name: Token, *arguments: Scalar) -> Scalar:
    """A function of the table."""
    rule = FUNCTIONS.get(str(name))
    if rule is None:
        known = "floor, ceil, max, min, mod, gcd or taps_below"
        raise Fault(offset_of(name), f"{name} is no function of the grammar", f"write {known}, or * for a product")
    if not rule.least <= len(arguments) <= rule.most:
        wanted = f"{rule.least}" if rule.least == rule.most else f"{rule.least} to {rule.most}"
        raise Fault(offset_of(name), f"{name} has {len(arguments)} arguments", f"give it {wanted}")
    return apply(name, rule, *arguments)


def apply(at: Token, rule: Rule, *arguments: Scalar) -> Scalar:
    """``rule`` on its arguments, refused where they are too large or make no sense."""
    growth = decided(at, *(a.growth for a in arguments), choice=rule.choice, terms=rule.terms, degree=rule.degree)
    values = [a.expr for a in arguments]
    if complaint := rule.complaint(*values):
        raise Fault(offset_of(at), f"{at} {complaint}", "choose other arguments")
    return checked(at, rule.apply(*values), growth=growth)


def inverse(at: Token, value: Scalar) -> Scalar:
    """1/value, refused for 0."""
    if value.expr == 0:
        raise Fault(offset_of(at), f"{at} has the divisor 0", "choose a divisor that is not 0")
    return checked(at, 1 / value.expr, growth=value.growth.inverse())


def times(at: Token, *values: Scalar) -> Scalar:
    """One product of all values."""
    growth = reduce(Growth.__mul__, (v.growth for v in values))
    return checked(at, *(f for v in values for f in v.factors), growth=growth)


def product(pairs: Sequence[tuple[Token, Scalar]]) -> Scalar:
    """The operators *, /, //, % from left to right, each with its operand; a run of * and / is one product."""
    run: list[Scalar] = []
    for at, value in pairs:
        match at.type:
            case "STAR":
                run.append(value)
            case "SLASH":
                run.append(inverse(at, value))
            case "FLOOR":
                run = [apply(at, _FLOOR, times(at, *run, inverse(at, value)))]
            case _:
                run = [apply(at, MOD, times(at, *run), value)]
    return times(pairs[-1][0], *run)


def negative(at: Token, value: Scalar) -> Scalar:
    """-value; an integer stays a literal."""
    factors = (S.NegativeOne, *value.factors)
    return replace(checked(at, *factors, growth=value.growth), literal=value.literal)


def total(pairs: Sequence[tuple[Token, Scalar]]) -> Scalar:
    """The operators + and -, each with its operand."""
    parts = [value if at.type == "PLUS" else negative(at, value) for at, value in pairs]
    growth = reduce(Growth.__add__, (p.growth for p in parts))
    addends = tuple(p.expr for p in parts)
    return checked(pairs[-1][0], Add(*addends), growth=growth, addends=addends)


def power(base: Scalar, at: Token, exponent: Scalar) -> Scalar:
    """``base`` to an exponent that is a small integer, as written."""
    if not exponent.literal or abs(exponent.expr) > MAX_EXPONENT:
        raise Fault(
            offset_of(at),
            f"the exponent is not an integer of at most {MAX_EXPONENT}",
            "write the exponent as a number, and a larger power as a product",
        )
    if exponent.expr < 0:
        return power(inverse(at, base), at, negative(at, exponent))
    size = int(exponent.expr)
    growth = bounded(at, base.growth.power(size))
    return checked(at, base.expr**size, growth=growth)
