"""Claims that a statement, with reshaped tensors or without, is what a layer computes."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

import pytest

import symconv as sc
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
    assert verdict.kind is Kind.PROVED
    assert verdict.theorems[0].says == "the statement is the layer's definition, with U and F put in"
    assert verdict.backing.startswith(f"certificate {verdict.theorems[0].hash[:12]} and ")


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
    assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "computed")


@pytest.mark.parametrize(
    "view",
    [
        "for o < c_o, i < c_i: M[o, 0] = W[o, i, 0, 0]",
        "for o < c_o, i < c_i: M[o, 2*i] = W[o, i, 0, 0]",
        "for o < c_o: M[o, o] = W[o, 0, 0, 0]",
        "for o < c_o, i < c_i - 1: M[o, i] = W[o, i, 0, 0]",
        "for o < c_o, i < c_i, u < k_h: M[o, i] = W[o, i, u, 0]",
        "for o < c_o, i < c_i: M[o, i + 1] = W[o, i, 0, 0]",
    ],
)
def test_a_view_that_leaves_entries_out_or_defines_them_twice_is_refused(decide: Any, view: str) -> None:
    with pytest.raises(ClaimError, match="does not define each entry of M once; write a mixed-radix number"):
        decide(layer="plain", statement=PLAIN, tensors={"M": ["c_o", "c_i"]}, views=[view])


POINTWISE = {
    "kind": "Conv2d", "in_channels": "c_i", "out_channels": "c_o", "kernel_size": 1, "bias": False,
    "input": [1, "c_i", "h", "w"],
}  # fmt: skip
MATMUL = "for n < 1, o < c_o, y < h, x < w: Y[n, o, y, x] = sum(i < c_i) {}*X[0, i, y, x]"


@pytest.mark.parametrize(
    ("read", "view"),
    [
        ("M[o, i]", "for o < c_o, i < c_i: M[o, i] = W[o, i, 0, 0]"),
        ("M[o, i]", "for o < c_o, i < c_i: M[o, i] = sum(u < 1) W[o, i, u, u]"),
        ("M[o, c_i - 1 - i]", "for o < c_o, i < c_i: M[o, c_i - 1 - i] = W[o, i, 0, 0]"),
        ("2*M[o, i]", "for o < c_o, i < c_i: M[o, i] = 1/2*W[o, i, 0, 0]"),
        ("M[o, i]", "for i < c_i, o < c_o: M[o, i] = W[o, i, 0, 0]*[i < c_i]"),
    ],
)
def test_a_view_can_be_any_definition(decide: Any, read: str, view: str) -> None:
    claim = {"layer": "p", "tensors": {"M": ["c_o", "c_i"]}, "views": [view]}
    assert decide({"p": POINTWISE}, statement=MATMUL.format(read), **claim).kind is Kind.PROVED
    assert decide({"p": POINTWISE}, statement=MATMUL.format(f"2*{read}"), **claim).kind is Kind.REFUTED


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
    assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "computed")
    assert verdict.counterexample
    assert verdict.corrected


def test_the_snippet_shows_two_numbers(decide: Any) -> None:
    verdict = decide(layer="plain", statement=PLAIN.replace("y + u", "y + k_h - 1 - u"))
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(verdict.snippet, "snippet", "exec"), {})
    left, right = (float(line.partition("=")[2]) for line in said.getvalue().splitlines())
    assert left != right
    assert all(f"{name} = {size}\n" in verdict.snippet for name, size in (verdict.counterexample or {}).items())


def test_a_difference_beyond_the_smallest_sizes_is_found(decide: Any) -> None:
    """The bracket is 1 up to h = 9."""
    statement = PLAIN.replace("x + v]", "x + v]*[y + u <= 8]")
    verdict = decide(layer="plain", statement=statement)
    assert (verdict.kind, verdict.backing) == (Kind.REFUTED, "computed")
    assert verdict.counterexample == {"c_i": 1, "c_o": 1, "h": 10, "k_h": 1, "k_w": 1, "w": 1}
    # that no smaller sizes will do is known only where the machine was quick enough to try them all
    assert verdict.detail.replace("the smallest sizes ", "") == (
        "false at c_i=1, c_o=1, h=10, k_h=1, k_w=1, w=1, n=0, o=0, y=9, x=0 with all entries 1: "
        "left = 1, right = 0; what fails: the statement is the layer's definition"
    )
    assert "torch" in verdict.snippet


@pytest.mark.parametrize(
    "statement",
    [
        PLAIN.replace("u, v]*X", "k_h - 1 - u, v]*X").replace("y + u", "y + k_h - 1 - u"),
        PLAIN.replace("= sum", "= 2/2*sum").replace("x + v]", "x + v]*[y + u >= 0]"),
        PLAIN.replace("sum(i", "1/2*sum(i") + PLAIN[PLAIN.index("= sum") + 1 :].replace("sum(i", "+ 1/2*sum(i"),
    ],
)
def test_what_is_true_in_another_form_is_proved(decide: Any, statement: str) -> None:
    verdict = decide(layer="plain", statement=statement)
    assert verdict.kind is Kind.PROVED
    assert sc.check(verdict.theorems[0].certificate, verdict.theorems[0].statement)


def test_what_is_read_outside_and_cancels_is_no_statement(decide: Any) -> None:
    """X[h] - X[h] is 0 wherever X[h] is something; the definition reads inside."""
    outside = "sum(i < c_i) W[o, i, 0, 0]*X[n, i, y + h, x]"
    verdict = decide(layer="plain", statement=f"{PLAIN} + {outside} - {outside}")
    assert verdict.kind is Kind.REFUTED
    assert verdict.detail.startswith("the claimed statement has no value there")


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
