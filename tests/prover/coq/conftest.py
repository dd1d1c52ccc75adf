"""Coq, where it is installed, and the checker, compiled once for all runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from symconv.prover.coq.shipped_files import compiled_checker
from symconv.prover.coq.toolchain import Toolchain, find_toolchain


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    if shutil.which("coqc") is None:
        pytest.skip("coqc is not installed")
    return find_toolchain()


@pytest.fixture(scope="session")
def checker(toolchain: Toolchain) -> Path:
    """The folder of the compiled checker."""
    return compiled_checker(toolchain, 2, lambda compiled: None)
