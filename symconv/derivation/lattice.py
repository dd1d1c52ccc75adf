"""Counting on one axis: taps in range, cells touched, positions alive, for cells c + s*y + d*u, y < m, u < k.

Each function returns an exact closed form in floors and in ``TapsBelow``, the sum over taps; s, d > 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Ge, Max, Piecewise, S, Symbol, count_ops, expand, floor

from symconv.derivation import rules
from symconv.derivation.closed import closed_where_known
from symconv.derivation.signs import known_nonnegative
from symconv.derivation.steps import Trail
from symconv.statements import Gcd, TapsBelow


@dataclass(frozen=True)
class Grid:
    """The cells start + step*y + tap_step*u for y < positions, u < taps, seen through 0 <= cell < cells.

    label      names the axis in the steps
    tap_first  whether ``positions`` belongs to the tap's index: sums over taps name the window's position first
    """

    label: str
    start: Expr
    cells: Expr
    step: Expr
    tap_step: Expr
    positions: Expr
    taps: Expr
    tap_first: bool = False

    def below(self) -> Expr:
        """How far the first tap sticks out in front of the first cell."""
        return -self.start

    def above(self) -> Expr:
        """How far the last tap sticks out behind the last cell."""
        last = self.start + self.step * (self.positions - 1) + self.tap_step * (self.taps - 1)
        return last + 1 - self.cells


class GridCounter:
    """Counts on grids, naming what it finds in a trail; ``facts`` are expressions known to be >= 0."""

    def __init__(self, trail: Trail, facts: Sequence[Expr] = (), where: Sequence[tuple[Symbol, Expr]] = ()) -> None:
        self._trail = trail
        self._facts = tuple(facts)
        self._linear = {name: value for name, value in where if not value.atoms(floor)}

    def taps_in_range(self, g: Grid) -> Expr:
        """#{(y, u): 0 <= cell < cells} = positions*taps - those below - those above."""
        loss = [self._lost(p, g, g.positions, g.taps) for p in self._overhangs(g)]
        return self._trail.named(f"T_{g.label}", g.positions * g.taps - sum(loss), rules.TAPS_IN_RANGE)

    def cells_touched(self, g: Grid) -> Expr:
        """#{t: 0 <= t < cells, some (y, u) has cell t}, by counting the taps that begin a chain."""
        common = self._trail.named(f"g_{g.label}", Gcd(g.step, g.tap_step), rules.COMMON_STEP)
        shorter = self._positive_part(f"M_{g.label}", g.positions - g.tap_step / common)
        narrower = self._positive_part(f"V_{g.label}", g.taps - g.step / common)
        followed = shorter * narrower
        for p in self._overhangs(g):
            offset = g.step * g.tap_step / common
            followed -= self._lost(p - offset, g, shorter, narrower)
        taps = self.taps_in_range(g)
        return self._trail.named(f"R_{g.label}", taps - followed, rules.CELLS_TOUCHED)

    def positions_alive(self, g: Grid) -> Expr:
        """#{y: some u has 0 <= cell < cells}.

        Where the taps are at most ``cells`` apart no window can straddle the cells, so a position is dead only if it
        lies below or above entirely; where they are farther apart, a position has one tap in range at most.
        """
        span = g.tap_step * (g.taps - 1)
        entirely = [self._simpler(g.below() - span), self._simpler(g.above() - span)]
        alive = g.positions - sum(self._lost(p, g, g.positions, S.One) for p in entirely)
        if not any(self._sticks_out(p) for p in (g.below(), g.above())):
            alive = g.positions
        elif g.taps != 1 and not known_nonnegative(g.cells - g.tap_step, self._facts):
            alive = Piecewise((alive, Ge(g.cells, g.tap_step)), (self.taps_in_range(g), True))
        return self._trail.named(f"L_{g.label}", alive, rules.POSITIONS_ALIVE)

    def _overhangs(self, g: Grid) -> list[Expr]:
        """The lengths that may stick out, below and above; a length known not to is left out."""
        found = []
        for length, letter in ((self._simpler(g.below()), "B"), (self._simpler(g.above()), "E")):
            if self._sticks_out(length):
                found.append(self._trail.named(f"{letter}_{g.label}", length, rules.EXCESS, nonnegative=False))
        return found

    def _simpler(self, length: Expr) -> Expr:
        """The length as it stands, expanded, or with the linear output sizes put in: whichever is shortest."""
        return min(length, expand(length), expand(length.xreplace(self._linear)), key=count_ops)

    def _sticks_out(self, length: Expr) -> bool:
        return not known_nonnegative(-length, self._facts)

    def _positive_part(self, name: str, e: Expr) -> Expr:
        known = known_nonnegative(self._trail.unfold(e), self._facts)
        return e if known else self._trail.named(name, Max(e, 0), rules.CHAIN_FOLLOWS)

    def _lost(self, p: Expr, g: Grid, positions: Expr, taps: Expr) -> Expr:
        if not self._sticks_out(self._trail.unfold(p)):
            return S.Zero
        pairs = [(g.step, positions), (g.tap_step, taps)]
        (s, m), (d, k) = reversed(pairs) if g.tap_first else pairs
        return closed_where_known(TapsBelow(p, s, d, m, k), self._facts, self._trail.unfold)
