"""Random sums of products as trees of their own: written as text, and evaluated with lexical scopes by plain loops."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from oracles.propositions import Tensors

#: Free names and what they may be.
SIZES = {"K": (1, 3), "L": (1, 2), "p": (0, 2), "z": (-2, 2)}
SAMPLES = st.fixed_dictionaries({name: st.integers(*ends) for name, ends in SIZES.items()})
EXTENTS = ("K", "L", "2", "K - p", "K + L - 2")
LETTERS = "uvt"


@dataclass(frozen=True)
class Node:
    """``kind`` with its parts: integers as Python computes them, sums and products of tensors and brackets."""

    kind: str
    parts: tuple[Any, ...]

    def text(self) -> str:
        """The node in the grammar, with parentheses around every sum and around what an index sum binds."""
        match self.kind, self.parts:
            case "formula", (text,):
                return f"({text})"
            case ("bracket", (text,)):
                return f"[{text}]"
            case "entry", (tensor, at):
                return f"{tensor}[{', '.join(at)}]"
            case "total", (names, extents, body):
                ranges = ", ".join(f"{n} < {e}" for n, e in zip(names, extents, strict=True))
                return f"(sum({ranges}) {body.text()})"
            case "power", (body, exponent):
                return f"({body.text()})**{exponent}"
            case kind, parts:
                return f"({_SIGNS[kind].join(part.text() for part in parts)})"

    def value(self, at: Mapping[str, int], tensors: Tensors) -> Fraction:
        """The value of the node where its free names have the values ``at``."""
        match self.kind, self.parts:
            case "formula", (text,):
                return Fraction(_python(text, at))
            case "bracket", (text,):
                return Fraction(int(_python(text.replace(" = ", " == "), at)))
            case "entry", (tensor, places):
                return Fraction(tensors(tensor, tuple(_python(e, at) for e in places)))
            case "total", (names, extents, body):
                points: list[dict[str, int]] = [{}]
                for n, e in zip(names, extents, strict=True):
                    points = [{**p, n: v} for p in points for v in range(_python(e, at))]
                return sum((body.value({**at, **p}, tensors) for p in points), Fraction(0))
            case "power", (body, exponent):
                return Fraction(body.value(at, tensors) ** exponent)
            case "add", parts:
                return sum((part.value(at, tensors) for part in parts), Fraction(0))
            case "subtract", (one, other):
                return one.value(at, tensors) - other.value(at, tensors)
            case _, parts:
                return math.prod((part.value(at, tensors) for part in parts), start=Fraction(1))


_SIGNS = {"add": " + ", "subtract": " - ", "multiply": "*"}


def _python(text: str, at: Mapping[str, int]) -> int:
    """The texts of this module are Python's too."""
    return int(eval(text, {"__builtins__": {}, "max": max, "min": min}, dict(at)))


@st.composite
def formulas(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    """An integer of the names in scope."""
    one, other = (draw(st.sampled_from((*names, "K", "z", "1"))) for _ in range(2))
    shapes = ("{0}", "{0} + 2*{1}", "{0} - {1}", "{0}*{1} - 1", "{0}//2", "({0} - {1}) % 3", "max({0}, {1})", "-{0}")
    return draw(st.sampled_from(shapes)).format(one, other)


@dataclass(frozen=True)
class Words:
    """What a text may use: tensors with their numbers of indices, free names, letters to bind, and extents."""

    tensors: Mapping[str, int]
    names: tuple[str, ...] = ()
    letters: str = LETTERS
    extents: tuple[str, ...] = EXTENTS


_LEAVES = ("entry", "entry", "bracket", "formula")
_INNER = (*_LEAVES, "add", "subtract", "multiply", "multiply", "total", "total", "power")


@st.composite
def sums(draw: st.DrawFn, words: Words, depth: int = 3) -> Node:
    """A tree of the words; letters are bound again and again, beside one another and inside."""
    kind = draw(st.sampled_from(_INNER if depth else _LEAVES))
    formula = formulas(words.names)
    if kind == "entry":
        tensor = draw(st.sampled_from(sorted(words.tensors)))
        return Node(kind, (tensor, tuple(draw(formula) for _ in range(words.tensors[tensor]))))
    if kind == "formula":
        return Node(kind, (draw(formula),))
    if kind == "bracket":
        shape = draw(st.sampled_from(("{0} = {1}", "{0} >= {1}", "{0} < {1}", "0 <= {1} < K", "{0} <= {1} < {0} + L")))
        return Node(kind, (shape.format(draw(formula), draw(formula)),))
    if kind == "total":
        bound = draw(st.lists(st.sampled_from(words.letters), min_size=1, max_size=2, unique=True))
        extents = tuple(draw(st.sampled_from(words.extents)) for _ in bound)
        inside = replace(words, names=(*words.names, *bound))
        return Node(kind, (tuple(bound), extents, draw(sums(inside, depth - 1))))
    if kind == "power":
        tensor_like = sums(words, depth - 1).filter(lambda n: n.kind in ("total", "entry"))
        return Node(kind, (draw(tensor_like), 2))
    return Node(kind, tuple(draw(sums(words, depth - 1)) for _ in range(2)))
