"""A layer's definition with its parts at hand: free indices, bias, taps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sympy import Expr, S, Symbol

from symconv.composition.join import rename_tensors
from symconv.composition.sized import Sized
from symconv.definitions import Channels, Definition, convolution
from symconv.statements import Equal, Names, Range, Term, Within
from symconv.statements.binding import put_in

#: How a layer reads outside its input: zeros, around, or as if its padding were part of the input.
ZEROS, CIRCULAR, DATA = "zeros", "circular", "data"
_ENDS = ("", "_l", "_d", "_h", "_w")


@dataclass(frozen=True)
class Opened:
    """A convolution, defined; ``reads`` is "zeros", "circular" or "data"."""

    layer: Sized
    definition: Definition
    reads: str

    @property
    def batch(self) -> Range:
        """The index of the example."""
        return self.definition.statement.ranges[0]

    @property
    def group(self) -> Range | None:
        """The group; ``None`` for a single one."""
        return None if self.layer.groups == 1 else self.definition.statement.ranges[1]

    @property
    def channel(self) -> Range:
        """The output channel in its group."""
        return self.definition.statement.ranges[1 if self.group is None else 2]

    @property
    def bias(self) -> tuple[Term, ...]:
        """The terms without the input."""
        return self.definition.statement.terms[:-1]

    @property
    def taps(self) -> Term:
        """The sum over taps, with a bracket on every axis where zeros surround the input."""
        cells = tuple(Within(w.cell, w.axis.size) for w in self.definition.windows)
        return replace(self.definition.statement.terms[-1], brackets=cells if self.reads == ZEROS else ())

    @property
    def source(self) -> Range:
        """The input channel in its group."""
        return self.taps.ranges[0]

    @property
    def taps_of_a_channel(self) -> Term:
        """The sum over taps for one input channel."""
        return replace(self.taps, ranges=self.taps.ranges[1:])

    def at(self, group: Expr, channel: Expr) -> dict[Symbol, Expr]:
        """What the free indices are at a place in a group."""
        within = {self.channel.index: channel}
        return within if self.group is None else {self.group.index: group, **within}


def opened(layer: Sized, reads: str, letters: Mapping[str, str], taken: Iterable[str] = ()) -> Opened:
    """The layer's definition in other letters for indices and tensors; no index has a name that is ``taken``.

    >>> from symconv.layers import Conv1d
    >>> opened(Sized.of(Conv1d(1, 1, 3, bias=False)), ZEROS, {"u": "a", "W": "W1"}).taps
    Term(...)
    """
    spelled = {f"{old}{end}": f"{new}{end}" for old, new in letters.items() for end in _ENDS}
    names = Names({*taken, *(s.name for s in layer.symbols)}, spelled)
    channels = Channels(names.size("N"), layer.inputs, layer.outputs, layer.groups)
    found = convolution(channels, layer.axes, bias=layer.bias, circular=reads == CIRCULAR, names=names)
    return Opened(layer, replace(found, statement=rename_tensors(found.statement, dict(letters))), reads)


def plain(term: Term) -> Term:
    """The term without sums over a single place, and without the brackets that then say nothing."""
    single = {r.index: S.Zero for r in term.ranges if r.extent == 1}
    put = put_in(replace(term, ranges=tuple(r for r in term.ranges if r.index not in single)), single)
    return replace(put, brackets=tuple(b for b in put.brackets if not (isinstance(b, Equal) and b.value == 0)))
