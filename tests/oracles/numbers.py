"""A layer's arguments as plain ints, read by attribute; padding "same" is worked out here once more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Numbers:
    """A layer on an input; the spatial entries have one value an axis. ``kind``: "conv", "transposed" or "pool"."""

    kind: str
    batch: int
    inputs: int
    outputs: int
    groups: int
    sizes: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    sides: tuple[tuple[int, int], ...]
    extra: tuple[int, ...]
    bias: bool
    padding_mode: str = "zeros"
    ceil_mode: bool = False
    count_include_pad: bool = True


def numbers(layer: Any, shape: Sequence[int]) -> Numbers:
    """Any layer of symconv on an input of that shape."""
    name = type(layer).__name__
    if name == "Linear":
        empty: tuple[int, ...] = ()
        axes = (empty,) * 4
        return Numbers(
            "conv", math.prod(shape[:-1]), layer.in_features, layer.out_features, 1, *axes, (), (), layer.bias
        )
    pool = name.startswith("AvgPool")
    transposed = name.startswith("ConvTranspose")
    ones = (1,) * len(layer.kernel_size)
    dilation = ones if pool else layer.dilation
    return Numbers(
        kind="pool" if pool else "transposed" if transposed else "conv",
        batch=shape[0],
        inputs=shape[1],
        outputs=shape[1] if pool else layer.out_channels,
        groups=shape[1] if pool else layer.groups,
        sizes=tuple(shape[2:]),
        kernel=layer.kernel_size,
        stride=layer.stride,
        dilation=dilation,
        sides=_sides(layer.padding, layer.kernel_size, dilation),
        extra=layer.output_padding if transposed else (0,) * len(ones),
        bias=not pool and layer.bias,
        padding_mode=getattr(layer, "padding_mode", "zeros"),
        ceil_mode=pool and layer.ceil_mode,
        count_include_pad=not pool or layer.count_include_pad,
    )


def _sides(padding: Any, kernel: Sequence[int], dilation: Sequence[int]) -> tuple[tuple[int, int], ...]:
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding == "same":
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return tuple((total // 2, total - total // 2) for total in totals)
    return tuple(p if isinstance(p, tuple) else (p, p) for p in padding)
