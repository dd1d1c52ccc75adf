"""What a composition claims: that the two layers are one with this kernel, and that the outputs have one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import Expr, S

from symconv.backing.claim import Claim
from symconv.composition.equations import inside, output_sizes
from symconv.composition.paired import paired
from symconv.composition.phased_equations import phased_inside, phased_sizes
from symconv.composition.sized import Sized
from symconv.composition.verdict import KERNEL
from symconv.definitions import Axis
from symconv.statements import Gcd

if TYPE_CHECKING:
    from symconv.render import Derivation


def composite_claims(_: Derivation, *, layers: Sequence[Any], kernel: Any) -> Iterator[Claim]:
    """The claims about two plain convolutions and their composite ``kernel``.

    The first is that the two are one convolution with this kernel, wherever no tap of the second leaves the middle.
    """
    first, second, one = map(Sized.of, (*layers, kernel))
    plainer, left_out = sayable(first, second, one)
    without = f" without {' and '.join(left_out)}" if left_out else ""
    yield Claim(f"{KERNEL}{without}", inside(first, second, plainer))
    yield from (Claim(f"{name} of the {KERNEL}") for name in left_out)
    for label, proposition in output_sizes(first, second, one).items():
        yield Claim(f"size {label}", proposition)


def phase_claims(_: Derivation, *, layers: tuple[Any, Any], kernel: Any) -> Iterator[Claim]:
    """The claims about two layers of which one is transposed; their biases are no part of the first one."""
    yield Claim(KERNEL, phased_inside(*layers, kernel))
    if any(_has_bias(layer) for layer in layers):
        yield Claim(f"bias of the {KERNEL}")
    for label, proposition in phased_sizes(*layers, kernel).items():
        yield Claim(f"size {label}", proposition)


def _has_bias(layer: Any) -> bool:
    return getattr(layer, "kernel", layer).bias is not None


def row_claims(_: Derivation, *, steps: Sequence[Derivation]) -> Iterator[Claim]:
    """The claims of all steps of a longer row, each of which adds a layer to the composite so far."""
    for place, step in enumerate(steps, start=2):
        for claim in (claim for tell in step.claims for claim in tell(step)):
            yield replace(claim, says=in_a_row(claim.says, place))


def in_a_row(says: str, place: int) -> str:
    """What is said of the step that adds the layer of that number."""
    return says if place == 2 else f"{says} with layer {place}"


def sayable(first: Sized, second: Sized, one: Sized) -> tuple[Sized, Sequence[str]]:
    """The one layer, and what it leaves out where the language of statements lacks common divisors of its symbols."""
    common = [name for name, (is_common, _) in _PLAINER.items() if is_common(one)]
    for names in ([], *([name] for name in common), common):
        plainer = one
        for name in names:
            plainer = _PLAINER[name][1](first, second, plainer)
        if paired(first, second, plainer) is not None:
            return plainer, names
    return one, ()


def _has_common_step(one: Sized) -> bool:
    return any(axis.dilation.has(Gcd) for axis in one.axes)


def _has_common_groups(one: Sized) -> bool:
    return bool(one.groups.has(Gcd))


def _with_every_tap(first: Sized, second: Sized, one: Sized) -> Sized:
    """The kernel with zeros between its taps, and dilation 1."""
    axes = zip(first.axes, second.axes, one.axes, strict=True)
    return replace(one, axes=tuple(replace(axis, kernel=_reach(a, b), dilation=S.One) for a, b, axis in axes))


def _reach(first: Axis, second: Axis) -> Expr:
    return first.dilation * (first.kernel - 1) + first.stride * second.dilation * (second.kernel - 1) + 1


def _without_groups(_: Sized, __: Sized, one: Sized) -> Sized:
    """The kernel with zeros between its groups, and one group."""
    return replace(one, groups=S.One)


#: What a theorem may leave out of a kernel: when it is a common divisor, and the same kernel without it.
_PLAINER: dict[str, tuple[Callable[[Sized], bool], Callable[[Sized, Sized, Sized], Sized]]] = {
    "dilation": (_has_common_step, _with_every_tap),
    "groups": (_has_common_groups, _without_groups),
}
