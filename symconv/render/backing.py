"""What stands behind a derivation, in lines that keep a certificate and what it proves together."""

from __future__ import annotations

import re
import textwrap

#: Spaces at which no line breaks: inside parentheses, and before them.
_KEPT = re.compile(r" (?=[^()]*\))| (?=\()")
_HARD = "\u00a0"


def backing_lines(backing: str, width: int, indent: str = "") -> list[str]:
    """Lines of at most ``width``, all but the first indented.

    >>> backing_lines("certificate 0123456789ab (T_h, T_w); derived: R_h", 40, "  ")
    ['backing: certificate', '  0123456789ab (T_h, T_w); derived: R_h']
    """
    words = _KEPT.sub(_HARD, f"backing: {backing}")
    lines = textwrap.wrap(words, width, subsequent_indent=indent, break_on_hyphens=False)
    return [line.replace(_HARD, " ") for line in lines]
