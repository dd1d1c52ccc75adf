"""Convolutions with operands, drawn by Hypothesis, that a kernel's test asks to check the kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Unpack

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from symconv.errors import ArgumentError, sentence
from symconv.layers.base import Layer
from symconv.rounding.acceptance import ArithmeticOptions, Judge
from symconv.rounding.arithmetic import read_arithmetic
from symconv.rounding.exact import exact_result
from symconv.rounding.problem import Problem
from symconv.testing.calls import Implementation, layer_arguments
from symconv.testing.closeness import assert_judged
from symconv.testing.convolutions import conv_layers
from symconv.testing.problems import blank_problem, needed_torch, read_device, read_dtype
from symconv.testing.regimes import operands, read_regimes
from symconv.testing.strategies import input_shapes, seeds

#: The most entries of a tensor that are shown one by one.
_FEW = 16


@dataclass(frozen=True, eq=False, repr=False)
class ConvCase:
    """A convolution layer and the operands of one call.

    layer            in numbers
    x, weight, bias  tensors of one dtype on one device; ``bias`` is ``None`` where the layer has none
    regime           which kind of operands they are, such as "ones" or "normal"
    """

    layer: Layer
    x: Any
    weight: Any
    bias: Any
    regime: str

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The layer's arguments as PyTorch's functions take them: stride, padding, dilation, groups, ..."""
        return layer_arguments(self._problem)

    def check(self, function: Callable[..., Any], **options: Unpack[ArithmeticOptions]) -> None:
        """Call ``function(x, weight, bias, stride, ...)`` and assert that its result is one that rounding explains.

        It receives the arguments that it has parameters for; those that it has none for must be as in a layer where
        they are not given.  ``options`` say how it may compute (acc, inputs, adder, flush, algorithm); where every
        order of summation is exact, the tolerance is zero.

        Raises ``AssertionError`` with the worst element and the likely fault; ``FunctionError`` for a function that
        fails, changes its inputs, shares memory with them, or is not deterministic; ``ArgumentError`` or ``ShapeError``
        for a result that cannot be the layer's.
        """
        __tracebackhide__ = True
        problem = self._problem
        result = Implementation(function, knows_layer=False)(problem)
        assert_judged(Judge(problem, read_arithmetic(problem, **options)), result)

    def reference(self) -> Any:
        """The exact sums, each rounded once to the dtype."""
        return exact_result(self._problem)

    def to(self, device: Any) -> ConvCase:
        """The same case on another device."""
        found = read_device(device)
        bias = None if self.bias is None else self.bias.to(found)
        return replace(self, x=self.x.to(found), weight=self.weight.to(found), bias=bias)

    @cached_property
    def _problem(self) -> Problem:
        tensors = {"X": self.x, "W": self.weight, "b": self.bias}
        return Problem(self.layer, {n: t for n, t in tensors.items() if t is not None}, "output", True)

    def __repr__(self) -> str:
        where = "" if self.x.device.type == "cpu" else f" on {self.x.device}"
        dtype = str(self.x.dtype).removeprefix("torch.")
        tensors = {"x": self.x, "weight": self.weight, "bias": self.bias}
        shown = [f"{name}{_shown(t)}" for name, t in tensors.items() if t is not None]
        return f"ConvCase({', '.join([repr(self.layer), f'{self.regime} in {dtype}{where}', *shown])})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """How Hypothesis shows it: not field by field."""
        printer.text(repr(self))


def _shown(tensor: Any) -> str:
    """The entries, or the shape where they are many."""
    return f"={tensor.tolist()}" if tensor.numel() <= _FEW else f" of shape {tuple(tensor.shape)}"


def conv_cases(
    layers: SearchStrategy[Layer] | None = None,
    *,
    dtypes: Sequence[Any] = ("float32",),
    devices: Sequence[Any] = ("cpu",),
    regimes: Sequence[str] | None = None,
    **fixed: Any,
) -> SearchStrategy[ConvCase]:
    """Convolutions with operands: probes, where sums are exact in every order, integers, and data of all sizes.

    layers    a strategy for layers; left out, ``conv_layers`` with all other keywords: ``dims=2``, ``groups=1``,
              ``bias=False``, ``transposed=True``, ...; plain convolutions padded alike on both sides if nothing is said
    dtypes, devices   from which each case's are drawn
    regimes   from which the kind of operands is drawn; left out, all
    acc, inputs, adder, flush, algorithm   for which arithmetic the sums of probes are exact, as for ``check``

    Cases shrink towards the smallest layers and operands that are ones.  Raises ``ArgumentError``.

    >>> from hypothesis import find, settings
    >>> few = settings(max_examples=9, derandomize=True, database=None)
    >>> find(conv_cases(dims=1), lambda case: True, settings=few)
    ConvCase(Conv1d(1, 1, kernel_size=1, bias=False), ones in float32, x=[[[1.0]]], weight=[[[1.0]]])
    """
    needed_torch()
    arithmetic = {name: fixed.pop(name) for name in list(fixed) if name in ArithmeticOptions.__annotations__}
    if layers is not None and fixed:
        given = ", ".join(f"{name}={value!r}" for name, value in fixed.items())
        raise ArgumentError(sentence(given, "has no effect beside layers=", "pass it to conv_layers"))
    drawn = conv_layers(**{"transposed": False, "one_sided": False, **fixed}) if layers is None else layers
    wanted = _some("dtypes", dtypes, read_dtype), _some("devices", devices, read_device)
    return _cases(
        drawn,
        st.sampled_from(read_regimes(regimes)),
        st.tuples(*(st.sampled_from(given) for given in wanted)),
        arithmetic,
    )


@st.composite
def _cases(
    draw: DrawFn,
    layers: SearchStrategy[Layer],
    regimes: SearchStrategy[str],
    wanted: SearchStrategy[tuple[str, Any]],
    options: Mapping[str, Any],
) -> ConvCase:
    layer, regime, (dtype, device) = draw(layers), draw(regimes), draw(wanted)
    blank = blank_problem(layer, draw(input_shapes(layer)), dtype, device)
    made = operands(blank, read_arithmetic(blank, **options), regime, draw(seeds()))
    if made is None:
        reject()
    tensors = made.tensors
    return ConvCase(layer, tensors["X"], tensors["W"], tensors.get("b"), regime)


def _some(name: str, given: Any, read: Callable[[Any], Any]) -> list[Any]:
    """A tuple's entries, read; a single one stands for itself."""
    entries = list(given) if isinstance(given, list | tuple) else [given]
    if not entries:
        raise ArgumentError(sentence(f"{name}={given!r}", "is empty", "pass at least one, or leave it out"))
    return [read(entry) for entry in entries]
