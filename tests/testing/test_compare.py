"""compare: each verdict, what it counts, functions and results, batched or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

import symconv as sc
from symconv.errors import ArgumentError
from symconv.testing import Agreement


def operands(*shapes: tuple[int, ...], dtype: torch.dtype = torch.float32) -> list[Any]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(*shape, generator=generator).to(dtype) for shape in shapes]


def another_order(x: Any, weight: Any, **arguments: Any) -> Any:
    return functional.conv2d(x.flip(-3), weight.flip(1), **arguments)


def summed_by_channels(x: Any, weight: Any) -> Any:
    total: Any = 0
    for i in range(x.shape[1]):
        total = total + functional.conv2d(x[:, i : i + 1], weight[:, i : i + 1])
    return total


# ------------------------------------------------------------------ the verdicts
def test_identical() -> None:
    found = sc.compare(functional.conv2d, functional.conv2d, *operands((1, 3, 6, 6), (4, 3, 3, 3)))
    assert found.kind is Agreement.IDENTICAL
    assert found.counts == {Agreement.IDENTICAL: 64}
    assert found.largest_difference == 0
    assert bool(found)
    assert str(found) == "IDENTICAL: of 64 elements 64 IDENTICAL"
    assert repr(found) == f"<Comparison {found}>"


def test_proved_rounding() -> None:
    x, weight = operands((1, 64, 6, 6), (8, 64, 3, 3))
    found = sc.compare(functional.conv2d, summed_by_channels, x, weight)
    assert found.kind is Agreement.PROVED_ROUNDING
    assert bool(found)
    assert set(found.counts) == {Agreement.IDENTICAL, Agreement.PROVED_ROUNDING}
    differs = (found.first != found.second).numpy()
    assert np.array_equal(found.elements == "PROVED_ROUNDING", differs)
    assert np.array_equal(found.elements == "IDENTICAL", ~differs)
    off = (found.first.double() - found.second.double()).abs()
    assert found.largest_difference == float(off.max()) > 0
    assert (off <= 2 * found.bound).all()
    assert found.bugs == ()


def test_bug_on_the_operands() -> None:
    """A wrong result is a bug of the one that has it, where it is wrong."""
    x, weight = operands((1, 3, 6, 6), (4, 3, 3, 3))
    right = functional.conv2d(x, weight)
    wrong = right.clone()
    wrong[0, 1, 2, 3] += 0.01
    for given_results, place in (((right, wrong), 1), ((wrong, right), 0)):
        found = sc.compare(*given_results, x, weight)
        assert found.kind is Agreement.BUG
        assert not found
        assert found.counts == {Agreement.IDENTICAL: 63, Agreement.BUG: 1}
        assert found.elements[0, 1, 2, 3] == "BUG"
        assert torch.equal((found.first, found.second)[place], wrong)
        (text,) = found.bugs
        assert text.startswith("output[0, 1, 2, 3]=")
        assert "1 of 64 elements are outside their bounds" in text
        assert str(found) == f"BUG: of 64 elements 63 IDENTICAL, 1 BUG\n{text}"


def test_bug_that_only_a_probe_shows() -> None:
    """Operands rounded to TF32 are all but right on small integers, and wrong on a probe that needs more bits."""

    def rounded(x: Any, weight: Any) -> Any:
        return functional.conv2d((x.view(torch.int32) & ~0x1FFF).view(torch.float32), weight)

    x, weight = torch.ones(1, 2, 4, 4), torch.ones(2, 2, 2, 2)
    found = sc.compare(functional.conv2d, rounded, x, weight)
    assert found.kind is Agreement.BUG
    assert found.counts == {Agreement.IDENTICAL: 18}
    assert found.bugs[0].startswith("rounded: on exact single taps, output[")
    assert sc.compare(functional.conv2d, rounded, x, weight, probe=False).kind is Agreement.IDENTICAL
    assert sc.compare(functional.conv2d, rounded, x, weight, inputs="tf32").kind is Agreement.IDENTICAL


def test_both_may_have_a_bug() -> None:
    def more(x: Any, weight: Any) -> Any:
        return functional.conv2d(x, weight) + 1

    def less(x: Any, weight: Any) -> Any:
        return functional.conv2d(x, weight) - 1

    found = sc.compare(more, less, *operands((1, 1, 3, 3), (1, 1, 2, 2)))
    assert [text.partition(":")[0] for text in found.bugs] == ["more", "less"]


def test_the_same_mistake_twice_is_no_agreement() -> None:
    x, weight = operands((1, 1, 3, 3), (1, 1, 2, 2))
    wrong = functional.conv2d(x, weight) + 1
    found = sc.compare(wrong, wrong, x, weight)
    assert found.counts == {Agreement.BUG: 4}
    assert len(found.bugs) == 2


def test_unproved() -> None:
    """Results that differ where partial sums may overflow; the same numbers are the same."""
    x = torch.full((1, 4, 2, 1), 150.0, dtype=torch.float16)
    weight = torch.tensor([150.0, -150.0, 150.0, -150.0], dtype=torch.float16).reshape(1, 4, 1, 1)
    first = torch.zeros(1, 1, 2, 1, dtype=torch.float16)
    second = first.clone()
    second[0, 0, 1, 0] = torch.inf
    found = sc.compare(first, second, x, weight, acc="float16")
    assert found.kind is Agreement.UNPROVED
    assert not found
    assert found.elements.ravel().tolist() == ["IDENTICAL", "UNPROVED"]
    assert str(found) == "UNPROVED: of 2 elements 1 IDENTICAL, 1 UNPROVED"


def test_not_a_number_is_identical_to_itself_where_it_belongs() -> None:
    x, weight = operands((1, 1, 3, 3), (1, 1, 2, 2))
    x[0, 0, 0, 0] = torch.nan
    found = sc.compare(functional.conv2d, functional.conv2d, x, weight, probe=False)
    assert found.counts == {Agreement.IDENTICAL: 4}
    full = torch.full((1, 1, 2, 2), torch.nan)
    assert sc.compare(full, full, x, weight).counts == {Agreement.IDENTICAL: 1, Agreement.BUG: 3}


# ------------------------------------------------------------------ kinds of arguments
def test_a_function_against_a_result() -> None:
    x, weight = operands((2, 4, 5, 5), (6, 2, 3, 3))
    arguments: dict[str, Any] = {"stride": 2, "padding": 1, "groups": 2}
    result = functional.conv2d(x, weight, **arguments)
    for pair in ((functional.conv2d, result), (result, functional.conv2d), (result, result)):
        assert sc.compare(*pair, x, weight, **arguments).kind is Agreement.IDENTICAL


def test_closures_know_their_layer() -> None:
    x, weight, bias = operands((1, 4, 5, 5), (4, 2, 3, 3), (4,))

    def closed(x: Any, weight: Any, bias: Any) -> Any:
        return functional.conv2d(x, weight, bias, stride=2, groups=2)

    assert sc.compare(closed, functional.conv2d, x, weight, bias, stride=2, groups=2).kind is Agreement.IDENTICAL


def test_without_a_batch_axis() -> None:
    x, weight = operands((16, 6, 6), (4, 16, 3, 3))
    found = sc.compare(functional.conv2d, another_order, x, weight, padding=1)
    assert found.first.shape == found.second.shape == found.bound.shape == found.elements.shape == (4, 6, 6)
    assert found.kind in (Agreement.IDENTICAL, Agreement.PROVED_ROUNDING)
    wrong = found.first + 1
    (text,) = sc.compare(found.first, wrong, x, weight, padding=1).bugs
    assert text.partition("]")[0].count(",") == 2  # a channel and a place


def test_gradients_are_compared_by_results() -> None:
    x, weight = operands((1, 8, 6), (4, 8, 3))
    x.requires_grad_()
    y = functional.conv1d(x, weight)
    given_gradient = torch.ones_like(y)
    y.backward(given_gradient)
    options: dict[str, Any] = {"gradient": "input", "grad_output": given_gradient}
    assert sc.compare(x.grad, x.grad, x, weight, **options).kind is Agreement.IDENTICAL
    with pytest.raises(ArgumentError) as error:
        sc.compare(functional.conv1d, x.grad, x, weight, **options)
    assert str(error.value) == "gradient='input': is compared by its results; pass tensors for f1 and f2."


@pytest.mark.parametrize("seed", range(20))
def test_one_by_one_as_a_product_of_matrices(seed: int) -> None:
    """The chapter's two ways to compute a 1x1 convolution: a product of matrices, and channels one after another."""
    generator = torch.Generator().manual_seed(seed)
    x, kernel = torch.randn(3, 3, 3, generator=generator), torch.randn(2, 3, 1, 1, generator=generator)

    def by_matrices(x: Any, kernel: Any) -> Any:
        x = x.reshape(-1, *x.shape[-3:])[0]
        return (kernel.reshape(2, 3) @ x.reshape(3, 9)).reshape(2, 3, 3)

    def by_channels(x: Any, kernel: Any) -> Any:
        return torch.stack([sum(a * k for a, k in zip(x, of_one, strict=True)) for of_one in kernel])

    found = sc.compare(by_matrices, by_channels, x, kernel)
    assert found.kind in (Agreement.IDENTICAL, Agreement.PROVED_ROUNDING)
    assert found.elements.shape == (2, 3, 3)
    assert found.largest_difference < 1e-6  # what the chapter asks for


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda() -> None:
    x, weight = (t.cuda() for t in operands((1, 64, 6, 6), (8, 64, 3, 3)))
    found = sc.compare(functional.conv2d, another_order, x, weight, inputs="tf32")
    assert found.kind in (Agreement.IDENTICAL, Agreement.PROVED_ROUNDING)
