"""What expressions are made of: indices and sizes by name, and formulas of them with exact numbers."""

from __future__ import annotations

import re
import reprlib
from typing import Any

from sympy import (
    Add,
    Expr,
    Max,
    Min,
    Mod,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    ceiling,
    floor,
    preorder_traversal,
)
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean

from symconv.errors import ArgumentError, StatementError, sentence
from symconv.statements.functions import Gcd, TapsBelow
from symconv.statements.symbols import check_name, index, symbol

#: What a formula is made of.
_GRAMMAR = (
    *(Symbol, Rational, Add, Mul, Pow),
    *(floor, ceiling, Max, Min, Mod, Gcd, TapsBelow, Piecewise, ExprCondPair, Boolean),
)


def indices(names: str) -> Any:
    """Indices, which run from 0: one symbol for one name, else (also with a comma at the end) a tuple, as in SymPy.

    Raises ``ArgumentError`` for what is no name, and for a standard name of a size.

    >>> indices("i j u")
    (i, j, u)
    """
    return _symbols(names, index_named)


def sizes(names: str) -> Any:
    """Positive sizes; names of paddings, such as P_h, may be 0.  One symbol for one name, else a tuple.

    Raises ``ArgumentError`` for what is no name.

    >>> K, P_h = sizes("K P_h")
    >>> K.is_positive, P_h.is_nonnegative
    (True, True)
    """
    return _symbols(names, symbol)


def _symbols(names: str, make: Any) -> Any:
    if not isinstance(names, str) or not names.replace(",", " ").split():
        raise ArgumentError(
            sentence(f"names={reprlib.repr(names)}", "has no name in it", "write names such as 'i j u'")
        )
    found = tuple(map(make, names.replace(",", " ").split()))
    return found if len(found) > 1 or re.search(r",\s*$", names) else found[0]


def index_named(name: str) -> Symbol:
    """The index ``name``.  Raises ``ArgumentError`` for what is no name of one."""
    check_name(name, "index")
    if _is_standard_size(name):
        raise ArgumentError(
            sentence(f"index={name!r}", "is the standard name of a positive size", "give the index another name")
        )
    return index(name)


def _is_standard_size(name: str) -> bool:
    try:
        symbol(name, zero_allowed=True)
    except ArgumentError:
        return True
    return False


def formula(value: Any, subject: str) -> Expr:
    """A formula of the grammar: integer symbols, exact numbers, and its functions."""
    if isinstance(value, bool) or not (isinstance(value, Expr) or hasattr(value, "numerator")):
        raise StatementError(
            sentence(
                f"{subject}={reprlib.repr(value)}",
                "is no formula of sizes and indices",
                "write it with sc.indices, sc.sizes, integers and fractions",
            )
        )
    found = value if isinstance(value, Expr) else Rational(int(value.numerator), int(value.denominator))
    for part in preorder_traversal(found):
        if part.is_Symbol and not part.is_integer:
            raise StatementError(
                sentence(f"name={part.name!r}", "stands for no integer", "make it with sc.indices or sc.sizes")
            )
        if not isinstance(part, _GRAMMAR) or (part.is_Pow and not part.exp.is_Integer):
            raise StatementError(
                sentence(
                    f"{subject}={found}",
                    f"has {part}, which is no formula of the grammar",
                    "write integers, fractions, + - * / **, floor, ceiling, Max, Min and Mod",
                )
            )
    return found


def whole(value: Any, subject: str) -> Expr:
    """A formula that may be an integer: C/G may be one, 1/2 is none."""
    found = formula(value, subject)
    if found.is_integer is False:
        raise StatementError(
            sentence(f"{subject}={found}", "is no integer", "write it with integers, and a quotient as floor(...)")
        )
    return found
