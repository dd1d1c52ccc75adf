"""The chapter's programs against PyTorch on random integers."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import conv2d

from symconv.claims.library import chapter_claims
from symconv.claims.programs import load_programs, run_traced

PROGRAMS = load_programs(chapter_claims().with_name("chapter_programs.py"))
sizes = st.tuples(*(st.integers(1, 3) for _ in range(4)), st.integers(0, 3), st.integers(0, 3), st.integers(0, 99))


def tensors(drawn: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    c_i, c_o, k_h, k_w, more_h, more_w, seed = drawn
    generator = np.random.default_rng(seed)
    x = generator.integers(-9, 10, (c_i, k_h + more_h, k_w + more_w))
    return x, generator.integers(-9, 10, (c_o, c_i, k_h, k_w))


def in_torch(x: np.ndarray, k: np.ndarray) -> np.ndarray:
    return conv2d(torch.from_numpy(x)[None], torch.from_numpy(k))[0].numpy()


@pytest.mark.parametrize("name", ["corr2d", "corr2d_matmul"])
@given(drawn=sizes)
def test_one_channel(name: str, drawn: tuple[int, ...]) -> None:
    x, k = tensors(drawn)
    assert np.array_equal(getattr(PROGRAMS, name)(x[0], k[0, 0]), in_torch(x[:1], k[:1, :1])[0])


@given(drawn=sizes)
def test_several_inputs(drawn: tuple[int, ...]) -> None:
    x, k = tensors(drawn)
    assert np.array_equal(PROGRAMS.corr2d_multi_in(x, k[0]), in_torch(x, k[:1])[0])


@pytest.mark.parametrize("name", ["corr2d_multi_in_out", "corr2d_multi_in_out_matmul"])
@given(drawn=sizes)
def test_several_outputs(name: str, drawn: tuple[int, ...]) -> None:
    x, k = tensors(drawn)
    assert np.array_equal(getattr(PROGRAMS, name)(x, k), in_torch(x, k))


@given(drawn=sizes)
def test_pointwise(drawn: tuple[int, ...]) -> None:
    x, k = tensors(drawn)
    k = k[:, :, :1, :1]
    assert np.array_equal(PROGRAMS.corr2d_multi_in_out_1x1(x, k), in_torch(x, k))


CALLS = {
    "corr2d_multi_in": {"corr2d"},
    "corr2d_multi_in_out": {"corr2d", "corr2d_multi_in"},
    "corr2d_multi_in_out_matmul": set(),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_called(name: str) -> None:
    x, k = tensors((2, 3, 2, 2, 1, 1, 0))
    k = k[0] if name == "corr2d_multi_in" else k
    assert run_traced(getattr(PROGRAMS, name), [x, k], PROGRAMS)[1] == CALLS[name]


def test_the_matrix_route_can_be_nonsense_and_nothing_changes() -> None:
    """What the claim's program never calls, it does not check."""
    spoilt: ModuleType = load_programs(chapter_claims().with_name("chapter_programs.py"))
    x, k = tensors((2, 3, 2, 2, 1, 1, 0))
    before = spoilt.corr2d_multi_in(x, k[0])
    vars(spoilt)["corr2d_matmul"] = lambda *_: None
    assert np.array_equal(spoilt.corr2d_multi_in(x, k[0]), before)
