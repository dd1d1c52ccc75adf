"""Transposed kernels in a row with others: the composite and its verdict, bit for bit on whole numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from symconv.composition import BorderError, Kernel, compose, explain_composition
from symconv.composition.operands import frame_through
from symconv.composition.shuffled import ShuffledKernel
from symconv.composition.transposed import EXACT, UNDECIDED, explain_transposed
from symconv.errors import ArgumentError, ShapeError
from symconv.numerics.overflow import IntegerOverflow

KINDS = ("transposed, transposed", "convolution, transposed", "transposed, convolution")


def integers(seed: int, *shape: int, most: int = 3) -> torch.Tensor:
    entries = np.random.default_rng(seed).integers(-most, most + 1, shape)
    return torch.from_numpy(entries.astype(np.float64))


@st.composite
def layers(draw: Any, inputs: int, outputs: int, dims: int, transposed: bool, padded: bool = True) -> Kernel:
    """Any layer: groups, uneven crops, dilation, output padding; now and then with equal taps, or without bias."""

    def each(values: Any) -> tuple[Any, ...]:
        return tuple(draw(st.sampled_from(values)) for _ in range(dims))

    groups = draw(st.sampled_from([g for g in (1, 2) if inputs % g == outputs % g == 0]))
    channels = (inputs, outputs // groups) if transposed else (outputs, inputs // groups)
    seed = draw(st.integers(0, 10_000))
    weight = integers(seed, *channels, *each((1, 2, 3, 4)))
    return Kernel(
        torch.ones_like(weight) if draw(st.integers(0, 5)) == 0 else weight,
        integers(seed + 1, outputs) if draw(st.booleans()) else None,
        stride=each((1, 1, 2, 3, 4)),
        padding=tuple((draw(st.integers(0, 2 * padded)), draw(st.integers(0, 2 * padded))) for _ in range(dims)),
        dilation=each((1, 1, 2)),
        groups=groups,
        transposed=transposed,
        output_padding=each((0, 0, 1)) if transposed else 0,
    )


@st.composite
def pairs(draw: Any, dims: Any = (1, 2, 3)) -> tuple[Kernel, Kernel, tuple[int, ...]]:
    axes, kinds = draw(st.sampled_from(dims)), draw(st.sampled_from(KINDS)).split(", ")
    channels = [draw(st.sampled_from((1, 2, 4))) for _ in range(3)]
    first, second = (
        draw(layers(channels[place], channels[place + 1], axes, kind == "transposed"))
        for place, kind in enumerate(kinds)
    )
    return first, second, tuple(draw(st.integers(1, {1: 9, 2: 6, 3: 4}[axes])) for _ in range(axes))


def in_a_row(layers_: Any, x: torch.Tensor) -> torch.Tensor:
    """The layers one after the other; examples in which one writes nothing are left out."""
    for layer in layers_:
        try:
            x = layer(x)
        except RuntimeError:
            assume(False)
        assume(0 not in x.shape)
    return x


def differing(kernel: Any, layers_: Any, size: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Where the two differ for one of some inputs; their shapes agree."""
    found = np.array(False)
    for seed in range(5):
        x = integers(seed, 2, layers_[0].in_channels, *size, most=100)
        expected, got = in_a_row(layers_, x), kernel(x)
        assert expected.shape == got.shape
        found = found | (expected != got).flatten(0, 1).any(0).numpy()
    return found


@settings(max_examples=10 * settings.default.max_examples)
@given(pairs())
def test_the_frame_is_where_they_differ(case: Any) -> None:
    """Both directions: no position outside the frame differs, and every one inside does for some input."""
    first, second, size = case
    in_a_row((first, second), integers(0, 1, first.in_channels, *size))
    verdict = explain_composition(first, second, input_size=size)
    assert np.array_equal(verdict.frame, differing(verdict.kernel, (first, second), size))
    assert verdict.exact is not bool(verdict.frame.any())
    x = integers(9, 1, first.in_channels, *size)
    assert torch.equal(verdict.kernel.to_module()(x), verdict.kernel(x))


def test_a_crop_larger_than_what_is_written_before_output_padding():
    """Two positions are written, five more follow, and three are cropped on either side: the fourth is left."""
    one = torch.ones(1, 1, 1, dtype=torch.float64)
    first = Kernel(one, stride=2, padding=((1, 0),), transposed=True, output_padding=1)
    second = Kernel(one, stride=3, transposed=True)
    composite = explain_composition(first, second, input_size=(1,)).kernel
    assert (composite.kernel_size, composite.padding, composite.output_padding) == ((2,), ((3, 3),), (5,))
    assert torch.equal(composite(one), second(first(one)))
    assert torch.equal(composite.to_module()(one), second(first(one)))


