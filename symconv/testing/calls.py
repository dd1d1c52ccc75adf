"""Calling an implementation under test: what it returns is a function of its inputs, or an error tells what is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from symconv.errors import ArgumentError, SymconvError, sentence
from symconv.rounding.problem import Problem
from symconv.testing.closeness import check_result
from symconv.testing.parameters import DEFAULTS, Parameters, is_default, read_parameters

Function = Callable[..., Any]


class FunctionError(SymconvError):
    """An implementation that fails, changes its inputs, keeps or shares memory, or is not a function of its inputs."""


@dataclass(frozen=True)
class Implementation:
    """A convolution under test: called as ``function(x, weight)``, with the bias and the arguments that it takes.

    knows_layer   whether it knows the arguments that it has no parameters for; if not, a layer must not have them
    """

    function: Function
    knows_layer: bool = True

    @property
    def name(self) -> str:
        """How messages name it."""
        return str(getattr(self.function, "__name__", None) or type(self.function).__name__)

    def __call__(self, problem: Problem) -> Any:
        """The result on a problem's operands, checked; the operands that it gets are copies.

        Raises ``FunctionError`` where the function raises, changes its inputs, returns their memory, gives another
        result when it is called again, or lets the next call overwrite its result; ``ArgumentError`` or ``ShapeError``
        for a result that cannot be the layer's.
        """
        inputs = self._inputs(problem)
        result = self._run(problem, inputs)
        check_result(f"{self.name}(...)", result, problem)
        self._check_inputs(problem, inputs, result)
        kept = result.detach().clone()
        self._check_repeats(problem, result, kept)
        return kept

    def run(self, problem: Problem) -> Any:
        """The result on a problem's operands, without the second look: for the many calls after the first."""
        result = self._run(problem, self._inputs(problem))
        check_result(f"{self.name}(...)", result, problem)
        return result.detach()

    def _inputs(self, problem: Problem) -> dict[str, Any]:
        names = {"X": "x", "W": "weight", "b": "bias"}
        inputs = {names[n]: t.clone() for n, t in problem.tensors.items() if n in names}
        return inputs if problem.batched else {**inputs, "x": inputs["x"][0]}

    def _run(self, problem: Problem, inputs: Mapping[str, Any]) -> Any:
        import torch

        positional, keywords = self._arguments(problem, inputs)
        try:
            with torch.no_grad():
                return self.function(*positional, **keywords)
        except Exception as error:  # the function's own: it can be any
            condition = f"raises {type(error).__name__}: {error}"
            raise FunctionError(sentence(f"{self.name}", condition, f"call it on {problem.describe()}")) from error

    def _arguments(self, problem: Problem, inputs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The operands by place, and by keyword the arguments of the layer that the function has names for."""
        parameters, arguments = read_parameters(self.function), layer_arguments(problem)
        if not self.knows_layer:
            self._check_taken(arguments, parameters)
        keywords = {n: v for n, v in arguments.items() if parameters.takes(n)}
        positional, bias = [inputs["x"], inputs["weight"]], inputs.get("bias")
        if parameters.bias == "place":
            positional.append(bias)
        elif parameters.bias == "name":
            keywords["bias"] = bias
        elif bias is not None:
            raise ArgumentError(
                sentence(
                    self.name, "takes no bias, and the layer has one", "draw layers with bias=False, or give it a bias"
                )
            )
        return positional, keywords

    def _check_taken(self, arguments: Mapping[str, Any], parameters: Parameters) -> None:
        for name, value in arguments.items():
            if not (parameters.takes(name) or is_default(name, value)):
                raise ArgumentError(
                    sentence(
                        self.name,
                        f"takes no {name}, and the layer has {name}={value}",
                        f"draw layers with {name}={DEFAULTS[name]}",
                    )
                )

    def _check_inputs(self, problem: Problem, inputs: Mapping[str, Any], result: Any) -> None:
        for name, before in self._inputs(problem).items():
            if not _same(inputs[name], before):
                raise FunctionError(
                    sentence(self.name, f"changes its input {name}", "let it work on a copy, or on a new tensor")
                )
            if result.untyped_storage().data_ptr() == inputs[name].untyped_storage().data_ptr() and result.numel():
                raise FunctionError(
                    sentence(self.name, f"returns a view of its input {name}", "return a tensor with memory of its own")
                )

    def _check_repeats(self, problem: Problem, result: Any, kept: Any) -> None:
        again = self._run(problem, self._inputs(problem))
        check_result(f"{self.name}(...)", again, problem)
        if not _same(again.detach(), kept):
            place = _first_difference(again.detach(), kept)
            raise FunctionError(
                sentence(
                    self.name,
                    f"returns another result for the same inputs: {float(kept[place])!r}, then {float(again[place])!r}"
                    f" at {place}",
                    "make it deterministic, or pass its results one by one to assert_conv_close",
                )
            )
        other = problem.with_tensors(X=problem.tensors["X"] + 1)
        self._run(other, self._inputs(other))
        if not _same(result.detach(), kept):
            raise FunctionError(
                sentence(
                    self.name, "overwrites the result of one call by the next", "return a new tensor for each call"
                )
            )


def layer_arguments(problem: Problem) -> dict[str, Any]:
    """The layer's arguments as PyTorch's functions take them; padding is pairs only where its sides differ."""
    layer, product = problem.layer, problem.product
    even = all(lo == hi for lo, hi in product.sides)
    arguments = {
        "stride": product.stride,
        "padding": tuple(lo for lo, _ in product.sides) if even else product.sides,
        "dilation": product.dilation,
        "groups": product.groups,
    }
    return {**arguments, "output_padding": product.output_padding} if hasattr(layer, "output_padding") else arguments


def _same(one: Any, other: Any) -> bool:
    """Equal entries, where NaN equals NaN."""
    import torch

    return bool(torch.equal(one.nan_to_num(), other.nan_to_num())) and bool(torch.equal(one.isnan(), other.isnan()))


def _first_difference(one: Any, other: Any) -> tuple[int, ...]:
    differs = (one != other) & ~(one.isnan() & other.isnan())
    return tuple(differs.nonzero()[0].tolist())
