"""Kernels with one mistake each, on the same gather as the correct ones, so that nothing else differs.

A mistake is in what is read or multiplied (a changed case), in the terms, in the arithmetic, or in what is stored.
"""

from __future__ import annotations

from oracles.broken_kernels.arithmetic import arithmetic
from oracles.broken_kernels.mistake import Broken
from oracles.broken_kernels.outputs import outputs
from oracles.broken_kernels.reads import reads
from oracles.broken_kernels.weights import biases, weights

BROKEN: dict[str, Broken] = {
    broken.name: broken for broken in (*reads(), *weights(), *arithmetic(), *biases(), *outputs())
}
