"""How far a convolution may be off that is computed by Winograd's minimal filtering: one bound an element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symconv.errors import ArgumentError, sentence
from symconv.rounding.arithmetic import Arithmetic
from symconv.rounding.cook_toom import POINTS, Filtering, minimal_filtering
from symconv.rounding.problem import Problem
from symconv.rounding.winograd_tiles import Tiling

#: How many outputs an axis implementations compute at a time.
OUTPUTS = (2, 4, 6)
_MOST_TAPS = 5


def winograd_bound(problem: Problem, arithmetic: Arithmetic, unit: float) -> tuple[Any, Any]:
    """How far the sums that Winograd's algorithm gives may be off: with the bias, and without it.

    Per tile Y = A^T [sum over channels of (G g G^T) o (B^T d B)] A, in 1 to 3 dimensions, and

        |computed - exact| <= ((1 + unit)**k - 1)*|A^T| [sum of (|G||g||G|^T) o (|B^T||d||B|)] |A| + underflow

    where k counts the roundings on the longest path from an operand to the result.  The largest over F(2, r), F(4, r)
    and F(6, r), as far as the points suffice; infinite where an intermediate number may overflow.  Assumed are

    - the points 0, 1, -1, 2, -2, 1/2, -1/2, as many as are needed, and infinity; the same F on all axes but those of
      one tap, which are not transformed; tiles that start at output 0.  The rows of A, G and B^T that belong to a point
      may be scaled: the bound depends on their product alone (where underflow counts, they are as in ``Filtering``);
    - transforms, products and sums in the accumulator's format: where transformed tiles are kept in a narrower one,
      that is the accumulator to pass;
    - transforms by sums of products in any order, fused or not, shared or nested if no terms cancel and no term meets
      more than two constants (each may be rounded) an axis; the sum over channels in any order; the bias added to the
      result, or to the products where all outputs take it once.

    Sources: A. Lavin and S. Gray, Fast algorithms for convolutional neural networks, CVPR 2016; B. Barabasz,
    A. Anderson, K. M. Soodhalter and D. Gregg, Error analysis and improving the accuracy of Winograd convolution for
    deep neural networks, ACM Transactions on Mathematical Software 46(4), 2020, whose bounds are to first order.

    unit  the largest relative error of one operation; the rest of the arithmetic is read from ``arithmetic``

    Raises ``ArgumentError`` where an implementation would not use the algorithm, or nothing is known.

    >>> import torch
    >>> from symconv.rounding.arithmetic import read_arithmetic
    >>> from symconv.rounding.problem import read_problem
    >>> problem = read_problem(torch.ones(1, 1, 4), torch.ones(1, 1, 3))
    >>> bound, _ = winograd_bound(problem, read_arithmetic(problem), 2.0**-24)
    >>> bound / 2.0**-24  # each sum of three products alone would be off by 9 at most
    tensor([[[1051.0898,  577.7449]]], dtype=torch.float64)
    """
    import torch

    _check(problem, arithmetic)
    data, weight = _as_forward(problem)
    bias = None if problem.bias is None else problem.bias.double().abs()
    bounds: tuple[Any, ...] = ()
    for outputs in OUTPUTS:
        axes = _filterings(outputs, tuple(weight.shape[2:]))
        if axes is None:
            continue
        most = 0.0 if bias is None else float(bias.max())
        tiling = Tiling(axes, data, weight, most, problem.shape, problem.product.groups, arithmetic, unit)
        sums = tiling.sums()
        found = tiling.loss(sums if bias is None else sums + bias), tiling.loss(sums)
        bounds = tuple(map(torch.maximum, bounds, found)) if bounds else found
    accumulated, products = bounds
    return accumulated, products


def _filterings(outputs: int, taps: tuple[int, ...]) -> tuple[Filtering, ...] | None:
    """The filtering of each axis; ``None`` where the points do not suffice."""
    if max(taps) + outputs > len(POINTS) + 2:
        return None
    return tuple(minimal_filtering(outputs if r > 1 else 1, r) for r in taps)


def _as_forward(problem: Problem) -> tuple[Any, Any]:
    """The absolute values of the padded input and of the weight of the convolution that gives the result.

    The gradient by the input is a convolution of the output's gradient, with the weight flipped and its channels
    swapped.
    """
    import torch

    data, weight = (t.double().abs() for t in problem.operands)
    sides = problem.product.sides
    if problem.computes == "input":
        weight = weight.unflatten(0, (problem.product.groups, -1)).transpose(1, 2).flatten(0, 1)
        weight = weight.flip(tuple(range(2, weight.ndim)))
        sides = tuple((k - 1 - lo, k - 1 - hi) for k, (lo, hi) in zip(weight.shape[2:], sides, strict=True))
    return torch.nn.functional.pad(data, [p for pair in reversed(sides) for p in pair]), weight


#: What is refused: whether it is so, and the rest of the sentence.
_Refusal = tuple[Callable[[Problem, Arithmetic], bool], str, str]
_DIRECT = "leave it out: the bound of sums of products holds"
_REFUSALS: tuple[_Refusal, ...] = (
    (lambda p, _: p.product.transposed, "has no bound for transposed convolutions", _DIRECT),
    (lambda p, _: p.computes not in ("output", "input"), "has no bound for gradients by weight or bias", _DIRECT),
    (lambda p, _: {*p.product.stride, *p.product.dilation} != {1}, "needs stride 1 and dilation 1", _DIRECT),
    (lambda p, _: max(p.product.weight[2:]) > _MOST_TAPS, f"takes at most {_MOST_TAPS} taps an axis", _DIRECT),
    (lambda _, a: a.inputs != "exact", "has no bound for transforms rounded to TF32", "leave out inputs"),
    (
        lambda p, _: not all(bool(t.isfinite().all()) for t in (*p.operands, p.bias) if t is not None),
        "spreads NaN and infinities over tiles",
        "pass finite tensors, or leave it out",
    ),
)


def _check(problem: Problem, arithmetic: Arithmetic) -> None:
    for refused, condition, way_out in _REFUSALS:
        if refused(problem, arithmetic):
            raise ArgumentError(sentence("algorithm='winograd'", condition, way_out))
