"""Kernels with several channels."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from factoring.kernels import compose_channels
from symconv.errors import ArgumentError
from symconv.factoring import Factorisation, NoSplit, UndecidedError, check_factorisation, factor


def _random(*shape, seed=0, bound=5):
    return np.random.default_rng(seed).integers(-bound, bound + 1, shape)


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ((3, 2, 5), (3, 3)),
        ((3, 2, 7), (3, 5)),
        ((2, 3, 3, 3), (2, 2)),
        ((2, 2, 5, 5), (3, 3)),
        ((2, 1, 5, 4), ((2, 4), (4, 1))),
        ((1, 2, 3, 2, 3), ((2, 1, 3), (2, 2, 1))),
    ],
)
def test_enough_channels_for_any_sizes(shape, sizes):
    kernel = _random(*shape)
    result = factor(kernel, sizes=sizes)
    assert isinstance(result, Factorisation)
    assert result.middle_channels == result.factors[0].shape[0] == result.factors[1].shape[1]
    assert (compose_channels(*result.factors) == kernel).all()
    assert check_factorisation(result, kernel)


def test_the_number_of_channels_of_the_lattice():
    kernel = _random(4, 3, 5, 5)
    assert factor(kernel, sizes=(3, 3)).middle_channels == 3 * 2 * 2  # in_channels * ceil(5/3)^2
    assert factor(_random(2, 9, 5, 5), sizes=(3, 3)).middle_channels == 2 * 2 * 2  # from the outputs


@pytest.mark.parametrize(("sizes", "expected"), [((3, 1), 2), ((1, 3), 2), (((3, 1), (1, 3)), 6)])
def test_the_rank_where_one_size_is_one(sizes, expected):
    k1, k2 = _random(2, 5, 3, 3, seed=1), _random(8, 2, 1, 1, seed=2)
    kernel = compose_channels(k1, k2).astype(np.int64)
    if expected == 2 and sizes == (1, 3):
        kernel = compose_channels(_random(2, 5, 1, 1, seed=1), _random(8, 2, 3, 3, seed=2)).astype(np.int64)
    result = factor(kernel, sizes=sizes)
    assert result.middle_channels == expected
    assert check_factorisation(result, kernel)
    assert all(f.dtype == kernel.dtype for f in result.factors)
    below = factor(kernel, sizes=sizes, middle_channels=expected - 1)
    assert isinstance(below, NoSplit)
    assert below.certificate["rank"] == expected
    assert check_factorisation(below, kernel)
    assert factor(kernel, sizes=sizes, middle_channels=expected).middle_channels == expected
    assert not check_factorisation(replace(below, middle_channels=expected), kernel)


def test_without_sizes_the_split_with_fewest_weights():
    kernel = compose_channels(_random(2, 5, 3, 3, seed=1), _random(8, 2, 1, 1, seed=2)).astype(np.int64)
    result = factor(kernel)
    assert [f.shape for f in result.factors] == [(2, 5, 3, 3), (8, 2, 1, 1)]
    assert len(result.alternatives) == 3
    for way in result.alternatives:
        assert (compose_channels(*way) == kernel).all()
        assert check_factorisation(replace(result, factors=way, middle_channels=way[0].shape[0]), kernel)


def test_floats_are_exact():
    kernel = torch.randn(4, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    result = factor(kernel, sizes=(2, 2))
    first, second = result.factors
    assert first.dtype == second.dtype == torch.float32
    assert torch.equal(torch.nn.functional.conv_transpose2d(second, first), kernel)
    halves = (compose_channels(_random(2, 5, 3, seed=1), _random(8, 2, 1, seed=2)) / 8).astype(np.float32)
    assert all(f.dtype == np.float32 for f in factor(halves, sizes=(3, 1)).factors)
    assert factor(halves, sizes=(3, 1)).middle_channels == 2
    assert check_factorisation(factor(halves, sizes=(3, 1)), halves)
    halves[0, 0, 0] += 2**-20
    assert factor(halves, sizes=(3, 1)).middle_channels == 3


def test_too_few_channels_by_a_rank_at_a_point():
    kernel = _random(6, 4, 5, 5)
    result = factor(kernel, sizes=(3, 3), middle_channels=3)
    assert isinstance(result, NoSplit)
    assert check_factorisation(result, kernel)
    assert not check_factorisation(result, compose_channels(_random(3, 4, 3, 3), _random(6, 3, 3, 3)))
    for change in ({"point": [None, None]}, {"point": [2]}, {"prime": 4}, {"prime": 2147483646}, {"kind": "sizes"}):
        assert not check_factorisation(replace(result, certificate={**result.certificate, **change}), kernel)
    assert not check_factorisation(replace(result, sizes=((2, 2), (3, 3))), kernel)


def test_between_the_bound_and_the_construction_nothing_is_claimed():
    for middle in (4, 5, 15):
        with pytest.raises(UndecidedError, match=f"middle_channels={middle}: is fewer than the 16 of the construction"):
            factor(_random(6, 4, 5, 5), sizes=(3, 3), middle_channels=middle)


def test_one_channel_kernels_with_more_channels_between():
    kernel = np.array([[1, 1, 1], [1, 2, 1], [1, 1, 1]])[None, None]
    assert isinstance(factor(kernel, sizes=(2, 2), middle_channels=1), NoSplit)
    result = factor(kernel, sizes=(2, 2), middle_channels=4)
    assert result.middle_channels <= 4
    assert check_factorisation(result, kernel)


def test_wrong_channels_are_refused():
    kernel = _random(3, 2, 5)
    result = factor(kernel, sizes=(3, 3))
    first, second = result.factors
    assert not check_factorisation(replace(result, middle_channels=1), kernel)
    assert not check_factorisation(replace(result, factors=(second, first)), kernel)
    assert not check_factorisation(replace(result, factors=(first + 1, second)), kernel)
    assert not check_factorisation(result, kernel[:2])


@pytest.mark.parametrize("middle", [0, -1, 2.0, True, "3"])
def test_bad_middle_channels(middle):
    with pytest.raises(ArgumentError, match="is no number of channels; give a positive whole number"):
        factor(_random(3, 2, 3), sizes=(2, 2), middle_channels=middle)


def test_middle_channels_that_mean_nothing():
    with pytest.raises(ArgumentError, match="middle_channels=2: means nothing without sizes"):
        factor(_random(3, 2, 3), middle_channels=2)
    with pytest.raises(ArgumentError, match="needs channels, and the array has the spatial axes only"):
        factor([1, 2, 1], sizes=(2, 2), middle_channels=2)
