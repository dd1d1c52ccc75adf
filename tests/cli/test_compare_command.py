"""``symconv compare``: what it prints, its exit statuses, and what it refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from symconv.cli.app import app
from symconv.cli.compare import _CONVOLUTIONS
from symconv.testing.probes import PROBES
from symconv.testing.regimes import DATA, REGIMES

KERNELS = """
print("loading")
from torch.nn import functional

NUMBER = 3


def right(x, weight, bias, stride, padding, dilation, groups):
    print("working")
    return functional.conv2d(x.clone(), weight, bias, stride, padding, dilation, groups)


def by_channels(x, weight, bias, stride=1, padding=0):
    total = 0 if bias is None else bias[:, None, None]
    for i in range(x.shape[1]):
        total = total + functional.conv2d(x[:, i : i + 1], weight[:, i : i + 1], None, stride, padding)
    return total


def last_tap(x, weight, bias, stride, padding, dilation, groups):
    weight = weight.clone()
    weight[..., 1:][..., -1:] = 0
    return functional.conv2d(x, weight, bias, stride, padding, dilation, groups)


def wide(x, weight):
    return functional.conv2d(x.double(), weight.double()).to(x.dtype)


def narrow(x, weight):
    total = x[:, :1] * weight[0, 0]
    for i in range(1, x.shape[1]):
        total = total + x[:, i : i + 1] * weight[0, i]
    return total


def raising(x, weight, **_):
    raise ValueError("no such\\n  tile")


def in_place(x, weight, **_):
    return functional.conv2d(x.mul_(2), weight)


class Box:
    right = staticmethod(right)
"""
LAYER = ("--layer", "conv2d", "--set", "kernel_size=3", "out_channels=4", "--input", "1,16,5,5")


@pytest.fixture(autouse=True)
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Modules in the current folder, which are forgotten afterwards."""
    (tmp_path / "kernels_here.py").write_text(KERNELS)
    (tmp_path / "broken_here.py").write_text("import no_such_module_at_all\n")
    (tmp_path / "exits_here.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    sys.modules.pop("kernels_here", None)


#: A sum that is not rounded once more has no half-way case that is exact.
IN_FLOAT32 = tuple(regime for regime in REGIMES if regime != "half-way cases")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["compare", *arguments])


def table(text: str) -> dict[str, list[str]]:
    """The rows of the table by what is in the first two columns."""
    lines = [line for line in text.splitlines() if " float" in line and line.split("  ")[0] in REGIMES]
    return {line.split("  ")[0]: line[len(line.split("  ")[0]) :].split() for line in lines}


# ------------------------------------------------------------------ verdicts
def test_two_kernels_that_agree() -> None:
    """0; a row for each kind of operands, all identical on exact ones, and nothing of what the kernel prints."""
    result = run("kernels_here:by_channels", *LAYER, "padding=1", "bias=false")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "kernels_here:by_channels against PyTorch: PROVED_ROUNDING"
    assert lines[1] == "Conv2d(16, 4, kernel_size=3, padding=1, bias=False) on (1, 16, 5, 5)"
    heading = ["operands", "dtype", "elements", "identical", "proved", "rounding", "difference", "difference/bound"]
    assert lines[3].split() == heading
    rows = table(result.stdout)
    assert tuple(rows) == IN_FLOAT32
    assert all(rows[name][1:] == ["100", "100", "0", "0", "0"] for name in PROBES if name in IN_FLOAT32)
    dtype, elements, identical, rounded, difference, ratio = rows["normal"]
    assert (dtype, elements) == ("float32", "100")
    assert int(identical) + int(rounded) == 100
    assert 0 < float(difference) < 1e-4
    assert 0 < float(ratio) <= 2
    assert "loading" not in result.stdout
    assert "working" not in run("kernels_here:right", *LAYER).stdout


def test_two_functions_of_the_users() -> None:
    result = run("kernels_here:right", "kernels_here:Box.right", "--examples", "2", "--seed", "4")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("kernels_here:right against kernels_here:Box.right: IDENTICAL\n")


