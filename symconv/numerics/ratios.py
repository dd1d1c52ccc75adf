"""Exact quotients of nodes: a numerator over a positive number times powers of nodes; nothing is divided yet."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from symconv.numerics.plan import Graph


@dataclass(frozen=True)
class Ratio:
    """numerator / (whole * PROD node**power); no node of the denominator is ever 0 where it counts."""

    numerator: int
    whole: int = 1
    factors: tuple[tuple[int, int], ...] = ()

    @property
    def is_whole(self) -> bool:
        """True where there is nothing to divide by."""
        return self.whole == 1 and not self.factors


def product(graph: Graph, ratios: Iterable[Ratio], source: Any) -> Ratio:
    """The product, over the product of the denominators."""
    parts = list(ratios)
    powers: dict[int, int] = {}
    for part in parts:
        for node, power in part.factors:
            powers[node] = powers.get(node, 0) + power
    numerators = (part.numerator for part in parts)
    return Ratio(
        graph.add("mul", _constants_together(graph, numerators), source),
        math.prod(part.whole for part in parts),
        tuple(sorted(powers.items())),
    )


def power(graph: Graph, base: Ratio, exponent: int, source: Any) -> Ratio:
    """base**exponent for a positive exponent."""
    return Ratio(
        raised(graph, base.numerator, exponent, source),
        base.whole**exponent,
        tuple((node, times * exponent) for node, times in base.factors),
    )


def inverse(graph: Graph, base: Ratio, nonzero: int, source: Any) -> Ratio:
    """1/base, where ``nonzero`` is the numerator of base known not to be 0."""
    number = graph.value(nonzero)
    upper = denominator(graph, base, source)
    if number is None:
        return Ratio(upper, 1, ((nonzero, 1),))
    signed = graph.add("mul", (graph.constant(-1 if number < 0 else 1), upper), source)
    return Ratio(signed, abs(number))


def raised(graph: Graph, node: int, exponent: int, source: Any) -> int:
    """The node of node**exponent."""
    return node if exponent == 1 else graph.add("power", (node, graph.constant(exponent)), source)


def denominator(graph: Graph, ratio: Ratio, source: Any) -> int:
    """The node of the whole denominator."""
    factors = [raised(graph, node, times, source) for node, times in ratio.factors]
    return graph.add("mul", (graph.constant(ratio.whole), *factors), source)


def over_one_denominator(graph: Graph, ratios: Sequence[Ratio], source: Any) -> tuple[list[int], Ratio]:
    """The numerators over the least common denominator, and 1 over that denominator."""
    whole = math.lcm(*(ratio.whole for ratio in ratios))
    powers: dict[int, int] = {}
    for ratio in ratios:
        for node, times in ratio.factors:
            powers[node] = max(times, powers.get(node, 0))
    numerators = []
    for ratio in ratios:
        own = dict(ratio.factors)
        missing = [
            raised(graph, node, times - own.get(node, 0), source)
            for node, times in sorted(powers.items())
            if times > own.get(node, 0)
        ]
        scale = graph.constant(whole // ratio.whole)
        numerators.append(graph.add("mul", _constants_together(graph, (scale, ratio.numerator, *missing)), source))
    return numerators, Ratio(graph.constant(1), whole, tuple(sorted(powers.items())))


def positive(graph: Graph, node: int) -> bool:
    """True where the node is a positive constant or a positive symbol."""
    found = graph.nodes[node]
    return found.leaf > 0 if found.op == "constant" else found.op == "parameter" and found.leaf.is_positive is True


def with_positive_denominator(
    graph: Graph, numerators: Iterable[int], unit: Ratio, source: Any
) -> tuple[list[int], Ratio]:
    """The same quotients with a denominator that is positive whatever the values: for order and absolute value."""
    unsure = [node for node, times in unit.factors if times % 2 and not positive(graph, node)]
    signs = [graph.add("sign", (node,), source) for node in unsure]
    factors = tuple(
        (graph.add("abs", (node,), source) if node in unsure else node, times) for node, times in unit.factors
    )
    return [graph.add("mul", (number, *signs), source) for number in numerators], Ratio(
        unit.numerator, unit.whole, factors
    )


def _constants_together(graph: Graph, nodes: Iterable[int]) -> list[int]:
    others, constant = [], 1
    for node in nodes:
        value = graph.value(node)
        if value is None:
            others.append(node)
        else:
            constant *= value
    return [graph.constant(constant), *others]
