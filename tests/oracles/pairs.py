"""Random pairs of sums that are equal: layers, and what rewriting one side or both makes of them.

A pair is made of the terms of formal statements; it is written as a text of the grammar, and evaluated as a statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from oracles.layer_sums import Terms, World, base
from oracles.rewrites import REWRITES, with_ranges
from symconv.prover.polynomial import ONE, Polynomial, variable
from symconv.prover.sequent import Bracket, Term


@dataclass(frozen=True)
class Pair:
    """Two sides, the rewrites that made them, and the names' roles."""

    world: World
    left: Terms
    right: Terms
    made: tuple[str, ...]

    @property
    def text(self) -> str:
        """The proposition in the grammar; sums of tensors stand together on the left and apart on the right."""
        heads = ", ".join(f"{i} < {n}" for i, n in self.world.free)
        left = " + ".join(_text(self.world, t) for t in self.left) or "0"
        right = " + ".join(_text(self.world, t) for t in self.expanded(self.right)) or "0"
        return f"{f'for {heads}: ' if heads else ''}{left} = {right}"

    @property
    def sequent(self) -> dict[str, Any]:
        """The formal statement."""
        names = set[str]().union(*(t.names - t.binders for t in (*self.left, *self.right)))
        names |= {name for _, n in self.world.free for name in n.names}
        free = {i for i, _ in self.world.free}
        least = [variable(n) - (0 if n in self.world.counts else 1) for n in sorted(names - free)]
        inside = [p for i, n in self.world.free for p in (variable(i), n - 1 - variable(i))]
        return {
            "defined": [],
            "assume": [p.json() for p in least + inside],
            "left": [t.json() for t in self.expanded(self.left)],
            "right": [t.json() for t in self.expanded(self.right)],
        }

    def expanded(self, terms: Terms) -> Terms:
        """Terms in which no tensor is a sum of two."""
        for whole, parts in self.world.sums.items():
            terms = tuple(_renamed_tensor(t, whole, part) for t in terms for part in _parts(t, whole, parts))
        return terms


def _parts(term: Term, whole: str, parts: tuple[str, str]) -> tuple[str, ...]:
    return parts if any(t == whole for t, _ in term.factors) else (whole,)


def _renamed_tensor(term: Term, old: str, new: str) -> Term:
    return replace(term, factors=tuple((new if t == old else t, at) for t, at in term.factors))


# Text


def _text(world: World, term: Term) -> str:
    """The term; what does not depend on the innermost sums may stand before them."""
    floors: dict[str, str] = {}

    def shown(p: Polynomial) -> str:
        return re.sub(r"[A-Za-z_]\w*", lambda found: floors.get(found[0], found[0]), str(p))

    for q in term.quotients:
        floors[q.name] = f"(({shown(q.a)})//({shown(q.b)}))"
    parts: list[tuple[frozenset[str], str]] = []
    for tensor, at in term.factors:
        names = _deep(term, at)
        whole = world.sums.get(tensor)
        read = [f"{t}[{', '.join(map(shown, at))}]" for t in whole or (tensor,)]
        parts.append((names, f"({' + '.join(read)})" if whole else read[0]))
    for b in term.brackets:
        parts.append((_deep(term, [b.p]), f"[{shown(b.p)} {b.kind} 0]"))
    if term.coefficient != ONE or not parts:
        parts.append((_deep(term, [term.coefficient]), f"({shown(term.coefficient)})"))
    return _nested(world, list(term.ranges), parts)


def _deep(term: Term, polynomials: Sequence[Polynomial]) -> frozenset[str]:
    """The names in polynomials, and those in the floors that they use."""
    names = frozenset[str]().union(*(p.names for p in polynomials))
    for q in reversed(term.quotients):
        if q.name in names:
            names |= q.a.names
    return names


