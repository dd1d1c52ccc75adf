"""Repairs of a composite against the layers in a row: on integers in float64, where equality is equality."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from symconv.composition import CompositionVerdict, Kernel, RepairError, explain_composition
from symconv.composition.bias_map import BiasMap
from symconv.composition.frame_module import FrameModule
from symconv.composition.ones_channel import OnesChannel
from symconv.errors import ArgumentError, ShapeError
from symconv.layers import Conv2d

Size = tuple[int, ...]

#: How a first layer is drawn, so that verdicts of all sorts come up: anything, unpadded, padded fully, 1x1.
SORTS = ("any", "valid", "full", "one")


def integers(shape: Sequence[int], random: np.random.Generator) -> torch.Tensor:
    return torch.from_numpy(random.integers(-4, 5, tuple(shape))).double()


@st.composite
def kernels(draw: st.DrawFn, dims: int, inputs: int, sort: str, modes: Sequence[str] = ("zeros",)) -> Kernel:
    """A kernel from ``inputs`` channels to 2 or 4, every argument drawn."""

    def per_axis(least: int, most: int) -> Any:
        return st.tuples(*[st.integers(least, most)] * dims)

    sizes, dilation, stride = draw(per_axis(1, 3)), draw(per_axis(1, 2)), draw(per_axis(1, 3))
    pads = draw(st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * dims))
    if sort == "full":
        stride, pads = (1,) * dims, tuple((d * (k - 1),) * 2 for d, k in zip(dilation, sizes, strict=True))
    if sort in ("valid", "one"):
        pads = ((0, 0),) * dims
    if sort == "one":
        sizes = (1,) * dims
    groups, outputs = draw(st.sampled_from((1, 2))), draw(st.sampled_from((2, 4)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weight = integers((outputs, inputs // groups, *sizes), random)
    bias = integers((outputs,), random) if draw(st.booleans()) else None
    return Kernel(weight, bias, stride, pads, dilation, groups, padding_mode=draw(st.sampled_from(modes)))


@st.composite
def chains(draw: st.DrawFn, lengths: Sequence[int], most_dims: int = 3, **more: Any) -> tuple[Kernel, ...]:
    dims, length = draw(st.integers(1, most_dims)), draw(st.sampled_from(lengths))
    layers: list[Kernel] = []
    for place in range(length):
        inputs = layers[-1].out_channels if layers else 2
        sort = draw(st.sampled_from(SORTS)) if place < length - 1 else "any"
        layers.append(draw(kernels(dims, inputs, sort, **more)))
    return tuple(layers)


def in_a_row(layers: Sequence[Kernel], x: torch.Tensor) -> torch.Tensor:
    for layer in layers:
        x = layer(x)
    return x


def result(layers: Sequence[Kernel], size: Size, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor | None]:
    """An input of that size, and what the layers make of it; ``None`` where it is too small for them."""
    x = integers((2, layers[0].in_channels, *size), np.random.default_rng(seed))
    try:
        return x, in_a_row(layers, x)
    except RuntimeError:
        return x, None


def solvable(verdict: CompositionVerdict, sizes: Sequence[Size]) -> bool:
    """Whether weights of a channel of ones exist for all these sizes, by what the convolutions do, in floats."""
    kernel, rows, wanted = verdict.kernel, [], []
    taps = int(np.prod(kernel.kernel_size))
    each_tap = replace(
        kernel, weight=torch.eye(taps).double().reshape(taps, 1, *kernel.kernel_size), bias=None, groups=1
    )
    for size in sizes:
        zeros = torch.zeros(1, kernel.in_channels, *size).double()
        try:
            wanted.append(in_a_row(verdict.layers, zeros)[0].flatten(1).T)
        except RuntimeError:
            continue
        rows.append(each_tap(torch.ones(1, 1, *size).double())[0].flatten(1).T)
    left, right = torch.cat(rows).numpy(), torch.cat(wanted).numpy()
    left = np.hstack([left, np.ones((len(left), 1))])
    solution = np.linalg.lstsq(left, right, rcond=None)[0]
    return bool(np.abs(left @ solution - right).max() < 1e-8)


def attempt(verdict: CompositionVerdict, how: str) -> Any:
    """The repair, or the text of the refusal."""
    try:
        return verdict.repair(how)
    except RepairError as error:
        return str(error)


def check_repairs(layers: Sequence[Kernel], verdict: CompositionVerdict, sizes: Sequence[Size]) -> None:
    ways = {how: attempt(verdict, how) for how in ("frame", "bias-map", "ones-channel")}
    wrong = verdict.weights_wrong and verdict.exact is not True
    refused = {how for how, module in ways.items() if isinstance(module, str)}
    assert refused >= {"bias-map", "ones-channel"} if wrong else refused <= {"ones-channel"}
    assert "frame" not in refused
    for size in sizes:
        x, wanted = result(layers, size)
        if wanted is None:
            with pytest.raises((ShapeError, RuntimeError)):
                ways["frame"](x)
            continue
        for how in ways.keys() - refused:
            if how != "frame" and verdict.input_size not in (None, size):
                continue
            whole = all(torch.equal(p, p.round()) for p in ways[how].parameters())
            got = ways[how](x)
            assert torch.equal(got, wanted) if whole else torch.allclose(got, wanted, rtol=1e-12, atol=1e-9), how


def check_chain(layers: Sequence[Kernel], data: st.DataObject, longest: int) -> None:
    """For one input size, or for every size."""
    size = st.tuples(*[st.integers(1, longest)] * layers[0].dims)
    sizes = data.draw(st.lists(size, min_size=3, max_size=3))
    one = sizes[0] if data.draw(st.booleans()) else None
    assume(one is None or result(layers, one)[1] is not None)
    check_repairs(layers, explain_composition(*layers, input_size=one), sizes)


@settings(max_examples=10 * settings.default.max_examples)
@given(layers=chains((2,)), data=st.data())
def test_pairs(layers: tuple[Kernel, ...], data: st.DataObject) -> None:
    """Frame: everywhere, for several sizes; bias map: where the weights are exact; ones: equal, or refused."""
    check_chain(layers, data, 10)


@given(layers=chains((3, 4), most_dims=2), data=st.data())
def test_chains(layers: tuple[Kernel, ...], data: st.DataObject) -> None:
    """Three and four layers."""
    check_chain(layers, data, 16)


@given(data=st.data())
def test_no_ones_channel_means_no_solution(data: st.DataObject) -> None:
    """Least squares on the cells themselves agree with every refusal, for one size and for all."""
    dims = data.draw(st.integers(1, 2))
    first = data.draw(kernels(dims, 2, data.draw(st.sampled_from(("full", "one", "valid")))))
    first = replace(first, bias=torch.ones(first.out_channels).double())
    layers = (first, data.draw(kernels(dims, first.out_channels, "any")))
    size = data.draw(st.tuples(*[st.integers(1, 9)] * dims))
    # with 1 to 24 cells every pattern of these kernels occurs; on two axes that would be too many
    every = [None] if dims == 1 else []
    for given_size in [*every, *([size] if result(layers, size)[1] is not None else [])]:
        verdict = explain_composition(*layers, input_size=given_size)
        if verdict.exact is True or verdict.weights_wrong:
            continue
        sizes = [given_size] if given_size else list(itertools.product(range(1, 25), repeat=dims))
        assert isinstance(attempt(verdict, "ones-channel"), nn.Module) == solvable(verdict, sizes)


@given(layers=chains((2, 3), most_dims=2, modes=("zeros", "circular", "reflect", "replicate")), data=st.data())
def test_frame_in_every_padding_mode(layers: tuple[Kernel, ...], data: st.DataObject) -> None:
    """Padding that copies cells is no obstacle to the frame."""
    frame = explain_composition(*layers).repair("frame")
    for _ in range(3):
        size = data.draw(st.tuples(*[st.integers(1, 12)] * layers[0].dims))
        x, wanted = result(layers, size)
        if wanted is None:
            with pytest.raises((ShapeError, RuntimeError)):
                frame(x)
        else:
            assert torch.equal(frame(x), wanted)


def test_frame_on_inputs_too_small_for_the_composite() -> None:
    """Exact, but the composite's circular padding would go around an input of one cell twice."""
    layers = [Kernel(torch.ones(1, 1, 3).double(), padding=1, padding_mode="circular")] * 2
    verdict = explain_composition(*layers)
    assert verdict.exact is True
    x, wanted = result(layers, (1,))
    assert torch.equal(verdict.repair("frame")(x), wanted)


