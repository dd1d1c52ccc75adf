"""Kernels in and out: any array becomes exact fractions, and factors come back as the same kind of array."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import sympy

from symconv.errors import ArgumentError, sentence
from symconv.factoring.polynomial import Shape

_WAY_OUT = "give a NumPy, torch or SymPy array of integers, fractions or finite floats"


@dataclass(frozen=True)
class Kernel:
    """The exact entries of an array in row-major order, and the array itself as a model for what comes back.

    ``shape`` is (out, in, *spatial); ``plain`` tells that the array given has the spatial axes only.
    """

    kind: str
    model: Any
    shape: Shape
    plain: bool
    entries: tuple[Fraction, ...]

    @property
    def spatial(self) -> Shape:
        """The sizes of the spatial axes."""
        return self.shape[2:]


def read_kernel(kernel: Any) -> Kernel:
    """Read an array exactly; raises ``ArgumentError`` on what is no kernel."""
    kind, shape, values = _open(kernel)
    if not 1 <= len(shape) <= 5:
        raise ArgumentError(
            sentence(
                f"kernel of rank {len(shape)}",
                "is none of (k), (k, k), (out, in, k), (out, in, k, k), (out, in, k, k, k)",
                "reshape it",
            )
        )
    if prod(shape) == 0:
        raise ArgumentError(sentence(f"kernel of shape {shape}", "has no taps", _WAY_OUT))
    entries = tuple(exact(value) for value in values)
    if not any(entries):
        raise ArgumentError(
            sentence("kernel", "has only zero taps, and 0 splits in every way", "give one with a non-zero tap")
        )
    plain = len(shape) <= 2
    return Kernel(kind, kernel, (1, 1, *shape) if plain else shape, plain, entries)


def exact(value: Any) -> Fraction:
    """A number as a fraction: a float is the binary fraction that it is.

    >>> exact(0.5)
    Fraction(1, 2)
    """
    if isinstance(value, np.generic):
        value = value.item() if value.dtype.kind != "f" else float(value)
    if isinstance(value, sympy.Expr):
        if not isinstance(value, sympy.Rational | sympy.Float):
            raise ArgumentError(sentence(f"tap={value!s}", "is no rational number", _WAY_OUT))
        rational = sympy.Rational(value)
        return Fraction(int(rational.p), int(rational.q))
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise ArgumentError(sentence(f"tap={value!r}", "is no rational number", _WAY_OUT))
    try:
        return Fraction(value)
    except (ValueError, OverflowError):
        raise ArgumentError(sentence(f"tap={value!r}", "is not finite", _WAY_OUT)) from None


def restore(kernel: Kernel, factors: Sequence[tuple[Shape, Sequence[Any]]]) -> tuple[Any, ...]:
    """Arrays of the kernel's kind where every entry of every factor has an exact place there, else SymPy arrays."""
    shapes = [shape[2:] if kernel.plain else shape for shape, _ in factors]
    if all(isinstance(e, int | Fraction) for _, entries in factors for e in entries):
        made = [_MAKERS[kernel.kind](kernel.model, s, e) for s, (_, e) in zip(shapes, factors, strict=True)]
        if all(array is not None for array in made):
            return tuple(made)
    return tuple(_sympy_array(s, e) for s, (_, e) in zip(shapes, factors, strict=True))


def _open(kernel: Any) -> tuple[str, Shape, list[Any]]:
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(kernel, torch.Tensor):
        if kernel.dtype == torch.bool or kernel.is_complex():
            raise ArgumentError(sentence(f"kernel of dtype {kernel.dtype}", "holds no rational numbers", _WAY_OUT))
        return "torch", tuple(kernel.shape), kernel.detach().cpu().flatten().tolist()
    if isinstance(kernel, np.ndarray):
        return "numpy", kernel.shape, list(kernel.flat)
    if isinstance(kernel, sympy.MatrixBase | sympy.NDimArray):
        flat = kernel.flat() if isinstance(kernel, sympy.MatrixBase) else list(sympy.flatten(kernel.tolist()))
        return "sympy", tuple(int(n) for n in kernel.shape), flat
    if isinstance(kernel, list | tuple):
        shape = _list_shape(kernel)
        flat = list(kernel)
        for _ in shape[1:]:
            flat = [e for row in flat for e in row]
        floats = any(isinstance(e, float | np.floating) for e in flat)
        return ("floats" if floats else "list"), shape, flat
    raise ArgumentError(sentence(f"kernel of type {type(kernel).__name__}", "is no array", _WAY_OUT))


