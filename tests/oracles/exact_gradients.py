"""Gradients of a layer in exact integers, from the products that each output adds up."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from oracles.gather import Block, Case, places, weight_factors, whole


def by_input(case: Case, grad_output: Block) -> list[Fraction]:
    """Every product hands the output's gradient, times its weight, to the input that it reads."""
    (weight, weight_unit), (grad, grad_unit) = whole(case.weight), whole(grad_output)
    found = np.append(np.zeros(case.x.size, dtype=object), 0)
    np.add.at(found, places(case), weight_factors(case, weight) * grad)
    return [int(total) * weight_unit * grad_unit for total in found[:-1]]


def by_weight(case: Case, grad_output: Block) -> list[Fraction]:
    """Every product hands the output's gradient, times the input that it reads, to its weight."""
    (x, x_unit), (grad, grad_unit) = whole(case.x), whole(grad_output)
    products = np.append(x, 0)[places(case)] * grad
    found = products.sum((1, *range(3, products.ndim)))  # [terms, O]
    found = np.moveaxis(found, -1, 0).reshape(case.weight.shape)
    if case.arguments.transposed:
        groups, (rows, columns) = case.arguments.groups, found.shape[:2]
        found = found.reshape(groups, rows // groups, columns, -1).swapaxes(1, 2)
    return [int(total) * x_unit * grad_unit for total in found.reshape(-1)]


def by_bias(case: Case, grad_output: Block) -> list[Fraction]:
    """Every output hands its gradient to the bias of its channel."""
    grad, unit = whole(grad_output)
    return [int(total) * unit for total in grad.sum((0, *range(2, grad.ndim)))]


GRADIENTS: dict[str, Callable[[Case, Block], list[Fraction]]] = {
    "input": by_input,
    "weight": by_weight,
    "bias": by_bias,
}
