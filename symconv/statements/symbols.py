"""Names of sizes and indices: one name, one symbol, one role.

A *size* is a positive integer; a *count* (padding, output_padding) may be zero; an *index* runs from 0.
The standard names of PyTorch's notation and of the textbook's (d2l) carry their role with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from sympy import Basic, Symbol

from symconv.errors import ArgumentError, sentence

#: Names that stand for padding or output_padding: the textbook's ``p_h`` is the total of both sides.
_COUNT_NAME = re.compile(r"(P|OP|p)_[ldhw]")
#: Names that stand for a positive size in either notation.
_SIZE_NAME = re.compile(r"N|C_in|C_out|G|[LDHW]_(in|out)|[KSD]_[ldhw]|c_[io]|[nkosd]_[ldhw]|g")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
#: Words of the text grammar; no size can bear such a name.
RESERVED = frozenset(
    (
        *("sum", "for", "if", "and", "or", "not", "divides", "True", "False", "Eq", "Ne", "Piecewise"),
        *(
            "floor",
            "ceil",
            "ceiling",
            "max",
            "min",
            "mod",
            "gcd",
            "taps_below",
            "Max",
            "Min",
            "Mod",
            "Gcd",
            "TapsBelow",
        ),
    )
)


@lru_cache(maxsize=4096)
def size(name: str) -> Symbol:
    """The positive integer ``name``."""
    return Symbol(name, integer=True, positive=True)


@lru_cache(maxsize=4096)
def count(name: str) -> Symbol:
    """The non-negative integer ``name``."""
    return Symbol(name, integer=True, nonnegative=True)


def index(name: str) -> Symbol:
    """An index: like a count; what it runs over is said by its ``Range``."""
    return count(name)


def check_name(name: str, subject: str) -> str:
    """Return ``name`` if it can name a symbol, else raise ``ArgumentError`` about ``subject``."""
    if not _NAME.fullmatch(name) or name in RESERVED:
        raise ArgumentError(
            sentence(
                f"{subject}={name!r}",
                "is not a name (a letter, then letters, digits and _, at most 64, no word of the grammar)",
                "pass an int, one name such as 'C_in', or an expression of sc.symbol(...)",
            )
        )
    return name


def symbol(name: str, *, zero_allowed: bool | None = None) -> Symbol:
    """The one symbol of that name: a positive integer, or a non-negative one where it stands for padding.

    ``zero_allowed`` says which of the two; left out, the name decides: ``P_h``, ``OP_w`` and ``p_h`` may be zero.
    Raises ``ArgumentError`` for what is no name, and for a standard name used in the other role.

    >>> symbol("C_in") is symbol("C_in")
    True
    >>> symbol("P_h").is_positive is None, symbol("K_h").is_positive
    (True, True)
    """
    check_name(name, "name")
    is_count, is_size = bool(_COUNT_NAME.fullmatch(name)), bool(_SIZE_NAME.fullmatch(name))
    if (zero_allowed and is_size) or (zero_allowed is False and is_count):
        role, other = ("a padding", "a positive size") if zero_allowed else ("a positive size", "a padding")
        raise ArgumentError(
            sentence(f"name={name!r}", f"stands for {other} and is used as {role}", "give one of the two another name")
        )
    return count(name) if (is_count if zero_allowed is None else zero_allowed) else size(name)


def check_roles(*expressions: Basic) -> None:
    """Raise ``ArgumentError`` where two different symbols bear one name (one positive, the other not, say)."""
    seen: dict[str, Symbol] = {}
    for expression in expressions:
        for found in sorted(expression.free_symbols, key=str):
            if seen.setdefault(found.name, found) != found:
                raise ArgumentError(
                    sentence(
                        f"name={found.name!r}",
                        "is used in two roles, once as a positive size and once as a size that may be zero or unknown",
                        "give one of the two another name, or pass sc.symbol(...) in both places",
                    )
                )


def symbols_of(expressions: Iterable[Basic]) -> set[Symbol]:
    """The free symbols of all the expressions together."""
    return {found for expression in expressions for found in expression.free_symbols}


class Names:
    """Hands out symbols whose names differ from all names in ``used``, and from one another.

    ``spelled`` says how another notation writes a name: H_out as o_h, say.
    """

    def __init__(self, used: Iterable[str] = (), spelled: Mapping[str, str] | None = None) -> None:
        self._used = set(used)
        self._spelled = spelled or {}

    def fresh(self, name: str) -> str:
        """``name`` itself where it is free, else ``name0``, ``name1``, ..."""
        name = self._spelled.get(name, name)
        head, underscore, tail = name.partition("_")
        tried, number = name, 0
        while tried in self._used:
            tried, number = f"{head}{number}{underscore}{tail}", number + 1
        self._used.add(tried)
        return tried

    def index(self, name: str) -> Symbol:
        """A fresh index."""
        return index(self.fresh(name))

    def size(self, name: str) -> Symbol:
        """A fresh positive integer."""
        return size(self.fresh(name))
