"""The ones-channel repair: a channel of ones, zero-padded with the input, carries the bias that border cells need.

Under a tap that leaves the input the channel of ones reads 0, so that the bias at an output cell is

    q0[o] + SUM_t q[o, t] * [tap t of the composite lies on the input]

and it must be, with c[o, u] = SUM_m k2[o, m, u]*b1[m],

    b2[o] + SUM_u c[o, u] * [tap u of the second kernel lies inside the middle].

Both brackets are products over the axes: a linear system in 0 and 1, which is reduced exactly once for all channels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sympy import QQ
from sympy.polys.matrices import DomainMatrix
from torch import nn

from symconv.composition.bias_map import check_sizes
from symconv.composition.borders import AxisSizes, sizes_that_decide
from symconv.composition.judge import as_numbers, axis_sizes, dense
from symconv.composition.kernel import Kernel

Matrix = NDArray[Any]

#: Relative error up to which an equation between rounded floats counts as fulfilled.
_TOLERANCE = 1e-9
#: Sums of integers below are not rounded.
_EXACT = 2**53


class OnesChannel(nn.Module):
    """One plain convolution, ``conv``, on the input with a channel of ones put behind the channels of each group.

    Padding that is not the same on both sides is put around by ``pad``.
    """

    def __init__(
        self, composite: Kernel, ones: torch.Tensor, bias: torch.Tensor | None, sizes: Sequence[int] | None
    ) -> None:
        super().__init__()
        self.sizes = None if sizes is None else tuple(sizes)
        self._groups, self._dims = composite.groups, composite.dims
        kernel = Kernel(
            torch.cat([composite.weight, ones.to(composite.weight)[:, None]], dim=1),
            None if bias is None else bias.to(composite.weight),
            stride=composite.stride,
            padding=composite.padding,
            dilation=composite.dilation,
            groups=composite.groups,
            padding_mode=composite.padding_mode,
        )
        module = kernel.to_module()
        padded = isinstance(module, nn.Sequential)
        self.pad: nn.Module = module[0] if padded else nn.Identity()
        self.conv: nn.Module = module[1] if padded else module

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The layers' result on a tensor (N, in_channels, *sizes), or one without N."""
        check_sizes(x, self.sizes)
        channels = -self._dims - 1
        in_group = x.shape[channels] // self._groups
        grouped = x.reshape((*x.shape[:channels], self._groups, in_group, *x.shape[-self._dims :]))
        ones = torch.ones_like(grouped.narrow(channels, 0, 1))
        whole = torch.cat([grouped, ones], dim=channels).flatten(channels - 1, channels)
        y: torch.Tensor = self.conv(self.pad(whole))
        return y


def ones_weights(
    first: Kernel, second: Kernel, composite: Kernel, sizes: Sequence[int] | None
) -> tuple[torch.Tensor, torch.Tensor] | None:
    """The weights q (out, *taps) of the ones and the bias q0 (out,), or ``None`` where no such weights exist.

    For one input size, or without it for every size.  The system is reduced in rationals.  Whether the kernels' entries
    fulfil what it asks of them is decided exactly for integers, else up to a relative error of 1e-9.
    """
    axes = axis_sizes(first, second, sizes or (1,) * first.dims)
    equations = [
        _axis_equations(axis, stride, dilation, before, taps, every=sizes is None)
        for axis, stride, dilation, (before, _), taps in zip(
            axes, composite.stride, composite.dilation, composite.padding, composite.kernel_size, strict=True
        )
    ]
    weight2 = dense(second)
    weight2 = weight2.reshape((*weight2.shape[:2], -1))
    bias1 = np.zeros(first.out_channels) if first.bias is None else as_numbers(first.bias)
    shares = np.einsum("omu,m->uo", weight2, bias1)
    scale = np.einsum("omu,m->uo", np.abs(weight2), np.abs(bias1))
    solved = _solve(equations, composite.kernel_size, shares, scale)
    if solved is None:
        return None
    q0, q = solved[0], solved[1:].T.reshape((-1, *composite.kernel_size))
    if second.bias is not None:
        q0 = q0 + as_numbers(second.bias)
    return torch.from_numpy(np.ascontiguousarray(q)), torch.from_numpy(np.ascontiguousarray(q0))


