"""Programs: the plan of some expressions made ready to run on Python ints, exact and unbounded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sympy import Basic, Expr, Rational, sympify
from sympy.logic.boolalg import Boolean

from symconv.errors import ArgumentError, sentence
from symconv.numerics import integers
from symconv.numerics.arguments import Parameter, parameter
from symconv.numerics.plan import Plan
from symconv.numerics.translation import plan_of


@dataclass(frozen=True, eq=False)
class Program:
    """A plan made ready to run on Python ints."""

    plan: Plan
    parameters: tuple[Parameter, ...]
    code: integers.Code

    def results(self, inputs: list[int]) -> list[Any]:
        """The value of each expression: an int, a bool, or a Rational that is no integer."""
        values = [*self.plan.constants, *inputs]
        start = len(values)
        try:
            integers.run(self.code, values)
        except integers.NoValueError as error:
            source = self.plan.steps[len(values) - start].source
            raise ArgumentError(sentence(self._point(source, inputs), error.condition, error.way_out)) from None
        return [
            values[upper] if lower is None else _quotient(values[upper], values[lower])
            for upper, lower in self.plan.outputs
        ]

    def _point(self, source: Any, inputs: list[int]) -> str:
        pairs = zip(self.parameters, inputs, strict=True)
        used = [f"{known.name}={value}" for known, value in pairs if known.symbol in source.free_symbols]
        return f"{source} at {', '.join(used)}" if used else str(source)


@lru_cache(maxsize=2048)
def program_of(expressions: tuple[Any, ...], whole: bool) -> Program:
    """The program of the expressions; ``whole``: results that are numbers must be integers. Kept for the next call."""
    plan = plan_of(tuple(checked_expression(expression) for expression in expressions), whole)
    return Program(plan, tuple(map(parameter, plan.symbols)), integers.code_of(plan.steps))


def _quotient(upper: int, lower: int) -> Any:
    quotient, remainder = divmod(upper, lower)
    return Rational(upper, lower) if remainder else quotient


def checked_expression(expression: Any) -> Any:
    """The expression, condition or int as a SymPy object; raises ``ArgumentError`` for anything else."""
    if type(expression) in (int, bool):
        return sympify(expression)
    if isinstance(expression, Basic) and isinstance(expression, Expr | Boolean):
        return expression
    raise ArgumentError(
        sentence(
            f"expression={expression!r}",
            "is neither a SymPy expression nor a condition nor an int",
            "pass a closed form, such as floor((H - K)/S) + 1",
        )
    )
