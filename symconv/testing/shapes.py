"""Shapes of the tensors that layers with numbers read."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from symconv.errors import ShapeError
from symconv.layers.application import PARAMETERS
from symconv.layers.base import Layer

Shape = tuple[int, ...]


def smallest_sizes(layer: Layer) -> Shape:
    """The smallest input size of each spatial axis on which a layer with numbers has an output.

    >>> from symconv.layers import Conv2d
    >>> smallest_sizes(Conv2d(1, 1, 3, padding=((0, 0), (1, 0)), dilation=2))
    (5, 4)
    """
    standard = layer.on()
    extents = standard.actual.extents
    return tuple(
        next(
            size
            for size in itertools.count(1)
            if extent.condition.subs(standard.shape[axis], size) >= 0 and _accepts(layer, axis, size)
        )
        for axis, extent in enumerate(extents, start=2)
    )


def _accepts(layer: Layer, axis: int, size: int) -> bool:
    """Whether circular and reflected padding find the cells that they need."""
    shape = layer.standard_input()
    try:
        layer.read_input((*shape[:axis], size, *shape[axis + 1 :]))
    except ShapeError:
        return False
    return True


def tensor_shapes(layer: Layer, input_shape: Sequence[int]) -> dict[str, Shape]:
    """The shapes of the tensors that a layer with numbers reads.

    >>> from symconv.layers import Conv1d
    >>> tensor_shapes(Conv1d(2, 4, 3), (1, 2, 9))
    {'X': (1, 2, 9), 'W': (4, 2, 3), 'b': (4,)}
    """
    statement = layer.on(input_shape).nominal.statement
    own = {t: tuple(map(int, statement.shape(t))) for t in PARAMETERS if t in statement.reads}
    return {"X": tuple(input_shape), **own}
