"""Amounts: rounding, units and rates."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symconv.claims import Kind
from symconv.claims.amounts import decimal, parse_amount, rounded
from symconv.errors import ClaimError

AT = {"c_i": 10, "c_o": 10, "k_h": 3, "k_w": 3, "h": 12, "w": 12}  # 90,000 macs
MACS = {"layer": "plain", "quantity": "forward.macs", "at": AT}


@given(st.fractions(min_value=Fraction(1, 10**9), max_value=10**18), st.integers(1, 6))
def test_rounding_keeps_the_digits_and_errs_by_less_than_one_unit(value: Fraction, digits: int) -> None:
    down, nearest = rounded(value, digits, "down"), rounded(value, digits, "nearest")
    exponent = len(str(int(down))) if down >= 1 else 1 - next(e for e in range(1, 40) if down * 10**e >= 1)
    unit = Fraction(10) ** (exponent - digits)
    assert (down / unit).denominator == (nearest / unit).denominator == 1
    assert 0 <= value - down < unit
    assert abs(value - nearest) <= unit / 2


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 GFLOP", 10**9), ("0.15 TFLOP/s", 15 * 10**10), ("18 h", 64800), ("14 min", 840), ("2 d", 172800),
     ("1.5 kB", 1500), ("3 B", 3), ("7 MAC", 7)],
)  # fmt: skip
def test_units(text: str, value: int) -> None:
    amount = parse_amount(text)
    assert amount is not None
    assert amount.value == value


@pytest.mark.parametrize(
    "text", ["1", "GFLOP", "1GFLOP", "1  GFLOP", "-1 FLOP", "1e3 FLOP", "1 gflop", ".5 h", 3, None]
)
def test_what_is_no_amount(text: object) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("amount", "more", "kind"),
    [
        ("90 kFLOP", {}, "PROVED"),
        ("90 kMAC", {}, "PROVED"),
        ("91 kFLOP", {}, "REFUTED"),
        ("9 kFLOP", {}, "REFUTED"),
        ("0.09 MFLOP", {}, "PROVED"),
        ("93 kFLOP", {"quantity": "forward.additions", "times": "21/20"}, "PROVED"),
        ("2 GFLOP", {"times": "2*10**4", "digits": 1}, "PROVED"),
        ("1 s", {"rate": "90 kFLOP/s"}, "PROVED"),
        ("90 min", {"rate": "1 kFLOP/s", "times": "60"}, "PROVED"),
        ("45 s", {"rate": "1.8 kFLOP/s"}, "REFUTED"),
        ("3.6 kB", {"quantity": "memory.grad_weight", "dtype": "float32"}, "PROVED"),
        ("1.8 kB", {"quantity": "memory.grad_weight", "dtype": "float16"}, "PROVED"),
        ("0 FLOP", {"times": "0"}, "PROVED"),
    ],
)
def test_amounts(decide: Any, amount: str, more: dict[str, Any], kind: str) -> None:
    assert decide(**{**MACS, "amount": amount, **more}).kind == kind


def test_a_refuted_amount_tells_the_right_one(decide: Any) -> None:
    verdict = decide(**MACS, amount="1 GFLOP", times="7776/3")
    assert (verdict.kind, verdict.corrected) == (Kind.REFUTED, "0.23 GFLOP")
    assert verdict.detail == "it is about 0.2332 GFLOP"


@pytest.mark.parametrize(("value", "text"), [(Fraction(1, 3), "about 0.3333"), (Fraction(7), "7"), (Fraction(0), "0")])
def test_decimals(value: Fraction, text: str) -> None:
    assert decimal(value) == text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": "1 parsec"}, "amount='1 parsec': is no number with a unit; write '1 GFLOP'"),
        ({"amount": "10.04 kFLOP"}, "amount='10.04 kFLOP': has more than 2 significant digits; write digits = 3"),
        ({"digits": True}, "digits=True: must be from 1 to 18; write digits = 2."),
        ({"amount": "1 kB"}, "amount='1 kB': is in bytes; take a quantity 'memory...', and dtype = 'float32'."),
        ({"quantity": "memory.parameters"}, "is no unit of memory.parameters; take a quantity such as"),
        ({"amount": "9 MAC", "quantity": "forward.flops"}, "is in MAC, and forward.flops counts others; write FLOP"),
        ({"amount": "1 s"}, "amount='1 s': needs a rate where it is a time, and only there; add rate"),
        ({"rate": "1 FLOP/s"}, "amount='90 kFLOP': needs a rate where it is a time, and only there; add rate"),
        ({"amount": "1 s", "rate": "0 FLOP/s"}, "rate='0 FLOP/s': is no rate above 0; write rate = '12 TFLOP/s'."),
        ({"amount": "1 s", "rate": "3 h"}, "rate='3 h': is no rate above 0; write rate = '12 TFLOP/s'."),
        ({"times": "-1"}, "times='-1': makes the amount negative; write a positive number."),
        ({"at": {**AT, "h": 1}}, "is outside what the claim is about: the layer has no output there"),
        ({"at": {**AT, "o_h": 1}}, "has 'o_h', which is no size of the layer; use c_i, c_o, h, k_h, k_w, w."),
        ({"at": {"c_i": 1}}, "at={'c_i': 1}: gives no value to c_o, h, k_h, k_w, w; give every size a number."),
        ({"at": {**AT, "h": 10**4000}}, "is no table of sizes; write at = "),
        ({"at": {**AT, "h": True}}, "is no table of sizes; write at = "),
    ],
)
def test_messages(decide: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ClaimError) as caught:
        decide(**{**MACS, "amount": "90 kFLOP", **changes})
    assert message in str(caught.value)
    assert str(caught.value).startswith("claim='a': ")
