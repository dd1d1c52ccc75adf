"""``symconv compose``: what it prints and writes, and its exit statuses."""

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
from symconv.cli.compose import PICTURE, picture
from symconv.cli.kernels import decimal, entry, read_arguments, table
from symconv.composition import Kernel, compose, explain_composition
from symconv.composition.files import kernel_bytes, read_kernel
from symconv.errors import SymconvError

A, B = np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 1, 1], [0, 1, 0], [1, -1, 1]])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with kernels of several kinds."""
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", A)
    np.save("b.npy", B)
    np.save("whole.npy", B.astype(int))
    torch.save(torch.from_numpy(A), "a.pt")
    Path("padded.safetensors").write_bytes(kernel_bytes(Kernel(B, np.array([1.0]), padding=1), ".safetensors"))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["compose", *arguments])


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


# ------------------------------------------------------------------ exact
def test_the_kernel_its_verdict_and_its_derivation(folder):
    result = run("a.npy", "b.npy")
    assert result.exit_code == 0, result.output
    parts = dict(part.split("\n", 1) for part in result.stdout.split("\n\n")[:3])
    assert parts == {
        "Layers": "  a.npy: Kernel(numpy (1, 1, 2, 2))\n  b.npy: Kernel(numpy (1, 1, 3, 3))",
        "One kernel": "  Kernel(numpy (1, 1, 4, 4))\n" + "\n".join(f"  {row}" for row in table(compose(A, B).tolist())),
        "Verdict": "  exact: the second layer has no padding, so no tap leaves the middle",
    }
    lines = str(explain_composition(A, B).derivation).splitlines()
    assert result.stdout.endswith("\n".join(["Derivation", *(f"  {line}".rstrip() for line in lines)]) + "\n")


@pytest.mark.parametrize("out", ["k.npy", "k.safetensors", "k.pt"])
@pytest.mark.parametrize("first", ["a.npy", "a.pt"])
def test_the_kernel_is_written(folder, first, out):
    result = run(first, "b.npy", "-o", out)
    assert result.exit_code == 0, result.output
    assert f"Written\n  {out}\n" in result.stdout
    np.testing.assert_array_equal(np.asarray(read_kernel(out).weight)[0, 0], compose(A, B))


def test_more_than_two(folder):
    found = data("a.npy", "b.npy", "a.pt")
    assert found["layers"] == [f"Kernel(torch (1, 1, {k}, {k}))" for k in (2, 3, 2)]
    assert found["kernel"]["weight"][0][0] == compose(A, B, A).tolist()


def test_arguments_on_the_command_line_and_in_files(folder):
    found = data("padded.safetensors", "a.npy", "--first", "stride=2,dilation=(1,2)", "--second", "stride=(1,3)")
    assert found["exact"] is True
    first = Kernel(B, np.array([1.0]), stride=2, padding=1, dilation=(1, 2))
    expected = compose(first, Kernel(A, stride=(1, 3)))
    for name in ("stride", "padding", "dilation"):
        assert found["kernel"][name] == json.loads(json.dumps(getattr(expected, name)))
    assert found["kernel"]["weight"] == expected.weight.tolist()
    assert found["kernel"]["bias"] == expected.bias.tolist()


# ------------------------------------------------------------------ not exact
def test_not_exact_is_no(folder):
    result = run("a.npy", "padded.safetensors", "--input-size", "6,8", "-o", "k.safetensors")
    assert result.exit_code == 1, result.output
    assert not Path("k.safetensors").exists()
    assert (
        "Verdict\n  they are not one convolution: the second layer pads the middle with zeros, while the"
        in result.stdout
    )
    assert (
        "Frame\n  # may differ at 20 of 35 outputs\n  #######\n  #.....#\n  #.....#\n  #.....#\n  #######\n"
        in result.stdout
    )
    assert "Written" not in result.stdout


def test_the_interior_is_granted(folder):
    result = run("a.npy", "padded.safetensors", "--border", "interior", "-o", "k.safetensors")
    assert result.exit_code == 0, result.output
    kernel = read_kernel("k.safetensors")
    assert kernel.padding == ((1, 1), (1, 1))
    np.testing.assert_array_equal(kernel.weight[0, 0], compose(A, B))


def test_one_size_may_be_exact_where_not_every_size_is(folder):
    np.save("row.npy", np.array([[0.0, 1.0, 0.0]]))
    arguments = ("a.npy", "row.npy", "--second", "padding=(0,1)")
    assert data(*arguments)["exact"] is True
    assert data("a.npy", "b.npy", "--second", "padding=1", status=1)["frame"] is None


def test_plain_data(folder):
    found = data("a.npy", "b.npy", "--second", "padding=1", "--input-size", "4,4", status=1)
    verdict = explain_composition(A, Kernel(B, padding=1), input_size=(4, 4))
    assert found["frame"] == verdict.frame.astype(int).tolist()
    assert found["reason"] == verdict.reason
    assert found["derivation"] == str(verdict.derivation)
    assert set(found) == {
        "layers", "exact", "reason", "kernel", "input_size", "frame", "backing", "certificates", "derivation", "repair",
        "written",
    }  # fmt: skip


def test_whether_a_repair_works(folder):
    arguments = ("a.npy", "padded.safetensors", "--input-size", "6,6", "--repair")
    assert data(*arguments, "frame", status=1)["repair"] == "frame works"
    assert data(*arguments, "bias-map", status=1)["repair"].startswith("bias-map does not work: how='bias-map'")
    assert "\n\nRepair\n  bias-map does not work: " in run(*arguments, "bias-map").stdout


# ------------------------------------------------------------------ backing
def test_what_stands_behind_it(folder):
    verdict = explain_composition(A, B)
    kernel, border = verdict.backing_lines
    result = run("a.npy", "b.npy")
    assert f"\n\nBacking\n  {kernel}\n  {border}\n\n" in result.stdout
    found = data("a.npy", "b.npy")
    assert found["backing"] == verdict.backing
    assert [c["hash"][:12] for c in found["certificates"]] == [t.hash[:12] for t in verdict.theorems]
    assert [c["says"] for c in found["certificates"]] == ["kernel, border", "size h, size w"]
    assert all(" = " in c["statement"] for c in found["certificates"])


def test_computed_is_not_called_proved(folder):
    result = run("a.npy", "padded.safetensors", "--input-size", "6,8")
    assert "\n  border: computed in floating point at every position, a first difference at (0, 0)\n" in result.stdout


def test_certificates_are_written_and_replayed(folder):
    result = run("a.npy", "b.npy", "--certificates", "proofs")
    assert result.exit_code == 0, result.output
    names = sorted(os.listdir("proofs"))
    digits = sorted(theorem.hash[:12] for theorem in explain_composition(A, B).theorems)
    assert names == [f"{d}.{kind}.json" for d in digits for kind in ("certificate", "statement")]
    for d in digits:
        files = (f"proofs/{d}.certificate.json", f"proofs/{d}.statement.json")
        replayed = CliRunner().invoke(app, ["check", *files])
        assert replayed.exit_code == 0, replayed.output
        assert replayed.stdout.endswith("accepted\n")
    assert CliRunner().invoke(app, ["check", f"proofs/{names[0]}", f"proofs/{names[-1]}"]).exit_code == 1


# ------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a.npy",), "B"),
        (("a.npy", "none.npy"), "file='none.npy': does not exist; name a file that is there."),
        (("a.npy", "b.txt"), "file='b.txt': has no suffix of a kernel's file"),
        (("a.npy", "whole.npy"), "kernels: have several data types (a.npy is float64, whole.npy is int64); save them"),
        (("a.npy", "b.npy", "-o", "k.txt"), "file='k.txt': has no suffix of a kernel's file"),
        (("a.npy", "b.npy", "-o", "no/k.npy"), "the folder 'no' does not exist"),
        (("padded.safetensors", "a.npy", "-o", "k.npy"), "a .npy file does not keep its padding, bias; use"),
        (("a.npy", "b.npy", "--border", "all"), "border='all': is not known"),
        (("a.npy", "b.npy", "--certificates", "a.npy"), "'a.npy': is no folder; name another one."),
        (("a.npy", "b.npy", "--certificates", "no/where"), "the folder 'no' does not exist"),
        (("a.npy", "b.npy", "--repair", "glue", "--input-size", "5,5"), "repair='glue': is not known"),
        (("a.npy", "b.npy", "--first", "bias=1"), "--first: 'bias': is no argument of a kernel; use stride, padding"),
        (("a.npy", "b.npy", "--first", "stride"), "set='stride': is no name=value"),
        (("a.npy", "b.npy", "--first", "stride=0"), "file='a.npy': stride=0: must be at least 1"),
        (
            ("a.npy", "b.npy", "--first", "stride=s"),
            "file='a.npy': stride=(s, s): is not in numbers; give numbers, or compose layers such as sc.Conv2d.",
        ),
        (("a.npy", "b.npy", "--second", "groups=2"), "file='b.npy': groups=2: does not divide"),
        (("a.npy", "b.npy", "--input-size", "H,W"), "input-size='H,W': is not in numbers; write it like 32,32."),
        (("a.npy", "b.npy", "--input-size", "5"), "input_size=(5,): is not 2 positive ints"),
        (("a.npy", "b.npy", "--input-size", "2,2"), "input_size=(2, 2): leaves"),
    ],
)
def test_refusals(folder, arguments, words):
    assert words in refused(*arguments)


def test_kernels_that_do_not_chain(folder):
    np.save("wide.npy", np.ones((2, 3, 2, 2)))
    assert "do not chain" in refused("a.npy", "wide.npy")


def test_a_shuffled_kernel_is_shown_and_not_written(folder):
    arguments = ("a.npy", "b.npy", "--first", "transposed=true,stride=2", "--second", "stride=3")
    shown = run(*arguments)
    assert "Traceback" not in shown.output
    assert shown.exit_code in (0, 1)
    if "ShuffledKernel" in shown.stdout:
        assert "is not one kernel of numbers" in refused(*arguments, "--border", "interior", "-o", "k.safetensors")


# ------------------------------------------------------------------ parts
def test_pictures():
    frame = np.zeros((100, 300), bool)
    frame[0, :] = frame[57, 123] = True
    title, *rows = picture(frame)
    assert title == "# may differ at 301 of 30,000 outputs; a character stands for 5 x 5 of them"
    assert len(rows) <= PICTURE[0]
    assert {len(row) for row in rows} == {60}
    assert rows[0] == "#" * 60
    assert [(y, row.index("#")) for y, row in enumerate(rows[1:], start=1) if "#" in row] == [(57 // 5, 123 // 5)]
    assert picture(None) == []
    assert picture(np.zeros(3, bool)) == ["# may differ at 0 of 3 outputs"]
    assert picture(np.array([True, False])) == ["# may differ at 1 of 2 outputs", "#."]
    assert picture(np.ones((2, 2, 2), bool)) == ["# may differ at 8 of 8 outputs"]


def test_entries():
    assert [entry(v) for v in (3, -0.5, 1e30, 1 / 3, 2j, 1 - 0.5j)] == [
        "3", "-0.5", "1e+30", "0.3333333333333333", "0+2j", "1-0.5j",
    ]  # fmt: skip
    assert entry(10**30) == "~1e+30"
    assert decimal(1 / 3) == "~0.33333333"
    assert table([1, 20]) == [" 1  20"]
    assert table([[[1]], [[2]]]) == ["plane 0", "1", "plane 1", "2"]


def test_arguments_of_a_kernel():
    assert read_arguments("--first", "stride=2,padding=((1,2),(0,0)),padding_mode=circular,transposed=true") == {
        "stride": 2, "padding": ((1, 2), (0, 0)), "padding_mode": "circular", "transposed": True,
    }  # fmt: skip
    assert read_arguments("--first", None) == {}
    with pytest.raises(SymconvError, match="gives stride twice"):
        read_arguments("--first", "stride=2,stride=3")
