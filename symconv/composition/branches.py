"""``parallel``: the sum of convolutions that read one input, as one convolution.

X. Ding and others, RepVGG: Making VGG-style ConvNets Great Again, 2021; for branches of any sizes and dilations: every
branch reads, at position y, the cells S*y + D*u - P, so that equal strides make the sum of their taps by cells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from symconv.composition.arrays import Array, Arrays, arrays_of, common_kind
from symconv.composition.batch_norm import batch_norm_kernel, is_batch_norm
from symconv.composition.compose import as_kernel
from symconv.composition.grouping import with_groups
from symconv.composition.kernel import Kernel
from symconv.composition.pooling import average_pool_kernel, pool_dims
from symconv.errors import ArgumentError, ShapeError, SymconvError, sentence


def parallel(*kernels: Any) -> Kernel:
    """One kernel for the sum of branches with equal strides and output sizes: exact everywhere, borders included.

    Each branch is a ``Kernel``, an array, or a torch module; beside one of these also ``nn.Identity``, ``nn.AvgPool``
    and batch norm in eval mode, whose channels are then known.  The taps of a branch lie at D*u - P; the result's
    dilation is the greatest step that reaches those of all, its groups the greatest common divisor.  Kind, device and
    gradients are kept, and the data type where the branches agree.

    Raises ``ShapeError`` for other channels, numbers of axes, or output sizes; ``ArgumentError`` for unequal strides,
    transposed kernels, padding that repeats the input, and a missing branch.

    >>> import numpy as np
    >>> parallel(Kernel(np.array([1, 2, 3]), padding=1), Kernel(np.array([10])))
    Kernel(numpy (1, 1, 3), padding=((1, 1),))
    """
    branches = read_branches(kernels)
    for branch in branches:
        _check_plain(branch)
        _check_equal(branches[0], branch)
    arrays = arrays_of(*(a for b in branches for a in (b.weight, b.bias) if a is not None))
    grids = tuple(_Grid.of(branches, axis) for axis in range(branches[0].dims))
    groups = math.gcd(*(branch.groups for branch in branches))
    return Kernel(
        arrays.write(_summed(arrays, branches, grids, groups)),
        _bias(arrays, branches),
        stride=branches[0].stride,
        padding=tuple((grid.before, grid.after) for grid in grids),
        dilation=tuple(grid.step for grid in grids),
        groups=groups,
    )


# ---------------------------------------------------------------------- reading the branches
def read_branches(layers: Sequence[Any]) -> tuple[Kernel, ...]:
    """All branches as kernels; those that fit any number of channels take the channels of the first that does not."""
    waiting = [next((make for fits, make in _ANY_CHANNELS if fits(layer)), None) for layer in layers]
    known = {place: as_kernel(layers[place]) for place, make in enumerate(waiting) if make is None}
    if not known:
        raise ArgumentError(
            sentence(
                f"branches={', '.join(type(layer).__name__ for layer in layers) or 'none'}",
                "do not tell the number of channels",
                "pass at least one kernel, array or convolution",
            )
        )
    model = next(iter(known.values()))
    branches = tuple(known[place] if make is None else make(layers[place], model) for place, make in enumerate(waiting))
    common_kind(*(branch.weight for branch in branches))
    return branches


def _pool(layer: Any, model: Kernel) -> Kernel:
    return average_pool_kernel(layer, model.in_channels, model.weight)


def _identity(_: Any, model: Kernel) -> Kernel:
    # one group a channel, so that the sum keeps the groups of the others
    arrays = arrays_of(model.weight)
    ones = arrays.zeros((model.in_channels, 1, *(1,) * model.dims)) + 1
    return Kernel(arrays.write(ones), groups=model.in_channels)


def _norm(layer: Any, model: Kernel) -> Kernel:
    return batch_norm_kernel(layer, model.dims)


def _is_identity(layer: Any) -> bool:
    return any(base.__name__ == "Identity" and base.__module__.startswith("torch.") for base in type(layer).__mro__)


#: Layers that fit any number of channels, and the kernel of each beside another branch.
_ANY_CHANNELS: tuple[tuple[Callable[[Any], bool], Callable[[Any, Kernel], Kernel]], ...] = (
    (_is_identity, _identity),
    (is_batch_norm, _norm),
    (lambda layer: pool_dims(layer) is not None, _pool),
)


# ---------------------------------------------------------------------- what the branches must share
def _excess(kernel: Kernel) -> tuple[int, ...]:
    """Padding less span along each axis: what, with the stride, decides the output's size for every input."""
    sizes = zip(kernel.padding, kernel.dilation, kernel.kernel_size, strict=True)
    return tuple(before + after - d * (k - 1) for (before, after), d, k in sizes)


