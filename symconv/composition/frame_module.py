"""The frame repair: the composite where no layer reads outside its input, the layers on strips at the border.

Spans (start, stop) of rows say what is computed along an axis.  From the output rows that are wanted, one goes back
through the layers to the rows of the input that they need, padding left out; forward, each layer pads these again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import torch
from torch import nn
from torch.nn import functional

from symconv.composition.kernel import Kernel
from symconv.errors import ShapeError, sentence

#: The rows from start up to, but not including, stop; negative or beyond the size in the padding.
Span: TypeAlias = tuple[int, int]

#: The cell that padding of a mode copies to the place j of an axis of n cells.
_COPIED: dict[str, Callable[[int, int], int]] = {
    "circular": lambda j, n: j % n,
    "reflect": lambda j, n: n - 1 - abs(n - 1 - abs(j)),
    "replicate": lambda j, n: min(max(j, 0), n - 1),
}
#: How much less than the size the padding must be.
_LEAST_LEFT = {"circular": 0, "reflect": 1}


@dataclass(frozen=True)
class LayerAxis:
    """How a layer reads one axis."""

    kernel: int
    stride: int
    dilation: int
    padding: tuple[int, int]
    mode: str

    def outputs(self, size: int) -> int:
        """How many rows come out; raises ``ShapeError`` where none does, or the padding cannot be copied."""
        count = (size + sum(self.padding) - self.dilation * (self.kernel - 1) - 1) // self.stride + 1
        if count < 1 or (self.mode in _LEAST_LEFT and max(self.padding) > size - _LEAST_LEFT[self.mode]):
            condition = (
                f"is too small for a layer of kernel_size={self.kernel}, dilation={self.dilation}, "
                f"padding={self.padding}, padding_mode={self.mode!r}"
            )
            raise ShapeError(sentence(f"an axis of {size} cells", condition, "enlarge the input"))
        return count

    def reads(self, rows: Span) -> Span:
        """The places, padding included, that the output rows read."""
        start, last = self.stride * rows[0], self.stride * (rows[1] - 1)
        return start - self.padding[0], last - self.padding[0] + self.dilation * (self.kernel - 1) + 1

    def within(self, span: Span) -> Span:
        """The output rows that read nothing outside the span."""
        before, reach = self.padding[0], self.dilation * (self.kernel - 1)
        return -(-(span[0] + before) // self.stride), (span[1] - 1 - reach + before) // self.stride + 1

    def needs(self, rows: Span, size: int) -> Span:
        """The cells of the input behind the output rows: at least one, so that no layer is without input."""
        start, stop = self.reads(rows)
        if self.mode == "zeros":
            first = min(max(start, 0), size - 1)
            return first, max(min(stop, size), first + 1)
        cells = [_COPIED[self.mode](j, size) for j in range(start, stop)]
        return min(cells), max(cells) + 1

    def take(self, x: torch.Tensor, dim: int, have: Span, rows: Span, size: int) -> tuple[torch.Tensor, list[int]]:
        """What the output rows read, from the input's rows ``have``, and how many zeros are still to be put around."""
        start, stop = self.reads(rows)
        if self.mode != "zeros":
            cells = [_COPIED[self.mode](j, size) - have[0] for j in range(start, stop)]
            return x.index_select(dim, torch.tensor(cells, device=x.device)), [0, 0]
        first, last = max(start, have[0]), min(stop, have[1])
        if first >= last:
            return x.narrow(dim, 0, 0), [stop - start, 0]
        return x.narrow(dim, first - have[0], last - first), [first - start, stop - last]


def layer_axes(kernel: Kernel) -> tuple[LayerAxis, ...]:
    """How the kernel reads each axis."""
    rows = zip(kernel.kernel_size, kernel.stride, kernel.dilation, kernel.padding, strict=True)
    return tuple(LayerAxis(*row, kernel.padding_mode) for row in rows)


