"""Average pooling, and a linear layer behind a flatten, as kernels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from symconv.composition.arrays import Array, arrays_of, numpy_arrays
from symconv.composition.kernel import Kernel
from symconv.errors import ArgumentError, ShapeError, sentence
from symconv.layers.arguments import per_axis, read_size
from symconv.layers.base import LABELS

#: The number of spatial axes of each of torch's average poolings.
_POOLS = {"AvgPool1d": 1, "AvgPool2d": 2, "AvgPool3d": 3}


def pool_dims(layer: Any) -> int | None:
    """How many axes an ``nn.AvgPool`` pools over; ``None`` for anything else."""
    names = (base.__name__ for base in type(layer).__mro__)
    return next((_POOLS[name] for name in names if name in _POOLS), None)


def average_pool_kernel(module: Any, channels: int, like: Array | None = None) -> Kernel:
    """Average pooling of so many channels as a depthwise kernel, each tap 1/size (or 1/divisor_override).

    ``module`` is an ``nn.AvgPool1d``, ``2d`` or ``3d``; the weight is of the kind, data type and device of ``like``, by
    default a torch tensor of the default type.  Raises ``ArgumentError`` where it is no convolution: with
    ``ceil_mode=True`` windows reach beyond the padded input; with padding and ``count_include_pad=False`` the divisor
    changes at the border.
    """
    dims, name = pool_dims(module), type(module).__name__
    if dims is None:
        raise ArgumentError(sentence(f"module={name}", "is no average pooling", "pass nn.AvgPool1d, 2d or 3d"))
    read_size("channels", channels)
    labels = LABELS[dims]
    sizes = tuple(int(k) for k in per_axis("kernel_size", module.kernel_size, labels))
    padding = per_axis("padding", module.padding, labels, zero_allowed=True)
    _refuse(module.ceil_mode, f"{name}(ceil_mode=True)", "has windows beyond the padding", "use ceil_mode=False")
    _refuse(
        any(padding) and not module.count_include_pad,
        f"{name}(padding={module.padding}, count_include_pad=False)",
        "divides by another number at the border",
        "use count_include_pad=True, or no padding",
    )
    divisor = getattr(module, "divisor_override", None) or math.prod(sizes)
    shape = (channels, 1, *sizes)
    return Kernel(_filled(shape, divisor, like), stride=module.stride, padding=padding, groups=channels)


def _refuse(condition: bool, subject: str, why: str, way_out: str) -> None:
    if condition:
        raise ArgumentError(sentence(subject, f"is no convolution: it {why}", way_out))


def _filled(shape: tuple[int, ...], divisor: int, like: Array | None) -> Array:
    if like is None:
        import torch

        return torch.full(shape, 1 / divisor)
    arrays = arrays_of(like)
    if arrays.kind == "sympy":
        from sympy import Rational

        whole = numpy_arrays(arrays.dtype).zeros(shape)
        whole[...] = Rational(1, divisor)
        return arrays.write(whole)
    return arrays.write(arrays.zeros(shape) + 1 / divisor)


def linear_after_flatten(linear: Any, input_shape: Sequence[int]) -> Kernel:
    """A linear layer that reads a flattened input (C, *sizes): a kernel as large as the input, written to one position.

    ``linear`` is an ``nn.Linear`` whose parameters the kernel shares.  Raises ``ShapeError`` where the sizes do not
    multiply to its in_features, or are not of 1 to 3 axes.
    """
    if "Linear" not in {base.__name__ for base in type(linear).__mro__}:
        raise ArgumentError(sentence(f"linear={type(linear).__name__}", "is no linear layer", "pass an nn.Linear"))
    shape = tuple(input_shape)
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in shape)
    if not whole or not 2 <= len(shape) <= 4 or math.prod(shape) != linear.in_features:
        raise ShapeError(
            sentence(
                f"input_shape={shape}",
                f"does not flatten to in_features={linear.in_features} from 1 to 3 axes",
                "pass (channels, *sizes) of one input, without the batch",
            )
        )
    return Kernel(linear.weight.reshape((linear.out_features, *shape)), linear.bias)
