"""Blocks that are trained with branches and used as one convolution, written out from their papers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from symconv.composition import BorderError, Kernel, compose, explain_composition
from symconv.composition.batch_norm import batch_norm_kernel, fold_batch_norm
from symconv.composition.branches import parallel
from symconv.composition.pooling import average_pool_kernel

SIZE = (9, 8)


def normed(channels: int, seed: int) -> Any:
    """A batch norm in eval mode whose means and biases are not zero."""
    entries = np.random.default_rng(seed)
    norm = nn.BatchNorm2d(channels).double().eval()
    with torch.no_grad():
        for tensor in (norm.running_mean, norm.weight, norm.bias):
            tensor.copy_(torch.from_numpy(entries.uniform(0.5, 2, channels) * entries.choice((-1, 1), channels)))
        norm.running_var.copy_(torch.from_numpy(entries.uniform(0.3, 3, channels)))
    return norm


def conv(inputs: int, outputs: int, size: Any, seed: int, **more: Any) -> Any:
    torch.manual_seed(seed)
    return nn.Conv2d(inputs, outputs, size, **more).double()


def image(channels: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(99).normal(size=(2, channels, *SIZE)))


def assert_same(one: torch.Tensor, other: torch.Tensor) -> None:
    torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def assert_same_but_for(frame: Any, one: torch.Tensor, other: torch.Tensor) -> None:
    """Equal inside, and different somewhere in the frame, which is not everything."""
    inside = ~torch.from_numpy(frame)
    assert 0 < int(inside.sum()) < inside.numel()
    assert_same(one[..., inside], other[..., inside])
    assert float((one - other).detach()[..., ~inside].abs().max()) > 1e-3


@pytest.mark.parametrize(("stride", "groups"), [(1, 1), (2, 1), (1, 2), (2, 4)])
def test_repvgg(stride: int, groups: int) -> None:
    """X. Ding and others, RepVGG, 2021: 3x3, 1x1 and, where the size stays, nothing, each with batch norm."""
    three = conv(4, 4, 3, 1, padding=1, stride=stride, groups=groups, bias=False)
    one = conv(4, 4, 1, 2, stride=stride, groups=groups, bias=False)
    norms = [normed(4, seed) for seed in (1, 2, 3)]
    branches = [fold_batch_norm(three, norms[0]), fold_batch_norm(one, norms[1])]
    x = image(4)
    expected = norms[0](three(x)) + norms[1](one(x))
    if stride == 1:
        branches.append(batch_norm_kernel(norms[2]))
        expected = expected + norms[2](x)
    kernel = parallel(*branches)
    assert (kernel.kernel_size, kernel.groups, kernel.padding) == ((3, 3), groups, ((1, 1), (1, 1)))
    assert isinstance(kernel.to_module(), nn.Conv2d)
    assert_same(kernel(x), expected)
    assert_same(kernel.to_module()(x), expected)


@pytest.mark.parametrize("stride", [1, 2])
def test_asymmetric_block(stride: int) -> None:
    """X. Ding and others, ACNet, 2019: 3x3, 1x3 and 3x1, each with batch norm."""
    sizes, pads = ((3, 3), (1, 3), (3, 1)), ((1, 1), (0, 1), (1, 0))
    layers = [
        conv(3, 5, k, seed, padding=p, stride=stride) for seed, (k, p) in enumerate(zip(sizes, pads, strict=True))
    ]
    norms = [normed(5, seed) for seed in range(3)]
    kernel = parallel(*map(fold_batch_norm, layers, norms))
    assert kernel.kernel_size == (3, 3)
    x = image(3)
    assert_same(kernel(x), sum(norm(layer(x)) for layer, norm in zip(layers, norms, strict=True)))


def diverse_branches(point: Any, pad: int) -> tuple[list[Any], list[Any], Any]:
    """The layers of a diverse branch block, and its sum; ``pad`` of the second layers of two branches."""
    whole, second = conv(4, 6, 3, 10, padding=1), conv(5, 6, 3, 11, padding=pad)
    single, before_pool = conv(4, 6, 1, 12), conv(4, 6, 1, 13)
    pool = nn.AvgPool2d(3, stride=1, padding=pad)
    norms = [normed(c, seed) for seed, c in enumerate((6, 5, 6, 6, 6, 6))]

    def block(x: torch.Tensor, edge: Any) -> torch.Tensor:
        """``edge`` stands between the two layers of a branch."""
        return (
            norms[0](whole(x))
            + norms[2](second(edge(norms[1](point(x)), fold_batch_norm(point, norms[1]).bias)))
            + norms[3](single(x))
            + norms[5](pool(edge(norms[4](before_pool(x)), fold_batch_norm(before_pool, norms[4]).bias)))
        )

    return [whole, second, single, before_pool, pool], norms, block


def padded_with_the_bias(y: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """As the paper does: around the middle lies what the first 1x1 layer makes of zeros, its bias."""
    around = nn.functional.pad(torch.ones_like(y[:, :1]), (1, 1, 1, 1))
    return nn.functional.pad(y, (1, 1, 1, 1)) + (1 - around) * bias.reshape(1, -1, 1, 1)


def diverse_kernels(point: Any, layers: list[Any], norms: list[Any]) -> tuple[Kernel, Kernel]:
    """The two branches of two layers, each as one kernel, right in the interior."""
    _, second, _, before_pool, pool = layers
    pooled = fold_batch_norm(average_pool_kernel(pool, 6, second.weight), norms[5])
    deep = fold_batch_norm(point, norms[1]), fold_batch_norm(second, norms[2])
    return (
        compose(*deep, border="interior"),
        compose(fold_batch_norm(before_pool, norms[4]), pooled, border="interior"),
    )


def test_diverse_branch_block() -> None:
    """X. Ding and others, Diverse Branch Block, 2021: 3x3; 1x1 then 3x3; 1x1; 1x1 then average pooling; batch norms.

    Padding first, or with the first bias, the block is one convolution; padding in the middle, all but the border is.
    """
    x, point = image(4), conv(4, 5, 1, 9, padding=1)
    point_inside = conv(4, 5, 1, 9)
    layers, norms, block = diverse_branches(point_inside, 0)
    deep, pooled = diverse_kernels(point_inside, layers, norms)
    around = [Kernel(k.weight, k.bias, padding=1) for k in (deep, pooled)]
    sides = fold_batch_norm(layers[0], norms[0]), fold_batch_norm(layers[2], norms[3])
    kernel = parallel(*sides, *around)
    assert_same(kernel(x), block(x, padded_with_the_bias))

    # the padding as the first layer's own: one convolution without more ado
    verdict = explain_composition(fold_batch_norm(point, norms[1]), fold_batch_norm(layers[1], norms[2]))
    assert verdict.exact is True
    assert_same(verdict.kernel(x), norms[2](layers[1](norms[1](point(x)))))

    # the padding in the middle: a frame
    layers, norms, block = diverse_branches(point_inside, 1)
    kernel = parallel(*sides, *diverse_kernels(point_inside, layers, norms))
    with pytest.raises(BorderError):
        compose(fold_batch_norm(point_inside, norms[1]), fold_batch_norm(layers[1], norms[2]))
    second = fold_batch_norm(layers[1], norms[2])
    frame = explain_composition(fold_batch_norm(point_inside, norms[1]), second, input_size=SIZE).frame
    assert np.array_equal(frame, np.pad(np.zeros((7, 6), bool), 1, constant_values=True))
    assert_same_but_for(frame, kernel(x), block(x, lambda y, _: y))


def test_dilated_large_kernel() -> None:
    """X. Ding and others, UniRepLKNet, 2024: a depthwise 9x9 and dilated 5x5, 3x3, each with batch norm."""
    shapes = ((9, 1), (5, 1), (5, 2), (3, 2), (3, 3), (3, 4))
    layers = [
        conv(4, 4, k, seed, padding=d * (k - 1) // 2, dilation=d, groups=4, bias=False)
        for seed, (k, d) in enumerate(shapes)
    ]
    norms = [normed(4, seed) for seed in range(len(shapes))]
    kernel = parallel(*map(fold_batch_norm, layers, norms))
    assert (kernel.kernel_size, kernel.dilation, kernel.groups) == ((9, 9), (1, 1), 4)
    assert kernel.padding == ((4, 4), (4, 4))
    x = image(4)
    assert_same(kernel(x), sum(norm(layer(x)) for layer, norm in zip(layers, norms, strict=True)))


def test_expanded_convolution() -> None:
    """S. Guo, J. M. Alvarez, M. Salzmann, ExpandNets, 2020: 1x1, 3x3, 1x1 with more channels; padded first."""
    expand, middle, project = conv(3, 12, 1, 1, padding=1), conv(12, 12, 3, 2, stride=2), conv(12, 4, 1, 3)
    module = compose(expand, middle, project)
    assert isinstance(module, nn.Conv2d)
    assert (module.kernel_size, module.stride, module.padding) == ((3, 3), (2, 2), (1, 1))
    x = image(3)
    assert_same(module(x), project(middle(expand(x))))

    inner, outer = conv(3, 12, 1, 1), conv(12, 12, 3, 2, padding=1)
    verdict = explain_composition(inner, outer, project, input_size=SIZE)
    assert verdict.exact is False
    assert_same_but_for(verdict.frame, verdict.kernel(x), project(outer(inner(x))))


# ---------------------------------------------------------------------- single cases
def test_the_first_bias_is_kept_when_the_second_layer_has_none() -> None:
    first, second = conv(3, 4, 3, 1), conv(4, 5, 3, 2, bias=False)
    module = compose(first, second)
    assert module.bias is not None
    assert_same(module(image(3)), second(first(image(3))))


def test_stride_and_dilation_in_the_first_layer() -> None:
    first, second = conv(3, 4, 3, 1, stride=2, dilation=2, padding=1), conv(4, 5, 2, 2)
    kernel = Kernel.from_module(compose(first, second))
    assert (kernel.stride, kernel.dilation, kernel.kernel_size) == ((2, 2), (2, 2), (4, 4))
    assert_same(kernel(image(3)), second(first(image(3))))


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_grouped_transposed_convolution_with_batch_norm(groups: int) -> None:
    torch.manual_seed(5)
    up = nn.ConvTranspose2d(4, 8, 3, stride=2, padding=1, output_padding=1, groups=groups).double()
    norm = normed(8, 5)
    kernel = fold_batch_norm(up, norm)
    assert kernel.transposed
    assert_same(kernel(image(4)), norm(up(image(4))))
    assert_same(kernel.to_module()(image(4)), norm(up(image(4))))


def test_a_decoder_stage_as_one_layer() -> None:
    """Upsampling, batch norm, and a grouped 3x3 that pads nothing: one transposed convolution."""
    torch.manual_seed(6)
    up, norm = nn.ConvTranspose2d(4, 6, 4, stride=2).double(), normed(6, 6)
    after = conv(6, 4, 3, 7, groups=2)
    module = compose(fold_batch_norm(up, norm).to_module(), after)
    assert isinstance(module, nn.ConvTranspose2d)
    assert_same(module(image(4)), after(norm(up(image(4)))))
