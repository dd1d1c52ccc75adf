"""From the parse tree of the text grammar to formulas, conditions and statements, bottom-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from lark import Token, Transformer_NonRecursive, Tree, v_args
from sympy import And, Eq, Expr, Ge, Gt, Integer, Le, Lt, Ne, Not, Or, Piecewise, S
from sympy.logic.boolalg import Boolean

from symconv.statements.arithmetic import (
    MAX_ARGUMENTS,
    MOD,
    Fault,
    Growth,
    Scalar,
    apply,
    called,
    checked,
    decided,
    negative,
    nesting,
    offset_of,
    power,
    product,
    total,
)
from symconv.statements.binding import mentioned, scaled
from symconv.statements.language import Access, Range, Statement, Term
from symconv.statements.symbols import check_name, index, symbol, symbols_of
from symconv.statements.terms import (
    Chain,
    Join,
    Tensors,
    Value,
    bracket,
    joined,
    scalar,
    tensor_product,
    terms_of,
)

_RELATIONS = {"LT": Lt, "LE": Le, "GT": Gt, "GE": Ge, "SAME": Eq, "EQUALS": Eq, "UNEQUAL": Ne, "EQ": Eq, "NE": Ne}

Shapes = tuple[tuple[str, tuple[Expr, ...]], ...]


@dataclass(frozen=True)
class Truth:
    """A condition."""

    expr: Boolean
    growth: Growth


def _pairs(kind: str, parts: tuple[Any, ...]) -> list[tuple[Token, Any]]:
    """Each operand with the operator before it; the first one's is ``kind``."""
    return list(zip([Token(kind, ""), *parts[1::2]], parts[::2], strict=True))


def bound_names(tree: Tree[Token]) -> dict[str, int]:
    """The names that ``for`` and ``sum`` bind, each with an offset where it is bound."""
    tokens = (found.children[0] for found in tree.find_data("range"))
    return {str(token): offset_of(token) for token in tokens if isinstance(token, Token)}


