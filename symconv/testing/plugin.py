"""The pytest plugin: profiles of Hypothesis by an option, a fixture of devices, and a fixture that checks a kernel.

It loads neither PyTorch nor Hypothesis until a test or an option asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from symconv.testing.checking import CheckConv

PROFILES = ("dev", "ci", "nightly")
DEVICES = ("cpu", "cuda")
_MARKER = "conv_devices"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two options, in a group of their own."""
    group = parser.getgroup("symconv", "convolutions against exact sums")
    group.addoption(
        "--conv-profile",
        choices=PROFILES,
        help="Hypothesis profile: dev (few examples), ci (the same examples each time), nightly (very many); none has"
        " a deadline. Left out, Hypothesis is left as it is.",
    )
    group.addoption(
        "--conv-device",
        choices=(*DEVICES, "all"),
        default="all",
        help="Where tests that use conv_device or check_conv run; CUDA is skipped where there is none (default: all).",
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker, and load the profile that is asked for."""
    config.addinivalue_line(
        "markers", f"{_MARKER}(*devices): the devices, 'cpu' or 'cuda', on which conv_device and check_conv run"
    )
    profile = config.getoption("--conv-profile")
    if profile is None:
        return
    if find_spec("hypothesis") is None:
        raise pytest.UsageError("--conv-profile: needs Hypothesis, which is not installed; run pip install hypothesis")
    if config.getoption("--hypothesis-profile", None):
        raise pytest.UsageError("--conv-profile: excludes --hypothesis-profile; choose one of them")
    from hypothesis import settings

    from symconv.testing.profiles import register_profiles

    register_profiles()
    settings.load_profile(profile)


def pytest_report_header(config: pytest.Config) -> str:
    """What the options chose."""
    profile = config.getoption("--conv-profile") or "none chosen"
    return f"symconv: profile {profile}, devices {', '.join(_devices(config.getoption('--conv-device')))}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each device."""
    if "conv_device" not in metafunc.fixturenames:
        return
    chosen = _devices(metafunc.config.getoption("--conv-device"))
    marker = metafunc.definition.get_closest_marker(_MARKER)
    wanted = chosen if marker is None else _read_marker(metafunc.definition.nodeid, marker.args)
    parameters = [_parameter(device, device in chosen) for device in wanted]
    metafunc.parametrize("conv_device", parameters, indirect=True, scope="session")


def _devices(option: str) -> tuple[str, ...]:
    return DEVICES if option == "all" else (option,)


def _read_marker(test: str, devices: Sequence[Any]) -> tuple[Any, ...]:
    if not devices or any(device not in DEVICES for device in devices):
        given = ", ".join(map(repr, devices))
        pytest.fail(f"{test}: {_MARKER}({given}) is not known; name 'cpu', 'cuda' or both", pytrace=False)
    return tuple(devices)


def _parameter(device: str, chosen: bool) -> Any:
    reason = f"--conv-device leaves out {device}"
    return pytest.param(device, marks=() if chosen else (pytest.mark.skip(reason=reason),))


@pytest.fixture(scope="session")
def conv_device(request: pytest.FixtureRequest) -> str:
    """The name of a torch device, "cpu" or "cuda"; a test runs once on each that is here."""
    device: str = request.param
    if find_spec("torch") is None:
        pytest.skip("needs PyTorch: pip install 'symconv[torch]'")
    if device == "cuda" and not _has_cuda():
        pytest.skip("needs a CUDA device, and PyTorch finds none")
    return device


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


@pytest.fixture
def check_conv(conv_device: str) -> CheckConv:
    """``check_conv(function, dims=2, dtype="float32", ...)``: fails with the smallest case that shows a mistake.

    See ``symconv.testing.checking.CheckConv``; it runs on each device of ``conv_device``.
    """
    if find_spec("hypothesis") is None:
        pytest.skip("needs Hypothesis: pip install hypothesis")
    from symconv.testing.checking import CheckConv

    return CheckConv(conv_device)
