"""``conv_exact``: a convolution whose every element is the exact sum, rounded once."""

from __future__ import annotations

from typing import Any

from symconv.rounding.blocks import block_height, sum_in_blocks
from symconv.rounding.enclosure import enclose
from symconv.rounding.exact_sums import Elements
from symconv.rounding.formats import FORMATS
from symconv.rounding.least_bits import sums_are_exact
from symconv.rounding.nearest import to_nearest
from symconv.rounding.problem import Problem, read_problem
from symconv.rounding.special import special_elements

_UNIT = FORMATS["float64"].unit
#: From this share of undecided elements on, a second and tighter enclosure costs less than exact arithmetic.
_MANY = 0.002


def conv_exact(  # noqa: PLR0917 - PyTorch's arguments in PyTorch's order
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    *,
    transposed: bool = False,
    output_padding: Any = 0,
    gradient: str | None = None,
    grad_output: Any = None,
) -> Any:
    """The correctly rounded convolution: each element is the exact sum, rounded once to x's dtype, ties to even.

    Each element is certified: an interval around a float64 sum, whose two ends round to the same number; where they do
    not, the sum is taken exactly, in integers.  Shapes as in ``error_bound``; float32, float16, bfloat16, and float64
    (slower).  Operands that are not finite give what IEEE 754 says, padding being no operand.  With ``gradient`` and
    ``grad_output`` the gradient by "input", "weight" or "bias".

    Raises ``ArgumentError`` and ``ShapeError``.

    >>> import torch
    >>> x, weight = torch.tensor([[[2.0**24], [1.0], [-(2.0**24)]]]), torch.ones(1, 3, 1)
    >>> conv_exact(x, weight).item(), ((x[0, 0] + x[0, 1]) + x[0, 2]).item()
    (1.0, 0.0)
    """
    problem = read_problem(
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
    )
    return problem.unbatch(exact_result(problem))


def exact_result(problem: Problem) -> Any:
    """The correctly rounded elements of a problem, batched."""
    special = special_elements(problem)
    if special is not None:
        finite = {name: t.nan_to_num(0.0, 0.0, 0.0) for name, t in problem.tensors.items()}
        return exact_result(problem.with_tensors(**finite)).masked_scatter(
            special.touched, special.value[special.touched].to(problem.dtype)
        )
    centre, radius = _by_norms(problem) if _has_norms(problem) else _by_sums(problem)
    result, undecided = _rounded(centre, radius, problem.dtype)
    if _has_norms(problem) and int(undecided.sum()) > _MANY * undecided.numel():
        centre, radius = _by_sums(problem)
        result, undecided = _rounded(centre, radius, problem.dtype)
    places = undecided.nonzero().tolist()
    if places:
        elements = Elements(problem)
        for place in places:
            result[tuple(place)] = elements.rounded(place)
    return result


def _rounded(centre: Any, radius: Any, dtype: Any) -> tuple[Any, Any]:
    """The centre rounded, and where the ends of the interval do not round to the same."""
    low, high = to_nearest(centre - radius, dtype), to_nearest(centre + radius, dtype)
    return low, low != high


def _has_norms(problem: Problem) -> bool:
    product = problem.product
    return problem.computes == "output" and not product.transposed and problem.format.name != "float64"


def _by_norms(problem: Problem) -> tuple[Any, Any]:
    """Float64 sums of exact products, whose errors the Cauchy-Schwarz inequality bounds by norms of windows."""
    import torch

    x, weight = problem.operands[0].double(), problem.operands[1]
    product, groups = problem.product, problem.product.groups
    centre = sum_in_blocks(product, x, weight)
    squares = x.square().unflatten(1, (groups, -1)).sum(2)
    ones = x.new_ones(groups, 1, *weight.shape[2:])
    windows = product.on(squares, ones)(squares, ones)
    rows = torch.linalg.vector_norm(weight.flatten(1), dim=1, dtype=torch.float64).reshape(
        1, groups, -1, *(1,) * product.dims
    )
    norms = (windows.unsqueeze(2).sqrt() * rows).flatten(1, 2)
    # of the float64 operations here; squares may underflow
    slack = 1 + (weight[0].numel() + 16) * 2.0**-50
    radius = norms.mul_(block_height(product) * _UNIT * slack).add_(2.0**-500)
    if problem.bias is not None:
        bias = problem.bias.double()
        centre, radius = centre + bias, radius + 2 * _UNIT * (centre.abs() + bias.abs())
    # centre -+ radius is rounded once more
    return centre, radius.add_(centre.abs(), alpha=2 * _UNIT)


def _by_sums(problem: Problem) -> tuple[Any, Any]:
    """The enclosure by sums of absolute values, and none where sums are exact by the bits of their terms."""
    enclosure = enclose(problem)
    terms: tuple[Any, ...] = (problem.operands, *(() if problem.bias is None else ((problem.bias,),)))
    double = FORMATS["float64"]
    exact = sums_are_exact(terms, enclosure.absolute, double.precision, double.least)
    radius = enclosure.radius + 2 * _UNIT * (enclosure.centre.abs() + enclosure.radius)
    return enclosure.centre, radius.masked_fill(exact, 0.0)
