"""What a layer keeps in memory: the sizes of the tensors that its statements read and write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from sympy import Expr, Mul, S

from symconv.errors import ArgumentError, sentence
from symconv.layers.application import PARAMETERS, TENSORS, Application
from symconv.layers.arguments import Size, as_size, expression
from symconv.statements import Statement

#: Bytes of one element, by the names that PyTorch and NumPy share or only PyTorch has.
ITEM_BYTES = {
    **dict.fromkeys(("float64", "double", "int64", "complex64"), 8),
    **dict.fromkeys(("float32", "float", "int32"), 4),
    **dict.fromkeys(("float16", "half", "bfloat16", "int16"), 2),
    **dict.fromkeys(("int8", "uint8", "bool", "float8_e4m3fn", "float8_e5m2"), 1),
    "complex128": 16,
}


@dataclass(frozen=True)
class Memory:
    """Sizes in elements, or in bytes; gradients are as large as what they belong to.

    saved_for_backward   the activations that the backward statements read; no parameters
    """

    parameters: Size
    input: Size
    output: Size
    grad_output: Size
    grad_input: Size
    grad_weight: Size
    grad_bias: Size
    saved_for_backward: Size
    #: What stands behind the numbers: the rules of the derivation; ``derive`` names the certificates of its lines.
    backing: ClassVar[str] = "derived"

    @property
    def forward(self) -> Size:
        """input + parameters + output."""
        return _total(self.input, self.parameters, self.output)

    @property
    def backward(self) -> Size:
        """saved_for_backward + parameters + all gradients."""
        gradients = (self.grad_output, self.grad_input, self.grad_weight, self.grad_bias)
        return _total(self.saved_for_backward, self.parameters, *gradients)

    @staticmethod
    def of(application: Application, dtype: Any = None) -> Memory:
        """Read the sizes off the definition and the backward statements of an application."""
        item = S.One if dtype is None else S(item_bytes(dtype))
        where = dict(application.statement().where)
        sizes = {name: tensor_elements(tensors) for name, tensors in memory_tensors(application).items()}
        return Memory(**{name: as_size(item * size.xreplace(where)) for name, size in sizes.items()})

    def evaluate(self, values: Any = None, /, **names: Any) -> Memory:
        """The same with numbers put in, by the names of the symbols."""
        from symconv.numerics.formulas import evaluate

        return Memory(*(evaluate(getattr(self, f.name), values, **names) for f in fields(self)))

    def __str__(self) -> str:
        from symconv.render.tables import listing

        names = [*(f.name for f in fields(self)), "forward", "backward"]
        return listing({name: getattr(self, name) for name in names})


def memory_tensors(application: Application) -> dict[str, tuple[tuple[str, tuple[Expr, ...]], ...]]:
    """Which tensors, with their shapes in the definition's names, each entry of ``Memory`` adds up."""
    forward = application.statement()
    backward = application.backward_statements()
    activations = {t for t in forward.reads if t not in PARAMETERS}
    saved = {t for s in backward.values() for t in s.reads if t in activations}
    return {
        "parameters": _shapes(forward, (t for t in PARAMETERS if t in forward.reads)),
        "input": _shapes(forward, (TENSORS["input"],)),
        "output": _shapes(forward, (forward.target.tensor,)),
        "grad_output": _shapes(forward, (forward.target.tensor,), "d"),
        "grad_input": _gradient(backward, "input"),
        "grad_weight": _gradient(backward, "weight"),
        "grad_bias": _gradient(backward, "bias"),
        "saved_for_backward": _shapes(forward, sorted(saved)),
    }


def tensor_elements(tensors: Iterable[tuple[str, tuple[Expr, ...]]]) -> Expr:
    """The elements of several tensors together: the products of their extents, added up."""
    return sum((Mul(*extents) for _, extents in tensors), S.Zero)


def item_bytes(dtype: Any) -> int:
    """Bytes of one element of a torch dtype, a NumPy dtype or scalar type, or a name such as "float32"."""
    if isinstance(dtype, str) and dtype.removeprefix("torch.") in ITEM_BYTES:
        return ITEM_BYTES[dtype.removeprefix("torch.")]
    size = getattr(dtype, "itemsize", None)
    if isinstance(size, int):
        return size
    from numpy import dtype as numpy_dtype

    try:
        return int(numpy_dtype(dtype).itemsize)
    except TypeError:
        raise ArgumentError(
            sentence(f"dtype={dtype!r}", "is no data type", "pass torch.float32, numpy.float32 or 'float32'")
        ) from None


def _shapes(statement: Statement, tensors: Iterable[str], prefix: str = "") -> tuple[tuple[str, tuple[Expr, ...]], ...]:
    return tuple((prefix + t, statement.shape(t)) for t in tensors)


def _gradient(backward: dict[str, Statement], role: str) -> tuple[tuple[str, tuple[Expr, ...]], ...]:
    return _shapes(backward[role], (backward[role].target.tensor,)) if role in backward else ()


def _total(*sizes: Size) -> Size:
    return as_size(sum((expression(s) for s in sizes), S.Zero))
