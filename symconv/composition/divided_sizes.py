"""Sizes that are divided, written as products: then no statement about them has a quotient.

Channels are a group's channels times the groups.  A common divisor of the steps d1 and s1*d2 is a product of a divisor
of s1 and one of d2, so that s1 = g*s, d2 = h*e and d1 = g*h*d: all sizes with a common divisor g*h are such products.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Mul, Symbol

from symconv.composition.sized import Sized
from symconv.statements import Gcd, Names


def products(layers: Sequence[Sized]) -> dict[Expr, Expr] | None:
    """What stands for divided sizes of the first layer, the second and the one; ``None`` where it cannot be said."""
    names = Names(s.name for layer in layers for s in layer.symbols)
    steps = _step_products(layers, names)
    return None if steps is None else {**_channel_products(layers, names), **steps}


def _channel_products(layers: Sequence[Sized], names: Names) -> dict[Expr, Expr]:
    """Channels that are symbols and are divided by groups that are another symbol."""
    found: dict[Expr, Expr] = {}
    for layer in layers:
        for channels in (layer.inputs, layer.outputs):
            divided = isinstance(channels, Symbol) and isinstance(layer.groups, Symbol) and channels != layer.groups
            if divided and channels not in found:
                found[channels] = layer.groups * names.size(f"{channels}_per_{layer.groups}")
    return found


def _step_products(layers: Sequence[Sized], names: Names) -> dict[Expr, Expr] | None:
    """Products for the steps whose greatest common divisor is the dilation of the one layer on some axis."""
    values: dict[Expr, Expr] = {}
    for first, second, one in zip(*(layer.axes for layer in layers), strict=True):
        if isinstance(one.dilation, Gcd) and one.dilation not in values:
            found = _with_divisor(one.dilation, first.dilation, first.stride * second.dilation, names)
            if found is None or set(found) & set(values):
                return None
            values |= found
    return values


def _with_divisor(divisor: Expr, inner: Expr, outer: Expr, names: Names) -> dict[Expr, Expr] | None:
    """Outer's factors, each a share of the divisor times a rest, and inner; ``None`` where not all are symbols."""
    parts = Mul.make_args(outer)
    if divisor != Gcd(inner, outer) or not all(isinstance(e, Symbol) for e in (inner, *parts)) or inner in parts:
        return None
    shares = [names.size("g") for _ in parts]
    rests = {part: share * names.size(part.name) for part, share in zip(parts, shares, strict=True)}
    return {divisor: Mul(*shares), inner: Mul(*shares, names.size(inner.name)), **rests}
