"""Two convolutions against their composite, bit for bit: sizes, the interior, and the verdict in both directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from symconv.composition import BorderError, Kernel, compose, explain_composition
from symconv.errors import ShapeError
from symconv.testing.strategies import conv_pairs

DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is here")),
]
#: 1,000 pairs in the ci profile, 10,000 in the nightly one.
PAIRS = settings(max_examples=10 * settings.default.max_examples)


def positive(random: np.random.Generator, shape: tuple[int, ...], device: str) -> torch.Tensor:
    """Positive entries: no two of them cancel, so that what can differ does."""
    return torch.from_numpy(random.integers(1, 6, shape).astype(np.float64)).to(device)


def as_kernel(layer: Any, random: np.random.Generator, device: str) -> Kernel:
    shape = (layer.out_channels, layer.in_channels // layer.groups, *layer.kernel_size)
    bias = positive(random, (layer.out_channels,), device) if layer.bias else None
    return Kernel(positive(random, shape, device), bias, layer.stride, layer.padding, layer.dilation, layer.groups)


def middle_and_output(first: Any, second: Any, sizes: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        middle = first.output_shape((1, first.in_channels, *sizes))
        return tuple(second.output_shape(middle)[2:])
    except ShapeError:
        return None


@pytest.mark.parametrize("device", DEVICES)
@PAIRS
@given(pair=conv_pairs(), seed=st.integers(0, 2**32 - 1), data=st.data())
def test_the_verdict_is_right_in_both_directions(device: str, pair: Any, seed: int, data: st.DataObject) -> None:
    """Claimed exact is equal everywhere; else positive tensors differ exactly at the frame that was told."""
    first, second = pair
    most = {1: 12, 2: 9, 3: 6}[first.dims]
    sizes = data.draw(st.tuples(*[st.integers(1, most)] * first.dims))
    random = np.random.default_rng(seed)
    k1, k2 = (as_kernel(layer, random, device) for layer in pair)
    if middle_and_output(first, second, sizes) is None:
        with pytest.raises(ShapeError, match="cells in the middle"):
            explain_composition(k1, k2, input_size=sizes)
        return
    x = positive(random, (1, k1.in_channels, *sizes), device)
    verdict = explain_composition(k1, k2, input_size=sizes)
    in_two, at_once = k2(k1(x)), verdict.kernel(x)
    assert at_once.shape == in_two.shape
    differs = (at_once != in_two)[0].any(0).cpu().numpy()
    assert np.array_equal(differs, verdict.frame)
    assert verdict.exact is bool(not differs.any())


@settings(max_examples=2 * settings.default.max_examples)
@given(pair=conv_pairs(max_size=2), seed=st.integers(0, 2**32 - 1))
def test_without_a_size_the_verdict_holds_for_every_size(pair: Any, seed: int) -> None:
    """Exact for every size means for all small ones; not exact means that some size differs."""
    random = np.random.default_rng(seed)
    k1, k2 = (as_kernel(layer, random, "cpu") for layer in pair)
    overall = explain_composition(k1, k2).exact
    dims, most = k1.dims, {1: 24, 2: 9, 3: 5}[k1.dims]
    found = []
    for n in range(1, most):
        try:
            found.append(explain_composition(k1, k2, input_size=(n,) * dims).exact)
        except ShapeError:
            continue
    if overall is True:
        assert all(found)
    elif dims == 1:
        assert not all(found)


@settings(max_examples=settings.default.max_examples)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_composition_is_associative(data: st.DataObject, seed: int) -> None:
    """Three layers give one kernel, whichever two are composed first; its arguments too."""
    random = np.random.default_rng(seed)
    first, second = data.draw(conv_pairs(max_size=2))
    _, third = data.draw(conv_pairs(dims=first.dims, max_size=2))
    k1, k2 = (as_kernel(layer, random, "cpu") for layer in (first, second))
    k3 = as_kernel(third, random, "cpu")
    weight = positive(random, (k3.out_channels, k2.out_channels, *k3.kernel_size), "cpu")
    k3 = Kernel(weight, k3.bias, k3.stride, k3.padding, k3.dilation)
    left = compose(compose(k1, k2, border="interior"), k3, border="interior")
    right = compose(k1, compose(k2, k3, border="interior"), border="interior")
    at_once = compose(k1, k2, k3, border="interior")
    for one in (right, at_once):
        assert torch.equal(left.weight, one.weight)
        assert (left.bias is None) == (one.bias is None)
        assert left.bias is None or torch.equal(left.bias, one.bias)
        assert (left.stride, left.padding, left.dilation, left.groups) == (
            one.stride,
            one.padding,
            one.dilation,
            one.groups,
        )


def test_accidental_cancellation_counts_as_exact() -> None:
    """The border taps of the second kernel annihilate the first layer's output there: nothing can differ."""
    k1 = Kernel(torch.tensor([[[1.0]], [[1.0]]]).double(), torch.tensor([1.0, 1.0]).double())
    k2 = Kernel(torch.tensor([[[1.0, 2.0, 3.0], [-1.0, 5.0, -3.0]]]).double(), padding=1)
    verdict = explain_composition(k1, k2, input_size=(6,))
    x = torch.arange(6.0).double().reshape(1, 1, 6)
    assert verdict.exact is True
    assert torch.equal(verdict.kernel(x), k2(k1(x)))
    assert compose(k1, k2) is not None


