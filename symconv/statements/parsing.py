"""Reading one text of the grammar: bounded before it is parsed, and every failure told in one sentence.

The rules stand in ``syntax.lark``.  Texts may come from anywhere: they are bounded before they are parsed, a parse tree
is read without recursion, and no string ever reaches SymPy's own parsers.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from symconv.errors import GrammarError, sentence
from symconv.statements.arithmetic import Fault

MAX_CHARACTERS = 4_000
MAX_NESTING = 40
MAX_OPERATORS = 500
MAX_LITERAL_DIGITS = 30
#: How much of a text a message shows.
_SHOWN = 60

_OPERATOR = re.compile(r"\*\*|//|[<>=!]=|[-+*/%^<>=,&|~]|\b(?:and|or|not|divides|sum|for)\b")
_DECIMAL = re.compile(r"(?<![A-Za-z0-9_.])(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE][-+]?[0-9]))(?:[eE][-+]?[0-9]+)?")
_LONG_LITERAL = re.compile(rf"(?<![A-Za-z0-9_])[0-9]{{{MAX_LITERAL_DIGITS + 1},}}")

_WAY_OUT = {
    "formula": "write integers, names, + - * / // % ** and floor, ceil, max, min, mod, gcd, taps_below",
    "condition": "write comparisons such as 0 <= a < b, 'a divides b', and, or, not",
    "sizes": "write formulas with commas between them, such as N,3,H_in,W_in",
    "statement": "write it like for y < Y: Y[y] = sum(u < K) W[u]*X[y + u]*[0 <= y + u < H]",
    "proposition": "write it like for i < n: sum(u < K) W[u]*X[i + u] = sum(t < K) X[i + t]*W[t]",
    "definition": "write it like T = s*(k - 1) + 1, or like Z[y] = sum(u < K) W[u]*X[y + u]",
    "expression": "write it like 2*b[o] + sum(u < K) W[u]*X[y + u]*[0 <= y + u < H]",
}
#: What can come next, in words, by a terminal that stands for its kind.
_EXPECTED = (
    ("INT", "a number, a name or '('"),
    ("STAR", "an operator"),
    ("GT", "a comparison"),
    ("RPAR", "')'"),
    ("RSQB", "']'"),
    ("COMMA", "','"),
    ("COLON", "':'"),
    ("$END", "the end"),
)
#: Where exactly these can come next, they are told instead.
_EXPECTED_ONLY = (
    (frozenset({"LT", "LE"}), "'<' or '<='"),
    (frozenset({"EQUALS"}), "'='"),
    (frozenset({"EQUALS", "LSQB"}), "'=' or '['"),
    (frozenset({"LPAR"}), "'('"),
    (frozenset({"LSQB"}), "'['"),
    (frozenset({"NAME"}), "a name"),
    (frozenset({"NAME", "FOR"}), "'for' or the name of a tensor"),
)


@cache
def _parser() -> Lark:
    grammar = files("symconv.statements").joinpath("syntax.lark").read_text(encoding="ascii")
    return Lark(grammar, parser="lalr", lexer="basic", start=list(_WAY_OUT), maybe_placeholders=True)


def syntax_tree(kind: str, text: str) -> Tree[Token]:
    """The syntax tree of a text that was already parsed, before any simplification; kinds are those of the grammar.

    >>> syntax_tree("formula", "a/b").pretty().split()[0]
    'formula'
    """
    return _parser().parse(text, start=kind)


def read(kind: str, text: str, build: Callable[[Tree[Token]], Any]) -> Any:
    """Bound the text, parse it, and let ``build`` read the tree; every failure becomes one sentence.

    Raises ``GrammarError`` for what the grammar does not have; other errors of ``build`` pass through.
    """
    if not isinstance(text, str):
        raise GrammarError(sentence(f"{kind}={reprlib.repr(text)}", "is not a text", "pass a str"))
    try:
        _check_text(text)
        return build(syntax_tree(kind, text))
    except UnexpectedInput as error:
        raise _told(kind, text, _unexpected(kind, text, error)) from None
    except Fault as fault:
        raise _told(kind, text, fault) from None
    except VisitError as error:
        cause = error.orig_exc
        if isinstance(cause, RecursionError):
            cause = Fault(0, "the text is nested too deeply", "name a part of it and give that part its own text")
        raise (_told(kind, text, cause) if isinstance(cause, Fault) else cause) from None


def _told(kind: str, text: str, fault: Fault) -> GrammarError:
    """The sentence about a fault, with the part of the text around it."""
    subject, column = f"{kind}={_excerpt(text, fault.offset)!r}", fault.offset + 1
    return GrammarError(sentence(subject, f"at column {column}, {fault.condition}", fault.way_out))


def _excerpt(text: str, offset: int) -> str:
    """At most 60 characters of ``text`` around ``offset``."""
    if len(text) <= _SHOWN:
        return text
    room = _SHOWN - 6
    start = max(0, min(offset - room // 2, len(text) - room))
    end = start + room
    return ("..." if start else "") + text[start:end] + ("..." if end < len(text) else "")


def _check_text(text: str) -> None:
    """Refuse what is too long, too deep or not ASCII, before any parsing."""
    if len(text) > MAX_CHARACTERS:
        condition = f"the text goes on, to {len(text)} characters of at most {MAX_CHARACTERS}"
        raise Fault(MAX_CHARACTERS, condition, "split it into several texts")
    depth = 0
    for offset, character in enumerate(text):
        if not character.isascii():
            raise Fault(offset, f"{character!a} is not an ASCII character", "write letters a to z, digits and signs")
        depth += (character in "([") - (character in ")]")
        if depth > MAX_NESTING:
            raise Fault(offset, f"brackets are nested more than {MAX_NESTING} deep", "name an inner part")
    if found := _DECIMAL.search(text):
        plain = not re.search("[eE]", found[0]) and len(found[0]) <= MAX_LITERAL_DIGITS
        raise Fault(
            found.start(),
            f"{found[0] if plain else 'a number'} is a decimal",
            f"write {Fraction(found[0])}" if plain else "write a quotient of integers, such as 1/2",
        )
    if found := _LONG_LITERAL.search(text):
        raise Fault(found.start(), f"a number has more than {MAX_LITERAL_DIGITS} digits", "use a name for it")
    for number, found in enumerate(_OPERATOR.finditer(text)):
        if number >= MAX_OPERATORS:
            raise Fault(
                found.start(),
                f"there are more than {MAX_OPERATORS} operators and commas",
                "split it into several texts",
            )


def _unexpected(kind: str, text: str, error: UnexpectedInput) -> Fault:
    """What the parser met, and what it could have gone on with, in words."""
    if isinstance(error, UnexpectedCharacters):
        return Fault(
            error.pos_in_stream, f"{text[error.pos_in_stream]!r} is no character of the grammar", _WAY_OUT[kind]
        )
    if not isinstance(error, UnexpectedToken):
        return Fault(len(text), "the text ends too early", _WAY_OUT[kind])
    expected = _in_words(frozenset(error.accepts or error.expected))
    if error.token.type == "$END":
        return Fault(len(text), f"the text ends, where {expected} was expected", _WAY_OUT[kind])
    return Fault(
        error.token.start_pos or 0, f"{str(error.token)!r} stands where {expected} was expected", _WAY_OUT[kind]
    )


def _in_words(terminals: frozenset[str]) -> str:
    for only, words in _EXPECTED_ONLY:
        if terminals == only:
            return words
    found = [words for terminal, words in _EXPECTED if terminal in terminals]
    return f"{', '.join(found[:-1])} or {found[-1]}" if len(found) > 1 else "".join(found)
