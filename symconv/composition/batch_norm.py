"""Batch norm with fixed statistics as part of a kernel: y = (x - mean)*weight/sqrt(var + eps) + bias, by channels.

S. Ioffe, C. Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift,
2015.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symconv.composition.arrays import Array, Arrays, arrays_of, kind_of
from symconv.composition.compose import as_kernel
from symconv.composition.kernel import Kernel
from symconv.errors import ArgumentError, ShapeError, sentence

#: The torch modules of batch norm, by name, so that none need be imported.
_MODULES = {"_BatchNorm"}


@dataclass(frozen=True, eq=False)
class BatchNorm:
    """Batch norm with fixed statistics, as data: arrays of one kind with one entry a channel.

    mean, var      the running statistics
    weight, bias   the affine part, or ``None``
    eps            is added to the variance
    """

    mean: Any
    var: Any
    weight: Any = None
    bias: Any = None
    eps: Any = 1e-5


def is_batch_norm(layer: Any) -> bool:
    """Whether it is a ``BatchNorm`` record or one of torch's batch norms."""
    return isinstance(layer, BatchNorm) or bool(_MODULES & {base.__name__ for base in type(layer).__mro__})


def fold_batch_norm(kernel: Any, bn: Any) -> Kernel:
    """The kernel, plain or transposed, followed by the batch norm: exact everywhere, borders included.

    ``kernel`` is a ``Kernel``, an array or a torch module; ``bn`` an ``nn.BatchNorm1d`` to ``3d`` in eval mode with
    running statistics, or a ``BatchNorm``.  Both stay as they are; kind, device and gradients are kept, and the data
    type where the two agree.  Raises ``ArgumentError`` for training mode, missing statistics, and variances
    that have no root; ``ShapeError`` for another number of channels.

    >>> import numpy as np
    >>> bn = BatchNorm(mean=np.array([1.0]), var=np.array([4.0]), bias=np.array([5.0]), eps=0)
    >>> folded = fold_batch_norm(Kernel(np.array([[[6.0, 8.0]]])), bn)
    >>> folded.weight.tolist(), folded.bias.tolist()
    ([[[3.0, 4.0]]], [4.5])
    """
    layer, norm = as_kernel(kernel), _record(bn)
    _check_channels(norm, layer.out_channels)
    arrays, scale, shift = _scale_and_shift(norm, *(a for a in (layer.weight, layer.bias) if a is not None))
    weight = arrays.read(layer.weight)
    if layer.transposed:
        taps = (1,) * layer.dims
        blocks = weight.reshape((layer.groups, -1, *weight.shape[1:]))
        weight = (blocks * scale.reshape((layer.groups, 1, -1, *taps))).reshape(tuple(weight.shape))
    else:
        weight = weight * scale.reshape((-1, 1, *(1,) * layer.dims))
    bias = shift if layer.bias is None else arrays.read(layer.bias) * scale + shift
    return Kernel(
        arrays.write(weight),
        arrays.write(bias),
        stride=layer.stride,
        padding=layer.padding,
        dilation=layer.dilation,
        groups=layer.groups,
        transposed=layer.transposed,
        output_padding=layer.output_padding,
        padding_mode=layer.padding_mode,
    )


def batch_norm_kernel(bn: Any, dims: int = 2) -> Kernel:
    """The batch norm alone: a 1x1 kernel, one tap a channel, with a bias; arguments and errors as ``fold_batch_norm``.

    Composed with a convolution after it, it is exact where that pads nothing: zero padding is not normalised.
    """
    norm = _record(bn)
    if dims not in (1, 2, 3):
        raise ArgumentError(sentence(f"dims={dims!r}", "is no number of spatial axes", "use 1, 2 or 3"))
    channels = int(norm.mean.shape[0])
    _check_channels(norm, channels)
    arrays, scale, shift = _scale_and_shift(norm)
    return Kernel(arrays.write(scale.reshape((channels, 1, *(1,) * dims))), arrays.write(shift), groups=channels)


def _record(bn: Any) -> BatchNorm:
    if isinstance(bn, BatchNorm):
        return bn
    if not is_batch_norm(bn):
        raise ArgumentError(
            sentence(f"bn={type(bn).__name__}", "is no batch norm", "pass nn.BatchNorm1d to 3d, or a BatchNorm record")
        )
    name = type(bn).__name__
    if bn.running_mean is None or bn.running_var is None:
        raise ArgumentError(
            sentence(f"bn={name}(track_running_stats=False)", "keeps no running statistics", "pass one that does")
        )
    if bn.training:
        raise ArgumentError(
            sentence(f"bn={name} in training mode", "normalises by the batch, and is no fixed map", "call bn.eval()")
        )
    return BatchNorm(bn.running_mean, bn.running_var, bn.weight, bn.bias, bn.eps)


def _check_channels(norm: BatchNorm, channels: int) -> None:
    for name in ("mean", "var", "weight", "bias"):
        array = getattr(norm, name)
        if array is None:
            continue
        kind_of(array, name)
        if tuple(array.shape) != (channels,):
            raise ShapeError(
                sentence(
                    f"batch norm's {name} of shape {tuple(array.shape)}",
                    f"does not fit {channels} channels",
                    "pass the batch norm that follows this kernel",
                )
            )


def _scale_and_shift(norm: BatchNorm, *others: Array) -> tuple[Arrays, Any, Any]:
    """The batch norm as x*scale + shift, in the arrays that all given together make."""
    parts = [array for array in (norm.mean, norm.var, norm.weight, norm.bias) if array is not None]
    arrays = _of_32_bits(arrays_of(*parts, *others))
    spread = arrays.read(norm.var) + norm.eps
    if not _POSITIVE[arrays.kind](spread):
        raise ArgumentError(
            sentence("batch norm's var + eps", "has entries that are not positive", "pass the variances, and eps > 0")
        )
    scale = 1 / _ROOT[arrays.kind](spread)
    if norm.weight is not None:
        scale = scale * arrays.read(norm.weight)
    shift = -arrays.read(norm.mean) * scale
    return arrays, scale, shift if norm.bias is None else shift + arrays.read(norm.bias)


def _of_32_bits(arrays: Arrays) -> Arrays:
    """16-bit floats are worked on in 32 bits and rounded once, as PyTorch's batch norm does."""
    if arrays.kind == "sympy" or arrays.dtype.itemsize > 2:
        return arrays
    if arrays.kind == "numpy":
        return replace(
            arrays,
            read=lambda array: np.asarray(array).astype(np.float32),
            write=lambda array: array.astype(arrays.dtype),
        )
    import torch

    return replace(arrays, read=lambda array: array.to(torch.float32), write=lambda array: array.to(arrays.dtype))


def _symbolic_roots(spread: Any) -> Any:
    from sympy import sqrt

    return np.array([sqrt(entry) for entry in spread], dtype=object)


_ROOT: dict[str, Callable[[Any], Any]] = {
    "torch": lambda spread: spread.sqrt(),
    "numpy": np.sqrt,
    "sympy": _symbolic_roots,
}
_POSITIVE: dict[str, Callable[[Any], bool]] = {
    "torch": lambda spread: bool((spread > 0).all()),
    "numpy": lambda spread: bool((spread > 0).all()),
    "sympy": lambda spread: not any(entry.is_nonpositive for entry in spread),
}