def test_border_error_carries_the_verdict_and_the_ways_out() -> None:
    k1, k2 = torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.Conv2d(4, 5, 3, padding=1)
    with pytest.raises(BorderError) as told:
        compose(k1, k2, input_size=(8, 8))
    assert told.value.verdict.exact is False
    assert int(told.value.verdict.frame.sum()) == 28
    first = "Kernel(torch (4, 3, 3, 3), padding=((1, 1), (1, 1)), bias)"
    second = "Kernel(torch (5, 4, 3, 3), padding=((1, 1), (1, 1)), bias)"
    assert str(told.value) == (
        f"composition of {first} then {second}: they are not one convolution: the second layer pads the middle with "
        "zeros, while the composite reads what the first layer would have written outside the middle and it adds the "
        "first bias there at 28 of 64 cells; use border='interior' for the kernel all the same, or "
        "explain_composition(...).repair('frame')."
    )
    interior = compose(k1, k2, border="interior")
    assert isinstance(interior, torch.nn.Conv2d)
    assert interior.kernel_size == (5, 5)


MODES = ("zeros", "circular", "reflect", "replicate")


@PAIRS
@given(pair=conv_pairs(max_size=2), seed=st.integers(0, 2**32 - 1), data=st.data())
def test_padding_that_copies_cells(pair: Any, seed: int, data: st.DataObject) -> None:
    """Every pair of padding modes: tensors differ exactly at the frame that was told."""
    random = np.random.default_rng(seed)
    kernels = [as_kernel(layer, random, "cpu") for layer in pair]
    modes = [data.draw(st.sampled_from(MODES)) for _ in pair]
    k1, k2 = (
        Kernel(k.weight, k.bias, k.stride, k.padding, k.dilation, k.groups, padding_mode=mode)
        for k, mode in zip(kernels, modes, strict=True)
    )
    sizes = data.draw(st.tuples(*[st.integers(1, {1: 10, 2: 7, 3: 5}[k1.dims])] * k1.dims))
    # cells so different that no difference of two of them vanishes by chance
    x = torch.from_numpy(random.integers(1, 2**30, (1, k1.in_channels, *sizes)).astype(np.float64))
    try:
        in_two = k2(k1(x))
    except RuntimeError:  # no output, or more padding than cells to copy
        return
    verdict = explain_composition(k1, k2, input_size=sizes)
    if "more cells than the input has" in verdict.reason:
        with pytest.raises(RuntimeError):
            verdict.kernel(x)
        return
    differs = (verdict.kernel(x) != in_two)[0].any(0).numpy()
    assert np.array_equal(differs, verdict.frame)
    assert verdict.exact is bool(not differs.any())


