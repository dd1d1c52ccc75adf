"""Random sums that layers compute: convolutions, their transposes, products of matrices, pooling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from symconv.prover.polynomial import ONE, Polynomial, constant, variable
from symconv.prover.sequent import Bracket, Factor, Term

Terms = tuple[Term, ...]


@dataclass
class World:
    """The names of a pair: sizes from 1, counts from 0, free indices with their extents."""

    random: Random
    counts: list[str] = field(default_factory=list)
    free: list[tuple[str, Polynomial]] = field(default_factory=list)
    sums: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: int = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, things: Sequence[Any]) -> Any:
        return things[self.random.randrange(len(things))]

    def shuffled(self, things: Sequence[Any]) -> list[Any]:
        return self.random.sample(list(things), len(things))

    def name(self, stem: str) -> str:
        self.used += 1
        return f"{stem}{self.used}"


def _bound(world: World, stem: str, share: float = 0.35) -> Polynomial:
    """An extent, which is a product now and then."""
    if world.chance(share):
        return variable(f"{stem}a") * variable(f"{stem}b")
    return variable(stem)


def convolution(world: World) -> Terms:
    """A layer in one or two dimensions: stride, dilation, padding, and channels that are dense, grouped or single."""
    ranges: list[tuple[str, Polynomial]] = []
    brackets: list[Bracket] = []
    kernel, read = _channels(world, ranges)
    for axis in world.pick(("", "", "h w")).split() or [""]:
        y, a = variable(f"y{axis}"), variable(f"a{axis}")
        world.free.append((f"y{axis}", variable(f"n{axis}")))
        ranges.append((f"a{axis}", _bound(world, f"k{axis}")))
        at = y * (variable(f"s{axis}") if world.chance(0.6) else ONE)
        at = at + a * (variable(f"d{axis}") if world.chance(0.5) else ONE)
        if world.chance(0.5):
            world.counts.append(f"p{axis}")
            at = at - variable(f"p{axis}")
            brackets += [Bracket(">=", at), Bracket(">=", variable(f"h{axis}") - 1 - at)]
        kernel.append(a)
        read.append(at)
    factors: list[Factor] = [("W", tuple(kernel)), ("X", tuple(read))]
    return (Term(ONE, tuple(ranges), (), tuple(brackets), tuple(factors)),)


def _channels(world: World, ranges: list[tuple[str, Polynomial]]) -> tuple[list[Polynomial], list[Polynomial]]:
    """Indices of kernel and input before those of space."""
    o, c, g, r = map(variable, ("o", "c", "g", "r"))
    match world.pick(("none", "dense", "groups", "single")):
        case "none":
            return [], []
        case "dense":
            world.free.append(("o", variable("c_o")))
            ranges.append(("c", _bound(world, "c_i")))
            return [o, c], [c]
        case "groups":
            world.free += [("g", variable("G")), ("r", variable("og"))]
            ranges.append(("c", variable("cg")))
            return [g * variable("og") + r, c], [g * variable("cg") + c]
    world.free.append(("c", variable("c_i")))
    return [c], [c]


def transposed(world: World) -> Terms:
    """Each input is spread over the outputs that it reaches."""
    s, d = (variable(n) if world.chance(0.6) else ONE for n in "sd")
    world.free.append(("t", variable("h")))
    y, a, t = map(variable, "yat")
    equation = t - s * y - d * a
    if world.chance(0.5):
        world.counts.append("p")
        equation = equation + variable("p")
    ranges = (("y", _bound(world, "n")), ("a", _bound(world, "k")))
    return (Term(ONE, ranges, (), (Bracket("=", equation),), (("W", (a,)), ("X", (y,)))),)


def dot(world: World) -> Terms:
    """A product of two or three matrices."""
    world.free += [("i", variable("m")), ("j", variable("n"))]
    i, j, a, b = map(variable, "ijab")
    if world.chance(0.5):
        return (Term(ONE, (("a", _bound(world, "k", 0.5)),), (), (), (("A", (i, a)), ("X", (a, j)))),)
    ranges = (("a", _bound(world, "k")), ("b", _bound(world, "l")))
    return (Term(ONE, ranges, (), (), (("A", (i, a)), ("X", (a, b)), ("B", (b, j)))),)


def pooling(world: World) -> Terms:
    """A sum over windows, times a scalar."""
    world.free += [("c", variable("C")), ("y", variable("n"))]
    c, y, a = map(variable, "cya")
    at = y * (variable("s") if world.chance(0.7) else variable("k")) + a
    brackets: tuple[Bracket, ...] = ()
    if world.chance(0.4):
        world.counts.append("p")
        at = at - variable("p")
        brackets = (Bracket(">=", at), Bracket(">=", variable("h") - 1 - at))
    scalar: tuple[Factor, ...] = (("r", ()),) if world.chance(0.7) else ()
    if world.chance(0.4):
        world.free.append(("x", variable("nw")))
        ranges = (("a", variable("k")), ("b", variable("l")))
        read = (c, at, variable("sw") * variable("x") + variable("b"))
        return (Term(ONE, ranges, (), brackets, (*scalar, ("X", read))),)
    return (Term(ONE, (("a", variable("k")),), (), brackets, (*scalar, ("X", (c, at)))),)


LAYERS: tuple[Callable[[World], Terms], ...] = (convolution, convolution, convolution, transposed, dot, pooling)


def base(world: World) -> Terms:
    """The terms of a layer, some with a bias or a constant, or on a sum of two inputs."""
    terms = world.pick(LAYERS)(world)
    if world.chance(0.2):
        world.sums["X"] = ("X1", "X2")
    if world.chance(0.15):
        terms = (*terms, Term(ONE, factors=(("bias", (variable(world.free[0][0]),)),)))
    if world.chance(0.4):
        factor = world.pick((constant(2), constant(-1), variable("e"), variable("f"), variable("e") * variable("f")))
        terms = tuple(replace(t, coefficient=t.coefficient * factor) for t in terms)
    return terms
