"""The pytest plugin: light to load, off until it is asked for, and it shows a seeded bug by a tiny case."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from symconv.testing import CheckConv, FunctionError

ROOT = Path(__file__).parents[2]
KERNELS = """
from torch.nn.functional import conv2d as right


def conv2d(x, weight, bias, stride, padding, dilation, groups):
    return right(x, weight, bias, stride, padding, dilation, groups)


def off_by_one(x, weight, bias, stride, padding, dilation, groups):
    weight = weight.clone()
    weight[..., 1:][..., -1:] = 0  # the loop over taps ends one too early, but for one tap
    return right(x, weight, bias, stride, padding, dilation, groups)
"""
TEN_LINES = """
from hypothesis import given
from symconv.testing import conv_cases

from my_kernels import NAME as conv2d  # conv2d(x, weight, bias, stride, padding, dilation, groups)


@given(conv_cases(dims=2))
def test_conv2d(case):
    case.check(conv2d)
"""
FIXTURES = """
import pytest
from my_kernels import conv2d, off_by_one


def test_right(check_conv):
    check_conv(conv2d, examples=5, bias=False)


def test_wrong(check_conv):
    check_conv(off_by_one)


@pytest.mark.conv_devices("cuda")
def test_cuda_alone(check_conv):
    check_conv(conv2d)


def test_device(conv_device):
    assert conv_device == "cpu"
"""
DEVICES = """
import pytest


@pytest.mark.conv_devices("cpu")
def test_one(conv_device):
    assert conv_device == "cpu"


def test_all(conv_device):
    pass
"""
NO_TORCH = "import sys\nsys.modules['torch'] = None\n"


def run(folder: Path, *options: str, **files: str) -> subprocess.CompletedProcess[str]:
    """A run of pytest of its own, with the plugin whether or not it is installed."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    installed = any(point.value == "symconv.testing.plugin" for point in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "symconv.testing.plugin")
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", str(folder), "-rA", *plugin, *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def outcomes(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    found = re.findall(r"^(PASSED|FAILED|ERROR) \S*?::(\S+)", done.stdout, re.MULTILINE)
    return {name: outcome for outcome, name in found}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    wrong, right = TEN_LINES.replace("NAME", "off_by_one"), TEN_LINES.replace("NAME", "conv2d")
    files = {
        "my_kernels": KERNELS,
        "test_broken": wrong,
        "test_good": right.replace("test_conv2d", "test_good"),
        "test_fixtures": FIXTURES,
    }
    options = ("--conv-profile", "dev", "-p", "no:cacheprovider", "--conv-device", "all")
    return run(tmp_path_factory.mktemp("kernels"), *options, **files)


# ------------------------------------------------------------------ a user's test file
def test_a_broken_kernel_fails_and_a_correct_one_passes(whole: subprocess.CompletedProcess[str]) -> None:
    import torch

    found = outcomes(whole)
    expected = {
        "test_conv2d": "FAILED",
        "test_good": "PASSED",
        "test_right[cpu]": "PASSED",
        "test_wrong[cpu]": "FAILED",
        "test_device[cpu]": "PASSED",
    }
    assert expected.items() <= found.items(), whole.stdout
    if not torch.cuda.is_available():
        assert found == expected
        assert "needs a CUDA device, and PyTorch finds none" in whole.stdout
        assert "4 skipped" in whole.stdout.splitlines()[-1]


def test_the_shrunk_case_is_tiny(whole: subprocess.CompletedProcess[str]) -> None:
    """Two taps, three inputs at most, and operands that are exact; by the strategy and by the fixture."""
    number = r"\[*-?\d+\.\d+\]*"
    shown = (
        rf"case=ConvCase\((.*?), (\w[\w ]*) in float32, x=({number}(?:, {number})*), weight=({number}(?:, {number})*)\)"
    )
    found = re.findall(shown, whole.stdout)
    assert len(found) >= 2, whole.stdout
    for layer, regime, x, weight in found:
        assert layer == "Conv2d(1, 1, kernel_size=(1, 2), bias=False)"
        assert regime in ("ones", "impulses", "single taps", "integers")
        assert x.count(",") <= 2
        assert weight.count(",") == 1


def test_the_header_names_profile_and_devices(whole: subprocess.CompletedProcess[str]) -> None:
    assert "\nsymconv: profile dev, devices cpu, cuda\n" in whole.stdout