def test_a_frame_is_copied_by_padding_that_copies_cells() -> None:
    """In a chain, what is wrong at the border is wrong in every copy of it."""
    one = torch.ones(1, 1, 1).double()
    chain = (
        Kernel(one, one[0, 0], padding=((1, 0),)),
        Kernel(one, padding=((0, 1),)),
        Kernel(one, stride=4, padding=((1, 0),), padding_mode="circular"),
    )
    x = torch.tensor([[[1.0, 2.0, 3.0]]]).double()
    in_a_row = chain[2](chain[1](chain[0](x)))
    verdict = explain_composition(*chain, input_size=(3,))
    differs = (verdict.kernel(x) != in_a_row)[0, 0].numpy()
    assert differs.any()
    assert not (differs & ~verdict.frame).any()
    with pytest.raises(BorderError):
        compose(*chain, input_size=(3,))


@PAIRS
@given(pair=conv_pairs(max_size=2), last=conv_pairs(max_size=2), seed=st.integers(0, 2**32 - 1), data=st.data())
def test_chains_in_every_padding_mode(pair: Any, last: Any, seed: int, data: st.DataObject) -> None:
    """Three layers: nothing differs outside the frame, and what is claimed exact is equal everywhere."""
    third = last[1]
    if third.dims != pair[0].dims:
        return
    random = np.random.default_rng(seed)
    kernels = [as_kernel(layer, random, "cpu") for layer in (*pair, third)]
    weight = positive(random, (third.out_channels, kernels[1].out_channels, *third.kernel_size), "cpu")
    kernels[2] = Kernel(weight, kernels[2].bias, third.stride, third.padding, third.dilation)
    chain = [
        Kernel(
            k.weight,
            k.bias,
            k.stride,
            k.padding,
            k.dilation,
            k.groups,
            padding_mode=data.draw(st.sampled_from(MODES)),
        )
        for k in kernels
    ]
    sizes = data.draw(st.tuples(*[st.integers(1, {1: 12, 2: 7, 3: 5}[third.dims])] * third.dims))
    x = torch.from_numpy(random.integers(1, 2**20, (1, chain[0].in_channels, *sizes)).astype(np.float64))
    try:
        verdict = explain_composition(*chain, input_size=sizes)
        in_a_row, at_once = chain[2](chain[1](chain[0](x))), verdict.kernel(x)
    except (RuntimeError, ShapeError):  # no output, or more padding than cells to copy
        return
    differs = (at_once != in_a_row)[0].any(0).numpy()
    assert not (differs & ~verdict.frame).any()
    assert verdict.exact is not True or not differs.any()


def test_a_mirrored_kernel_reflects() -> None:
    """Reflection after a kernel that is its own mirror image is exact for every size; after another it is not."""
    one, other = torch.tensor([[[1.0, 2.0, 1.0]]]), torch.tensor([[[1.0, 2.0, 3.0]]])
    after = Kernel(torch.tensor([[[3.0, 1.0, 2.0]]]), padding=1, padding_mode="reflect")
    for weight, exact in ((one, True), (other, False)):
        first = Kernel(weight, padding=1, padding_mode="reflect")
        assert explain_composition(first, after).exact is exact
        assert explain_composition(first, after, input_size=(7,)).exact is exact


def test_arrays_in_arrays_out() -> None:
    one, two = np.array([[1, 2], [3, 4]]), np.array([[1, 0], [0, -1]])
    assert compose(one, two).tolist() == [[1, 2, 0], [3, 3, -2], [0, -3, -4]]
    assert torch.equal(compose(torch.tensor([1, 2]), torch.tensor([1, 1])), torch.tensor([1, 3, 2]))
    assert compose(one, two, np.array([[2]])).tolist() == [[2, 4, 0], [6, 6, -4], [0, -6, -8]]
