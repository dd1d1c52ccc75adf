"""The layers on which two functions are compared: one that is described, or some that are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

from symconv.errors import ArgumentError, sentence

#: What an input has beyond its smallest size, and its batch, where no shape is given.
_BEYOND, _BATCH = 7, 2
_OPTIONAL = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "output_padding": 0}


@dataclass(frozen=True)
class Trial:
    """A layer with numbers on an input shape."""

    layer: Any
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many entries its input and weight have."""
        from math import prod

        from symconv.testing.shapes import tensor_shapes

        return sum(map(prod, tensor_shapes(self.layer, self.shape).values()))

    def describe(self) -> str:
        """The layer and the input shape."""
        return f"{self.layer!r} on {self.shape}"


def described_trial(kind: str, arguments: Mapping[str, Any], shape: tuple[Any, ...] | None) -> Trial:
    """The layer of that kind; PyTorch's defaults for what is left out, and channels as the input has them."""
    from symconv.cli.layers import read_layer
    from symconv.testing.problems import check_layer
    from symconv.testing.shapes import smallest_sizes

    optional = {n: v for n, v in _OPTIONAL.items() if n != "output_padding" or "transpose" in kind.lower()}
    layer = read_layer(kind, {**(optional if "conv" in kind.lower() else {}), **arguments}, shape)
    unset = [n for n in ("in_channels", "out_channels", "kernel_size") if _is_symbolic(getattr(layer, n, 0))]
    if unset:
        raise ArgumentError(
            sentence(f"layer={kind}", f"needs numbers for {', '.join(unset)}", f"add --set {unset[0]}=3, say")
        )
    check_layer(layer)
    if shape is None:
        shape = (_BATCH, layer.in_channels, *(n + _BEYOND for n in smallest_sizes(layer)))
    if any(_is_symbolic(n) for n in shape):
        raise ArgumentError(sentence("input", "is not in numbers", "write it like 1,3,16,16"))
    layer.output_shape(shape)
    return Trial(layer, shape)


def _is_symbolic(value: Any) -> bool:
    return any(map(_is_symbolic, value)) if isinstance(value, tuple) else not isinstance(value, int)


def drawn_trials(dims: int, arguments: Mapping[str, Any], count: int, seed: int) -> list[Trial]:
    """Layers drawn from a seed, with the arguments that are given; the smallest first."""
    try:
        import hypothesis  # noqa: F401
    except ImportError:
        raise ArgumentError(
            sentence("examples", "are drawn by Hypothesis, which is not installed", "install it, or name a --layer")
        ) from None
    from symconv.testing.convolutions import conv_layers

    known = [name for name in signature(conv_layers).parameters if name not in ("dims", "padding_modes")]
    for name in arguments:
        if name not in known:
            raise ArgumentError(sentence(f"set={name!r}", "is no argument of a convolution", f"use {', '.join(known)}"))
    layers = conv_layers(dims, **{"transposed": False, "one_sided": False, **arguments})
    return sorted(_draws(layers, count, seed), key=lambda trial: trial.size)


def _draws(layers: Any, count: int, seed: int) -> Iterator[Trial]:
    import hypothesis
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis import strategies as st

    from symconv.testing.strategies import input_shapes

    found: list[Trial] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(st.data())
    def draw(data: st.DataObject) -> None:
        layer = data.draw(layers)
        found.append(Trial(layer, data.draw(input_shapes(layer))))

    draw()
    yield from dict.fromkeys(found)
