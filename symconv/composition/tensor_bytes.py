"""Arrays as the content of .safetensors, .npy and .pt files, and as arrays of the other kind."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np

from symconv.composition.arrays import kind_of
from symconv.composition.tensor_files import safetensors_module, torch_module
from symconv.errors import ArgumentError, sentence


def safetensors_bytes(tensors: Mapping[str, Any], metadata: Mapping[str, str]) -> bytes:
    """All tensors, of NumPy or of torch, each with its entries one after another in memory, and the metadata."""
    kind = kind_of(tensors["weight"])
    library = safetensors_module(kind)
    rows = {n: t.detach().contiguous() if kind == "torch" else np.ascontiguousarray(t) for n, t in tensors.items()}
    made: bytes = library.save(rows, metadata=dict(metadata))
    return made


def npy_bytes(tensors: Mapping[str, Any], _: Mapping[str, str]) -> bytes:
    """The weight alone."""
    target = BytesIO()
    np.save(target, as_numpy(tensors["weight"]), allow_pickle=False)
    return target.getvalue()


def pt_bytes(tensors: Mapping[str, Any], _: Mapping[str, str]) -> bytes:
    """A state dict of copies, so that no larger storage is saved behind them."""
    target = BytesIO()
    torch_module().save({name: as_torch(tensor).detach().clone() for name, tensor in tensors.items()}, target)
    return target.getvalue()


def dtype_name(array: Any) -> str:
    """The data type's name, the same for NumPy and torch: float32, say."""
    return str(array.dtype).removeprefix("torch.")


def as_numpy(array: Any) -> np.ndarray[Any, Any]:
    """The array in NumPy; raises ``ArgumentError`` for a data type that NumPy lacks."""
    if isinstance(array, np.ndarray):
        return array
    try:
        converted: np.ndarray[Any, Any] = array.detach().cpu().numpy()
    except TypeError:
        raise ArgumentError(
            sentence(f"dtype={dtype_name(array)}", "does not exist in NumPy", "use .safetensors or .pt")
        ) from None
    return converted


def as_torch(array: Any) -> Any:
    """The array as a torch tensor; raises ``ArgumentError`` where PyTorch is not installed."""
    torch = torch_module()
    return array if isinstance(array, torch.Tensor) else torch.from_numpy(np.ascontiguousarray(array))
