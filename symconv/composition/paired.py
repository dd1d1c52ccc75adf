"""Two convolutions in a row and one convolution, as the two sides of an equation for all weights and inputs.

    SUM_m SUM_u W2[o, m, u] * V[m, s2*z + d2*u - p2] = SUM_i SUM_t K[o, i, t] * X[i, S*z + D*t - P]
    V[m, y] = b1[m] + SUM_i SUM_a W1[m, i, a] * X[i, s1*y + d1*a - p1]
    K[o, i, t] = SUM_m SUM_u SUM_a W2[o, m, u] * W1[m, i, a] * [D*t = s1*d2*u + d1*a]

A block is a group of the one convolution; either layer may have several groups in it.  A channel of the middle is
written by the digits that both layers need: its block, its group there, its place in the group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Expr, S, Symbol

from symconv.composition.divided_sizes import products
from symconv.composition.opened import CIRCULAR, ZEROS, Opened, opened, plain
from symconv.composition.sized import Sized
from symconv.composition.tap_steps import quotient, steps
from symconv.statements import Access, Bracket, Equal, Expression, Names, Range, Term
from symconv.statements.binding import multiplied, names, put_in, summed

#: The letters of each layer, by those of the definition.
_FIRST = {"u": "a", "o": "m", "Y": "V", "W": "W1", "b": "b1"}
_SECOND = {"y": "z", "i": "m", "X": "V", "W": "W2", "b": "b2"}
_ONE = {"y": "z", "u": "t", "W": "K"}


@dataclass(frozen=True)
class Middle:
    """A channel between the layers, by digits.

    of_group   the sum over the first layer's groups in a block, where it has several
    others     the sums over the other digits
    brackets   where the digits of the two layers meet
    place      of the channel in the second layer's group; ``group`` and ``channel``: in the first layer
    """

    of_group: tuple[Range, ...]
    others: tuple[Range, ...]
    brackets: tuple[Bracket, ...]
    place: Expr
    group: Expr
    channel: Expr

    @property
    def ranges(self) -> tuple[Range, ...]:
        """The sums over all digits."""
        return self.of_group + self.others


@dataclass(frozen=True)
class Paired:
    """Two layers and one.

    counts   how many groups of the first layer, and of the second, are in a block
    taps     for each axis, how many taps of the one layer a tap of the first, and of the second, goes
    values   the products that stand for divided sizes
    reads    how the input is read outside; the middle is read as zeros, or around where the input is
    """

    first: Sized
    second: Sized
    one: Sized
    counts: tuple[Expr, Expr]
    taps: tuple[tuple[Expr, Expr], ...]
    values: Mapping[Expr, Expr]
    reads: str = ZEROS

    # ------------------------------------------------------------------ definitions and indices
    @cached_property
    def _taken(self) -> set[str]:
        return {s.name for layer in (self.first, self.second, self.one) for s in layer.symbols}

    @cached_property
    def outer(self) -> Opened:
        """The second layer."""
        return opened(self.second, CIRCULAR if self.reads == CIRCULAR else ZEROS, _SECOND, self._taken)

    @cached_property
    def inner(self) -> Opened:
        """The first layer."""
        return opened(self.first, self.reads, _FIRST, self._taken | _names(self.outer))

    @cached_property
    def whole(self) -> Opened:
        """The one layer."""
        return opened(self.one, self.reads, _ONE, self._taken | _names(self.outer) | _names(self.inner))

    @cached_property
    def _fresh(self) -> tuple[Symbol, ...]:
        layers = (self.outer, self.inner, self.whole)
        used = Names(self._taken.union(*map(_names, layers)))
        return tuple(used.index(name) for name in ("h", "r", "g", "x"))

    @cached_property
    def block(self) -> Expr:
        """The block's index; 0 where there is one only."""
        return S.Zero if self.one.groups == 1 else self._fresh[0]

    @cached_property
    def row(self) -> Expr:
        """Which of the second layer's groups in the block."""
        return S.Zero if self.counts[1] == 1 else self._fresh[1]

    @cached_property
    def channel(self) -> Expr:
        """The output channel in the second layer's group; 0 where there is one only."""
        return S.Zero if self.outer.channel.extent == 1 else self.outer.channel.index

    @cached_property
    def middle(self) -> Middle:
        """The channels that the second layer's group reads."""
        g, x = self._fresh[2:]
        own = Range(self.outer.source.index, self.second.inputs / self.second.groups)
        each = self.first.outputs / self.first.groups
        place = self.row * own.extent + own.index
        if self.counts[0] == 1:
            return Middle((), (own,), (), own.index, self.block, place)
        digits, group = (Range(g, self.counts[0]),), self.block * self.counts[0] + g
        if self.counts[1] == 1:
            return Middle(digits, (Range(x, each),), (), g * each + x, group, x)
        return Middle(digits, (own, Range(x, each)), (Equal(place, g * each + x),), own.index, group, x)

    # ------------------------------------------------------------------ the sides
    @cached_property
    def _second_at(self) -> dict[Symbol, Expr]:
        return self.outer.at(self.block * self.counts[1] + self.row, self.channel)

    @cached_property
    def _window(self) -> Term:
        """The second layer's sum over taps, the channels of the middle in digits."""
        put = put_in(self.outer.taps_of_a_channel, {**self._second_at, self.outer.source.index: self.middle.place})
        return replace(put, ranges=(*self.middle.ranges, *put.ranges), brackets=(*self.middle.brackets, *put.brackets))

    @property
    def two(self) -> Expression:
        """The second layer with the first put in."""
        bias = tuple(put_in(term, self._second_at) for term in self.outer.bias)
        return Expression(tuple(map(plain, (*bias, *_filled(self._window, "V", self._first_entry)))))

    def _first_entry(self, read: Access) -> tuple[Term, ...]:
        cells = zip((w.position for w in self.inner.definition.windows), read.at[2:], strict=True)
        values = {self.inner.batch.index: read.at[0], **self._first_at, **dict(cells)}
        return tuple(put_in(term, values) for term in (*self.inner.bias, self.inner.taps))

    @cached_property
    def _first_at(self) -> dict[Symbol, Expr]:
        return self.inner.at(self.middle.group, self.middle.channel)

    @property
    def at_once(self) -> Expression:
        """The one layer with its weight and its bias put in."""
        windows = zip(self.whole.definition.windows, self.outer.definition.windows, strict=True)
        channel = self.row * self.outer.channel.extent + self.channel
        values = {
            self.whole.batch.index: self.outer.batch.index,
            **self.whole.at(self.block, channel),
            **{w.position: free.position for w, free in windows},
        }
        bias = [put_in(term, values) for term in self.whole.bias]
        found = (*_filled(self._read_at(values), "K", self.kernel_entry), *self._biases(bias))
        return Expression(tuple(map(plain, found)))

    def _read_at(self, values: Mapping[Symbol, Expr]) -> Term:
        """The one layer's sum over taps, its input channel by the digits of the first layer's groups."""
        source, digits = self.inner.source, self.middle.of_group
        channel = sum((r.index * source.extent for r in digits), S.Zero) + source.index
        put = put_in(self.whole.taps_of_a_channel, {**values, self.whole.source.index: channel})
        return replace(put, ranges=(*digits, source, *put.ranges))

    def kernel_entry(self, read: Access) -> tuple[Term, ...]:
        """K[o, i, t]: the products of all pairs of taps that meet there."""
        inner = put_in(self.inner.taps_of_a_channel, self._first_at)
        met = (
            Equal(t, one * a.index + two * u.index)
            for t, (one, two), a, u in zip(read.at[2:], self.taps, inner.ranges, self._window_taps, strict=True)
        )
        ranges = (*self.middle.others, *self._window_taps, *inner.ranges)
        return (Term(ranges, (*self.middle.brackets, *met), (self._weight, inner.factors[0])),)

    def _biases(self, bias: Iterable[Term]) -> Iterator[Term]:
        for term in bias:
            yield from _filled(term, "b", self._bias_entry)

    def _bias_entry(self, _: Access) -> tuple[Term, ...]:
        """b[o]: the second bias, and the first one through all taps of the second layer."""
        own = tuple(put_in(term, self._second_at) for term in self.outer.bias)
        first = (put_in(term, self._first_at) for term in self.inner.bias)
        passed = (
            Term(self._window.ranges, self.middle.brackets, (self._weight, *term.factors), term.coefficient)
            for term in first
        )
        return (*own, *passed)

    @property
    def _weight(self) -> Access:
        return next(f for f in self._window.factors if f.tensor == "W2")

    @property
    def _window_taps(self) -> tuple[Range, ...]:
        return self._window.ranges[len(self.middle.ranges) :]

    @property
    def channels(self) -> tuple[Range, ...]:
        """The free indices of both sides but the positions: the example, and the output channel by its digits."""
        extents = ((self.block, self.one.groups), (self.row, self.counts[1]), (self.channel, self.outer.channel.extent))
        return (self.outer.batch, *(Range(v, n) for v, n in extents if isinstance(v, Symbol)))


