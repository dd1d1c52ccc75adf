"""What is computed: a convolution of given tensors, or one of its gradients, checked and in one shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from symconv.errors import ArgumentError, ShapeError, sentence
from symconv.layers.base import Layer
from symconv.layers.convolution import Conv1d, Conv2d, Conv3d
from symconv.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from symconv.rounding.formats import FORMATS, Format
from symconv.rounding.product import Product
from symconv.statements import Statement

_LAYERS: dict[bool, dict[int, Any]] = {
    False: {1: Conv1d, 2: Conv2d, 3: Conv3d},
    True: {1: ConvTranspose1d, 2: ConvTranspose2d, 3: ConvTranspose3d},
}
#: The tensors whose products are summed, by what is computed.
_OPERANDS = {"output": ("X", "W"), "input": ("dY", "W"), "weight": ("dY", "X"), "bias": ("dY",)}
GRADIENTS = ("input", "weight", "bias")


@dataclass(frozen=True, eq=False)
class Problem:
    """Sums of products that an implementation is to compute: each element one sum over the terms of a statement.

    layer      in numbers, without what the tensors tell
    tensors    "X", "W", "b" and "dY", those that there are; batched
    computes   "output", or the gradient by "input", "weight" or "bias"
    batched    whether the caller's tensors have a batch axis
    """

    layer: Layer
    tensors: dict[str, Any]
    computes: str
    batched: bool

    @cached_property
    def statement(self) -> Statement:
        """What is computed, in index notation: the layer's own definition, or a gradient derived from it."""
        application = self.layer.on(tuple(self.tensors["X"].shape))
        return (
            application.statement() if self.computes == "output" else application.backward_statements()[self.computes]
        )

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The shape of the result, with a batch axis."""
        return tuple(int(e) for e in self.statement.shape(self.statement.target.tensor))

    @property
    def result_shape(self) -> tuple[int, ...]:
        """The shape of the result as the caller has it."""
        return self.shape if self.batched or self.computes in ("weight", "bias") else self.shape[1:]

    @property
    def format(self) -> Format:
        """The format of the tensors."""
        return FORMATS[str(self.dtype).removeprefix("torch.")]

    @property
    def dtype(self) -> Any:
        """The dtype of all tensors."""
        return self.tensors["W"].dtype

    @property
    def device(self) -> Any:
        """The device of all tensors."""
        return self.tensors["W"].device

    @property
    def operands(self) -> tuple[Any, ...]:
        """The tensors whose products are summed: two, or only the output's gradient for the gradient by the bias."""
        return tuple(self.tensors[name] for name in _OPERANDS[self.computes])

    @property
    def bias(self) -> Any | None:
        """The bias that is one more term of each sum, aligned with the result; ``None`` where there is none."""
        bias = self.tensors.get("b")
        if bias is None or self.computes != "output":
            return None
        return bias.reshape(1, -1, *(1,) * self.layer.dims)

    @cached_property
    def product(self) -> Product:
        """The bilinear map itself, for tensors of any dtype."""
        output = self.shape if self.computes == "output" else tuple(self.tensors["dY"].shape)
        x, weight = (tuple(self.tensors[name].shape) for name in ("X", "W"))
        return Product.of(self.layer, self.computes, x, weight, output)

    def batch(self, result: Any) -> Any:
        """A result of the caller's, with a batch axis."""
        return result if result.ndim == len(self.shape) else result[None]

    def unbatch(self, result: Any) -> Any:
        """A result as the caller expects it."""
        return result if len(self.result_shape) == result.ndim else result[0]

    def with_tensors(self, **tensors: Any) -> Problem:
        """The same problem on other tensors of the same shapes."""
        return replace(self, tensors={**self.tensors, **tensors})

    def describe(self) -> str:
        """One line: the layer, the input's shape and dtype, and what is computed.

        >>> import torch
        >>> read_problem(torch.ones(1, 2, 5), torch.ones(3, 2, 3), padding=1).describe()
        'Conv1d(2, 3, kernel_size=3, padding=1, bias=False) on float32 (1, 2, 5)'
        """
        what = "" if self.computes == "output" else f"the gradient by the {self.computes} of "
        shape = tuple(self.tensors["X"].shape)[0 if self.batched else 1 :]
        return f"{what}{self.layer!r} on {self.format.name} {shape}"


