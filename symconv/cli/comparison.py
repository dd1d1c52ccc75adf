"""What came of comparing two functions: a row for each kind of operands, as a table and as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from symconv.errors import ArgumentError, sentence
from symconv.testing.comparing import Agreement

if TYPE_CHECKING:
    from symconv.cli.trials import Trial
    from symconv.rounding.arithmetic import Arithmetic
    from symconv.rounding.problem import Problem
    from symconv.testing.comparing import Comparison

_WIDTH = 98
#: The most sentences about bugs that are printed; plain data has all.
_SHOWN = 3
_GOOD = (Agreement.IDENTICAL, Agreement.EXPLAINED, Agreement.PROVED_ROUNDING)


@dataclass(frozen=True)
class Question:
    """What is compared: two functions, the second PyTorch's where it is left out, on what, and how they may compute."""

    function: Callable[..., Any]
    other: Callable[..., Any] | None
    trials: tuple[Trial, ...]
    dtypes: tuple[str, ...]
    device: str
    options: Mapping[str, Any]
    seed: int

    @property
    def names(self) -> tuple[str, str]:
        """How the two are called."""
        other = "PyTorch" if self.other is None else self.other.__name__
        return self.function.__name__, other

    def reference(self, problem: Problem) -> Callable[..., Any]:
        """The other function for a problem."""
        return self.other or torch_convolution(problem)


@dataclass(frozen=True)
class Row:
    """The comparisons on one kind of operands of one dtype, over all layers.

    counts    elements by verdict
    largest   the largest difference of two elements; ``ratio``: in terms of the proved bound
    bugs      a layer and a sentence each
    """

    regime: str
    dtype: str
    counts: Mapping[Agreement, int]
    largest: float
    ratio: float
    bugs: tuple[tuple[str, str], ...]

    @property
    def agrees(self) -> bool:
        """Whether no element is a bug or without a proof."""
        return not self.bugs and not (set(self.counts) - set(_GOOD))

    @property
    def elements(self) -> int:
        """How many elements were compared."""
        return sum(self.counts.values())


def rows(question: Question, progress: Callable[[str], Any]) -> list[Row]:
    """Compare on all kinds of operands; where every order is exact, any difference is a bug."""
    from symconv.rounding.arithmetic import read_arithmetic
    from symconv.testing.problems import blank_problem
    from symconv.testing.regimes import REGIMES

    found = []
    for dtype in question.dtypes:
        blanks = [(t, blank_problem(t.layer, t.shape, dtype, question.device)) for t in question.trials]
        arithmetic = read_arithmetic(blanks[0][1], **question.options)
        for regime in REGIMES:
            progress(f"{regime} in {dtype}")
            compared = [
                (trial.describe(), comparison)
                for place, (trial, blank) in enumerate(blanks)
                if (comparison := _compared(question, blank, arithmetic, regime, question.seed + place)) is not None
            ]
            if compared:
                found.append(_row(regime, dtype, compared))
    return found


def _compared(question: Question, blank: Problem, arithmetic: Arithmetic, regime: str, seed: int) -> Comparison | None:
    from symconv.testing.calls import layer_arguments
    from symconv.testing.comparing import compare
    from symconv.testing.regimes import operands

    problem = operands(blank, arithmetic, regime, seed)
    if problem is None:
        return None
    tensors = problem.tensors
    return compare(
        question.function,
        question.reference(problem),
        tensors["X"],
        tensors["W"],
        tensors.get("b"),
        probe=False,
        transposed=problem.product.transposed,
        **layer_arguments(problem),
        **question.options,
    )


def _row(regime: str, dtype: str, compared: Sequence[tuple[str, Comparison]]) -> Row:
    counts = {a: sum(c.counts.get(a, 0) for _, c in compared) for a in Agreement}
    return Row(
        regime,
        dtype,
        {a: count for a, count in counts.items() if count},
        max(c.largest_difference for _, c in compared),
        max(_ratio(c) for _, c in compared),
        tuple((where, bug) for where, c in compared for bug in c.bugs),
    )


def _ratio(comparison: Comparison) -> float:
    """The largest difference as a part of the bound; infinite where there is one and the bound is 0."""
    import torch

    off = (comparison.first.double() - comparison.second.double()).abs()
    bound = comparison.bound
    ratio = torch.where(bound > 0, off / bound, torch.where(off > 0, math.inf, 0.0))
    return float(ratio.nan_to_num(0.0, math.inf).max()) if ratio.numel() else 0.0


def torch_convolution(problem: Problem) -> Callable[..., Any]:
    """PyTorch's function for a layer; raises ``ArgumentError`` where it has none."""
    import torch

    product = problem.product
    if any(lo != hi for lo, hi in product.sides):
        raise ArgumentError(
            sentence(f"padding={product.sides}", "is none that PyTorch's function takes", "name what to compare with")
        )
    kind = "conv_transpose" if product.transposed else "conv"
    found: Callable[..., Any] = getattr(torch.nn.functional, f"{kind}{product.dims}d")
    return found


def comparison_text(question: Question, found: Sequence[Row]) -> str:
    """The verdict, a table, and what is wrong."""
    from symconv.render.tables import table

    first, second = question.names
    trials = question.trials
    on = trials[0].describe() if len(trials) == 1 else f"{len(trials)} layers, drawn with seed {question.seed}"
    shown = [a for a in Agreement if any(a in row.counts for row in found)]
    header = ("operands", "dtype", "elements", *map(_words, shown), "difference", "difference/bound")
    lines = [
        (r.regime, r.dtype, r.elements, *(r.counts.get(a, 0) for a in shown), f"{r.largest:.3g}", f"{r.ratio:.3g}")
        for r in found
    ]
    bugs = [f"{bug} On {where}, {row.regime} in {row.dtype}." for row in found for where, bug in row.bugs]
    told = ["\n".join(wrap(bug, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)) for bug in bugs[:_SHOWN]]
    left = [f"{len(bugs) - _SHOWN} more like these; --json has all"] if len(bugs) > _SHOWN else []
    return "\n\n".join([f"{first} against {second}: {verdict(found)}\n{on}", table(header, lines), *told, *left])


def _words(agreement: Agreement) -> str:
    return agreement.value.lower().replace("_", " ")


def verdict(found: Sequence[Row]) -> Agreement:
    """The worst of all elements; a bug also where an implementation has one beside the elements."""
    if any(row.bugs for row in found):
        return Agreement.BUG
    order = list(Agreement)
    return max((a for row in found for a in row.counts), key=order.index, default=Agreement.IDENTICAL)


def comparison_data(question: Question, found: Sequence[Row]) -> dict[str, Any]:
    """Plain data: no infinities, which JSON has not."""
    first, second = question.names
    return {
        "function": first,
        "other": second,
        "verdict": verdict(found).value,
        "layers": [{"layer": repr(t.layer), "input": list(t.shape)} for t in question.trials],
        "device": question.device,
        "arithmetic": dict(question.options),
        "seed": question.seed,
        "rows": [
            {
                "operands": row.regime,
                "dtype": row.dtype,
                "elements": row.elements,
                "counts": {a.value: count for a, count in row.counts.items()},
                "largest_difference": _plain(row.largest),
                "difference_over_bound": _plain(row.ratio),
                "bugs": [{"on": where, "says": says} for where, says in row.bugs],
            }
            for row in found
        ],
    }


def _plain(number: float) -> float | str:
    return number if math.isfinite(number) else str(number)
