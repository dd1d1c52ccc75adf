"""Convolutions in a row as one kernel, with the truth about borders; branches, batch norm, pooling as kernels."""

from symconv.composition.batch_norm import BatchNorm, batch_norm_kernel, fold_batch_norm
from symconv.composition.branches import parallel
from symconv.composition.compose import compose, explain_composition
from symconv.composition.kernel import Kernel
from symconv.composition.kernel_derivations import explain_average_pool, explain_batch_norm, explain_parallel
from symconv.composition.pooling import average_pool_kernel, linear_after_flatten
from symconv.composition.shuffled import ShuffledKernel
from symconv.composition.verdict import BorderError, CompositionVerdict, RepairError

__all__ = [
    "BatchNorm",
    "BorderError",
    "CompositionVerdict",
    "Kernel",
    "RepairError",
    "ShuffledKernel",
    "average_pool_kernel",
    "batch_norm_kernel",
    "compose",
    "explain_average_pool",
    "explain_batch_norm",
    "explain_composition",
    "explain_parallel",
    "fold_batch_norm",
    "linear_after_flatten",
    "parallel",
]
