"""Claims that two convolutions in a row are one: whether they are, how large its kernel is, and what shapes prove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import prod

import numpy as np
from sympy import Expr

from symconv.claims.applied import MAX_WEIGHTS, Integers, apply_all, shape_of, smallest_break, smallest_points_of
from symconv.claims.context import Context
from symconv.claims.domain import facts_of, has_values, never_zero
from symconv.claims.outcome import Holds, Outcome, unknown
from symconv.claims.pairs import Pair, read_pair
from symconv.claims.search import smallest_difference
from symconv.derivation.normal import same_formula
from symconv.numerics.formulas import evaluate
from symconv.statements import Statement

_PROOF = (
    "the second statement with the first put in is the statement of one convolution with its kernel put in, by the "
    "one-point rule and ranges that imply brackets; the kernel is {}"
)


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
    """They are one convolution, by the rules for all sizes; else the smallest sizes at which they are none."""
    if pair.is_one_convolution():
        return Outcome(Holds.YES, detail=_PROOF.format(_by(context, pair.kernel_size)))
    point, tried, reason = smallest_break(pair)
    if point is None:
        return unknown(
            f"one convolution on integers at the {tried:,} smallest sizes; missing: a rule that shows it for all sizes"
        )
    return Outcome(Holds.NO, point, backing="tested", detail=reason)


def _kernel_size(context: Context, pair: Pair) -> Outcome:
    """The composite kernel has the size ``formula_of_size``."""
    return _compare(context, "formula_of_size", pair.kernel_size)


def _shapes_agree(context: Context, pair: Pair) -> Outcome:
    """The output has the size ``output_size`` of one convolution, and therefore the two are that convolution.

    What follows from the sizes holds for every kernel of the composite's size: one that differs refutes it.
    """
    premise = _compare(context, "output_size", tuple(e.value for e in pair.applications[1].actual.extents))
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
            return Outcome(Holds.NO, example, lambda: str(pair.kernel).replace("$", ""), "tested", detail)
    return unknown("no other convolution with the same output shape was found")


def _weights(statement: Statement, value: int) -> dict[str, Integers]:
    """All weights of one value, and a bias of 0."""
    entries = {"W": value, "K": value, "b": 0}
    return {t: np.full(shape_of(statement, t), v, np.int64) for t, v in entries.items() if t in statement.reads}


def _shown(statement: Statement, value: int) -> list[object]:
    tensors = _weights(statement, value)
    shown: list[object] = (tensors["K"] if "K" in tensors else tensors["W"])[0, 0].tolist()
    return shown


def _compare(context: Context, key: str, derived: Sequence[Expr]) -> Outcome:
    """The formulas under ``key``, one an axis, are the derived ones."""
    claimed = context.formulas(key)
    if len(claimed) != len(derived):
        raise context.error(key, f"has {len(claimed)} entries for {len(derived)}", "write one formula an axis")
    conditions = context.subject.conditions
    doubtful = [d for d in context.divisors(key) if not never_zero(d, facts_of(conditions))]
    for left, right in zip(claimed, derived, strict=True):
        if same_formula(left, right) and not doubtful:
            continue
        point, tried = smallest_difference(left, right, conditions, doubtful)
        if point is None:
            return unknown(f"equal at the {tried:,} smallest sizes, which proves nothing; no common normal form")
        said = evaluate(left, point) if has_values(doubtful, point) else "no value"
        detail = f"the claim gives {said}, the join {evaluate(right, point)}"
        return Outcome(Holds.NO, point, partial(_by, context, derived), detail=detail)
    return Outcome(Holds.YES, detail="equal to the size that the join gives, as polynomials and floors")


def _by(context: Context, sizes: Sequence[Expr]) -> str:
    return " x ".join(f"({context.in_words(e)})" for e in sizes)


#: What can be claimed of a composite: who decides it, and which formulas it has.
_COMPOSITES: dict[str, tuple[Callable[[Context, Pair], Outcome], tuple[str, ...]]] = {
    "equal": (_equal, ()),
    "kernel_size": (_kernel_size, ("formula_of_size",)),
    "equal_because_shapes_agree": (_shapes_agree, ("output_size",)),
}
