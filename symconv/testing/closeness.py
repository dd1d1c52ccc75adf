"""``assert_conv_close``: a result is one that rounding explains, or the assertion tells element, bound and fault."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from symconv.errors import ArgumentError, ShapeError, SymconvError, sentence
from symconv.rounding.acceptance import Judge, Judged, judge_of
from symconv.rounding.problem import Problem


class UnprovedError(AssertionError, SymconvError):
    """Neither right nor wrong is known: no bound holds where partial sums may overflow."""


class ConvMismatchError(AssertionError):
    """Elements outside of their bounds; what is wrong is found out when the message is asked for."""

    def __init__(self, judge: Judge, result: Any, outside: Any) -> None:
        super().__init__()
        self._found = judge, result, outside

    @cached_property
    def message(self) -> str:
        """The worst element, its bound, and the likely fault."""
        return describe_outside(*self._found)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[type[AssertionError], tuple[str]]:
        """Without the tensors: what another process is told is the message."""
        return AssertionError, (self.message,)


def assert_conv_close(
    actual: Any,
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    transposed: bool = False,
    output_padding: Any = 0,
    gradient: str | None = None,
    grad_output: Any = None,
    acc: Any = None,
    inputs: str = "exact",
    adder: str | None = None,
    flush: bool | None = None,
    algorithm: str = "direct",
    order: Any = "any",
) -> None:
    """Pass where each element of ``actual`` is what some legal order of its sum gives; there is no tolerance to choose.

    An element is right where it lies within the proved bound of the exact sum, the ends of the interval rounded to the
    dtype: any order of summation, with and without fused multiply-adds, the bias first, last, or added to the rounded
    sum.  Where every order is exact, as for small integers, the bound is 0.  Elements that a NaN or an infinity takes
    part in must be what IEEE 754 says.

    actual   of the result's shape; the shapes of the others are as in ``symconv.error_bound``
    gradient, grad_output   ``actual`` is the gradient by "input", "weight" or "bias", given the output's
    acc, inputs, adder, flush, algorithm   how the implementation may compute; see ``symconv.error_bound``
    order    "any"

    Raises ``AssertionError`` with the worst element, its bound and the likely fault; ``UnprovedError``, which is one,
    where nothing is known because partial sums may overflow; ``ArgumentError`` or ``ShapeError`` for tensors that do
    not fit together.

    >>> import torch
    >>> x, weight = torch.ones(1, 2, 4), torch.ones(1, 2, 3)
    >>> assert_conv_close(torch.nn.functional.conv1d(x, weight, padding=1), x, weight, padding=1)
    >>> assert_conv_close(torch.nn.functional.conv1d(x, weight)[..., [0, 0, 1, 1]], x, weight, padding=1)
    Traceback (most recent call last):
        ...
    symconv.testing.closeness.ConvMismatchError: output[0, 0, 0]=6.0: is 2 off the exact 4.0, and ...
    """
    __tracebackhide__ = True
    if not (isinstance(order, str) and order == "any"):
        raise ArgumentError(sentence(f"order={order!r}", "is not known", "use 'any'"))
    judge = judge_of(
        x,
        weight,
        bias,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        transposed=transposed,
        output_padding=output_padding,
        gradient=gradient,
        grad_output=grad_output,
        acc=acc,
        inputs=inputs,
        adder=adder,
        flush=flush,
        algorithm=algorithm,
    )
    check_result("actual", actual, judge.problem)
    assert_judged(judge, judge.problem.batch(actual))


def assert_judged(judge: Judge, result: Any) -> None:
    """Raise for the worst element of a batched result that is outside its bound, or that has none."""
    __tracebackhide__ = True
    judged = judge.judge(result)
    outside = judged == int(Judged.OUTSIDE)
    if bool(outside.any()):
        raise ConvMismatchError(judge, result, outside)
    unknown = judged == int(Judged.UNKNOWN)
    if bool(unknown.any()):
        raise UnprovedError(_describe_unknown(judge, result, unknown))


def check_result(name: str, result: Any, problem: Problem) -> None:
    """Refuse what cannot be the problem's result by its type, shape, dtype or device."""
    import torch

    if not isinstance(result, torch.Tensor):
        raise ArgumentError(sentence(f"{name}={type(result).__name__}", "is no tensor", "pass a torch.Tensor"))
    if tuple(result.shape) != problem.result_shape:
        raise ShapeError(
            sentence(
                f"{name} of shape {tuple(result.shape)}",
                f"has not the shape of {problem.describe()}, which is {problem.result_shape}",
                "pass the layer's arguments, such as stride and padding, or mend the function",
            )
        )
    for what in ("dtype", "device"):
        found, wanted = getattr(result, what), getattr(problem, what)
        if found != wanted:
            raise ArgumentError(
                sentence(f"{name} of {what} {found}", f"differs from the operands' {what} {wanted}", "convert it first")
            )


