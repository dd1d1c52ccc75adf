"""Messages: one sentence with name=value, the condition broken, and a way out; the texts are part of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sympy import Float, Rational, Symbol, nan, oo

from symconv.errors import ArgumentError, ShapeError
from symconv.layers import AvgPool1d, AvgPool2d, Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, Linear
from symconv.statements import symbol

PASS_SIZE = "pass an int, a name such as 'C_in', or an expression of sc.symbol(...)."
NO_INTEGER = f"is not an integer; {PASS_SIZE}"
UNKNOWN = f"is not known to be an integer; {PASS_SIZE}"
NO_NAME = (
    "is not a name (a letter, then letters, digits and _, at most 64, no word of the grammar); pass an int, one name"
)
SMALLER = "use a smaller kernel_size or dilation."

ARGUMENTS: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: Conv2d(8, 16, 3, groups=3),
        "groups=3: does not divide in_channels=8; choose groups that divides in_channels and out_channels.",
    ),
    (
        lambda: Conv2d(9, 16, 3, groups=3),
        "groups=3: does not divide out_channels=16; choose groups that divides in_channels and out_channels.",
    ),
    (
        lambda: ConvTranspose1d(4, 6, 3, groups=4),
        "groups=4: does not divide out_channels=6; choose groups that divides in_channels and out_channels.",
    ),
    # negative, zero, fractional
    (lambda: Conv2d(-1, 4, 3), "in_channels=-1: must be at least 1; pass 1 or more."),
    (lambda: Conv2d(0, 4, 3), "in_channels=0: must be at least 1; pass 1 or more."),
    (lambda: Conv2d(2, 0, 3), "out_channels=0: must be at least 1; pass 1 or more."),
    (lambda: Conv2d(2, 4, 0), "kernel_size=0: must be at least 1; pass 1 or more."),
    (lambda: Conv2d(2, 4, (3, -1)), "kernel_size[1]=-1: must be at least 1; pass 1 or more."),
    (lambda: Conv2d(2, 4, 3, stride=0), "stride=0: must be at least 1; pass 1 or more."),
    (lambda: Conv2d(2, 4, 3, padding=-1), "padding=-1: must be at least 0; pass 0 or more."),
    (lambda: Conv2d(2, 4, 3, padding=((0, -1), 0)), "padding[0][1]=-1: must be at least 0; pass 0 or more."),
    (lambda: Conv2d(2, 4, 3, dilation=0), "dilation=0: must be at least 1; pass 1 or more."),
    (lambda: Conv2d(2, 4, 3, groups=0), "groups=0: must be at least 1; pass 1 or more."),
    (lambda: Linear(0, 1), "in_features=0: must be at least 1; pass 1 or more."),
    (lambda: AvgPool2d(0), "kernel_size=0: must be at least 1; pass 1 or more."),
    (lambda: Conv2d(1.5, 4, 3), f"in_channels=1.5: {NO_INTEGER}"),
    (lambda: Conv2d(2, 4, 3.0), f"kernel_size=3.0: {NO_INTEGER}"),
    (lambda: Conv2d(2, 4, 3, padding=0.5), f"padding=0.5: {NO_INTEGER}"),
    (lambda: Conv2d(float("nan"), 4, 3), f"in_channels=nan: {NO_INTEGER}"),
    (lambda: Conv2d(None, 4, 3), f"in_channels=None: {NO_INTEGER}"),
    (lambda: Conv2d(True, 4, 3), f"in_channels=True: is a truth value, not a size; {PASS_SIZE}"),
    (lambda: Conv2d(2, 4, 3, bias=1), "bias=1: is not a truth value; pass True or False."),
    (lambda: AvgPool1d(2, ceil_mode=0), "ceil_mode=0: is not a truth value; pass True or False."),
    # SymPy values
    (lambda: Conv2d(Float(2), 4, 3), f"in_channels=2.00000000000000: {UNKNOWN}"),
    (lambda: Conv2d(Rational(1, 2), 4, 3), f"in_channels=1/2: {UNKNOWN}"),
    (lambda: Conv2d(oo, 4, 3), f"in_channels=oo: {UNKNOWN}"),
    (lambda: Conv2d(nan, 4, 3), f"in_channels=nan: {UNKNOWN}"),
    (lambda: Conv2d(Symbol("x"), 4, 3), f"in_channels=x: {UNKNOWN}"),
    (lambda: Conv2d(Symbol("x") / 2, 4, 3), f"in_channels=x/2: {UNKNOWN}"),
    (lambda: Conv2d(Symbol("x", real=True), 4, 3), f"in_channels=x: {UNKNOWN}"),
    (lambda: Conv2d(-symbol("C_in"), 4, 3), f"in_channels=-C_in: is never at least 1; {PASS_SIZE}"),
    # names
    (lambda: Conv2d("C in", 4, 3), f"in_channels='C in': name='C in': {NO_NAME}"),
    (lambda: Conv2d("", 4, 3), f"in_channels='': name='': {NO_NAME}"),
    (lambda: Conv2d("floor", 4, 3), f"in_channels='floor': name='floor': {NO_NAME}"),
    (
        lambda: Conv2d("c", 4, 3, padding="c"),
        "name='c': is used in two roles, once as a positive size and once as a size that may be zero or unknown; "
        "give one of the two another name, or pass sc.symbol(...) in both places.",
    ),
    (
        lambda: Conv2d(2, 4, 3, padding="C_in"),
        "padding='C_in': name='C_in': stands for a positive size and is used as a padding; "
        "give one of the two another name.",
    ),
    (
        lambda: Conv2d("P_h", 4, 3),
        "in_channels='P_h': name='P_h': stands for a padding and is used as a positive size; "
        "give one of the two another name.",
    ),
    (
        lambda: Conv2d(2, 4, 3).output_shape(("N", 2, "P_h", 5)),
        "input_shape[2]='P_h': name='P_h': stands for a padding and is used as a positive size; "
        "give one of the two another name.",
    ),
    # padding and options
    (
        lambda: Conv2d(2, 4, 3, stride=2, padding="same"),
        "padding='same': needs stride 1, not stride=(2, 2); give the padding as numbers.",
    ),
    (
        lambda: ConvTranspose2d(2, 4, 3, padding="same"),
        "padding='same': is not defined for ConvTranspose2d; give the padding as numbers.",
    ),
    (
        lambda: AvgPool2d(2, padding="same"),
        "padding='same': is not defined for AvgPool2d; give it as numbers.",
    ),
    (
        lambda: AvgPool2d(3, padding=2),
        "padding=(2, 2): is more than half of kernel_size=3 on axis h; pad by at most half the window.",
    ),
    (
        lambda: Conv2d(2, 4, 3, padding_mode="mirror"),
        "padding_mode='mirror': is not known; choose one of zeros, circular, reflect, replicate.",
    ),
    (
        lambda: ConvTranspose1d(1, 1, 3, stride=2, output_padding=2),
        "output_padding=2: must be smaller than stride=2 or dilation=1 on axis l; use at most 1.",
    ),
    (
        lambda: Conv1d(1, 1, 3, padding=1, padding_mode="reflect").definition,
        "padding_mode='reflect': has an output shape and nominal counts, but no statement of its own; "
        "use padding_mode='zeros' or 'circular'.",
    ),
    (
        lambda: Conv1d(1, 1, 3, padding=1, padding_mode="replicate").backward_definitions,
        "padding_mode='replicate': has an output shape and nominal counts, but no statement of its own; "
        "use padding_mode='zeros' or 'circular'.",
    ),
    # tuples
    (
        lambda: Conv2d(2, 4, (3, 3, 3)),
        "kernel_size=(3, 3, 3): has 3 entries for 2 spatial axes; give one size, or one an axis in the order h, w.",
    ),
    (
        lambda: Conv2d(2, 4, 3, stride=[1, 2, 3]),
        "stride=[1, 2, 3]: has 3 entries for 2 spatial axes; give one size, or one an axis in the order h, w.",
    ),
    (
        lambda: Conv2d(2, 4, 3, padding=((1, 2, 3), 0)),
        "padding[0]=(1, 2, 3): has 3 entries, not 2; give (before, after) or one size for both.",
    ),
    (lambda: Conv2d(2, 4, 3).output_shape((0, 2, 5, 5)), "input_shape[0]=0: must be at least 1; pass 1 or more."),
    (lambda: Conv2d(2, 4, 3).output_shape((1, 2, 5.0, 5)), f"input_shape[2]=5.0: {NO_INTEGER}"),
]

SHAPES: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: Conv2d(3, 4, 7).output_shape((1, 3, 5, 9)),
        "input_shape=(1, 3, 5, 9): leaves no output along axis h: the window is larger than the padded input by 2; "
        f"enlarge the input or the padding along h, or {SMALLER}",
    ),
    (
        lambda: Conv1d(3, 4, 3, dilation=4).cost((1, 3, 8)).forward,
        "input_shape=(1, 3, 8): leaves no output along axis l: the window is larger than the padded input by 1; "
        f"enlarge the input or the padding along l, or {SMALLER}",
    ),
    (
        lambda: AvgPool1d(4).output_shape((1, 1, 3)),
        "input_shape=(1, 1, 3): leaves no output along axis l: the window is larger than the padded input by 1; "
        f"enlarge the input or the padding along l, or {SMALLER}",
    ),
    (
        lambda: ConvTranspose1d(1, 1, 2, padding=3).output_shape((1, 1, 4)),
        "input_shape=(1, 1, 4): leaves no output along axis l: the padding crops all cells that are written, "
        "and more by 2; enlarge the input along l, or use less padding.",
    ),
    (
        lambda: Conv2d(2, 4, 3).output_shape((2, 5, 5)),
        "input_shape=(2, 5, 5): has 3 axes, Conv2d needs 4; pass (N, 2, H_in, W_in), a batch of 1 included.",
    ),
    (
        lambda: Conv2d(2, 4, 3).output_shape((1, 3, 5, 5)),
        "input_shape[1]=3: must equal in_channels=2; "
        "pass (N, 2, H_in, W_in), and put numbers into the result by sc.evaluate.",
    ),
    (
        lambda: Linear(3, 2).output_shape((5, 4)),
        "input_shape[1]=4: must equal in_features=3; pass (N, 3), and put numbers into the result by sc.evaluate.",
    ),
    (lambda: Linear(3, 2).output_shape(()), "input_shape=(): has no axis, Linear needs one; pass (N, 3)."),
    (
        lambda: Conv2d(2, 4, 3).output_shape("NCHW"),
        "input_shape='NCHW': is not a tuple of sizes; pass (N, 2, H_in, W_in).",
    ),
    (
        lambda: Conv1d(1, 1, 3, padding=3, padding_mode="reflect").output_shape((1, 1, 3)),
        "padding=(3,): with padding_mode='reflect' must be at most 2 on axis l; use less padding or a larger input.",
    ),
    (
        lambda: Conv1d(1, 1, 3, padding=4, padding_mode="circular").output_shape((1, 1, 3)),
        "padding=(4,): with padding_mode='circular' must be at most 3 on axis l; use less padding or a larger input.",
    ),
]


@pytest.mark.parametrize(("call", "message"), ARGUMENTS, ids=lambda value: value[:40] if isinstance(value, str) else "")
def test_argument_messages(call: Callable[[], Any], message: str) -> None:
    """A bad argument raises ``ArgumentError`` with exactly this text."""
    with pytest.raises(ArgumentError) as raised:
        call()
    assert str(raised.value) == message or (NO_NAME in message and str(raised.value).startswith(message))


@pytest.mark.parametrize(("call", "message"), SHAPES, ids=lambda value: value[:40] if isinstance(value, str) else "")
def test_shape_messages(call: Callable[[], Any], message: str) -> None:
    """A bad input shape raises ``ShapeError`` with exactly this text."""
    with pytest.raises(ShapeError) as raised:
        call()
    assert str(raised.value) == message
