"""The adjoint identity: a gradient statement moves the gradient of the output to what the definition reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sympy import Expr, S, expand

from symconv.backing.claim import Claim
from symconv.backing.conditions import relevant, whole
from symconv.derivation.backward import gradient_name
from symconv.statements import Access, Expression, Proposition, Statement, Term

if TYPE_CHECKING:
    from symconv.render import Derivation


def gradient_claims(
    derivation: Derivation, *, definition: Statement, conditions: Sequence[Expr] = ()
) -> Iterator[Claim]:
    """SUM dY*Y = SUM dT*T for each gradient dT among the lines, where Y is the part of the definition that reads T.

    ``conditions`` are >= 0 where the layer has an output.
    """
    for gradient in derivation.statements():
        tensor = next((t for t in definition.reads if gradient_name(t) == gradient.target.tensor), None)
        if tensor is not None:
            yield Claim(gradient.target.tensor, adjoint(definition, gradient, tensor, conditions))


def adjoint(definition: Statement, gradient: Statement, tensor: str, conditions: Sequence[Expr] = ()) -> Proposition:
    """For all tensors: SUM dY[target]*(terms of the definition that read T) = SUM T*(right side of the gradient of T).

    >>> import symconv as sc
    >>> layer = sc.Linear("C", "D", bias=False)
    >>> print(adjoint(layer.definition, layer.backward_definitions["input"], "X"))
    sum(n < N, o < D, i < C) W[o, i]*X[n, i]*dY[n, o] = sum(n < N, i < C, o < D) dY[n, o]*W[o, i]*X[n, i]
    """
    reading = [t for t in definition.terms if any(f.tensor == tensor for f in t.factors)]
    output = Access(gradient_name(definition.target.tensor), definition.target.at)
    left = _summed(definition, reading, output, definition)
    right = _summed(gradient, gradient.terms, Access(tensor, gradient.target.at), definition)
    extents = [r.extent for side in (left, right) for term in side.terms for r in term.ranges]
    return Proposition.of(left, right, (), (*whole(extents), *relevant(extents, dict(definition.where), conditions)))


def _summed(statement: Statement, terms: Sequence[Term], factor: Access, definition: Statement) -> Expression:
    """The terms, scaled, times one more factor, added up over the free indices too."""
    found = []
    for term in terms:
        coefficient = term.coefficient if statement.scale is None else term.coefficient * statement.scale
        whole_term = Term((*statement.ranges, *term.ranges), term.brackets, (*term.factors, factor), coefficient)
        found.append(_with_scale_as_tensor(whole_term, definition))
    return Expression(tuple(found))


def _with_scale_as_tensor(term: Term, definition: Statement) -> Term:
    """A scale that varies with the output is taken for any tensor r, read at the output's indices."""
    at = next(f.at for f in term.factors if f.tensor == gradient_name(definition.target.tensor))
    scale = S.One if definition.scale is None else definition.scale
    place = {v: e for v, e in zip(definition.target.at, at, strict=True) if v.is_Symbol and scale.has(v)}
    if not place:
        return term
    rest = term.coefficient / expand(scale.xreplace(place))
    return Term(term.ranges, term.brackets, (*term.factors, Access("r", tuple(place.values()))), rest)