def _list_shape(nested: Any) -> Shape:
    if not isinstance(nested, list | tuple):
        return ()
    shapes = {_list_shape(entry) for entry in nested}
    if len(shapes) > 1:
        raise ArgumentError(sentence("kernel", "is a ragged nested list", "make all rows equally long"))
    return (len(nested), *(shapes.pop() if shapes else ()))


def _as_floats(entries: Sequence[Fraction]) -> list[float] | None:
    try:
        floats = [float(e) for e in entries]
    except OverflowError:
        return None
    return floats if all(Fraction(f) == e for f, e in zip(floats, entries, strict=True)) else None


def _fits(entries: Sequence[Fraction], low: int, high: int) -> bool:
    return all(e.denominator == 1 and low <= e <= high for e in entries)


def _numpy_array(model: Any, shape: Shape, entries: Sequence[Fraction]) -> Any:
    if model.dtype.kind in "iu":
        bounds = np.iinfo(model.dtype)
        fits = _fits(entries, int(bounds.min), int(bounds.max))
        return np.array([int(e) for e in entries], model.dtype).reshape(shape) if fits else None
    if model.dtype.kind == "f":
        floats = _as_floats(entries)
        if floats is None:
            return None
        with np.errstate(over="ignore", under="ignore"):
            array = np.array(floats).astype(model.dtype)
        return array.reshape(shape) if np.array_equal(array.astype(float), floats) else None
    array = np.empty(len(entries), object)
    array[:] = [_whole(e) for e in entries]
    return array.reshape(shape)


def _torch_tensor(model: Any, shape: Shape, entries: Sequence[Fraction]) -> Any:
    torch = sys.modules["torch"]
    if not model.dtype.is_floating_point:
        bounds = torch.iinfo(model.dtype)
        values: list[Any] | None = [int(e) for e in entries] if _fits(entries, bounds.min, bounds.max) else None
    else:
        values = _as_floats(entries)
    if values is None:
        return None
    wide = torch.tensor(values, dtype=torch.float64 if model.dtype.is_floating_point else torch.int64)
    tensor = wide.to(model.dtype)
    return tensor.reshape(shape).to(model.device) if torch.equal(tensor.to(wide.dtype), wide) else None


def _sympy_like(model: Any, shape: Shape, entries: Sequence[Fraction]) -> Any:
    if isinstance(model, sympy.MatrixBase):
        return type(model)(*shape, [_to_sympy(e) for e in entries])
    return type(model)([_to_sympy(e) for e in entries], shape)


def _sympy_array(shape: Shape, entries: Sequence[Any]) -> Any:
    return sympy.ImmutableDenseNDimArray([_to_sympy(e) for e in entries], shape)


def _nested(shape: Shape, entries: Sequence[Any]) -> Any:
    if len(shape) == 1:
        return list(entries)
    step = len(entries) // shape[0]
    return [_nested(shape[1:], entries[i * step : (i + 1) * step]) for i in range(shape[0])]


def _list_of_floats(_: Any, shape: Shape, entries: Sequence[Fraction]) -> Any:
    floats = _as_floats(entries)
    return None if floats is None else _nested(shape, floats)


def _to_sympy(value: Any) -> Any:
    return value if isinstance(value, sympy.Basic) else sympy.Rational(value.numerator, value.denominator)


def _whole(value: Fraction) -> int | Fraction:
    return int(value) if value.denominator == 1 else Fraction(value)


_MAKERS: dict[str, Callable[[Any, Shape, Sequence[Fraction]], Any]] = {
    "torch": _torch_tensor,
    "numpy": _numpy_array,
    "sympy": _sympy_like,
    "list": lambda _, shape, entries: _nested(shape, [_whole(e) for e in entries]),
    "floats": _list_of_floats,
}