def describe_outside(judge: Judge, result: Any, outside: Any) -> str:
    """The worst element outside its bound, how many there are, and what is likely wrong, in one sentence."""
    from symconv.testing.faults import likely_fault

    position = _worst(judge, result, outside)
    where, shown = _element(judge.problem, position), float(result[position])
    counts = f"{int(outside.sum()):,} of {outside.numel():,} elements are outside their bounds"
    fault = likely_fault(judge, result, outside)
    likely = "" if fault is None else f"; likely fault: {fault.says}"
    return f"{where}={shown!r}: {_why(judge, position, shown)}; {counts}{likely}."


def _why(judge: Judge, position: tuple[int, ...], shown: float) -> str:
    special = judge.enclosure.special
    if special is not None and bool(special.touched[position]):
        return f"must be {float(special.value[position])}, since an operand is not finite"
    exact = float(judge.elements.exact(position))
    sums = f"sums of {judge.arithmetic.describe()}"
    bound = float(judge.bound.accumulated[position])
    if bound == 0.0 and judge.arithmetic.accumulator == judge.arithmetic.operand:
        may = f"{sums} are exact here"
    else:
        may = f"{sums} give " + " or ".join(dict.fromkeys(map(_interval, judge.exact_ends(position))))
    return f"is {abs(shown - exact):.6g} off the exact {exact!r}, and {may}"


def _interval(ends: tuple[Any, Any]) -> str:
    low, high = map(float, ends)
    return repr(low) if low == high else f"{low!r} to {high!r}"


def _worst(judge: Judge, result: Any, outside: Any) -> tuple[int, ...]:
    """The element that is off by most times its bound; what is not a number at all comes first."""
    import torch

    off = (result.double() - judge.enclosure.centre).abs().nan_to_num(nan=float("inf"))
    ratio = torch.where(outside, off / judge.bound.accumulated.clamp(min=1e-300), -1.0)
    flat = int(ratio.argmax())
    return tuple(int(i) for i in torch.unravel_index(torch.tensor(flat), ratio.shape))


def _describe_unknown(judge: Judge, result: Any, unknown: Any) -> str:
    position = tuple(unknown.nonzero()[0].tolist())
    total = float(judge.enclosure.absolute[position])
    counts = f"{int(unknown.sum()):,} of {unknown.numel():,} elements are like it"
    return sentence(
        f"{_element(judge.problem, position)}={float(result[position])!r}",
        f"has no proved bound, since partial sums of {judge.arithmetic.accumulator.name} may overflow: the absolute"
        f" values of its terms sum up to {total:.3g}; {counts}",
        "scale the operands down, or pass a wider acc",
    )


def _element(problem: Problem, position: tuple[int, ...]) -> str:
    name = "output" if problem.computes == "output" else f"grad_{problem.computes}"
    shown = position[len(problem.shape) - len(problem.result_shape) :]
    return f"{name}[{', '.join(map(str, shown))}]"
