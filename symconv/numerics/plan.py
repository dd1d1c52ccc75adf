"""Plans: an expression as a flat list of integer steps, shared sub-expressions once, apart from any execution.

A value of a plan is a number: first the constants, then the parameters in the order of their names, then one value
for each step, computed from earlier values. Everything is an integer or a truth value; a fraction is two integers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from symconv.numerics.integers import OPERATIONS, NoValueError

#: Operations that leave a single argument as it is, with the neutral element that they drop.
NEUTRAL: dict[str, int | bool | None] = {"add": 0, "mul": 1, "max": None, "min": None, "and": True, "or": False}


@dataclass(frozen=True)
class Step:
    """One operation on earlier values; ``source`` is the sub-expression that asked for it, for messages."""

    op: str
    args: tuple[int, ...]
    source: Any = field(compare=False)


@dataclass(frozen=True)
class Plan:
    """Constants, parameters (SymPy symbols, sorted by name), steps, and per result its (numerator, denominator)."""

    constants: tuple[int, ...]
    symbols: tuple[Any, ...]
    steps: tuple[Step, ...]
    outputs: tuple[tuple[int, int | None], ...]

    def __str__(self) -> str:
        names = [*map(str, self.constants), *(symbol.name for symbol in self.symbols)]
        lines = []
        for number, step in enumerate(self.steps):
            lines.append(f"t{number} = {step.op}({', '.join(names[i] for i in step.args)})")
            names.append(f"t{number}")
        results = (names[n] if d is None else f"{names[n]}/{names[d]}" for n, d in self.outputs)
        return "\n".join([*lines, f"result: {', '.join(results)}"])


@dataclass(frozen=True)
class Node:
    """A node while a plan grows: a constant or a parameter bears its ``leaf``, a step its arguments."""

    op: str
    args: tuple[int, ...] = ()
    leaf: Any = None
    source: Any = field(default=None, compare=False)


class Graph:
    """Nodes, each once: equal operations on equal arguments are one node, and constants are folded."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._numbers: dict[tuple[Any, ...], int] = {}

    def _number(self, node: Node) -> int:
        # True == 1 in Python, so the type is part of the key
        key = (node.op, node.args, type(node.leaf), node.leaf)
        if key not in self._numbers:
            self._numbers[key] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[key]

    def constant(self, value: int) -> int:
        """The node of a number or truth value."""
        return self._number(Node("constant", leaf=value))

    def parameter(self, symbol: Any) -> int:
        """The node of a symbol."""
        return self._number(Node("parameter", leaf=symbol))

    def value(self, number: int) -> int | None:
        """The constant that the node is, or None."""
        node = self.nodes[number]
        return node.leaf if node.op == "constant" else None

    def add(self, op: str, args: Iterable[int], source: Any) -> int:
        """The node of an operation, folded where it can be."""
        kept = tuple(args)
        if op in NEUTRAL:
            kept = tuple(a for a in kept if self.value(a) is None or self.value(a) != NEUTRAL[op]) or kept[:1]
            if len(kept) == 1:
                return kept[0]
        known = [self.value(a) for a in kept]
        if None not in known:
            try:
                return self.constant(OPERATIONS[op](*known))
            except NoValueError:
                pass  # an error of the values is raised when the plan runs, if it runs there at all
        return self._number(Node(op, kept, source=source))

    def freeze(self, outputs: Iterable[tuple[int, int | None]], symbols: tuple[Any, ...]) -> Plan:
        """The plan of what the outputs need."""
        results = tuple(outputs)
        needed = self._needed(number for pair in results for number in pair if number is not None)
        constants = [n for n in needed if self.nodes[n].op == "constant"]
        steps = [n for n in needed if self.nodes[n].op not in ("constant", "parameter")]
        places = {n: place for place, n in enumerate(constants)}
        places |= {self._number(Node("parameter", leaf=symbol)): len(constants) + k for k, symbol in enumerate(symbols)}
        places |= {n: len(constants) + len(symbols) + place for place, n in enumerate(steps)}
        return Plan(
            tuple(self.nodes[n].leaf for n in constants),
            symbols,
            tuple(
                Step(node.op, tuple(places[a] for a in node.args), node.source)
                for node in (self.nodes[n] for n in steps)
            ),
            tuple((places[n], None if d is None else places[d]) for n, d in results),
        )

    def _needed(self, roots: Iterable[int]) -> list[int]:
        found, waiting = set(), list(roots)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting.extend(self.nodes[number].args)
        return sorted(found)  # a node is younger than its arguments
