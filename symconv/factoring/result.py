"""What ``factor`` answers: factors, or a certificate that there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from typing import Any, Literal

import numpy as np
import sympy

from symconv.errors import SymconvError

Field = Literal["Q", "R", "C"]
#: What is left of an imaginary part that is 0.
_NOISE = 1e-25
FIELDS: tuple[Field, ...] = ("Q", "R", "C")
Sizes = tuple[tuple[int, ...], tuple[int, ...]]


class UndecidedError(SymconvError):
    """Neither factors nor a proof that there are none were found."""


@dataclass(frozen=True, eq=False)
class Factorisation:
    """Kernels whose composite, the first one applied first, is exactly the kernel.

    factors          one-channel without ``sizes``: all factors that split no further, by multiplicity
    alternatives     other splits into two kernels, made when they are asked for; of given sizes at most 10,000
    field            over which the factors split no further
    middle_channels  channels between the two kernels; 1 for one-channel kernels
    certificate      for irrational factors: of which conjugates each one is the product
    """

    factors: tuple[Any, ...]
    alternatives: Sequence[tuple[Any, ...]] = ()
    field: Field = "Q"
    middle_channels: int = 1
    certificate: Mapping[str, Any] = dataclass_field(default_factory=dict)

    @property
    def numeric(self) -> tuple[np.ndarray[Any, Any], ...]:
        """The factors in floating point: float64, over C complex128 where a factor is not real."""
        return tuple(_in_floats(factor, self.field) for factor in self.factors)

    def __repr__(self) -> str:
        shapes = " * ".join(_shape_text(f) for f in self.factors)
        more = f", {len(self.alternatives)} alternatives" if len(self.alternatives) else ""
        middle = f", middle_channels={self.middle_channels}" if self.middle_channels != 1 else ""
        return f"Factorisation({shapes} over {self.field}{middle}{more})"


@dataclass(frozen=True, eq=False)
class Irreducible:
    """No two kernels with more than one tap each have this composite; the certificate (plain data) shows it."""

    field: Field
    certificate: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Irreducible(over {self.field}, by {self.certificate['kind']})"


@dataclass(frozen=True, eq=False)
class NoSplit:
    """No two kernels of these sizes (and with so many channels between) have this composite."""

    sizes: Sizes
    certificate: Mapping[str, Any]
    field: Field = "Q"
    middle_channels: int = 1

    def __repr__(self) -> str:
        first, second = ("x".join(map(str, size)) for size in self.sizes)
        middle = f", middle_channels={self.middle_channels}" if self.certificate["kind"] == "rank" else ""
        return f"NoSplit({first} * {second} over {self.field}{middle}, by {self.certificate['kind']})"


def _shape_text(array: Any) -> str:
    return "x".join(map(str, getattr(array, "shape", None) or np.shape(array)))


def _in_floats(array: Any, field: Field) -> np.ndarray[Any, Any]:
    if hasattr(array, "detach"):
        array = array.detach().cpu().double().numpy()
    if isinstance(array, sympy.MatrixBase | sympy.NDimArray):
        array = array.tolist()
    given = np.asarray(array)
    if given.dtype != object:
        return given.astype(np.float64)
    values = np.array([_in_float(e) for e in given.flat], dtype=complex).reshape(given.shape)
    real = field != "C" or bool(np.all(np.abs(values.imag) <= _NOISE * np.abs(values)))
    return values.real if real else values


def _in_float(value: Any) -> complex:
    """The roots first: SymPy would look in vain for the digits of an imaginary part that is 0."""
    if isinstance(value, sympy.Expr):
        value = value.xreplace({root: _root_in_floats(root) for root in value.atoms(sympy.CRootOf)})
    return complex(value)


@cache
def _root_in_floats(root: Any) -> Any:
    return root.eval_approx(40)
