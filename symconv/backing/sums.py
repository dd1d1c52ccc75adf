"""Lines that only add up others, and sizes of tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sympy import Expr, S

from symconv.backing.claim import Claim
from symconv.backing.conditions import whole
from symconv.backing.lines import Lines
from symconv.statements import Expression, Names, Proposition, Range, Term, symbols_of
from symconv.statements.expression import as_expression

if TYPE_CHECKING:
    from symconv.render import Derivation


def added_claims(
    derivation: Derivation, *, added: Mapping[str, Sequence[str]], factor: Expr = S.One
) -> Iterator[Claim]:
    """That each line in ``added`` is ``factor`` times the sum of the lines that it names."""
    values = Lines(derivation).values
    for line, others in added.items():
        value, parts = values.get(line), [values.get(name) for name in others]
        if not isinstance(value, Expr) or None in parts:
            yield Claim(line)
        else:
            yield Claim(line, Proposition.of(factor * sum(map(as_expression, parts), Expression()), value))


def element_claims(derivation: Derivation, *, tensors: Mapping[str, Sequence[tuple[Expr, ...]]]) -> Iterator[Claim]:
    """That each line in ``tensors`` counts the places of tensors with these extents."""
    values = Lines(derivation).values
    for line, shapes in tensors.items():
        value = values.get(line)
        if not isinstance(value, Expr):
            yield Claim(line)
            continue
        places = Expression(tuple(map(_places, shapes)))
        extents = [e for shape in shapes for e in shape]
        yield Claim(line, Proposition.of(places, value, (), whole(extents)))


def _places(extents: Sequence[Expr]) -> Term:
    names = Names(s.name for s in symbols_of(extents))
    return Term(tuple(Range(names.index("j"), e) for e in extents), (), ())


def result_claims(derivation: Derivation, *, last: str | None = None) -> Iterator[Claim]:
    """Nothing, where the result is the line ``last`` with all names put in; else that the result is unfounded."""
    lines = Lines(derivation)
    if not lines.is_consistent or (last is not None and lines.values.get(last) != derivation.shown):
        yield Claim("result")
