"""The output's shape and the receptive field, both read off the windows of the definition."""

from __future__ import annotations

from functools import partial

from sympy import Tuple

from symconv.backing.extents import field_claims
from symconv.backing.sums import result_claims
from symconv.derivation.extents import field_steps
from symconv.layers.arguments import expression
from symconv.layers.question import Question, definition_steps, sizes_stated
from symconv.render import Derivation


def derive_output_shape(question: Question, *_: str) -> Derivation:
    """The shape, each spatial axis by counting positions."""
    application = question.application
    resolved = application.actual
    extents = tuple(step for extent in resolved.extents for step in extent.steps)
    return Derivation(
        question.subject,
        question.quantity,
        Tuple(*map(expression, application.output_shape())),
        definition_steps(application, resolved) + extents,
        Tuple(*resolved.statement.shape("Y")),
        claims=(sizes_stated(resolved), result_claims),
    )


def derive_receptive_field(question: Question, *_: str) -> Derivation:
    """(size, jump, start) of each axis."""
    application = question.application
    definition = application.actual.definition
    result = Tuple(*(Tuple(*map(expression, axis)) for axis in application.receptive_field()))
    steps = definition_steps(application, application.actual) + field_steps(definition)
    claims = (partial(field_claims, definition=definition), result_claims)
    return Derivation(question.subject, question.quantity, result, steps, result, claims=claims)
