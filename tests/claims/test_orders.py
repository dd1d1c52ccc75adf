"""Two orders of a sum: decided as NumPy adds, backed by Coq for the chapter's witness, refused if malformed."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import symconv as sc
from symconv.claims import Kind, Report, Verdict
from symconv.claims import orders as module
from symconv.claims.orders import PROVED_BY_HAND
from symconv.errors import ClaimError
from symconv.prover.coq.shipped_files import hand_proofs
from symconv.shipped import proofs_folder

CHAPTER: dict[str, Any] = {
    "input": [16777216, 1, -16777216],
    "weight": [1, 1, 1],
    "first": [0, 1, 2],
    "second": [0, 2, 1],
    "dtype": "float32",
}
#: The same in each format: 1 is half of the last place of the large number.
LARGE = {"float16": 2048, "float32": 2**24, "float64": 2**53}
BITS = {"float16": np.uint16, "float32": np.uint32}


def decide(orders: Any = CHAPTER, **keys: Any) -> Verdict:
    return sc.audit({"format": 1, "claim": [{"id": "a", "orders": orders, **keys}]}).verdicts["a"]


def numpy_sum(table: dict[str, Any], key: str) -> Any:
    """The products of arrays of the dtype, and ``np.add.accumulate``: it adds one after the other."""
    order, dtype = table[key], table["dtype"]
    with np.errstate(over="ignore", invalid="ignore"):
        products = np.array(table["input"], dtype) * np.array(table["weight"], dtype)
        return np.add.accumulate(products[order], dtype=dtype)[-1]


def test_the_chapters_witness(chapter: Report) -> None:
    proved = (
        "proved: two legal orders can differ: in float32 the sum of input [16777216, 1, -16777216] times weight "
        "[1, 1, 1] is 0 in the order [0, 1, 2] and 1 in the order [0, 2, 1] (by exact fractions, rounded; NumPy gives "
        "the same)"
    )
    assert chapter.verdicts["C25"].detail.endswith(f"; {proved}")
    verdict = decide()
    assert (verdict.kind, f"proved: {verdict.detail}") == (Kind.PROVED, proved)
    assert verdict.backing == "hand proof layer_depends_on_the_order_of_its_sum, computed"


@pytest.mark.parametrize(("key", "value"), [("first", 0), ("second", 1)])
def test_pytorch_adds_to_the_same(key: str, value: int) -> None:
    total = torch.zeros((), dtype=torch.float32)
    for channel in CHAPTER[key]:
        total = total + torch.tensor(CHAPTER["input"], dtype=torch.float32)[channel]
    assert total.item() == value


def test_the_hand_proof_is_about_that_witness() -> None:
    """The theorem's own numbers and orders, and its name in the list of those that Coq checks."""
    [(witness, name)] = PROVED_BY_HAND.items()
    assert name in {proof.name for proof in hand_proofs() if proof.file == "Orders"}
    text = (proofs_folder() / "coq" / "hand" / "Orders.v").read_text()
    values = {"two_to_24": 2**24, "one": 1, "minus_two_to_24": -(2**24)}
    written = re.search(r"Definition three_channels .* := nth c \[(.*)\] zero\.", text)
    assert written
    assert [values[v] for v in written[1].split("; ")] == list(witness.input) == CHAPTER["input"]
    assert "Definition all_ones (c : nat) : binary32 := one." in text
    assert list(witness.weight) == CHAPTER["weight"] == [1, 1, 1]
    proof = text[text.index(f"Theorem {name}") :].partition("Qed.")[0]
    orders = [[int(c) for c in found.split("; ")] for found in re.findall(r"\[(\d(?:; \d)*)\]%nat", proof)]
    assert orders == [list(witness.first), list(witness.second)] == [CHAPTER["first"], CHAPTER["second"]]
    assert witness.dtype == CHAPTER["dtype"] == "float32"


@pytest.mark.parametrize(
    "changes",
    [
        {"weight": [1, 1, 1.5]},
        {"first": [2, 0, 1]},
        {"dtype": "float64", "input": [2**53, 1, -(2**53)]},
        {"dtype": "float16", "input": [2048, 1, -2048]},
    ],
)
def test_another_witness_has_no_hand_proof(changes: dict[str, Any]) -> None:
    assert decide({**CHAPTER, **changes}).backing == "computed"


