"""Kernels in files: what is written is read again, and nothing is lost in silence."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from symconv.composition import Kernel
from symconv.composition.files import check_alike, kernel_bytes, read_kernel, read_stored
from symconv.errors import ArgumentError

NAMES = ("stride", "padding", "dilation", "groups", "transposed", "output_padding", "padding_mode")
DTYPES = ("int8", "uint8", "int32", "int64", "float16", "float32", "float64")


def written(path: Path, kernel: Kernel) -> Path:
    path.write_bytes(kernel_bytes(kernel, path.suffix))
    return path


def refused(path: Any, **arguments: Any) -> str:
    with pytest.raises(ArgumentError) as caught:
        read_kernel(path, **arguments)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 1_000
    return message


def same(left: Kernel, right: Kernel) -> None:
    assert [getattr(left, n) for n in NAMES] == [getattr(right, n) for n in NAMES]
    for one, other in ((left.weight, right.weight), (left.bias, right.bias)):
        assert (one is None) == (other is None)
        if one is not None:
            assert str(one.dtype).removeprefix("torch.") == str(other.dtype).removeprefix("torch.")
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


# ------------------------------------------------------------------ there and back
@pytest.mark.parametrize("suffix", [".npy", ".safetensors", ".pt", ".pth"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_a_bare_array_comes_back(tmp_path, suffix, dtype, kind):
    weight = np.arange(24).reshape(2, 3, 2, 2).astype(dtype)
    kernel = Kernel(weight if kind == "numpy" else torch.from_numpy(weight))
    found = read_kernel(written(tmp_path / f"k{suffix}", kernel))
    same(found, kernel)
    assert found.kind == ("torch" if suffix in (".pt", ".pth") else "numpy")


@given(
    weight_shape=st.tuples(st.sampled_from([2, 4]), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2),
    groups=st.sampled_from([1, 2]),
    bias=st.booleans(),
    mode=st.sampled_from(["zeros", "circular", "reflect", "replicate"]),
    kind=st.sampled_from(["numpy", "torch"]),
)
def test_safetensors_keep_every_argument(tmp_path_factory, weight_shape, stride, padding, groups, bias, mode, kind):
    weight, b = np.random.default_rng(0).random(weight_shape), np.ones(weight_shape[0])
    arrays = (weight, b) if kind == "numpy" else (torch.from_numpy(weight), torch.from_numpy(b))
    kernel = Kernel(
        arrays[0], arrays[1] if bias else None, stride, padding, dilation=stride[::-1], groups=groups, padding_mode=mode
    )
    same(read_kernel(written(tmp_path_factory.mktemp("k") / "k.safetensors", kernel)), kernel)


def test_a_transposed_kernel_comes_back(tmp_path):
    kernel = Kernel(np.ones((2, 3, 2)), np.ones(3), 3, 1, 1, transposed=True, output_padding=2)
    same(read_kernel(written(tmp_path / "k.safetensors", kernel)), kernel)


def test_metadata_are_json(tmp_path):
    from safetensors import safe_open

    path = written(tmp_path / "k.safetensors", Kernel(np.ones((2, 2)), stride=2, padding=((0, 1), (1, 0))))
    with safe_open(path, "numpy") as opened:
        found = {name: json.loads(value) for name, value in opened.metadata().items()}
    assert found == {
        "stride": [2, 2], "padding": [[0, 1], [1, 0]], "dilation": [1, 1], "groups": 1, "transposed": False,
        "output_padding": [0, 0], "padding_mode": "zeros",
    }  # fmt: skip


def test_bfloat16_is_of_torch(tmp_path):
    kernel = Kernel(torch.ones(2, 2, dtype=torch.bfloat16))
    found = read_kernel(written(tmp_path / "k.safetensors", kernel))
    assert (found.kind, found.weight.dtype) == ("torch", torch.bfloat16)
    with pytest.raises(ArgumentError, match=r"dtype=bfloat16: does not exist in NumPy; use \.safetensors or \.pt\."):
        kernel_bytes(kernel, ".npy")


def test_a_module_state_and_arguments(tmp_path):
    module = torch.nn.Conv2d(4, 6, 3, stride=2, groups=2)
    torch.save(module.state_dict(), tmp_path / "k.pt")
    found = read_kernel(tmp_path / "k.pt", stride=2, groups=2)
    same(found, Kernel(module.weight.detach(), module.bias.detach(), stride=2, groups=2))
    assert not found.weight.requires_grad
    x = torch.randn(1, 4, 9, 9)
    torch.testing.assert_close(found(x), module(x))


def test_parameters_and_tensors_of_another_order_are_read(tmp_path):
    torch.save(torch.nn.Parameter(torch.arange(4.0).reshape(2, 2).t()), tmp_path / "k.pt")
    assert read_kernel(tmp_path / "k.pt").weight[0, 0].tolist() == [[0.0, 2.0], [1.0, 3.0]]
    np.save(tmp_path / "k.npy", np.asfortranarray(np.arange(4, dtype=">i4").reshape(2, 2)))
    found = read_kernel(tmp_path / "k.npy").weight
    assert found[0, 0].tolist() == [[0, 1], [2, 3]]
    assert found.dtype == np.dtype("int32")


def test_the_one_tensor_with_axes_is_the_weight(tmp_path):
    from safetensors.numpy import save_file

    save_file({"kernel": np.ones((3, 3)), "scale": np.array(1.0)}, tmp_path / "k.safetensors")
    assert read_kernel(tmp_path / "k.safetensors").kernel_size == (3, 3)


def test_axes_stay_as_they_are(tmp_path):
    np.save(tmp_path / "k.npy", np.ones((2, 3)))
    assert read_stored(tmp_path / "k.npy").weight.shape == (2, 3)


# ------------------------------------------------------------------ what a suffix cannot keep
@pytest.mark.parametrize(
    ("suffix", "arguments", "lost"),
    [
        (".npy", {"bias": np.ones(1)}, "a .npy file does not keep its bias; use .safetensors."),
        (".npy", {"stride": 2, "padding": 1}, "a .npy file does not keep its stride, padding; use .safetensors."),
        (".pt", {"dilation": 2, "bias": np.ones(1)}, "a .pt file does not keep its dilation; use .safetensors."),
        (".pth", {"transposed": True}, "a .pth file does not keep its transposed; use .safetensors."),
    ],
)
def test_nothing_is_lost_in_silence(suffix, arguments, lost):
    with pytest.raises(ArgumentError) as caught:
        kernel_bytes(Kernel(np.ones((2, 2)), **arguments), suffix)
    assert lost in str(caught.value)


def test_symbols_are_not_written():
    from sympy import Matrix, Symbol

    with pytest.raises(ArgumentError, match="is not one kernel of numbers, and files keep no other; leave it out"):
        kernel_bytes(Kernel(Matrix([[Symbol("a")]])), ".npy")


# ------------------------------------------------------------------ several kernels; what is not installed
def test_kernels_of_several_data_types():
    one = Kernel(torch.ones(2, 2, dtype=torch.int64))
    check_alike({"a.pt": one, "b.npy": Kernel(np.ones((2, 2), np.int64))})
    with pytest.raises(ArgumentError) as caught:
        check_alike({"a.pt": one, "b.npy": Kernel(np.ones((2, 2)))})
    assert str(caught.value) == (
        "kernels: have several data types (a.pt is int64, b.npy is float64); save them in one data type."
    )


def test_without_safetensors(tmp_path, monkeypatch):
    path = written(tmp_path / "k.safetensors", Kernel(np.ones((2, 2))))
    for name in [n for n in sys.modules if n.partition(".")[0] == "safetensors"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "safetensors", None)
    way_out = (
        "suffix='.safetensors': needs the package safetensors, which is not installed; run pip install "
        "'symconv[files]', or use .npy or .pt."
    )
    assert refused(path) == way_out
    with pytest.raises(ArgumentError) as caught:
        kernel_bytes(Kernel(np.ones((2, 2))), ".safetensors")
    assert str(caught.value) == way_out


def test_without_torch(tmp_path, monkeypatch):
    path = written(tmp_path / "k.pt", Kernel(np.ones((2, 2))))
    monkeypatch.setitem(sys.modules, "torch", None)
    assert refused(path) == "suffix='.pt': needs PyTorch, which is not installed; run pip install 'symconv[torch]'."
