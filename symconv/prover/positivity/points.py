"""Integer points where all facts hold: they show at once that something is not a consequence of the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from symconv.prover.polynomial import ZERO, Polynomial, constant

Point = dict[str, int]
STEPS = (0, 0, 1, 1, 2, 3, 4, 6)
WIDE = 12
MOST_BOUNDS = 12


@dataclass(frozen=True, slots=True)
class _Bound:
    """A fact, ordered by the powers of one name: the coefficients, from the constant one on.

    ``unit``: the name occurs once, with coefficient 1 or -1.  ``sign``: 1 for a lower and -1 for an upper bound, where
    the other names are positive; 0 where that is not clear.
    """

    fact: Polynomial
    powers: tuple[Polynomial, ...]
    unit: bool
    sign: int


class Sampler:
    """Points of a list of facts: the names get values one after another, each within the bounds that the facts on it
    and on earlier names give.

    >>> from symconv.prover.polynomial import variable
    >>> i, n = variable("i"), variable("n")
    >>> point = Sampler((i - 3, n - 1 - i)).point(Random(0))
    >>> 3 <= point["i"] < point["n"]
    True
    """

    def __init__(self, facts: Sequence[Polynomial]) -> None:
        self._steps = _order(facts)

    def point(self, random: Random) -> Point | None:
        """A point, or ``None`` where the values that were picked lead nowhere."""
        if self._steps is None:
            return None
        point: Point = {}
        for name, bounds in self._steps:
            found = _interval([[p.at(point) for p in bound.powers] for bound in bounds])
            if found is None:
                return None
            low, high, curved = found
            values = (_pick(low, high, random), low, high) if curved else (_pick(low, high, random),)
            fit = (x for x in values if x is not None and all(_value(powers, x) >= 0 for powers in curved))
            x = next(fit, None)
            if x is None:
                return None
            point[name] = x
        return point


def _interval(bounds: list[list[int]]) -> tuple[int | None, int | None, list[list[int]]] | None:
    """The least and the largest value that linear bounds allow, and the bounds that are not linear; ``None`` for no
    value."""
    low: int | None = None
    high: int | None = None
    for b, c, *more in bounds:
        if more:
            continue
        if c > 0:
            low = -(b // c) if low is None else max(low, -(b // c))
        elif c < 0:
            high = b // -c if high is None else min(high, b // -c)
        elif b < 0:
            return None
    if low is not None and high is not None and low > high:
        return None
    return low, high, [values for values in bounds if len(values) > 2]


def _value(powers: list[int], x: int) -> int:
    return sum(c * x**power for power, c in enumerate(powers))


def _pick(low: int | None, high: int | None, random: Random) -> int:
    if low is None:
        return random.randint(-4, 4) if high is None else high - random.choice(STEPS)
    step = random.choice(STEPS)
    if high is None or high - low > WIDE:
        return low + step
    return low if step == 0 else high if step == STEPS[-1] else random.randint(low, high)


def _order(facts: Sequence[Polynomial]) -> list[tuple[str, list[_Bound]]] | None:
    """The names in the order in which they get values, each with its bounds by earlier names; ``None`` where a fact
    is a negative number.

    Found from the last name to the first.  The bounds of the last must leave a value: each upper bound is at least
    each lower bound, which is a fact on the other names.
    """
    left = dict.fromkeys(facts)
    names = {name for f in left for name in f.names}
    bounds = {name: [_bound(f, name) for f in left if name in f.names] for name in names}
    costs = {name: _cost(bounds[name]) for name in names}
    found = []
    while names:
        last = min(names, key=lambda name: (costs[name], name))
        names.remove(last)
        closed = [bound for bound in bounds[last] if bound.fact in left]
        found.append((last, closed))
        fresh = [f for f in _windows(closed) if f not in left]
        left = dict.fromkeys([f for f in left if last not in f.names] + fresh)
        touched = names & {name for bound in closed for name in bound.fact.names}
        for name in touched:
            bounds[name] = [b for b in bounds[name] if b.fact in left]
            bounds[name] += [_bound(f, name) for f in fresh if name in f.names]
            costs[name] = _cost(bounds[name])
    return None if any(f.constant_part < 0 for f in left) else found[::-1]


def _bound(f: Polynomial, name: str) -> _Bound:
    found: dict[int, dict[tuple[str, ...], int]] = {0: {}, 1: {}}
    for monomial, c in f.terms.items():
        power = monomial.count(name)
        rest = tuple(n for n in monomial if n != name) if power else monomial
        found.setdefault(power, {})[rest] = c
    signs = {c > 0 for c in found[1].values()}
    linear = len(found) == 2
    sign = 0 if not linear or len(signs) != 1 else 1 if True in signs else -1
    powers = tuple(Polynomial(found.get(power, {})) for power in range(max(found) + 1))
    return _Bound(f, powers, linear and abs(found[1].get((), 0)) == 1 == len(found[1]), sign)


def _windows(bounds: list[_Bound]) -> list[Polynomial]:
    """That upper bounds are not below lower bounds, where the factors of the name agree or one of them is 1."""
    lower = [bound for bound in bounds if bound.sign >= 0 and len(bound.powers) == 2]
    upper = [bound for bound in bounds if bound.sign <= 0 and len(bound.powers) == 2]
    found: dict[Polynomial, None] = {}
    for low in lower if len(bounds) <= MOST_BOUNDS else ():
        for high in upper:
            if low.powers[1] == -high.powers[1]:
                width = low.fact + high.fact
            elif (low.unit or high.unit) and low.sign and high.sign:
                width = high.fact * low.powers[1] - low.fact * high.powers[1]
            else:
                continue
            if width.names or width.constant_part < 0:
                found[width] = None
    return list(found)


def _cost(bounds: list[_Bound]) -> int:
    """How hard bounds are to meet when all other names have values: pairs of a lower and an upper bound, and factors
    of the name that need not divide.  A floor has one value always."""
    lower = sum(bound.sign >= 0 for bound in bounds)
    upper = sum(bound.sign <= 0 for bound in bounds)
    odd = sum(not bound.unit and len(bound.powers) == 2 for bound in bounds)
    floor = 2 * (odd >= 2 and any(_floor(a, b) for a in bounds for b in bounds if a.sign > 0 > b.sign))
    return lower * upper + 3 * (odd - floor) * (lower * upper > 0)


def _floor(low: _Bound, high: _Bound) -> bool:
    return low.powers[1] + high.powers[1] == ZERO and low.fact + high.fact == low.powers[1] + constant(-1)
