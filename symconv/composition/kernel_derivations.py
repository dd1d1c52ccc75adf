"""Derivations of kernels that stand for other layers: sums of branches, folded batch norms, average pooling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

from sympy import Integer, Rational, S, Tuple

from symconv.backing.claim import Claim
from symconv.composition.batch_norm import fold_batch_norm
from symconv.composition.branch_equations import sum_of_branches
from symconv.composition.branches import parallel, read_branches
from symconv.composition.compose import as_kernel
from symconv.composition.kernel import Kernel
from symconv.composition.pooling import average_pool_kernel
from symconv.composition.sized import Sized, definition_of
from symconv.composition.verdict import KERNEL
from symconv.derivation.extents import output_extents
from symconv.derivation.rules import DEFINITION, Rule
from symconv.derivation.steps import Step
from symconv.layers.pooling import AvgPool1d, AvgPool2d, AvgPool3d
from symconv.render import Derivation
from symconv.statements import Access, Expression, Proposition, Statement, Term, equate, symbol

ADD_UP = Rule("add up the branches", "taps of all branches that lie on one cell add up to one entry of the kernel")
FOLD = Rule("fold", "W[o]*w[o]*r[o] and (b[o] - m[o])*w[o]*r[o] + e[o] for W[o] and b[o], where r = 1/sqrt(var + eps)")
AVERAGE = Rule("average", "each tap of a depthwise kernel is one over the number of cells of a window")
_POOLS = {1: AvgPool1d, 2: AvgPool2d, 3: AvgPool3d}


def explain_parallel(*kernels: Any) -> Derivation:
    """How the sum of branches is one convolution, and what stands behind it; arguments and errors as ``parallel``.

    >>> import numpy as np
    >>> explain_parallel(Kernel(np.array([1, 2, 3]), padding=1), Kernel(np.array([10]))).backing
    'certificate ... (kernel), ... (size l)'
    """
    branches = read_branches(kernels)
    whole = parallel(*branches)
    claims = partial(_branch_claims, branches=branches, whole=whole)
    return _derivation(" + ".join(map(repr, branches)), "parallel", (branches, whole), ADD_UP, claims)


def explain_batch_norm(kernel: Any, bn: Any) -> Derivation:
    """How a kernel followed by a batch norm is one kernel; arguments and errors as ``fold_batch_norm``.

    The scale, whose root is computed in the kernel's numbers, stands in the theorem for any tensor.
    """
    layer = as_kernel(kernel)
    folded = fold_batch_norm(layer, bn)
    claims = partial(_fold_claims, layer=layer)
    return _derivation(f"{layer!r} then batch norm", "fold_batch_norm", ((layer,), folded), FOLD, claims)


def explain_average_pool(module: Any, channels: int) -> Derivation:
    """How average pooling is a depthwise kernel; arguments and errors as ``average_pool_kernel``."""
    kernel = average_pool_kernel(module, channels)
    claims = partial(_pool_claims, module=module, kernel=kernel)
    return _derivation(f"{type(module).__name__}", "average_pool_kernel", ((), kernel), AVERAGE, claims)


def _derivation(
    subject: str,
    quantity: str,
    kernels: tuple[Sequence[Kernel], Kernel],
    rule: Rule,
    claims: Callable[[Derivation], Iterable[Claim]],
) -> Derivation:
    """The statements of the given kernels, and of the one for them, whose strides and padding are the result."""
    given, one = kernels
    definitions = tuple(Step(definition_of(kernel).statement, DEFINITION) for kernel in given)
    steps = (*definitions, Step(definition_of(one).statement, rule))
    shown = Tuple(*map(Integer, one.stride), *(Integer(before) for before, _ in one.padding))
    return Derivation(subject, quantity, shown, steps, shown, claims=(claims,))


def _branch_claims(_: Derivation, *, branches: Sequence[Kernel], whole: Kernel) -> Iterator[Claim]:
    yield Claim(KERNEL, sum_of_branches([Sized.of(branch) for branch in branches], Sized.of(whole)))
    one = definition_of(whole)
    for branch in branches:
        both = zip(one.windows, output_extents(definition_of(branch)), output_extents(one), strict=True)
        for window, own, found in both:
            yield Claim(f"size {window.axis.label}", Proposition.of(own.value, found.value))


def _fold_claims(_: Derivation, *, layer: Kernel) -> Iterator[Claim]:
    yield Claim(KERNEL, _folded(definition_of(layer).statement))


def _folded(statement: Statement) -> Proposition:
    """(Y - m)*w*r + e is the layer with W*w*r for W and (b - m)*w*r + e for b."""
    o = statement.target.at[1]
    w, r, m, e = (Access(tensor, (o,)) for tensor in "wrme")
    outside = (Term((), (), (w, r, m), S.NegativeOne), Term((), (), (e,)))
    layer = tuple(replace(term, factors=(w, r, *term.factors)) for term in statement.terms)
    *bias, taps = (replace(term, factors=(term.factors[0], w, r, *term.factors[1:])) for term in statement.terms)
    return Proposition.of(Expression((*layer, *outside)), Expression((*bias, *outside, taps)), statement.ranges)


def _pool_claims(_: Derivation, *, module: Any, kernel: Kernel) -> Iterator[Claim]:
    if getattr(module, "divisor_override", None) is not None:
        yield Claim(KERNEL)
        return
    pool = _POOLS[kernel.dims](module.kernel_size, module.stride, module.padding).definition
    statement = definition_of(kernel).statement
    taps = statement.terms[-1]
    averaged = replace(taps, factors=taps.factors[1:], coefficient=Rational(1, prod(kernel.kernel_size)))
    known = pool.substitute({symbol("C_in"): Integer(kernel.in_channels)})
    yield Claim(KERNEL, equate(known, replace(statement, terms=(averaged,), where=known.where)))
