"""Two notations: PyTorch's (C_in, K_h, P_h per side) and the textbook's (c_i, k_h, p_h for both sides together)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from sympy import Expr, Symbol, ceiling

from symconv.layers.arguments import Size
from symconv.layers.base import Layer
from symconv.statements import symbol

NOTATIONS = ("torch", "d2l")

#: PyTorch's standard names and the textbook's; what the textbook has no name for is written small.
_RENAMED = {
    "C_in": "c_i",
    "C_out": "c_o",
    "G": "g",
    **{f"{a.upper()}_in": f"n_{a}" for a in "ldhw"},
    **{f"{letter}_{a}": f"{letter.lower()}_{a}" for letter in "KSD" for a in "ldhw"},
}


def in_d2l(layer: Layer, shape: tuple[Size, ...]) -> tuple[Layer, tuple[Size, ...]]:
    """The layer and its input with the standard symbols renamed, and each standard padding P_h written in totals.

    The total p_h splits into ceiling(p_h/2) before and the rest behind.  Source: Zhang, Lipton, Li, Smola, Dive into
    Deep Learning (2023), section 7.3.
    """
    renamed = {symbol(old): symbol(new) for old, new in _RENAMED.items()}

    def rename(value: Any) -> Any:
        return value.xreplace(renamed) if isinstance(value, Expr) else value

    def split(value: Any) -> Any:
        if isinstance(value, Symbol) and value.name in {f"P_{a}" for a in "ldhw"}:
            total = symbol(f"p_{value.name[2:]}")
            return (ceiling(total / 2), total - ceiling(total / 2))
        return rename(value)

    changed = {
        field.name: _mapped(getattr(layer, field.name), split if field.name == "padding" else rename)
        for field in dataclasses.fields(layer)  # type: ignore[arg-type]
    }
    return dataclasses.replace(layer, **changed), _mapped(shape, rename)  # type: ignore[type-var]


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    return tuple(_mapped(v, change) for v in value) if isinstance(value, tuple) else change(value)