def pair(first: int, padding: int, *, seed: int = 0, dtype: torch.dtype = torch.float64) -> tuple[Kernel, Kernel]:
    """A square kernel of that size and padding, then 3x3 with padding 1; both with bias."""
    random = np.random.default_rng(seed)
    shapes = ((4, 3, first, first), (4,), (5, 4, 3, 3), (5,))
    w1, b1, w2, b2 = (integers(shape, random).to(dtype) for shape in shapes)
    return Kernel(w1, b1, padding=padding), Kernel(w2, b2, padding=1)


def test_literal_case() -> None:
    """Conv(32, 64, 1), then Conv(64, 128, 3, padding=1), biased: not one convolution, but for a channel of ones."""
    torch.manual_seed(0)
    first, second = nn.Conv2d(32, 64, 1).double(), nn.Conv2d(64, 128, 3, padding=1).double()
    x = torch.randn(2, 32, 9, 7).double()
    for size in (None, (9, 7)):
        verdict = explain_composition(first, second, input_size=size)
        assert verdict.exact is False
        assert "not one convolution" in verdict.reason
        for how in ("ones-channel", "bias-map", "frame"):
            assert (verdict.repair(how)(x) - second(first(x))).abs().max() < 1e-12
        conv = verdict.repair("ones-channel").conv
        assert type(conv) is nn.Conv2d
        assert (conv.in_channels, conv.out_channels) == (33, 128)
        assert (conv.kernel_size, conv.stride, conv.padding, conv.dilation) == ((3, 3), (1, 1), (1, 1), (1, 1))
    assert verdict.frame is not None
    assert verdict.frame.sum() == 9 * 7 - 7 * 5


