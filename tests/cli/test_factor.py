"""``symconv factor``: factors as tables, certificates, files, and exit statuses."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner, Result

from symconv.cli.app import app
from symconv.composition import Kernel, compose
from symconv.composition.files import kernel_bytes, read_stored
from symconv.factoring import UndecidedError, check_factorisation

GAUSS = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
WHOLE = np.array([[1, 1, 1], [1, 2, 1], [1, 1, 1]])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with kernels."""
    monkeypatch.chdir(tmp_path)
    np.save("gauss.npy", GAUSS)
    np.save("whole.npy", WHOLE)
    np.save("irrational.npy", np.array([[1.0, 0.0, -2.0]]))
    np.save("quintic.npy", np.array([[1, 0, 0, 0, -1, -1]]))
    torch.save(torch.from_numpy(GAUSS).double().reshape(1, 1, 3, 3), "gauss.pt")
    generator = np.random.default_rng(0)
    np.save("rank.npy", generator.integers(-3, 4, (3, 1, 1, 1)) * generator.integers(1, 4, (1, 3, 1, 1)))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["factor", *arguments])


def data(*arguments: str, status: int = 0) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


def refused(*arguments: str) -> str:
    before = sorted(os.listdir())
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert sorted(os.listdir()) == before
    return result.stderr.removeprefix("symconv: ").strip()


# ------------------------------------------------------------------ factors
def test_factors_and_alternatives_as_tables(folder):
    result = run("gauss.npy", "--sizes", "2x2,2x2")
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        "gauss.npy: 3 x 3\nFactorisation(2x2 * 2x2 over Q)\n\nfactor 1\n  1  1\n  1  1\n\nfactor 2\n  1  1\n  1  1\n\n"
        "the product is the kernel: accepted by check_factorisation\n"
    )
    every = run("gauss.npy").stdout
    assert "\nalternatives: 7\n\nalternative 1, factor 1\n" in every
    assert every.count("alternative ") == 6


@pytest.mark.parametrize("name", ["gauss.npy", "gauss.pt"])
def test_factors_are_written_and_compose_to_the_kernel(folder, name):
    found = data(name, "-o", "part", "--sizes", "3x1,1x3")
    suffix = Path(name).suffix
    assert found["written"] == [f"part-1{suffix}", f"part-2{suffix}"]
    parts = [read_stored(path).weight for path in found["written"]]
    whole = read_stored(name).weight
    np.testing.assert_array_equal(np.asarray(compose(*parts)), np.asarray(whole))
    assert parts[0].dtype == whole.dtype


def test_irrational_factors_are_shown_exactly_and_written_as_floats(folder):
    result = run("irrational.npy", "--field", "R", "-o", "root")
    assert result.exit_code == 0, result.output
    assert "sqrt(2)" in result.stdout
    parts = [np.load(f"root-{number}.npy") for number in (1, 2)]
    np.testing.assert_allclose(compose(*parts), [[1.0, 0.0, -2.0]], atol=1e-12)


def test_long_numbers_are_shown_as_decimals(folder):
    result = run("quintic.npy", "--field", "C")
    assert result.exit_code == 0, result.output
    assert "CRootOf" not in result.stdout.split("\n", 2)[2]
    assert "~" in result.stdout


def test_channels(folder):
    result = run("rank.npy", "--sizes", "1,1", "--middle-channels", "1")
    assert result.exit_code == 0, result.output
    assert "from channel 0 to 2\n" in result.stdout
    found = data("rank.npy", "--sizes", "1,1", "--middle-channels", "1")
    assert found["middle_channels"] == 1
    np.testing.assert_allclose(compose(*map(np.array, found["numeric"])), np.load("rank.npy"))


def test_plain_data_of_factors(folder):
    found = data("gauss.npy", "--sizes", "2x2,2x2")
    assert found == {
        "kind": "factors",
        "factors": [[[1, 1], [1, 1]]] * 2,
        "numeric": [[[1.0, 1.0], [1.0, 1.0]]] * 2,
        "middle_channels": 1,
        "alternatives": {"count": 0, "first": []},
        "field": "Q",
        "checked": True,
        "certificate": {},
        "written": [],
    }


# ------------------------------------------------------------------ no factors
@pytest.mark.parametrize("field", ["Q", "R", "C"])
def test_irreducible_is_no(folder, field):
    result = run("whole.npy", "--field", field, "-o", "part")
    assert result.exit_code == 1, result.output
    assert result.stdout == (
        f"whole.npy: 3 x 3\nIrreducible(over {field}, by discriminant)\n"
        "certificate: discriminant, accepted by check_factorisation\n"
    )
    assert not list(folder.glob("part*"))


def test_no_split_is_no(folder):
    found = data("whole.npy", "--sizes", "2x2,2x2", status=1)
    assert (found["kind"], found["sizes"], found["checked"]) == ("no split", [[2, 2], [2, 2]], True)
    assert data("whole.npy", status=1)["certificate"]["kind"] == "discriminant"


def test_undecided_is_no(folder, monkeypatch):
    def undecided(*_: Any, **__: Any) -> Any:
        raise UndecidedError("kernel: is beyond the search; choose sizes.")

    monkeypatch.setattr("symconv.factoring.factor", undecided)
    result = run("gauss.npy")
    assert (result.exit_code, result.stdout) == (1, "kernel: is beyond the search; choose sizes.\n")
    assert data("gauss.npy", status=1) == {"kind": "undecided", "reason": "kernel: is beyond the search; choose sizes."}


def test_the_checker_is_asked(folder, monkeypatch):
    monkeypatch.setattr("symconv.factoring.check_factorisation", lambda *_: False)
    assert "not accepted by check_factorisation" in run("gauss.npy").stdout
    assert "certificate: discriminant, not accepted by check_factorisation" in run("whole.npy").stdout
    assert check_factorisation is not None


# ------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "K"),
        (("none.npy",), "file='none.npy': does not exist; name a file that is there."),
        (("gauss.txt",), "file='gauss.txt': has no suffix of a kernel's file"),
        (("gauss.npy", "--field", "Z"), "field='Z': is not 'Q', 'R' or 'C'; choose one of these."),
        (("gauss.npy", "--sizes", "2x2"), "sizes='2x2': are no sizes of two kernels; write them like 2x2,3x3."),
        (("gauss.npy", "--sizes", "2x2,2x-2"), "sizes='2x2,2x-2': are no sizes of two kernels"),
        (("gauss.npy", "--sizes", "2x2,3x3"), "compose to 4 on axis 0 where the kernel has 3"),
        (("gauss.npy", "--sizes", "9" * 5000 + ",1"), "are no sizes of two kernels"),
        (("gauss.npy", "--middle-channels", "0"), "middle_channels=0: is no number of channels"),
        (("gauss.npy", "--middle-channels", "x"), "--middle-channels"),
        (("gauss.npy", "-o", "no/part"), "the folder 'no' does not exist; make it first, or choose another."),
    ],
)
def test_refusals(folder, arguments, words):
    assert words in refused(*arguments)


@pytest.mark.parametrize("arguments", [{"stride": 2}, {"padding": 1}, {"bias": np.ones(1)}])
def test_more_than_a_weight_is_refused(folder, arguments):
    Path("k.safetensors").write_bytes(kernel_bytes(Kernel(np.ones((2, 2)), **arguments), ".safetensors"))
    message = refused("k.safetensors")
    assert "and only a weight of stride 1, without padding or bias, is split; save the weight alone." in message


def test_complex_kernels_are_refused(folder):
    np.save("complex.npy", np.array([[1j, 1]]))
    assert "tap=1j: is no rational number" in refused("complex.npy")
