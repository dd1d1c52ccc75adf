"""The chapter's audit, run once, and a short way to decide one claim."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import symconv as sc
from symconv.claims import Report, Verdict
from symconv.claims.library import chapter_claims

PLAIN = {
    "kind": "Conv2d",
    "in_channels": "c_i",
    "out_channels": "c_o",
    "kernel_size": ["k_h", "k_w"],
    "bias": False,
    "input": [1, "c_i", "h", "w"],
}
CONV = {
    **{key: value for key, value in PLAIN.items() if key != "bias"},
    "stride": ["s_h", "s_w"],
    "padding_total": ["p_h", "p_w"],
}
#: A Conv2d whose sizes do not matter.
LAYERS = {"plain": PLAIN, "conv": CONV}

Decide = Callable[..., Verdict]


@pytest.fixture(scope="session")
def chapter_data() -> dict[str, Any]:
    return tomllib.loads(chapter_claims().read_text())


@pytest.fixture(scope="session")
def chapter() -> Report:
    return sc.audit()


@pytest.fixture(scope="session")
def reword(chapter_data: dict[str, Any]) -> Decide:
    """Decide a claim of the chapter with other words under keys of it, or of one of its checks."""

    def verdict(claim: str, check: int | None = None, /, **keys: Any) -> Verdict:
        entry = copy.deepcopy(next(c for c in chapter_data["claim"] if c["id"] == claim))
        (entry if check is None else entry["check"][check]).update(keys)
        return sc.audit({**chapter_data, "claim": [entry]}).verdicts[claim]

    return verdict


@pytest.fixture(scope="session")
def decide() -> Decide:
    """Decide one claim, given by its keys, about one of two layers or others."""

    def verdict(
        layers: Mapping[str, Any] | None = None, names: Mapping[str, str] | None = None, /, **claim: Any
    ) -> Verdict:
        data = {"format": 1, "layers": layers or LAYERS, "names": names or {}, "claim": [{"id": "a", **claim}]}
        return sc.audit(data).verdicts["a"]

    return verdict