def test_a_channel_of_ones_for_each_group() -> None:
    random = np.random.default_rng(1)
    first = Kernel(integers((4, 2, 1), random), integers((4,), random), groups=2)
    second = Kernel(integers((6, 2, 3), random), None, padding=((2, 1),), groups=2)
    module = explain_composition(first, second).repair("ones-channel")
    assert (module.conv.in_channels, module.conv.groups) == (4 + 2, 2)
    x = integers((2, 4, 8), random)
    assert torch.equal(module(x), second(first(x)))
    assert torch.equal(module(x[0]), second(first(x))[0])


def test_annihilated_bias_needs_no_repair() -> None:
    """Taps that take nothing of the first bias leave one convolution, and every way gives it."""
    first, second = pair(1, 0)
    bias, weight = first.bias.clone(), second.weight.clone()
    bias[0] = 1
    weight[:, 0] = -(weight[:, 1:] * bias[1:, None, None]).sum(1)
    verdict = explain_composition(replace(first, bias=bias), replace(second, weight=weight))
    assert verdict.exact is True
    x, wanted = result(verdict.layers, (6, 5))
    assert isinstance(verdict.repair("frame"), nn.Conv2d)
    assert isinstance(verdict.repair("bias-map"), nn.Conv2d)
    assert all(torch.equal(verdict.repair(how)(x), wanted) for how in ("frame", "bias-map", "ones-channel"))


def test_rounding_is_no_refusal() -> None:
    """A bias that floats annihilate but for rounding still has weights of ones; integers are told apart exactly."""
    torch.manual_seed(4)
    first, second = torch.randn(4, 3, 3, 3).double(), torch.randn(5, 4, 3, 3).double()
    bias = torch.rand(4).double() + 0.1
    second[:, 0] = -(second[:, 1:] * bias[1:, None, None]).sum(1) / bias[0]
    layers = Kernel(first, bias, padding=2), Kernel(second, padding=1)
    verdict = explain_composition(*layers)
    assert verdict.exact is False
    x = torch.randn(1, 3, 6, 6).double()
    assert torch.allclose(verdict.repair("ones-channel")(x), in_a_row(layers, x), rtol=0, atol=1e-11)


