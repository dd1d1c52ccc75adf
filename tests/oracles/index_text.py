"""Texts in index notation run by PyTorch: a reading of the grammar of its own, which shares no line with symconv.

A text becomes a function of an environment.  Every index that a ``for`` or ``sum`` binds is an axis of its own, put in
front of the axes already there, so that broadcasting does what nested loops would do.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

Read = Callable[[str, tuple[Tensor, ...]], Tensor]


@dataclass(frozen=True)
class Environment:
    """What names stand for, how many axes are bound, and how an entry of a tensor is read."""

    names: Mapping[str, Tensor]
    read: Read
    axes: tuple[int, ...] = ()

    def bind(self, name: str, extent: int) -> Environment:
        axis = torch.arange(max(extent, 0)).reshape(-1, *[1] * len(self.axes))
        return replace(self, names={**self.names, name: axis}, axes=(max(extent, 0), *self.axes))

    def spread(self, value: Tensor, outer: int) -> Tensor:
        """``value`` with every axis bound since there were ``outer`` ones."""
        new = self.axes[: len(self.axes) - outer]
        return value.expand(torch.broadcast_shapes(value.shape, (*new, *[1] * outer)))


Node = Callable[[Environment], Tensor]


@dataclass(frozen=True)
class Definition:
    """``name = body``, or ``name[parameters] = body``."""

    name: str
    parameters: tuple[str, ...] | None
    body: Node


_TOKEN = re.compile(r"\s*(?:([A-Za-z]\w*)|(\d+)|(\*\*|//|<=|>=|[-+*/%<>=(),:\[\]]))")
_TEST: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "divides": lambda a, b: b % a == 0,
}
_TIMES: dict[str, Callable[[Any, Any], Any]] = {
    "*": operator.mul,
    "/": operator.truediv,
    "//": lambda a, b: torch.div(a, b, rounding_mode="floor"),
    "%": torch.remainder,
}
_FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "ceil": lambda a: torch.ceil(a).long(),
    "ceiling": lambda a: torch.ceil(a).long(),
    "floor": lambda a: torch.floor(a).long(),
    "Mod": torch.remainder,
}


@dataclass
class Reader:
    """Recursive descent over one text; ``bound`` and ``seen`` collect the names."""

    text: str
    definitions: Mapping[str, Definition]
    bound: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tokens, at = [], 0
        while at < len(self.text.rstrip()):
            found = _TOKEN.match(self.text, at)
            if not found:
                raise ValueError(self.text[at:])
            self.tokens.append(found[0].strip())
            at = found.end()
        self.tokens.append("")

    def take(self, *wanted: str) -> str:
        if wanted and self.tokens[0] not in wanted:
            raise ValueError(f"{self.tokens[0]!r} stands where one of {wanted} was expected in {self.text!r}")
        return self.tokens.pop(0)

    def met(self, *wanted: str) -> bool:
        return self.tokens[0] in wanted

    def proposition(self) -> tuple[list[tuple[str, Node]], Node, Node]:
        ranges = []
        if self.met("for"):
            self.take()
            ranges = self.ranges(":")
        left = self.addition()
        self.take("=")
        right = self.addition()
        self.take("", "if")  # what stands behind "if" is for the caller
        return ranges, left, right

    def definition(self) -> Definition:
        name, parameters = self.take(), None
        if self.met("["):
            self.take()
            parameters = tuple(self.several(self.take, "]"))
        self.take("=")
        body = self.addition()
        self.take("")
        return Definition(name, parameters, body)

    def condition(self) -> Node:
        found = self.chain()
        self.take("")
        return found

    def several(self, read: Callable[[], Any], end: str) -> list[Any]:
        found = [] if self.met(end) else [read()]
        while not self.met(end):
            self.take(",")
            found.append(read())
        self.take(end)
        return found

    def ranges(self, end: str) -> list[tuple[str, Node]]:
        def one() -> tuple[str, Node]:
            name = self.take()
            self.bound.add(name)
            self.take("<")
            return name, self.addition()

        return self.several(one, end)

    def addition(self) -> Node:
        found = self.product()
        while self.met("+", "-"):
            sign = {"+": operator.add, "-": operator.sub}[self.take()]
            found = _both(sign, found, self.product())
        return found

    def product(self) -> Node:
        found = self.power()
        while self.met(*_TIMES):
            found = _both(_TIMES[self.take()], found, self.power())
        return found

    def power(self) -> Node:
        if self.met("-"):
            self.take()
            inner = self.power()
            return lambda e: -inner(e)
        found = self.atom()
        if not self.met("**"):
            return found
        self.take()
        return _both(operator.pow, found, self.atom())

    def atom(self) -> Node:
        token = self.take()
        if token.isdigit():
            number = torch.tensor(int(token))
            return lambda e: number
        if token == "(":
            inner = self.addition()
            self.take(")")
            return inner
        if token == "[":
            inner = self.chain()
            self.take("]")
            return lambda e: inner(e).long()
        if token == "sum":
            self.take("(")
            return _total(self.ranges(")"), self.product())
        if token in _FUNCTIONS:
            self.take("(")
            arguments = self.several(self.addition, ")")
            return lambda e: _FUNCTIONS[token](*(a(e) for a in arguments))
        if self.met("["):
            self.take()
            return self.entry(token, self.several(self.addition, "]"))
        if not token.isidentifier():
            raise ValueError(f"{token!r} stands where a value was expected in {self.text!r}")
        self.seen.add(token)
        return lambda e: e.names[token]

    def entry(self, tensor: str, at: Sequence[Node]) -> Node:
        defined = self.definitions.get(tensor)
        if defined is None:
            return lambda e: e.read(tensor, tuple(i(e) for i in at))
        own = dict(zip(defined.parameters, at, strict=True))
        return lambda e: defined.body(replace(e, names={**e.names, **{p: i(e) for p, i in own.items()}}))

    def chain(self) -> Node:
        found, left = None, self.addition()
        while self.met(*_TEST) or found is None:
            test, right = _TEST[self.take(*_TEST)], self.addition()
            step = _both(test, left, right)
            found, left = step if found is None else _both(operator.and_, found, step), right
        return found


def _both(do: Callable[[Any, Any], Any], left: Node, right: Node) -> Node:
    return lambda e: do(left(e), right(e))


def _total(ranges: Sequence[tuple[str, Node]], body: Node) -> Node:
    def run(e: Environment) -> Tensor:
        inside = e
        for name, extent in ranges:
            inside = inside.bind(name, int(extent(e)))
        return inside.spread(body(inside), len(e.axes)).sum(tuple(range(len(ranges))))

    return run
