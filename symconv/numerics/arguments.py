"""Values for symbols: integers only, and none that a symbol's assumptions exclude."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Expr, Float, Integer, Symbol, nan, oo, zoo

from symconv.errors import ArgumentError, sentence

#: Assumption of a symbol -> the least and the greatest integer that it allows, strongest first.
_BOUNDS: tuple[tuple[str, int | None, int | None], ...] = (
    ("positive", 1, None),
    ("nonnegative", 0, None),
    ("negative", None, -1),
    ("nonpositive", None, 0),
)
#: Assumption -> where it holds, on an int or an array.
_TESTS: dict[str, Callable[[Any], Any]] = {
    "even": lambda value: value % 2 == 0,
    "odd": lambda value: value % 2 == 1,
    "nonzero": lambda value: value != 0,
}


@dataclass(frozen=True)
class Parameter:
    """A symbol with the integers that it can stand for."""

    name: str
    symbol: Any
    role: str
    least: int | None
    greatest: int | None
    tests: tuple[str, ...]


@lru_cache(maxsize=4096)
def parameter(symbol: Any) -> Parameter:
    """The integers that the assumptions of a symbol allow.

    >>> parameter(Symbol("K", integer=True, positive=True)).least
    1
    """
    found = next((row for row in _BOUNDS if getattr(symbol, f"is_{row[0]}")), ("", None, None))
    implied = {"nonzero"} if found[0] in ("positive", "negative") else set()
    tests = tuple(name for name in _TESTS if getattr(symbol, f"is_{name}") and name not in implied)
    return Parameter(symbol.name, symbol, *found, tests)


def check_range(known: Parameter, least: int, greatest: int) -> None:
    """Raise ``ArgumentError`` where values from least to greatest leave the bounds of the assumptions."""
    if known.least is not None and least < known.least:
        raise _contradiction(known, least, known.role, f"pass {known.least} or more")
    if known.greatest is not None and greatest > known.greatest:
        raise _contradiction(known, greatest, known.role, f"pass {known.greatest} or less")


def check_tests(known: Parameter, values: Any) -> None:
    """Raise ``ArgumentError`` where a value is not even, odd or nonzero as the symbol is."""
    for name in known.tests:
        holds = np.asarray(_TESTS[name](values))
        if not holds.all():
            raise _contradiction(known, np.asarray(values)[~holds].flat[0], name, f"pass {name} values")


def _contradiction(known: Parameter, value: Any, role: str, way_out: str) -> ArgumentError:
    return ArgumentError(sentence(f"{known.name}={value}", f"contradicts that {known.name} is {role}", way_out))


def checked_integer(known: Parameter, value: Any) -> int:
    """The value as an ``int``; raises ``ArgumentError`` if it is none, or is one that the symbol excludes."""
    number = as_integer(value)
    if number is None:
        raise ArgumentError(
            sentence(
                f"{known.name}={value!r}", "is not an integer", "pass an int (exact, of any size), no float or bool"
            )
        )
    check_range(known, number, number)
    check_tests(known, number)
    return number


def as_integer(value: Any) -> int | None:
    """The ``int`` that a Python, NumPy or SymPy integer is; None for anything else, bool included."""
    if isinstance(value, int | np.integer | Integer) and not isinstance(value, bool):
        return int(value)
    return None


def checked_value(known: Parameter, value: Any) -> Any:
    """An ``int``, or a SymPy expression that does not contradict the symbol's assumptions."""
    if not isinstance(value, Expr) or value.is_Number:
        if getattr(value, "is_Rational", False) and not value.is_Integer and known.symbol.is_integer is None:
            return value
        return checked_integer(known, value)
    if value.has(Float, nan, oo, -oo, zoo):
        raise ArgumentError(sentence(f"{known.name}={value}", "is not exact", "pass integers and symbols only"))
    for assumption in (known.role, "integer", *known.tests):
        if assumption and getattr(known.symbol, f"is_{assumption}") and getattr(value, f"is_{assumption}") is False:
            raise _contradiction(known, value, assumption, f"pass an expression that is {assumption}")
    return value


def by_name(values: Mapping[Any, Any] | None, names: Mapping[str, Any]) -> Mapping[str, Any]:
    """One mapping from names to values, of a mapping (names or symbols) and keywords."""
    if values is None:
        return names
    if not isinstance(values, Mapping):
        raise ArgumentError(
            sentence(f"values={values!r}", "is not a mapping from names or symbols to values", "pass {'C_in': 3}")
        )
    merged = dict(names)
    for key, value in values.items():
        name = key.name if isinstance(key, Symbol) else key
        if not isinstance(name, str):
            raise ArgumentError(sentence(f"key {key!r}", "is neither a name nor a symbol", "pass {'C_in': 3}"))
        if name in merged:
            raise ArgumentError(sentence(f"{name}={value!r}", "is given twice", "give each name one value"))
        merged[name] = value
    return merged


def check_names(names: Sequence[str], values: Mapping[str, Any]) -> None:
    """Raise ``ArgumentError`` for a name that is missing or unknown."""
    for name in values:
        if name not in names:
            raise ArgumentError(sentence(f"{name}={values[name]!r}", "is no parameter", f"pass {', '.join(names)}"))
    missing = [name for name in names if name not in values]
    if missing:
        raise ArgumentError(sentence(", ".join(missing), "has no value", f"pass {missing[0]}=... too"))


def checked_argument(known: Parameter, value: Any) -> Any:
    """An int, or an int64 array within the symbol's bounds; the caller's own array where its type is right."""
    if not isinstance(value, np.ndarray):
        return checked_integer(known, value)
    if value.dtype.kind not in "iu":
        raise ArgumentError(
            sentence(
                f"{known.name}=array of {value.dtype}",
                "is not an array of integers",
                "convert it with .astype('int64')",
            )
        )
    if value.ndim == 0:
        return checked_integer(known, value[()])
    if value.dtype.kind == "u" and value.size and int(value.max()) > np.iinfo(np.int64).max:
        raise ArgumentError(sentence(f"{known.name}={value.max()}", "does not fit int64", "pass smaller values"))
    return value.astype(np.int64, copy=False)
