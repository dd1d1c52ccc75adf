"""Cases check kernels: mistakes shrink to the smallest case, correct kernels pass, and what is not told is refused."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from torch.nn import functional

import symconv as sc
from symconv.errors import ArgumentError
from symconv.layers import Conv1d, Conv2d
from symconv.testing import ConvCase, FunctionError, conv_cases, conv_layers
from symconv.testing.probes import PROBES
from symconv.testing.regimes import DATA, REGIMES

SEARCH = settings(database=None, derandomize=True, max_examples=300, phases=(Phase.generate, Phase.shrink))
FUNCTIONS = {
    False: (functional.conv1d, functional.conv2d, functional.conv3d),
    True: (functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d),
}


def last_tap_skipped(x, weight, bias, stride, padding, dilation, groups):
    weight = weight.clone()
    weight[..., 1:][..., -1:] = 0
    return functional.conv2d(x, weight, bias, stride, padding, dilation, groups)


def flipped(x, weight, bias, stride, padding, dilation, groups):
    return functional.conv2d(x, weight.flip(2, 3), bias, stride, padding, dilation, groups)


def no_bias(x, weight, bias, stride, padding, dilation, groups):
    return functional.conv2d(x, weight, None, stride, padding, dilation, groups)


def wrong_group(x, weight, bias, stride, padding, dilation, groups):
    return functional.conv2d(x.roll(x.shape[1] // groups, 1), weight, bias, stride, padding, dilation, groups)


def half_precision(x, weight, bias, stride, padding, dilation, groups):
    return functional.conv2d(x.bfloat16().float(), weight, bias, stride, padding, dilation, groups)


def shows(function: Any, case: ConvCase) -> bool:
    try:
        case.check(function)
    except AssertionError:
        return True
    return False


# ------------------------------------------------------------------ mistakes shrink
@pytest.mark.parametrize(
    ("broken", "entries", "taps"),
    [(last_tap_skipped, 3, 2), (flipped, 3, 2), (no_bias, 1, 1), (wrong_group, 2, 1), (half_precision, 1, 1)],
)
def test_a_mistake_shrinks_to_a_tiny_exact_case(
    broken: Any, entries: int, taps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The smallest case that shows it has one or two taps, and operands whose sums are exact in every order."""
    monkeypatch.setattr("symconv.testing.faults.likely_fault", lambda *_: None)  # slow, and no part of the search
    case = find(conv_cases(dims=2), partial(shows, broken), settings=SEARCH)
    assert case.regime in PROBES
    assert case.weight[0, 0].numel() <= taps
    assert case.x.numel() <= entries
    assert case.layer.stride == case.layer.dilation == (1, 1)


def test_what_is_said_of_the_smallest_case() -> None:
    """The layer, the operands, and what is wrong."""
    case = find(
        conv_cases(dims=1), partial(shows, lambda x, weight, **_: functional.conv1d(x, weight) + 1), settings=SEARCH
    )
    assert repr(case) == (
        "ConvCase(Conv1d(1, 1, kernel_size=1, bias=False), ones in float32, x=[[[1.0]]], weight=[[[1.0]]])"
    )
    with pytest.raises(AssertionError, match=r"^output\[0, 0, 0\]=2\.0: is 1(\.0)? off the exact 1\.0, and sums of"):
        case.check(lambda x, weight: functional.conv1d(x, weight) + 1)


def test_large_tensors_are_shown_by_their_shape() -> None:
    case = ConvCase(Conv1d(1, 1, 3, bias=True), torch.ones(1, 1, 40), torch.ones(1, 1, 3), torch.ones(1), "ones")
    assert repr(case).endswith("ones in float32, x of shape (1, 1, 40), weight=[[[1.0, 1.0, 1.0]]], bias=[1.0])")


# ------------------------------------------------------------------ correct kernels pass
@given(data=st.data(), transposed=st.booleans())
def test_correct_kernels_pass(data: st.DataObject, transposed: bool) -> None:
    """PyTorch's own, in every rank, plain and transposed, and in another order of summation."""
    case = data.draw(conv_cases(transposed=transposed, dtypes=("float32", torch.float64)))
    function = FUNCTIONS[transposed][case.layer.dims - 1]
    case.check(function)
    if not transposed and case.layer.groups == 1:
        case.check(lambda x, weight, bias, **k: function(x.flip(1), weight.flip(1), bias, **k))


@given(conv_cases(dims=2, dtypes=("float16", "bfloat16")))
def test_correct_half_precision_passes(case: ConvCase) -> None:
    """Sums in float32, stored once."""
    case.check(
        lambda x, w, b, **k: functional.conv2d(x.float(), w.float(), None if b is None else b.float(), **k).to(x.dtype)
    )


