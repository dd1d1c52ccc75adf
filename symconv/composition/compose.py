"""``compose`` and ``explain_composition``: convolutions in a row as one, with the truth about the border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sympy import And, Tuple, false, true

from symconv.composition.arrays import Array, arrays_of, check_alike, check_finite, kind_of, seems_finite
from symconv.composition.claims import composite_claims, row_claims
from symconv.composition.join import Join, join
from symconv.composition.judge import Judgement, composite_mode, judge
from symconv.composition.kernel import Kernel
from symconv.composition.operands import frame_through
from symconv.composition.product import kernel_product, plan_product
from symconv.composition.shuffled import ShuffledKernel
from symconv.composition.sized import axes_of
from symconv.composition.verdict import BorderError, CompositionVerdict
from symconv.errors import ArgumentError, ShapeError, sentence
from symconv.layers.arguments import read_choice
from symconv.layers.base import Layer
from symconv.render import Derivation


def compose(
    k1: Any,
    k2: Any,
    *more: Any,
    input_size: Sequence[int] | None = None,
    border: str = "exact",
    method: str = "auto",
) -> Any:
    """One kernel for k1, then k2, and so on.

    Arrays give an array of the same kind (stride 1, no padding), ``Kernel``s a ``Kernel``, ``nn.Conv*`` modules a
    module.  ``border="exact"`` raises ``BorderError`` where they are not one convolution, for this ``input_size`` or,
    without it, for every size; "interior" returns the kernel all the same.  ``method`` is that of ``kernel_product``.
    Raises ``ShapeError`` for kernels that do not chain, ``ArgumentError`` for mixed kinds.

    >>> import numpy as np
    >>> compose(np.array([1, 2]), np.array([1, 1]))
    array([1, 3, 2])
    """
    read_choice("border", border, ("exact", "interior"))
    layers = (k1, k2, *more)
    if all(_is_array(layer) for layer in layers):
        return _product_of_arrays(layers, method)
    verdict = explain_composition(*layers, input_size=input_size, method=method)
    if border == "exact" and verdict.exact is not True:
        raise BorderError(verdict)
    return (
        verdict.kernel
        if any(isinstance(layer, (Kernel, ShuffledKernel)) for layer in layers)
        else verdict.kernel.to_module()
    )


def _product_of_arrays(layers: Sequence[Array], method: str) -> Array:
    """The product; an entry that is not finite makes it so too, so that one look at the product is enough."""
    check_alike(*layers)
    product = layers[0]
    for layer in layers[1:]:
        product = kernel_product(product, layer, method=method)
    if kind_of(layers[0]) == "sympy" or not seems_finite(product):
        for layer in layers:
            check_finite(layer)
    return product


def explain_composition(
    k1: Any, k2: Any, *more: Any, input_size: Sequence[int] | None = None, method: str = "auto"
) -> CompositionVerdict:
    """The composite of k1, then k2, and so on, its derivation, and the verdict on the border; see ``compose``."""
    given = (k1, k2, *more)
    if all(isinstance(layer, Layer) for layer in given):
        return _explain_symbolic(given)
    layers = tuple(map(as_kernel, given))
    size = None if input_size is None else _read_size(input_size, layers[0].dims)
    verdict = _pair(layers[0], layers[1], size, method)
    for place, layer in enumerate(layers[2:], start=2):
        verdict = _with_next(verdict, layer, layers[: place + 1], size, method)
    return verdict


def _explain_symbolic(layers: Sequence[Any]) -> CompositionVerdict:
    """Layers without weights, of symbolic sizes: one after the other, exact where every step is."""
    from symconv.composition.symbolic import explain_layers

    verdict = explain_layers(layers[0], layers[1])
    for layer in layers[2:]:
        last = explain_layers(verdict.kernel, layer)
        exact = {true: True, false: False}.get(found := And(verdict.exact, last.exact), found)
        steps = (*(verdict.steps or (verdict,)), last)
        verdict = replace(last, exact=exact, derivation=_derivation_of(steps), steps=steps)
    return replace(verdict, layers=tuple(layers))


def _derivation_of(steps: Sequence[CompositionVerdict]) -> Derivation:
    """The last step's derivation, which claims what all of them claim."""
    derivations = tuple(step.derivation for step in steps)
    return replace(derivations[-1], claims=(partial(row_claims, steps=derivations),))


def as_kernel(layer: Any) -> Any:
    """A ``Kernel`` from a kernel, an array or a torch module; a ``ShuffledKernel`` as it is."""
    if isinstance(layer, (Kernel, ShuffledKernel)):
        return layer
    return Kernel(layer) if _is_array(layer) else Kernel.from_module(layer)


def _is_array(layer: Any) -> bool:
    if isinstance(layer, (Kernel, ShuffledKernel)):
        return False
    try:
        kind_of(layer)
    except ArgumentError:
        return False
    return True


def _read_size(size: Sequence[int], dims: int) -> tuple[int, ...]:
    sizes = tuple(size) if isinstance(size, Sequence) else (size,) * dims
    if len(sizes) != dims or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in sizes):
        raise ShapeError(
            sentence(f"input_size={size!r}", f"is not {dims} positive ints", "pass the input's spatial sizes")
        )
    return sizes


