"""The repairs of a composite that is wrong at the border: modules equal to the layers, border included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.composition.compose import explain_composition
from symconv.composition.kernel import Kernel
from symconv.composition.verdict import REPAIRS, CompositionVerdict, RepairError
from symconv.errors import sentence
from symconv.layers.arguments import read_choice

if TYPE_CHECKING:
    from torch import nn


def repaired(verdict: CompositionVerdict, how: str) -> nn.Module:
    """A module equal to the verdict's layers, its parameters detached copies of the composite's dtype and device.

    "frame"         the composite inside, the layers on strips at the border; for inputs of every size
    "bias-map"      the composite without bias, and a constant image
    "ones-channel"  one plain convolution, the module's ``.conv``, on the input with a channel of ones a group

    The last two keep to the verdict's input size, or are for all sizes where it has none.  Raises ``RepairError``
    where the way does not work here, ``ArgumentError`` for an unknown one.
    """
    read_choice("how", how, REPAIRS)
    _check_layers(verdict, how)
    if how != "frame" and verdict.exact is not True and verdict.weights_wrong:
        raise no_repair(
            how,
            "mends the bias alone, but the composite's weights are wrong at the border: what it reads there depends "
            "on the input",
            "use 'frame', which always works",
        )
    return _WAYS[how](verdict)


def no_repair(how: str, condition: str, way_out: str) -> RepairError:
    """The error of a repair that does not work."""
    return RepairError(sentence(f"how={how!r}", condition, way_out))


def _check_layers(verdict: CompositionVerdict, how: str) -> None:
    if any(getattr(layer, "transposed", False) for layer in verdict.layers):
        raise no_repair(how, "is for plain convolutions, but a layer is transposed", "keep the layers in a row")
    other = next((layer for layer in (*verdict.layers, verdict.kernel) if not isinstance(layer, Kernel)), None)
    if other is not None:
        condition = f"is for plain convolutions with weights, but {other!r} is none"
        raise no_repair(how, condition, "compose kernels or modules, or keep the layers in a row")
    if verdict.kernel.kind != "torch":
        condition = f"makes a torch module, but the kernels hold {verdict.kernel.kind} arrays"
        raise no_repair(how, condition, "compose kernels of torch tensors")
    dtype = verdict.kernel.weight.dtype
    if not (dtype.is_floating_point or dtype.is_complex):
        condition = f"makes a module with parameters, which cannot be of dtype={dtype}"
        raise no_repair(how, condition, "compose kernels of floats")


def _composite(verdict: CompositionVerdict) -> nn.Module:
    module: nn.Module = verdict.kernel.to_module()
    return module


def _frame(verdict: CompositionVerdict) -> nn.Module:
    from symconv.composition.frame_module import FrameModule

    # the copies of a composite's wide padding may be too many for small inputs that the layers accept
    strict = _copies_cells(verdict.kernel) or _accepts_too_much(verdict.layers)
    if verdict.exact is True and not strict and _exact_for_every_size(verdict):
        return _composite(verdict)
    return FrameModule(verdict.kernel, verdict.layers)


def _accepts_too_much(layers: Sequence[Kernel]) -> bool:
    """Whether the composite may accept inputs that leave nothing in the middle, which a later layer's padding hides."""
    padded = [any(map(any, layer.padding)) for layer in layers]
    return any(_shrinks(layer) and any(padded[place:]) for place, layer in enumerate(layers, start=1))


def _shrinks(layer: Kernel) -> bool:
    """Whether small inputs are too small for the layer."""
    numbers = zip(layer.kernel_size, layer.dilation, layer.padding, strict=True)
    return any(d * (k - 1) > sum(sides) for k, d, sides in numbers)


def _exact_for_every_size(verdict: CompositionVerdict) -> bool:
    return verdict.input_size is None or explain_composition(*verdict.layers).exact is True


def _copies_cells(kernel: Kernel) -> bool:
    return kernel.padding_mode != "zeros" and any(map(any, kernel.padding))


def _bias_map(verdict: CompositionVerdict) -> nn.Module:
    from symconv.composition.bias_map import BiasMap

    if verdict.exact is True:
        return _composite(verdict)
    return BiasMap(replace(verdict.kernel, bias=None), verdict.layers, verdict.input_size)


def _ones_channel(verdict: CompositionVerdict) -> nn.Module:
    from symconv.composition.ones_channel import OnesChannel, ones_weights

    if verdict.exact is True:
        weight = verdict.kernel.weight
        nothing = weight.new_zeros((weight.shape[0], *weight.shape[2:]))
        return OnesChannel(verdict.kernel, nothing, verdict.kernel.bias, verdict.input_size)
    pair = _as_pair(verdict.layers, verdict.input_size)
    if pair is None:
        condition = "is for two layers, or for a chain that splits into two that are each exactly one convolution"
        raise no_repair("ones-channel", condition, "use 'bias-map' or 'frame'")
    if any(map(_copies_cells, (*pair, verdict.kernel))):
        condition = "reckons with zeros in the padding, but a layer pads with copies of cells"
        raise no_repair("ones-channel", condition, "use 'bias-map' or 'frame'")
    solved = ones_weights(*pair, verdict.kernel, verdict.input_size)
    if solved is None:
        condition = "needs weights that give every border cell its bias, but the linear system for them has no solution"
        raise no_repair("ones-channel", condition, "use 'bias-map' or 'frame'")
    return OnesChannel(verdict.kernel, *solved, verdict.input_size)


def _as_pair(layers: Sequence[Kernel], size: tuple[int, ...] | None) -> tuple[Kernel, Kernel] | None:
    """The chain as two kernels, where it splits into two parts that are each exactly one."""
    for place in range(1, len(layers)):
        first, second = _as_one(layers[:place], size), _as_one(layers[place:], None)
        if first is not None and second is not None:
            return first, second
    return None


def _as_one(layers: Sequence[Kernel], size: tuple[int, ...] | None) -> Kernel | None:
    if len(layers) == 1:
        return layers[0]
    verdict = explain_composition(*layers, input_size=size)
    return verdict.kernel if verdict.exact is True else None


_WAYS: dict[str, Callable[[CompositionVerdict], nn.Module]] = {
    "ones-channel": _ones_channel,
    "frame": _frame,
    "bias-map": _bias_map,
}
