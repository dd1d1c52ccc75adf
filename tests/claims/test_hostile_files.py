"""Malformed and hostile claims: a report, or one clear ``ClaimError``; never anything else, and soon."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symconv as sc
from symconv.claims import Report
from symconv.claims.audit import CHOICES, DECIDERS
from symconv.errors import ClaimError

ONE = {"id": "a", "equal": ["1", "1"]}
LAYER = {"kind": "Conv1d", "in_channels": "c", "out_channels": 1, "kernel_size": "k", "input": [1, "c", "l"]}


def refused(data: Any) -> str:
    with pytest.raises(ClaimError) as caught:
        sc.audit(data)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1_000
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not toml", "is no TOML ("),
        (b"\xff\xfe\x00\x01", "is no TOML ('utf-8' codec"),
        (b"format = " + b"[" * 100_000, "is no TOML ("),
        (b"format = " + b"9" * 5_000, "is no TOML (Exceeds the limit"),
        (b"#" * 1_000_001, "is larger than 1,000,000 bytes; split it into several files."),
        (b"", "format=None: is not known; write format = 1."),
        (b"format = 2", "format=2: is not known; write format = 1."),
        (b"format = true", "format=True: is not known; write format = 1."),
        (b"format = 1", "claims=0: must be from 1 to 1000; add [[claim]] entries or split."),
        (
            b"format = 1\nclaims = []",
            "file: 'claims': is not known; use claim, format, layers, names, programs, title.",
        ),
    ],
)
def test_files(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "claims.toml"
    path.write_bytes(content)
    assert message in refused(path)


@pytest.mark.parametrize("path", ["no/such.toml", ".", "/dev/zero", "a\0b", "", 3, object()])
def test_what_is_no_file(path: Any) -> None:
    message = refused(path)
    assert message.startswith("file=")
    assert message.endswith("; name a claims file in TOML.")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"claim": [ONE, ONE]}, "id='a': names two claims; give each claim an id of its own."),
        ({"claim": [ONE] * 10**6}, "claims=1000000: must be from 1 to 1000; add [[claim]] entries or split."),
        ({"claim": [{"equal": []}]}, "claim 1: id=None: is no id; use letters, digits, '_', '.' and '-', as in C01."),
        ({"claim": [{"id": "é"}]}, "claim 1: id='é': is no id; use letters"),
        ({"claim": [{"id": "a"}]}, "claim='a': has no check, or both its own and a list; write one"),
        ({"claim": [{**ONE, "check": [ONE]}]}, "claim='a': has no check, or both its own and a list; write one"),
        ({"claim": [{**ONE, "ratio": "1"}]}, "claim='a': has 2 of the keys that make a check; use exactly one of"),
        ({"claim": [{**ONE, "per": "1"}]}, "claim='a': per: is not known beside 'equal'; use layer."),
        ({"claim": [{**ONE, "says": 3}]}, "claim='a': says=3: is no text; quote the claim's words."),
        ({"claim": [{**ONE, "domain": "a"}]}, "claim='a': domain='a': is no list of conditions; write ['k_h <= h']."),
        ({"claim": [{**ONE, "layer": "x"}]}, "claim='a': layer='x': is not in the file; use one of its layers: none."),
        ({"claim": [{"id": "a", "equal": ["1"]}]}, "claim='a': equal=['1']: is no pair of formulas; write equal = ["),
        ({"title": 3}, "title=3: is no text; quote the title."),
        ({"names": {"a": 3}}, "names.a=3: is no formula; write the formula in quotes."),
        ({"names": {"__": "1"}}, "name='__': is not a name"),
        ({"layers": 3}, "layers=3: is no table; write [layers]."),
        ({"format": 10**5_000}, "format=a very large number: is not known; write format = 1."),
        ({3: 4}, "file: 3: is not known; use claim, format"),
    ],
)
def test_messages(changes: dict[Any, Any], message: str) -> None:
    assert message in refused({"format": 1, "claim": [ONE], **changes})


def test_deep_tables() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert (
        refused({"format": 1, "claim": [{**ONE, "x": deep}]}) == "file: is nested more than 12 deep; write flat tables."
    )


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('touch sentinel')", "().__class__", "a.b", "lambda: 1", "a if b else c", "a; b", "'a'",
        "exec(a)", "2**10**10", "a**99", "9**9**9", "(a+b)**1000", "(" * 100 + "a" + ")" * 100, "-" * 600 + "a",
        "a" * 100, "1/0", "0**-1", "mod(a, 0)", "floor()", "", " ", "é", "\u202e", "a\0", "1e5", "1.5", "[a=b]",
        "sum(i < 3) i", "9" * 40,
    ],
)  # fmt: skip
def test_formulas_are_not_code(formula: str) -> None:
    begun = time.perf_counter()
    message = refused({"format": 1, "claim": [{"id": "a", "equal": [formula, "1"]}]})
    assert message.startswith("claim='a': ")
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "Conv4d"}, "kind='Conv4d': is no layer; use one of AvgPool1d"),
        ({"kind": ["Conv1d"]}, "kind=['Conv1d']: is no layer"),
        ({"input": "c"}, "input='c': is no list of sizes; write input"),
        ({"input": [1, "c"]}, "input_shape"),
        ({"kernel_size": 0}, "kernel_size=0: must be at least 1"),
        ({"kernel_size": 1.5}, "kernel_size=1.5: is no size; write a whole number, or a formula."),
        ({"kernel_size": {}}, "kernel_size={}: is no size; write a whole number, or a formula."),
        ({"kernel_size": "import os"}, "formula='import os'"),
        ({"kernel_size": [1, 2]}, "kernel_size"),
        ({"colour": 1}, "kind='Conv1d': does not take all of"),
        ({"padding_total": 1}, "padding_total=1: is no list, or beside padding; write one an axis."),
        ({"padding_total": ["p"], "padding": 1}, "padding_total=['p']: is no list, or beside padding"),
        ({"groups": 2, "in_channels": 3}, "groups=2"),
    ],
)
def test_layers(changes: dict[str, Any], message: str) -> None:
    claim = {"id": "a", "layer": "x", "quantity": "forward.macs", "formula": "1"}
    assert message in refused({"format": 1, "layers": {"x": {**LAYER, **changes}}, "claim": [claim]})


def test_quantities() -> None:
    claim = {"id": "a", "layer": "x", "quantity": "forward.color", "formula": "1"}
    assert "quantity='forward.color'" in refused({"format": 1, "layers": {"x": LAYER}, "claim": [claim]})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input": [[1.5]]}, "claim='a': input=[[1.5]]: is no array of integers; write nested lists of equal lengths."),
        ({"input": [[1], [1, 2]]}, "is no array of integers"),
        ({"input": [[10**30]]}, "is no array of integers"),
        ({"input": 1}, "claim='a': input=1: has the wrong number of axes; X has 3."),
        ({"weight": [[[1, 2], [3, 4]]]}, "W.shape[1]=2: must equal 1"),
        ({"output": "x"}, "claim='a': output='x': is no array of integers"),
    ],
)
def test_values(changes: dict[str, Any], message: str) -> None:
    layer = {**LAYER, "in_channels": 1, "bias": False, "input": [1, 1, "l"]}
    claim = {"id": "a", "layer": "x", "input": [[1, 2]], "weight": [[[1]]], "output": [[1, 2]], **changes}
    assert message in refused({"format": 1, "layers": {"x": layer}, "claim": [claim]})


def test_outputs_too_large_are_not_computed() -> None:
    layer = {**LAYER, "in_channels": 1, "kernel_size": 1, "padding": 10**9, "bias": False, "input": [1, 1, "l"]}
    claim = {"id": "a", "layer": "x", "input": [[1]], "weight": [[[1]]], "output": [[1]]}
    assert "needs more than 100,000,000 products; take smaller" in refused(
        {"format": 1, "layers": {"x": layer}, "claim": [claim]}
    )


WORDS = st.sampled_from(
    ["a", "c", "k", "l", "c*k", "l - k + 1", "1/0", "k/(l - k)", "mod(c, k)", "9**9", "", "x", "conv", "1 GFLOP", "é",
     "forward.macs", "memory.backward", "output_shape", "forward.{operation}", "for n < 1: Y[n] = X[n]", "k <= l"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.dates()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6
)
KEYS = (*DECIDERS, "quantity", "per", "scale", "at", "times", "rate", "digits", "dtype", "input", "weight", "below")
CLAIMS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just("a") | VALUES,
        "layer": st.just("conv") | VALUES,
        "open": st.dictionaries(st.sampled_from(list(CHOICES)), st.just([True, False]) | VALUES, max_size=2) | VALUES,
        "domain": st.lists(WORDS, max_size=2) | VALUES,
        "names": st.dictionaries(WORDS, WORDS, max_size=2) | VALUES,
        "check": VALUES,
    },
).flatmap(
    lambda claim: st.dictionaries(st.sampled_from(KEYS), WORDS | VALUES, max_size=4).map(
        lambda more: {"id": "a", **claim, **more}
    )
)
LAYER_TABLES = st.dictionaries(st.sampled_from([*LAYER, "stride", "padding", "groups", "bias"]), VALUES, max_size=2)


@settings(deadline=10_000)
@given(st.lists(CLAIMS, min_size=1, max_size=2), LAYER_TABLES, VALUES)
def test_whatever_stands_there(claims: list[dict[str, Any]], layer: dict[str, Any], names: Any) -> None:
    data = {"format": 1, "layers": {"conv": {**LAYER, **layer}}, "names": names, "claim": claims}
    for tried in (data, {**data, "names": {}}, {**data, "names": {}, "layers": {"conv": LAYER}}):
        try:
            assert isinstance(sc.audit(tried), Report)
        except ClaimError as error:
            assert str(error)  # noqa: PT017 - a report is as good
