"""Texts that belong together: definitions, assumptions, and the proposition or expression that they are for."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lark import Token, Tree
from sympy import Symbol
from sympy.logic.boolalg import Boolean

from symconv.errors import ArgumentError, StatementError, sentence
from symconv.statements.arithmetic import Fault, offset_of
from symconv.statements.building import bound_names
from symconv.statements.expression import Expression
from symconv.statements.leaves import index_named
from symconv.statements.outline import Outline
from symconv.statements.parsing import read
from symconv.statements.proposition import Proposition
from symconv.statements.sides import Scope, Sides, SidesBuilder, defined_name, names_read, tensors_read
from symconv.statements.symbols import check_name, index, symbol

MAX_DEFINITIONS = 40


@dataclass(frozen=True)
class Texts:
    """What was read so far: the scope of the next text, and the names that the texts bind and read."""

    scope: Scope
    bound: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    tensors: frozenset[str] = frozenset()
    value: Any = None

    def and_text(self, kind: str, text: str) -> Texts:
        """One more text; ``value`` is what it stands for."""
        found: Texts = read(kind, text, lambda tree: self._and_tree(tree, tree))
        return found

    def and_definition(self, text: str) -> Texts:
        """One more definition; the scope has what it defines."""
        found: Texts = read("definition", text, self._and_definition)
        return found

    def _and_definition(self, tree: Tree[Token]) -> Texts:
        token, at = defined_name(tree)
        name, (_, body) = str(token), tree.children
        self._check_new(token, at is not None, body)
        for parameter in at or ():
            if str(parameter) in bound_names(tree):
                raise Fault(offset_of(parameter), f"the index {parameter} is bound twice", "rename one of the two")
        own = {str(parameter): Symbol(str(parameter), integer=True) for parameter in at or ()}
        done = self._and_tree(tree, body, own)
        sizes, tensors = dict(self.scope.sizes), dict(self.scope.tensors)
        (sizes if at is None else tensors)[name] = done.value
        return replace(done, scope=replace(self.scope, sizes=sizes, tensors=tensors))

    def _check_new(self, token: Token, is_tensor: bool, body: Tree[Token]) -> None:
        """Refuse a second definition, one that comes after a use, and one that uses itself."""
        name, scope = str(token), self.scope
        known, read_before = (
            (scope.tensors, self.tensors) if is_tensor else ({**scope.symbols, **scope.sizes}, self.names)
        )
        if name in known:
            raise Fault(offset_of(token), f"{name} has a meaning already", "give one of the two another name")
        if name in read_before:
            raise Fault(offset_of(token), f"{name} is read by an earlier definition", "put its own definition first")
        if name in (tensors_read(body) if is_tensor else names_read(body)):
            raise Fault(offset_of(token), f"{name} is read by its own definition", "define it by other names")

    def _and_tree(self, tree: Tree[Token], body: Tree[Token], own: Mapping[str, Symbol] | None = None) -> Texts:
        bound = bound_names(tree)
        value = SidesBuilder(self.scope, bound, own or {}).transform(tree)
        inside = {*bound, *(own or {})}
        return replace(
            self,
            bound=self.bound | inside,
            names=self.names | (set(names_read(body)) - inside),
            tensors=self.tensors | set(tensors_read(body)),
            value=value,
        )

    def check_roles(self) -> None:
        """Refuse a name that one text binds as an index and that another one reads as something else."""
        own = {name for name, s in self.scope.symbols.items() if s != index(name)}
        for name in sorted(self.bound & (self.names | own | set(self.scope.sizes))):
            raise StatementError(
                sentence(
                    f"name={name!r}",
                    "is bound as an index and also read where nothing binds it",
                    "rename one of the two",
                )
            )

    def check_used(self, listed: Iterable[str]) -> None:
        """Refuse names that were listed or defined, and that no text reads: they may be typing errors."""
        for name in sorted(({*listed, *self.scope.sizes} - self.names) | (set(self.scope.tensors) - self.tensors)):
            raise StatementError(sentence(f"name={name!r}", "is used nowhere", "use it, or leave it out"))


def read_proposition(
    text: str,
    *,
    where: Sequence[str],
    assuming: Sequence[str | Boolean],
    counts: Sequence[str],
    integers: Sequence[str],
    symbols: Mapping[str, Symbol],
) -> Proposition:
    """The proposition that a text writes, with definitions, assumptions and roles that stand beside it."""
    scope = Scope({**symbols, **_roles(counts=counts, integers=integers)})
    return _proposition(text, scope, where, assuming, [*counts, *integers])[0]


def read_outline(
    text: str,
    *,
    where: Sequence[str],
    assuming: Sequence[str | Boolean],
    counts: Sequence[str],
    integers: Sequence[str],
) -> Outline:
    """The same, where tensors that have definitions keep their names."""
    scope = Scope(_roles(counts=counts, integers=integers), is_outline=True)
    proposition, last = _proposition(text, scope, where, assuming, [*counts, *integers])
    return Outline(proposition, tuple(last.tensors.items()))


def _proposition(
    text: str, scope: Scope, where: Sequence[str], assuming: Sequence[str | Boolean], listed: Sequence[str]
) -> tuple[Proposition, Scope]:
    texts = _with_definitions(scope, where)
    conditions: list[Boolean | bool] = []
    for condition in _several(assuming, "assuming"):
        if isinstance(condition, str):
            texts = texts.and_text("condition", condition)
            conditions.append(texts.value)
        else:
            conditions.append(_undefined(condition, texts.scope))
    texts = texts.and_text("proposition", text)
    texts.check_roles()
    texts.check_used(listed)
    sides: Sides = texts.value
    left, right = Expression(sides.left), Expression(sides.right)
    return Proposition.of(left, right, sides.ranges, [*conditions, sides.condition]), texts.scope


def read_expression(
    text: str,
    *,
    indices: Sequence[str],
    where: Sequence[str],
    counts: Sequence[str],
    integers: Sequence[str],
    symbols: Mapping[str, Symbol],
) -> Expression:
    """The expression that a text writes; its free names are sizes, unless they are listed."""
    listed = _roles(indices=indices, counts=counts, integers=integers)
    texts = _with_definitions(Scope({**symbols, **listed}), where).and_text("expression", text)
    texts.check_roles()
    texts.check_used([])
    return Expression(texts.value)


def _with_definitions(scope: Scope, where: Sequence[str]) -> Texts:
    definitions = _several(where, "where")
    if len(definitions) > MAX_DEFINITIONS:
        raise StatementError(
            sentence(f"where={len(definitions)} texts", f"are more than {MAX_DEFINITIONS}", "define fewer names")
        )
    texts = Texts(scope)
    for definition in definitions:
        texts = texts.and_definition(definition)
    return texts


def _roles(**listed: Sequence[str]) -> dict[str, Symbol]:
    """The symbols of names that were listed with a role."""
    found: dict[str, Symbol] = {}
    for role, names in listed.items():
        for name in _several(names, role):
            if name in found:
                raise StatementError(sentence(f"name={name!r}", "is listed twice", "list it in one role"))
            found[name] = _ROLES[role](name)
    return found


def _count(name: str) -> Symbol:
    return symbol(name, zero_allowed=True)


def _integer(name: str) -> Symbol:
    check_name(name, "integer")
    for zero_allowed in (True, False):  # a standard name has one of these roles
        symbol(name, zero_allowed=zero_allowed)
    return Symbol(name, integer=True)


_ROLES = {"indices": index_named, "counts": _count, "integers": _integer}


def _several(given: Any, role: str) -> Sequence[Any]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise ArgumentError(sentence(f"{role}={reprlib.repr(given)}", "is no list", f"pass {role}=[...]"))
    return given


def _undefined(condition: Boolean | bool, scope: Scope) -> Boolean | bool:
    """A condition of SymPy, which must not have names that texts define: SymPy has judged by their roles already."""
    for found in sorted(getattr(condition, "free_symbols", ()), key=str):
        if found.name in scope.sizes:
            raise StatementError(
                sentence(f"assuming={condition}", f"has the defined name {found}", "write the condition as a text")
            )
    return condition
