"""What ``derive`` is asked, and the lines and claims that several quantities share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from symconv.backing.claim import Claim
from symconv.backing.extents import size_claims
from symconv.derivation import rules
from symconv.derivation.steps import Step
from symconv.layers.application import Application, Resolved
from symconv.render import Derivation

#: What tells the equations that a derivation states.
Claims = Callable[[Derivation], Iterable[Claim]]


@dataclass(frozen=True)
class Question:
    """A quantity of a layer on an input, and how it is counted."""

    application: Application
    subject: str
    quantity: str
    padding_aware: bool
    dtype: Any


def definition_steps(application: Application, resolved: Resolved) -> tuple[Step, ...]:
    """The statement of a layer that has one."""
    return (Step(resolved.statement, rules.DEFINITION),) if application.layer.has_definition else ()


def size_steps(resolved: Resolved) -> tuple[Step, ...]:
    """The output sizes that have a name, without how they were found."""
    named = {name for name, _ in resolved.statement.where}
    return tuple(
        Step(step.expression, rules.NAMED_SIZE, step.condition, step.name)
        for extent in resolved.extents
        for step in extent.steps
        if step.name in named
    )


def sizes_stated(resolved: Resolved) -> Claims:
    """The claims about the output's sizes."""
    return partial(size_claims, definition=resolved.definition, extents=resolved.extents)