def test_arithmetic_is_a_choice() -> None:
    """A float16 accumulator is wrong where float32 is asked for, and right where it is allowed."""
    x, weight = torch.full((1, 64, 1), 1.5, dtype=torch.float16), torch.full((1, 64, 1), 1.1, dtype=torch.float16)
    case = ConvCase(Conv1d(64, 1, 1, bias=False), x, weight, None, "constant")

    def narrow(x: Any, weight: Any) -> Any:
        total = torch.zeros(1, 1, 1, dtype=torch.float16)
        for product in (x * weight).unbind(1):
            total = total + product.unsqueeze(1)
        return total

    with pytest.raises(AssertionError, match="sums of float32 in any order"):
        case.check(narrow)
    case.check(narrow, acc="float16")


@given(data=st.data())
def test_reference(data: st.DataObject) -> None:
    """On small integers the exact sums are those of float64, in which nothing is rounded."""
    case = data.draw(conv_cases(dims=2, regimes=("small integers",)))
    bias = None if case.bias is None else case.bias.double()
    assert torch.equal(
        case.reference().double(), functional.conv2d(case.x.double(), case.weight.double(), bias, **case.arguments)
    )


def test_arguments_are_pytorchs() -> None:
    layer = Conv2d(2, 4, 3, stride=2, padding=(1, 0), groups=2)
    case = ConvCase(layer, torch.ones(1, 2, 5, 5), torch.ones(4, 1, 3, 3), torch.ones(4), "ones")
    assert case.arguments == {"stride": (2, 2), "padding": (1, 0), "dilation": (1, 1), "groups": 2}


# ------------------------------------------------------------------ what a kernel takes
STRIDED = ConvCase(Conv1d(1, 1, 1, stride=2, bias=False), torch.ones(1, 1, 3), torch.ones(1, 1, 1), None, "ones")
BIASED = ConvCase(Conv1d(1, 1, 1), torch.ones(1, 1, 3), torch.ones(1, 1, 1), torch.ones(1), "ones")
PLAIN = ConvCase(Conv1d(1, 1, 1, bias=False), torch.ones(1, 1, 3), torch.ones(1, 1, 1), None, "ones")


def test_an_argument_that_the_kernel_does_not_take() -> None:
    """It is neither a bug nor a pass."""

    def conv(x: Any, weight: Any) -> Any:
        return functional.conv1d(x, weight)

    for case, text in (
        (STRIDED, "conv: takes no stride, and the layer has stride=(2,); draw layers with stride=1."),
        (BIASED, "conv: takes no bias, and the layer has one; draw layers with bias=False, or give it a bias."),
    ):
        with pytest.raises(ArgumentError) as error:
            case.check(conv)
        assert str(error.value) == text
    PLAIN.check(conv)


def biased(x, w, b, stride=1):
    return functional.conv1d(x, w, b, stride)


@pytest.mark.parametrize(
    "function",
    [
        biased,
        lambda x, w, bias=None, stride=1: functional.conv1d(x, w, bias, stride),
        lambda x, w, *, bias, stride: functional.conv1d(x, w, bias, stride),
        lambda *operands, **arguments: functional.conv1d(*operands, **arguments) * 1,
        lambda x, w, bias, /, stride=1: functional.conv1d(x, w, bias, stride),
        lambda x, w, *more, stride: functional.conv1d(x, w, *more, stride=stride),
        lambda x, w, stride, bias: functional.conv1d(x, w, bias, stride),
        partial(lambda scale, x, w, b, stride: functional.conv1d(x, w, b, stride) * scale, 1.0),
        functional.conv1d,
    ],
)
def test_ways_to_take_the_bias_and_the_stride(function: Any) -> None:
    for case in (STRIDED, BIASED, PLAIN):
        case.check(function)


def test_a_third_parameter_with_a_default_is_no_bias() -> None:
    PLAIN.check(lambda x, w, block=1: functional.conv1d(x, w * block))
    with pytest.raises(ArgumentError, match="takes no bias"):
        BIASED.check(lambda x, w, block=1: functional.conv1d(x, w * block))


def test_a_kernel_that_fails_says_on_what() -> None:
    def conv(x: Any, weight: Any) -> Any:
        raise RuntimeError("grid too large")

    with pytest.raises(FunctionError) as error:
        PLAIN.check(conv)
    assert str(error.value) == (
        "conv: raises RuntimeError: grid too large; call it on Conv1d(1, 1, kernel_size=1, bias=False) on float32"
        " (1, 1, 3)."
    )


# ------------------------------------------------------------------ what is drawn
@given(conv_cases(dims=2, groups=1, bias=False, stride=(2, 1), kernel_size=3))
def test_arguments_that_are_given_are_not_drawn(case: ConvCase) -> None:
    layer = case.layer
    assert (layer.groups, layer.bias, layer.stride, layer.kernel_size) == (1, False, (2, 1), (3, 3))
    assert case.bias is None
    assert all(isinstance(p, int) for p in layer.padding) or isinstance(layer.padding, str)
    assert all(lo == hi for lo, hi in layer.sides)


