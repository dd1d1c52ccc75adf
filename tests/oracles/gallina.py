"""Theorems of Coq as exported ones are written, read and evaluated: integers, sums, brackets, entries, ``let``.

The reader knows the precedences and the scopes of Coq's notations and nothing of the exporter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import takewhile
from typing import Any

#: The words that Coq 8.16 with ssreflect takes for no name, wherever one stands.
KEYWORDS = (
    "CoFixpoint",
    "Fixpoint",
    "Prop",
    "Set",
    "SsrSyntax_is_Imported",
    "Type",
    "Variable",
    "as",
    "by",
    "cofix",
    "else",
    "exists",
    "exists2",
    "fix",
    "for",
    "forall",
    "fun",
    "if",
    "in",
    "is",
    "let",
    "match",
    "mod",
    "of",
    "return",
    "then",
    "using",
    "with",
)
#: What a name stands for: an integer, or a function to the ring of its integer arguments.
Environment = Mapping[str, Any]
Node = Callable[[Environment], int]
#: The entry of a tensor at any integers.
Tensors = Callable[[str, tuple[int, ...]], int]

_TOKEN = re.compile(
    r"\s*(\\sum\[|\[\?|\[int\b|:=|->|<=|%[A-Z]|[A-Za-z_][A-Za-z0-9_']*(?:\.[a-z]+)?|[0-9]+|[()\]:<=+*/,.-])"
)
_KEYWORDS = {"let", "in", "fun", "forall", "match", "with", "end", "if", "then", "else", "fix", "Type", "Prop", "Set"}
_COMPARED = {"<": int.__lt__, "<=": int.__le__, "=": int.__eq__}


class Unreadable(Exception):  # noqa: N818
    """The text is none that Coq reads as an exported theorem; the message says where."""


@dataclass(frozen=True)
class Theorem:
    """A theorem: its quantified integers and tensors in order, each tensor with its number of indices.

    ``bound`` has the names of the definitions, of their parameters and of the indices of sums, each time anew.
    """

    name: str
    integers: tuple[str, ...]
    tensors: Mapping[str, int]
    conditions: tuple[Node, ...]
    definitions: tuple[tuple[str, tuple[str, ...], Node], ...]
    left: Node
    right: Node
    bound: tuple[str, ...]

    def is_assumed(self, values: Mapping[str, int]) -> bool:
        """Whether all conditions hold."""
        return all(condition(values) for condition in self.conditions)

    def sides(self, values: Mapping[str, int], tensors: Tensors) -> tuple[int, int]:
        """Both sides, whether the conditions hold or not."""
        environment: dict[str, Any] = dict(values)
        for tensor in self.tensors:
            environment[tensor] = _given(tensor, tensors)
        for name, parameters, body in self.definitions:
            environment[name] = _defined(dict(environment), parameters, body)
        return self.left(environment), self.right(environment)


def _given(tensor: str, tensors: Tensors) -> Callable[..., int]:
    return lambda *at: tensors(tensor, at)


def _defined(environment: Environment, parameters: Sequence[str], body: Node) -> Callable[..., int]:
    return cache(lambda *at: body({**environment, **dict(zip(parameters, at, strict=True))}))


def read_theorem(text: str) -> Theorem:
    """Read ``Theorem name (R : comRingType) (X : Z -> R) (n : Z) : (conditions)%Z -> (let ... in a = b)%R.``"""
    return _Reader(list(_tokens(text))).theorem()


def _tokens(text: str) -> Iterator[str]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise Unreadable(f"at {text[at : at + 20]!r}")
        yield found[1]
        at = found.end()


@dataclass
class _Names:
    """What is in scope: integers, and tensors with their numbers of indices."""

    integers: frozenset[str] = frozenset()
    tensors: Mapping[str, int] = field(default_factory=dict)

    def with_integers(self, *names: str) -> _Names:
        return replace(self, integers=self.integers.union(names))

    def with_tensor(self, name: str, arity: int) -> _Names:
        return replace(self, tensors={**self.tensors, name: arity})


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at, self._names = tokens, 0, _Names()
        self._bound: list[str] = []

    def theorem(self) -> Theorem:
        self._take("Theorem")
        name = self._name()
        integers, tensors = self._binders()
        self._take(":")
        for tensor, arity in tensors.items():
            self._names = self._names.with_tensor(tensor, arity)
        self._names = self._names.with_integers(*integers)
        conditions = []
        while self._closing_scope(behind=1) == "->":
            self._take("(")
            conditions.append(self._comparison("Z"))
            self._take(")", "%Z", "->")
        scope = self._closing_scope().removeprefix("%")
        self._take("(")
        definitions = tuple(self._definitions(scope))
        left = self._sum(scope)
        self._take("=")
        right = self._sum(scope)
        self._take(")", f"%{scope}", ".")
        if self._at != len(self._tokens):
            raise Unreadable(f"{self._here} follows the theorem")
        return Theorem(name, tuple(integers), tensors, tuple(conditions), definitions, left, right, tuple(self._bound))

    # ------------------------------------------------------------------ tokens
    @property
    def _here(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else "the end"

    def _take(self, *wanted: str) -> None:
        for token in wanted:
            if self._here != token:
                raise Unreadable(f"{self._here} in the place of {token}, after {self._tokens[: self._at][-8:]}")
            self._at += 1

    def _name(self) -> str:
        name = self._here
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_']*", name) or name in _KEYWORDS or not name.strip("_"):
            raise Unreadable(f"{name} is no identifier")
        self._at += 1
        return name

    def _many_names(self) -> list[str]:
        names = list(takewhile(lambda t: t not in (":", ":="), self._tokens[self._at :]))
        return [self._name() for _ in names]

    def _closing_scope(self, behind: int = 0) -> str:
        """The token behind the parenthesis that closes the one here, or so many after that."""
        depth = 0
        for place in range(self._at, len(self._tokens)):
            depth += {"(": 1, ")": -1}.get(self._tokens[place], 0)
            if depth == 0:
                return self._tokens[place + 1 + behind] if place + 1 + behind < len(self._tokens) else ""
        raise Unreadable("a parenthesis is open")

    # ------------------------------------------------------------------ quantifiers and definitions
    def _binders(self) -> tuple[list[str], dict[str, int]]:
        integers: list[str] = []
        tensors: dict[str, int] = {}
        ring = None
        while self._here == "(":
            self._take("(")
            names = self._many_names()
            self._take(":")
            kind = list(takewhile(lambda t: t != ")", self._tokens[self._at :]))
            self._at += len(kind)
            self._take(")")
            if kind == ["comRingType"]:
                (ring,) = names
            elif kind == ["Z"]:
                integers += names
            elif kind == ["Z", "->"] * (len(kind) // 2) + [ring]:
                tensors |= dict.fromkeys(names, len(kind) // 2)
            else:
                raise Unreadable(f"{kind} is no type")
        several = [*integers, *tensors, *([ring] if ring else [])]
        if len(set(several)) != len(several):
            raise Unreadable(f"{several}: one name twice")
        return integers, tensors

    def _definitions(self, scope: str) -> Iterator[tuple[str, tuple[str, ...], Node]]:
        while self._here == "let":
            self._take("let")
            name = self._name()
            parameters = tuple(self._many_names())
            self._take(":=")
            body = self._within(parameters, lambda: self._sum(scope))
            self._take("in")
            self._bind(name)
            self._names = self._names.with_tensor(name, len(parameters))
            yield name, parameters, body

    def _within(self, bound: Sequence[str], read: Callable[[], Node]) -> Node:
        around = self._names
        for name in bound:
            self._bind(name)
            self._names = self._names.with_integers(name)
        found = read()
        self._names = around
        return found

    def _bind(self, name: str) -> None:
        """Coq would let one name hide another; who reads the theorem should not have to see that."""
        if name in self._names.integers or name in self._names.tensors:
            raise Unreadable(f"{name} is in scope already")
        self._bound.append(name)

    # ------------------------------------------------------------------ expressions, by precedence
    def _comparison(self, scope: str) -> Node:
        left = self._sum(scope)
        compare = _COMPARED.get(self._here)
        if compare is None:
            raise Unreadable(f"{self._here} is no comparison")
        self._at += 1
        right = self._sum(scope)
        return lambda e: compare(left(e), right(e))

    def _sum(self, scope: str) -> Node:
        found = self._summand(scope)
        while self._here in ("+", "-"):
            sign = 1 if self._here == "+" else -1
            self._at += 1
            found = _added(found, sign, self._summand(scope))
        return found

    def _summand(self, scope: str) -> Node:
        """A sum reaches as far as products do."""
        if self._here != "\\sum[":
            return self._product(scope)
        self._take("\\sum[")
        index = self._name()
        self._take("<")
        extent = self._sum("Z")
        self._take("]")
        body = self._within((index,), lambda: self._summand(scope))
        return lambda e: sum(body({**e, index: value}) for value in range(extent(e)))

    def _product(self, scope: str) -> Node:
        found = self._applied(scope)
        while self._here in ("*", "/"):
            is_product = self._here == "*"
            if scope == "R" and not is_product:
                raise Unreadable("a ring has no quotients")
            self._at += 1
            found = (_times if is_product else _quotient)(found, self._applied(scope))
        return found

    def _applied(self, scope: str) -> Node:
        name = self._here
        if scope == "Z" and name == "Z.max":
            self._take(name)
            a, b = self._atom("Z"), self._atom("Z")
            return lambda e: max(a(e), b(e))
        if scope == "R" and name in self._names.tensors:
            at = self._arguments(self._names.tensors[self._name()])
            return lambda e: e[name](*(i(e) for i in at))
        return self._atom(scope)

    def _arguments(self, number: int) -> list[Node]:
        """Integers where a ring is spoken of: names, or with the scope of integers."""
        found = []
        for _ in range(number):
            if self._here in self._names.integers:
                found.append(self._atom("Z"))
            else:
                if self._here == "(" and self._closing_scope() != "%Z":
                    raise Unreadable("an argument in the scope of the ring")
                found.append(self._atom("Z"))
                self._take("%Z")
        return found

    def _atom(self, scope: str) -> Node:
        token = self._here
        if token == "[?":
            self._take("[?")
            holds = self._comparison("Z")
            self._take("]")
            return lambda e: int(holds(e))
        if token == "[int":
            if scope != "R":
                raise Unreadable("[int ] among integers")
            self._take("[int")
            inside = self._sum("Z")
            self._take("]")
            return inside
        if token == "(":
            self._take("(")
            found = self._negative() if self._here == "-" else self._sum(scope)
            self._take(")")
            return found
        return self._leaf(scope)

    def _negative(self) -> Node:
        self._take("-")
        if not self._here.isdigit():
            raise Unreadable(f"-{self._here}")
        value = -int(self._here)
        self._at += 1
        return lambda e: value

    def _leaf(self, scope: str) -> Node:
        token = self._here
        if token.isdigit():
            if scope == "R" and token not in ("0", "1"):
                raise Unreadable(f"{token} in a ring")
            self._at += 1
            return lambda e: int(token)
        if scope == "Z" and token in self._names.integers:
            self._at += 1
            return lambda e: int(e[token])
        raise Unreadable(f"{token} is nothing of {scope}")


def _added(a: Node, sign: int, b: Node) -> Node:
    return lambda e: a(e) + sign * b(e)


def _times(a: Node, b: Node) -> Node:
    """What is 0 times anything is 0, and everything has a value."""

    def value(e: Environment) -> int:
        first = a(e)
        return first * b(e) if first else 0

    return value


def _quotient(a: Node, b: Node) -> Node:
    """Coq's floor of a quotient, which by 0 is 0."""

    def value(e: Environment) -> int:
        below = b(e)
        return a(e) // below if below else 0

    return value
