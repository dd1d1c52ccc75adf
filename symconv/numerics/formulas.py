"""Numbers from closed forms: ``evaluate`` exactly, one point at a time, and ``compile`` for arrays of int64."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Tuple, sympify

from symconv.numerics.arguments import by_name, check_names, check_range, checked_argument, checked_value
from symconv.numerics.arrays import on_arrays
from symconv.numerics.plan import Plan
from symconv.numerics.programs import Program, checked_expression, program_of
from symconv.numerics.substitution import substituted

_MISSING = object()


def evaluate(expression: Any, values: Mapping[Any, Any] | None = None, /, **names: Any) -> Any:
    """Put integers or SymPy expressions in for symbols, exactly, by name or by a mapping from names or symbols.

    A tuple or list gives a tuple. With numbers for all symbols the result is an ``int``, a ``bool``, or a SymPy
    ``Rational`` that is no integer; otherwise it is a SymPy expression. Names that do not occur are ignored.

    Raises ``ArgumentError`` for a value that is no integer or contradicts its symbol's assumptions, and where the
    expression has no value (a division by zero, no case of a ``Piecewise``); ``StatementError`` for a node that has
    no exact rule.

    >>> from sympy import floor
    >>> from symconv.statements.symbols import symbol
    >>> H, K, S = map(symbol, ("H_in", "K_h", "S_h"))
    >>> evaluate(floor((H - K) / S) + 1, H_in=224, K_h=7, S_h=2)
    109
    >>> evaluate((H / S, H > K), {"H_in": 3, K: 4, "S_h": 2})
    (3/2, False)
    >>> evaluate(H * K + S, K_h=3)
    3*H_in + S_h
    """
    return _evaluated(expression, by_name(values, names))


def _evaluated(expression: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(expression, tuple | list | Tuple):
        return tuple(_evaluated(part, given) for part in expression)
    if type(expression) in (int, bool):
        return expression
    program = program_of((expression,), False)
    inputs: list[Any] = []
    exact = True
    for known in program.parameters:
        value = given.get(known.name, _MISSING)
        if type(value) is not int or known.tests:
            value = known.symbol if value is _MISSING else checked_value(known, value)
            exact = exact and type(value) is int
        else:
            check_range(known, value, value)
        inputs.append(value)
    return program.results(inputs)[0] if exact else _partly(expression, program, inputs)


def _partly(expression: Any, program: Program, inputs: list[Any]) -> Any:
    pairs = zip(program.parameters, inputs, strict=True)
    values = {known.symbol: sympify(value) for known, value in pairs if value is not known.symbol}
    result = substituted(expression, values)
    return result if result.free_symbols else _evaluated(result, {})


def compile(expression: Any) -> Formula:
    """An exact function of integers and int64 arrays, from one expression or a tuple of expressions.

    Raises ``ArgumentError`` for what is no expression, ``StatementError`` for a node that has no exact rule.

    >>> from symconv.statements.symbols import symbol
    >>> macs = compile(symbol("N") * symbol("C_out") * symbol("C_in") / symbol("G"))
    >>> macs
    Formula(C_in*C_out*N/G, parameters=('C_in', 'C_out', 'G', 'N'))
    >>> import numpy as np
    >>> macs(N=np.array([1, 2]), C_out=4, C_in=6, G=2)
    array([12, 24])
    """
    if isinstance(expression, tuple | list | Tuple):
        formula = Formula(Tuple(*(checked_expression(part) for part in expression)))
    else:
        formula = Formula(checked_expression(expression))
    program_of(formula.parts, True)  # tells now of a node without a rule
    return formula


@dataclass(frozen=True, repr=False)
class Formula:
    """An exact function of integers and NumPy integer arrays; made by ``compile``."""

    expression: Any

    @property
    def parts(self) -> tuple[Any, ...]:
        """The expressions: several of a tuple, else the one."""
        return tuple(self.expression) if isinstance(self.expression, Tuple) else (self.expression,)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments, sorted."""
        return tuple(known.name for known in self._program.parameters)

    @property
    def plan(self) -> Plan:
        """The steps that a call takes; prints as a table."""
        return self._program.plan

    def __repr__(self) -> str:
        return f"Formula({self.expression}, parameters={self.parameters})"

    def __call__(self, /, **values: Any) -> Any:
        """The value at integers (an ``int`` or ``bool``), or at arrays of integers, broadcast (int64 or bool arrays).

        A formula of several expressions returns a tuple, all arrays of it in the one shape of all arguments together.
        Arrays of no axes count as integers. Integers alone are computed without bounds; with arrays, no value wraps
        around: ``IntegerOverflow`` is raised where the ranges of the arguments do not exclude that int64 overflows on
        the way. Terms that hang together (``a*b - a*b + 1``) are bounded apart, so it may refuse what would fit.

        Raises ``ArgumentError`` for missing or unknown names, values that are no integers or contradict a symbol's
        assumptions, shapes that do not broadcast, a division by zero, and a result that is no integer.

        >>> from symconv.statements.symbols import symbol
        >>> import numpy as np
        >>> compile(symbol("C_in") / symbol("G"))(C_in=np.array([4, 3]), G=2)
        Traceback (most recent call last):
            ...
        symconv.errors.ArgumentError: C_in/G at C_in=3, G=2: is not an integer; choose values that divide without a \
remainder, or use sc.evaluate, which returns exact fractions.
        """
        program = self._program
        check_names(self.parameters, values)
        inputs = [checked_argument(known, values[known.name]) for known in program.parameters]
        if all(isinstance(value, int) for value in inputs):
            results: list[Any] = program.results(inputs)
        else:
            results = on_arrays(program, inputs)
        return tuple(results) if isinstance(self.expression, Tuple) else results[0]

    @property
    def _program(self) -> Program:
        return program_of(self.parts, True)