@given(conv_layers(in_channels=6, out_channels=4, dilation=2, padding=1, transposed=True, output_padding=1, stride=2))
def test_given_channels_and_paddings(layer: Any) -> None:
    assert (layer.in_channels, layer.out_channels) == (6, 4)
    assert layer.groups in (1, 2)
    assert {*layer.dilation, *layer.stride} == {2}
    assert {*layer.padding, *layer.output_padding} == {1}


@given(conv_layers(transposed=False, padding="same"))
def test_given_words(layer: Any) -> None:
    assert layer.padding == "same"
    assert set(layer.stride) == {1}


@given(conv_layers(transposed=False, stride=3))
def test_a_given_stride_stays(layer: Any) -> None:
    """Even where "same" would need stride 1."""
    assert set(layer.stride) == {3}
    assert layer.padding != "same"


@given(conv_cases(transposed=True, dims=1))
def test_regimes_are_what_they_say(case: ConvCase) -> None:
    """Where they are exact no element may be off; elsewhere none is without a bound."""
    options = {**case.arguments, "transposed": True}
    bound = sc.error_bound(case.x, case.weight, case.bias, **options)
    assert bound.isfinite().all()
    if case.regime in (*PROBES, "small integers"):
        assert not bound.any()


@pytest.mark.parametrize("regimes", [None, ("normal", "ones")])
def test_every_regime_is_drawn(regimes: Any) -> None:
    drawn = set()

    @settings(SEARCH, max_examples=150)
    @given(conv_cases(st.just(PLAIN.layer), regimes=regimes))
    def draw(case: ConvCase) -> None:
        drawn.add(case.regime)

    draw()
    # a sum in float32 is not rounded once more, so that there is no half-way case with exact sums
    assert drawn == set(regimes or REGIMES) - {"half-way cases"}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@settings(max_examples=settings().max_examples // 4)
@given(data=st.data())
def test_no_data_overflows(dtype: str, data: st.DataObject) -> None:
    case = data.draw(conv_cases(dims=1, dtypes=dtype, regimes=tuple(DATA)))
    wide = data.draw(conv_cases(dims=1, dtypes=dtype, regimes=("wide range",)))
    assert case.x.dtype == wide.x.dtype == getattr(torch, dtype)
    assert case.reference().isfinite().all()
    assert wide.reference().isfinite().all()


def test_the_subnormal_regime_is_subnormal() -> None:
    def is_subnormal(case: ConvCase) -> bool:
        y = case.reference()
        return bool(((y != 0) & (y.abs() < torch.finfo(y.dtype).tiny)).any())

    find(conv_cases(dims=1, regimes=("subnormal",)), is_subnormal, settings=SEARCH)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"dims": 4}, "dims=4: is no rank of a layer; pass 1, 2, 3, or leave it out."),
        ({"stride": "S"}, "stride='S': is no number; pass an int, one an axis, or leave it out."),
        ({"dtypes": ("int8",)}, "dtype=int8: has no rounding bounds; use one of float64, float32, bfloat16, float16."),
        ({"dtypes": ()}, "dtypes=(): is empty; pass at least one, or leave it out."),
        ({"devices": "tpu9"}, "device='tpu9': cannot be used here; use 'cpu', or run where there is such a device."),
        ({"regimes": ("big",)}, "regime='big': is not known; use some of ones, impulses, "),
        ({"regimes": "ones"}, "regimes='ones': is no tuple of names; pass one, or leave it out."),
        ({"layers": conv_layers(), "dims": 2}, "dims=2: has no effect beside layers=; pass it to conv_layers."),
        ({"output_padding": 1}, "output_padding=1: needs transposed=True; pass it too, or leave this out."),
    ],
)
def test_bad_options(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ArgumentError) as error:
        conv_cases(**options)
    assert str(error.value).startswith(text)


@pytest.mark.parametrize("layers", [conv_layers(padding_modes=("circular",), transposed=False)])
def test_a_layer_that_does_not_pad_with_zeros(layers: Any) -> None:
    with pytest.raises(ArgumentError, match="does not pad with zeros; pad the input first, and pass padding=0"):
        find(conv_cases(layers), lambda case: True, settings=SEARCH)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@given(conv_cases(dims=2))
def test_on_cuda(case: ConvCase) -> None:
    moved = case.to("cuda")
    assert moved.x.device.type == "cuda"
    assert " on cuda" in repr(moved)
    moved.check(functional.conv2d, inputs="tf32")


def test_to_the_same_device() -> None:
    assert torch.equal(BIASED.to("cpu").bias, BIASED.bias)
    with pytest.raises(ArgumentError, match="device='tpu9': cannot be used here"):
        BIASED.to("tpu9")
