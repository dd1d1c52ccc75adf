"""Bad files are refused with one message; nothing in them is run, and no memory is taken for what they claim."""

from __future__ import annotations

import json
import os
import pickle
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from symconv.composition import Kernel
from symconv.composition.files import kernel_bytes, read_kernel
from symconv.errors import ArgumentError


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


# ------------------------------------------------------------------ refusals
@pytest.mark.parametrize("suffix", [".npy", ".safetensors", ".pt", ".pth"])
def test_what_is_no_file(tmp_path, suffix):
    path = tmp_path / f"k{suffix}"
    assert refused(path) == f"file={str(path)!r}: does not exist; name a file that is there."
    path.write_bytes(b"")
    assert refused(path) == f"file={str(path)!r}: is empty; write the kernel again."
    path.unlink()
    path.mkdir()
    assert refused(path) == f"file={str(path)!r}: is a directory; name a file in it."
    path.rmdir()
    os.mkfifo(path)
    assert refused(path) == f"file={str(path)!r}: is no plain file; name a file."


@pytest.mark.parametrize("name", ["k", "k.txt", "k.npz", "k.pkl", "k.bin"])
def test_other_suffixes(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    assert "has no suffix of a kernel's file; use one of .safetensors, .npy, .pt, .pth." in refused(tmp_path / name)


@pytest.mark.parametrize(
    ("suffix", "wanted"),
    [
        (".npy", "is not an array of numbers in NumPy's format ("),
        (".safetensors", "is not a safetensors file ("),
        (".pt", "is not an archive of torch.save ("),
    ],
)
def test_damaged_files(tmp_path, suffix, wanted):
    path = written(tmp_path / f"k{suffix}", Kernel(np.ones((3, 3))))
    whole = path.read_bytes()
    for cut in (1, 8, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        assert wanted in refused(path)
    path.write_bytes(os.urandom(4096))
    assert wanted in refused(path)


@pytest.mark.parametrize("suffix", [".npy", ".safetensors", ".pt"])
def test_a_changed_byte_gives_a_kernel_or_a_refusal(tmp_path, suffix):
    path = written(tmp_path / f"k{suffix}", Kernel(np.ones((3, 3))))
    whole = bytearray(path.read_bytes())
    generator = np.random.default_rng(0)
    for place in generator.integers(0, len(whole), 150):
        changed = whole.copy()
        changed[place] ^= int(generator.integers(1, 256))
        path.write_bytes(changed)
        with suppress(ArgumentError):
            assert read_kernel(path).kernel_size


@pytest.mark.parametrize("suffix", [".npy", ".safetensors", ".pt"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_entries_that_are_not_finite(tmp_path, suffix, bad):
    from safetensors.numpy import save_file

    path, weight = tmp_path / f"k{suffix}", np.array([[1.0, bad]])
    writers = {
        ".npy": lambda: np.save(path, weight),
        ".pt": lambda: torch.save(torch.from_numpy(weight), path),
        ".safetensors": lambda: save_file({"weight": weight}, path),
    }
    writers[suffix]()
    assert refused(path) == (
        f"file={str(path)!r}: weight: has entries that are infinite or no numbers; pass finite entries."
    )


@pytest.mark.parametrize("shape", [(0,), (2, 0), (1, 1, 0, 3), (), (1, 1, 1, 1, 1, 1)])
def test_shapes_of_no_kernel(tmp_path, shape):
    np.save(tmp_path / "k.npy", np.ones(shape))
    torch.save(torch.ones(shape), tmp_path / "k.pt")
    for name in ("k.npy", "k.pt"):
        message = refused(tmp_path / name)
        assert "is no kernel" in message or "not one kernel" in message or "is not an array of numbers" in message


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([[True, False]]), "has entries of type bool; save integers or floats."),
        (np.array([["a", "b"]]), "entries of type <U1"),
        (np.array([[1, 2]], "datetime64[s]"), "entries of type datetime64[s]"),
        (np.zeros((2, 2), [("a", "i4")]), "entries of type [('a', '<i4')]"),
        (np.ones((2, 2), np.longdouble), "has entries of type "),
    ],
)
def test_entries_that_are_no_numbers(tmp_path, array, words):
    np.save(tmp_path / "k.npy", array)
    assert words in refused(tmp_path / "k.npy")


def test_object_arrays_and_archives(tmp_path, monkeypatch):
    np.save(tmp_path / "k.npy", np.array([[{}]], dtype=object), allow_pickle=True)
    assert "is not an array of numbers in NumPy's format (" in refused(tmp_path / "k.npy")
    with (tmp_path / "k.npy").open("wb") as target:
        np.savez(target, a=np.ones(3))
    assert "(an archive of arrays)" in refused(tmp_path / "k.npy")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            {"a": torch.ones(2, 2), "b": torch.ones(2, 2)},
            "holds a, b, not one kernel; name its tensors weight and bias.",
        ),
        ({"weight": torch.ones(2), "bias": torch.ones(2), "running_mean": torch.ones(2)}, "holds bias, running_mean, "),
        ({"bias": torch.ones(2)}, "holds bias, not one kernel"),
        ({}, "holds nothing, not one kernel"),
        ({"weight": 3}, "holds a int; save a tensor, or a state dict of tensors."),
        ({3: torch.ones(2)}, "holds a dict; save a tensor"),
        ([torch.ones(2)], "holds a list; save a tensor"),
        ({"weight": torch.ones(2, 2), "bias": torch.ones(3)}, "bias of shape (3,): does not fit 1 output channels"),
        (
            {"weight": torch.ones(2, 2), "bias": torch.ones(1).double()},
            "has a weight of float32 and a bias of float64; save both in one data type.",
        ),
        (torch.ones(2, 2).to_sparse(), "holds a tensor that is no plain one; make it dense before it is saved."),
        (torch.ones(2, 2, device="meta"), "holds a tensor that is no plain one"),
        (torch.ones(2, 2) > 0, "has entries of type bool; save integers or floats."),
        (torch.ones(2, 2).to(torch.float8_e5m2), "has entries of type float8_e5m2"),
    ],
)
def test_states_of_no_kernel(tmp_path, state, words):
    torch.save(state, tmp_path / "k.pt")
    assert words in refused(tmp_path / "k.pt")


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"stride": "[2,"}, "stride='[2,': is no JSON; write it like \"[2, 2]\"."),
        ({"stride": "[" * 100_000}, "stride='[[["),
        ({"stride": "0"}, "stride=0: must be at least 1"),
        ({"stride": "1e999"}, "stride=inf"),
        ({"stride": '"s"'}, "stride=(s, s): is not in numbers; give numbers, or compose layers such as sc.Conv2d."),
        ({"padding": '"P_h"'}, "padding='P_h': is not known; choose one of same, valid."),
        ({"groups": '"g"'}, "groups=g"),
        ({"groups": "3"}, "groups=3: does not divide"),
        ({"padding_mode": '"mirror"'}, "padding_mode='mirror'"),
        ({"transposed": "1"}, "transposed=1"),
        ({"padding": "{}"}, "padding={}"),
        ({"output_padding": "1"}, "needs transposed=True"),
    ],
)
def test_arguments_that_make_no_kernel(tmp_path, metadata, words):
    from safetensors.numpy import save_file

    save_file({"weight": np.ones((2, 2))}, tmp_path / "k.safetensors", metadata=metadata)
    assert words in refused(tmp_path / "k.safetensors")


