"""How the verdict on the border of kernels with given weights came about, in words, and a position that differs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from symconv.backing.claim import DERIVED
from symconv.composition.judge import as_numbers
from symconv.composition.opened import ZEROS
from symconv.composition.sized import Sized
from symconv.composition.transposed import UNDECIDED
from symconv.errors import ShapeError

if TYPE_CHECKING:
    from symconv.composition.verdict import CompositionVerdict

NOT_DECIDED = "not decided for every size"
#: The largest input that is looked at for a difference.
_LARGEST = 12


def decided(verdict: CompositionVerdict) -> str:
    """Whether all positions were looked at, or all kinds of positions that inputs of any size have, or a rule decided.

    >>> import numpy as np
    >>> from symconv.composition import Kernel, explain_composition
    >>> decided(explain_composition(np.array([1, 2]), Kernel(np.array([1, 1]), padding=1)))
    'computed at every kind of position that a size has, a first difference at (0,) for an input of size (2,)'
    """
    floats = " in floating point" if any(map(_has_floats, verdict.layers)) else ""
    if verdict.input_size is not None:
        return f"computed{floats} at every position{_first(verdict)}"
    if verdict.reason == UNDECIDED:
        return NOT_DECIDED
    if _copies(verdict):
        return DERIVED if verdict.exact is True else NOT_DECIDED
    return f"computed{floats} at every kind of position that a size has{_smallest(verdict)}"


def _has_floats(layer: Any) -> bool:
    kernel = getattr(layer, "kernel", layer)
    return any(as_numbers(array).dtype.kind in "fc" for array in (kernel.weight, kernel.bias) if array is not None)


def _copies(verdict: CompositionVerdict) -> bool:
    """Whether the padding of one of the layers copies cells, so that sizes are not decided by kinds of positions."""
    plain = not any(layer.transposed for layer in verdict.layers)
    return plain and any(Sized.of(layer).mode != ZEROS for layer in verdict.layers)


def _first(verdict: CompositionVerdict) -> str:
    """Where the first position is that differs."""
    if verdict.frame is None or not verdict.frame.any():
        return ""
    return f", a first difference at {tuple(map(int, np.argwhere(verdict.frame)[0]))}"


def _smallest(verdict: CompositionVerdict) -> str:
    """Where the first position is that differs, for the smallest input of equal sides that has one."""
    from symconv.composition.compose import explain_composition

    for n in range(1, 0 if verdict.exact is True else _LARGEST + 1):
        size = (n,) * verdict.layers[0].dims
        with suppress(ShapeError):
            found = _first(explain_composition(*verdict.layers, input_size=size))
            if found:
                return f"{found} for an input of size {size}"
    return ""
