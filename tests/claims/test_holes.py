"""False claims that were proved once, or true ones refuted: each the smallest example of a hole that was closed."""

from __future__ import annotations

from typing import Any

import pytest

from symconv.claims import Kind
from symconv.errors import ClaimError

O_H = {"o_h": "floor((h - k_h + p_h)/s_h) + 1"}
STRIDED = {
    "kind": "Conv2d", "in_channels": "c_i", "out_channels": "c_o", "kernel_size": ["k_h", "k_w"], "bias": False,
    "input": [1, "c_i", "h", "w"],
}  # fmt: skip
OUTPUT = "for n < 1, o < c_o, y < h - k_h + 1, x < w - k_w + 1: Y[n,o,y,x] = sum(i < c_i, u < k_h, v < k_w) "


@pytest.mark.parametrize(
    ("left", "right", "divisor"),
    [
        ("(a**2 - b**2)/(a - b)", "a + b", "a - b"),
        ("p_h/p_h", "1", "p_h"),
        ("a*(p_h + p_w)/(p_h + p_w)", "a", "p_h + p_w"),
        ("floor((a*(b - c) + 1)/(b - c))", "a + floor(1/(b - c))", "b - c"),
        ("mod(a, p_h)", "mod(a, p_h)", "p_h"),
        ("1/(a - b)", "1", "a - b"),
    ],
)
def test_a_divisor_that_can_be_zero(decide: Any, left: str, right: str, divisor: str) -> None:
    verdict = decide(equal=[left, right])
    assert verdict.kind is Kind.REFUTED
    assert verdict.detail == f"the claim has no value there: it divides by {divisor}"


@pytest.mark.parametrize(
    ("sides", "domain"),
    [
        (["(a**2 - b**2)/(a - b)", "a + b"], ["a > b"]),
        (["(a**2 - b**2)/(a - b)", "a + b"], ["b >= a + 1"]),
        (["p_h/p_h", "1"], ["1 <= p_h"]),
        (["(a + p_h)/(a + p_h)", "1"], []),
    ],
)
def test_a_divisor_that_cannot_be_zero(decide: Any, sides: list[str], domain: list[str]) -> None:
    assert decide(equal=sides, domain=domain).kind is Kind.PROVED


def test_a_divisor_that_is_zero_at_large_sizes_only(decide: Any) -> None:
    verdict = decide(equal=["(a*b*c - 8000)/(a*b*c - 8000)", "1"])
    assert verdict.kind is Kind.UNDECIDED
    assert verdict.detail.endswith("; nothing shows that a*b*c - 8000 is never 0")


def test_a_divisor_of_an_abbreviation_counts(decide: Any) -> None:
    assert decide(None, {"q": "(a - b)/(a - b)", "r": "q + 1"}, equal=["r", "2"]).kind is Kind.REFUTED


def test_per_nothing(decide: Any) -> None:
    verdict = decide(layer="plain", quantity="backward_bias.flops", per="0", formula="7")
    assert verdict.kind is Kind.REFUTED
    assert verdict.detail == "the claim has no value there: it divides by 0"


@pytest.mark.parametrize("name", ["o_h", "t"])
def test_only_sizes_of_the_layer_are_scaled(decide: Any, name: str) -> None:
    with pytest.raises(ClaimError, match=rf"scales {name}, which is no size of the layer; use some of c_i, c_o, h,"):
        decide(None, O_H, layer="conv", quantity="forward.macs", scale={name: f"2*{name}"}, ratio="1")


