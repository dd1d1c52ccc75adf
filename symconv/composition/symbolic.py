"""The composite of two layers whose sizes are symbols, and the condition under which it is exact."""

from __future__ import annotations

from functools import partial

from sympy import And, Basic, Eq, Expr, Ge, Or, Tuple, expand, false, floor, true

from symconv.composition.claims import composite_claims
from symconv.composition.join import Join, JoinedAxis, join
from symconv.composition.sized import axes_of, is_padded
from symconv.composition.tap_steps import common_step, quotient
from symconv.composition.verdict import CompositionVerdict
from symconv.definitions import Axis
from symconv.errors import ArgumentError, ShapeError, sentence
from symconv.layers.arguments import as_size, expression
from symconv.layers.convolution import Conv1d, Conv2d, Conv3d
from symconv.render import Derivation
from symconv.statements import Gcd

EXACT = "exact for all sizes: the second layer has no padding"
FULL = "exact for all sizes: the first layer writes every cell that sees the input"
SHARP = "necessary and sufficient for generic weights"
SUFFICIENT = "sufficient; for strides or dilations other than 1 a tap may jump over the border cells"


Convolution = Conv1d | Conv2d | Conv3d
_CONVOLUTIONS: dict[int, type[Convolution]] = {1: Conv1d, 2: Conv2d, 3: Conv3d}


def explain_layers(first: Convolution, second: Convolution) -> CompositionVerdict:
    """Compose two layers with symbolic sizes; raises ``ShapeError`` where they do not chain.

    >>> verdict = explain_layers(Conv1d(1, 1, "k1", bias=False), Conv1d(1, 1, "k2", bias=False))
    >>> verdict.exact, verdict.kernel
    (True, Conv1d(1, 1, kernel_size=k1 + k2 - 1, bias=False))
    """
    _check(first, second)
    axes1, axes2 = axes_of(first), axes_of(second)
    joined = join(axes1, axes2, biases=(first.bias, second.bias))
    layer = _composite(first, second, joined, axes1, axes2)
    parts = [_axis_condition(a, b) for a, b in zip(axes1, axes2, strict=True)]
    if first.bias:
        parts += [And(Eq(a.before, 0), Eq(a.after, 0)) for a in axes2]
    shown = Tuple(*(e for axis in joined.axes for e in (axis.stride, axis.before, axis.after)))
    claims = (partial(composite_claims, layers=(first, second), kernel=layer),)
    derivation = Derivation(f"{first!r} then {second!r}", "composite", shown, joined.steps, shown, claims=claims)
    condition = And(*parts)
    decided = {true: True, false: False}.get(condition, condition)
    reason = _reason(decided, axes1, axes2)
    return CompositionVerdict(decided, layer, reason, None, derivation, (first, second))


def _reason(decided: bool | Basic, first: tuple[Axis, ...], second: tuple[Axis, ...]) -> str:
    if decided is True:
        return FULL if any(map(is_padded, second)) else EXACT
    return f"exact under a condition on the sizes, {SHARP if is_sharp((*first, *second)) else SUFFICIENT}"


def is_sharp(axes: tuple[Axis, ...]) -> bool:
    """Whether the condition is also necessary for generic weights: no tap jumps over cells."""
    return all(step == 1 for axis in axes for step in (axis.stride, axis.dilation))


def _check(first: Convolution, second: Convolution) -> None:
    if first.dims != second.dims or first.out_channels != second.in_channels:
        raise ShapeError(
            sentence(
                f"layers={first!r} and {second!r}",
                f"do not chain: {first.out_channels} channels are written, {second.in_channels} read",
                "pass the layer that is applied first as the first",
            )
        )
    for layer in (first, second):
        if layer.padding_mode != "zeros":
            raise ArgumentError(
                sentence(f"padding_mode={layer.padding_mode!r}", "has no symbolic verdict", "use zeros, or numbers")
            )


def _composite(
    first: Convolution,
    second: Convolution,
    joined: Join,
    axes1: tuple[Axis, ...],
    axes2: tuple[Axis, ...],
) -> Convolution:
    reads = [_taps(axis, a.kernel, b.kernel) for axis, a, b in zip(joined.axes, axes1, axes2, strict=True)]
    return _CONVOLUTIONS[first.dims](
        first.in_channels,
        second.out_channels,
        kernel_size=tuple(as_size(size) for size, _ in reads),
        stride=tuple(as_size(axis.stride) for axis in joined.axes),
        padding=tuple((as_size(axis.before), as_size(axis.after)) for axis in joined.axes),
        dilation=tuple(as_size(dilation) for _, dilation in reads),
        groups=as_size(Gcd(expression(first.groups), expression(second.groups))),
        bias=first.bias or second.bias,
    )


def _taps(axis: JoinedAxis, kernel1: Expr, kernel2: Expr) -> tuple[Expr, Expr]:
    """(kernel size, dilation): the taps lie at multiples of the greatest common step; a single tap goes no step."""
    inner, outer = axis.inner_step, axis.outer_step
    if kernel1 == 1 or kernel2 == 1:
        return (kernel2, outer) if kernel1 == 1 else (kernel1, inner)
    common = common_step(inner, outer)
    one, other = (quotient(step, common) for step in (inner, outer))
    if common == 1 or one is None or other is None:
        return (inner * (kernel1 - 1) + outer * (kernel2 - 1)) / common + 1, common
    return one * (kernel1 - 1) + other * (kernel2 - 1) + 1, common


def _axis_condition(first: Axis, second: Axis) -> Basic:
    """No padding of the second layer, or a first layer that writes all cells which see the input, at each end."""
    span = first.dilation * (first.kernel - 1)
    middle = floor((first.size + first.before + first.after - span - 1) / first.stride) + 1
    before = Or(Eq(second.before, 0), Ge(expand(first.before - span + first.stride - 1), 0))
    after = Or(Eq(second.after, 0), Ge(expand(first.stride * middle - first.before - first.size), 0))
    return And(before, after) if (before, after) != (true, true) else true
