"""Composites, repairs, transposed pairs and branches on a CUDA device, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from symconv.composition import Kernel, explain_composition, parallel

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is here")


def integers(seed: int, *shape: int) -> torch.Tensor:
    values = np.random.default_rng(seed).integers(1, 6, shape).astype(np.float64)
    return torch.from_numpy(values).cuda()


@pytest.fixture(autouse=True)
def plain_convolutions() -> Any:
    """cuDNN may pick algorithms (Winograd, FFT) that are not exact on integers."""
    with torch.backends.cudnn.flags(enabled=False):
        yield


@pytest.mark.parametrize("how", ["frame", "bias-map", "ones-channel"])
def test_repairs(how: str) -> None:
    first = Kernel(integers(0, 4, 3, 1, 1), integers(1, 4))
    second = Kernel(integers(2, 5, 4, 3, 3), integers(3, 5), padding=1)
    x = integers(4, 1, 3, 7, 8)
    verdict = explain_composition(first, second, input_size=(7, 8))
    module = verdict.repair(how).to(x.device)
    assert torch.allclose(module(x), second(first(x)), rtol=1e-12, atol=1e-9)


def test_a_transposed_pair() -> None:
    first = Kernel(integers(0, 3, 2, 4, 4), stride=2, transposed=True)
    second = Kernel(integers(1, 5, 2, 3, 3), padding=1)
    x = integers(2, 1, 3, 5, 6)
    verdict = explain_composition(first, second, input_size=(5, 6))
    differs = (verdict.kernel(x) != second(first(x)))[0].any(0).cpu().numpy()
    assert not (differs & ~verdict.frame).any()
    assert verdict.kernel.weight.device.type == "cuda"


def test_branches() -> None:
    branches = (Kernel(integers(0, 4, 3, 3, 3), padding=1), Kernel(integers(1, 4, 3, 1, 1), integers(2, 4)))
    x = integers(3, 2, 3, 6, 6)
    assert torch.equal(parallel(*branches)(x), sum(branch(x) for branch in branches))
