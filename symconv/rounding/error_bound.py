"""``error_bound``: how far an element of a result may be from the exact one, in any order of summation."""

from __future__ import annotations

import math
from typing import Any

from symconv.rounding.acceptance import Judge, judge_of


def error_bound(
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
) -> Any:
    """At most this far each element of a right result, in the tensors' dtype, is from the exact sum.

    A float64 tensor of the result's shape.  Shapes are PyTorch's: ``x`` (N, C_in, *spatial) or without N, ``weight``
    (C_out, C_in/groups, *kernel), transposed (C_in, C_out/groups, *kernel), ``bias`` (C_out,); 1 to 3 spatial axes.
    Any order of summation is allowed, with and without fused multiply-adds, in the accumulator ``acc``; the rounding
    to the dtype of the result is included.  0 where every order is exact, infinite where a partial sum may overflow,
    NaN where an operand is not finite.

    gradient, grad_output  the bound of the gradient by "input", "weight" or "bias" instead, given the output's
    acc      the accumulator's format: "float64", "float32", "float16", "bfloat16" or a torch dtype; left out, float64
             for float64 and float32 for all others
    inputs   "exact", or "tf32" where float32 operands may lose the bits that TF32 has not
    adder    "nearest", or "truncate" for tensor cores; left out, "truncate" where CUDA tensors run on these
    flush    whether subnormal numbers may be taken for 0; left out, only for bfloat16
    algorithm  "direct", or "winograd" where Winograd's minimal filtering may be used; "fft" is refused

    Raises ``ArgumentError`` and ``ShapeError``.  Sources: the theorems ``any_order_bound`` and ``height_bound``, proved
    in Coq; M. Fasi, N. J. Higham, M. Mikaitis and S. Pranesh, Numerical behavior of NVIDIA tensor cores, PeerJ Computer
    Science 7:e330, 2021, for the adder of tensor cores.

    >>> import torch
    >>> x, weight = torch.tensor([[[1.0, 0.1, 3.0]]]), torch.tensor([[[1.0, 0.1]]])
    >>> error_bound(x, weight) / 2**-24  # two terms: twice the unit roundoff, times 1 + 0.01 and 0.1 + 0.3
    tensor([[[2.0200, 0.8000]]], dtype=torch.float64)
    >>> error_bound(2 * x.round(), weight.round())  # small integers: every order is exact
    tensor([[[0., 0.]]], dtype=torch.float64)
    """
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
    return judge.problem.unbatch(total_error(judge))


def total_error(judge: Judge) -> Any:
    """The bound of the result itself, rounded to its dtype; batched."""
    import torch

    bound, enclosure = judge.bound.accumulated, judge.enclosure
    if judge.arithmetic.accumulator != judge.arithmetic.operand or judge.arithmetic.flush:
        lows, highs = zip(*judge.rounded_ends(), strict=True)
        low, high = (torch.stack(ends).reshape(-1, *bound.shape) for ends in (lows, highs))
        off = torch.maximum(high.amax(0) - enclosure.centre, enclosure.centre - low.amin(0)) + judge.radius
        bound = torch.where(bound.isfinite(), torch.maximum(bound, off * (1 + 2.0**-50)), math.inf)
    return bound if enclosure.special is None else bound.masked_fill(enclosure.special.touched, math.nan)