def paired(first: Sized, second: Sized, one: Sized, reads: str = ZEROS) -> Paired | None:
    """The two layers and the one; ``None`` where its groups or its dilation do not divide theirs in a way to be said.

    >>> from symconv.layers import Conv1d
    >>> layers = [Sized.of(Conv1d(1, 1, k, bias=False)) for k in (2, 3, 4)]
    >>> paired(*layers).at_once
    sum(t_l < 4, u_l < 3, a_l < 2) W2[0, 0, u_l]*W1[0, 0, a_l]*X[n, 0, z_l + t_l]*[...]*[t_l = a_l + u_l]
    """
    values = products((first, second, one))
    in_first, in_second = (quotient(layer.groups, one.groups) for layer in (first, second))
    chained = (first.outputs, first.inputs, second.outputs) == (second.inputs, one.inputs, one.outputs)
    if values is None or in_first is None or in_second is None or not chained:
        return None
    first, second, one = (layer.put(values) for layer in (first, second, one))
    found = (steps(*axes) for axes in zip(first.axes, second.axes, one.axes, strict=True))
    taps = tuple(step for step in found if step is not None)
    return (
        Paired(first, second, one, (in_first, in_second), taps, values, reads) if len(taps) == len(one.axes) else None
    )


def _names(layer: Opened) -> set[str]:
    statement = layer.definition.statement
    return names({*statement.parameters, *statement.indices()})


def _filled(term: Term, tensor: str, entry: Callable[[Access], tuple[Term, ...]]) -> tuple[Term, ...]:
    """The term with what a tensor's entry is in its place."""
    place = next(j for j, f in enumerate(term.factors) if f.tensor == tensor)
    before, behind = term.factors[:place], term.factors[place + 1 :]
    rest = Term((), term.brackets, before + behind, term.coefficient)
    found = []
    for part in entry(term.factors[place]):
        product = multiplied(rest, part)
        inside = product.factors[len(rest.factors) :]
        found.append(summed(term.ranges, replace(product, factors=(*before, *inside, *behind))))
    return tuple(found)
