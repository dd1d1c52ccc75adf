"""Random pairs of sums that are equal: layers, and what rewriting one side or both makes of them.

A pair is made of the terms of formal statements; it is written as a text of the grammar, and evaluated as a statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from symconv.prover.polynomial import ONE, ZERO, Polynomial, constant, variable
from symconv.prover.sequent import Bracket, Factor, Quotient, Term

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


# Layers


def polynomial(text: str) -> Polynomial:
    """Read "n*k - 2*i - 1"."""
    total = ZERO
    for sign, body in re.findall(r"([+-]?)([^+-]+)", text.replace(" ", "")):
        part = ONE
        for name in body.split("*"):
            part = part * (int(name) if name.isdigit() else variable(name))
        total = total + (-part if sign == "-" else part)
    return total


def _bound(world: World, stem: str, share: float = 0.25) -> Polynomial:
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
    if world.chance(0.2):
        factor = world.pick((constant(2), constant(-1), variable("e"), variable("e") * variable("f")))
        terms = tuple(replace(t, coefficient=t.coefficient * factor) for t in terms)
    return terms


# Rewrites: each gives terms with the same sum, or None where it does not apply

Rewrite = Callable[[World, Term], Terms | None]


def reordered(world: World, term: Term) -> Terms:
    """New names for what is bound, everything in another order, equations the other way round."""
    names = {v: world.name(v[0]) for v, _ in term.ranges}
    put = term.put({old: variable(new) for old, new in names.items()})
    brackets = [Bracket("=", -b.p) if b.kind == "=" and world.chance(0.5) else b for b in put.brackets]
    return (
        replace(
            put,
            ranges=tuple(world.shuffled([(names[v], n) for v, n in put.ranges])),
            brackets=tuple(world.shuffled(brackets)),
            factors=tuple(world.shuffled(put.factors)),
        ),
    )


def split(world: World, term: Term) -> Terms | None:
    """A range of N*M numbers by its digits."""
    found = [(v, n) for v, n in term.ranges if len(n.terms) == 1 and n.degree > 1]
    if not found:
        return None
    v, n = world.pick(found)
    ((names, c),) = n.terms.items()
    names = tuple(world.shuffled(names))
    N, M = Polynomial({tuple(sorted(names[1:])): c}), variable(names[0])
    q, r = world.name("q"), world.name("r")
    put = term.put({v: variable(q) * M + variable(r)})
    return (_with_ranges(put, v, [(q, N), (r, M)]),)


def merged(world: World, term: Term) -> Terms | None:
    """Two ranges as one, whose digits are a floor and a rest."""
    found = [(v, w) for v in term.ranges for w in term.ranges if v != w and len(w[1].terms) == 1]
    if not found:
        return None
    (v, N), (w, M) = world.pick(found)
    t, q = world.name("t"), world.name("q")
    put = term.put({v: variable(q), w: variable(t) - M * variable(q)})
    rest = tuple(x for x in put.ranges if x[0] not in (v, w))
    return (replace(put, ranges=(*rest, (t, N * M)), quotients=(Quotient(q, variable(t), M), *put.quotients)),)


def reversed_range(world: World, term: Term) -> Terms | None:
    """A range from its other end."""
    if not term.ranges:
        return None
    v, n = world.pick(term.ranges)
    return (term.put({v: n - 1 - variable(v)}),)


def shifted(world: World, term: Term) -> Terms | None:
    """A range that starts later or ends later, with the brackets that say so."""
    if not term.ranges:
        return None
    v, n = world.pick(term.ranges)
    before, behind = (_distance(world) for _ in range(2))
    old = variable(v) - before
    put = _with_ranges(term.put({v: old}), v, [(v, n + before + behind)])
    brackets = [Bracket(">=", old)] if before != ZERO or world.chance(0.2) else []
    brackets += [Bracket(">=", n - 1 - old)] if behind != ZERO or world.chance(0.5) else []
    return (replace(put, brackets=(*put.brackets, *brackets)),)


def _distance(world: World) -> Polynomial:
    match world.random.randrange(4):
        case 0:
            return ZERO
        case 1:
            return constant(world.random.randint(1, 3))
        case 2:
            return variable("e")
    if "z" not in world.counts:
        world.counts.append("z")
    return variable("z")


def introduced(world: World, term: Term) -> Terms | None:
    """A new index for the place at which a tensor is read."""
    places = [(f, k) for f, (_, at) in enumerate(term.factors) for k in range(len(at))]
    world.random.shuffle(places)
    for f, k in places:
        tensor, at = term.factors[f]
        p = at[k]
        if p.names & term.quotient_names:
            continue
        known, most = _extent_of(world, term, p)
        if most is None:
            continue
        u = world.name("u")
        factors = list(term.factors)
        factors[f] = (tensor, (*at[:k], variable(u), *at[k + 1 :]))
        brackets = [b for place, b in enumerate(term.brackets) if place not in known or world.chance(0.3)]
        return (
            replace(
                term,
                ranges=(*term.ranges, (u, most)),
                brackets=(*brackets, Bracket("=", variable(u) - p)),
                factors=tuple(factors),
            ),
        )
    return None


def _extent_of(world: World, term: Term, p: Polynomial) -> tuple[list[int], Polynomial | None]:
    """An extent h with 0 <= p < h, and the brackets that say so."""
    low = [i for i, b in enumerate(term.brackets) if b == Bracket(">=", p)]
    for i, b in enumerate(term.brackets):
        h = b.p + p + 1
        if low and b.kind == ">=" and h.names.isdisjoint(term.binders | p.names):
            return [low[0], i], h
    most = _most(world, term, p)
    return [], None if most is None else most + 1


def _most(world: World, term: Term, p: Polynomial) -> Polynomial | None:
    """The greatest value of a polynomial that only grows with its indices, from 0 on."""
    extents = {**dict(term.ranges), **dict(world.free)}
    if any(c < 0 for c in p.terms.values()) or not p.names & extents.keys():
        return None
    return p.put({v: extents[v] - 1 for v in p.names if v in extents})


def eliminated(world: World, term: Term) -> Terms | None:
    """An index that an equation determines goes."""
    for i, b in enumerate(term.brackets):
        for v, n in world.shuffled(term.ranges):
            rest = b.p.without(v) if b.kind == "=" else None
            if rest is None or rest.names & term.quotient_names:
                continue
            e = -rest * b.p.coefficient(v)
            others = replace(term, brackets=tuple(x for k, x in enumerate(term.brackets) if k != i))
            put = _with_ranges(others.put({v: e}), v, [])
            return (replace(put, brackets=(*put.brackets, Bracket(">=", e), Bracket(">=", n - 1 - e))),)
    return None


def bracketed(world: World, term: Term) -> Terms | None:
    """A bracket more, which the ranges and the other brackets imply."""
    found = [Bracket(">=", variable(v)) for v, _ in term.ranges]
    found += [Bracket(">=", n - 1 - variable(v)) for v, n in term.ranges]
    found += [Bracket(">=", b.p + world.random.randint(1, 2)) for b in term.brackets if b.kind == ">="]
    found += [Bracket(">=", p) for _, at in term.factors for p in at if _most(world, term, p) is not None]
    found += [
        Bracket(">=", most - p)
        for _, at in term.factors
        for p in at
        if (most := _most(world, term, p)) is not None and p.names.isdisjoint(term.quotient_names)
    ]
    new = [b for b in found if b not in term.brackets]
    return (replace(term, brackets=(*term.brackets, world.pick(new))),) if new else None


def scaled(world: World, term: Term) -> Terms | None:
    """A size in the coefficient as a sum over an index that nothing reads."""
    if len(term.coefficient.terms) != 1 or not term.coefficient.names:
        return None
    ((names, c),) = term.coefficient.terms.items()
    z = world.name("z")
    size, *others = names
    return (replace(term, coefficient=Polynomial({tuple(others): c}), ranges=(*term.ranges, (z, variable(size)))),)


def distributed(world: World, term: Term) -> Terms:
    """A coefficient as a sum of two, and a term for each."""
    part = world.pick((ONE, constant(3), variable("e")))
    return (replace(term, coefficient=part), replace(term, coefficient=term.coefficient - part))


def in_cases(world: World, term: Term) -> Terms | None:
    """Where a condition holds, and where it does not."""
    names = [v for v, _ in term.ranges] + [i for i, _ in world.free]
    if not names:
        return None
    p = variable(world.pick(names)) - world.pick((constant(1), constant(2), variable("e"), variable(world.pick(names))))
    if p.is_constant:
        return None
    return tuple(replace(term, brackets=(*term.brackets, Bracket(">=", side))) for side in (p, -p - 1))


def stuffed(world: World, term: Term) -> Terms | None:
    """A range with zeros between its numbers: only multiples of e count."""
    if not term.ranges:
        return None
    v, n = world.pick(term.ranges)
    weights = [_weight(p, v) for _, at in term.factors for p in at]
    e = world.pick([w for w in weights if w is not None and len(w.names) == 1] or [variable("e")])
    t, q = world.name("t"), world.name("q")
    extent = e * (n - 1) + 1
    if world.chance(0.5):
        put = _dilated(term, v, e, variable(t))
        equation = Bracket("=", variable(t) - e * variable(v))
        return (replace(put, ranges=(*term.ranges, (t, extent)), brackets=(*put.brackets, equation)),)
    put = _dilated(term, v, e, variable(t)).put({v: variable(q)})
    equation = Bracket("=", variable(t) - e * variable(q))
    floors = (Quotient(q, variable(t), e), *put.quotients)
    return (replace(_with_ranges(put, v, [(t, extent)]), quotients=floors, brackets=(*put.brackets, equation)),)


def _weight(p: Polynomial, v: str) -> Polynomial | None:
    found = {tuple(x for x in m if x != v): c for m, c in p.terms.items() if m.count(v) == 1}
    weight = Polynomial(found)
    return weight if len(weight.terms) == 1 and min(weight.terms.values()) == 1 else None


def _dilated(term: Term, v: str, e: Polynomial, t: Polynomial) -> Term:
    """t for e*v where tensors are read at it."""

    def put(p: Polynomial) -> Polynomial:
        return p + t - e * variable(v) if _weight(p, v) == e else p

    return replace(term, factors=tuple((tensor, tuple(map(put, at))) for tensor, at in term.factors))


def in_digits(world: World, term: Term) -> Terms | None:
    """An index as a digit of a number in mixed radix: a floor, or a rest."""
    extents = [*term.ranges, *world.free]
    places = [
        (f, k, v)
        for f, (_, at) in enumerate(term.factors)
        for k, p in enumerate(at)
        for v, _ in extents
        if v in p.names
    ]
    if not places or not extents:
        return None
    f, k, v = world.pick(places)
    q = world.name("q")
    if world.chance(0.5):
        r, M = world.pick([(r, M) for r, M in extents if r != v] or [("", variable("e"))])
        a = variable(v) * M + (variable(r) if r else ZERO)
        value = variable(q)
    else:
        M = dict(extents)[v]
        u = world.pick([u for u, _ in extents if u != v] or [""])
        a = (variable(u) if u else constant(2)) * M + variable(v)
        value = a - M * variable(q)
    if len(M.terms) != 1:
        return None
    tensor, at = term.factors[f]
    factors = list(term.factors)
    factors[f] = (tensor, (*at[:k], at[k].put({v: value}), *at[k + 1 :]))
    return (replace(term, factors=tuple(factors), quotients=(*term.quotients, Quotient(q, a, M))),)


def _with_ranges(term: Term, v: str, new: Sequence[tuple[str, Polynomial]]) -> Term:
    found: list[tuple[str, Polynomial]] = []
    for w, n in term.ranges:
        found += new if w == v else [(w, n)]
    return replace(term, ranges=tuple(found))


REWRITES: dict[str, Rewrite] = {
    "reordered": reordered,
    "split": split,
    "merged": merged,
    "reversed": reversed_range,
    "shifted": shifted,
    "introduced": introduced,
    "eliminated": eliminated,
    "bracketed": bracketed,
    "scaled": scaled,
    "distributed": distributed,
    "in cases": in_cases,
    "stuffed": stuffed,
    "in digits": in_digits,
}


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


# One change


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
        return _with_ranges(term, v, [(v, world.pick((n + 1, n - 1, 2 * n, n + variable("e"))))])
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
