"""An estimate, on the large side, of how wide a piece of LaTeX mathematics prints, in em of the text's size."""

from __future__ import annotations

import re
from functools import lru_cache

#: Widths of commands in em; a command that is not listed counts like a letter.
_COMMANDS = {
    **dict.fromkeys((r"\displaystyle", r"\mathrm", r"\text"), 0.0),
    # what they make larger stands behind them, with a thin space around
    **dict.fromkeys((r"\left", r"\right"), 0.3),
    **dict.fromkeys((r"\bigl", r"\bigr", r"\Bigl", r"\Bigr"), 0.15),
    **dict.fromkeys((r"\,", r"\!", r"\;"), 0.2),
    **dict.fromkeys((r"\le", r"\ge", r"\leq", r"\geq", r"\wedge", r"\vee", r"\neq", r"\cdot"), 1.4),
    **dict.fromkeys((r"\lfloor", r"\rfloor", r"\lceil", r"\rceil"), 0.55),
    **dict.fromkeys((r"\min", r"\max", r"\gcd", r"\bmod"), 2.0),
    r"\sum": 1.5,
    r"\quad": 1.0,
    r"\qquad": 2.0,
    r"\Lambda": 0.7,
    r"\Big": 0.0,
}
_CHARACTERS = {
    # letters that are wider than most
    **{"w": 0.74, "m": 0.9, "M": 1.1, "W": 1.1, "N": 0.95, "H": 0.95, "K": 0.95, "V": 0.85},
    **dict.fromkeys("+-=<>", 1.35),
    **dict.fromkeys("()[]|", 0.45),
    **dict.fromkeys(",.;:", 0.5),
    " ": 0.0,
}
_LETTER, _CAPITAL = 0.56, 0.82
_SCRIPT = 0.75  # size of a sub- or superscript
_SUM_LIMITS = 0.78  # a sum's limits stand below it, not beside it
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}_^]|.", re.DOTALL)


@lru_cache(maxsize=8192)
def width(latex: str) -> float:
    """The estimated width of a formula in em.

    >>> width(r"\\frac{a}{b + c}") < width("b + c + d")
    True
    """
    total, _ = _row(_TOKEN.findall(latex), 0)
    return total


def _row(tokens: list[str], place: int) -> tuple[float, int]:
    """The width from ``place`` to the closing brace or the end, and the place behind it."""
    total, limits_under, beside = 0.0, False, 0.0
    while place < len(tokens):
        token = tokens[place]
        if token == "}":
            return total, place + 1
        if token in ("_", "^"):
            script, place = _argument(tokens, place + 1)
            added = script * _SUM_LIMITS - 1.5 if limits_under else script * _SCRIPT
            total, beside = total + max(0.0, added - beside), max(0.0, added, beside)
            continue
        beside = 0.0  # a second script stands above or below the first one, not behind it
        limits_under = token == r"\sum"
        if token in (r"\frac", r"\tfrac"):
            above, place = _argument(tokens, place + 1)
            below, place = _argument(tokens, place)
            total += max(above, below) + 0.3
        elif token == "{":
            inner, place = _row(tokens, place + 1)
            total += inner
        else:
            total, place = total + _token(token), place + 1
    return total, place


def _argument(tokens: list[str], place: int) -> tuple[float, int]:
    while place < len(tokens) and tokens[place] == " ":
        place += 1
    if place >= len(tokens):
        return 0.0, place
    if tokens[place] == "{":
        return _row(tokens, place + 1)
    return _token(tokens[place]), place + 1


def _token(token: str) -> float:
    if token.startswith("\\"):
        return _COMMANDS.get(token, 0.7)
    return _CHARACTERS.get(token, _CAPITAL if token.isupper() else _LETTER)