def read_problem(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    transposed: bool = False,
    output_padding: Any = 0,
    gradient: str | None = None,
    grad_output: Any = None,
) -> Problem:
    """Check tensors and arguments; nothing of the caller's is kept that autograd would follow.

    Raises ``ArgumentError`` and ``ShapeError``.
    """
    tensors = {"x": x, "weight": weight, "bias": bias, "grad_output": grad_output}
    tensors = {name: _checked(name, tensor) for name, tensor in tensors.items() if tensor is not None}
    _check_alike(tensors)
    dims = tensors["weight"].ndim - 2
    if dims not in _LAYERS[False]:
        raise ShapeError(
            sentence(
                f"weight of shape {tuple(weight.shape)}",
                f"has {weight.ndim} axes, not 3 to 5",
                "pass (out, in/groups, *kernel), or (in, out/groups, *kernel) with transposed=True",
            )
        )
    batched = x.ndim != dims + 1
    if not batched:
        tensors = {n: t[None] if n in ("x", "grad_output") else t for n, t in tensors.items()}
    arguments = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    layer = _layer(tensors, dims, arguments, transposed, output_padding)
    named = {"X": tensors["x"], "W": tensors["weight"]}
    if "bias" in tensors:
        named["b"] = tensors["bias"]
    computes = _read_gradient(gradient, grad_output)
    problem = Problem(layer, named, "output", batched)
    output = problem.shape  # refuses a wrong rank, wrong channels, an input smaller than the kernel
    if computes == "output":
        return problem
    if tuple(tensors["grad_output"].shape) != output:
        raise ShapeError(
            sentence(
                f"grad_output of shape {tuple(grad_output.shape)}",
                f"has not the shape of the output, {problem.result_shape}",
                "pass the gradient of the layer's output",
            )
        )
    if computes == "bias":
        problem = replace(problem, layer=replace(layer, bias=True))
    return replace(problem, tensors={**named, "dY": tensors["grad_output"]}, computes=computes)


def _layer(tensors: dict[str, Any], dims: int, arguments: dict[str, Any], transposed: bool, output_padding: Any) -> Any:
    """The layer that the arguments and the weight's shape tell."""
    weight, groups = tensors["weight"], arguments["groups"]
    if not isinstance(transposed, bool):
        raise ArgumentError(sentence(f"transposed={transposed!r}", "is not a truth value", "pass True or False"))
    if 0 in weight.shape:
        raise ShapeError(sentence(f"weight of shape {tuple(weight.shape)}", "is empty", "pass at least one tap"))
    if not isinstance(groups, int) or groups < 1:
        raise ArgumentError(sentence(f"groups={groups!r}", "is no positive int", "pass 1 or more"))
    first, second = int(weight.shape[0]), int(weight.shape[1]) * groups
    names = ("in_channels", "out_channels") if transposed else ("out_channels", "in_channels")
    channels = dict(zip(names, (first, second), strict=True))
    extra = {"output_padding": output_padding} if transposed else {}
    if not transposed and output_padding not in (0, (0,) * dims):
        raise ArgumentError(
            sentence(f"output_padding={output_padding}", "needs transposed=True", "leave it out, or pass transposed")
        )
    layer = _LAYERS[transposed][dims](
        **channels, **arguments, **extra, kernel_size=tuple(weight.shape[2:]), bias="bias" in tensors
    )
    if layer.symbols():
        raise ArgumentError(sentence(f"{layer!r}", "has symbols among its arguments", "pass numbers"))
    if "bias" in tensors and tuple(tensors["bias"].shape) != (channels["out_channels"],):
        raise ShapeError(
            sentence(
                f"bias of shape {tuple(tensors['bias'].shape)}",
                f"does not fit {channels['out_channels']} output channels",
                "pass one entry an output channel",
            )
        )
    return layer


def _checked(name: str, tensor: Any) -> Any:
    import torch

    if not isinstance(tensor, torch.Tensor):
        raise ArgumentError(sentence(f"{name}={type(tensor).__name__}", "is no tensor", "pass a torch.Tensor"))
    if tensor.layout is not torch.strided or tensor.is_quantized:
        raise ArgumentError(sentence(f"{name} of layout {tensor.layout}", "is not dense", "pass a dense tensor"))
    if str(tensor.dtype).removeprefix("torch.") not in FORMATS:
        raise ArgumentError(
            sentence(
                f"{name} of dtype {tensor.dtype}",
                "has no rounding bounds",
                "pass float64, float32, float16 or bfloat16",
            )
        )
    return tensor.detach()


def _check_alike(tensors: dict[str, Any]) -> None:
    weight = tensors["weight"]
    for name, tensor in tensors.items():
        for what in ("dtype", "device"):
            if getattr(tensor, what) != getattr(weight, what):
                raise ArgumentError(
                    sentence(
                        f"{name} of {what} {getattr(tensor, what)}",
                        f"differs from weight's {what} {getattr(weight, what)}",
                        f"pass tensors of one {what}",
                    )
                )


def _read_gradient(gradient: str | None, grad_output: Any) -> str:
    if gradient is None:
        if grad_output is not None:
            raise ArgumentError(
                sentence("gradient=None", "leaves grad_output without a use", "say gradient='input' or 'weight'")
            )
        return "output"
    if gradient not in GRADIENTS:
        raise ArgumentError(sentence(f"gradient={gradient!r}", "is not known", f"use one of {', '.join(GRADIENTS)}"))
    if grad_output is None:
        raise ArgumentError(sentence(f"gradient={gradient!r}", "needs the output's gradient", "pass it as grad_output"))
    return gradient
