"""Reading values of the command line: sizes, tuples, words and truth values, by the grammar; nothing is run as code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from symconv.errors import ArgumentError, GrammarError, sentence

if TYPE_CHECKING:
    from sympy import Symbol

#: A bare name stays a text, so that the layer decides its role; a formula becomes an expression.
Value: TypeAlias = Any
Symbols: TypeAlias = "Mapping[str, Symbol]"

#: Parentheses and commas count one each, so that ((1,2),(0,0)) is the deepest value.
MAX_DEPTH = 4
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CONSTANTS = {"true": True, "false": False, "none": None}
#: Words that are values by themselves, by the argument that takes them.
_WORDS: Mapping[str, frozenset[str]] = {"padding": frozenset({"same", "valid"})}
#: The arguments that may be zero.
_MAY_BE_ZERO = ("padding", "output_padding")
_OPENING, _CLOSING = "([", ")]"


def read_pairs(pairs: Sequence[str]) -> dict[str, Value]:
    """The arguments that texts such as ``kernel_size=3,5`` give; raises ``ArgumentError`` or ``GrammarError``.

    A name that stands for a padding may be zero in the formulas of the other arguments too.

    >>> read_pairs(["kernel_size=3,5", "bias=false", "padding=same"])
    {'kernel_size': (3, 5), 'bias': False, 'padding': 'same'}
    """
    texts: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not _NAME.fullmatch(name):
            raise ArgumentError(sentence(f"set={_short(pair)!r}", "is no name=value", "write it like stride=2"))
        if name in texts:
            raise ArgumentError(sentence(f"set={_short(pair)!r}", f"gives {name} twice", "give each argument once"))
        texts[name] = value
    symbols = _paddings(texts)
    return {name: read_value(name, value, symbols) for name, value in texts.items()}


def read_value(name: str, text: str, symbols: Symbols | None = None) -> Value:
    """One value: an int, a name, a formula, a tuple of these, true or false, or a word that the argument takes.

    >>> read_value("padding", "((1, 2), (0, P))")
    ((1, 2), (0, 'P'))
    """
    words = text.strip()
    if words.lower() in _CONSTANTS:
        return _CONSTANTS[words.lower()]
    if words.lower() in _WORDS.get(name, ()):
        return words.lower()
    if name == "padding_mode":
        return words
    return _nested(name, words, symbols)


def _paddings(texts: Mapping[str, str]) -> Symbols:
    """The symbols of the names that stand for a padding."""
    given = {name: texts[name] for name in _MAY_BE_ZERO if name in texts}
    names = {n for name, value in given.items() for n in _names(read_value(name, value)) if n not in _WORDS["padding"]}
    if not names:
        return {}
    from symconv.statements import symbol

    return {name: symbol(name, zero_allowed=True) for name in names}


def _names(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value if isinstance(value, tuple) else ():
        yield from _names(part)


def read_shape(text: str) -> tuple[Value, ...]:
    """An input shape such as ``N,3,H,W``, with or without parentheses.

    >>> read_shape("N,3,2*H,W")
    ('N', 3, 2*H, 'W')
    """
    value = _nested("input", text.strip())
    shape = value if isinstance(value, tuple) else (value,)
    if any(isinstance(v, tuple) for v in shape):
        raise ArgumentError(sentence(f"input={_short(text)!r}", "holds a tuple", "write sizes such as N,3,H,W"))
    return shape


def _nested(name: str, text: str, symbols: Symbols | None = None, depth: int = 0) -> Value:
    if depth > MAX_DEPTH:
        raise ArgumentError(sentence(name, "is nested too deeply", "write it like ((1,2),(0,0))"))
    parts = list(_at_top_level(text))
    if len(parts) > 1:
        entries = parts if parts[-1] else parts[:-1]  # a comma at the end, as in (3,)
        return tuple(_nested(name, part, symbols, depth + 1) for part in entries)
    inner = text[1:-1] if text[:1] in tuple(_OPENING) and text[-1:] in tuple(_CLOSING) else ""
    if "," in inner and _is_balanced(inner):
        return _nested(name, inner.strip(), symbols, depth + 1)
    return _size(name, text, symbols)


def _at_top_level(text: str) -> Iterator[str]:
    """The parts of a text between the commas that stand outside all brackets."""
    depth = start = 0
    for place, character in enumerate(text):
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            yield text[start:place].strip()
            start = place + 1
    yield text[start:].strip()


def _is_balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth < 0:
            return False
    return depth == 0


def _size(name: str, text: str, symbols: Symbols | None) -> Value:
    from symconv.statements.grammar import parse_formula

    if _NAME.fullmatch(text):
        return text
    try:
        found = parse_formula(text, symbols)
    except GrammarError as error:
        raise GrammarError(f"{name}: {error}") from None
    return int(found) if found.is_Integer else found


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