@given(pairs(dims=(1, 1, 2)))
def test_without_a_size_exact_means_for_every_size(case: Any) -> None:
    first, second, size = case
    verdict = explain_composition(first, second)
    if verdict.exact:
        in_a_row((first, second), integers(0, 1, first.in_channels, *size))
        assert not differing(verdict.kernel, (first, second), size).any()
    elif verdict.reason != UNDECIDED and first.dims == 1:
        # and not exact: for some size, it is not
        assert any(not _exact_at(first, second, n) for n in range(1, 60))


def _exact_at(first: Kernel, second: Kernel, n: int) -> bool:
    try:
        return bool(explain_composition(first, second, input_size=(n,)).exact)
    except ShapeError:
        return True


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.sampled_from((1, 2)), st.integers(5, 9), st.data())
def test_a_third_layer(dims: int, n: int, data: Any) -> None:
    """Nothing is cropped or padded between the first two: one exact layer, often shuffled; then any layer after it."""
    first, second = (
        data.draw(layers(2, 2, dims, transposed, padded=False)) for transposed in (True, data.draw(st.booleans()))
    )
    third = data.draw(layers(2, 2, dims, data.draw(st.booleans())))
    row, size = (first, second, third), (n,) * dims
    in_a_row(row, integers(0, 1, 2, *size))
    so_far = explain_composition(first, second, input_size=size)
    assume(so_far.exact and (so_far.kernel.transposed or third.transposed))
    last = explain_transposed(so_far.kernel, third, size)
    assert np.array_equal(last.frame, differing(last.kernel, row, size))
    assert explain_composition(*row, input_size=size).frame.tolist() == last.frame.tolist()


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.sampled_from((1, 2)), st.integers(4, 9), st.data())
def test_a_shuffled_kernel_after_another_layer(dims: int, n: int, data: Any) -> None:
    """With factors, cuts and biases of its own."""
    strides = tuple(data.draw(st.integers(1, 3)) for _ in range(dims))
    factor = tuple(data.draw(st.integers(1, 3)) for _ in range(dims))
    channels = 2 * math.prod(factor)
    kernel = Kernel(integers(n, channels, 2, *[2] * dims), integers(n + 1, channels), stride=strides, padding=1)
    crop = tuple(
        tuple(data.draw(st.integers(0, f - 1)) for _ in range(s)) for s, f in zip(strides, factor, strict=True)
    )
    row = data.draw(layers(2, 2, dims, data.draw(st.booleans()))), ShuffledKernel(kernel, factor, crop)
    in_a_row(row, integers(0, 1, 2, *[n] * dims))
    verdict = explain_transposed(*row, (n,) * dims)
    assert np.array_equal(verdict.frame, differing(verdict.kernel, row, (n,) * dims))


@given(pairs(dims=(1, 2, 3)))
def test_a_frame_seen_through_any_layer(case: Any) -> None:
    first, _, size = case
    in_a_row((first,), integers(0, 1, first.in_channels, *size))
    frame = np.random.default_rng(0).random(size) < 0.3
    ones = Kernel(
        torch.ones_like(first.weight),
        stride=first.stride,
        padding=first.padding,
        dilation=first.dilation,
        groups=first.groups,
        transposed=first.transposed,
        output_padding=first.output_padding,
    )
    marked = ones(torch.from_numpy(frame).double().expand(1, first.in_channels, *size))[0, 0] > 0
    assert np.array_equal(frame_through(frame, first), marked.numpy())


# ---------------------------------------------------------------------- which form
def layer(stride: int, taps: int, transposed: bool, *, dims: int = 2, seed: int = 0, **more: Any) -> Kernel:
    return Kernel(integers(seed, 2, 2, *[taps] * dims), stride=stride, transposed=transposed, **more)


@pytest.mark.parametrize(
    ("first", "second", "form", "stride"),
    [
        (layer(2, 3, True), layer(3, 2, True), "transposed", 6),
        (layer(2, 4, True), layer(1, 3, False), "transposed", 2),
        (layer(4, 4, True), layer(2, 3, False), "transposed", 2),
        (layer(2, 4, True), layer(2, 3, False), "convolution", 1),
        (layer(2, 4, True), layer(6, 3, False), "convolution", 3),
        (layer(2, 4, True), layer(3, 3, False), "shuffled by 2", 3),
        (layer(6, 4, True), layer(4, 3, False), "shuffled by 3", 2),
        (layer(1, 3, False, padding=2), layer(2, 4, True), "transposed", 2),
        (layer(3, 3, False, padding=2), layer(1, 4, True), "convolution", 3),
        (layer(2, 3, False, padding=2), layer(2, 4, True), "shuffled by 2", 2),
        (layer(2, 3, False, padding=2), layer(3, 4, True), "shuffled by 3", 2),
    ],
)
def test_which_form_it_is(first: Kernel, second: Kernel, form: str, stride: int) -> None:
    verdict = explain_composition(first, second)
    kernel = verdict.kernel
    if isinstance(kernel, ShuffledKernel):
        assert form == f"shuffled by {kernel.factor[0]}"
        assert kernel.kernel.stride == (stride,) * 2
        assert kernel.kernel.out_channels == math.prod(kernel.factor) * 2
    else:
        assert (form, stride) == ("transposed" if kernel.transposed else "convolution", kernel.stride[0])
    assert verdict.exact is True
    assert verdict.reason == EXACT
    x = integers(7, 2, 2, 11, 12)
    assert torch.equal(kernel(x), second(first(x)))


