"""Which elements of a result an implementation may have: inside the bound, with its ends rounded, or not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from functools import cached_property
from typing import Any, TypedDict, Unpack

from symconv.rounding.arithmetic import Arithmetic, read_arithmetic
from symconv.rounding.bounds import Bound, bound_of
from symconv.rounding.enclosure import Enclosure, enclose
from symconv.rounding.exact_sums import Elements
from symconv.rounding.formats import Format
from symconv.rounding.nearest import to_nearest
from symconv.rounding.problem import Problem, read_problem

Position = tuple[int, ...]


class Judged(IntEnum):
    """What is known of an element: it is within the bound of all legal orders, none gives it, or nothing is known."""

    INSIDE = 0
    OUTSIDE = 1
    UNKNOWN = 2


@dataclass(frozen=True, eq=False)
class Judge:
    """Decides for each element of a result whether a legal order of its sum can have given it."""

    problem: Problem
    arithmetic: Arithmetic

    @cached_property
    def enclosure(self) -> Enclosure:
        """The exact elements, enclosed."""
        return enclose(self.problem)

    @cached_property
    def bound(self) -> Bound:
        """How far the accumulated sums may be off."""
        return bound_of(self.problem, self.arithmetic, self.enclosure)

    @cached_property
    def elements(self) -> Elements:
        """Single elements, exactly."""
        return Elements(self.problem)

    @cached_property
    def radius(self) -> Any:
        """How far the centre may be from the exact element: not at all where sums are exact."""
        return self.enclosure.radius.masked_fill(self.bound.exact, 0.0)

    def judge(self, result: Any) -> Any:
        """An int8 tensor of ``Judged``, for a batched result of the problem's dtype."""
        import torch

        values, special = result.detach().double(), self.enclosure.special
        judged = torch.full(values.shape, int(Judged.UNKNOWN), dtype=torch.int8, device=values.device)
        known = self.bound.accumulated.isfinite()
        if special is not None:
            known = known & ~special.touched
        room = self.bound.accumulated - self.radius
        # a number of the format between the ends is between the rounded ends; without room, only the number itself
        quick = known & ((values - self.enclosure.centre).abs() <= room * (1 - 2.0**-50))
        judged[quick] = int(Judged.INSIDE)
        self._by_ends(values, known & ~quick, judged)
        if special is not None:
            judged[special.touched] = int(Judged.OUTSIDE)
            judged[special.accepts(values)] = int(Judged.INSIDE)
        return judged

    def _by_ends(self, values: Any, known: Any, judged: Any) -> None:
        """Compare with the ends of the interval, rounded to the result's dtype; what they leave open, exactly."""
        places = known.reshape(-1).nonzero().squeeze(1)
        if not places.numel():
            return
        chosen = values.reshape(-1)[places]
        outside = ~_between(chosen, self.rounded_ends(places))
        inside = _between(chosen, self.rounded_ends(places, -1.0))
        judged.view(-1)[places] = outside.to(judged.dtype) * int(Judged.OUTSIDE)
        doubtful = places[~outside & ~inside]
        for place in doubtful.tolist():
            position = _unravelled(place, values.shape)
            judged[position] = int(self.judge_element(position, float(values[position])))

    def rounded_ends(self, places: Any | None = None, sign: float = 1.0) -> list[tuple[Any, Any]]:
        """The intervals, their ends rounded, of what may be computed: of any exact element enclosed, or with -1 of all.

        Flat, of the elements at the flat ``places``, or of all.  There are two intervals where the bias may be added to
        the rounded sum.
        """

        def chosen(tensor: Any) -> Any:
            flat = tensor.reshape(-1)
            return flat if places is None else flat[places]

        enclosure, bound, dtype = self.enclosure, self.bound, self.problem.dtype
        centre, radius, room = chosen(enclosure.centre), chosen(self.radius), chosen(bound.accumulated)
        intervals = [_ends(centre, room, radius, sign, dtype)]
        if enclosure.products is not None and self._rounds_again:
            bias = chosen(self.problem.bias.double().expand(self.problem.shape))  # type: ignore[union-attr]
            radius = chosen(enclosure.products.radius.masked_fill(bound.exact, 0.0))
            ends = _ends(chosen(enclosure.products.centre), chosen(bound.products), radius, sign, dtype)
            low, high = (to_nearest(end + bias, dtype).double() for end in ends)
            intervals.append((low, high))
        if not self.arithmetic.flush:
            return intervals
        normal = self.arithmetic.operand.normal
        return [
            (low.masked_fill((low > 0) & (low < normal), 0.0), high.masked_fill((high < 0) & (high > -normal), 0.0))
            for low, high in intervals
        ]

    @property
    def _rounds_again(self) -> bool:
        """Whether the bias may be added after the sum was rounded to the result's dtype."""
        return self.arithmetic.accumulator != self.arithmetic.operand

    def judge_element(self, position: Position, value: float) -> Judged:
        """One element, in exact arithmetic."""
        inside = any(low <= value <= high for low, high in self.exact_ends(position))
        return Judged.INSIDE if inside else Judged.OUTSIDE

    def exact_ends(self, position: Position) -> list[tuple[Fraction | float, Fraction | float]]:
        """The intervals of ``rounded_ends`` at one element, in exact arithmetic."""
        operand, exact = self.arithmetic.operand, self.elements.exact(position)
        intervals = [_around(operand, exact, float(self.bound.accumulated[position]))]
        if self.bound.products is not None and self._rounds_again:
            bias = Fraction(float(self.problem.bias.expand(self.problem.shape)[position]))  # type: ignore[union-attr]
            ends = _around(operand, exact - bias, float(self.bound.products[position]))
            intervals.append((_plus(operand, ends[0], bias), _plus(operand, ends[1], bias)))
        return [_flushed(operand, *ends) for ends in intervals] if self.arithmetic.flush else intervals


