"""The normal form of statements: blind to names and order, and to nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Dummy

from symconv.layers import Conv2d, Conv3d
from symconv.statements import Statement, count, size
from symconv.statements.grammar import parse_statement
from symconv.statements.normal import normal_key, same_statement

SHAPES: dict[str, Any] = {"Y": ("n",), "X": ("n", "m"), "Z": ("n", "m"), "w": ("m",), "v": ("m",)}
BASE = "for i < n: Y[i] = sum(j < m) X[i, j]*w[j]"


def read(text: str) -> Statement:
    return parse_statement(text, SHAPES)


@pytest.mark.parametrize(
    "text",
    [
        "for a < n: Y[a] = sum(b < m) w[b]*X[a, b]",
        "for j < n: Y[j] = sum(i < m) X[j, i]*w[i]",
        "for i < n: Y[i] = sum(k < 1) sum(j < m) X[i, j + k]*w[j]",
        "for i < n: Y[i] = sum(j <= m - 1) X[i, j]*w[j]",
        "for i < n, k < 1: Y[i + k] = sum(j < m) X[i, j]*w[j]",
    ],
)
def test_the_same(text: str) -> None:
    assert same_statement(read(text), read(BASE))


@pytest.mark.parametrize(
    "text",
    [
        "for i < n: Y[i] = sum(j < n) X[i, j]*w[j]",
        "for i < m: Y[i] = sum(j < m) X[i, j]*w[j]",
        "for i < n: Y[i] = sum(j < m) X[j, i]*w[j]",
        "for i < n: Y[i] = sum(j < m) X[i, j]*w[i]",
        "for i < n: Y[i] = sum(j < m) Z[i, j]*w[j]",
        "for i < n: Y[i] = sum(j < m) X[i, j]*v[j]",
        "for i < n: Y[i] = 2*sum(j < m) X[i, j]*w[j]",
        "for i < n: Y[i] = 1*(sum(j < m) X[i, j]*w[j])",
        "for i < n: Y[i] = sum(j < m) X[i, j]*w[j]*[j >= i]",
        "for i < n: Y[i] = sum(j < m) X[i, j]*w[j] + sum(j < m) X[i, j]*w[j]",
        "for i < n: Y[i] = sum(j < m, k < 2) X[i, j]*w[j]",
        "for i < n: Y[i] = sum(j < m) sum(k < m) X[i, j]*w[k]",
        "for i < n: Y[i] = sum(j < m) X[i, j]",
        "for i < n: Y[n - 1 - i] = sum(j < m) X[i, j]*w[j]",
        "for i < n: Y[i] = sum(j < m) X[i, 0]*w[j]",
        "for i < n: Y[i] = sum(j < m) X[i, j]*w[j]*[0 <= j < i]",
    ],
)
def test_not_the_same(text: str) -> None:
    assert not same_statement(read(text), read(BASE))


@pytest.mark.parametrize("name", ["bound0", "bound1", "free0", "free1"])
def test_sizes_are_not_taken_for_indices(name: str) -> None:
    for text in (BASE.replace("w[j]", f"w[{name}]"), BASE.replace("X[i,", f"X[{name},")):
        assert not same_statement(read(text), read(BASE))


@pytest.mark.parametrize("other", [count("m"), Dummy("m", integer=True, positive=True)])
def test_one_name_of_two_symbols(other: Any) -> None:
    assert not same_statement(read(BASE).substitute({size("m"): other}), read(BASE))


def test_equal_brackets_whichever_side_is_first() -> None:
    left, right = (read(f"for i < n: Y[i] = sum(j < m) X[i, j]*[{e}]") for e in ("i = 2*j", "2*j = i"))
    other = read("for i < n: Y[i] = sum(j < m) X[i, j]*[j = 2*i]")
    assert same_statement(left, right)
    assert not same_statement(left, other)


def test_definitions_differ_where_layers_do() -> None:
    layers = [Conv2d(4, 4, 3, **more) for more in ({}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"groups": 2},
              {"bias": False}, {"padding": ((0, 1), 0)}, {"padding": ((1, 0), 0)})]  # fmt: skip
    keys = [normal_key(layer.definition) for layer in (*layers, Conv3d(4, 4, 3))]
    assert len(set(keys)) == len(keys)


def test_many_indices_of_one_extent_stay_quick() -> None:
    names = "abcdefghijkl"
    factors = "*".join(f"w[{name}]" for name in names)
    text = f"Y[0] = sum({', '.join(f'{name} < m' for name in names)}) {factors}"
    assert same_statement(read(text), read(text))
