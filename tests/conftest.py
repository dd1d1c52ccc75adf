"""One Hypothesis profile for the whole run; what may be skipped, and the guard against skipping what should run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.doctest import DoctestItem, DoctestModule
from hypothesis import settings

os.environ.setdefault("SYMPY_CACHE_SIZE", "20000")  # of 1,000 most are lost before they are asked for again

import workers
from symconv.testing.profiles import register_profiles

try:
    import torch
except ImportError:
    torch = None  # type: ignore[assignment]

NO_TORCH = "needs PyTorch: pip install 'symconv[torch]'"

register_profiles()
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
if torch is not None:
    torch.set_num_threads(1)  # runs can be compared


class _Module(pytest.Module):
    """A test file that is skipped, with the reason, where PyTorch is not installed."""

    def _getobj(self) -> Any:
        try:
            return super()._getobj()
        except self.CollectError as error:
            if torch is None and "No module named 'torch'" in str(error):
                pytest.skip(NO_TORCH, allow_module_level=True)
            raise


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    return _Module.from_parent(parent, path=module_path)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Iterator[None]:
    """Tests hold no doctests; collecting them would import each file once more."""
    found = yield
    return [collector for collector in found if not isinstance(collector, DoctestModule)]  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: workers.place(item.nodeid))
    for item in items:
        if torch is None and isinstance(item, DoctestItem) and any("torch" in e.source for e in item.dtest.examples):
            item.add_marker(pytest.mark.skip(reason=NO_TORCH))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return workers.scheduler(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: Any) -> Iterator[None]:
    """With MAY_SKIP set to a pattern, a test that was skipped for another reason fails the run."""
    yield
    allowed = os.environ.get("MAY_SKIP")
    if allowed is None:
        return
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not re.search(allowed, reason):
            terminalreporter.write_line(f"should have run: {report.nodeid}: {reason}", red=True)
            terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
