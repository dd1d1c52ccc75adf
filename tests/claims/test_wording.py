"""Verdicts do not depend on wording: another form of a claim gets the same one, and one change refutes it.

Forms and changes are drawn with fixed seeds; that two formulas are equal, or differ, is seen by evaluating their texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import pytest

from oracles.wording import CHANGES, FORMS, WHOLE, differ
from symconv.claims import Kind, Report, Verdict

Reword = Callable[..., Verdict]
#: Where a formula of the chapter stands: the claim, the check in it (if it has several), the key, the entry of a list;
#: and how many forms and changes are tried.
Place = tuple[str, int | None, str, int | None]
FORMULAS: dict[Place, tuple[int, int]] = {
    ("C02", 1, "equal", 0): (14, 20),
    ("C06", None, "formula", None): (28, 20),
    ("C07", 1, "formula", 1): (14, 20),
    ("C07", 1, "formula", 2): (14, 20),
    ("C08", None, "formula", None): (14, 10),
    ("C13", None, "formula_of_size", 0): (28, 40),
    ("C14", None, "output_size", 1): (14, 10),
    ("C16", 0, "formula", None): (14, 20),
    ("C16", 1, "formula", None): (14, 20),
    ("C17", None, "formula", None): (28, 30),
    ("C18", None, "formula", None): (28, 20),
    ("C19", None, "formula", None): (14, 10),
    ("C20", 0, "formula", None): (14, 5),
    ("C21", None, "formula", None): (14, 10),
    ("C22", None, "ratio", None): (14, 10),
    ("C23", None, "difference", None): (14, 10),
}


def formula(data: Mapping[str, Any], place: Place) -> str:
    """The formula at a place."""
    value, number = written_at(data, place), place[3]
    return str(value if number is None else value[number])


def with_formula(data: Mapping[str, Any], place: Place, text: str) -> dict[str, Any]:
    """The key with another formula at the place."""
    value, number = written_at(data, place), place[3]
    return {place[2]: text if number is None else [*value[:number], text, *value[number + 1 :]]}


def written_at(data: Mapping[str, Any], place: Place) -> Any:
    claim, check, key, _ = place
    entry = next(c for c in data["claim"] if c["id"] == claim)
    return (entry if check is None else entry["check"][check])[key]


def forms(text: str, number: int, seed: str) -> Iterator[str]:
    """So many other forms of a formula, some of them by two rewritings."""
    random = Random(seed)
    for turn in range(number):
        made = FORMS[turn % len(FORMS)](text, random)
        made = made if turn < len(FORMS) else random.choice(WHOLE)(made, random)
        assert not differ(text, made, random), made
        yield made


def changes(text: str, number: int, seed: str) -> Iterator[str]:
    """So many formulas with one change, each of them with other values somewhere."""
    random = Random(seed)
    found = 0
    while found < number:
        made = CHANGES[found % len(CHANGES)](text, random)
        if differ(text, made, random):
            found += 1
            yield made


def name(place: Place) -> str:
    return " ".join(str(part) for part in place if part is not None)


@pytest.mark.parametrize("place", FORMULAS, ids=name)
def test_another_form_of_a_formula(chapter: Report, chapter_data: dict[str, Any], reword: Reword, place: Place) -> None:
    """The same verdict, at the same sizes, with the same correction."""
    expected = chapter.verdicts[place[0]]
    for made in forms(formula(chapter_data, place), FORMULAS[place][0], f"form {name(place)}"):
        verdict = reword(place[0], place[1], **with_formula(chapter_data, place, made))
        assert (verdict.kind, verdict.condition) == (expected.kind, expected.condition), made
        assert (verdict.counterexample, verdict.corrected) == (expected.counterexample, expected.corrected), made
        assert verdict.backing.split()[0] == expected.backing.split()[0], made


@pytest.mark.parametrize("place", FORMULAS, ids=name)
def test_one_change_of_a_formula(chapter: Report, chapter_data: dict[str, Any], reword: Reword, place: Place) -> None:
    """What was proved is refuted; what held for some choices is refuted, or holds for others."""
    before = chapter.verdicts[place[0]]
    for made in changes(formula(chapter_data, place), FORMULAS[place][1], f"change {name(place)}"):
        verdict = reword(place[0], place[1], **with_formula(chapter_data, place, made))
        other_choices = verdict.kind is before.kind is Kind.HOLDS_WHEN and verdict.condition != before.condition
        assert verdict.kind is Kind.REFUTED or other_choices, made
        assert verdict.counterexample is not None, made


# ------------------------------------------------------------------ growth
GROWTH = {"C09": ("c_i", "c_o", "o_h", "o_w"), "C24": ("c_o", "c_i")}


@pytest.mark.parametrize("claim", GROWTH)
def test_growth_in_other_words(chapter: Report, chapter_data: dict[str, Any], reword: Reword, claim: str) -> None:
    """A constant factor changes no growth."""
    place = (claim, None, "grows_as", None)
    for turn, made in enumerate(forms(formula(chapter_data, place), 14, f"form {claim}")):
        scaled = f"7/3*({made})" if turn % 2 else made
        verdict = reword(claim, **with_formula(chapter_data, place, scaled))
        assert verdict.kind is chapter.verdicts[claim].kind, scaled


@pytest.mark.parametrize(("claim", "factor"), [(claim, factor) for claim, found in GROWTH.items() for factor in found])
def test_growth_with_one_factor_more_or_less(
    chapter_data: dict[str, Any], reword: Reword, claim: str, factor: str
) -> None:
    place = (claim, None, "grows_as", None)
    text = formula(chapter_data, place)
    for made in (f"{text}*{factor}", text.replace(factor, "1", 1), f"({text})/{factor}**2"):
        assert reword(claim, **with_formula(chapter_data, place, made)).kind is Kind.REFUTED, made
