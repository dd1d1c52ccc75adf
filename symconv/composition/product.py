"""The product of two kernels: which taps meet where, and in which blocks of channels.

Of two convolutions in a row, the second sums k2's taps ``u`` at positions ``s*u`` of the input (``s``: the first one's
stride times the second one's dilation), and under each of these the first sums k1's taps ``a`` at ``d*a`` further on::

    K[o, i, t] = SUM_m SUM_{(u, a): s*u + d*a = D*t}  k2[o, m, u] * k1[m, i, a]

a full convolution of the kernels on every axis.  ``D``, the dilation of K, is the greatest step that reaches them all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from symconv.composition.arrays import Arrays, arrays_of, common_kind, kind_of, numpy_arrays, with_rank
from symconv.errors import ArgumentError, ShapeError, sentence
from symconv.numerics.overflow import IntegerOverflow

#: One step for all axes, or one an axis.
Steps: TypeAlias = int | tuple[int, ...]
METHODS = ("auto", "direct", "toom-cook")


@dataclass(frozen=True)
class Axis:
    """One spatial axis: the taps of both kernels, their steps in units of K's dilation, and that dilation.

    >>> axis = Axis.of(taps1=3, taps2=3, step1=2, step2=4)
    >>> axis.dilation, axis.step1, axis.step2, axis.size
    (2, 1, 2, 7)
    """

    taps1: int
    taps2: int
    step1: int
    step2: int
    dilation: int

    @classmethod
    def of(cls, taps1: int, taps2: int, step1: int, step2: int) -> Axis:
        """The axis for the kernels' own steps; a single tap goes no step, so its step does not count."""
        moved1, moved2 = step1 if taps1 > 1 else 0, step2 if taps2 > 1 else 0
        dilation = math.gcd(moved1, moved2) or 1
        return cls(taps1, taps2, moved1 // dilation or 1, moved2 // dilation or 1, dilation)

    @property
    def size(self) -> int:
        """The number of K's taps."""
        return (self.taps1 - 1) * self.step1 + (self.taps2 - 1) * self.step2 + 1

    def reach(self, u: int) -> slice:
        """Where k1's taps fall under the tap u of k2."""
        start = self.step2 * u
        return slice(start, start + self.step1 * (self.taps1 - 1) + 1, self.step1)


@dataclass(frozen=True, eq=False)
class ProductPlan:
    """All that the product of two kernels depends on, apart from their entries.

    groups1, groups2   of the kernels; they cut the middle channels in two ways
    groups             of K: the greatest common divisor
    blocks             the pieces of both cuts together, lcm(groups1, groups2), each a dense product of its own
    block              the (outputs, middle, inputs) channels of such a product
    shape              of K, (out, in/groups, *sizes)
    taps1, taps2       the kernels' taps on each axis
    terms              the most products that are added up in one entry of K
    macs               the products of a pair of entries, in all

    Plans are cached, and compare by identity: a comparison of all fields would take longer than a small product.
    """

    groups1: int
    groups2: int
    groups: int
    blocks: int
    block: tuple[int, int, int]
    shape: tuple[int, ...]
    axes: tuple[Axis, ...]
    taps1: tuple[int, ...]
    taps2: tuple[int, ...]
    terms: int
    macs: int

    @property
    def sizes(self) -> tuple[int, ...]:
        """The taps of K on each axis."""
        return self.shape[2:]

    @property
    def dilation(self) -> tuple[int, ...]:
        """The dilation of K on each axis."""
        return tuple(axis.dilation for axis in self.axes)

    def reaches(self) -> Iterator[tuple[slice, ...]]:
        """For every tap of k2 in order, the box of K that k1's taps fall on under it."""
        for u in product(*map(range, self.taps2)):
            yield tuple(axis.reach(v) for axis, v in zip(self.axes, u, strict=True))


@lru_cache(maxsize=1024)
def plan_product(
    shape1: tuple[int, ...],
    shape2: tuple[int, ...],
    steps1: Steps = 1,
    steps2: Steps = 1,
    groups: tuple[int, int] = (1, 1),
) -> ProductPlan:
    """Plan the product of k1 of shape (c1, c0/groups[0], *taps) and k2 of shape (c2, c1/groups[1], *taps).

    ``steps1`` is the dilation of k1, ``steps2`` the stride of k1's layer times the dilation of k2.  Shapes of one or
    two entries are of a single channel.  Raises ``ShapeError`` for shapes that do not fit together, ``ArgumentError``
    for steps and groups.

    >>> plan_product((8, 1, 3, 3), (16, 8, 1, 1), groups=(8, 1)).shape
    (16, 8, 3, 3)
    """
    full1, full2 = with_channels(shape1), with_channels(shape2)
    dims, subject = len(full1) - 2, f"kernels of shapes {tuple(shape1)} and {tuple(shape2)}"
    if len(full2) != len(full1) or not 1 <= dims <= 3 or 0 in (*full1, *full2):
        way_out = "pass (out, in/groups, *sizes) with 1 to 3 sizes, as many for both, or one or two sizes alone"
        raise ShapeError(sentence(subject, "are not of the same 1 to 3 spatial axes, or empty", way_out))
    groups1, groups2 = _numbers("groups", groups, 2)
    middle, outputs, inputs = full1[0], full2[0], full1[1] * groups1
    if middle != full2[1] * groups2:
        condition = f"do not fit: k1 writes {middle} channels, k2 reads {full2[1] * groups2}"
        raise ShapeError(sentence(subject, condition, "pass the kernel that is applied first as k1"))
    if middle % groups1 or outputs % groups2:
        condition = f"do not divide the kernels' out_channels {middle} and {outputs}"
        raise ArgumentError(sentence(f"groups={groups!r}", condition, "pass divisors"))
    each = zip(full1[2:], full2[2:], _numbers("steps1", steps1, dims), _numbers("steps2", steps2, dims), strict=True)
    axes = tuple(Axis.of(*sizes) for sizes in each)
    common, blocks = math.gcd(groups1, groups2), math.lcm(groups1, groups2)
    block = outputs // groups2, middle // blocks, inputs // groups1
    return ProductPlan(
        groups1,
        groups2,
        groups=common,
        blocks=blocks,
        block=block,
        shape=(outputs, inputs // common, *(axis.size for axis in axes)),
        axes=axes,
        taps1=full1[2:],
        taps2=full2[2:],
        terms=middle // max(groups1, groups2) * math.prod(min(axis.taps1, axis.taps2) for axis in axes),
        macs=blocks * math.prod(block) * math.prod(full1[2:]) * math.prod(full2[2:]),
    )


def with_channels(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a kernel with its channel axes: one or two spatial axes alone are of a single channel."""
    ints = tuple(map(int, shape))
    return (1, 1, *ints) if 1 <= len(ints) <= 2 else ints


def _numbers(name: str, given: Steps, count: int) -> tuple[int, ...]:
    each = given if isinstance(given, tuple) else (given,) * count
    if len(each) != count or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in each):
        way_out = f"pass a positive int, or a tuple of {count}"
        raise ArgumentError(sentence(f"{name}={given!r}", f"is not {count} positive ints", way_out))
    return each


def direct_product(plan: ProductPlan, arrays: Arrays, k1: Any, k2: Any) -> Any:
    """K by matrix products of channels, one for each tap of k2; exact wherever the products and their sums are.

    ``k1`` and ``k2`` have channel axes; their entries are read and written by ``arrays``.
    """
    outputs, middle, inputs = plan.block
    first = k1.reshape((plan.blocks, middle, inputs, -1))
    second = k2.reshape((plan.groups2, outputs, plan.blocks // plan.groups2, middle, -1))
    if math.prod(plan.taps2) == 1:
        # the columns are (inputs, taps): no axis of k1 moves
        rows = arrays.permute(second[..., 0], (0, 2, 1, 3)).reshape((plan.blocks, outputs, middle))
        blocks = arrays.matmul(rows, first.reshape((plan.blocks, middle, -1)))
        return assemble(plan, arrays, blocks.reshape((plan.blocks, outputs, inputs, *plan.sizes)))
    first = arrays.permute(first, (0, 1, 3, 2)).reshape((plan.blocks, middle, -1))
    if math.prod(plan.taps1) == 1:
        rows = arrays.permute(second, (0, 2, 1, 4, 3)).reshape((plan.blocks, -1, middle))
        total = arrays.matmul(rows, first)
    else:
        total = arrays.zeros((plan.blocks, outputs, *plan.sizes, inputs))
        rows = arrays.contiguous(arrays.permute(second, (4, 0, 2, 1, 3))).reshape((-1, plan.blocks, outputs, middle))
        for u, box in enumerate(plan.reaches()):
            part = arrays.matmul(rows[u], first)
            total[(slice(None), slice(None), *box)] += part.reshape((plan.blocks, outputs, *plan.taps1, inputs))
    total = total.reshape((plan.blocks, outputs, math.prod(plan.sizes), inputs))
    blocks = arrays.permute(total, (0, 1, 3, 2)).reshape((plan.blocks, outputs, inputs, *plan.sizes))
    return assemble(plan, arrays, blocks)


def assemble(plan: ProductPlan, arrays: Arrays, blocks: Any) -> Any:
    """K in its groups' layout from the dense products (blocks, outputs, inputs, *sizes).

    In a group of K, the p1 groups of k1 and the p2 groups of k2 overlap in p1*p2 blocks like two rulers, and each block
    belongs to one pair of them; pairs that no block belongs to stay 0, as between groups of a grouped kernel.
    """
    p1, p2 = plan.groups1 // plan.groups, plan.groups2 // plan.groups
    outputs, _, inputs = plan.block
    if p1 == 1:
        return blocks.reshape(plan.shape)
    rest = (outputs, inputs, *plan.sizes)
    if p2 == 1:
        pairs = blocks.reshape((plan.groups, 1, p1, *rest))
    else:
        each = blocks.reshape((plan.groups, p1 * p2, *rest))
        pairs = arrays.zeros((plan.groups, p2, p1, *rest))
        for number in range(p1 * p2):
            pairs[:, number // p1, number // p2] += each[:, number]
    tail = tuple(range(4, 5 + len(plan.sizes)))
    return arrays.permute(pairs, (0, 1, 3, 2, *tail)).reshape(plan.shape)


def kernel_product(
    k1: Any,
    k2: Any,
    steps1: Steps = 1,
    steps2: Steps = 1,
    *,
    groups: tuple[int, int] = (1, 1),
    method: str = "auto",
) -> Any:
    """The kernel K of k2's convolution after k1's: same kind, data type and device; nothing is mutated.

    ``k1`` (c1, c0/groups[0], *taps) and ``k2`` (c2, c1/groups[1], *taps) are PyTorch tensors, NumPy arrays or SymPy
    arrays (then K is a lazy ``SymbolicKernel``); K is (c2, c0/gcd(groups), *sizes), its dilation that of
    ``plan_product``.  Kernels of one or two axes are of a single channel, and so is then K.

    ``method`` matters for PyTorch's floating-point tensors: "toom-cook" is fast, "direct" accurate (integer values in
    float64 exact), "auto" takes the fast one only for float32 and shorter (see ``torch_product``).  Raises
    ``ShapeError``, ``ArgumentError``, and ``IntegerOverflow`` where an integer type might not hold an entry of K.

    >>> import numpy as np
    >>> kernel_product(np.array([1, 1]), np.array([1, 2, 1]))
    array([1, 3, 3, 1])
    """
    if method not in METHODS:
        raise ArgumentError(sentence(f"method={method!r}", "is not known", f"choose one of {', '.join(METHODS)}"))
    kind = kind_of(k1) if type(k1) is type(k2) else common_kind(k1, k2)
    shape1, shape2 = tuple(k1.shape), tuple(k2.shape)
    plan = plan_product(shape1, shape2, steps1, steps2, groups)
    bare = len(shape1) <= 2 and len(shape2) <= 2
    if kind == "sympy":
        from symconv.composition.symbolic_product import symbolic_product

        return symbolic_product(plan, k1, k2, plan.sizes if bare else plan.shape)
    k1 = k1 if len(shape1) > 2 else with_rank(k1, "k1")
    k2 = k2 if len(shape2) > 2 else with_rank(k2, "k2")
    if kind == "torch":
        from symconv.composition.torch_product import torch_product

        result: Any = torch_product(plan, k1, k2, method)
    else:
        result = numpy_product(plan, k1, k2)
    return result.reshape(plan.sizes) if bare else result


def numpy_product(plan: ProductPlan, k1: Any, k2: Any) -> NDArray[Any]:
    """K for NumPy arrays with channel axes: exact for integers and objects; float16 is rounded once, from float32."""
    dtype = arrays_of(k1, k2).dtype
    if np.issubdtype(dtype, np.integer):
        return integer_product(plan, dtype, k1, k2)
    arrays = numpy_arrays(np.result_type(dtype, np.float32) if dtype == np.float16 else dtype)
    result = direct_product(plan, arrays, arrays.read(k1), arrays.read(k2))
    return np.ascontiguousarray(result.astype(dtype, copy=False))


def integer_product(plan: ProductPlan, dtype: Any, k1: NDArray[Any], k2: NDArray[Any]) -> NDArray[Any]:
    """K for NumPy integers, in the integer type ``dtype``; raises ``IntegerOverflow`` where that might not hold it.

    Where no sum can pass 2**53, float64 holds all of them exactly, and is multiplied far faster.
    """
    bound = integer_bound(plan, (int(k1.min()), int(k1.max())), (int(k2.min()), int(k2.max())))
    arrays = numpy_arrays(np.dtype(np.float64 if bound <= 2**53 else np.int64))
    result = direct_product(plan, arrays, arrays.read(k1), arrays.read(k2))
    check_held(int(result.min()), int(result.max()), dtype)
    return np.ascontiguousarray(result.astype(dtype))


def integer_bound(plan: ProductPlan, range1: tuple[int, int], range2: tuple[int, int]) -> int:
    """What no sum of products can pass for entries in those ranges; raises ``IntegerOverflow`` beyond int64."""
    bound = plan.terms * max(-range1[0], range1[1]) * max(-range2[0], range2[1])
    if bound >= 2**63:
        check_held(-bound, bound, np.dtype(np.int64))
    return bound


def check_held(least: int, greatest: int, dtype: Any) -> None:
    """Raise ``IntegerOverflow`` where the integer type does not hold what lies between."""
    if least < np.iinfo(dtype).min or greatest > np.iinfo(dtype).max:
        condition = f"has entries that may reach from {least} to {greatest}, outside {dtype}"
        way_out = "pass a wider type, floats, or NumPy arrays of dtype object, whose Python ints are unbounded"
        raise IntegerOverflow(sentence("the product of the kernels", condition, way_out))
