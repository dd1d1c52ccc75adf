"""Claims that a statement, with reshaped tensors or without, is what a layer computes."""

from __future__ import annotations

from typing import Any

import pytest

from symconv.claims import Kind
from symconv.errors import ClaimError

PLAIN = """for n < 1, o < c_o, y < h - k_h + 1, x < w - k_w + 1:
  Y[n, o, y, x] = sum(i < c_i, u < k_h, v < k_w) W[o, i, u, v]*X[n, i, y + u, x + v]"""
STRIDED = """for n < 1, o < c_o, y < m, x < r:
  Y[n, o, y, x] = sum(i < c_i, u < k, v < k) W[o, i, u, v]*X[n, i, s*y + u, s*x + v]"""
SQUARE = {
    "kind": "Conv2d", "in_channels": "c_i", "out_channels": "c_o", "kernel_size": "k", "stride": "s", "bias": False,
    "input": [1, "c_i", "h", "h"],
}  # fmt: skip


def im2col(axes: str, grouped: bool = False) -> dict[str, Any]:
    """The matrix form of a convolution with any number of axes: windows into rows, kernels into columns."""
    positions, taps = [f"y{a} < h{a} - k{a} + 1" for a in axes], [f"u{a} < k{a}" for a in axes]
    row, column = "0", "i"
    for a in axes:
        row, column = f"({row})*(h{a} - k{a} + 1) + y{a}", f"({column})*k{a} + u{a}"
    read = ", ".join(f"y{a} + u{a}" for a in axes)
    at, kernel = (", ".join(f"{letter}{a}" for a in axes) for letter in "yu")
    rows, columns = "*".join(f"(h{a} - k{a} + 1)" for a in axes), "*".join(["c", *(f"k{a}" for a in axes)])
    return {
        "layer": "conv",
        "statement": f"for n < 1, o < c_o, {', '.join(positions)}: "
        f"Y[n, o, {at}] = sum(r < {columns}) U[{row}, r]*F[r, o]",
        "tensors": {"U": [rows, columns], "F": [columns, "c_o"]},
        "views": [
            f"for {', '.join([*positions, 'i < c', *taps])}: U[{row}, {column}] = X[0, i, {read}]",
            f"for i < c, {', '.join(taps)}, o < c_o: F[{column}, o] = W[o, i, {kernel}]",
        ],
    }


def layer(axes: str) -> dict[str, Any]:
    return {
        "conv": {
            "kind": f"Conv{len(axes)}d", "in_channels": "c", "out_channels": "c_o",
            "kernel_size": [f"k{a}" for a in axes], "bias": False, "input": [1, "c", *(f"h{a}" for a in axes)],
        }
    }  # fmt: skip


@pytest.mark.parametrize("axes", ["x", "yx", "zyx"])
def test_im2col_is_proved(decide: Any, axes: str) -> None:
    verdict = decide(layer(axes), **im2col(axes))
    assert (verdict.kind, verdict.backing) == (Kind.PROVED, "derived")
    assert verdict.detail.startswith("with the reshaped tensors put in")


@pytest.mark.parametrize(
    ("old", "new"),
    [("X[0, i, yy + uy, yx + ux]", "X[0, i, yy + ux, yx + uy]"), ("= W[o, i, uy, ux]", "= W[o, i, ux, uy]"),
     ("= W[o, i, uy, ux]", "= W[o, i, uy, 0]"), ("X[0, i, yy + uy", "X[0, i, yy + 2*uy")],
)  # fmt: skip
def test_im2col_of_other_entries_is_refuted(decide: Any, old: str, new: str) -> None:
    claim = im2col("yx")
    assert any(old in view for view in claim["views"])
    claim["views"] = [view.replace(old, new) for view in claim["views"]]
    verdict = decide(layer("yx"), **claim)
    assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "tested")


@pytest.mark.parametrize(
    "view",
    [
        "for o < c_o, i < c_i: M[o, i] = 2*W[o, i, 0, 0]",
        "for o < c_o, i < c_i: M[o, i] = W[o, i, 0, 0]*W[o, i, 0, 0]",
        "for o < c_o, i < c_i: M[o, i] = sum(u < k_h) W[o, i, u, 0]",
        "for o < c_o, i < c_i: M[o, i] = W[o, i, 0, 0]*[i >= 1]",
        "for o < c_o, i < c_i: M[o, 0] = W[o, i, 0, 0]",
        "for o < c_o, i < c_i: M[o, 2*i] = W[o, i, 0, 0]",
        "for o < c_o: M[o, o] = W[o, 0, 0, 0]",
        "for o < c_o, i < c_i - 1: M[o, i] = W[o, i, 0, 0]",
    ],
)
def test_what_is_no_view_is_refused(decide: Any, view: str) -> None:
    with pytest.raises(ClaimError, match=r"write V|mixed-radix"):
        decide(layer="plain", statement=PLAIN, tensors={"M": ["c_o", "c_i"]}, views=[view])


