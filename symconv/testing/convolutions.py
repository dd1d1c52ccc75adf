"""Hypothesis strategy for convolution layers, plain and transposed, some of whose arguments may be fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from symconv.errors import ArgumentError, sentence
from symconv.layers.base import Layer
from symconv.layers.convolution import Conv1d, Conv2d, Conv3d
from symconv.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

_CONVOLUTIONS = {1: Conv1d, 2: Conv2d, 3: Conv3d}
_TRANSPOSED = {1: ConvTranspose1d, 2: ConvTranspose2d, 3: ConvTranspose3d}
_WORDS = ("same", "valid")
_MOST_CHANNELS = 3
_MOST_GROUPS = 3


def conv_layers(
    dims: int | None = None,
    transposed: bool | None = None,
    max_size: int = 4,
    padding_modes: Sequence[str] = ("zeros",),
    *,
    one_sided: bool = True,
    in_channels: int | None = None,
    out_channels: int | None = None,
    kernel_size: Any = None,
    stride: Any = None,
    padding: Any = None,
    dilation: Any = None,
    groups: int | None = None,
    bias: bool | None = None,
    output_padding: Any = None,
) -> SearchStrategy[Layer]:
    """Conv1d to Conv3d and ConvTranspose1d to ConvTranspose3d, with numbers for all arguments.

    ``dims`` is 1, 2 or 3, and ``transposed`` True or False; left out, both are drawn. Kernels, strides, dilations and
    one-sided paddings go up to ``max_size``, channels in a group up to 3; ``padding_modes`` are those of convolutions.
    ``one_sided=False`` pads both sides of an axis alike. What else is given is not drawn: ``stride=1``, say, or
    ``bias=False``.

    Raises ``ArgumentError``, for arguments that make no layer when a layer is drawn.

    >>> from hypothesis import find, settings
    >>> find(conv_layers(), lambda layer: True, settings=settings(derandomize=True, database=None))
    Conv1d(1, 1, kernel_size=1, bias=False)
    """
    given = {
        "in_channels": in_channels,
        "out_channels": out_channels,
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "output_padding": output_padding,
        "bias": bias,
    }
    fixed = {name: value for name, value in given.items() if value is not None}
    _check_numbers(fixed)
    if "output_padding" in fixed and transposed is not True:
        raise ArgumentError(
            sentence(f"output_padding={output_padding!r}", "needs transposed=True", "pass it too, or leave this out")
        )
    return _conv_layers(
        ranks(dims),
        transposed,
        fixed,
        max_size=max_size,
        padding_modes=tuple(padding_modes),
        one_sided=one_sided,
    )


@st.composite
def _conv_layers(
    draw: DrawFn,
    dims: SearchStrategy[int],
    transposed: bool | None,
    fixed: Mapping[str, Any],
    *,
    max_size: int,
    padding_modes: Sequence[str],
    one_sided: bool,
) -> Layer:
    rank = draw(dims)
    each = {name: _each(value, rank) for name, value in fixed.items()}
    sizes, sides = per_axis(rank, 1, max_size), _sides(rank, max_size, one_sided)
    groups = draw(_groups(fixed))
    common: dict[str, Any] = {
        "in_channels": _drawn(draw, fixed, "in_channels", _channels(groups)),
        "out_channels": _drawn(draw, fixed, "out_channels", _channels(groups)),
        "groups": groups,
        "kernel_size": _drawn(draw, each, "kernel_size", sizes),
        "dilation": _drawn(draw, each, "dilation", sizes),
        "bias": _drawn(draw, fixed, "bias", st.booleans()),
    }
    if draw(st.booleans()) if transposed is None else transposed:
        return draw(_transposed_layers(common, each, sizes, sides))
    # drawn whether used or not: Hypothesis takes fewer draws for smaller, and would shrink to "same"
    stride, drawn_sides = _drawn(draw, each, "stride", sizes), draw(sides)
    word, mode = draw(st.sampled_from(("", "valid", "same"))), draw(st.sampled_from(padding_modes))
    uneven = any(d * (k - 1) % 2 for d, k in zip(common["dilation"], common["kernel_size"], strict=True))
    if word == "same" and (("stride" in each and stride != (1,) * rank) or (uneven and not one_sided)):
        word = ""
    padding = fixed.get("padding", word or drawn_sides)
    stride = (1,) * rank if padding == "same" and "stride" not in fixed else stride
    return _CONVOLUTIONS[rank](**common, stride=stride, padding=padding, padding_mode=mode)


@st.composite
def _transposed_layers(
    draw: DrawFn,
    common: dict[str, Any],
    each: Mapping[str, Any],
    sizes: SearchStrategy[Any],
    sides: SearchStrategy[Any],
) -> Layer:
    stride = _drawn(draw, each, "stride", sizes)
    most = [max(s, d) - 1 for s, d in zip(stride, common["dilation"], strict=True)]
    extra = _drawn(draw, each, "output_padding", st.tuples(*(st.integers(0, m) for m in most)))
    padding = _drawn(draw, each, "padding", sides)
    return _TRANSPOSED[len(stride)](**common, stride=stride, padding=padding, output_padding=extra)


def ranks(dims: int | None) -> SearchStrategy[int]:
    """The rank of a layer, which is drawn if left out."""
    if dims is None:
        return st.integers(1, 3)
    if dims not in _CONVOLUTIONS:
        raise ArgumentError(sentence(f"dims={dims!r}", "is no rank of a layer", "pass 1, 2, 3, or leave it out"))
    return st.just(dims)


def per_axis(rank: int, least: int, most: int) -> SearchStrategy[tuple[int, ...]]:
    """One size an axis."""
    return st.tuples(*[st.integers(least, max(least, most))] * rank)


def _sides(rank: int, most: int, one_sided: bool) -> SearchStrategy[tuple[Any, ...]]:
    """Padding before and after each axis, one side larger than any kernel at times."""
    side = st.integers(0, most)
    return st.tuples(*[st.tuples(side, side) if one_sided else side] * rank)


def _groups(fixed: Mapping[str, Any]) -> SearchStrategy[int]:
    """Groups that divide the channels that are given."""
    if "groups" in fixed:
        return st.just(fixed["groups"])
    given = [fixed[name] for name in ("in_channels", "out_channels") if name in fixed]
    if not given:
        return st.integers(1, _MOST_GROUPS)
    return st.sampled_from([g for g in range(1, _MOST_GROUPS + 1) if all(c % g == 0 for c in given)])


def _channels(groups: int) -> SearchStrategy[int]:
    return st.integers(1, _MOST_CHANNELS).map(lambda each: groups * each)


def _drawn(draw: DrawFn, fixed: Mapping[str, Any], name: str, strategy: SearchStrategy[Any]) -> Any:
    """A value that is given, or else drawn."""
    return fixed[name] if name in fixed else draw(strategy)


def _each(value: Any, rank: int) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,) * rank


def _check_numbers(fixed: Mapping[str, Any]) -> None:
    for name, value in fixed.items():
        word = name == "padding" and isinstance(value, str) and value in _WORDS
        if not (word or _is_number(value)):
            raise ArgumentError(
                sentence(f"{name}={value!r}", "is no number", "pass an int, one an axis, or leave it out")
            )


def _is_number(value: Any) -> bool:
    return all(map(_is_number, value)) if isinstance(value, list | tuple) else isinstance(value, int)
