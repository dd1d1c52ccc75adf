"""Kernels in files: .safetensors with all arguments, .npy with a bare array, .pt with tensors; no pickle is run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symconv.composition.kernel import Kernel
from symconv.composition.tensor_bytes import dtype_name, npy_bytes, pt_bytes, safetensors_bytes
from symconv.composition.tensor_files import read_npy, read_pt, read_safetensors
from symconv.errors import ArgumentError, SymconvError, sentence

MAX_BYTES = 2**31
#: The arguments that a .safetensors file keeps in its metadata, each as JSON.
ARGUMENTS = ("stride", "padding", "dilation", "groups", "transposed", "output_padding", "padding_mode")
#: Those that a kernel of symbols may have as symbols, and a file's may not.
_READERS: dict[str, Callable[[Path], tuple[dict[str, Any], Mapping[str, str]]]] = {
    ".safetensors": read_safetensors,
    ".npy": read_npy,
    ".pt": read_pt,
    ".pth": read_pt,
}
SUFFIXES = tuple(_READERS)
#: The data types of a kernel.
DTYPES = frozenset(
    (
        *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
        *("bfloat16", "float16", "float32", "float64", "complex64", "complex128"),
    )
)


@dataclass(frozen=True)
class Stored:
    """What a file holds: the arrays, their axes as they are there, and the arguments beside them."""

    path: Path
    weight: Any
    bias: Any
    arguments: Mapping[str, Any]

    def kernel(self, **arguments: Any) -> Kernel:
        """The kernel, with ``arguments`` over those of the file; raises ``ArgumentError`` where it is none."""
        try:
            return Kernel(self.weight, self.bias, **{**self.arguments, **arguments})
        except SymconvError as error:
            raise ArgumentError(f"file={str(self.path)!r}: {error}") from None


def read_kernel(path: str | Path, **arguments: Any) -> Kernel:
    """The kernel in a file, its arrays of NumPy (.npy, .safetensors) or of torch (.pt, .pth, and bfloat16).

    ``arguments`` such as ``stride=2`` stand over those of the file; .npy and .pt hold none.  Raises ``ArgumentError``
    for what cannot be read, is no kernel, or is larger than 2 GiB; nothing in a file is run as code.
    """
    return read_stored(path).kernel(**arguments)


def read_stored(path: str | Path) -> Stored:
    """The content of a file; raises as ``read_kernel`` does, but for what only makes no kernel."""
    path = Path(path)
    suffix = check_suffix(path)
    _check_size(path)
    tensors, metadata = _READERS[suffix](path)
    weight, bias = _roles(path, tensors)
    _check_dtypes(path, weight, bias)
    return Stored(path, weight, bias, _read_arguments(path, metadata))


def check_suffix(path: Path) -> str:
    """The suffix of a kernel's file; raises ``ArgumentError`` for any other."""
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise ArgumentError(
            sentence(f"file={str(path)!r}", "has no suffix of a kernel's file", f"use one of {', '.join(SUFFIXES)}")
        )
    return suffix


def _check_size(path: Path) -> None:
    """Refuse what is no plain file, or too large, before a byte of it is read."""
    complaints = (
        (not path.exists(), "does not exist", "name a file that is there"),
        (path.is_dir(), "is a directory", "name a file in it"),
        (path.exists() and not path.is_file(), "is no plain file", "name a file"),
    )
    for holds, condition, way_out in complaints:
        if holds:
            raise ArgumentError(sentence(f"file={str(path)!r}", condition, way_out))
    size = path.stat().st_size
    if size == 0:
        raise ArgumentError(sentence(f"file={str(path)!r}", "is empty", "write the kernel again"))
    if size > MAX_BYTES:
        raise ArgumentError(
            sentence(f"file={str(path)!r}", f"has {size:,} bytes, more than {MAX_BYTES:,}", "save the kernel alone")
        )


