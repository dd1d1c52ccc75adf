"""The two sides of a claim about a statement: what it writes, with the tensors that it defines, and the definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, floor

from symconv.claims.context import Context
from symconv.claims.divisors import statement_divisors
from symconv.claims.proofs import Attempt, never_zero
from symconv.claims.views import Demand, Function, check_tensors, demands, function_of, side
from symconv.layers import Application
from symconv.statements import Statement
from symconv.statements.grammar import parse_statement


@dataclass(frozen=True)
class Sides:
    """The claimed statement, its views, and the definition, all in the sizes of the layer.

    divisors   what the claimed texts divide by
    """

    claimed: Statement
    views: tuple[Statement, ...]
    definition: Statement
    divisors: tuple[Expr, ...] = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All of them."""
        return (self.claimed, *self.views, self.definition)

    def substitute(self, values: Mapping[Any, Expr]) -> Sides:
        """The same with values put in for sizes."""
        return Sides(
            self.claimed.substitute(values),
            tuple(view.substitute(values) for view in self.views),
            self.definition.substitute(values),
        )

    def equation(self) -> Demand:
        """That the layer's output has the entries that are claimed, with all definitions put in."""
        functions: dict[str, Function] = {}
        for view in self.views:
            functions[view.target.tensor] = function_of(view, functions)
        output = function_of(self.definition, {}).entry(self.claimed.target.at)
        put_in = f", with {' and '.join(functions)} put in" if functions else ""
        says = f"the statement is the layer's definition{put_in}"
        return Demand(output, side(self.claimed, functions), says, self.claimed.ranges)

    def attempts(self, conditions: Sequence[Basic]) -> Iterator[Attempt]:
        """Attempts to prove all that the claim says: the equation, and that tensors are tensors and values values."""
        yield self.equation().attempt(conditions)
        for statement in self.statements[:-1]:
            what = "the statement" if statement is self.claimed else statement.target.tensor
            yield from (demand.attempt(conditions) for demand in demands(statement, what))
        for divisor in self.divisors:
            if not divisor.is_nonzero:
                found = never_zero(divisor, conditions)
                says = f"{divisor} is never 0"
                yield Attempt(says, None if found is None else found.theorem, f"nothing shows that {says}")


def read_sides(context: Context) -> Sides:
    """The statement, its views and the layer of a check; raises ``ClaimError`` where one of them is missing."""
    application = context.subject.application
    if application is None:
        raise context.error("layer", "is missing", "name one of the file's layers")
    definition = _with_sizes(application.statement())
    tensors = context.check.data.get("tensors", {})
    if not isinstance(tensors, dict) or not all(isinstance(v, list) for v in tensors.values()):
        raise context.error("tensors", "is no table of shapes", "write tensors = { Z = ['c_i', 'h*w'] }")
    views = context.check.data.get("views", [])
    if not isinstance(views, list) or not isinstance(context.check.data["statement"], str):
        raise context.error("statement", "or its views are no texts", "quote them, views in a list")
    texts, symbols = [context.check.data["statement"], *views], context.subject.symbols
    shapes: dict[str, Any] = {**dict(definition.shapes), **{t: tuple(v) for t, v in tensors.items()}}
    parsed = [parse_statement(t, shapes, symbols) for t in texts]
    names = context.subject.names
    divided = [d.xreplace(names) for t, s in zip(texts, parsed, strict=True) for d in statement_divisors(t, symbols, s)]
    claimed, *others = (_without_names(statement, names) for statement in parsed)
    check_tensors(context, set(dict(definition.shapes)), claimed, others)
    return Sides(claimed, tuple(others), definition, tuple(divided))


def shown_definition(application: Application) -> str:
    """The definition as a report shows it: short sizes put in, the others by their names."""
    statement = application.statement()
    short = {name: value for name, value in statement.where if not value.atoms(floor)}
    return str(statement.substitute(short) if short else statement)


def _with_sizes(definition: Statement) -> Statement:
    """The definition with the meanings of its named sizes put in."""
    where = dict(definition.where)
    return definition.substitute(where) if where else definition


def _without_names(statement: Statement, names: Mapping[Any, Expr]) -> Statement:
    """The statement with the claim's abbreviations put in; a name that it binds is an index."""
    used = {name: value for name, value in names.items() if name in statement.parameters}
    return statement.substitute(used) if used else statement