def test_exact_for_one_size_is_framed_for_the_others() -> None:
    """A dilated tap jumps over an input of one cell; the frame serves larger inputs as well."""
    random = np.random.default_rng(2)
    first = Kernel(integers((2, 2, 2), random), dilation=3, padding=((1, 2),))
    layers = (first, Kernel(integers((2, 2, 2), random), padding=((1, 0),)))
    verdict = explain_composition(*layers, input_size=(1,))
    assert verdict.exact is True
    assert explain_composition(*layers).exact is False
    for size in (1, 7):
        x, wanted = result(layers, (size,))
        assert torch.equal(verdict.repair("frame")(x), wanted)


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex128])
@pytest.mark.parametrize(
    ("how", "kind"), [("frame", FrameModule), ("bias-map", BiasMap), ("ones-channel", OnesChannel)]
)
def test_dtype_state_and_copies(how: str, kind: type, dtype: torch.dtype) -> None:
    layers = pair(1, 0, dtype=dtype)
    before = [layer.weight.clone() for layer in layers]
    module = explain_composition(*layers).repair(how)
    x = integers((2, 3, 6, 7), np.random.default_rng(3)).to(dtype)
    wanted = in_a_row(layers, x)
    assert isinstance(module, kind)
    assert {p.dtype for p in module.parameters()} == {dtype}
    for copied in (module, copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert torch.equal(copied(x), wanted)
        assert copied(x).dtype == dtype
    other = explain_composition(*pair(1, 0, seed=9, dtype=dtype)).repair(how)
    assert not torch.equal(other(x), wanted)
    other.load_state_dict(module.state_dict())
    assert torch.equal(other(x), wanted)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
    assert all(torch.equal(layer.weight, weight) for layer, weight in zip(layers, before, strict=True))


@pytest.mark.parametrize(("how", "trained"), [("frame", 6), ("bias-map", 1), ("ones-channel", 2)])
def test_gradients(how: str, trained: int) -> None:
    """The input's gradient is that of the layers; every parameter that is not frozen has one."""
    layers = pair(1, 0)
    module = explain_composition(*layers).repair(how)
    x, _ = result(layers, (6, 7))
    with torch.inference_mode():
        module(x)
    mine, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
    (module(mine) ** 2).sum().backward()
    (in_a_row(layers, theirs) ** 2).sum().backward()
    assert torch.equal(mine.grad, theirs.grad)
    gradients = [p.grad for p in module.parameters() if p.requires_grad]
    assert len(gradients) == trained
    assert all(g is not None and g.abs().sum() > 0 for g in gradients)


def test_images_are_kept_for_a_few_sizes() -> None:
    module = explain_composition(*pair(1, 0)).repair("bias-map")
    assert module.image((4, 5)) is module.image((4, 5))
    first = module.image((4, 5))
    for size in range(1, 20):
        module.image((size, size))
    assert module.image((4, 5)) is not first
    assert torch.equal(module.image((4, 5)), first)
    assert not any("image" in key for key in module.state_dict())
    assert module.float()(torch.zeros(1, 3, 4, 5)).dtype == torch.float32


def flops(module: Any, x: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter:
        module(x)
    return counter.get_total_flops()


def test_extra_work_is_at_the_border() -> None:
    """3x3 after 3x3: twice the side is twice the extra work; none where the second layer has no padding."""
    weight = torch.ones(16, 16, 3, 3)
    verdict = explain_composition(*[Kernel(weight, torch.ones(16), padding=1)] * 2, input_size=(128, 128))
    inputs = [torch.zeros(1, 16, n, n) for n in (64, 128)]
    extra = [flops(verdict.repair("frame"), x) - flops(verdict.kernel, x) for x in inputs]
    assert extra[0] > 0
    assert extra[1] < 2.1 * extra[0]
    assert extra[1] < 0.05 * flops(verdict.kernel, inputs[1])
    layers = Kernel(weight, padding=1, stride=2), Kernel(weight)
    kernel = explain_composition(*layers).kernel
    assert flops(FrameModule(kernel, layers), inputs[0]) == flops(kernel, inputs[0])


TRANSPOSED = Kernel(torch.ones(3, 3, 2, 2), stride=2, transposed=True)
NUMPY = Kernel(np.ones((4, 3, 3, 3)), padding=1), Kernel(np.ones((5, 4, 3, 3)), padding=1)
FOUR_WIDE = torch.zeros(1, 3, 4, 4).double()


@pytest.mark.parametrize(
    ("layers", "how", "error", "text"),
    [
        (
            pair(3, 1),
            "bias-map",
            RepairError,
            "how='bias-map': mends the bias alone, but the composite's weights are wrong at the border: what it reads "
            "there depends on the input; use 'frame', which always works.",
        ),
        (
            pair(3, 2),
            "ones-channel",
            RepairError,
            "how='ones-channel': needs weights that give every border cell its bias, but the linear system for them "
            "has no solution; use 'bias-map' or 'frame'.",
        ),
        (
            (pair(1, 0)[0], *[Kernel(torch.ones(4, 4, 1, 1).double(), torch.ones(4).double(), padding=1)] * 2),
            "ones-channel",
            RepairError,
            "how='ones-channel': is for two layers, or for a chain that splits into two that are each exactly one "
            "convolution; use 'bias-map' or 'frame'.",
        ),
        (
            (TRANSPOSED, Kernel(torch.ones(2, 3, 3, 3), padding=1)),
            "frame",
            RepairError,
            "how='frame': is for plain convolutions, but a layer is transposed; keep the layers in a row.",
        ),
        (
            NUMPY,
            "frame",
            RepairError,
            "how='frame': makes a torch module, but the kernels hold numpy arrays; compose kernels of torch tensors.",
        ),
        (
            pair(3, 1, dtype=torch.int64),
            "frame",
            RepairError,
            "how='frame': makes a module with parameters, which cannot be of dtype=torch.int64; "
            "compose kernels of floats.",
        ),
        (
            (Conv2d(3, 4, 3, padding="p"), Conv2d(4, 5, 3, padding=1)),
            "frame",
            RepairError,
            "how='frame': is for plain convolutions with weights, but Conv2d(3, 4, kernel_size=3, padding='p') is "
            "none; compose kernels or modules, or keep the layers in a row.",
        ),
        (
            pair(3, 1),
            "ones",
            ArgumentError,
            "how='ones': is not known; choose one of ones-channel, frame, bias-map.",
        ),
    ],
)
def test_refusals(layers: Sequence[Any], how: str, error: type[Exception], text: str) -> None:
    verdict = explain_composition(*layers)
    with pytest.raises(error) as caught:
        verdict.repair(how)
    assert str(caught.value) == text


def test_ones_are_for_padding_with_zeros() -> None:
    """The padding copies ones, too; a constant image is right all the same."""
    first = Kernel(torch.ones(2, 1, 1).double(), torch.tensor([1.0, 0.0]).double(), padding=1, padding_mode="replicate")
    annihilating = torch.tensor([[[1.0, 1.0, 1.0], [-1.0, 1.0, -1.0]]]).double()
    layers = (first, Kernel(annihilating, padding=1))
    verdict = explain_composition(*layers, input_size=(5,))
    assert (verdict.weights_wrong, verdict.bias_wrong) == (False, True)
    x, wanted = result(layers, (5,))
    assert torch.equal(verdict.repair("bias-map")(x), wanted)
    assert torch.equal(verdict.repair("frame")(x), wanted)
    with pytest.raises(RepairError) as caught:
        verdict.repair("ones-channel")
    assert str(caught.value) == (
        "how='ones-channel': reckons with zeros in the padding, but a layer pads with copies of cells; "
        "use 'bias-map' or 'frame'."
    )


@pytest.mark.parametrize("how", ["bias-map", "ones-channel"])
def test_other_sizes_are_refused(how: str) -> None:
    """A repair for one size does not answer wrongly for another."""
    module = explain_composition(*pair(1, 0), input_size=(5, 5)).repair(how)
    with pytest.raises(ShapeError) as caught:
        module(FOUR_WIDE)
    assert str(caught.value) == (
        "x of shape (1, 3, 4, 4): is not of input_size=(5, 5), for which the repair was made; repair a verdict for "
        "that size, or one without input_size."
    )


def test_too_small_inputs_are_refused() -> None:
    with pytest.raises(ShapeError) as caught:
        explain_composition(*pair(7, 1)).repair("frame")(FOUR_WIDE)
    assert str(caught.value) == (
        "an axis of 4 cells: is too small for a layer of kernel_size=7, dilation=1, padding=(1, 1), "
        "padding_mode='zeros'; enlarge the input."
    )


def test_an_input_that_leaves_nothing_in_the_middle_is_refused() -> None:
    """A third layer's padding hides it from the composite, which is exact wherever the layers have an output."""
    narrow = Kernel(torch.ones(1, 1, 2).double())
    pointwise, padded = (Kernel(torch.zeros(1, 1, 1).double(), padding=p) for p in (0, 1))
    verdict = explain_composition(narrow, pointwise, padded)
    assert verdict.exact is True
    assert verdict.kernel(torch.ones(1, 1, 1).double()).shape == (1, 1, 2)
    with pytest.raises(ShapeError):
        verdict.repair("frame")(torch.ones(1, 1, 1).double())
