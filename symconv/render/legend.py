"""What the symbols of a derivation mean, in words."""

from __future__ import annotations

import re

from sympy import Symbol

AXES = {"l": "length", "h": "height", "w": "width", "d": "depth"}

#: Patterns of names and what they mean; ``{axis}`` is the axis that the name's second half tells.
_MEANINGS: tuple[tuple[str, str], ...] = (
    (r"N", "batch size"),
    (r"C_in|c_i", "input channels"),
    (r"C_out|c_o", "output channels"),
    (r"G|g", "groups"),
    (r"([LHWD])_in", "input size, {axis}"),
    (r"n_([lhwd])", "input size, {axis}"),
    (r"o_([lhwd])", "output size, {axis}"),
    (r"([LHWD])\d*_out", "output size, {axis}"),
    (r"([LHWD])\d*_full", "size before the crop, {axis}"),
    (r"[Kk]_([lhwd])", "kernel size, {axis}"),
    (r"[Ss]_([lhwd])", "stride, {axis}"),
    (r"[D]_([lhwd])|d_([lhwd])", "dilation, {axis}"),
    (r"P_([lhwd])", "padding on each side, {axis}"),
    (r"p_([lhwd])", "padding of both sides together, the larger half before, {axis}"),
    (r"OP_([lhwd])", "output padding, {axis}"),
    (r"n\d*(_\d+)?", "index of the example"),
    (r"q\d*", "index of the group"),
    (r"o\d*", "index of the output channel (in its group)"),
    (r"i\d*", "index of the input channel (in its group)"),
    (r"c\d*", "index of the channel"),
    (r"y\d*_([lhwd])", "output position, {axis}"),
    (r"x\d*_([lhwd])", "input position, {axis}"),
    (r"u\d*_([lhwd])", "tap of the kernel, {axis}"),
    (r"w\d*_\d+", "index of a parameter"),
    (r"eta", "learning rate"),
    (r"T\d*_([lhwd])", "taps in range, {axis}"),
    (r"R\d*_([lhwd])", "cells touched, {axis}"),
    (r"L\d*_([lhwd])", "positions with a tap, {axis}"),
    (r"B\d*_([lhwd])", "cells by which the first tap sticks out, {axis}"),
    (r"E\d*_([lhwd])", "cells by which the last tap sticks out, {axis}"),
    (r"g\d*_([lhwd])", "gcd of stride and dilation, {axis}"),
    (r"M\d*_([lhwd])", "positions with a follower on the same cell, {axis}"),
    (r"V\d*_([lhwd])", "taps with a follower on the same cell, {axis}"),
)
_COMPILED = tuple((re.compile(pattern), meaning) for pattern, meaning in _MEANINGS)

#: What the sum over taps counts, in text and in LaTeX.
TAPS_BELOW_TEXT = (
    "TapsBelow(p, s, d, m, k) counts the taps on the first p cells: pairs y < m, u < k with\n"
    "    s*y + d*u < p, exactly sum(u < k) Min(m, Max(0, ceiling((p - d*u)/s)))"
)
TAPS_BELOW = (
    r"\Lambda^{m,k}_{s,d}(p) = \#\{0 \le y < m,\ 0 \le u < k : s y + d u < p\}"
    r" = \sum_{u < k} \min\bigl(m, \max(0, \lceil (p - d u)/s \rceil)\bigr)"
)
TAPS_BELOW_WORDS = (
    r"In words: of $m$ windows, $s$ apart, with $k$ taps each, $d$ apart, the taps that fall on the first $p$ cells; "
    "where these are padding, the taps that are left out."
)


def meaning(symbol: Symbol) -> str:
    """What the symbol stands for, in words; of a name that the user chose, its bounds."""
    for pattern, words in _COMPILED:
        if matched := pattern.fullmatch(symbol.name):
            label = next((g for g in matched.groups() if g), "")
            return words.format(axis=AXES.get(label.lower(), ""))
    if symbol.is_positive:
        return "a positive integer"
    return "a non-negative integer" if symbol.is_nonnegative else "an integer"
