"""The verdicts of the chapter's claims, and their counterexamples: the smallest, and real in PyTorch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import symconv as sc
from oracles.counting import count
from oracles.documents import NO_PDFLATEX, typeset
from oracles.numbers import Numbers
from symconv.claims import Kind, Report
from symconv.factoring import Irreducible
from symconv.prover import checker

KINDS = {
    **dict.fromkeys(("C02", "C03", "C04", "C05", "C07", "C09", "C12", "C13", "C27"), "PROVED"),
    **dict.fromkeys(("C01", "C06", "C08", "C14", "C15", "C18", "C19", "C20", "C21", "C23", "C24", "C28"), "REFUTED"),
    **dict.fromkeys(("C10", "C11", "C16", "C17", "C22"), "HOLDS_WHEN"),
    **dict.fromkeys(("C25", "C26"), "MEASURED"),
}
CONDITIONS = {
    "C10": "operation=macs",
    "C11": "operation=macs and rounding=down",
    "C16": "bias=False",
    "C17": "bias=False and padding_aware=False",
    "C22": "bias=True or operation=macs",
}
CORRECTED = {
    "C06": "c_o*(c_i + 1)",
    "C08": "c_o",
    "C10": "2 GFLOP",
    "C24": "c_o*c_i*h*w",
    "C28": "a program that calls corr2d_matmul",
}
#: What stands behind each verdict beside certificates, and for which claims there are such.
BESIDE = {
    **dict.fromkeys(("C02", "C03", "C10", "C11", "C16", "C17", "C22", "C01", "C14"), "computed"),
    **dict.fromkeys(("C06", "C08", "C18", "C19", "C20", "C23", "C24"), "computed"),
    "C21": "computed, derived",
    "C25": "hand proof layer_depends_on_the_order_of_its_sum, computed, measured",
    "C26": "measured",
    "C28": "tested",
}
WITHOUT_CERTIFICATE = ("C01", "C03", "C14", "C25", "C26", "C28")
Point = dict[str, int]


@pytest.mark.parametrize("claim", KINDS)
def test_kind(chapter: Report, claim: str) -> None:
    assert chapter.verdicts[claim].kind == KINDS[claim]


def test_every_claim_has_a_verdict(chapter: Report, chapter_data: dict[str, Any]) -> None:
    assert list(chapter.verdicts) == [claim["id"] for claim in chapter_data["claim"]]
    assert set(KINDS) == set(chapter.verdicts)


@pytest.mark.parametrize(("claim", "condition"), CONDITIONS.items())
def test_condition(chapter: Report, claim: str, condition: str) -> None:
    assert chapter.verdicts[claim].condition == condition


@pytest.mark.parametrize(("claim", "corrected"), CORRECTED.items())
def test_correction(chapter: Report, claim: str, corrected: str) -> None:
    assert chapter.verdicts[claim].corrected == corrected


@pytest.mark.parametrize("claim", KINDS)
def test_backing(chapter: Report, claim: str) -> None:
    verdict = chapter.verdicts[claim]
    first, *others = verdict.backing.split(", ")
    certified = claim not in WITHOUT_CERTIFICATE
    assert first.startswith("certificate ") is certified
    assert ", ".join(others if certified else [first, *others]) == BESIDE.get(claim, "")
    if certified and claim != "C15":
        assert first.split()[1] == verdict.theorems[0].hash[:12]
    assert bool(verdict.theorems) is (certified and claim != "C15")


def test_every_certificate_is_accepted_with_its_statement(chapter: Report) -> None:
    files = chapter.certificates()
    names = [name.removesuffix(".certificate.json") for name in files if name.endswith(".certificate.json")]
    assert len(names) > 40
    for name in names:
        certificate, statement = (json.dumps(files[f"{name}.{part}.json"]) for part in ("certificate", "statement"))
        checker.check_text(certificate, statement)
    with pytest.raises(checker.Rejected):
        checker.check_text(json.dumps(files["C04.1.certificate.json"]), json.dumps(files["C05.1.statement.json"]))


def test_the_kernel_that_does_not_split_is_told_with_its_certificate(chapter: Report) -> None:
    data = chapter.certificates()["C15.kernel.json"]
    assert data == chapter.verdicts["C15"].witness
    found = Irreducible(data["field"], data["certificate"])
    assert sc.check_factorisation(found, np.array(data["kernel"])[None, None])
    digits = sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    assert chapter.verdicts["C15"].backing == f"certificate {digits[:12]}"


def test_every_theorem_is_checked_for_its_statement(chapter: Report) -> None:
    for verdict in chapter.verdicts.values():
        for theorem in verdict.theorems:
            assert sc.check(theorem.certificate, theorem.statement), theorem


@pytest.mark.skipif(NO_PDFLATEX, reason="pdflatex is not installed")
def test_the_report_is_a_clean_document(chapter: Report, tmp_path: Path) -> None:
    typeset(chapter.latex(), tmp_path)


def test_no_verdict_stands_in_the_file(chapter_data: dict[str, Any]) -> None:
    for claim in chapter_data["claim"]:
        words = str({key: value for key, value in claim.items() if key != "says"})
        assert not any(kind in words for kind in Kind), claim["id"]


def numbers(p: Point, bias: bool = True) -> Numbers:
    """The chapter's layer; a total padding splits into its upper and lower half."""
    sides = tuple((-(-p[t] // 2), p[t] // 2) for t in ("p_h", "p_w"))
    kernel, stride = (p["k_h"], p["k_w"]), (p["s_h"], p["s_w"])
    sizes = (p["h"], p["w"])
    return Numbers("conv", 1, p["c_i"], p["c_o"], 1, sizes, kernel, stride, (1, 1), sides, (0, 0), bias)


def flops(p: Point, *parts: str, bias: bool = True) -> int:
    found = count(numbers(p, bias), padding_aware=False)
    return sum(found[part].multiplications + found[part].additions for part in parts)


def outputs(p: Point) -> int:
    return ((p["h"] - p["k_h"] + p["p_h"]) // p["s_h"] + 1) * ((p["w"] - p["k_w"] + p["p_w"]) // p["s_w"] + 1)


def weights(p: Point) -> int:
    return p["c_o"] * p["c_i"] * p["k_h"] * p["k_w"]


def memory(p: Point) -> int:
    return p["c_i"] * p["h"] * p["w"] + weights(p) + p["c_o"] + p["c_o"] * outputs(p)


def doubled(p: Point, *names: str) -> Point:
    return {**p, **{name: 2 * p[name] for name in names}}


BACKWARD = ("backward_input", "backward_weight", "backward_bias")
#: What each claim says, and what is so, by counting.
SIDES: dict[str, tuple[Callable[[Point], Any], Callable[[Point], Any]]] = {
    "C06": (lambda p: p["c_o"] * p["c_i"] + 1, lambda p: p["c_o"] * p["c_i"] + p["c_o"]),
    "C08": (lambda p: p["c_o"] * p["c_i"], lambda p: p["c_o"]),
    "C16": (
        lambda p: (p["c_i"] * p["k_h"] * p["k_w"] - 1) * p["c_o"] * outputs(p),
        lambda p: count(numbers(p), False)["forward"].additions,
    ),
    "C17": (
        lambda p: (2 * p["c_i"] * p["k_h"] * p["k_w"] - 1) * p["c_o"] * outputs(p),
        lambda p: flops(p, "forward"),
    ),
    "C18": (
        lambda p: p["c_i"] * p["h"] * p["w"] + p["c_o"] * p["c_i"] * outputs(p) + weights(p) + p["c_o"],
        memory,
    ),
    "C19": (
        lambda p: weights(p) + p["c_o"],
        lambda p: memory(p) + p["c_i"] * p["h"] * p["w"] + weights(p) + p["c_o"],
    ),
    "C20": (
        lambda p: p["c_i"] * p["k_h"] * p["k_w"] * weights(p),
        lambda p: count(numbers(p), False)["backward_weight"].multiplications,
    ),
    "C21": (
        lambda p: (2 * p["c_i"] * p["k_h"] * p["k_w"] - 1) * p["c_o"] * outputs(p) + p["c_o"],
        lambda p: flops(p, *BACKWARD),
    ),
    "C22": (
        lambda p: 4 * flops(p, "forward", bias=False),
        lambda p: flops(doubled(p, "c_i", "c_o"), "forward", bias=False),
    ),
    "C23": (
        lambda p: p["p_h"] * p["p_w"] * p["c_i"] * p["c_o"] / (p["s_h"] * p["s_w"]),
        lambda p: flops(doubled(p, "p_h", "p_w"), "forward") - flops(p, "forward"),
    ),
}
LEAST = {"p_h": 0, "p_w": 0}
NAMES = ("c_i", "c_o", "h", "k_h", "k_w", "p_h", "p_w", "s_h", "s_w", "w")


def smaller(names: list[str], point: Point) -> Iterator[Point]:
    """All sizes up to ``point``, it included: by their sum, then lexicographically by name."""

    def with_sum(left: list[str], total: int) -> Iterator[tuple[int, ...]]:
        if not left:
            if total == 0:
                yield ()
            return
        for first in range(LEAST.get(left[0], 1), total + 1):
            for rest in with_sum(left[1:], total - first):
                yield (first, *rest)

    for total in range(sum(point.values()) + 1):
        for values in with_sum(names, total):
            found = dict(zip(names, values, strict=True))
            yield found
            if found == point:
                return


@pytest.mark.parametrize("claim", SIDES)
def test_counterexample_is_the_smallest(chapter: Report, claim: str) -> None:
    point = dict(chapter.verdicts[claim].counterexample or {})
    claimed, right = SIDES[claim]
    refuting = [
        p
        for p in smaller(sorted(point), point)
        if (full := {name: LEAST.get(name, 1) for name in NAMES} | p)
        and all(full[f"k_{a}"] <= full[a] + full[f"p_{a}"] for a in "hw")
        and claimed(full) != right(full)
    ]
    assert refuting == [point]


def modules(point: Point) -> tuple[nn.Conv2d, torch.Tensor, torch.Tensor]:
    p = {name: LEAST.get(name, 1) for name in NAMES} | point
    (top, bottom), (left, right) = numbers(p).sides
    conv = nn.Conv2d(p["c_i"], p["c_o"], (p["k_h"], p["k_w"]), (p["s_h"], p["s_w"]))
    x = torch.zeros(1, p["c_i"], p["h"], p["w"])
    return conv, x, conv(nn.functional.pad(x, (left, right, top, bottom)))


def parameters(conv: nn.Conv2d) -> int:
    return sum(parameter.numel() for parameter in conv.parameters())


#: What PyTorch's tensors say.
IN_TORCH: dict[str, Callable[[nn.Conv2d, torch.Tensor, torch.Tensor], int]] = {
    "C06": lambda conv, x, y: parameters(conv),
    "C08": lambda conv, x, y: conv.bias.numel(),  # type: ignore[union-attr]
    "C18": lambda conv, x, y: x.numel() + y.numel() + parameters(conv),
    "C19": lambda conv, x, y: 2 * x.numel() + y.numel() + 2 * parameters(conv),
}


@pytest.mark.parametrize("claim", IN_TORCH)
def test_counterexample_is_real_in_torch(chapter: Report, claim: str) -> None:
    point = dict(chapter.verdicts[claim].counterexample or {})
    full = {name: LEAST.get(name, 1) for name in NAMES} | point
    claimed, right = SIDES[claim]
    found = IN_TORCH[claim](*modules(point))
    assert found == right(full) != claimed(full)


def test_the_inclusive_sum_has_no_last_channel(chapter: Report) -> None:
    point = dict(chapter.verdicts["C01"].counterexample or {})
    x = torch.zeros(1, point["c_i"], point["h"], point["w"])
    with pytest.raises(IndexError):
        x[0, point["c_i"]]