def test_a_scaled_size_stays_a_size(decide: Any) -> None:
    verdict = decide(layer="plain", quantity="memory.parameters", scale={"k_h": "k_h - 1"}, ratio="1/2")
    assert (verdict.counterexample or {})["k_h"] == 3  # a kernel of no rows is none, one of 2 halves


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ({"h": "c_i - 1"}, "names.h='c_i - 1': is already a size of the layer; use another name"),
        ({"a": "a + 1"}, "names.a='a + 1': uses a, which has no meaning yet; define a before it"),
        ({"a": "b + 1", "b": "a + 1"}, "names.a='b + 1': uses b, which has no meaning yet; define b before it"),
        ({"a": "b + 1", "b": "3"}, "names.a='b + 1': uses b, which has no meaning yet; define b before it"),
    ],
)
def test_names_mean_one_thing(decide: Any, names: dict[str, str], reason: str) -> None:
    with pytest.raises(ClaimError) as caught:
        decide(None, names, layer="plain", quantity="memory.parameters", formula="h + a")
    assert str(caught.value) == f"claim='a': {reason}."


def test_a_bound_of_the_domain_stops_growth(decide: Any) -> None:
    """k_h*k_w stays below 10, though it is no constant: not refuted as if k_h could grow."""
    outputs = "c_i*c_o*(h - k_h + 1)*(w - k_w + 1)"
    domain = ["k_h <= 3", "k_w <= 3"]
    assert decide(layer="plain", quantity="forward.macs", grows_as=outputs, domain=domain).kind is Kind.UNDECIDED


def test_a_floor_over_what_can_be_negative_has_no_sign(decide: Any) -> None:
    floor = "floor((h - k_h + p_h)/(s_h - s_w))"
    shape = f"(c_o*c_i*k_h*k_w + c_o)*(2 + {floor})/(1 + {floor})"
    assert decide(layer="conv", quantity="memory.parameters", grows_as=shape).kind is not Kind.PROVED


def test_groups_divide_channels(decide: Any) -> None:
    layer = {"kind": "Conv1d", "in_channels": "c", "out_channels": "o", "kernel_size": 1, "groups": "g", "bias": False}
    layers = {"grouped": {**layer, "input": [1, "c", "l"]}}
    right = decide(layers, layer="grouped", quantity="memory.parameters", formula="c*o/g")
    wrong = decide(layers, layer="grouped", quantity="memory.parameters", formula="c*o")
    assert right.kind is Kind.PROVED
    assert wrong.counterexample == {"c": 2, "g": 2, "o": 2}


def test_a_kernel_of_no_size_is_none(decide: Any) -> None:
    layer = {"kind": "Conv1d", "in_channels": 1, "out_channels": 1, "kernel_size": "a - b", "input": [1, 1, "l"]}
    verdict = decide({"odd": layer}, layer="odd", quantity="memory.grad_weight", formula="1")
    assert verdict.counterexample == {"a": 3, "b": 1, "l": 2}


@pytest.mark.parametrize("factor", ["(u - v)/(u - v)", "(y - x)/(y - x)", "(p_h + u)/(p_h + u)"])
def test_a_factor_without_a_value_somewhere(decide: Any, factor: str) -> None:
    assert decide(layer="plain", statement=f"{OUTPUT} {factor}*W[o,i,u,v]*X[n,i,y+u,x+v]").kind is not Kind.PROVED


def test_a_name_of_the_definition_can_mean_something_else(decide: Any) -> None:
    """H_out is the definition's own name of the output's height; o_h keeps its meaning all the same."""
    names = {f"o_{a}": f"floor(({a} - k_{a})/s_{a}) + 1" for a in "hw"} | {"H_out": "h", "W_out": "w"}
    text = OUTPUT.replace("h - k_h + 1", "o_h").replace("w - k_w + 1", "o_w") + "W[o,i,u,v]*X[n,i,s_h*y+u,s_w*x+v]"
    layers = {"strided": {**STRIDED, "stride": ["s_h", "s_w"]}}
    assert decide(layers, names, layer="strided", statement=text).kind is Kind.PROVED
    wrong = text.replace("y < o_h", "y < H_out")
    assert decide(layers, names, layer="strided", statement=wrong).kind is Kind.REFUTED


