"""``compare``: two convolutions agree to the bit, differ by rounding that is proved, or one of them has a bug."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from symconv.errors import ArgumentError, sentence
from symconv.rounding.acceptance import Judge, Judged, JudgeOptions, judge_of
from symconv.rounding.problem import Problem
from symconv.testing.calls import Implementation
from symconv.testing.closeness import check_result, describe_outside
from symconv.testing.probes import probes


class Agreement(StrEnum):
    """How two results of one convolution agree, from best to worst."""

    IDENTICAL = "IDENTICAL"
    EXPLAINED = "EXPLAINED"
    PROVED_ROUNDING = "PROVED_ROUNDING"
    UNPROVED = "UNPROVED"
    BUG = "BUG"


_ORDER = tuple(Agreement)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """The verdict on two implementations, on the given operands and, before that, on probes with zero tolerance.

    kind      the worst of all elements; BUG also where a probe shows one
    first, second   the two results, as the implementations returned them
    bound     how far an element may be from the exact sum, as in ``symconv.error_bound``
    bugs      what is wrong, one sentence for each implementation that is
    """

    kind: Agreement
    first: Any
    second: Any
    bound: Any
    bugs: tuple[str, ...]
    codes: Any

    @cached_property
    def elements(self) -> NDArray[np.str_]:
        """The verdict on each element, by name, in the shape of the result."""
        names: NDArray[np.str_] = np.asarray(_ORDER, dtype=np.str_)[self.codes.cpu().numpy()]
        return names

    @property
    def counts(self) -> Mapping[Agreement, int]:
        """How many elements have each verdict; those that none has are left out."""
        found = {a: int((self.codes == place).sum()) for place, a in enumerate(_ORDER)}
        return {a: count for a, count in found.items() if count}

    @property
    def largest_difference(self) -> float:
        """The largest absolute difference of two elements."""
        return float((self.first.double() - self.second.double()).abs().max()) if self.first.numel() else 0.0

    def __bool__(self) -> bool:
        """Whether the two agree as far as is proved: no bug, and nothing without a proof."""
        return self.kind in (Agreement.IDENTICAL, Agreement.EXPLAINED, Agreement.PROVED_ROUNDING)

    def __str__(self) -> str:
        counts = ", ".join(f"{count:,} {name}" for name, count in self.counts.items())
        return "\n".join([f"{self.kind}: of {self.first.numel():,} elements {counts}", *self.bugs])

    def __repr__(self) -> str:
        return f"<Comparison {self}>"


def compare(
    f1: Any,
    f2: Any,
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    probe: bool = True,
    **options: Unpack[JudgeOptions],
) -> Comparison:
    """Judge two implementations of one convolution, element by element.

    f1, f2   functions of (x, weight), and of the bias and the layer's arguments where they have parameters of these
             names; or results
    probe    whether functions are first called on operands whose sums are exact in every order, where any difference
             is a bug
    options  the layer's arguments and the arithmetic allowed, as in ``symconv.assert_conv_close``

    An element is IDENTICAL (the same number), within PROVED_ROUNDING of the exact sum in both, a BUG where one is
    outside its bound, or UNPROVED where partial sums may overflow.

    Raises ``FunctionError`` where a function changes its inputs, returns a view of them, or is not deterministic;
    ``ArgumentError`` and ``ShapeError``.

    >>> import torch
    >>> x, weight = torch.randn(1, 64, 8, 8), torch.randn(8, 64, 3, 3)
    >>> def reversed_channels(x, weight):
    ...     return torch.nn.functional.conv2d(x.flip(1), weight.flip(1))
    >>> print(compare(torch.nn.functional.conv2d, reversed_channels, x, weight).kind)
    PROVED_ROUNDING
    """
    judge = judge_of(x, weight, bias, **options)
    functions = tuple(Implementation(f) if callable(f) else None for f in (f1, f2))
    if judge.problem.computes != "output" and any(functions):
        raise ArgumentError(
            sentence(f"gradient={judge.problem.computes!r}", "is compared by its results", "pass tensors for f1 and f2")
        )
    results = tuple(
        _result(f, given, judge.problem, name) for f, given, name in zip(functions, (f1, f2), ("f1", "f2"), strict=True)
    )
    bugs = tuple(
        bug
        for f, given, result in zip(functions, (f1, f2), results, strict=True)
        if (bug := _bug(f, judge, result, probe)) is not None
    )
    codes = _codes(judge, *results)
    worst = _ORDER[int(codes.max())] if codes.numel() else Agreement.IDENTICAL
    first, second = results
    return Comparison(
        Agreement.BUG if bugs else worst, first, second, _bound(judge), bugs, judge.problem.unbatch(codes)
    )


def _result(function: Implementation | None, given: Any, problem: Problem, name: str) -> Any:
    if function is not None:
        return function(problem)
    check_result(name, given, problem)
    return given.detach()


def _bug(function: Implementation | None, judge: Judge, result: Any, probe: bool) -> str | None:
    """What is wrong with one implementation: on a probe, or else on the operands given."""
    name = "" if function is None else f"{function.name}: "
    if function is not None and probe and judge.arithmetic.algorithm == "direct":
        for title, problem in probes(judge.problem, judge.arithmetic):
            found = _outside(Judge(problem, judge.arithmetic), function.run(problem))
            if found is not None:
                return f"{name}on exact {title}, {found}"
    found = _outside(judge, result)
    return None if found is None else f"{name}{found}"


def _outside(judge: Judge, result: Any) -> str | None:
    batched = judge.problem.batch(result)
    outside = judge.judge(batched) == int(Judged.OUTSIDE)
    return describe_outside(judge, batched, outside) if bool(outside.any()) else None


def _codes(judge: Judge, first: Any, second: Any) -> Any:
    """The place of each element's verdict in the order of agreements."""
    import torch

    one, other = judge.problem.batch(first), judge.problem.batch(second)
    judged = judge.judge(one), judge.judge(other)
    same = (one == other) | (one.isnan() & other.isnan())
    codes = torch.full(same.shape, _ORDER.index(Agreement.PROVED_ROUNDING), dtype=torch.int8, device=same.device)
    codes[(judged[0] == int(Judged.UNKNOWN)) | (judged[1] == int(Judged.UNKNOWN))] = _ORDER.index(Agreement.UNPROVED)
    codes[same] = _ORDER.index(Agreement.IDENTICAL)
    codes[(judged[0] == int(Judged.OUTSIDE)) | (judged[1] == int(Judged.OUTSIDE))] = _ORDER.index(Agreement.BUG)
    return codes


def _bound(judge: Judge) -> Any:
    from symconv.rounding.error_bound import total_error

    return judge.problem.unbatch(total_error(judge))
