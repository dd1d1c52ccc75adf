"""Claims that a statement in index notation is what a layer computes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from symconv.claims.context import Context
from symconv.claims.differences import smallest_sizes
from symconv.claims.domain import holds_at
from symconv.claims.outcome import Correction, Holds, Outcome, unknown
from symconv.claims.proofs import Attempt, proposition
from symconv.claims.sides import Sides, read_sides, shown_definition
from symconv.claims.views import Demand
from symconv.numerics.formulas import evaluate
from symconv.prover.refuting.counterexample import Counterexample, counterexample
from symconv.prover.theorem import Theorem

#: How many of the smallest points are looked at before a proof is tried, and how many where none is found.
FIRST_POINTS = 30
POINTS = 400


def decide_statement(context: Context) -> Outcome:
    """``statement`` equals the layer's definition; tensors besides the layer's have shapes in ``tensors``.

    ``views`` define these tensors entry by entry, each by those before it.
    """
    context.only("tensors", "views")
    sides = read_sides(context)
    return _refuted(context, sides, FIRST_POINTS) or _proved(context, sides)


def _proved(context: Context, sides: Sides) -> Outcome:
    """All that the claim says, proved; else the smallest sizes at which it is false after all, or nothing."""
    conditions, theorems = context.subject.conditions, list[Theorem]()
    for found in sides.attempts(conditions):
        if found.theorem is None:
            break
        theorems.append(found.theorem)
    else:
        return Outcome(Holds.YES, theorems=tuple(theorems))
    return (
        _refuted(context, sides, POINTS)
        or _refuted_by_the_prover(context, found)
        or unknown(f"equal on random integers at the smallest sizes; missing: a proof for all sizes; {found.reason}")
    )


def _refuted_by_the_prover(context: Context, found: Attempt) -> Outcome | None:
    """A counterexample that may be larger than the smallest, where the claim is meant."""
    example = found.counterexample
    if example is None or context.subject.application is None:
        return None
    point = {name: example.sizes[name] for name in sorted(s.name for s in example.statement.parameters)}
    if not holds_at(context.subject.conditions, point):
        return None
    right = Correction(shown_definition(context.subject.application))
    detail = f"false {example}; what fails: {found.says}"
    return Outcome(Holds.NO, point, lambda: right, "computed", detail, snippet=example.snippet())


def _refuted(context: Context, sides: Sides, points: int) -> Outcome | None:
    """The smallest sizes at which the two sides differ."""
    found = smallest_sizes(sides, context.subject.conditions, points)
    if found is None or context.subject.application is None:
        return None
    right = Correction(shown_definition(context.subject.application))
    (point, reason), example = found, _example(context, sides.equation(), found[0])
    if example is None:
        return Outcome(Holds.NO, point, lambda: right, "computed", reason)
    detail = f"{reason}; in the program the definition gives {example.left}, the claim {example.right}"
    return Outcome(Holds.NO, point, lambda: right, "computed", detail, snippet=example.snippet())


def _example(context: Context, equation: Demand, point: Mapping[str, int]) -> Counterexample | None:
    """The first entry at which the sides differ, with simple tensors; ``None`` where only the box is another."""
    stated = proposition(equation.left, equation.right, equation.ranges, context.subject.conditions)
    extents = [range(evaluate(r.extent, point)) for r in stated.ranges]
    for place in product(*extents):
        at = {**point, **{r.index.name: value for r, value in zip(stated.ranges, place, strict=True)}}
        found = counterexample(stated, at, smallest=True)
        if found is not None:
            return found
    return None
