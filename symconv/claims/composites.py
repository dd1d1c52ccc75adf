"""Claims that two convolutions in a row are one: whether they are, how large its kernel is, and what shapes prove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod

import numpy as np
from sympy import Expr, S

from symconv.claims.applied import (
    MAX_WEIGHTS,
    POINTS,
    Integers,
    apply_all,
    shape_of,
    smallest_break,
    smallest_points_of,
)
from symconv.claims.context import Context
from symconv.claims.outcome import Correction, Holds, Outcome, every_entry, unknown
from symconv.claims.pairs import Pair, read_pair
from symconv.claims.questions import Question, compare
from symconv.prover.theorem import Theorem
from symconv.statements import Statement

#: How many of the smallest sizes are looked at before a proof is tried.
FIRST_POINTS = 12


def decide_composite(context: Context) -> Outcome:
    """What ``composite`` names, of the two ``layers``, the first of which is applied first."""
    name = context.check.data["composite"]
    if not isinstance(name, str) or name not in _COMPOSITES:
        raise context.error("composite", "is not known", f"use one of {', '.join(_COMPOSITES)}")
    decide, keys = _COMPOSITES[name]
    context.only("layers", *keys)
    for key in keys:
        if key not in context.check.data:
            raise context.error(key, "is missing", f"write {key} = ['k_1 + k_2 - 1'], one formula an axis")
    pair = read_pair(context)
    return decide(replace(context, subject=pair.subject), pair)


def _equal(context: Context, pair: Pair) -> Outcome:
    """They are one convolution, by a proof for all sizes; else the smallest sizes at which they are none."""
    point, _, reason = smallest_break(pair, FIRST_POINTS)
    if point is not None:
        return Outcome(Holds.NO, point, backing="computed", detail=reason)
    found = _one_convolution(context, pair)
    if found.holds is Holds.YES:
        return found
    point, tried, reason = smallest_break(pair, POINTS)
    if point is not None:
        return Outcome(Holds.NO, point, backing="computed", detail=reason)
    return unknown(f"one convolution on integers at the {tried:,} smallest sizes; missing: a proof; {found.detail}")


def _one_convolution(context: Context, pair: Pair) -> Outcome:
    """The proof that they are one convolution, if it is found."""
    kernel = _by(context, pair.kernel_size)
    theorems: list[Theorem] = []
    for demand in pair.demands(f"the two layers are one convolution, whose kernel is {kernel}"):
        found = demand.attempt(pair.named_conditions)
        if found.theorem is None:
            return unknown(found.reason)
        theorems.append(found.theorem)
    return Outcome(Holds.YES, theorems=tuple(theorems), detail=f"the kernel is {kernel}")


def _kernel_size(context: Context, pair: Pair) -> Outcome:
    """The composite kernel has the size ``formula_of_size``; and, where that is proved, the two are a convolution."""
    sized = _compare(context, "formula_of_size", pair.kernel_size, "a side of the kernel is {}")
    if sized.holds is not Holds.YES:
        return sized
    one = _one_convolution(context, pair)
    if one.holds is not Holds.YES:
        return replace(sized, backing="derived")
    return replace(one, theorems=(*one.theorems, *sized.theorems))


def _shapes_agree(context: Context, pair: Pair) -> Outcome:
    """The output has the size ``output_size`` of one convolution, and therefore the two are that convolution.

    What follows from the sizes holds for every kernel of the composite's size: one that differs refutes it.
    """
    sizes = tuple(extent.value for extent in pair.applications[1].actual.extents)
    premise = _compare(context, "output_size", sizes, "a side of the output is {}")
    if premise.holds is not Holds.YES:
        return premise
    for point, layers in smallest_points_of(pair):
        return _other_function(pair, point, layers)
    return unknown("no small sizes were found at which the layers have an output")


def _other_function(pair: Pair, point: dict[str, int], layers: Sequence[Statement]) -> Outcome:
    """Both layers, and one convolution of the composite's size, on an input of ones, with weights of ones and twos."""
    one = pair.composite_at(point)
    if prod(shape_of(one, "K")) > MAX_WEIGHTS:
        return unknown("the one kernel is too large for an example")
    x = np.ones(shape_of(layers[0], "X"), np.int64)
    two = apply_all(layers, [_weights(layer, 1) for layer in layers], x)
    for weight in (1, 2):
        other = apply_all([one], [_weights(one, weight)], x)
        if two.shape == other.shape and not np.array_equal(two, other):
            first, second = (_shown(layer, 1) for layer in layers)
            example = {**point, "X": x[0, 0].tolist(), "k1": first, "k2": second, "k": _shown(one, weight)}
            detail = (
                f"the output shapes agree, {two.shape}, and the outputs do not: {two[0, 0].tolist()} by k1 and k2, "
                f"{other[0, 0].tolist()} by one convolution with k"
            )
            return Outcome(Holds.NO, example, lambda: Correction(str(pair.kernel).replace("$", "")), "computed", detail)
    return unknown("no other convolution with the same output shape was found")


def _weights(statement: Statement, value: int) -> dict[str, Integers]:
    """All weights of one value, and a bias of 0."""
    entries = {"W": value, "K": value, "b": 0}
    return {t: np.full(shape_of(statement, t), v, np.int64) for t, v in entries.items() if t in statement.reads}


def _shown(statement: Statement, value: int) -> list[object]:
    tensors = _weights(statement, value)
    shown: list[object] = (tensors["K"] if "K" in tensors else tensors["W"])[0, 0].tolist()
    return shown


def _compare(context: Context, key: str, derived: Sequence[Expr], says: str) -> Outcome:
    """The formulas under ``key``, one an axis, are those that the join gives."""
    claimed = context.formulas(key)
    if len(claimed) != len(derived):
        raise context.error(key, f"has {len(claimed)} entries for {len(derived)}", "write one formula an axis")
    divisors = context.divisors(key)
    outcome = every_entry(
        compare(
            context,
            Question(S.One, value, context.subject.conditions, says, ("the claim", "the join")),
            formula,
            divisors,
        )
        for value, formula in zip(derived, zip(claimed, context.texts(key), strict=True), strict=True)
    )
    right = Correction(_by(context, derived), backing="derived")
    return outcome if outcome.holds is not Holds.NO else replace(outcome, corrected=lambda: right)


def _by(context: Context, sizes: Sequence[Expr]) -> str:
    return " x ".join(f"({context.in_words(e)})" for e in sizes)


#: What can be claimed of a composite: who decides it, and which formulas it has.
_COMPOSITES: dict[str, tuple[Callable[[Context, Pair], Outcome], tuple[str, ...]]] = {
    "equal": (_equal, ()),
    "kernel_size": (_kernel_size, ("formula_of_size",)),
    "equal_because_shapes_agree": (_shapes_agree, ("output_size",)),
}