def test_a_bug_on_drawn_layers() -> None:
    """1; told by the sentence for the smallest layer that shows it, on probes first."""
    result = run("kernels_here:last_tap", "--examples", "6", "--dims", "2", "groups=1", "max_size=2")
    assert result.exit_code == 1
    assert result.stdout.startswith("kernels_here:last_tap against PyTorch: BUG\n6 layers, drawn with seed 0\n")
    told = " ".join(result.stdout.partition("\n\nkernels_here:last_tap: output[")[2].split())
    assert "sums of float32 in any order are exact here" in told
    assert ", ones in float32." in told
    assert "more like these; --json has all" in told
    assert "groups=" not in told
    assert run("kernels_here:last_tap", "kernel_size=1", "--examples", "3").exit_code == 0


def test_no_proof_is_no_agreement(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 where partial sums may overflow and the two differ, on no more than one kind of operands."""

    def huge(_: Any, shape: tuple[int, ...], of_weight: bool) -> Any:
        signs = np.array([1, 1, -1, -1]).reshape(1, 4, 1, 1)
        return np.ones(shape) if of_weight else 3e38 * signs * np.ones(shape)

    monkeypatch.setitem(DATA, "normal", huge)
    options = ("--layer", "conv2d", "in_channels=4", "out_channels=1", "kernel_size=1", "bias=false", "--json")
    result = run("kernels_here:by_channels", "kernels_here:wide", *options)
    assert result.exit_code == 1
    data = json.loads(result.stdout)
    assert data["verdict"] == "UNPROVED"
    assert [row["operands"] for row in data["rows"] if "UNPROVED" in row["counts"]] == ["normal"]
    assert not any(row["bugs"] for row in data["rows"])


def test_plain_data() -> None:
    result = run("kernels_here:last_tap", *LAYER, "--json", "--dtype", "float32", "--dtype", "float64", "--seed", "7")
    assert result.exit_code == 1
    data = json.loads(result.stdout)
    assert (data["function"], data["other"], data["verdict"]) == ("kernels_here:last_tap", "PyTorch", "BUG")
    assert data["layers"] == [{"layer": "Conv2d(16, 4, kernel_size=3)", "input": [1, 16, 5, 5]}]
    assert (data["seed"], data["device"]) == (7, "cpu")
    assert data["arithmetic"] == {"acc": None, "inputs": "exact", "algorithm": "direct"}
    assert {(row["operands"], row["dtype"]) for row in data["rows"]} == {
        (regime, dtype) for regime in IN_FLOAT32 for dtype in ("float32", "float64")
    }
    ones = data["rows"][0]
    assert (ones["operands"], ones["elements"], ones["counts"]) == ("ones", 36, {"BUG": 36})
    assert (ones["largest_difference"], ones["difference_over_bound"]) == (48.0, "inf")  # a column of three taps
    assert ones["bugs"][0]["on"] == "Conv2d(16, 4, kernel_size=3) on (1, 16, 5, 5)"
    assert ones["bugs"][0]["says"].startswith("kernels_here:last_tap: output[")


def test_the_arithmetic_is_a_choice() -> None:
    """Sums that are kept in float16 are wrong, unless they are allowed."""
    options = ("--layer", "conv2d", "in_channels=16", "out_channels=1", "kernel_size=1", "bias=false")
    options = (*options, "--dtype", "float16")
    assert run("kernels_here:narrow", *options).exit_code == 1
    assert run("kernels_here:narrow", *options, "--acc", "float16").exit_code == 0


def test_the_seed_says_it_all() -> None:
    """The same seed gives the same answer, another one other layers."""
    first, again, other = (
        run("kernels_here:right", "--examples", "4", "--seed", seed, "--json").stdout for seed in ("1", "1", "2")
    )
    assert first == again
    assert json.loads(first)["layers"] != json.loads(other)["layers"]


def test_transposed_layers() -> None:
    command = ("torch.nn.functional:conv_transpose1d", "--layer", "conv_transpose1d", "kernel_size=3", "stride=2")
    result = run(*command, "out_channels=2", "output_padding=1", "--input", "2,3,6")
    assert result.exit_code == 0, result.output
    assert "ConvTranspose1d(3, 2, kernel_size=3, stride=2, output_padding=1) on (2, 3, 6)" in result.stdout
    drawn = run("torch.nn.functional:conv_transpose1d", "transposed=true", "--dims", "1", "--examples", "2")
    assert drawn.exit_code == 0, drawn.output


# ------------------------------------------------------------------ what is refused
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("nowhere_at_all:f",),
            "function='nowhere_at_all:f': there is no module nowhere_at_all; name one of this folder",
        ),
        (("kernels_here:wrong",), "function='kernels_here:wrong': kernels_here has no wrong; name a function of "),
        (("kernels_here",), "function='kernels_here': is no MODULE:FUNCTION; write it like my_kernels:conv2d."),
        (("kernels_here:NUMBER",), "function='kernels_here:NUMBER': is no function but of type int; name what can be "),
        (
            ("broken_here:f",),
            "function='broken_here:f': importing broken_here raises ModuleNotFoundError: No module named"
            " 'no_such_module_at_all'; mend the module.",
        ),
        (("exits_here:f",), "function='exits_here:f': importing exits_here raises SystemExit: 3; mend the module."),
        (("kernels_here:right", "a:b", "c:d"), "'c:d': is one function too many; compare two at a time."),
        (("kernels_here:right", "width=3"), "set='width': is no argument of a convolution; use transposed, max_size, "),
        (("kernels_here:right", "stride=S"), "stride='S': is no number; pass an int, one an axis, or leave it out."),
        (("kernels_here:right", "--layer", "linear"), "layer=Linear('C_in', 'C_out'): is no convolution; pass Conv2d "),
        (("kernels_here:right", "--layer", "cone"), "layer='cone': is not known; name one of linear, conv1d, "),
        (
            ("kernels_here:right", "--layer", "conv2d", "--input", "1,2,9,9"),
            "layer=conv2d: needs numbers for out_channels, kernel_size; add --set out_channels=3, say.",
        ),
        (
            ("kernels_here:right", *LAYER[:5], "--input", "N,16,5,5"),
            "input: is not in numbers; write it like 1,3,16,16.",
        ),
        (("kernels_here:right", "--input", "1,2,3,3"), "--input: needs a layer; add --layer conv2d, say."),
        (("kernels_here:right", "--dims", "4"), "dims=4: is no rank of a layer; pass 1, 2, 3, or leave it out."),
        (
            ("kernels_here:right", "--dtype", "int8"),
            "dtype=int8: has no rounding bounds; use one of float64, float32, ",
        ),
        (("kernels_here:right", "--device", "tpu9"), "device='tpu9': cannot be used here; use 'cpu', or run where "),
        (
            ("kernels_here:right", "--acc", "int8", "--examples", "1"),
            "acc=int8: is no floating-point format of symconv",
        ),
        (("kernels_here:right", "--algorithm", "fft", "--examples", "1"), "algorithm='fft': has no bound here: "),
        (
            ("kernels_here:right", *LAYER, "padding=((1,0),(0,0))"),
            "padding=((1, 0), (0, 0)): is none that PyTorch's function takes; name what to compare with.",
        ),
        (
            ("kernels_here:raising", *LAYER),
            "kernels_here:raising: raises ValueError: no such tile; call it on Conv2d(16, 4, kernel_size=3) on float32"
            " (1, 16, 5, 5).",
        ),
        (
            ("kernels_here:in_place", *LAYER, "bias=false"),
            "kernels_here:in_place: changes its input x; let it work on ",
        ),
    ],
)
def test_bad_input(arguments: tuple[str, ...], text: str) -> None:
    """2, one sentence on stderr, nothing on stdout, no traceback."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith(f"symconv: {text}"), result.stderr
    assert "Traceback" not in result.stderr


def test_hypothesis_is_needed_for_drawn_layers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    result = run("kernels_here:right", "--examples", "1")
    assert result.exit_code == 2
    assert "symconv: examples: are drawn by Hypothesis, which is not installed; install it, or name a --layer." in (
        result.stderr.strip().splitlines()
    )
    assert run("kernels_here:right", *LAYER).exit_code == 0


def test_help_and_completion() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "0 they agree, 1 a bug or no proof, 2 bad input" in " ".join(result.stdout.split())
    assert _CONVOLUTIONS == ("conv1d", "conv2d", "conv3d", "convtranspose1d", "convtranspose2d", "convtranspose3d")
    from symconv.cli.compare import _FORMATS, _starting

    assert _starting(_CONVOLUTIONS)("CONVT") == ["convtranspose1d", "convtranspose2d", "convtranspose3d"]
    assert _starting(_FORMATS)("b") == ["bfloat16"]