def _roles(path: Path, tensors: Mapping[str, Any]) -> tuple[Any, Any]:
    """(weight, bias): by these names, or the one tensor that has an axis."""
    if "weight" in tensors and set(tensors) <= {"weight", "bias"}:
        return tensors["weight"], tensors.get("bias")
    ranked = [tensor for tensor in tensors.values() if len(tensor.shape) > 0]
    if len(ranked) == 1 and "bias" not in tensors:
        return ranked[0], None
    held = ", ".join(sorted(tensors)[:8]) or "nothing"
    raise ArgumentError(
        sentence(f"file={str(path)!r}", f"holds {held}, not one kernel", "name its tensors weight and bias")
    )


def _check_dtypes(path: Path, weight: Any, bias: Any) -> None:
    if dtype_name(weight) not in DTYPES:
        raise ArgumentError(
            sentence(f"file={str(path)!r}", f"has entries of type {dtype_name(weight)}", "save integers or floats")
        )
    if bias is not None and dtype_name(bias) != dtype_name(weight):
        raise ArgumentError(
            sentence(
                f"file={str(path)!r}",
                f"has a weight of {dtype_name(weight)} and a bias of {dtype_name(bias)}",
                "save both in one data type",
            )
        )


def check_alike(kernels: Mapping[str, Kernel]) -> None:
    """Raise ``ArgumentError`` where kernels, by their names, have several data types: rounding would be silent."""
    found = {name: dtype_name(kernel.weight) for name, kernel in kernels.items()}
    if len(set(found.values())) > 1:
        given = ", ".join(f"{name} is {dtype}" for name, dtype in found.items())
        raise ArgumentError(sentence("kernels", f"have several data types ({given})", "save them in one data type"))


def _read_arguments(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    return {name: _read_json(path, name, metadata[name]) for name in ARGUMENTS if name in metadata}


def _read_json(path: Path, name: str, text: str) -> Any:
    try:
        return _with_tuples(json.loads(text))
    except (ValueError, RecursionError):
        given = text if len(text) <= 60 else f"{text[:57]}..."
        raise ArgumentError(
            sentence(f"file={str(path)!r}: {name}={given!r}", "is no JSON", 'write it like "[2, 2]"')
        ) from None


def _with_tuples(value: Any) -> Any:
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value


def kernel_bytes(kernel: Any, suffix: str) -> bytes:
    """The content of a file of that suffix; raises ``ArgumentError`` where such a file would lose a part of it."""
    if not isinstance(kernel, Kernel) or kernel.kind == "sympy":
        raise ArgumentError(
            sentence(f"kernel={kernel!r}", "is not one kernel of numbers, and files keep no other", "leave it out")
        )
    writer, keeps = _WRITERS[suffix]
    bare = Kernel(kernel.weight)
    lost = [name for name in ARGUMENTS if getattr(kernel, name) != getattr(bare, name)]
    lost += [] if kernel.bias is None else ["bias"]
    lost = [name for name in lost if name not in keeps]
    if lost:
        raise ArgumentError(
            sentence(f"kernel={kernel!r}", f"a {suffix} file does not keep its {', '.join(lost)}", "use .safetensors")
        )
    tensors = {"weight": kernel.weight} | ({} if kernel.bias is None else {"bias": kernel.bias})
    return writer(tensors, {name: json.dumps(getattr(kernel, name)) for name in ARGUMENTS})


def array_bytes(array: Any, suffix: str) -> bytes:
    """The content of a file of that suffix with a bare array, its axes as they are."""
    return _WRITERS[suffix][0]({"weight": array}, {})


#: By suffix: what writes a file, and what it keeps beside the weight.
_WRITERS: dict[str, tuple[Callable[[Mapping[str, Any], Mapping[str, str]], bytes], frozenset[str]]] = {
    ".safetensors": (safetensors_bytes, frozenset((*ARGUMENTS, "bias"))),
    ".npy": (npy_bytes, frozenset()),
    ".pt": (pt_bytes, frozenset(("bias",))),
    ".pth": (pt_bytes, frozenset(("bias",))),
}