def _axis_equations(axis: AxisSizes, stride: int, dilation: int, before: int, taps: int, *, every: bool) -> Matrix:
    """Rows (composite's taps on the input, second kernel's taps inside the middle, 1) for cells of one axis.

    A row that others combine to says nothing new, also not in the products over the axes; such rows are left out.
    """
    rows: set[tuple[int, ...]] = set()
    for size in sizes_that_decide(axis) if every else [axis.size]:
        sized = AxisSizes(**{**axis.__dict__, "size": size})
        if sized.middle < 1 or sized.output < 1:
            continue
        z = np.arange(sized.output)[:, None]
        x = stride * z + dilation * np.arange(taps) - before
        j = axis.stride2 * z + axis.dilation2 * np.arange(axis.kernel2) - axis.padding2[0]
        flags = np.hstack([(x >= 0) & (x < size), (j >= 0) & (j < sized.middle), np.ones_like(z, bool)])
        rows.update(tuple(map(int, row)) for row in flags)
    found = np.array(sorted(rows))
    _, pivots = _reduced(found.T)
    return found[list(pivots)]


def _solve(equations: Sequence[Matrix], taps: Sequence[int], shares: Matrix, scale: Matrix) -> Matrix | None:
    """(q0, q) one column an output channel; first axis by axis, which serves whatever the shares are, then at once."""
    by_axis = [_solution(rows[:, :k], rows[:, k:-1]) for rows, k in zip(equations, taps, strict=True)]
    if not any(conditions.size for _, conditions in by_axis):
        q = reduce(np.kron, [solution for solution, _ in by_axis]) @ shares
        return np.vstack([np.zeros_like(q[:1]), q])
    ones = reduce(np.kron, [rows[:, :k] for rows, k in zip(equations, taps, strict=True)])
    inside = reduce(np.kron, [rows[:, k:-1] for rows, k in zip(equations, taps, strict=True)])
    solution, conditions = _solution(np.hstack([np.ones((len(ones), 1), int), ones]), inside)
    bound = np.abs(conditions) @ scale
    exact = bool((shares == np.round(shares)).all()) and bool((bound < _EXACT).all())
    if (np.abs(conditions @ shares) > (0 if exact else _TOLERANCE) * bound).any():
        return None
    result: Matrix = solution @ shares
    return result


def _solution(left: Matrix, right: Matrix) -> tuple[Matrix, Matrix]:
    """X and C with left @ X @ c = right @ c for every c with C @ c = 0; there is a solution for no other c.

    C is of integers.
    """
    unknowns = left.shape[1]
    reduced, pivots = _reduced(np.hstack([left, right]))
    solution = np.zeros((unknowns, right.shape[1]))
    solved = [pivot for pivot in pivots if pivot < unknowns]
    for place, row in zip(solved, reduced, strict=False):
        solution[place] = [float(entry) for entry in row[unknowns:]]
    conditions = [_cleared(row[unknowns:]) for row in reduced[len(solved) : len(pivots)]]
    return solution, np.array(conditions, dtype=np.float64).reshape((-1, right.shape[1]))


def _cleared(row: Sequence[Any]) -> list[int]:
    """A row of rationals as integers, times the least common multiple of the denominators."""
    multiple = math.lcm(*(int(entry.denominator) for entry in row))
    return [int(entry * multiple) for entry in row]


def _reduced(matrix: Matrix) -> tuple[list[list[Any]], tuple[int, ...]]:
    """The reduced row echelon form over the rationals, and its pivots."""
    rational = DomainMatrix([[QQ(int(entry)) for entry in row] for row in matrix], matrix.shape, QQ).to_sparse()
    reduced, pivots = rational.rref()
    return reduced.to_dense().to_list(), tuple(pivots)
