"""Random rewrites of a term: each gives terms with the same sum, or ``None`` where it does not apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from oracles.layer_sums import Terms, World
from symconv.prover.polynomial import ONE, ZERO, Polynomial, constant, variable
from symconv.prover.sequent import Bracket, Quotient, Term

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
    return (with_ranges(put, v, [(q, N), (r, M)]),)


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
    put = with_ranges(term.put({v: old}), v, [(v, n + before + behind)])
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
    bound = term.binders | {i for i, _ in world.free}
    low = [i for i, b in enumerate(term.brackets) if b == Bracket(">=", p)]
    for i, b in enumerate(term.brackets):
        h = b.p + p + 1
        if low and b.kind == ">=" and h.names.isdisjoint(bound | p.names):
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
            put = with_ranges(others.put({v: e}), v, [])
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
    return (replace(with_ranges(put, v, [(t, extent)]), quotients=floors, brackets=(*put.brackets, equation)),)


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


def with_ranges(term: Term, v: str, new: Sequence[tuple[str, Polynomial]]) -> Term:
    """The term with other ranges in the place of one; the rest stays."""
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
