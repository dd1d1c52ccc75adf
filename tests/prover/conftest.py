"""What several tests of the prover need, made once."""

from __future__ import annotations

import pytest

from oracles.proved import Proved, proved_library


@pytest.fixture(scope="session")
def library() -> tuple[Proved, ...]:
    """All theorems of the library with their certificates."""
    return proved_library()