# ------------------------------------------------------------------ options
def test_without_pytorch_nothing_crashes(tmp_path: Path) -> None:
    """Fixtures skip with the reason; a strategy says what is missing, in one sentence."""
    files = {"conftest": NO_TORCH, "test_fixtures": FIXTURES.replace("from my_kernels", "# "), "my_kernels": ""}
    done = run(
        tmp_path, "--continue-on-collection-errors", **files, test_ten=TEN_LINES.replace("from my_kernels", "# ")
    )
    assert "skipped" in done.stdout.splitlines()[-1]
    assert "needs PyTorch: pip install 'symconv[torch]'" in done.stdout
    sentence = "symconv.testing: needs PyTorch, which is not installed; run pip install 'symconv[torch]'."
    assert f"E   symconv.errors.ArgumentError: {sentence}" in done.stdout
    assert "INTERNALERROR" not in done.stdout + done.stderr


def test_in_parallel_and_on_one_device(tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    options = ("-n", "2", "-p", "no:cacheprovider", "--conv-device", "cpu", "--strict-markers")
    done = run(tmp_path, *options, test_devices=DEVICES)
    assert outcomes(done) == {"test_one[cpu]": "PASSED", "test_all[cpu]": "PASSED"}, done.stdout
    assert done.returncode == 0


def test_a_device_that_is_left_out_is_skipped_with_the_reason(tmp_path: Path) -> None:
    done = run(tmp_path, "--conv-device", "cuda", test_devices=DEVICES.replace("def test_all", "def no"))
    assert "--conv-device leaves out cpu" in done.stdout
    assert outcomes(done) == {}


def test_a_marker_that_names_no_device(tmp_path: Path) -> None:
    done = run(tmp_path, test_devices=DEVICES.replace('"cpu")', '"gpu")'))
    assert "conv_devices('gpu') is not known; name 'cpu', 'cuda' or both" in done.stdout
    assert "INTERNALERROR" not in done.stdout


PROFILE = """
from hypothesis import settings


def test_profile():
    assert settings().max_examples == {most}
"""


@pytest.mark.parametrize(("options", "most"), [((), 100), (("--conv-profile", "nightly"), 5_000)])
def test_profiles(tmp_path: Path, options: tuple[str, ...], most: int) -> None:
    """Left out, Hypothesis is as it is."""
    done = run(tmp_path, *options, test_profile=PROFILE.format(most=most))
    assert done.returncode == 0, done.stdout


def test_two_profiles_exclude_one_another(tmp_path: Path) -> None:
    done = run(tmp_path, "--conv-profile", "ci", "--hypothesis-profile", "default")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: --conv-profile: excludes --hypothesis-profile; choose one of them" in done.stderr
    assert "Traceback" not in done.stderr


# ------------------------------------------------------------------ loading
def test_it_is_light() -> None:
    """Loading it loads none of the libraries that are slow to load."""
    code = "import sys, symconv.testing.plugin; print([m for m in ('torch', 'sympy', 'hypothesis', 'numpy', 'lark')"
    code += " if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_pytest_finds_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"symconv": "symconv.testing.plugin"}


# ------------------------------------------------------------------ check_conv itself
def test_check_conv_passes_options_on() -> None:
    import torch
    from torch.nn.functional import conv1d, conv_transpose3d

    from symconv.testing import conv_layers

    check = CheckConv()
    seen = []

    def narrow(x, weight, bias, **arguments):
        seen.append((x.dtype, arguments["groups"]))
        return conv1d(x, weight, bias, **arguments)

    check(narrow, dims=1, dtype=("float16", "float32"), examples=10, groups=1, acc="float16")
    assert {dtype for dtype, _ in seen} == {torch.float16, torch.float32}
    assert {groups for _, groups in seen} == {1}
    check(conv_transpose3d, layers=conv_layers(dims=3, transposed=True, one_sided=False, max_size=2), examples=4)


def test_check_conv_fails_for_a_function_that_is_none() -> None:
    with pytest.raises(FunctionError, match="changes its input x"):
        CheckConv()(lambda x, weight, **_: x.mul_(2)[:1, :1], examples=3, kernel_size=1, stride=1, padding=0, dims=1)