#: What all branches share: its name, its value, the error where it differs, and the way out.
_EQUAL: tuple[tuple[str, Callable[[Kernel], Any], type[SymconvError], str], ...] = (
    ("axes", lambda kernel: kernel.dims, ShapeError, "pass branches of the same number of spatial axes"),
    ("in_channels", lambda kernel: kernel.in_channels, ShapeError, "pass branches that read the same input"),
    ("out_channels", lambda kernel: kernel.out_channels, ShapeError, "pass branches that write the same channels"),
    ("stride", lambda kernel: kernel.stride, ArgumentError, "pass branches of one stride"),
    ("padding - dilation*(kernel_size - 1)", _excess, ShapeError, "pad the branches to equal output sizes"),
)


def _check_equal(one: Kernel, other: Kernel) -> None:
    for name, value, error, way_out in _EQUAL:
        first, second = value(one), value(other)
        if first != second:
            raise error(sentence(f"branches={one!r} and {other!r}", f"differ in {name}: {first} and {second}", way_out))


def _check_plain(branch: Kernel) -> None:
    repeats = branch.padding_mode != "zeros" and any(map(any, branch.padding))
    reasons = {
        f"padding_mode={branch.padding_mode!r}": (repeats, "is not zeros in all branches alike", "use 'zeros'"),
        f"branch={branch!r}": (branch.transposed, "is transposed", "add its output to that of the others"),
    }
    for subject, (holds, why, way_out) in reasons.items():
        if holds:
            raise ArgumentError(sentence(subject, why, way_out))


# ---------------------------------------------------------------------- the sum
@dataclass(frozen=True)
class _Grid:
    """The taps of the sum along one axis: ``count``, ``step`` apart; ``places`` says where each branch's lie."""

    count: int
    step: int
    before: int
    after: int
    places: tuple[slice, ...]

    @classmethod
    def of(cls, branches: Sequence[Kernel], axis: int) -> _Grid:
        rows = [(b.kernel_size[axis], b.dilation[axis], b.padding[axis]) for b in branches]
        starts = [-before for _, _, (before, _) in rows]
        least = min(starts)
        greatest = max(start + d * (k - 1) for start, (k, d, _) in zip(starts, rows, strict=True))
        steps = [d for k, d, _ in rows if k > 1]
        step = math.gcd(*steps, *(start - least for start in starts)) or 1
        places = tuple(
            slice((start - least) // step, (start - least + d * (k - 1)) // step + 1, max(d // step, 1) if k > 1 else 1)
            for start, (k, d, _) in zip(starts, rows, strict=True)
        )
        # the first branch's excess is that of all: before + after - (greatest - least)
        k, d, pads = rows[0]
        after = sum(pads) - d * (k - 1) + greatest
        return cls((greatest - least) // step + 1, step, -least, after, places)


def _summed(arrays: Arrays, branches: Sequence[Kernel], grids: Sequence[_Grid], groups: int) -> Any:
    first = branches[0]
    whole = arrays.zeros((first.out_channels, first.in_channels // groups, *(grid.count for grid in grids)))
    for number, branch in enumerate(branches):
        weight = with_groups(arrays, arrays.read(branch.weight), branch.groups, groups)
        whole[(slice(None), slice(None), *(grid.places[number] for grid in grids))] += weight
    return whole


def _bias(arrays: Arrays, branches: Sequence[Kernel]) -> Array | None:
    given = [arrays.read(branch.bias) for branch in branches if branch.bias is not None]
    return arrays.write(reduce(lambda a, b: a + b, given)) if given else None