def test_two_transposed_kernels_multiply_out_by_hand() -> None:
    """One axis: 1, 2 written 2 apart, then 10, 1 written 3 apart, are 10, 1, 0, 20, 2 written 6 apart."""
    first = Kernel(torch.tensor([[[1.0, 2.0]]]), stride=2, transposed=True)
    second = Kernel(torch.tensor([[[10.0, 1.0]]]), stride=3, transposed=True)
    kernel = compose(first, second)
    assert kernel.weight.tolist() == [[[10.0, 1.0, 0.0, 20.0, 2.0]]]
    assert kernel.stride == (6,)


def test_upsampling_then_convolution_as_one_transposed_module() -> None:
    """Modules in, a module out, border included; the first crop is 0."""
    torch.manual_seed(0)
    up = torch.nn.ConvTranspose2d(3, 4, 4, stride=2, bias=False).double()
    conv = torch.nn.Conv2d(4, 5, 3, padding=1).double()
    module = compose(up, conv)
    assert isinstance(module, torch.nn.ConvTranspose2d)
    x = torch.randn(2, 3, 7, 6, dtype=torch.float64)
    torch.testing.assert_close(module(x), conv(up(x)), rtol=0, atol=1e-12)


def test_a_crop_before_padding_is_not_exact() -> None:
    up, conv = layer(2, 4, True, padding=1), layer(1, 3, False, padding=1)
    with pytest.raises(BorderError, match="not one transposed convolution: the composite reads what the first layer"):
        compose(up, conv)
    verdict = explain_composition(up, conv, input_size=(5, 5))
    assert verdict.weights_wrong
    assert not verdict.bias_wrong
    assert verdict.frame.sum() == 36
    assert np.array_equal(verdict.frame, np.pad(np.zeros((8, 8), bool), 1, constant_values=True))


def test_for_every_size_looks_at_sizes_that_are_large_enough() -> None:
    """Nothing comes out of six taps before size 6, and multiples of 3 are right: only the others are not."""
    first = Kernel(torch.tensor([[[0.0, 0, 0, 1, 0, 0]]]), stride=3)
    second = Kernel(torch.tensor([[[1.0, 1.0]]]), padding=((1, 0),), transposed=True)
    exact = [explain_composition(first, second, input_size=(n,)).exact for n in range(6, 12)]
    assert exact == [True, False, False, True, False, False]
    assert explain_composition(first, second).exact is False


# ---------------------------------------------------------------------- the first bias
def test_a_first_bias_becomes_periodic() -> None:
    """Three taps, 2 apart: a bias of 2 arrives as 2*w0, 2*w1, 2*w2 + 2*w0, ...: no single bias."""
    first = Kernel(torch.tensor([[[1.0]]]), torch.tensor([2.0]), transposed=True)
    second = Kernel(torch.tensor([[[1.0, 3.0, 5.0]]]), stride=2, transposed=True)
    verdict = explain_composition(first, second, input_size=(4,))
    assert verdict.exact is False
    assert (verdict.weights_wrong, verdict.bias_wrong) == (False, True)
    assert verdict.reason == (
        "they are not one transposed convolution: the first bias arrives unevenly, while the composite has a single "
        "bias at 6 of 9 positions"
    )


def test_a_first_bias_that_arrives_alike_is_exact() -> None:
    """Taps as wide as the stride, with one sum a phase: nothing is missing at the border either."""
    first = Kernel(torch.tensor([[[1.0]]]), torch.tensor([2.0]), transposed=True)
    second = Kernel(torch.tensor([[[3.0, 3.0]]]), stride=2, transposed=True)
    verdict = explain_composition(first, second)
    assert verdict.exact is True
    assert verdict.kernel.bias.tolist() == [6.0]


def test_a_shuffled_kernel_has_a_bias_for_each_phase() -> None:
    """As wide as the stride and uneven: exact all the same."""
    first = Kernel(torch.tensor([[[1.0, 2.0]]]), torch.tensor([2.0]), stride=2)
    second = Kernel(torch.tensor([[[3.0, 5.0]]]), torch.tensor([1.0]), stride=2, transposed=True)
    verdict = explain_composition(first, second)
    assert verdict.exact is True
    assert verdict.kernel.kernel.bias.tolist() == [7.0, 11.0]


