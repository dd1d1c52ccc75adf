"""One axis of two layers in a row and of their composite: which places and taps meet.

A layer is a relation between a place of the output, a place of the input and a tap.  A tap of the composite stands for
the pairs of taps that lead the same way: from place 0 of the input to the tap's place of the output where the composite
is transposed, else from a phase of the output to the tap's place of the input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Basic, Expr, Ge, Lt, S, Symbol

from symconv.definitions import Axis
from symconv.statements import Equal, Range, index, size


@dataclass(frozen=True)
class Way:
    """How a layer leads from its input to its output along one axis."""

    axis: Axis
    transposed: bool

    def meets(self, output: Expr, source: Expr, tap: Expr) -> Equal:
        """That a place of the output reads a place of the input through a tap."""
        reached, begun = (output, source) if self.transposed else (source, output)
        return Equal(reached, self.axis.stride * begun + self.axis.dilation * tap - self.axis.before)

    def stays(self, output: Expr, extent: Expr) -> tuple[Basic, Basic]:
        """That a place of the output reads places of the input only, of which there are ``extent``."""
        last = self.axis.dilation * (self.axis.kernel - 1)
        if self.transposed:
            reach = output + self.axis.before
            return Ge(reach - last, 0), Lt(reach, self.axis.stride * extent)
        begin = self.axis.stride * output - self.axis.before
        return Ge(begin, 0), Lt(begin + last, extent)


@dataclass(frozen=True)
class Line:
    """Both layers and their composite along one axis; ``phases`` is 1 but for a shuffled composite."""

    first: Way
    second: Way
    one: Way
    phases: int

    def name(self, letter: str) -> Symbol:
        """An index of this axis."""
        return index(f"{letter}_{self.first.axis.label}")

    @property
    def output(self) -> Expr:
        """A place of the output, by its round and its phase."""
        return self.phases * self.name("z") + self.phase

    @property
    def phase(self) -> Expr:
        """The phase of the place; 0 for a single one."""
        return S.Zero if self.phases == 1 else self.name("r")

    @property
    def free(self) -> tuple[Range, ...]:
        """The indices of a place of the output."""
        rounds = Range(self.name("z"), size(f"{self.first.axis.label.upper()}_out"))
        return (rounds,) if self.phases == 1 else (rounds, Range(self.name("r"), S(self.phases)))

    @property
    def middle(self) -> Range:
        """The places between the layers."""
        return Range(self.name("y"), size(f"{self.first.axis.label.upper()}_mid"))

    @property
    def source(self) -> Range:
        """The places of the input."""
        return Range(self.name("x"), self.first.axis.size)

    def tap(self, letter: str) -> Expr:
        """A tap of the second layer (u), the first (a) or the composite (t); 0 where there is one only."""
        return S.Zero if self._ways[letter].axis.kernel == 1 else self.name(letter)

    def taps(self, letters: str) -> tuple[Range, ...]:
        """The taps that there are several of."""
        return tuple(Range(t, self._ways[c].axis.kernel) for c in letters if isinstance(t := self.tap(c), Symbol))

    @property
    def _ways(self) -> Mapping[str, Way]:
        return {"u": self.second, "a": self.first, "t": self.one}

    def led(self) -> tuple[Equal, Equal] | None:
        """Which pairs of taps (u, a) lead the way of tap t; ``None`` where the place between is not determined."""
        reach = self.one.axis.dilation * self.tap("t") - self.one.axis.before
        output, source = (reach, S.Zero) if self.one.transposed else (self.phase, reach)
        u, a = self.tap("u"), self.tap("a")
        ways = ((self.first, source, a, True), (self.second, output, u, False))
        for way, known, t, forward in ways:
            found = _reached(way, known, t, forward)
            if found is not None:
                return _shorter(self.second.meets(output, found, u)), _shorter(self.first.meets(found, source, a))
        return None

    @property
    def conditions(self) -> tuple[Basic, ...]:
        """That the second layer stays inside the middle."""
        return self.second.stays(self.output, self.middle.extent)


def _reached(way: Way, known: Expr, tap: Expr, forward: bool) -> Expr | None:
    """The one place that a layer leads to, from the input ``forward``, else from the output; ``None`` for several."""
    shift = way.axis.dilation * tap - way.axis.before
    if way.transposed == forward:
        return way.axis.stride * known + shift
    return known - shift if way.axis.stride == 1 else None


def _shorter(met: Equal) -> Equal:
    """The equation without a number that divides all of it."""
    number, rest = met.value.primitive()
    return met if number == 1 else Equal(rest, S.Zero)
