"""A layer's output and its three gradients, as problems of rounding."""

from __future__ import annotations

from typing import Any

import torch

from symconv.rounding.problem import GRADIENTS, Problem, read_problem


def arguments_of(layer: Any) -> dict[str, Any]:
    """The keywords of a layer's arguments."""
    names = ["stride", "padding", "dilation", "groups"]
    if hasattr(layer, "output_padding"):
        return {**{n: getattr(layer, n) for n in [*names, "output_padding"]}, "transposed": True}
    return {n: getattr(layer, n) for n in names}


def all_problems(layer: Any, tensors: dict[str, Any], seed: int) -> list[Problem]:
    """The output of a layer, and its gradients for integers as the output's gradient."""
    arguments = arguments_of(layer)
    operands = (tensors["X"], tensors["W"], tensors.get("b"))
    output = read_problem(*operands, **arguments)
    generator = torch.Generator().manual_seed(seed)
    grad_output = torch.randint(-3, 4, output.shape, generator=generator).to(output.dtype)
    gradients = (read_problem(*operands, **arguments, gradient=by, grad_output=grad_output) for by in GRADIENTS)
    return [output, *gradients]