class FrameModule(nn.Module):
    """Layers in a row, computed by their composite but for the frame, for inputs of any size.

    composite   nn.Conv of the composite kernel, without padding
    layers      nn.Conv of each layer, without padding: the padding is put around the strips

    All are parameters, with gradients of their own: training moves the composite and the layers apart, so train the
    layers, and repair again.
    """

    def __init__(self, composite: Kernel, layers: Sequence[Kernel]) -> None:
        super().__init__()
        self._read_composite, self._read_layers = layer_axes(composite), tuple(map(layer_axes, layers))
        self.composite = _unpadded(composite)
        self.layers = nn.ModuleList(map(_unpadded, layers))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The layers' result on a tensor (N, in_channels, *sizes), or one without N."""
        dims = len(self._read_composite)
        sizes = _sizes(self._read_layers, tuple(x.shape[-dims:]))
        whole = tuple((0, size) for size in sizes[-1])
        inside = self._inside(sizes)
        if any(start >= stop for start, stop in inside):
            return _on_rows(x, whole, self.layers, self._read_layers, sizes)
        y = _on_rows(x, inside, [self.composite], [self._read_composite], [sizes[0], sizes[-1]])
        for axis in reversed(range(dims)):
            before = self._strip(x, axis, (0, inside[axis][0]), inside, sizes)
            after = self._strip(x, axis, (inside[axis][1], whole[axis][1]), inside, sizes)
            y = torch.cat([*before, y, *after], dim=axis - dims) if before or after else y
        return y

    def _inside(self, sizes: Sequence[Sequence[int]]) -> tuple[Span, ...]:
        """The output rows for which no layer but the first reads outside its input, axis by axis; they may be none."""
        good = [(0, size) for size in sizes[1]]
        for axes in self._read_layers[1:]:
            good = [axis.within(span) for axis, span in zip(axes, good, strict=True)]
        return tuple(good)

    def _strip(
        self, x: torch.Tensor, axis: int, rows: Span, inside: Sequence[Span], sizes: Sequence[Sequence[int]]
    ) -> list[torch.Tensor]:
        """The layers' result on rows beside the inner part along an axis, if any; whole along the axes after it."""
        if rows[0] == rows[1]:
            return []
        box = (*inside[:axis], rows, *((0, size) for size in sizes[-1][axis + 1 :]))
        return [_on_rows(x, box, self.layers, self._read_layers, sizes)]


def _unpadded(kernel: Kernel) -> nn.Module:
    module: nn.Module = replace(kernel, padding=0, padding_mode="zeros").to_module()
    return module


def _sizes(layers: Sequence[Sequence[LayerAxis]], size: Sequence[int]) -> list[tuple[int, ...]]:
    """The sizes of the input and of every layer's output."""
    sizes = [tuple(size)]
    for axes in layers:
        sizes.append(tuple(axis.outputs(n) for axis, n in zip(axes, sizes[-1], strict=True)))
    return sizes


def _on_rows(
    x: torch.Tensor,
    wanted: Sequence[Span],
    layers: Sequence[nn.Module] | nn.ModuleList,
    read: Sequence[Sequence[LayerAxis]],
    sizes: Sequence[Sequence[int]],
) -> torch.Tensor:
    """The wanted output rows of layers in a row, computed from the rows of x that they need."""
    spans = [tuple(wanted), *_backwards(wanted, read, sizes)][::-1]
    y = x
    for axis, (start, stop) in enumerate(spans[0]):
        y = y.narrow(axis - len(wanted), start, stop - start)
    for layer, axes, size, have, rows in zip(layers, read, sizes, spans, spans[1:], strict=False):
        pads: list[int] = []
        for axis, read_axis in enumerate(axes):
            y, around = read_axis.take(y, axis - len(wanted), have[axis], rows[axis], size[axis])
            pads = [*around, *pads]
        y = layer(functional.pad(y, pads) if any(pads) else y)
    return y


def _backwards(
    wanted: Sequence[Span], read: Sequence[Sequence[LayerAxis]], sizes: Sequence[Sequence[int]]
) -> Iterator[tuple[Span, ...]]:
    """The rows of each layer's input that are needed, the last layer's first."""
    rows = tuple(wanted)
    for axes, size in zip(reversed(read), reversed(sizes[:-1]), strict=True):
        rows = tuple(axis.needs(span, n) for axis, span, n in zip(axes, rows, size, strict=True))
        yield rows
