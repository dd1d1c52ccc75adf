"""What a claim scales: sizes of its layer, each replaced by a formula of the sizes."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic, Eq, Expr, Ge, Symbol, floor, true

from symconv.claims.context import Context
from symconv.statements import Expression
from symconv.statements.binding import put_in


def scaled(context: Context, quantity: Expr) -> tuple[Expr, Expr]:
    """The quantity before and after ``scale``."""
    return quantity, quantity.xreplace(_scale(context))


def scaled_sums(context: Context) -> tuple[Expression, Expression] | None:
    """The same as sums over the index tuples of the layer's statements, where it is such."""
    counted = context.counted()
    if counted is None:
        return None
    scale = _scale(context)
    return counted[0], Expression(tuple(put_in(term, scale) for term in counted[0].terms))


def scaled_conditions(context: Context) -> tuple[Basic, ...]:
    """Where the layer and the scaled one are layers: the conditions of both, and sizes that are no less than sizes."""
    scale = _scale(context)
    conditions = [c.xreplace(scale) for c in context.subject.conditions]
    return tuple(c for c in (*context.subject.conditions, *conditions, *_sizes(scale)) if c != true)


def _sizes(scale: dict[Symbol, Expr]) -> Iterator[Basic]:
    for size, value in scale.items():
        yield Ge(value, 1 if size.is_positive else 0)
        if not value.is_integer:
            yield Eq(floor(value), value)


def _scale(context: Context) -> dict[Symbol, Expr]:
    scale = context.check.data.get("scale")
    if not isinstance(scale, dict) or not scale or not all(isinstance(v, str) for v in scale.values()):
        raise context.error("scale", "is no table of formulas", "write scale = { c_i = '2*c_i' }")
    sizes = context.subject.sizes
    for name in scale:
        if name not in sizes:
            known = ", ".join(sorted(sizes)) or "none"
            raise context.error("scale", f"scales {name}, which is no size of the layer", f"use some of {known}")
    return {sizes[name]: context.subject.formula(value) for name, value in scale.items()}
