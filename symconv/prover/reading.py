"""From a proposition to its sequent: what SymPy writes becomes polynomials, sums and brackets, and nothing else.

Floors, maxima and rests of quotients are given names with what defines them; a size that another divides becomes a
product; bound indices get names of their own; quotients with numbers or sizes below are cleared on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import lcm

from sympy import Add, And, Basic, Eq, Expr, Ge, Gt, Le, Lt, Max, Min, Mod, Mul, S, Symbol, ceiling, false, floor, true

from symconv.errors import StatementError, sentence
from symconv.prover.divisibility import divides, expressions, numbered, parts_of, products
from symconv.prover.division import exact_quotient
from symconv.prover.polynomial import ONE, Polynomial, constant, variable
from symconv.prover.positivity import nonnegative
from symconv.prover.ratios import Ratio, ratio_of
from symconv.prover.sequent import Bracket, Defined, Quotient, Sequent, Term
from symconv.statements import language
from symconv.statements.definitions import NamedTensor
from symconv.statements.functions import TapsBelow
from symconv.statements.proposition import Proposition
from symconv.statements.symbols import symbols_of


def read(proposition: Proposition) -> Sequent:
    """The formal statement of a proposition.

    Raises ``StatementError`` for what the language of proofs does not have: a divisor that may be 0, a quotient that
    is no integer, conditions with "or", functions of indices other than floor and mod.
    """
    return Reader(proposition).sequent()


@dataclass
class _Scope:
    """Names bound by the term that is read or around it, and the floors of indices found in it."""

    names: dict[str, str]
    around: tuple[str, ...] = ()
    extents: list[tuple[str, Polynomial]] = field(default_factory=list)
    quotients: list[Quotient] = field(default_factory=list)
    brackets: list[Bracket] = field(default_factory=list)

    @property
    def bound(self) -> set[str]:
        """The names that have a value inside the term only."""
        return {*self.around, *(v for v, _ in self.extents), *(q.name for q in self.quotients)}

    def check_divisor(self, den: Polynomial) -> None:
        """Refuse a divisor that differs from summand to summand."""
        if not den.names.isdisjoint(self.bound):
            shown = den.put({new: variable(old) for old, new in self.names.items()})
            raise StatementError(sentence(f"divisor={shown}", "depends on the index of a sum", "divide by sizes only"))


class Reader:
    """Reads a proposition, and terms of tensors that are defined beside it, into polynomials in one set of names."""

    def __init__(self, proposition: Proposition, definitions: Sequence[NamedTensor] = ()) -> None:
        self._proposition = proposition
        self._products = dict(products(proposition))
        self._local = {x for d in definitions for x in d.parameters}
        inside = [t for d in definitions for t in d.terms]
        told = [*proposition.left.terms, *proposition.right.terms, *inside]
        self._local |= {r.index for t in told for r in t.ranges}
        self._symbols = symbols_of([*expressions(proposition), *(e for t in inside for e in parts_of(t))])
        self._used = {s.name for s in symbols_of([*self._symbols, *self._products.values()]) | self._local}
        self._bound: set[str] = set()
        self._defined: list[Defined] = []
        self._assume: list[Polynomial] = []

    def sequent(self) -> Sequent:
        """The formal statement, where nothing but the proposition was given."""
        left, right = self.sides()
        return self.about(left, right)

    def about(self, left: tuple[Term, ...], right: tuple[Term, ...]) -> Sequent:
        """The statement of two sides under the definitions and assumptions that were read."""
        return Sequent(tuple(self._defined), tuple(dict.fromkeys(self._assume)), left, right)

    def sides(self) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
        """Roles, ranges, conditions, then both sides over common denominators."""
        p = self._proposition
        for s in sorted(self._symbols - self._local - set(self._products), key=str):
            self._assume += _role(s)
        for value in self._products.values():
            for s in sorted(value.free_symbols, key=str):
                self._assume += _role(s)
        for r in p.ranges:
            i, n = variable(r.index.name), self._polynomial(r.extent, None)
            self._assume += (i, n - 1 - i)
        for condition in p.assuming:
            self._assume += self._facts(condition)
        sides = [[self._term(t, _Scope({})) for t in side.terms] for side in (p.left, p.right)]
        common = self._common([den for side in sides for found in side for _, den in found])
        left, right = (tuple(self._cleared(t, den, common) for found in side for t, den in found) for side in sides)
        return left, right

    def definition(self, named: NamedTensor) -> tuple[tuple[str, ...], tuple[Term, ...]]:
        """The parameters of a defined tensor under new names, and its terms.

        Raises ``StatementError`` where a coefficient is no integer.
        """
        parameters = tuple(self._new_name(x.name) for x in named.parameters)
        names = {x.name: new for x, new in zip(named.parameters, parameters, strict=True)}
        found = [made for t in named.terms for made in self._term(t, _Scope(names, parameters))]
        for term, den in found:
            if den != ONE:
                raise StatementError(
                    sentence(f"coefficient=({term.coefficient})/({den})", "is no integer", "put the definition in")
                )
        return parameters, tuple(term for term, _ in found)

    def new_name(self, name: str) -> str:
        """A name that nothing has that was read so far, like another one."""
        return self._new_name(name.partition(".")[0])

    def _facts(self, condition: Basic) -> Iterator[Polynomial]:
        """What a condition makes >= 0."""
        if condition in (true, false):
            yield from () if condition == true else (constant(-1),)
            return
        if isinstance(condition, And):
            for part in condition.args:
                yield from self._facts(part)
            return
        found = divides(condition)
        if found is not None and found[1] in self._products.get(found[0], S.One).args:
            return
        if not isinstance(condition, (Eq, Ge, Gt, Le, Lt)):
            raise StatementError(
                sentence(f"condition={condition}", "is no comparison", "write =, >=, <= or 'a divides b', and no 'or'")
            )
        left, right = (self._polynomial(e, None) for e in condition.args)
        difference = left - right if isinstance(condition, (Eq, Ge, Gt)) else right - left
        yield difference - 1 if isinstance(condition, (Gt, Lt)) else difference
        if isinstance(condition, Eq):
            yield -difference

    def _term(self, term: language.Term, around: _Scope) -> list[tuple[Term, Polynomial]]:
        """The term, each summand of its coefficient by itself, with what it is divided by."""
        extents = [(r.index.name, self._polynomial(r.extent, around)) for r in term.ranges]
        found = []
        for part in Add.make_args(term.coefficient.expand()):
            scope = _Scope(dict(around.names), around.around)
            for v, n in extents:
                scope.names[v] = self._bind(v, n, scope)
            for bracket in term.brackets:
                scope.brackets += self._brackets(bracket, scope)
            factors = tuple((f.tensor, tuple(self._polynomial(e, scope) for e in f.at)) for f in term.factors)
            ratio = self._ratio(self._without_taps(part, scope), scope)
            scope.check_divisor(ratio.den)
            whole = Term(ratio.num, tuple(scope.extents), tuple(scope.quotients), tuple(scope.brackets), factors)
            found.append((whole, ratio.den))
        return found

    def _brackets(self, bracket: language.Bracket, scope: _Scope) -> Iterator[Bracket]:
        match bracket:
            case language.Within(value, extent):
                p = self._polynomial(value, scope)
                yield Bracket(">=", p)
                yield Bracket(">=", self._polynomial(extent, scope) - 1 - p)
            case language.Equal(left, right):
                yield Bracket("=", self._polynomial(left, scope) - self._polynomial(right, scope))
            case language.NonNegative(value):
                yield Bracket(">=", self._polynomial(value, scope))

    def _without_taps(self, part: Expr, scope: _Scope) -> Expr:
        """TapsBelow(p, s, d, m, k) in a product is the double sum that defines it."""
        kept = []
        for factor in Mul.make_args(part):
            base, power = factor.as_base_exp()
            if not isinstance(base, TapsBelow) or not power.is_Integer or power < 1:
                kept.append(factor)
                continue
            for _ in range(int(power)):
                p, s, d, m, k = (self._polynomial(e, scope) for e in base.args)
                y, u = self._bind("y", m, scope), self._bind("u", k, scope)
                scope.brackets.append(Bracket(">=", p - 1 - s * variable(y) - d * variable(u)))
        return Mul(*kept)

    def _cleared(self, term: Term, den: Polynomial, common: Polynomial) -> Term:
        factor = exact_quotient(common, den)
        return term if factor is None else replace(term, coefficient=term.coefficient * factor)

    def _common(self, dens: list[Polynomial]) -> Polynomial:
        """A common multiple of what is divided by, all of it known to be at least 1."""
        facts = Sequent(tuple(self._defined), tuple(self._assume), (), ()).facts
        number, others = 1, ONE
        below = dict.fromkeys(den if den.is_constant else _positive(facts, den) for den in dens)
        for den in below:
            if den.is_constant:
                number = lcm(number, den.constant_part)
            elif exact_quotient(others, den) is None:
                above = exact_quotient(den, others)
                others = others * den if above is None else den
        content = [den for den in below if exact_quotient(others * number, den) is None]
        for den in content:
            others = others * den
        return others * number

    def _polynomial(self, expression: Basic, scope: _Scope | None) -> Polynomial:
        ratio = self._ratio(expression, scope)
        if ratio.den != ONE:
            raise StatementError(
                sentence(
                    f"expression={expression}",
                    "is not known to be an integer",
                    f"assume that {ratio.den} divides {ratio.num}, or write a floor",
                )
            )
        return ratio.num

    def _ratio(self, expression: Basic, scope: _Scope | None) -> Ratio:
        put = expression.xreplace(self._products) if self._products else expression
        ratio = ratio_of(put, lambda e: self._function(e, scope))
        if scope is None:
            return ratio
        names = {old: variable(new) for old, new in scope.names.items() if old != new}
        return Ratio(ratio.num.put(names), ratio.den.put(names)) if names else ratio

    def _function(self, expression: Expr, scope: _Scope | None) -> Polynomial:
        match expression:
            case floor():
                return self._floor(self._ratio(expression.args[0], scope), scope)
            case ceiling():
                ratio = self._ratio(expression.args[0], scope)
                return -self._floor(Ratio(-ratio.num, ratio.den), scope)
            case Mod():
                a, b = (self._ratio(e, scope) for e in expression.args)
                low = self._floor(Ratio(a.num * b.den, a.den * b.num).reduced(), scope)
                return _whole(expression, a) - _whole(expression, b) * low
            case Max():
                return self._largest([self._polynomial(e, scope) for e in expression.args], expression, scope)
            case Min():
                return -self._largest([-self._polynomial(e, scope) for e in expression.args], expression, scope)
        raise StatementError(
            sentence(
                f"expression={expression}",
                "is no polynomial in integers",
                "write + - * of sizes and indices, floor, ceil, mod, max and min",
            )
        )

    def _floor(self, ratio: Ratio, scope: _Scope | None) -> Polynomial:
        if ratio.den == ONE:
            return ratio.num
        if scope is not None:
            scope.check_divisor(ratio.den)
        if scope is None or ratio.num.names.isdisjoint(scope.bound):
            return self._define("floor", ratio.num, ratio.den)
        for q in scope.quotients:
            if (q.a, q.b) == (ratio.num, ratio.den):
                return variable(q.name)
        name = self._fresh("q", scope)
        scope.quotients.append(Quotient(name, ratio.num, ratio.den))
        return variable(name)

    def _largest(self, parts: list[Polynomial], expression: Expr, scope: _Scope | None) -> Polynomial:
        bound = scope.bound if scope is not None else set()
        if any(not p.names.isdisjoint(bound) for p in parts):
            raise StatementError(
                sentence(f"expression={expression}", "depends on the index of a sum", "use brackets for the two cases")
            )
        largest, *rest = sorted(parts, key=lambda p: p.key)
        for p in rest:
            largest = self._define("max", largest, p)
        return largest

    def _define(self, kind: str, a: Polynomial, b: Polynomial) -> Polynomial:
        for d in self._defined:
            if (d.kind, d.a, d.b) == (kind, a, b):
                return variable(d.name)
        name = self._new_name("q" if kind == "floor" else "m")
        self._defined.append(Defined("floor" if kind == "floor" else "max", name, a, b))
        return variable(name)

    def _bind(self, stem: str, extent: Polynomial, scope: _Scope) -> str:
        name = self._fresh(stem, scope)
        scope.extents.append((name, extent))
        return name

    def _fresh(self, stem: str, scope: _Scope) -> str:
        name = numbered(stem, self._used | scope.bound)
        self._bound.add(name)
        return name

    def _new_name(self, stem: str) -> str:
        name = numbered(stem, self._used | self._bound)
        self._used.add(name)
        return name


def _positive(facts: tuple[Polynomial, ...], den: Polynomial) -> Polynomial:
    """The divisor or its negative, whichever is known to be at least 1."""
    for signed in (den, -den):
        if nonnegative(facts, signed - 1) is not None:
            return signed
    shown = den if sum(den.terms.values()) > 0 else -den
    raise StatementError(sentence(f"divisor={shown}", "is not known to be at least 1", f"assume {shown} >= 1"))


def _whole(expression: Expr, ratio: Ratio) -> Polynomial:
    if ratio.den != ONE:
        raise StatementError(sentence(f"expression={expression}", "is a rest of fractions", "write it with integers"))
    return ratio.num


def _role(s: Symbol) -> list[Polynomial]:
    """A size is at least 1, a count or an index at least 0."""
    if s.is_positive:
        return [variable(s.name) - 1]
    return [variable(s.name)] if s.is_nonnegative else []
