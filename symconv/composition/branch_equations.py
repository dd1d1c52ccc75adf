"""A sum of convolutions that read one input, and one convolution, as the two sides of an equation for all weights.

SUM_k (b_k + SUM_i SUM_u W_k[o, i, u] * X[i, S*y + D_k*u - P_k]) = b + SUM_i SUM_t K[o, i, t] * X[i, S*y + D*t - P]
K[o, i, t] = SUM_k SUM_u W_k[o, i, u] * [D*t - P = D_k*u - P_k]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, S, Symbol, floor

from symconv.composition.opened import ZEROS, Opened, opened, plain
from symconv.composition.sized import Sized
from symconv.composition.tap_steps import quotient
from symconv.definitions import Axis
from symconv.statements import Equal, Expression, Proposition, Term
from symconv.statements.binding import names, put_in


@dataclass(frozen=True)
class Branch:
    """One convolution of the sum beside the whole.

    count   how many of its groups are in a group of the whole
    taps    for each axis, at which tap of the whole its first one lies, and how many taps it then goes
    """

    own: Opened
    whole: Opened
    count: Expr
    taps: tuple[tuple[Expr, Expr], ...]

    @property
    def _group(self) -> Expr:
        """Which of its groups in the whole's group writes the output channel."""
        return floor(self.whole.channel.index / self.own.channel.extent) if self.count != 1 else S.Zero

    @property
    def _values(self) -> Mapping[Symbol, Expr]:
        """Its free indices by those of the whole."""
        outer = S.Zero if self.whole.group is None else self.whole.group.index
        channel = self.whole.channel.index - self._group * self.own.channel.extent
        windows = zip(self.own.definition.windows, self.whole.definition.windows, strict=True)
        return {
            self.own.batch.index: self.whole.batch.index,
            **self.own.at(outer * self.count + self._group, channel),
            **{window.position: free.position for window, free in windows},
        }

    @property
    def bias(self) -> tuple[Term, ...]:
        """Its bias."""
        return tuple(put_in(term, self._values) for term in self.own.bias)

    @property
    def alone(self) -> tuple[Term, ...]:
        """What it computes."""
        return (*self.bias, put_in(self.own.taps, self._values))

    def in_the_whole(self) -> Term:
        """Its share of the whole's sum: the whole's taps, with the weights that lie on them."""
        own, whole = put_in(self.own.taps, self._values), self.whole.taps
        source, *taps = own.ranges
        met = [
            Equal(t.index, start + step * u.index)
            for t, u, (start, step) in zip(whole.ranges[1:], taps, self.taps, strict=True)
        ]
        if self.count == 1:
            own = put_in(replace(own, ranges=tuple(taps)), {source.index: whole.ranges[0].index})
        else:
            met.append(Equal(whole.ranges[0].index, self._group * source.extent + source.index))
        factors = (own.factors[0], *whole.factors[1:])
        return Term((*whole.ranges, *own.ranges), (*whole.brackets, *met), factors)


def sum_of_branches(branches: Sequence[Sized], one: Sized) -> Proposition | None:
    """The sum is the one at every position; ``None`` where the branches' groups or taps do not lie in those of it.

    >>> from symconv.layers import Conv1d
    >>> three, single = (Sized.of(Conv1d(1, 1, k, padding=k // 2, bias=False)) for k in (3, 1))
    >>> str(sum_of_branches((three, single), three)).count("sum")
    3
    """
    whole = opened(one, ZEROS, {"u": "t", "W": "K"})
    found = list(_read(branches, whole))
    if len(found) < len(branches):
        return None
    left = tuple(term for branch in found for term in branch.alone)
    right = tuple(term for branch in found for term in (*branch.bias, branch.in_the_whole()))
    two, at_once = (Expression(tuple(map(plain, terms))) for terms in (left, right))
    return Proposition.of(two, at_once, whole.definition.statement.ranges)


def _read(branches: Sequence[Sized], whole: Opened) -> Iterator[Branch]:
    taken = _names(whole)
    for number, branch in enumerate(branches, start=1):
        own = opened(branch, ZEROS, {"W": f"W{number}", "b": f"b{number}"}, taken)
        taken |= _names(own)
        count = quotient(branch.groups, whole.layer.groups)
        lies = [_lies(axis, own_axis) for axis, own_axis in zip(whole.layer.axes, branch.axes, strict=True)]
        taps = tuple(found for found in lies if found is not None)
        if count is not None and len(taps) == len(lies):
            yield Branch(own, whole, count, taps)


def _lies(whole: Axis, own: Axis) -> tuple[Expr, Expr] | None:
    """At which tap of the whole a branch's first tap lies, and how many taps it then goes."""
    start = quotient(whole.before - own.before, whole.dilation)
    step = S.Zero if own.kernel == 1 else quotient(own.dilation, whole.dilation)
    return None if start is None or step is None else (start, step)


def _names(layer: Opened) -> set[str]:
    statement = layer.definition.statement
    return names({*statement.parameters, *statement.indices()})
