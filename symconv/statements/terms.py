"""The terms of a statement as its text is read: tensors, brackets and index sums, and products of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from lark import Token
from sympy import Expr, S

from symconv.statements.arithmetic import Fault, Growth, Scalar, inverse, offset_of, times
from symconv.statements.binding import mentioned, multiplied, scaled
from symconv.statements.language import Bracket, Equal, NonNegative, Term, Within

MAX_TERMS = 500

_MIRRORED = {"GT": "LT", "GE": "LE"}
#: What a comparison of integers takes off: a < b is b - a - 1 >= 0.
_LOSS = {"LT": 1, "LE": 0}


@dataclass(frozen=True)
class Tensors:
    """A sum of terms with tensors, brackets or index sums; ``scale`` stands before a sum in parentheses."""

    terms: tuple[Term, ...]
    at: int
    scale: Expr | None = None
    grouped: bool = False


Value = Scalar | Tensors


@dataclass(frozen=True)
class Chain:
    """``operands[0] operators[0] operands[1] ...``"""

    operands: tuple[Scalar, ...]
    operators: tuple[Token, ...]
    growth: Growth


def scalar(value: Value) -> Scalar:
    """``value``, refused where it has tensors."""
    if isinstance(value, Tensors):
        raise Fault(value.at, "a tensor, bracket or index sum stands in a formula", "use sizes and indices only")
    return value


def terms_of(value: Value) -> tuple[Term, ...]:
    """The terms of any value; a scale goes into the coefficients."""
    if isinstance(value, Scalar):
        return tuple(Term((), (), (), addend) for addend in value.addends or (value.expr,))
    return value.terms if value.scale is None else tuple(scaled(t, value.scale) for t in value.terms)


Join = Callable[[Token, Term, Term], Term]


def joined(at: Token, left: Term, right: Term) -> Term:
    """The product of two terms; an index that one of them binds must not occur in the other."""
    for one, other in ((left, right), (right, left)):
        for found in sorted({r.index for r in one.ranges} & mentioned(other), key=str):
            raise Fault(offset_of(at), f"the index {found} of a sum also occurs outside it", "rename one of the two")
    return multiplied(left, right)


def tensor_product(pairs: list[tuple[Token, Value]], join: Join = joined) -> Tensors:
    """A product with tensors in it: scalars gather before them, sums are multiplied out; ``join`` multiplies terms."""
    scalars: list[Scalar] = []
    tensors: list[Tensors] = []
    for at, value in pairs:
        if at.type not in ("STAR", "SLASH"):
            raise Fault(offset_of(at), f"{at} stands in a product of tensors", "put its formula in parentheses")
        if isinstance(value, Tensors) and at.type == "STAR":
            tensors.append(value)
        else:
            scalars.append(inverse(at, scalar(value)) if at.type == "SLASH" else scalar(value))
    last, start = pairs[-1][0], tensors[0].at
    factor = times(last, *scalars).expr if scalars else S.One
    if len(tensors) == 1 and tensors[0].grouped and scalars:
        return Tensors(tensors[0].terms, start, scale=factor)
    lists = [terms_of(t) for t in tensors]
    if reduce(int.__mul__, map(len, lists)) > MAX_TERMS:
        raise Fault(start, f"the product has more than {MAX_TERMS} terms", "write fewer sums as factors")
    terms = reduce(lambda done, more: tuple(join(last, a, b) for a in done for b in more), lists)
    return Tensors(tuple(scaled(t, factor) for t in terms), start)


def bracket(chain: Chain) -> Bracket:
    """[a = b], [a <= b] or [a <= b < c]; a strict comparison of integers loses 1."""
    values, kinds = [v.expr for v in chain.operands], [o.type for o in chain.operators]
    if all(kind in _MIRRORED for kind in kinds):
        values, kinds = values[::-1], [_MIRRORED[kind] for kind in kinds[::-1]]
    at = offset_of(chain.operators[0])
    if len(kinds) == 1 and kinds[0] in ("EQUALS", "SAME"):
        return Equal(*values)
    if len(kinds) > 2 or any(kind not in _LOSS for kind in kinds):
        raise Fault(at, "the comparison is none that a bracket can be", "write [a = b], [a >= b] or [0 <= a < n]")
    low, *_ = values
    whole = kinds in (["LE"], ["LE", "LT"]) or all(v.is_integer for v in values)
    if not whole:
        raise Fault(at, "the comparison needs integers on both sides", "write it with >=, or as [0 <= a < n]")
    if len(kinds) == 1:
        return NonNegative(values[1] - low - _LOSS[kinds[0]])
    start = low + _LOSS[kinds[0]]
    return Within(values[1] - start, values[2] - start + 1 - _LOSS[kinds[1]])
