"""HOLDS_WHEN: each choice listed really holds, each other really fails; and how conditions are worded."""

from __future__ import annotations

import copy
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symconv as sc
from symconv.claims import Kind, Report
from symconv.claims.outcome import condition_text
from symconv.errors import ClaimError

OPEN = ("C10", "C11", "C16", "C17", "C22")


def alone(data: dict[str, Any], claim: str, choice: dict[str, Any]) -> Kind:
    """The claim with one choice made for good, by the layer's own argument or the check's own key."""
    changed = copy.deepcopy(data)
    entry = next(c for c in changed["claim"] if c["id"] == claim)
    del entry["open"]
    for check in entry.get("check", [entry]):
        for name, value in choice.items():
            if name == "bias":
                changed["layers"][check["layer"]]["bias"] = value
            elif name == "padding_aware":
                check["padding_aware"] = value
            elif name == "operation":
                check["quantity"] = check["quantity"].format(operation=value)
            else:  # rounding has no key of its own: one choice twice
                entry["open"] = {name: [value, value]}
    changed["claim"] = [entry]
    return sc.audit(changed).verdicts[claim].kind


def meets(condition: str, choice: dict[str, Any]) -> bool:
    words = {f"{name}={value}" for name, value in choice.items()}
    return any(set(clause.split(" and ")) <= words for clause in condition.split(" or "))


@pytest.mark.parametrize("claim", OPEN)
def test_choices_listed_hold_and_others_fail(chapter: Report, chapter_data: dict[str, Any], claim: str) -> None:
    choices = next(c for c in chapter_data["claim"] if c["id"] == claim)["open"]
    condition = chapter.verdicts[claim].condition or ""
    for values in product(*choices.values()):
        choice = dict(zip(choices, values, strict=True))
        expected = Kind.PROVED if meets(condition, choice) else Kind.REFUTED
        assert alone(chapter_data, claim, choice) is expected, choice


NAMES = {"a": (0, 1), "b": (0, 1), "c": (0, 1, 2)}
EVERYTHING = [dict(zip(NAMES, values, strict=True)) for values in product(*NAMES.values())]


@given(st.sets(st.sampled_from(range(len(EVERYTHING))), min_size=1, max_size=len(EVERYTHING) - 1))
def test_a_condition_covers_the_good_choices_and_no_other(good: set[int]) -> None:
    condition = condition_text([EVERYTHING[place] for place in sorted(good)], EVERYTHING)
    assert {place for place, choice in enumerate(EVERYTHING) if meets(condition, choice)} == good


def test_a_claim_that_fails_for_one_choice_and_is_measured_for_the_other_is_undecided(decide: Any) -> None:
    formula = {"layer": "conv", "quantity": "memory.grad_bias", "formula": "c_o"}
    checks = [formula, {"layer": "conv", "measure": "differing_elements"}]
    assert decide(open={"bias": [True, False]}, check=checks).kind is Kind.UNDECIDED


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"colour": [1, 2]}, "claim='a': open.colour: is no choice; use one of bias, padding_aware, operation, "
         "rounding."),
        ({"bias": [1, 0]}, "claim='a': open.bias=1: is no value of that choice; use some of True, False."),
        ({"bias": [True]}, "claim='a': open.bias=[True]: is no list of 2 to 8 values; list the choices."),
        ({"operation": ["macs", "sums"]}, "claim='a': open.operation='sums': is no value of that choice; use some of "
         "multiplications, additions, macs, flops."),
    ],
)  # fmt: skip
def test_messages_about_choices(decide: Any, choices: dict[str, Any], message: str) -> None:
    with pytest.raises(ClaimError) as caught:
        decide(open=choices, equal=["1", "1"])
    assert str(caught.value) == message