# ---------------------------------------------------------------------- other numbers
def test_numpy_sympy_and_integers_give_the_same() -> None:
    w1, w2 = integers(1, 2, 3, 3).numpy(), integers(2, 3, 2, 2).numpy()
    expected = compose(Kernel(w1, stride=2, transposed=True), Kernel(w2, stride=3, transposed=True)).weight
    whole = compose(
        Kernel(torch.from_numpy(w1).int(), stride=2, transposed=True),
        Kernel(torch.from_numpy(w2).int(), stride=3, transposed=True),
    ).weight
    assert whole.dtype == torch.int32
    assert whole.tolist() == expected.tolist()
    symbols = sp.Array(sp.symbols("a b c"), (1, 1, 3))
    after = Kernel(sp.Array([[[1, 1]]]), stride=2, transposed=True)
    kernel = compose(Kernel(symbols, stride=1, transposed=True), after)
    a, b, c = sp.symbols("a b c")
    assert list(kernel.weight[0, 0]) == [a, a, b, b, c, c]
    exact = Kernel(np.array([[[Fraction(1, 3)]]], dtype=object), transposed=True)
    assert compose(exact, exact).weight[0, 0, 0] == Fraction(1, 9)


def test_integers_do_not_overflow_silently() -> None:
    kernel = Kernel(torch.tensor([[[100]]], dtype=torch.int8), transposed=True)
    with pytest.raises(IntegerOverflow, match=r"outside int8"):
        compose(kernel, kernel)


def test_gradients_and_dtype_are_kept() -> None:
    w1 = integers(1, 2, 3, 3, 3).float().requires_grad_()
    w2 = integers(2, 3, 2, 4, 4).float().requires_grad_()
    kernel = explain_composition(Kernel(w1, stride=2), Kernel(w2.transpose(0, 1)[:2, :2], stride=2, transposed=True))
    assert kernel.kernel.weight.dtype == torch.float32
    kernel.kernel.weight.sum().backward()
    assert float(w1.grad.abs().sum()) > 0
    assert float(w2.grad.abs().sum()) > 0


# ---------------------------------------------------------------------- errors and text
def test_messages() -> None:
    up, conv = layer(2, 3, True), layer(1, 3, False)
    with pytest.raises(ArgumentError) as error:
        compose(layer(1, 3, False, padding=1, padding_mode="circular"), up)
    assert str(error.value) == (
        "padding_mode='circular': repeats the input, and is not composed with transposed kernels; "
        "use 'zeros', or keep the two layers."
    )
    with pytest.raises(ArgumentError, match="method='toom-cook': is for two plain convolutions; pass method='auto'"):
        compose(up, conv, method="toom-cook")
    with pytest.raises(ShapeError, match=r"input_size=\(1, 1\): leaves 1 cells in the middle and 0 at the end"):
        explain_composition(layer(1, 1, True), conv, input_size=(1, 1))
    with pytest.raises(ArgumentError, match="does not fit a plain kernel of 2 axes and 2 output channels"):
        ShuffledKernel(conv, (3, 1), ((0,), (0,)))
    with pytest.raises(ArgumentError, match=r"crop=\(\(0, 0\), \(0,\)\): does not fit stride=\(1, 1\)"):
        ShuffledKernel(conv, (2, 1), ((0, 0), (0,)))


def test_texts() -> None:
    verdict = explain_composition(layer(2, 2, True), layer(3, 2, False), input_size=(5, 5))
    assert repr(verdict.kernel) == (
        "ShuffledKernel(Kernel(torch (8, 2, 3, 3), stride=(3, 3), padding=((0, 2), (0, 2))), factor=(2, 2), "
        "crop=((0, 1, 1), (0, 1, 1)))"
    )
    text = str(verdict.derivation)
    assert "factor (h) = 2  [phases]" in text
    assert "stride (w) = 3  [stride]" in text
    assert "aligned" in verdict.derivation.latex()
    assert "factor=(2, 2)" in repr(verdict.kernel.to_module())


def test_pixel_shuffle_is_the_shuffle_of_equal_factors() -> None:
    kernel = Kernel(integers(0, 8, 2, 3, 3), padding=1)
    x = integers(1, 1, 2, 5, 6)
    shuffled = ShuffledKernel(kernel, (2, 2), ((0,), (0,)))
    assert torch.equal(shuffled(x), torch.nn.functional.pixel_shuffle(kernel(x), 2))
    assert (shuffled.in_channels, shuffled.out_channels, shuffled.weight.shape[0]) == (2, 2, 8)