def _nested(world: World, ranges: list[tuple[str, Polynomial]], parts: list[tuple[frozenset[str], str]]) -> str:
    if not ranges:
        return "*".join(text for _, text in parts)
    outer = ranges if world.chance(0.6) else ranges[: world.random.randint(1, len(ranges))]
    inner = ranges[len(outer) :]
    late = {v for v, _ in inner}
    here = [text for names, text in parts if inner and names.isdisjoint(late)]
    rest = [part for part in parts if not (inner and part[0].isdisjoint(late))]
    body = _nested(world, inner, rest or [(frozenset(), "1")])
    sums = ", ".join(f"{v} < {n}" for v, n in outer)
    return f"(sum({sums}) {'*'.join([*here, body])})"


def true_pair(seed: int, most: int = 4) -> Pair:
    """A layer on both sides, and 1 to ``most`` rewrites of one or of both."""
    world = World(Random(seed))
    terms = base(world)
    sides = [terms, terms]
    made: list[str] = []
    wanted = world.random.randint(1, most)
    while len(made) < wanted:
        side, name = world.random.randrange(2), world.pick(list(REWRITES))
        place = world.random.randrange(len(sides[side]))
        new = REWRITES[name](world, sides[side][place])
        if new is not None:
            sides[side] = (*sides[side][:place], *new, *sides[side][place + 1 :])
            made.append(f"{name} {'left' if side == 0 else 'right'}")
    return Pair(world, sides[0], sides[1], tuple(made))


def broken(world: World, term: Term) -> Term | None:
    """An index, a bound, a sign, a coefficient or a bracket changed."""
    kind = world.pick(("index", "index", "extent", "coefficient", "bracket", "no bracket"))
    if kind == "index" and any(at for _, at in term.factors):
        f = world.pick([f for f, (_, at) in enumerate(term.factors) if at])
        tensor, at = term.factors[f]
        k = world.random.randrange(len(at))
        new = (*at[:k], _another(world, term, at[k]), *at[k + 1 :])
        return replace(term, factors=(*term.factors[:f], (tensor, new), *term.factors[f + 1 :]))
    if kind == "extent" and term.ranges:
        v, n = world.pick(term.ranges)
        return with_ranges(term, v, [(v, world.pick((n + 1, n - 1, 2 * n, n + variable("e"))))])
    if kind == "coefficient":
        return replace(term, coefficient=world.pick((-term.coefficient, term.coefficient * 2, term.coefficient + 1)))
    if kind in ("bracket", "no bracket") and term.brackets:
        i = world.random.randrange(len(term.brackets))
        b = term.brackets[i]
        new_brackets = () if kind == "no bracket" else (Bracket(b.kind, _another(world, term, b.p)),)
        return replace(term, brackets=(*term.brackets[:i], *new_brackets, *term.brackets[i + 1 :]))
    return None


def _another(world: World, term: Term, p: Polynomial) -> Polynomial:
    """A number more or less, a sign, a stride or a name changed."""
    if not p.names or world.chance(0.4):
        return p + world.pick((ONE, -ONE, variable("e"), -variable("e")))
    monomial = world.pick(list(p.terms))
    part = Polynomial({monomial: p.terms[monomial]})
    old = world.pick(sorted(p.names))
    others = [v for v, _ in (*term.ranges, *world.free) if v != old] or ["e"]
    changes = (p - 2 * part, p + part, p - part + part * variable("e"), p.put({old: variable(world.pick(others))}))
    return world.pick(changes)


def false_pair(seed: int, most: int = 4) -> Pair:
    """A pair of which one term was changed after the rewrites; it may still be true."""
    pair = true_pair(seed, most)
    sides = [pair.left, pair.right]
    while True:
        side = pair.world.random.randrange(2)
        place = pair.world.random.randrange(len(sides[side]))
        new = broken(pair.world, sides[side][place])
        if new is not None and new != sides[side][place]:
            sides[side] = (*sides[side][:place], new, *sides[side][place + 1 :])
            return Pair(pair.world, sides[0], sides[1], (*pair.made, "broken"))