@pytest.mark.parametrize(("dtype", "large"), LARGE.items())
def test_orders_that_differ_and_that_agree(dtype: str, large: int) -> None:
    table = {**CHAPTER, "dtype": dtype, "input": [large, 1, -large]}
    assert decide(table).kind is Kind.PROVED
    for changes in ({"second": [1, 0, 2]}, {"first": [0, 2, 1]}, {"input": [large // 2, 1, -large // 2]}):
        verdict = decide({**table, **changes})
        value = float(numpy_sum({**table, **changes}, "first"))
        assert (verdict.kind, verdict.counterexample) == (Kind.REFUTED, {"first": value, "second": value})
        assert verdict.detail == f"these two orders agree: both {dtype} sums are {value:.0f}"


def test_products_are_rounded_before_they_are_added() -> None:
    """(1 + 2^-12)^2 is 1 + 2^-11 in float32: added unrounded, 2^-24 would be left."""
    near = 1 + 2.0**-12
    table = {**CHAPTER, "input": [-1 - 2.0**-11, near], "weight": [1, near], "first": [0, 1], "second": [1, 0]}
    verdict = decide(table)
    assert (verdict.kind, verdict.counterexample) == (Kind.REFUTED, {"first": 0.0, "second": 0.0})


def finite(dtype: str) -> st.SearchStrategy[float]:
    """Numbers of a format: any bits, and small integers times powers of 2, whose sums often are ties."""
    width = {"float16": 16, "float32": 32}[dtype]
    limit = {"float16": 5, "float32": 100}[dtype]
    near = st.tuples(st.integers(-9, 9), st.integers(-limit, limit)).map(lambda t: float(t[0] * Fraction(2) ** t[1]))
    return near | st.integers(-40, 40).map(float) | st.floats(width=width, allow_nan=False, allow_infinity=False)  # type: ignore[arg-type]


def tables(dtype: str) -> st.SearchStrategy[dict[str, Any]]:
    def table(n: int) -> st.SearchStrategy[dict[str, Any]]:
        numbers, order = st.lists(finite(dtype), min_size=n, max_size=n), st.permutations(range(n))
        keys = {"input": numbers, "weight": numbers, "first": order, "second": order, "dtype": st.just(dtype)}
        return st.fixed_dictionaries(keys)

    return st.integers(1, 6).flatmap(table)


@given(st.sampled_from(list(BITS)).flatmap(tables))
def test_as_numpy_adds(table: dict[str, Any]) -> None:
    first, second = (numpy_sum(table, key) for key in ("first", "second"))
    if not (np.isfinite(first) and np.isfinite(second)):
        with pytest.raises(ClaimError, match=r"makes a sum that overflows float(16|32); take smaller numbers\."):
            decide(table)
        return
    verdict = decide(table)
    assert verdict.kind is (Kind.REFUTED if first == second else Kind.PROVED)
    if first == second:
        assert verdict.counterexample == {"first": first, "second": second}
    else:
        told = re.search(r" is (\S+) in the order .* and (\S+) in the order", verdict.detail)
        assert told
        assert [float(told[1]), float(told[2])] == [first, second]


def test_a_machine_that_adds_in_another_way_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_computed_sum", lambda witness, order: 1.0)
    verdict = decide()
    assert (verdict.kind, verdict.backing) == (Kind.UNDECIDED, "")
    assert verdict.detail == (
        "IEEE 754 makes the two float32 sums 0 and 1, NumPy on this machine 1 and 1: the two must agree"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"first": [0, 1, 1]}, "first=[0, 1, 1]: is no order of 3 channels; write each of 0 to 2 once."),
        ({"second": [0, 1]}, "second=[0, 1]: is no order of 3 channels"),
        ({"second": [1, 2, 3]}, "second=[1, 2, 3]: is no order of 3 channels"),
        ({"second": [0, True, 2]}, "second=[0, True, 2]: is no order of 3 channels"),
        ({"second": [0, 1.0, 2]}, "second=[0, 1.0, 2]: is no order of 3 channels"),
        ({"first": None}, "first=None: is no order of 3 channels"),
        ({"weight": [1, 1]}, "weight=[1, 1]: has 2 numbers, and input 3; write one for each channel."),
        ({"input": []}, "input=[]: is no list of 1 to 1,000 numbers; write one number for each channel."),
        ({"input": 5}, "input=5: is no list of 1 to 1,000 numbers"),
        ({"weight": [1] * 1001}, "weight=[1, 1, 1, 1, 1, 1, ...]: is no list of 1 to 1,000 numbers"),
        ({"input": [1] * 10**6}, "input=[1, 1, 1, 1, 1, 1, ...]: is no list of 1 to 1,000 numbers"),
        ({"input": [1, 0.1, 1]}, "input=[1, 0.1, 1]: has 0.1, which is no number of float32; write numbers that the "
         "dtype holds exactly."),
        ({"input": [1, 1, 2**24 + 1]}, "has 16777217, which is no number of float32"),
        ({"input": [1, 1, 2**128]}, "which is no number of float32"),
        ({"input": [1, 1, 2**128 - 1]}, "which is no number of float32"),
        ({"input": [1, 1, 10**(10**6)]}, "input=a very large number: has a very large number, which is no number of"),
        ({"input": [1, 1, 2.0**-150]}, "which is no number of float32"),
        ({"input": [1, 1, float("inf")]}, "has inf, which is no number of float32"),
        ({"input": [1, 1, float("nan")]}, "has nan, which is no number of float32"),
        ({"input": [1, 1, True]}, "has True, which is no number of float32"),
        ({"input": [1, 1, "1"]}, "has '1', which is no number of float32"),
        ({"input": [1, 1, [1]]}, "has [1], which is no number of float32"),
        ({"dtype": "float16"}, "has 16777216, which is no number of float16"),
        ({"dtype": "float8"}, "dtype='float8': is no dtype of a witness; use one of float16, float32, float64."),
        ({"dtype": "bfloat16"}, "dtype='bfloat16': is no dtype of a witness"),
        ({"dtype": ["float32"]}, "dtype=['float32']: is no dtype of a witness"),
        ({"dtype": None}, "dtype=None: is no dtype of a witness"),
        ({"input": [2**127, 2**127, 0]}, "first=[0, 1, 2]: makes a sum that overflows float32; take smaller numbers."),
        ({"input": [2**127, -(2**127), 2**127], "first": [0, 1, 2]}, "second=[0, 2, 1]: makes a sum that overflows"),
        ({"weight": [2**100, 2**100, 2**100], "input": [2**100, 0, -(2**100)]}, "first=[0, 1, 2]: makes a sum that"),
        ({"third": [0]}, "'third': is not known; use input, weight, first, second, dtype."),
        ({3: [0]}, "3: is not known; use input"),
    ],
)  # fmt: skip
def test_malformed_witnesses(changes: dict[Any, Any], message: str) -> None:
    table = {key: value for key, value in {**CHAPTER, **changes}.items() if value is not None}
    with pytest.raises(ClaimError) as caught:
        decide(table)
    text = str(caught.value)
    assert text.startswith("claim='a': orders.")
    assert message in text
    assert "\n" not in text
    assert len(text) < 500


@pytest.mark.parametrize("table", [3, "float32", [CHAPTER], None])
def test_what_is_no_table(table: Any) -> None:
    with pytest.raises(ClaimError, match=r"is no table; write orders = \{ input = \.\.\., weight = \.\.\., first"):
        decide(table)


def test_other_keys_are_refused() -> None:
    with pytest.raises(ClaimError, match="claim='a': below: is not known beside 'orders'; use layer"):
        decide(below="1")


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
VALUES = LEAVES | st.lists(LEAVES, max_size=4) | st.dictionaries(st.text(max_size=2), LEAVES, max_size=2)


@given(st.fixed_dictionaries({}, optional={key: st.just(value) | VALUES for key, value in CHAPTER.items()}))
def test_whatever_stands_in_the_table(table: dict[str, Any]) -> None:
    try:
        assert decide(table).kind in (Kind.PROVED, Kind.REFUTED)
    except ClaimError as error:
        assert "orders" in str(error)  # noqa: PT017 - a verdict is as good
