"""What is claimed of one spatial axis is claimed of each: its names are written as those of the length, K_l for K_h."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sympy import Basic, Symbol

from symconv.statements import Expression, Proposition, Range, Term

#: H_in, W0_out, D_full; and K_h, y0_w, T_d.
_AXIS_FIRST = re.compile(r"([HWD])(\d*_(?:in|out|full))")
_AXIS_LAST = re.compile(r"(.*_)([hwd])")


def neutral(proposition: Proposition) -> Proposition:
    """The same proposition in the names of the length, where its names are of one other axis only.

    >>> import symconv as sc
    >>> print(neutral(Proposition.of(sc.symbol("H_in"), sc.symbol("K_h"))))
    L_in = K_l
    """
    found = _symbols(proposition)
    renamed = {s: _of_length(s.name) for s in found}
    axes = {axis for _, axis in renamed.values() if axis}
    names = [name for name, _ in renamed.values()]
    if len(axes) != 1 or len(set(names)) < len(names):
        return proposition
    return _put(proposition, {s: Symbol(name, **s.assumptions0) for s, (name, axis) in renamed.items() if axis})


def _of_length(name: str) -> tuple[str, str]:
    """The name as one of the length, and the axis that it is of."""
    if first := _AXIS_FIRST.fullmatch(name):
        return f"L{first[2]}", first[1].lower()
    if last := _AXIS_LAST.fullmatch(name):
        return f"{last[1]}l", last[2]
    return name, ""


def _symbols(proposition: Proposition) -> set[Symbol]:
    terms = (*proposition.left.terms, *proposition.right.terms)
    bound = {r.index for term in terms for r in term.ranges}
    return bound | set(proposition.free_indices) | set(proposition.parameters)


def _put(proposition: Proposition, names: Mapping[Basic, Symbol]) -> Proposition:
    left, right = (
        Expression(tuple(_renamed(term, names) for term in side.terms))
        for side in (proposition.left, proposition.right)
    )
    conditions = tuple(condition.xreplace(dict(names)) for condition in proposition.assuming)
    return Proposition.of(left, right, _ranges(proposition.ranges, names), conditions)


def _renamed(term: Term, names: Mapping[Basic, Symbol]) -> Term:
    put = term.map(lambda e: e.xreplace(dict(names)))
    return Term(_ranges(term.ranges, names), put.brackets, put.factors, put.coefficient)


def _ranges(ranges: tuple[Range, ...], names: Mapping[Basic, Symbol]) -> tuple[Range, ...]:
    return tuple(Range(names.get(r.index, r.index), r.extent.xreplace(dict(names))) for r in ranges)