@pytest.mark.parametrize(
    "statement",
    [
        PLAIN,
        PLAIN.replace("W[o, i, u, v]*X[n, i, y + u, x + v]", "X[n, i, u + y, v + x]*W[o, i, u, v]"),
        PLAIN.replace("i < c_i, u < k_h, v < k_w", "v <= k_w - 1, i < c_i, u < k_h"),
        PLAIN.replace("sum(i < c_i, u < k_h, v < k_w)", "sum(i < c_i) sum(u < k_h) sum(v < k_w)"),
        PLAIN.replace("u", "q").replace("sqm", "sum").replace("x", "z").replace("y", "a"),
        PLAIN.replace("n < 1, ", "").replace("[n, ", "[0, "),
        PLAIN.replace("h - k_h + 1", "1 + h - k_h"),
    ],
)
def test_other_names_and_orders_are_proved(decide: Any, statement: str) -> None:
    assert decide(layer="plain", statement=statement).kind is Kind.PROVED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("i < c_i", "i <= c_i"), ("i < c_i", "i < c_i - 1"), ("u < k_h", "u < k_w"), ("y + u", "y - u"),
        ("y + u", "y + v"), ("y + u", "2*y + u"), ("y + u", "y + u + 1"), ("y + u", "y"), ("y < h - k_h + 1", "y < h"),
        ("y < h - k_h + 1", "y < h - k_h"), ("W[o, i, u, v]", "W[o, i, v, u]"), ("W[o, i,", "W[i, o,"),
        ("W[o, i", "W[o, 0"), ("= sum", "= 2*sum"), ("= sum", "= -sum"), ("X[n, i, y", "X[n, o, y"),
        ("W[o, i, u, v]", "W[o, i, u, v]*W[o, i, u, v]"), ("*X[n, i, y + u, x + v]", ""),
        ("x + v]", "x + v] + 1"), ("x + v]", "x + v]*[u >= 1]"), ("x + v]", "x + v]*[u = v]"),
    ],
)  # fmt: skip
def test_one_change_is_refuted(decide: Any, old: str, new: str) -> None:
    assert old in PLAIN
    verdict = decide(layer="plain", statement=PLAIN.replace(old, new, 1))
    assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "tested")
    assert verdict.counterexample
    assert verdict.corrected


@pytest.mark.parametrize(
    "statement",
    [
        PLAIN.replace("u, v]*X", "k_h - 1 - u, v]*X").replace("y + u", "y + k_h - 1 - u"),
        PLAIN.replace("= sum", "= 2/2*sum").replace("x + v]", "x + v]*[y + u >= 0]"),
        PLAIN.replace("sum(i", "1/2*sum(i") + PLAIN[PLAIN.index("= sum") + 1 :].replace("sum(i", "+ 1/2*sum(i"),
    ],
)
def test_what_is_true_in_another_form_is_not_proved_yet(decide: Any, statement: str) -> None:
    small = {"domain": ["h <= 2", "w <= 2", "c_i <= 2", "c_o <= 1"]}
    verdict = decide(layer="plain", statement=statement, **small)
    assert verdict.kind is Kind.UNDECIDED
    assert verdict.detail.endswith("missing: a proof for all sizes")


def test_two_axes_of_one_size_share_a_name(decide: Any) -> None:
    meaning = "floor((h - k)/s) + 1"
    for names in ({"m": meaning, "r": meaning}, {"m": "floor((h - k + s)/s)", "r": "m"}):
        assert decide({"q": SQUARE}, layer="q", statement=STRIDED, names=names).kind is Kind.PROVED


def test_another_number_of_outputs_is_refuted(decide: Any) -> None:
    names = {"m": "floor((h - k)/s) + 1", "r": "ceil((h - k)/s) + 1"}
    assert decide({"q": SQUARE}, layer="q", statement=STRIDED, names=names).kind is Kind.REFUTED


def test_layers_too_large_to_try_are_not_tried(decide: Any) -> None:
    huge = {"kind": "Conv1d", "in_channels": 10**9, "out_channels": 1, "kernel_size": 1, "bias": False}
    layers = {"huge": {**huge, "input": [1, 10**9, "l"]}}
    statement = f"for n < 1, o < 1, y < l: Y[n, o, y] = sum(i < {10**9}) W[o, i, 0]*X[n, i, 0]"
    assert decide(layers, layer="huge", statement=statement).kind is Kind.UNDECIDED
