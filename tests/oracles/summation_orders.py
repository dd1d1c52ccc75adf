"""Orders of summation: of rounded products, and of chains of fused operations."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np

from oracles.gather import Block

# ---- orders of summation: leaves [terms, ...] -> sum


def forwards(leaves: Block) -> Block:
    total = leaves[0]
    for leaf in leaves[1:]:
        total = total + leaf
    return total


def backwards(leaves: Block) -> Block:
    return forwards(leaves[::-1])


def pairwise(leaves: Block) -> Block:
    while len(leaves) > 1:
        even = len(leaves) // 2 * 2
        leaves = np.concatenate([leaves[0:even:2] + leaves[1:even:2], leaves[even:]])
    return leaves[0]


def lanes(leaves: Block, width: int) -> Block:
    """``width`` accumulators side by side, which are added up in pairs."""
    return pairwise(np.stack([forwards(leaves[i::width]) for i in range(min(width, len(leaves)))]))


def blocks(leaves: Block, width: int) -> Block:
    """Sums of ``width`` leaves in a row, added one after another."""
    return forwards(np.stack([forwards(leaves[i : i + width]) for i in range(0, len(leaves), width)]))


def random_tree(leaves: Block, seed: int) -> Block:
    rng = np.random.default_rng(seed)
    nodes = [leaves[i] for i in rng.permutation(len(leaves))]
    while len(nodes) > 1:
        left, right = (nodes.pop(int(rng.integers(len(nodes)))) for _ in range(2))
        nodes.append(left + right)
    return nodes[0]


def ascending(leaves: Block) -> Block:
    """The most negative first: the largest partial sums that there are."""
    return forwards(np.sort(leaves, axis=0))


def largest_first(leaves: Block) -> Block:
    return forwards(np.take_along_axis(leaves, np.argsort(-np.abs(leaves), axis=0), axis=0))


def checkered(leaves: Block) -> Block:
    """Another order for every second output, as kernels with a border of their own have."""
    one, other = forwards(leaves), pairwise(leaves[::-1])
    return np.where(np.arange(one.size).reshape(one.shape) % 2 == 0, one, other)


# ---- chains of fused operations: factors, and where the sum starts -> sum


def fused(a: Block, b: Block, c: Block) -> Block:
    """a*b + c with one rounding."""
    if np.result_type(a, b, c) == np.float64:
        return _fused_exactly(a, b, c)
    product = a.astype(np.float64) * b  # exact
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)
    even = (error != 0) & (total.view(np.int64) % 2 == 0)
    return np.where(even, np.nextafter(total, np.copysign(np.inf, error)), total).astype(np.float32)


@partial(np.frompyfunc, nin=3, nout=1)
def _exactly(a: float, b: float, c: float) -> float:
    return float(Fraction(a) * Fraction(b) + Fraction(c))


def _fused_exactly(a: Block, b: Block, c: Block) -> Block:
    return _exactly(a, b, c).astype(np.float64)


def chain(a: Block, b: Block, start: Block) -> Block:
    for left, right in zip(a, b, strict=True):
        start = fused(left, right, start)
    return start


def chain_backwards(a: Block, b: Block, start: Block) -> Block:
    return chain(a[::-1], b[::-1], start)


def chain_lanes(a: Block, b: Block, start: Block, width: int) -> Block:
    starts = [start, *[np.zeros_like(start)] * (min(width, len(a)) - 1)]
    return pairwise(np.stack([chain(a[i::width], b[i::width], s) for i, s in enumerate(starts)]))


def chain_blocks(a: Block, b: Block, start: Block, width: int) -> Block:
    zero = np.zeros_like(start)
    parts = [chain(a[i : i + width], b[i : i + width], zero) for i in range(0, len(a), width)]
    return forwards(np.stack([start, *parts]))
