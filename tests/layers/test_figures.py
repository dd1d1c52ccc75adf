"""Known figures and textbook formulas; here they are oracles, in the library they are derived."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symconv.layers import AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, Linear, Ops
from symconv.testing.strategies import conv_layers, input_shapes


def test_a_padded_layer() -> None:
    """Conv2d(8, 16, 3, padding=1) on 10x10: 16*100 results of 72 products; 28 of 30 taps an axis are on the input."""
    layer, shape = Conv2d(8, 16, 3, padding=1), (1, 8, 10, 10)
    assert layer.output_shape(shape) == (1, 16, 10, 10)
    assert layer.cost(shape).forward == Ops(115_200, 115_200, 115_200)
    assert layer.cost(shape).forward.flops == 230_400
    assert layer.cost(shape, padding_aware=True).forward.macs == 100_352
    assert layer.cost(shape).update == Ops(1_168, 1_168, 0)


def test_a_large_layer_without_bias() -> None:
    """Conv2d(100, 100, 5, bias=False) with a 64x64 output: 1,024,000,000 macs, 2,047,590,400 flops."""
    forward = Conv2d(100, 100, 5, bias=False).cost((1, 100, 68, 68)).forward
    assert forward.macs == 1_024_000_000
    assert forward.flops == 2_047_590_400
    assert Conv2d(100, 100, 5, bias=False).cost((1, 100, 68, 68)).backward_bias == Ops(0, 0, 0)


@given(data=st.data())
def test_floor_formula(data: st.DataObject) -> None:
    """floor((n + p - d*(k - 1) - 1)/s) + 1, with p the padding of both sides, is the derived extent."""
    layer = data.draw(conv_layers(transposed=False))
    shape = data.draw(input_shapes(layer))
    axes = zip(shape[2:], layer.sides, layer.dilation, layer.kernel_size, layer.stride, strict=True)
    wanted = tuple((n + int(sum(p)) - d * (k - 1) - 1) // s + 1 for n, p, d, k, s in axes)
    assert layer.output_shape(shape)[2:] == wanted


@given(data=st.data())
def test_transposed_formula(data: st.DataObject) -> None:
    """(n - 1)*s - p + d*(k - 1) + output_padding + 1 is the derived extent of a transposed layer."""
    layer = data.draw(conv_layers(transposed=True))
    shape = data.draw(input_shapes(layer))
    axes = zip(
        shape[2:], layer.sides, layer.dilation, layer.kernel_size, layer.stride, layer.output_padding, strict=True
    )
    wanted = tuple((n - 1) * s - int(sum(p)) + d * (k - 1) + e + 1 for n, p, d, k, s, e in axes)
    assert layer.output_shape(shape)[2:] == wanted


@given(data=st.data())
def test_operations_per_result(data: st.DataObject) -> None:
    """Without bias a result costs 2*c*k*k - 1 operations, with it 2*c*k*k; c is the channels of a group."""
    layer = data.draw(conv_layers(transposed=False))
    shape = data.draw(input_shapes(layer))
    results, products = 1, layer.in_channels // layer.groups
    for extent in layer.output_shape(shape):
        results *= extent
    for taps in layer.kernel_size:
        products *= taps
    assert layer.cost(shape).forward.flops == results * (2 * products - (0 if layer.bias else 1))


@given(st.integers(1, 9), st.integers(1, 5), st.integers(0, 5), st.integers(0, 5))
def test_padding_aware_products_in_closed_form(n: int, k: int, before: int, after: int) -> None:
    """Stride = dilation = 1, padding <= min(n, k): m*k - p*(p + 1)/2 - q*(q + 1)/2 products an axis."""
    before, after = min(before, n, k), min(after, n, k)
    m = n + before + after - k + 1
    if m < max(before, after):
        return
    layer = Conv1d(1, 1, k, padding=((before, after),), bias=False)
    wanted = m * k - before * (before + 1) // 2 - after * (after + 1) // 2
    if m >= 1:
        assert layer.cost((1, 1, n), padding_aware=True).forward.macs == wanted


def test_receptive_fields() -> None:
    """(size, jump, start): (d*(k - 1) + 1, s, -p); a transposed layer's jump is 1/s."""
    assert Conv2d(1, 1, (3, 5), (2, 1), (1, 0), (1, 3)).receptive_field() == ((3, 2, -1), (13, 1, 0))
    size, jump, start = ConvTranspose2d(1, 1, 3, stride=2, padding=1).receptive_field()[0]
    assert (size, 1 / jump, start) == (2, 2, 0)
    assert Linear(3, 2).receptive_field() == ()


@pytest.mark.parametrize(("ceil_mode", "extent"), [(False, 3), (True, 4)])
def test_pooling(ceil_mode: bool, extent: int) -> None:
    """One multiplication a result, and additions one fewer than cells; ceil_mode adds a smaller window."""
    layer, shape = AvgPool2d(2, ceil_mode=ceil_mode), (1, 3, 7, 7)
    assert layer.output_shape(shape) == (1, 3, extent, extent)
    results, cells = 3 * extent**2, 3 * min(2 * extent, 7) ** 2
    assert layer.cost(shape).forward == Ops(results, cells - results, 0)
