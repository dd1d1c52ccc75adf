"""Two layers of which one is transposed and their composite, as the two sides of an equation for all weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr, S, Symbol

from symconv.composition.kernel import Kernel
from symconv.composition.phased_lines import Line, Way
from symconv.composition.shuffled import ShuffledKernel
from symconv.composition.sized import axes_of
from symconv.definitions import Axis, Channels, convolution
from symconv.definitions.transposed import transposed_convolution
from symconv.derivation.extents import output_extents
from symconv.layers.base import LABELS
from symconv.statements import Access, Equal, Expression, Names, Proposition, Range, Term, index, size


def phased_inside(first: Any, second: Any, kernel: Any) -> Proposition | None:
    """The two are the one, without biases, where the second layer stays inside the middle, whatever that measures.

    ``None`` where the language of statements lacks the words, or the layers have groups.
    """
    if not isinstance(first, Kernel) or not isinstance(second, Kernel) or (first.groups, second.groups) != (1, 1):
        return None
    lines = _lines(first, second, kernel)
    led = [line.led() for line in lines]
    if None in led:
        return None
    o, m, i = map(index, "omi")
    channels = (Range(m, S(first.out_channels)), Range(i, S(first.in_channels)))
    weights = (
        _weight("W2", second, (o, m), [line.tap("u") for line in lines]),
        _weight("W1", first, (m, i), [line.tap("a") for line in lines]),
    )
    read = Access("X", (index("n"), i, *(line.source.index for line in lines)))
    pairs = [taps for line in lines for taps in line.taps("ua")]
    sources = [line.source for line in lines]
    two = Term(
        (*channels, *(line.middle for line in lines), *pairs, *sources),
        tuple(b for line in lines for b in _in_a_row(line)),
        (*weights, read),
    )
    one = Term(
        (*channels, *(taps for line in lines for taps in line.taps("t")), *pairs, *sources),
        (*(b for found in led if found for b in found if b.value != 0), *map(_at_once, lines)),
        (*weights, read),
    )
    free = (Range(index("n"), size("N")), Range(o, S(second.out_channels)), *(r for line in lines for r in line.free))
    conditions = [c for line in lines for c in line.conditions]
    return Proposition.of(Expression((two,)), Expression((one,)), free, conditions)


def phased_sizes(first: Any, second: Any, kernel: Any) -> dict[str, Proposition | None]:
    """By the axis's label: the two have as many positions as the one; ``None`` where a layer is shuffled."""
    layers = (first, second, kernel)
    if not all(isinstance(layer, Kernel) for layer in layers):
        return dict.fromkeys(LABELS[first.dims])
    sides = zip(*(axes_of(layer) for layer in layers), strict=True)
    return {axes[0].label: _same_size(layers, axes) for axes in sides}


def _same_size(layers: Sequence[Kernel], axes: Sequence[Axis]) -> Proposition:
    first, second, one = layers
    middle = _positions(first, axes[0])
    return Proposition.of(_positions(second, replace(axes[1], size=middle)), _positions(one, axes[2]))


def _positions(layer: Kernel, axis: Axis) -> Expr:
    define = transposed_convolution if layer.transposed else convolution
    definition = define(Channels(S.One, S.One, S.One), (axis,), bias=False, names=Names())
    return output_extents(definition)[0].value


def _lines(first: Kernel, second: Kernel, kernel: Any) -> list[Line]:
    """The layers axis by axis."""
    one = kernel.kernel if isinstance(kernel, ShuffledKernel) else kernel
    phases = kernel.factor if isinstance(kernel, ShuffledKernel) else (1,) * kernel.dims
    axes = zip(axes_of(first), axes_of(second), axes_of(one), phases, strict=True)
    return [
        Line(Way(a, first.transposed), Way(b, second.transposed), Way(c, one.transposed), count)
        for a, b, c, count in axes
    ]


def _in_a_row(line: Line) -> Iterator[Equal]:
    y = line.middle.index
    yield line.second.meets(line.output, y, line.tap("u"))
    yield line.first.meets(y, line.source.index, line.tap("a"))


def _at_once(line: Line) -> Equal:
    rounds = line.output if line.one.transposed else line.name("z")
    return line.one.meets(rounds, line.source.index, line.tap("t"))


def _weight(tensor: str, kernel: Kernel, channels: tuple[Symbol, Symbol], taps: list[Expr]) -> Access:
    """An entry for (out, in, taps), in the order of a transposed kernel where it is one."""
    return Access(tensor, (*(reversed(channels) if kernel.transposed else channels), *taps))