class ProblemOptions(TypedDict, total=False):
    """The layer's arguments, and whether a gradient is meant."""

    stride: Any
    padding: Any
    dilation: Any
    groups: int
    transposed: bool
    output_padding: Any
    gradient: str | None
    grad_output: Any


class ArithmeticOptions(TypedDict, total=False):
    """How an implementation may compute; see ``read_arithmetic``."""

    acc: Any
    inputs: str
    adder: str | None
    flush: bool | None
    algorithm: str


class JudgeOptions(ProblemOptions, ArithmeticOptions, total=False):
    """All that the functions of this room take by keyword."""


def judge_of(x: Any, weight: Any, bias: Any = None, **options: Unpack[JudgeOptions]) -> Judge:
    """The judge of a convolution's result, or of a gradient's; raises ``ArgumentError`` and ``ShapeError``."""
    given: dict[str, Any] = dict(options)
    arithmetic = {name: given.pop(name) for name in list(given) if name in ArithmeticOptions.__annotations__}
    problem = read_problem(x, weight, bias, **given)
    return Judge(problem, read_arithmetic(problem, **arithmetic))


def _ends(centre: Any, room: Any, radius: Any, sign: float, dtype: Any) -> tuple[Any, Any]:
    """The rounded ends of centre +- (room + sign*radius), in float64."""
    total = room + radius
    # makes up for the rounding of the ends in float64; 0 where they are exact
    slack = (centre.abs() + total) * (total > 0) * (sign * 2.0**-50)
    reach = (total if sign > 0 else room - radius) + slack
    return to_nearest(centre - reach, dtype).double(), to_nearest(centre + reach, dtype).double()


def _unravelled(place: int, shape: Position) -> Position:
    """The position of a flat place."""
    position = []
    for size in reversed(shape):
        place, rest = divmod(place, size)
        position.append(rest)
    return tuple(reversed(position))


def _between(values: Any, intervals: list[tuple[Any, Any]]) -> Any:
    """Which values are in one of the intervals."""
    (low, high), *rest = intervals
    found = (low <= values) & (values <= high)
    for low, high in rest:
        found = found | ((low <= values) & (values <= high))
    return found


def _flushed(
    operand: Format, low: Fraction | float, high: Fraction | float
) -> tuple[Fraction | float, Fraction | float]:
    """An interval with 0, where it has subnormal numbers."""
    return (0.0 if 0 < low < operand.normal else low), (0.0 if -operand.normal < high < 0 else high)


def _around(operand: Format, exact: Fraction, bound: float) -> tuple[Fraction | float, Fraction | float]:
    if math.isinf(bound):
        return -math.inf, math.inf
    return operand.nearest(exact - Fraction(bound)), operand.nearest(exact + Fraction(bound))


def _plus(operand: Format, rounded: Fraction | float, bias: Fraction) -> Fraction | float:
    return operand.nearest(rounded + bias) if isinstance(rounded, Fraction) else rounded
