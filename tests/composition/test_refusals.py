"""What cannot be composed is refused in one sentence: what was given, the condition broken, a way out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from symconv.composition import Kernel, compose, explain_composition
from symconv.errors import ArgumentError, ShapeError, SymconvError

ONES = np.ones((1, 1, 3))


def kernel(*shape: int, **arguments: Any) -> Kernel:
    return Kernel(torch.ones(*shape), **arguments)


REFUSED: list[tuple[Any, type[SymconvError], str]] = [
    (
        lambda: compose(kernel(4, 3, 3), kernel(5, 2, 3)),
        ShapeError,
        "kernels=Kernel(torch (4, 3, 3)) and Kernel(torch (5, 2, 3)): do not chain: 4 channels of 1 axes are written, "
        "2 of 1 read; pass the layer that is applied first as k1.",
    ),
    (
        lambda: kernel(4, 3, 3, groups=3),
        ArgumentError,
        "groups=3: does not divide weight.shape[0]=4; choose groups that divides in_channels and out_channels.",
    ),
    (
        lambda: compose(np.ones(3), np.ones(3, np.float32)),
        ArgumentError,
        "dtypes=float64 and float32: do not mix; convert the arrays to one.",
    ),
    (
        lambda: compose(kernel(1, 1, 3), Kernel(torch.ones(1, 1, 3).double())),
        ArgumentError,
        "dtypes=float32 and float64: do not mix; convert the arrays to one.",
    ),
    (
        lambda: compose(np.ones(3), torch.ones(3)),
        ArgumentError,
        "arrays of numpy and torch: do not mix; pass arrays of one kind.",
    ),
    (
        lambda: Kernel(np.ones((1, 1, 0))),
        ArgumentError,
        "weight of shape (1, 1, 0): is no kernel; pass (out, in/groups, *sizes) with 1 to 3 sizes, or one or two sizes "
        "alone, all positive.",
    ),
    (
        lambda: Kernel(np.array([1.0, np.nan])),
        ArgumentError,
        "weight: has entries that are infinite or no numbers; pass finite entries.",
    ),
    (
        lambda: compose(np.array([1.0, np.inf]), np.ones(2)),
        ArgumentError,
        "array: has entries that are infinite or no numbers; pass finite entries.",
    ),
    (
        lambda: Kernel(ONES, np.ones(2)),
        ArgumentError,
        "bias of shape (2,): does not fit 1 output channels of a numpy kernel; pass one entry an output channel, in an "
        "array of the weight's kind.",
    ),
    (
        lambda: Kernel(ONES, stride="S"),
        ArgumentError,
        "stride=(S,): is not in numbers; give numbers, or compose layers such as sc.Conv2d.",
    ),
    (
        lambda: Kernel(ONES, output_padding=1),
        ArgumentError,
        "output_padding=(1,): needs transposed=True; leave it out, or pass transposed.",
    ),
    (
        lambda: explain_composition(kernel(1, 1, 3), kernel(1, 1, 3), input_size=(4,)),
        ShapeError,
        "input_size=(4,): leaves 2 cells in the middle and 0 at the end of an axis; enlarge the input or the padding.",
    ),
    (
        lambda: explain_composition(kernel(1, 1, 3), kernel(1, 1, 3), input_size=(4, 4)),
        ShapeError,
        "input_size=(4, 4): is not 1 positive ints; pass the input's spatial sizes.",
    ),
    (
        lambda: compose(kernel(1, 1, 3), kernel(1, 1, 3), border="fuzzy"),
        ArgumentError,
        "border='fuzzy': is not known; choose one of exact, interior.",
    ),
    (lambda: compose("a", "b"), ArgumentError, "module=str: is no convolution that symconv reads"),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSED, ids=range(len(REFUSED)))
def test_refused_in_one_sentence(call: Any, kind: type[SymconvError], message: str) -> None:
    with pytest.raises(kind) as told:
        call()
    assert str(told.value).startswith(message)


def test_nothing_of_the_callers_is_changed() -> None:
    """Weights and biases are read, never written; gradients reach them through the composite."""
    first, second = torch.nn.Conv2d(2, 3, 3), torch.nn.Conv2d(3, 4, 3)
    before = [p.detach().clone() for m in (first, second) for p in m.parameters()]
    module = compose(first, second)
    x = torch.randn(1, 2, 9, 9)
    assert torch.allclose(module(x), second(first(x)), atol=1e-5)
    assert all(
        torch.equal(a, b) for a, b in zip(before, [p for m in (first, second) for p in m.parameters()], strict=True)
    )
    composed = compose(Kernel.from_module(first), Kernel.from_module(second))
    composed.weight.sum().backward()
    assert first.weight.grad is not None
    assert second.weight.grad is not None
