"""The tensors in a .safetensors, .npy or .pt file, and its metadata; sizes are checked before memory is taken."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pickle import UnpicklingError
from types import ModuleType
from typing import Any

import numpy as np

from symconv.errors import ArgumentError, sentence

#: The most entries of a tensor: a small file can hold a view that repeats one entry without end.
MAX_ENTRIES = 2**29
_NUMBERS = "biufc"
Read = tuple[dict[str, Any], Mapping[str, str]]


def read_safetensors(path: Path) -> Read:
    """The tensors in NumPy, or in torch where one is a bfloat16; the library maps the file and checks its header."""
    safetensors_module("numpy")
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as opened:
            names = list(opened.keys())
            dtypes = {opened.get_slice(name).get_dtype() for name in names}
            metadata = dict(opened.metadata() or {})
        framework = "pt" if "BF16" in dtypes else "numpy"
        with safe_open(path, framework=framework) as opened:
            return {name: opened.get_tensor(name) for name in names}, metadata
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _corrupt(path, error, "a safetensors file") from None


def safetensors_module(kind: str) -> ModuleType:
    """safetensors.numpy or safetensors.torch; raises ``ArgumentError`` where the package is not installed."""
    try:
        return import_module(f"safetensors.{kind}")
    except ImportError:
        raise ArgumentError(
            sentence(
                "suffix='.safetensors'",
                "needs the package safetensors, which is not installed",
                "run pip install 'symconv[files]', or use .npy or .pt",
            )
        ) from None


def read_npy(path: Path) -> Read:
    """One array; mapped first, so that a header which claims more than the file holds is refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        if not isinstance(mapped, np.ndarray):
            raise ValueError("an archive of arrays")
        if mapped.dtype.kind not in _NUMBERS:
            raise ValueError(f"entries of type {mapped.dtype}")
        array = np.array(mapped, dtype=mapped.dtype.newbyteorder("="), order="C")
    except Exception as error:  # a damaged header is read as Python's literals, and can raise almost anything
        raise _corrupt(path, error, "an array of numbers in NumPy's format") from None
    return {"weight": array}, {}


def read_pt(path: Path) -> Read:
    """A tensor, or a state dict of tensors, by PyTorch's reader that makes nothing but tensors and plain containers."""
    torch = torch_module()
    _check_archive(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = torch.load(path, map_location="cpu", weights_only=True)
    except UnpicklingError:
        raise ArgumentError(
            sentence(
                f"file={str(path)!r}",
                "holds objects or code besides tensors, which are not made or run",
                "save a tensor, or a state dict of tensors",
            )
        ) from None
    except Exception as error:  # what a damaged archive raises is PyTorch's own: it can be any
        raise _corrupt(path, error, "a file of torch.save") from None
    tensors = {"weight": found} if isinstance(found, torch.Tensor) else found
    if not isinstance(tensors, dict) or not all(isinstance(name, str) for name in tensors):
        raise _no_tensors(path, type(found).__name__)
    for tensor in tensors.values():
        _check_tensor(path, tensor, torch)
    return {name: tensor.detach() for name, tensor in tensors.items()}, {}


def torch_module() -> Any:
    """PyTorch; raises ``ArgumentError`` where it is not installed."""
    try:
        import torch
    except ImportError:
        raise ArgumentError(
            sentence("suffix='.pt'", "needs PyTorch, which is not installed", "run pip install 'symconv[torch]'")
        ) from None
    return torch


def _check_archive(path: Path) -> None:
    """Refuse all but a zip archive whose parts are stored as they are: nothing in it can grow when it is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            packed = any(part.compress_type != zipfile.ZIP_STORED for part in archive.infolist())
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _corrupt(path, error, "an archive of torch.save") from None
    if packed or size > path.stat().st_size:
        raise ArgumentError(
            sentence(f"file={str(path)!r}", "is compressed, as torch.save never does", "save it again by torch.save")
        )


def _check_tensor(path: Path, tensor: Any, torch: Any) -> None:
    if not isinstance(tensor, torch.Tensor):
        raise _no_tensors(path, type(tensor).__name__)
    if tensor.layout != torch.strided or tensor.is_quantized or tensor.device.type != "cpu" or tensor.is_nested:
        raise ArgumentError(
            sentence(f"file={str(path)!r}", "holds a tensor that is no plain one", "make it dense before it is saved")
        )
    if tensor.numel() > MAX_ENTRIES:
        claimed = f"claims {tensor.numel():,} entries, more than {MAX_ENTRIES:,}"
        raise ArgumentError(sentence(f"file={str(path)!r}", claimed, "save the kernel alone"))


def _no_tensors(path: Path, found: str) -> ArgumentError:
    return ArgumentError(
        sentence(f"file={str(path)!r}", f"holds a {found}", "save a tensor, or a state dict of tensors")
    )


def _corrupt(path: Path, error: Exception, wanted: str) -> ArgumentError:
    """What the library said, on one short line."""
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return ArgumentError(sentence(f"file={str(path)!r}", f"is not {wanted} ({reason})", "write the file again"))