@pytest.mark.parametrize("name", ["bound0", "bound1", "bound2", "free0"])
def test_a_size_named_like_an_index_of_the_normal_form(decide: Any, name: str) -> None:
    verdict = decide(layer="plain", statement=f"{OUTPUT} W[o,i,u,v]*X[n,i,y+{name},x+v]")
    assert verdict.kind is not Kind.PROVED


def test_a_view_out_of_bounds(decide: Any) -> None:
    """V[-1] does not exist, nor does X[h]: that the two shifts cancel proves nothing."""
    verdict = decide(
        layer="plain",
        statement=f"{OUTPUT} W[o,i,u,v]*V[n,i,y+u-1,x+v]",
        tensors={"V": ["1", "c_i", "h", "w"]},
        views=["for n < 1, i < c_i, y < h, x < w: V[n,i,y,x] = X[n,i,y+1,x]"],
    )
    assert verdict.kind is Kind.REFUTED


@pytest.mark.parametrize(
    ("tensors", "views", "reason"),
    [
        ({"X": ["1", "c_i", "h", "1"]}, [], "gives a shape to X, which the layer has; use another name."),
        ({}, ["for n < 1, i < c_i, y < h, x < w: X[n,i,y,x] = W[n,i,x,y]"], "define X, which is already defined"),
        (
            {"V": ["1", "c_i", "h", "w"]},
            [f"for n < 1, i < c_i, y < h, x < w: V[n,i,y,x] = X[n,i,y,{x}]" for x in ("0", "x")],
            "define V, which is already defined; use another name.",
        ),
    ],
)
def test_tensors_are_defined_once(decide: Any, tensors: dict[str, Any], views: list[str], reason: str) -> None:
    with pytest.raises(ClaimError) as caught:
        decide(layer="plain", statement=f"{OUTPUT} W[o,i,u,v]*X[n,i,y+u,x+v]", tensors=tensors, views=views)
    assert reason in str(caught.value)


def test_what_is_read_outside_at_larger_sizes_only(decide: Any) -> None:
    """X[y + 2*h] does not exist; it cancels, and is read where y >= 4."""
    text = f"{OUTPUT} W[o,i,u,v]*X[n,i,y+u,x+v]"
    outside = "sum(i < c_i) W[o,i,0,0]*X[n,i,y+2*h,x]*[y >= 4]"
    verdict = decide(layer="plain", statement=f"{text} + {outside} - {outside}")
    assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "computed")
    assert (verdict.counterexample or {})["h"] == 5


def test_a_choice_of_cases_is_one_number(decide: Any) -> None:
    """The greatest common divisor is no polynomial; what is proved holds for any integer in its place."""
    verdict = decide(equal=["gcd(a, b)*(c + 1)", "c*gcd(a, b) + gcd(a, b)"])
    assert verdict.kind is Kind.PROVED
    assert verdict.theorems[0].says.endswith(" = c*gcd(a, b) + gcd(a, b), with c0 for Gcd(a, b)")
    assert decide(equal=["gcd(a, b)", "a"]).kind is Kind.REFUTED
    assert decide(equal=["gcd(2*a, 2*b)", "2*gcd(a, b)"]).kind is Kind.UNDECIDED


@pytest.mark.parametrize("domain", [["a >= b or b >= a"], ["not a = b", "a > b or b > 1"]])
def test_conditions_that_no_proof_can_assume_are_left_out(decide: Any, domain: list[str]) -> None:
    verdict = decide(equal=["(a + b)**2", "a**2 + 2*a*b + b**2"], domain=domain)
    assert verdict.kind is Kind.PROVED
    assert verdict.theorems[0].statement.assuming == ()


def test_that_a_quotient_is_an_integer_is_assumed(decide: Any) -> None:
    claim = {"layer": "plain", "quantity": "memory.parameters", "scale": {"k_h": "k_h/2"}}
    verdict = decide(**claim, ratio="floor(k_h/2)/k_h")
    assert verdict.kind is Kind.PROVED
    assert decide(**claim, ratio="floor(k_h/3)/k_h").kind is Kind.REFUTED
