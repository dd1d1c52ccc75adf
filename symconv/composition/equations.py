"""That two convolutions are one: inside the middle, or everywhere, as an equation for all weights and inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sympy import Basic, Eq, Expr, Ge, Lt, S

from symconv.composition.opened import CIRCULAR, DATA, ZEROS, opened
from symconv.composition.paired import paired
from symconv.composition.sized import Sized, is_padded
from symconv.definitions import Window
from symconv.derivation.extents import output_extents
from symconv.statements import Names, Proposition, Range


def inside(first: Sized, second: Sized, one: Sized) -> Proposition | None:
    """The two are the one where no tap of the second layer leaves the middle, whatever the middle measures.

    Along an axis that the second layer does not pad these are all positions.  ``None`` where the language of
    statements lacks the words: see ``paired``.

    >>> from symconv.layers import Conv1d
    >>> sizes = ({"kernel_size": 2}, {"kernel_size": 3, "padding": 1}, {"kernel_size": 4, "padding": 1})
    >>> layers = [Sized.of(Conv1d(1, 1, bias=False, **given)) for given in sizes]
    >>> str(inside(*layers)).partition(" if ")[2]
    'z_l + 1 < L_mid and z_l - 1 >= 0'
    """
    reads = ZEROS if _mode(first, second) == ZEROS else DATA
    pair = paired(first, _on(_any_middle(first, second, one), second), one, reads)
    if pair is None or not _pads_alike(first, second, one):
        return None
    positions, conditions = [], []
    for window, extent in zip(pair.outer.definition.windows, output_extents(pair.outer.definition), strict=True):
        padded = is_padded(window.axis)
        positions.append(Range(window.position, window.out if padded else extent.value))
        conditions += _stays(window) if padded else []
    return Proposition.of(pair.two, pair.at_once, (*pair.channels, *positions), conditions)


def everywhere(first: Sized, second: Sized, one: Sized, conditions: Iterable[Basic] = ()) -> Proposition | None:
    """The two are the one at every position of the output, borders included, under conditions on the sizes.

    Along an axis that the second layer does not pad the middle may measure anything.
    """
    reads = CIRCULAR if _mode(first, second) == CIRCULAR else ZEROS
    sizes = zip(second.axes, _any_middle(first, second, one), _middle(first), strict=True)
    middle = [known if is_padded(axis) or reads == CIRCULAR else free for axis, free, known in sizes]
    pair = paired(first, _on(middle, second), one, reads)
    if pair is None or not _pads_alike(first, second, one):
        return None
    given = [condition.xreplace(dict(pair.values)) for condition in conditions]
    extents = zip(pair.outer.definition.windows, output_extents(pair.outer.definition), strict=True)
    positions = [
        Range(window.position, window.out if _holds_anywhere(window, given) else extent.value)
        for window, extent in extents
    ]
    return Proposition.of(pair.two, pair.at_once, (*pair.channels, *positions), given)


def _holds_anywhere(window: Window, conditions: Sequence[Basic]) -> bool:
    """Whether conditions are there for the padding of both ends, so that the number of positions plays no part."""
    padded = window.axis.before != 0 and window.axis.after != 0
    return padded and bool(conditions) and not any(isinstance(condition, Eq) for condition in conditions)


def output_sizes(first: Sized, second: Sized, one: Sized) -> dict[str, Proposition]:
    """By the axis's label: the two have as many positions as the one."""
    both = (opened(layer, ZEROS, {}).definition for layer in (_on(_middle(first), second), one))
    extents = zip(*map(output_extents, both), strict=True)
    labels = (axis.label for axis in second.axes)
    return {label: Proposition.of(two.value, once.value) for label, (two, once) in zip(labels, extents, strict=True)}


def _mode(first: Sized, second: Sized) -> str:
    """How the composite pads: as the first layer, or as the second where the first pads nothing."""
    return first.mode if any(map(is_padded, first.axes)) else second.mode


def _pads_alike(first: Sized, second: Sized, one: Sized) -> bool:
    return one.mode == _mode(first, second) or not any(map(is_padded, one.axes))


def _middle(first: Sized) -> list[Expr]:
    """What the first layer writes along each axis."""
    return [extent.value for extent in output_extents(opened(first, ZEROS, {}).definition)]


def _any_middle(*layers: Sized) -> list[Expr]:
    """Names for sizes of the middle."""
    names = Names(s.name for layer in layers for s in layer.symbols)
    return [names.size(f"{axis.label.upper()}_mid") for axis in layers[0].axes]


def _on(middle: Sequence[Expr], second: Sized) -> Sized:
    axes = tuple(replace(axis, size=size) for axis, size in zip(second.axes, middle, strict=True))
    return replace(second, axes=axes)


def _stays(window: Window) -> list[Basic]:
    """The first tap is not before the middle, and the last one not behind it."""
    first, last = (window.cell.xreplace({window.tap: tap}) for tap in (S.Zero, window.axis.kernel - 1))
    return [Ge(first, 0), Lt(last, window.axis.size)]
