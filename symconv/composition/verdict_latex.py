"""A verdict in LaTeX: the derivation of the kernel, and what stands behind the border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.render.backing import backing_lines
from symconv.render.latex import aligned, escape

if TYPE_CHECKING:
    from symconv.composition.verdict import CompositionVerdict

#: How many characters of plain words fit a line.
_WORDS = 64


def verdict_latex(verdict: CompositionVerdict) -> str:
    """The derivation with one more part: the backing of the border."""
    lines = [line.removeprefix("backing: ") for line in backing_lines(verdict.backing_lines[1], _WORDS)]
    body, end = aligned(verdict.derivation).rsplit("\n", 1)
    return " \\\\\n".join([body, *(rf"& \text{{{escape(line)}}}" for line in lines)]) + f"\n{end}"
