"""Derivations as plain data, for ``--json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from symconv.derivation.steps import Step
from symconv.layers.notation import in_d2l
from symconv.render import Derivation
from symconv.statements import Statement
from symconv.statements.writing import text

if TYPE_CHECKING:
    from symconv.cli.request import Request


def derivations_data(request: Request, quantities: Sequence[str]) -> dict[str, Any]:
    """The layer, its input, and the quantities asked for; formulas as texts that the grammar reads."""
    quantities_data = [_quantity(request.derive(q)) for q in quantities]
    layer, shape = request.layer, request.layer.read_input(request.shape)
    if request.notation == "d2l":
        layer, shape = in_d2l(layer, shape)
    return {
        "layer": repr(layer),
        "input": [s if isinstance(s, int) else text(s) for s in shape],
        "notation": request.notation,
        "definition": str(statements[0]) if (statements := request.derive("output_shape").statements()) else None,
        "quantities": quantities_data,
    }


def _quantity(derivation: Derivation) -> dict[str, Any]:
    closed = derivation.closed_form
    return {
        "quantity": derivation.quantity,
        "result": text(derivation.result),
        "shown": text(derivation.shown),
        "steps": [_step(step) for step in derivation.steps],
        "closed_form": None if closed is None else {"value": text(closed.value), "condition": text(closed.condition)},
        "backing": derivation.backing,
        "certificates": [
            {"hash": theorem.hash, "says": theorem.says, "statement": str(theorem.statement)}
            for theorem in derivation.certificates
        ],
    }


def _step(step: Step) -> dict[str, Any]:
    expression = step.expression
    return {
        "expression": str(expression) if isinstance(expression, Statement) else text(expression),
        "rule": step.rule.name,
        "condition": text(step.condition),
        "name": None if step.name is None else str(step.name),
    }
