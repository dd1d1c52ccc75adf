"""What evaluation needs of NumPy or PyTorch; PyTorch is imported only where a tensor of it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.errors import ArgumentError, sentence


@dataclass(frozen=True)
class Library:
    """What evaluation needs of NumPy or PyTorch; ``divides``: the tensors' type holds fractions."""

    array: Callable[[NDArray[Any]], Any]
    index: Callable[[NDArray[np.int64]], Any]
    zeros: Callable[[tuple[int, ...]], Any]
    cast: Callable[[Any], Any]
    einsum: Callable[..., Any]
    divides: bool


def checked_tensor(tensors: Mapping[str, Any], name: str) -> Any:
    """The tensor of that name; raises ``ArgumentError`` where there is none."""
    if name not in tensors:
        raise ArgumentError(
            sentence(f"tensors without {name!r}", "lack what the statement reads", f"pass {name!r} too")
        )
    tensor = tensors[name]
    if not isinstance(tensor, np.ndarray) and not _is_torch(tensor):
        raise ArgumentError(
            sentence(f"{name}={type(tensor).__name__}", "is no tensor", "pass a torch.Tensor or a numpy.ndarray")
        )
    return tensor


def _is_torch(value: Any) -> bool:
    """Seen without importing torch, also for nn.Parameter and other subclasses."""
    return any(
        kind.__module__.partition(".")[0] == "torch" and kind.__name__ == "Tensor" for kind in type(value).__mro__
    )


def library_of(tensors: Mapping[str, Any]) -> Library:
    """The library, type and device of all the tensors together; raises ``ArgumentError`` for a mixture of libraries."""
    kinds = {_is_torch(tensor) for tensor in tensors.values()}
    if len(kinds) > 1:
        raise ArgumentError(
            sentence(f"tensors {', '.join(tensors)}", "are of PyTorch and of NumPy", "pass all of them of one kind")
        )
    if kinds == {True}:
        return _torch_library(list(tensors.values()))
    return numpy_library(np.result_type(*tensors.values()) if tensors else np.dtype(np.float64))


def numpy_library(dtype: Any) -> Library:
    """NumPy in one data type."""
    return Library(
        array=lambda values: values.astype(dtype),
        index=lambda values: values,
        zeros=lambda shape: np.zeros(shape, dtype),
        cast=lambda tensor: tensor.astype(dtype, copy=False),
        einsum=partial(np.einsum, optimize=True),
        divides=np.issubdtype(dtype, np.inexact),
    )


def _torch_library(tensors: list[Any]) -> Library:
    import torch

    device = tensors[0].device
    dtype = reduce(torch.promote_types, (tensor.dtype for tensor in tensors))
    return Library(
        array=lambda values: torch.from_numpy(np.array(values)).to(device=device, dtype=dtype),
        index=lambda values: torch.from_numpy(np.array(values)).to(device=device),
        zeros=lambda shape: torch.zeros(shape, dtype=dtype, device=device),
        cast=lambda tensor: tensor.to(dtype),
        einsum=torch.einsum,
        divides=dtype.is_floating_point or dtype.is_complex,
    )
