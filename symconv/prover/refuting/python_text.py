"""Formulas as Python writes them: floors as //, quotients as fractions, names as Python allows them."""

# ruff: noqa: N802 - SymPy names the methods

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Add, Basic, Expr, S, fraction, together
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from symconv.statements.writing import in_reading_order

#: Names that a program uses itself.
OWN_NAMES = frozenset({"torch", "math", "Fraction", "left", "right"})


def python_names(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """A name for each name: itself, or with _ behind it where Python, or the program, has it already.

    >>> python_names(["n", "lambda"])
    {'lambda': 'lambda_', 'n': 'n'}
    """
    used = {*keyword.kwlist, *dir(builtins), *OWN_NAMES, *taken}
    found: dict[str, str] = {}
    wanted = sorted(names)
    for name in wanted:
        new = name
        while new in used or (new != name and new in wanted):
            new += "_"
        found[name] = new
        used.add(new)
    return found


class PythonText(StrPrinter):  # type: ignore[misc]
    """Writes formulas with the given names; ``integer`` is for what is an integer at the point."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__({"order": "none"})
        self._names = names

    def number(self, e: Basic) -> str:
        """The exact number: an integer, or a ``Fraction``."""
        upper, lower = _quotient(e)
        return self._print(upper) if lower == 1 else f"Fraction({self._print(upper)}, {self._print(lower)})"

    def integer(self, e: Basic) -> str:
        """The number as an ``int``, where it is an integer."""
        upper, lower = _quotient(e)
        if lower != 1:
            return f"{self._factor(upper)} // {self._factor(lower)}"
        found: str = self._print(upper)
        return f"int({found})" if "Fraction(" in found else found

    def factor(self, e: Basic) -> str:
        """The exact number, in parentheses where a product needs them."""
        upper, lower = _quotient(e)
        return self._factor(upper) if lower == 1 else self.number(e)

    def _factor(self, e: Expr) -> str:
        found: str = self.parenthesize(e, PRECEDENCE["Pow"] if e.is_Mul else PRECEDENCE["Mul"])
        return found

    def _as_ordered_terms(self, expr: Expr, order: Any = None) -> list[Expr]:  # noqa: ARG002 - one order for all
        return in_reading_order(list(expr.args))

    def _print_Symbol(self, e: Any) -> str:
        return self._names[e.name]

    def _print_floor(self, e: Any) -> str:
        upper, lower = _quotient(e.args[0])
        if lower == 1:
            return f"math.floor({self._print(upper)})"
        return f"({self._factor(upper)} // {self._factor(lower)})"

    def _print_ceiling(self, e: Any) -> str:
        upper, lower = _quotient(-e.args[0])
        if lower == 1:
            return f"math.ceil({self._print(-upper)})"
        return f"(-({self._factor(upper)} // {self._factor(lower)}))"

    def _print_Mod(self, e: Any) -> str:
        left, right = (self.number(part) for part in e.args)
        return f"(({left}) % ({right}))"

    def _print_Max(self, e: Any) -> str:
        return f"max({', '.join(map(self.number, e.args))})"

    def _print_Min(self, e: Any) -> str:
        return f"min({', '.join(map(self.number, e.args))})"

    def _print_Abs(self, e: Any) -> str:
        return f"abs({self.number(e.args[0])})"

    def _print_Gcd(self, e: Any) -> str:
        return f"math.gcd({', '.join(map(self.integer, e.args))})"

    def _print_TapsBelow(self, e: Any) -> str:
        p, s, d, m, k = map(self.integer, e.args)
        return f"sum(({s})*_y + ({d})*_u < {p} for _y in range({m}) for _u in range({k}))"

    def _print_Iverson(self, e: Any) -> str:
        value, *extent = map(self.number, e.args)
        return f"int(0 <= {value} < {extent[0]})" if extent else f"int({value} == 0)"

    def _print_Piecewise(self, e: Any) -> str:
        found = self.number(e.args[-1][0])
        for value, condition in reversed(e.args[:-1]):
            found = f"{self.number(value)} if {self._print(condition)} else {found}"
        return f"({found})"

    def _print_Relational(self, e: Any) -> str:
        return f"{self.number(e.lhs)} {e.rel_op} {self.number(e.rhs)}"

    def _print_And(self, e: Any) -> str:
        return f"({' and '.join(map(self._print, e.args))})"

    def _print_Or(self, e: Any) -> str:
        return f"({' or '.join(map(self._print, e.args))})"

    def _print_Not(self, e: Any) -> str:
        return f"(not {self._print(e.args[0])})"


def _quotient(e: Basic) -> tuple[Expr, Expr]:
    """The formula over one denominator; what stands inside functions stays as it is."""
    if all(fraction(part)[1] == 1 for part in Add.make_args(e)):
        return e, S.One
    upper, lower = fraction(together(e, deep=False))
    return upper, lower