# ------------------------------------------------------------------ sizes that are claimed
@pytest.mark.parametrize(
    "shape", ["(1000000, 1000000)", "(4611686018427387904, 4)", "(18446744073709551616,)", "(-1,)"]
)
def test_a_header_that_claims_more_than_the_file_holds(tmp_path, shape):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    (tmp_path / "k.npy").write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + b"\0" * 64
    )
    assert "is not an array of numbers in NumPy's format (" in refused(tmp_path / "k.npy")


def test_safetensors_that_claim_more_than_the_file_holds(tmp_path):
    header = json.dumps({"weight": {"dtype": "F64", "shape": [10**6, 10**6], "data_offsets": [0, 8 * 10**12]}}).encode()
    (tmp_path / "k.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 64)
    assert "is not a safetensors file (" in refused(tmp_path / "k.safetensors")
    (tmp_path / "k.safetensors").write_bytes(struct.pack("<Q", 2**62) + b"{}")
    assert "is not a safetensors file (" in refused(tmp_path / "k.safetensors")


def test_files_larger_than_the_limit_are_not_opened(tmp_path):
    path = tmp_path / "k.npy"
    with path.open("wb") as target:
        target.truncate(2**31 + 1)  # a hole: no blocks are written
    assert "has 2,147,483,649 bytes, more than 2,147,483,648; save the kernel alone." in refused(path)


def test_a_view_that_repeats_one_entry(tmp_path):
    torch.save(torch.ones(1).expand(2**15, 2**15), tmp_path / "k.pt")
    message = refused(tmp_path / "k.pt")
    assert "claims 1,073,741,824 entries, more than 536,870,912; save the kernel alone." in message


def test_a_compressed_archive(tmp_path):
    torch.save(torch.zeros(1000, 1000), tmp_path / "a.pt")
    with (
        zipfile.ZipFile(tmp_path / "a.pt") as old,
        zipfile.ZipFile(tmp_path / "k.pt", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, old.read(part))
    assert "is compressed, as torch.save never does; save it again by torch.save." in refused(tmp_path / "k.pt")


# ------------------------------------------------------------------ code
class Touch:
    """An object whose unpickling makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("state", ["alone", "in a state dict"])
def test_a_pickle_with_code_is_not_run(tmp_path, state):
    sentinel = tmp_path / "sentinel"
    hostile = Touch(sentinel) if state == "alone" else {"weight": torch.ones(2, 2), "bias": Touch(sentinel)}
    torch.save(hostile, tmp_path / "k.pt")
    assert refused(tmp_path / "k.pt") == (
        f"file={str(tmp_path / 'k.pt')!r}: holds objects or code besides tensors, which are not made or run; save a "
        "tensor, or a state dict of tensors."
    )
    torch.save(hostile, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    for name in ("bare.pt", "bare.npy", "bare.safetensors"):
        (tmp_path / name).write_bytes(pickle.dumps(hostile))
    np.save(tmp_path / "object.npy", np.array([Touch(sentinel)], dtype=object), allow_pickle=True)
    for name in ("old.pt", "bare.pt", "bare.npy", "bare.safetensors", "object.npy"):
        assert "is not a" in refused(tmp_path / name)
    assert not sentinel.exists()


def test_a_whole_module_is_refused(tmp_path):
    torch.save(torch.nn.Conv2d(1, 1, 2), tmp_path / "k.pt")
    assert "holds objects or code besides tensors" in refused(tmp_path / "k.pt")
