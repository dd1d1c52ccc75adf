"""From the parse tree of a proposition's text to its terms: names are scoped, and what was defined is put in.

A sum may bind the name of another sum, inside it or beside it: the terms are renamed apart as they meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lark import Token, Tree, v_args
from sympy import S, Symbol
from sympy.logic.boolalg import Boolean

from symconv.statements.arithmetic import MAX_EXPONENT, Fault, Scalar, offset_of
from symconv.statements.binding import free_symbols, names, summed
from symconv.statements.building import Builder, Truth
from symconv.statements.definitions import NamedTensor, limited, product_within_bounds, put_definition_in
from symconv.statements.expression import kept
from symconv.statements.language import Access, Range, Term
from symconv.statements.symbols import check_name
from symconv.statements.terms import MAX_TERMS, Tensors, Value, scalar, tensor_product, terms_of


@dataclass(frozen=True)
class Scope:
    """What the names of a text stand for; every other name is a size by its role.

    symbols     names with a role of their own
    sizes       named sizes, and the formula of each
    tensors     named tensors, and the terms of each
    is_outline  whether named tensors stay where they are read, instead of being put in
    """

    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    sizes: Mapping[str, Scalar] = field(default_factory=dict)
    tensors: Mapping[str, NamedTensor] = field(default_factory=dict)
    is_outline: bool = False


@dataclass(frozen=True)
class Sides:
    """A proposition as its text says it."""

    ranges: tuple[Range, ...]
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    condition: Boolean


@v_args(inline=True)
class SidesBuilder(Builder):
    """Reads propositions, definitions, expressions and conditions in a scope.

    bound        the names that ``for`` and ``sum`` bind in the text, each with an offset
    parameters   the indices of the tensor that the text defines; they stand for any integers
    """

    def __init__(self, scope: Scope, bound: Mapping[str, int], parameters: Mapping[str, Symbol] | None = None) -> None:
        super().__init__({**scope.symbols, **(parameters or {})}, bound, (), product_within_bounds)
        self._scope, self._parameters = scope, parameters or {}

    def name(self, token: Token) -> Scalar:
        """A named size, or an index where the text binds the name, or a name of the scope, else a size."""
        named = self._scope.sizes.get(str(token))
        return super().name(token) if named is None else named

    def access(self, tensor: Token, *at: Value | None) -> Tensors:
        """One entry of a tensor; where the tensor was defined, its terms."""
        indices = tuple(self._whole(tensor, scalar(value)) for value in at if value is not None)
        named = self._scope.tensors.get(str(tensor))
        if named is not None and not self._scope.is_outline:
            return Tensors(put_definition_in(tensor, named, indices), offset_of(tensor))
        check_name(str(tensor), "tensor")
        return Tensors((Term((), (), (Access(str(tensor), tuple(i.expr for i in indices)),)),), offset_of(tensor))

    def power(self, base: Value, at: Token, exponent: Value) -> Value:
        """base**exponent; of tensors, a product that is multiplied out."""
        if isinstance(base, Scalar):
            return super().power(base, at, exponent)
        times = scalar(exponent)
        if not times.literal or not 1 <= times.expr <= MAX_EXPONENT:
            condition = f"the exponent is not an integer from 1 to {MAX_EXPONENT}"
            raise Fault(offset_of(at), condition, "write a larger power as a product")
        star = Token.new_borrow_pos("STAR", "*", at)
        return tensor_product([(star, base)] * int(times.expr), self._join)

    def addition(self, *parts: Any) -> Value:
        """A run of + and -."""
        value = super().addition(*parts)
        if isinstance(value, Tensors) and len(value.terms) > MAX_TERMS:
            raise Fault(value.at, f"the sum has more than {MAX_TERMS} terms", "prove its parts one by one")
        return value

    def range(self, name: Token, relation: Token, extent: Value) -> Range:
        """``name < extent`` or ``name <= last``."""
        check_name(str(name), "index")
        self._whole(name, scalar(extent))
        made = super().range(name, relation, extent)
        for found in sorted(names(made.extent.free_symbols) & {*self._bound, *self._parameters}):
            raise Fault(
                offset_of(name),
                f"the extent {made.extent} depends on the index {found}",
                "state the extent in sizes only and restrict the index by a bracket",
            )
        return made

    def ranges(self, *ranges: Range) -> tuple[Range, ...]:
        """The ranges of a ``for`` or ``sum``."""
        bound = [r.index.name for r in ranges]
        for name in bound:
            if bound.count(name) > 1:
                raise Fault(self._bound[name], f"the index {name} is bound twice", "rename one of the two")
        return ranges

    def total(self, at: Token, ranges: tuple[Range, ...], body: Value) -> Tensors:
        """``sum(ranges) body``; a sum inside it that binds the same name is renamed."""
        return Tensors(tuple(limited(at, summed(ranges, t)) for t in terms_of(body)), offset_of(at))

    def proposition(
        self, ranges: tuple[Range, ...] | None, left: Value, right: Value, condition: Truth | None
    ) -> Sides:
        """A whole text that is a proposition."""
        free = ranges or ()
        first, second = kept(terms_of(left)), kept(terms_of(right))
        self._check_bound(free, (*first, *second), condition)
        return Sides(free, first, second, S.true if condition is None else condition.expr)

    def expression(self, value: Value) -> tuple[Term, ...]:
        """A whole text that is an expression."""
        terms = kept(terms_of(value))
        self._check_bound((), terms)
        return terms

    def definition(self, target: Token | Tensors, value: Value) -> Scalar | NamedTensor:
        """A whole text that defines a size or a tensor."""
        if isinstance(target, Token):
            check_name(str(target), "name")
            return scalar(value)
        terms = kept(terms_of(value))
        self._check_bound((), terms)
        return NamedTensor(tuple(self._parameters.values()), terms)

    @staticmethod
    def _whole(at: Token, value: Scalar) -> Scalar:
        """``value``, refused where it is surely no integer: C/G may be one, 1/2 is none."""
        if value.expr.is_integer is False:
            raise Fault(offset_of(at), f"{value.expr} stands at {at} and is no integer", "write a quotient with //")
        return value

    def _check_bound(self, free: tuple[Range, ...], terms: tuple[Term, ...], condition: Truth | None = None) -> None:
        """Refuse an index where nothing binds it."""
        inside = {r.index.name for r in free}
        found = {name for term in terms for name in names(free_symbols(term))}
        found |= names(condition.expr.free_symbols) if condition else set()
        for name in sorted((found & set(self._bound)) - inside):
            raise Fault(
                self._bound[name], f"the index {name} also occurs where nothing binds it", "rename one of the two"
            )


def defined_name(tree: Tree[Token]) -> tuple[Token, tuple[Token, ...] | None]:
    """The name that a definition's text defines, and a tensor's indices, which must be plain distinct names."""
    target = tree.children[0]
    if isinstance(target, Token):
        return target, None
    name, *at = target.children
    tokens = tuple(e.children[0] for e in at if isinstance(e, Tree) and e.data == "name")
    written = [e for e in at if e is not None]
    if len(tokens) != len(written) or len({str(t) for t in tokens}) != len(tokens):
        raise Fault(
            offset_of(name), f"the indices of {name} are no plain distinct names", "write it like Z[y, x] = ..."
        )
    return name, tokens


def names_read(tree: Tree[Token]) -> dict[str, int]:
    """The names of sizes and indices that a text reads, each with an offset."""
    return {str(found.children[0]): offset_of(found.children[0]) for found in tree.find_data("name")}


def tensors_read(tree: Tree[Token]) -> dict[str, int]:
    """The names of the tensors that a text reads or defines, each with an offset."""
    return {str(found.children[0]): offset_of(found.children[0]) for found in tree.find_data("access")}
