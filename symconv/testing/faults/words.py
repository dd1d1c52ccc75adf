"""How faults name the axes and parts of a layer's tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symconv.layers.base import LABELS

if TYPE_CHECKING:
    from symconv.testing.faults.scene import Scene

_DIRECTIONS = {
    "l": ("to the left", "to the right"),
    "d": ("to the front", "to the back"),
    "h": ("up", "down"),
    "w": ("to the left", "to the right"),
}


def axis_label(dims: int, axis: int) -> str:
    """The letter of a spatial axis.

    >>> axis_label(2, 1)
    'w'
    """
    return LABELS[dims][axis]


def direction(dims: int, axis: int, by: int) -> str:
    """Where one position further on an axis lies.

    >>> direction(2, 0, -1)
    'up'
    """
    return _DIRECTIONS[axis_label(dims, axis)][by > 0]


def numbers(values: tuple[int, ...]) -> str:
    """A number for each axis; alone where there is one axis.

    >>> numbers((0, 2)), numbers((3,))
    ('(0, 2)', '3')
    """
    return str(values[0]) if len(values) == 1 else f"({', '.join(map(str, values))})"


@dataclass(frozen=True)
class Counted:
    """What an axis of a result counts, and on which axis of the layer.

    >>> Counted("position", "positions", " on axis w").index(3, 4)
    'position 3, the last, on axis w'
    """

    noun: str
    nouns: str
    where: str

    @property
    def one(self) -> str:
        """Behind "the last"."""
        return self.noun + self.where

    @property
    def several(self) -> str:
        """Behind "the last 3"."""
        return self.nouns + self.where

    def index(self, index: int, length: int = 0) -> str:
        """One of them; of ``length`` it is said which is the last."""
        last = ", the last," if index == length - 1 and length > 1 else ""
        return f"{self.noun} {index}{last}{self.where}"


def counted(scene: Scene, axis: int) -> Counted:
    """What an axis of the result counts; axes of the weight's gradient are those of the weight."""
    if axis >= 2:
        where = f" on axis {axis_label(scene.wiring.dims, axis - 2)}"
        is_tap = scene.computes == "weight"
        return Counted("tap index", "tap indices", where) if is_tap else Counted("position", "positions", where)
    nouns = {
        "output": ("batch item", "output channel"),
        "input": ("batch item", "input channel"),
        "weight": ("input channel", "output channel")
        if scene.wiring.transposed
        else ("output channel", "input channel"),
        "bias": ("output channel",),
    }
    noun = nouns[scene.computes][axis]
    return Counted(noun, f"{noun}s", "")