def _pair(first: Kernel, second: Kernel, size: tuple[int, ...] | None, method: str) -> CompositionVerdict:
    _check_chain(first, second)
    if first.transposed or second.transposed:
        from symconv.composition.transposed import explain_transposed

        return explain_transposed(first, second, size, method)
    joined = join(axes_of(first), axes_of(second), biases=(first.bias is not None, second.bias is not None))
    kernel = _composite(first, second, joined, method)
    judgement = judge(first, second, size)
    return _verdict(kernel, judgement, joined, (first, second), size)


def _check_chain(first: Kernel, second: Kernel) -> None:
    if first.dims != second.dims or first.out_channels != second.in_channels:
        raise ShapeError(
            sentence(
                f"kernels={first!r} and {second!r}",
                f"do not chain: {first.out_channels} channels of {first.dims} axes are written, "
                f"{second.in_channels} of {second.dims} read",
                "pass the layer that is applied first as k1",
            )
        )
    check_alike(first.weight, second.weight)


def _composite(first: Kernel, second: Kernel, joined: Join, method: str) -> Kernel:
    """The kernel whose arguments the join reads off, and whose entries the product of the weights gives."""
    inner = tuple(int(axis.inner_step) for axis in joined.axes)
    outer = tuple(int(axis.outer_step) for axis in joined.axes)
    groups = (first.groups, second.groups)
    plan = plan_product(tuple(first.weight.shape), tuple(second.weight.shape), inner, outer, groups)
    return Kernel(
        kernel_product(first.weight, second.weight, inner, outer, groups=groups, method=method),
        _composite_bias(first, second),
        stride=tuple(int(axis.stride) for axis in joined.axes),
        padding=tuple((int(axis.before), int(axis.after)) for axis in joined.axes),
        dilation=plan.dilation,
        groups=plan.groups,
        padding_mode=composite_mode(first, second),
    )


def _composite_bias(first: Kernel, second: Kernel) -> Array | None:
    """b2 + SUM_m SUM_u k2[o, m, u]*b1[m]: the second kernel's product with the first bias as a kernel of one tap."""
    if first.bias is None:
        return second.bias
    ones = (1,) * first.dims
    arrays = arrays_of(first.bias, second.weight)
    column = arrays.read(first.bias).reshape((first.out_channels, 1, *ones))
    summed = (
        arrays.read(second.weight)
        .reshape((*second.weight.shape[:2], -1))
        .sum(-1)
        .reshape((*second.weight.shape[:2], *ones))
    )
    share = _dense_product(arrays, column, summed, second.groups).reshape((second.out_channels,))
    total = share if second.bias is None else share + arrays.read(second.bias)
    return arrays.write(total)


def _dense_product(arrays: Any, column: Any, weight: Any, groups: int) -> Any:
    """The grouped 1x1 weight times one column of channels."""
    outputs, grouped = weight.shape[:2]
    blocks = weight.reshape((groups, outputs // groups, grouped))
    return arrays.matmul(blocks, column.reshape((groups, grouped, 1)))


def _verdict(
    kernel: Kernel,
    judgement: Judgement,
    joined: Join,
    layers: tuple[Kernel, ...],
    size: tuple[int, ...] | None,
) -> CompositionVerdict:
    shown = Tuple(*(axis.stride for axis in joined.axes), *(axis.before for axis in joined.axes))
    claims = (partial(composite_claims, layers=layers, kernel=kernel),)
    derivation = Derivation(" then ".join(map(repr, layers)), "composite", shown, joined.steps, shown, claims=claims)
    return CompositionVerdict(
        exact=judgement.exact,
        kernel=kernel,
        reason=judgement.reason,
        frame=judgement.frame,
        derivation=derivation,
        layers=layers,
        input_size=size,
        weights_wrong=judgement.weights_wrong,
        bias_wrong=judgement.bias_wrong,
    )


def _with_next(
    so_far: CompositionVerdict, layer: Kernel, layers: tuple[Kernel, ...], size: tuple[int, ...] | None, method: str
) -> CompositionVerdict:
    """One more layer: it may differ where the composite so far did, seen through it, or at its own border."""
    last = _pair(so_far.kernel, layer, size, method)
    frame = last.frame
    if frame is not None and so_far.frame is not None and so_far.frame.any():
        frame = frame | frame_through(so_far.frame, layer)
    exact = bool(so_far.exact and last.exact) if frame is None else not frame.any()
    steps = (*(so_far.steps or (so_far,)), last)
    return CompositionVerdict(
        exact=exact,
        kernel=last.kernel,
        reason=last.reason if so_far.exact else so_far.reason,
        frame=frame,
        derivation=_derivation_of(steps),
        layers=layers,
        input_size=size,
        weights_wrong=so_far.weights_wrong or last.weights_wrong,
        bias_wrong=so_far.bias_wrong or last.bias_wrong,
        steps=steps,
    )
