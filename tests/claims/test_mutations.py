"""Verdicts are computed: a formula changed in one place is refuted, one written in another way is not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import symconv as sc
from symconv.claims import Kind, Report, Verdict


def reworded(data: dict[str, Any], claim: str, **changes: Any) -> Verdict:
    """The verdict on one claim of the file with other words under some keys; ``None`` drops a key."""
    changed = copy.deepcopy(data)
    entry = next(c for c in changed["claim"] if c["id"] == claim)
    entry.update(changes)
    changed["claim"] = [{key: value for key, value in entry.items() if value is not None}]
    return sc.audit(changed).verdicts[claim]


RIGHT = {
    "C06": "c_o*c_i + c_o",
    "C08": "c_o",
    "C17": "2*c_i*k_h*k_w*o_h*o_w*c_o",
    "C18": "c_i*h*w + c_o*o_h*o_w + c_o*c_i*k_h*k_w + c_o",
    "C19": "2*(c_o*c_i*k_h*k_w + c_o + c_i*h*w) + c_o*o_h*o_w",
}
MUTATIONS = (
    ("c_o", "(c_o + 1)"),
    ("c_o", "c_i"),
    ("c_o", "c_o**2"),
    ("c_o", "2*c_o"),
    ("c_o", "c_o/2"),
    ("+", "-"),
    ("o_h", "o_w"),
    ("o_h", "h"),
    ("o_h", "floor((h - k_h + p_h)/s_h)"),
    ("o_h", "ceil((h - k_h + p_h + s_h)/s_h)"),
    ("o_h", "(h - k_h + p_h + s_h)/s_h"),
    ("2*", "3*"),
)


@pytest.mark.parametrize("claim", RIGHT)
def test_right_formula_is_proved(chapter_data: dict[str, Any], claim: str) -> None:
    assert reworded(chapter_data, claim, formula=RIGHT[claim], open=None).kind is Kind.PROVED


@pytest.mark.parametrize(
    ("claim", "old", "new"),
    [(claim, old, new) for claim, formula in RIGHT.items() for old, new in MUTATIONS if old in formula],
)
def test_one_change_is_refuted(chapter_data: dict[str, Any], claim: str, old: str, new: str) -> None:
    formula = RIGHT[claim].replace(old, new, 1)
    verdict = reworded(chapter_data, claim, formula=formula, open=None)
    assert verdict.kind is Kind.REFUTED
    assert verdict.counterexample


@pytest.mark.parametrize("claim", ["C06", "C08", "C18", "C19", "C21"])
def test_the_correction_is_proved(chapter: Report, chapter_data: dict[str, Any], claim: str) -> None:
    corrected = chapter.verdicts[claim].corrected
    assert reworded(chapter_data, claim, formula=corrected, open=None).kind is Kind.PROVED


@pytest.mark.parametrize(("claim", "key"), [("C22", "ratio"), ("C23", "difference")])
def test_the_correction_of_a_scaling_is_proved(
    chapter: Report, chapter_data: dict[str, Any], claim: str, key: str
) -> None:
    corrected = chapter.verdicts[claim].corrected
    layer = copy.deepcopy(chapter_data)
    layer["layers"]["conv"]["bias"] = claim == "C23"
    verdict = reworded(layer, claim, **{key: corrected, "quantity": "forward.flops", "open": None})
    assert verdict.kind is Kind.PROVED


def test_every_correction_of_several_checks_is_proved(chapter: Report, chapter_data: dict[str, Any]) -> None:
    parts = (chapter.verdicts["C20"].corrected or "").split(", ")
    corrected = dict(part.split(" = ") for part in parts)
    checks = copy.deepcopy(next(c for c in chapter_data["claim"] if c["id"] == "C20")["check"])
    assert {check["quantity"] for check in checks} == set(corrected)
    for check in checks:
        check["formula"] = corrected[check["quantity"]]
    assert reworded(chapter_data, "C20", check=checks, open=None).kind is Kind.PROVED


@pytest.mark.parametrize(
    "formula",
    [
        "2*c_i*k_h*k_w*o_h*o_w*c_o - o_h*o_w*c_o",
        "c_o*o_w*(2*k_w*c_i*k_h - 1)*o_h",
        "(2*c_i*k_h*k_w - 1)*(floor((h - k_h + p_h)/s_h) + 1)*o_w*c_o",
        "(2*c_i*k_h*k_w - 1)*((h - k_h + p_h)//s_h + 1)*o_w*c_o",
        "(2*c_i*k_h*k_w - 1)*(-ceil((k_h - h - p_h)/s_h) + 1)*o_w*c_o",
        "(4*c_i**2*k_h**2*k_w**2 - 1)/(2*c_i*k_h*k_w + 1)*o_h*o_w*c_o",
    ],
)
def test_another_form_gets_the_same_verdict(chapter: Report, chapter_data: dict[str, Any], formula: str) -> None:
    verdict, other = chapter.verdicts["C17"], reworded(chapter_data, "C17", formula=formula)
    assert (other.kind, other.condition) == (verdict.kind, verdict.condition)
    assert (other.counterexample, other.corrected) == (verdict.counterexample, verdict.corrected)


@pytest.mark.parametrize(("formula", "kind"), [("c_i*c_o*o_h*o_w*k_h*k_w*7/3", "PROVED"), ("c_i*c_o*h*w", "REFUTED")])
def test_growth(chapter_data: dict[str, Any], formula: str, kind: str) -> None:
    assert reworded(chapter_data, "C09", grows_as=formula).kind == kind


def test_growth_of_a_correction(chapter: Report, chapter_data: dict[str, Any]) -> None:
    assert reworded(chapter_data, "C24", grows_as=chapter.verdicts["C24"].corrected).kind is Kind.PROVED


@pytest.mark.parametrize(("place", "value"), [(0, 57), (3, 119)])
def test_a_wrong_value_is_refuted(chapter_data: dict[str, Any], place: int, value: int) -> None:
    output = [[56, 72], [104, 120]]
    output[place // 2][place % 2] = value
    checks = copy.deepcopy(next(c for c in chapter_data["claim"] if c["id"] == "C02")["check"])
    checks[0]["output"] = output
    verdict = reworded(chapter_data, "C02", check=checks)
    assert verdict.kind is Kind.REFUTED
    assert verdict.counterexample == {"at": (place // 2, place % 2)}
    assert "[[56, 72], [104, 120]]" in (verdict.corrected or "")
