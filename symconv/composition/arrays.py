"""One small interface over PyTorch tensors, NumPy arrays and SymPy arrays: the same kind, type and device come out.

SymPy's arrays are worked on as NumPy arrays of objects, whose sums and products are SymPy's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial, reduce
from typing import Any, TypeAlias, cast

import numpy as np

from symconv.errors import ArgumentError, sentence

#: A torch.Tensor, a numpy.ndarray, or a SymPy array or matrix.
Array: TypeAlias = Any

_TORCH, _NUMPY, _SYMPY = "torch", "numpy", "sympy"
#: The kind of array that each class, named by its package and name, begins.
_ROOTS = {
    (_TORCH, "Tensor"): _TORCH,
    (_NUMPY, "ndarray"): _NUMPY,
    (_SYMPY, "NDimArray"): _SYMPY,
    (_SYMPY, "MatrixBase"): _SYMPY,
}


@dataclass(frozen=True)
class Arrays:
    """What the algebra of kernels needs, for one kind, data type and device.

    read         the given array in the form that is worked on (torch.Tensor or numpy.ndarray, of the common data type)
    write        the given kind of array from that form
    zeros        of a shape
    matmul       matrix product over the last two axes, batched over those before
    stack        along a new axis;  concatenate along an old one
    permute      the axes in another order
    contiguous   the same entries, one after another in memory
    """

    kind: str
    dtype: Any
    device: Any
    read: Callable[[Array], Any]
    write: Callable[[Any], Array]
    zeros: Callable[[tuple[int, ...]], Any]
    matmul: Callable[[Any, Any], Any]
    stack: Callable[[list[Any], int], Any]
    concatenate: Callable[[list[Any], int], Any]
    permute: Callable[[Any, tuple[int, ...]], Any]
    contiguous: Callable[[Any], Any]


def kind_of(array: object, name: str = "array") -> str:
    """The kind of an array: "torch", "numpy" or "sympy"; raises ``ArgumentError`` for anything else.

    >>> kind_of(np.ones(3))
    'numpy'
    """
    kind = _kind_of_class(cast(Hashable, type(array)))
    if kind is None:
        raise ArgumentError(
            sentence(
                f"{name}={type(array).__name__}", "is no array", "pass a torch.Tensor, a numpy.ndarray or a SymPy array"
            )
        )
    return kind


@lru_cache(maxsize=256)
def _kind_of_class(kind: Any) -> str | None:
    """Seen by names, without importing PyTorch; also for nn.Parameter and other subclasses."""
    names = ((base.__module__.partition(".")[0], base.__name__) for base in kind.__mro__)
    return next((_ROOTS[name] for name in names if name in _ROOTS), None)


def common_kind(*given: Array) -> str:
    """The kind of several arrays together, SymPy's where they are mixed with NumPy's; raises ``ArgumentError``."""
    kinds = {kind_of(array) for array in given}
    if len(kinds) == 1:
        return kinds.pop()
    if _TORCH in kinds:
        raise ArgumentError(
            sentence(f"arrays of {' and '.join(sorted(kinds))}", "do not mix", "pass arrays of one kind")
        )
    return _SYMPY


def check_alike(*given: Array) -> None:
    """Raise ``ArgumentError`` for arrays of several kinds, data types or devices: none is converted unasked.

    >>> check_alike(np.ones(2), np.array([1, 2]))
    Traceback (most recent call last):
    ...
    symconv.errors.ArgumentError: dtypes=float64 and int64: do not mix; convert the arrays to one.
    """
    first, *rest = given
    kind, like = type(first), (getattr(first, "dtype", None), getattr(first, "device", None))
    if all(type(a) is kind and (getattr(a, "dtype", None), getattr(a, "device", None)) == like for a in rest):
        return  # the usual case, and a quick one
    common_kind(*given)
    for name in ("dtype", "device"):
        found = dict.fromkeys(str(v).removeprefix("torch.") for a in given if (v := getattr(a, name, None)) is not None)
        if len(found) > 1:
            raise ArgumentError(sentence(f"{name}s={' and '.join(found)}", "do not mix", "convert the arrays to one"))


def arrays_of(*given: Array) -> Arrays:
    """The interface to the arrays together, of their promoted data type; SymPy's may be mixed with NumPy's.

    Raises ``ArgumentError`` for other mixtures of kinds, for several devices, and for truth values.
    """
    return _INTERFACES[common_kind(*given)](given)


def _check_numbers(dtype: Any, truth: Any) -> None:
    if dtype == truth:
        raise ArgumentError(sentence(f"dtype={dtype}", "holds truth values, not numbers", "pass integers or floats"))


def _torch_arrays(given: Sequence[Array]) -> Arrays:
    import torch

    devices = {str(tensor.device): tensor.device for tensor in given}
    if len(devices) > 1:
        raise ArgumentError(
            sentence(f"tensors on {' and '.join(sorted(devices))}", "are on several devices", "move them to one")
        )
    dtype, device = reduce(torch.promote_types, (tensor.dtype for tensor in given)), given[0].device
    _check_numbers(dtype, torch.bool)
    return Arrays(
        kind=_TORCH,
        dtype=dtype,
        device=device,
        read=lambda tensor: tensor.to(dtype),
        write=lambda tensor: tensor,
        zeros=partial(torch.zeros, dtype=dtype, device=device),
        matmul=torch.matmul,
        stack=torch.stack,
        concatenate=torch.cat,
        permute=torch.permute,
        contiguous=torch.Tensor.contiguous,
    )


def _numpy_arrays(given: Sequence[Array]) -> Arrays:
    dtype = np.result_type(*given)
    _check_numbers(dtype, np.dtype(bool))
    return numpy_arrays(dtype)


def numpy_arrays(dtype: Any) -> Arrays:
    """The interface to NumPy arrays of that data type."""
    return Arrays(
        kind=_NUMPY,
        dtype=dtype,
        device=None,
        read=lambda array: np.asarray(array).astype(dtype, copy=False),
        write=lambda array: array,
        zeros=partial(np.zeros, dtype=dtype),
        matmul=np.matmul,
        stack=np.stack,
        concatenate=np.concatenate,
        permute=np.transpose,
        contiguous=np.ascontiguousarray,
    )


def _sympy_arrays(_: Sequence[Array]) -> Arrays:
    from sympy import ImmutableDenseNDimArray

    return replace(
        numpy_arrays(np.dtype(object)),
        kind=_SYMPY,
        read=_objects,
        write=lambda array: ImmutableDenseNDimArray(array.ravel().tolist(), array.shape),
    )


def _objects(array: Array) -> Any:
    """A NumPy array of SymPy expressions."""
    from sympy import sympify

    flat = np.empty(int(np.prod(array.shape)), dtype=object)
    flat[:] = [sympify(entry, strict=True) for entry in flat_entries(array)]
    return flat.reshape(tuple(map(int, array.shape)))


def flat_entries(array: Array) -> list[Any]:
    """The entries of a NumPy or SymPy array in row-major order."""
    if kind_of(array) == _NUMPY:
        entries: list[Any] = np.asarray(array).ravel().tolist()
        return entries
    from sympy.tensor.array.arrayop import Flatten

    return list(array.flat()) if hasattr(array, "flat") else list(Flatten(array))


_INTERFACES: dict[str, Callable[[Sequence[Array]], Arrays]] = {
    _TORCH: _torch_arrays,
    _NUMPY: _numpy_arrays,
    _SYMPY: _sympy_arrays,
}


def with_rank(array: Array, name: str = "array") -> Array:
    """A kernel with its channel axes: one or two axes alone are of a single channel; raises ``ArgumentError``.

    >>> with_rank(np.ones((3, 3))).shape
    (1, 1, 3, 3)
    """
    kind, shape = kind_of(array, name), array.shape
    if not 1 <= len(shape) <= 5 or 0 in shape:
        way_out = "pass (out, in/groups, *sizes) with 1 to 3 sizes, or one or two sizes alone, all positive"
        raise ArgumentError(sentence(f"{name} of shape {tuple(shape)}", "is no kernel", way_out))
    if len(shape) > 2:
        return array
    if kind == _SYMPY:
        from sympy import ImmutableDenseNDimArray

        return ImmutableDenseNDimArray(flat_entries(array), (1, 1, *shape))
    return array.reshape((1, 1, *shape))


def seems_finite(array: Array) -> bool:
    """A quick look at numbers: True only where all are finite; False also where a sum of finite ones is not."""
    total = array.sum()
    return bool(abs(getattr(total, "item", lambda: total)()) < math.inf)


def check_finite(array: Array, name: str = "array") -> None:
    """Raise ``ArgumentError`` where an entry is not a number, or infinite; a lazy kernel's entries are finite."""
    if not _FINITE[kind_of(array, name)](array):
        raise ArgumentError(sentence(f"{name}", "has entries that are infinite or no numbers", "pass finite entries"))


def _torch_finite(array: Array) -> bool:
    import torch

    return bool(torch.isfinite(array.detach()).all())


def _numpy_finite(array: Array) -> bool:
    return _sympy_finite(array) if array.dtype == object else bool(np.isfinite(array).all())


def _sympy_finite(array: Array) -> bool:
    from sympy import S, sympify

    if hasattr(array, "polynomials"):
        return True
    return not any(
        sympify(entry).has(S.NaN, S.Infinity, S.NegativeInfinity, S.ComplexInfinity) for entry in flat_entries(array)
    )


_FINITE: dict[str, Callable[[Array], bool]] = {_TORCH: _torch_finite, _NUMPY: _numpy_finite, _SYMPY: _sympy_finite}


def ones_on_diagonal(channels: int, dims: int, like: Array | None = None) -> Array:
    """The kernel (channels, channels, 1, ...) of the identity: NumPy float64, or kind, type and device of ``like``.

    >>> ones_on_diagonal(2, 1)[:, :, 0].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    arrays = numpy_arrays(np.dtype(np.float64)) if like is None else arrays_of(like)
    eye = arrays.zeros((channels * channels,))
    eye[:: channels + 1] = 1
    return arrays.write(eye.reshape((channels, channels) + (1,) * dims))