@v_args(inline=True)
class Builder(Transformer_NonRecursive):  # type: ignore[misc]
    """One method for each rule of the grammar.

    ``symbols`` and ``bound`` say what a name stands for, and ``join`` multiplies two terms.
    """

    def __init__(
        self, symbols: Mapping[str, Expr], bound: Mapping[str, int], shapes: Shapes, join: Join = joined
    ) -> None:
        super().__init__(visit_tokens=False)
        self._symbols, self._bound, self._shapes, self._join = symbols, bound, shapes, join

    def number(self, token: Token) -> Scalar:
        """An integer."""
        return Scalar((Integer(int(token)),), Growth(), literal=True)

    def name(self, token: Token) -> Scalar:
        """An index where the text binds the name, else a size."""
        name = str(token)
        found = index(name) if name in self._bound else self._symbols.get(name)
        return Scalar((symbol(name) if found is None else found,), Growth(degree=1))

    def group(self, value: Value) -> Value:
        """A value in parentheses."""
        if isinstance(value, Tensors):
            return Tensors(terms_of(value), value.at, grouped=True)
        return Scalar((value.expr,), value.growth, value.literal)

    def sign(self, at: Token, value: Value) -> Value:
        """+value or -value."""
        if at.type == "PLUS":
            return value
        if isinstance(value, Scalar):
            return negative(at, value)
        return Tensors(tuple(scaled(t, S.NegativeOne) for t in terms_of(value)), value.at)

    def power(self, base: Value, at: Token, exponent: Value) -> Value:
        """base**exponent."""
        return power(scalar(base), at, scalar(exponent))

    def multiplication(self, *parts: Any) -> Value:
        """A run of *, /, // and %."""
        pairs = _pairs("STAR", parts)
        if all(isinstance(value, Scalar) for _, value in pairs):
            return product(pairs)
        return tensor_product(pairs, self._join)

    def addition(self, *parts: Any) -> Value:
        """A run of + and -."""
        pairs = _pairs("PLUS", parts)
        if all(isinstance(value, Scalar) for _, value in pairs):
            return total(pairs)
        values = [self.sign(at, value) for at, value in pairs]
        start = min(v.at for v in values if isinstance(v, Tensors))
        return Tensors(tuple(term for value in values for term in terms_of(value)), start)

    def call(self, name: Token, *arguments: Value) -> Scalar:
        """A function of the table."""
        return called(name, *map(scalar, arguments))

    def case(self, value: Value, truth: Truth) -> tuple[Scalar, Truth]:
        """One (value, condition) of a Piecewise."""
        return scalar(value), truth

    def piecewise(self, name: Token, *cases: tuple[Scalar, Truth]) -> Scalar:
        """The first value whose condition holds."""
        growth = decided(name, *(nesting(v.growth, t.growth) for v, t in cases), choice=True)
        made = Piecewise(*((v.expr, t.expr) for v, t in cases)) if len(cases) <= MAX_ARGUMENTS else S.NaN
        if made is S.NaN:
            condition = f"Piecewise has no case that can be true, or more than {MAX_ARGUMENTS}"
            raise Fault(offset_of(name), condition, "end it with (value, True)")
        return checked(name, made, growth=growth)

    def access(self, tensor: Token, *at: Value | None) -> Tensors:
        """One entry of a tensor."""
        check_name(str(tensor), "tensor")
        indices = tuple(scalar(value).expr for value in at if value is not None)
        return Tensors((Term((), (), (Access(str(tensor), indices),)),), offset_of(tensor))

    def bracket(self, chain: Chain) -> Tensors:
        """An Iverson bracket."""
        return Tensors((Term((), (bracket(chain),), ()),), offset_of(chain.operators[0]))

    def range(self, name: Token, relation: Token, extent: Value) -> Range:
        """``name < extent`` or ``name <= last``."""
        whole = scalar(extent).expr
        return Range(index(str(name)), whole + 1 if relation.type == "LE" else whole)

    def ranges(self, *ranges: Range) -> tuple[Range, ...]:
        """The ranges of a ``for`` or ``sum``."""
        return ranges

    def total(self, at: Token, ranges: tuple[Range, ...], body: Value) -> Tensors:
        """``sum(ranges) body``."""
        terms = tuple(replace(t, ranges=ranges + t.ranges) for t in terms_of(body))
        return Tensors(terms, offset_of(at))

    def chain(self, *parts: Any) -> Chain:
        """Comparisons ``a < b < c``, not yet made."""
        operands, operators = tuple(map(scalar, parts[::2])), parts[1::2]
        return Chain(operands, operators, decided(operators[0], *(v.growth for v in operands)))

    def relations(self, chain: Chain) -> Truth:
        """A chain as a condition: all its comparisons hold."""
        sides = pairwise(v.expr for v in chain.operands)
        made = [_RELATIONS[at.type](*pair) for at, pair in zip(chain.operators, sides, strict=True)]
        return Truth(And(*made), chain.growth)

    def spelled(self, at: Token, left: Value, right: Value) -> Truth:
        """``Eq(left, right)`` or ``Ne(left, right)``."""
        return self.relations(self.chain(left, at, right))

    def divides(self, divisor: Value, at: Token, value: Value) -> Truth:
        """``divisor divides value``."""
        rest = apply(at, MOD, scalar(value), scalar(divisor))
        return Truth(Eq(rest.expr, 0), rest.growth)

    def truth(self, token: Token) -> Truth:
        """True or False."""
        return Truth(S.true if token.type == "TRUE" else S.false, Growth())

    def negation(self, truth: Truth) -> Truth:
        """``not`` a condition."""
        return Truth(Not(truth.expr), truth.growth)

    def conjunction(self, *truths: Truth) -> Truth:
        """Conditions with ``and``."""
        return Truth(And(*(t.expr for t in truths)), nesting(*(t.growth for t in truths)))

    def disjunction(self, *truths: Truth) -> Truth:
        """Conditions with ``or``."""
        return Truth(Or(*(t.expr for t in truths)), nesting(*(t.growth for t in truths)))

    def formula(self, value: Value) -> Expr:
        """A whole text that is a formula."""
        return scalar(value).expr

    def condition(self, truth: Truth) -> Boolean:
        """A whole text that is a condition."""
        return truth.expr

    def sizes(self, *values: Value) -> tuple[Expr, ...]:
        """A whole text that is a list of sizes."""
        return tuple(scalar(value).expr for value in values)

    def statement(self, ranges: tuple[Range, ...] | None, target: Tensors, value: Value) -> Statement:
        """A whole text that is a statement."""
        free = ranges or ()
        scale = value.scale if isinstance(value, Tensors) else None
        if scale is not None and any(s.name in self._bound for s in scale.free_symbols):
            scale = None  # not a factor of the whole right-hand side: it goes into the coefficients
        terms = terms_of(value) if scale is None or isinstance(value, Scalar) else value.terms
        self._check_scopes(free, (*target.terms, *terms))
        return Statement(target.terms[0].factors[0], free, terms, self._shapes, scale=scale)

    def _check_scopes(self, free: tuple[Range, ...], terms: tuple[Term, ...]) -> None:
        """Refuse an index that is also a size, and one that occurs where nothing binds it."""
        sizes = symbols_of([*(e for _, extents in self._shapes for e in extents), *self._symbols.values()])
        for name, start in self._bound.items():
            if any(s.name == name and s != index(name) for s in sizes):
                raise Fault(start, f"the index {name} is also the name of a size", "rename the index")
        for term in terms:
            inside = {r.index for r in (*free, *term.ranges)}
            for found in sorted(mentioned(term) - inside, key=str):
                if found.name in self._bound:
                    start = self._bound[found.name]
                    raise Fault(start, f"the index {found} also occurs where nothing binds it", "rename one of the two")
