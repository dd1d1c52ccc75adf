"""Verdicts on statements and on layers in a row do not depend on wording, and depend on every coefficient."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

import symconv as sc
from symconv.claims import Kind, Report, Verdict

#: Pairs of words of the chapter's statements, each with others that mean the same.
SAME: dict[str, tuple[tuple[str, str], ...]] = {
    "C01": (
        ("i <= c_i", "i < c_i + 1"), ("u < k_h", "u <= k_h - 1"), ("y + u", "u + y"),
        ("v < k_w", "v < 2*k_w - k_w"),
        ("sum(i <= c_i, u < k_h, v < k_w)", "sum(v < k_w, i <= c_i, u < k_h)"),
        ("sum(i <= c_i, u < k_h, v < k_w)", "sum(u < k_h) sum(i <= c_i) sum(v < k_w)"),
        ("W[o, i, u, v]*X[n, i, y + u, x + v]", "X[n, i, y + u, x + v]*W[o, i, u, v]"),
        ("W[o, i, u, v]*X[n, i, y + u, x + v]", "W[o, i, k_h - 1 - u, v]*X[n, i, y + k_h - 1 - u, x + v]"),
        ("= sum(", "= 3/3*sum("), ("y < h - k_h + 1", "y <= h - k_h"), ("x < w - k_w + 1", "x < 1 - k_w + w"),
    ),
    "C04": (
        ("u < k_h", "u <= k_h - 1"), ("y + u", "2*y + u - y"), ("i < c_i", "i < (c_i**2 + c_i)/(c_i + 1)"),
        ("sum(i < c_i) sum(u < k_h, v < k_w)", "sum(u < k_h, i < c_i, v < k_w)"),
        ("sum(i < c_i) sum(u < k_h, v < k_w)", "sum(v < k_w) sum(u < k_h) sum(i < c_i)"),
        ("X[n, i, y + u, x + v]*W[o, i, u, v]", "W[o, i, u, v]*X[n, i, y + u, x + v]"),
        ("X[n, i, y + u, x + v]*W[o, i, u, v]", "X[n, i, y + u, x + k_w - 1 - v]*W[o, i, u, k_w - 1 - v]"),
        ("X[n, i, y + u, x + v]*W[o, i, u, v]", "X[n, c_i - 1 - i, y + u, x + v]*W[o, c_i - 1 - i, u, v]"),
        ("*W[o, i, u, v]", "*W[o, i, u, v]*[u <= k_h]"), ("*W[o, i, u, v]", "*W[o, i, u, v]*[0 <= x + v < w]"),
        ("= sum(", "= 2*1/2*sum("), ("y < h - k_h + 1", "y <= h - k_h"), ("X[n, ", "X[0, "),
        ("x < w - k_w + 1", "x < w + 1 - k_w"), ("y + u", "(2*y + 2*u + 1)//2"),
        ("v < k_w", "v < max(k_w, 1)"),
    ),
    "C05": (
        ("sum(i < c_i)", "sum(i <= c_i - 1)"), ("M[o, i]*Z[i, y*w + x]", "Z[i, y*w + x]*M[o, i]"),
        ("y*w + x]", "x + w*y]"), ("y < h, x < w: Y", "y <= h - 1, x < w: Y"), ("= sum", "= 1*sum"),
        ("M[o, i]*Z[i,", "M[o, c_i - 1 - i]*Z[c_i - 1 - i,"),
    ),
    "C27": (
        ("r < c_i*k_h*k_w", "r <= k_w*k_h*c_i - 1"), ("U[y*m_w + x, r]*F[r, o]", "F[r, o]*U[x + y*m_w, r]"),
        ("y < m_h", "y < h - k_h + 1"), ("= sum", "= 2/2*sum"),
    ),
}  # fmt: skip
#: Several words at once in others that mean the same.
SAME_VIEWS: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "C04": ((("n < 1, ", ""), ("[n, ", "[0, ")),),
    "C05": (
        (("Z[i, y*w + x]", "Z[i, x*h + y]"),), (("Z[i, y*w + x] = X[0, i, y, x]", "Z[i, x + w*y] = X[0, i, y, x]"),),
        (("for i < c_i, y < h, x < w: Z", "for x < w, i <= c_i - 1, y < h: Z"),),
        (("M[o, i]", "M[i, o]"), ('"c_o", "c_i"', '"c_i", "c_o"')),
        (("y*w + x", "(h - 1 - y)*w + x"),),
    ),
    "C27": (
        (("(i*k_h + u)*k_w + v", "(u*k_w + v)*c_i + i"),), (("(i*k_h + u)*k_w + v", "i*(k_w*k_h) + v + u*k_w"),),
        (("y*m_w + x", "x*m_h + y"),), (("(i*k_h + u)*k_w + v", "(v*c_i + i)*k_h + u"),),
    ),
}  # fmt: skip
INDICES = (("u", "q"), ("v", "t"), ("i", "j"), ("y", "a"), ("x", "b"), ("o", "e"))
#: Words that mean something else.
OTHERS: dict[str, tuple[tuple[str, str], ...]] = {
    "C04": (
        ("i < c_i", "i <= c_i"), ("i < c_i", "i < c_i - 1"), ("u < k_h", "u < k_h - 1"), ("u < k_h", "u < k_w"),
        ("v < k_w", "v <= k_w"), ("v < k_w", "v < 1"), ("y + u", "y + u + 1"), ("y + u", "y - u"),
        ("y + u", "y + 2*u"),
        ("y + u", "2*y + u"), ("y + u", "y + v"), ("x + v", "x"), ("x + v", "v"), ("x + v", "x + v - 1"),
        ("W[o, i, u, v]", "W[o, i, v, u]"), ("W[o, i, u, v]", "W[i, o, u, v]"), ("W[o, i, u, v]", "W[o, 0, u, v]"),
        ("W[o, i, u, v]", "W[o, i, k_h - 1 - u, v]"), ("W[o, i, u, v]", "W[o, c_i - 1 - i, u, v]"),
        ("X[n, i,", "X[n, o,"),
        ("= sum", "= 2*sum"), ("= sum", "= -sum"), ("= sum", "= 1/2*sum"), ("= sum", "= c_i*sum"),
        ("y < h -", "y < h + 1 -"),
        ("x < w - k_w + 1", "x < w"), ("x < w - k_w + 1", "x < w - k_w"),
        ("W[o, i, u, v]", "W[o, i, u, v]*[u >= 1]"),
        ("W[o, i, u, v]", "W[o, i, u, v]*[u = v]"), ("W[o, i, u, v]", "W[o, i, u, v] + 1"), ("*W[o, i, u, v]", ""),
        ("W[o, i, u, v]", "W[o, i, u, v]*[y + u >= 1]"), ("o < c_o", "o < c_i"), ("o < c_o", "o <= c_o"),
    ),
    "C05": (
        ("sum(i < c_i)", "sum(i <= c_i)"), ("Z[i, y*w + x]\"", "Z[i, x*w + y]\""),
        ("= sum", "= 2*sum"), ("M[o, i]*", "M[i, o]*"), ("W[o, i, 0, 0]", "W[i, o, 0, 0]"),
        ("W[o, i, 0, 0]", "2*W[o, i, 0, 0]"),
        ("X[0, i, y, x]", "X[0, i, x, y]"), ("X[0, i, y, x]", "X[0, 0, y, x]"),
        ("X[0, i, y, x]", "X[0, c_i - 1 - i, y, x]"),
        ("*Z[i,", "*Z[0,"), ("*Z[i,", "*Z[c_i - 1 - i,"),
    ),
    "C27": (
        ("r < c_i*k_h*k_w", "r < c_i*k_h*k_w - 1"), ("r < c_i*k_h*k_w", "r < c_i"),
        ("y + u, x + v]", "y + u, x + u]"),
        ("y + u, x + v]", "y + v, x + u]"), ("y + u, x + v]", "y, x]"), ("W[o, i, u, v]", "W[o, i, v, u]"),
        ("W[o, i, u, v]", "-W[o, i, u, v]"), ("W[o, i, u, v]", "W[o, i, 0, v]"), ("= sum", "= 3*sum"),
        ("F[r, o]\"", "F[r, 0]\""),
        ("U[y*m_w + x, r]*", "U[x, r]*"), ("X[0, i, y", "X[0, c_i - 1 - i, y"),
    ),
}  # fmt: skip


@pytest.fixture
def replaced(chapter_data: dict[str, Any], reword: Callable[..., Verdict]) -> Callable[..., Verdict]:
    """The verdict with words of a statement, its views and their shapes replaced."""

    def verdict(claim: str, *pairs: tuple[str, str]) -> Verdict:
        entry = next(c for c in chapter_data["claim"] if c["id"] == claim)
        text = json.dumps({key: entry[key] for key in ("statement", "views", "tensors") if key in entry})
        for old, new in pairs:
            assert old in text, (claim, old)
            text = text.replace(old, new)
        return reword(claim, **json.loads(text))

    return verdict


def is_same(verdict: Verdict, expected: Verdict) -> bool:
    return (verdict.kind, verdict.counterexample, verdict.corrected) == (
        expected.kind,
        expected.counterexample,
        expected.corrected,
    )


@pytest.mark.parametrize("claim", SAME)
def test_a_statement_in_other_words(chapter: Report, replaced: Callable[..., Verdict], claim: str) -> None:
    """One pair of words at a time, and several drawn together."""
    random = Random(claim)
    pairs = [(pair,) for pair in SAME[claim]] + list(SAME_VIEWS.get(claim, ()))
    for words in pairs:
        assert is_same(replaced(claim, *words), chapter.verdicts[claim]), words
    for _ in range(8):
        (old, new), other = random.choice(SAME[claim]), random.choice(SAME[claim])
        words = (
            ((old, new), other) if other[0] != old and other[0] not in old and old not in other[0] else ((old, new),)
        )
        assert is_same(replaced(claim, *words), chapter.verdicts[claim]), words


@pytest.mark.parametrize("claim", SAME)
def test_a_statement_with_other_names_of_indices(
    chapter: Report, chapter_data: dict[str, Any], reword: Callable[..., Verdict], claim: str
) -> None:
    entry = next(c for c in chapter_data["claim"] if c["id"] == claim)
    for old, new in INDICES:
        keys = {key: entry[key] for key in ("statement", "views") if key in entry}
        renamed = json.loads(re.sub(rf"\b{old}\b", new, json.dumps(keys)))
        assert is_same(reword(claim, **renamed), chapter.verdicts[claim]), (old, new)


@pytest.mark.parametrize("claim", SAME)
def test_a_sum_in_parts(
    chapter: Report, chapter_data: dict[str, Any], reword: Callable[..., Verdict], claim: str
) -> None:
    """By linearity, by cases of an index, and with what cancels."""
    statement = next(c for c in chapter_data["claim"] if c["id"] == claim)["statement"]
    head, body = statement.split("= ", 1)
    v = "r" if claim == "C27" else "i"
    for parts in (
        f"1/3*{body} + 2/3*{body}",
        f"2*{body} - {body}",
        f"{body}*[{v} <= y] + {body}*[{v} >= y + 1]",
        f"{body} + {body}*[{v} >= x] - {body}*[{v} >= x]",
        f"{body}*[{v} <= x] + {body}*[{v} > x]",
    ):
        verdict = reword(claim, statement=f"{head}= {parts}")
        assert verdict.kind is chapter.verdicts[claim].kind, parts


@pytest.mark.parametrize("claim", OTHERS)
def test_one_change_of_a_statement(replaced: Callable[..., Verdict], claim: str) -> None:
    for words in OTHERS[claim]:
        verdict = replaced(claim, words)
        assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "computed"), words
        assert verdict.counterexample is not None, words


# ------------------------------------------------------------------ two layers
SECOND_INPUTS = (
    ("h + 1 - k_h1", "w - (k_w1 - 1)"),
    ("h - k_h1 + k_h1//k_h1", "(2*w - 2*k_w1 + 2)/2"),
    ("floor((2*(h - k_h1) + 1)/2) + 1", "w - k_w1 + 1"),
    ("max(h - k_h1 + 1, h - k_h1)", "w - k_w1 + 1"),
)


def with_layers(data: Mapping[str, Any], claim: str, **layers: Mapping[str, Any]) -> Verdict:
    changed_layers = {**data["layers"], **{n: {**data["layers"][n], **keys} for n, keys in layers.items()}}
    entry = next(c for c in data["claim"] if c["id"] == claim)
    return sc.audit({**data, "layers": changed_layers, "claim": [entry]}).verdicts[claim]


@pytest.mark.parametrize(("h", "w"), SECOND_INPUTS)
def test_two_layers_in_other_words(chapter: Report, chapter_data: dict[str, Any], h: str, w: str) -> None:
    expected = chapter.verdicts["C12"]
    verdict = with_layers(chapter_data, "C12", second={"input": [1, 1, h, w]})
    assert (verdict.kind, verdict.detail) == (expected.kind, expected.detail)
    spelled = {"stride": 1, "padding": [0, "0"], "dilation": ["1", 1], "groups": 1}
    assert with_layers(chapter_data, "C12", first=spelled, second=spelled).kind is Kind.PROVED


@pytest.mark.parametrize(
    "second",
    [
        {"padding": 1}, {"padding": [0, 1]}, {"padding": [[1, 0], 0]}, {"padding": 2}, {"padding": ["P_h", 0]},
        {"padding": 1, "dilation": 2}, {"padding": 1, "stride": 2}, {"padding": "same"},
    ],
)  # fmt: skip
def test_two_layers_with_padding_between(chapter_data: dict[str, Any], second: dict[str, Any]) -> None:
    verdict = with_layers(chapter_data, "C12", second=second)
    assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "computed")
    assert verdict.counterexample
