"""How the output positions of two layers in a row read: which pairs of taps, which cells, and what lies outside.

Positions that read alike, up to a shift by whole rounds, have equal readings, so that few readings decide all.
"""

from __future__ import annotations

from dataclasses import dataclass

from symconv.composition.phases import AxisPair


@dataclass(frozen=True)
class Reading:
    """How an output position reads along one axis.

    cells   (cell, u, a, inside) for every pair of taps on the real input: the cell relative to the position's round
    taps    (u, phase of the middle cell, inside) for every tap of the second layer
    """

    cells: tuple[tuple[int, int, int, bool], ...]
    taps: tuple[tuple[int, int, bool], ...]

    @property
    def leaks(self) -> bool:
        """Whether a tap outside the middle would see the real input."""
        return not all(inside for *_, inside in self.cells)

    @property
    def cropped(self) -> bool:
        """Whether a tap lies outside the middle."""
        return not all(inside for *_, inside in self.taps)


def readings(pair: AxisPair, n: int) -> tuple[Reading, ...]:
    """The reading of every output position for an input of n cells."""
    middle = pair.first.size(n)
    found = []
    for position in range(pair.size(n)):
        start = pair.stride * (position // pair.factor)
        cells = [(cell - start, u, a, 0 <= j < middle) for (u, a), j, cell in pair.meetings(position) if 0 <= cell < n]
        taps = [(u, j % pair.first.factor, 0 <= j < middle) for u, j in pair.second.reads(position)]
        found.append(Reading(tuple(cells), tuple(taps)))
    return tuple(found)


def readings_of_all_sizes(pair: AxisPair) -> tuple[Reading, ...]:
    """Every reading that occurs for some size.

    From a size on no position sees both ends; then one period (the composite's stride) more of the input adds a period
    of positions that read alike, so that the sizes below, and one period more, have all readings.
    """
    found: dict[Reading, None] = {}
    for n in range(_enough(pair), 0, -1):
        if pair.first.size(n) > 0:
            found.update(dict.fromkeys(readings(pair, n)))
    return tuple(found)


def _enough(pair: AxisPair) -> int:
    """Twice the farthest that a position at either end reads from there, in cells of the input, and one period."""
    first, S, R = pair.first, pair.stride, pair.factor
    cells = [0, *(abs(cell) for phase in range(R) for _, _, cell in pair.meetings(phase))]
    middle = [0, *(abs(j) for phase in range(R) for _, j in pair.second.reads(phase))]
    ends = [abs(S * pair.size(n) // R - n) + abs(first.stride * first.size(n) // first.factor - n) for n in range(S)]
    reach = max(cells) + max(middle) * first.stride // first.factor + max(ends)
    return 2 * (reach + 2 * S + 4) + S
