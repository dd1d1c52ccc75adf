"""``derive``: any quantity of a layer, with the steps that lead from its definition to the closed form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from symconv.errors import ArgumentError, sentence
from symconv.layers.application import apply_layer
from symconv.layers.arguments import read_choice
from symconv.layers.base import Layer
from symconv.layers.cost import FIELDS, PARTS
from symconv.layers.derive_cost import derive_cost
from symconv.layers.derive_memory import derive_memory
from symconv.layers.derive_windows import derive_output_shape, derive_receptive_field
from symconv.layers.memory import Memory
from symconv.layers.notation import NOTATIONS, in_d2l
from symconv.layers.question import Question
from symconv.render import Derivation

MEMORY_FIELDS = (*(f.name for f in fields(Memory)), "forward", "backward")
QUANTITIES = (
    "output_shape",
    "receptive_field",
    *(f"{part}.{field}" for part in PARTS for field in FIELDS),
    *(f"memory.{field}" for field in MEMORY_FIELDS),
)
#: Who answers for which part of a quantity's name; the others are costs.
_ANSWERS: dict[str, Callable[..., Derivation]] = {
    "output_shape": derive_output_shape,
    "receptive_field": derive_receptive_field,
    "memory": derive_memory,
}


def derive(
    layer: Layer,
    quantity: str,
    input_shape: Sequence[Any] | None = None,
    *,
    padding_aware: bool = False,
    dtype: Any = None,
    notation: str = "torch",
) -> Derivation:
    """Derive one quantity of a layer from its definition, step by step.

    ``quantity`` is "output_shape", "receptive_field", a part of the cost with a field such as "forward.flops" or
    "backward_weight.macs", or "memory.forward" and the like.  Without ``input_shape`` the input's sizes are standard
    symbols; ``dtype`` turns elements into bytes; ``notation`` "d2l" writes the standard symbols as the textbook does.
    Raises ``ArgumentError`` for an unknown quantity or notation, ``ShapeError`` for an input that does not fit.

    The lines are proved when the derivation is printed, or its ``backing`` or ``certificates`` are asked for.

    >>> import symconv as sc
    >>> derive(sc.Conv2d(8, 16, 3, padding=1), "forward.macs", (1, 8, 10, 10)).result
    115200
    """
    if not isinstance(layer, Layer):
        raise ArgumentError(sentence(f"layer={layer!r}", "is no layer of symconv", "use sc.from_module on a module"))
    read_choice("quantity", quantity, QUANTITIES)
    read_choice("notation", notation, NOTATIONS)
    shape = layer.read_input(input_shape)
    if notation == "d2l":
        layer, shape = in_d2l(layer, shape)
    application = apply_layer(layer, shape, notation)
    counted = "padding-aware" if padding_aware else "nominal"
    suffix = f", {counted}" if quantity.partition(".")[0] in PARTS else ""
    subject = f"{layer!r} on ({', '.join(map(str, shape))}){suffix}"
    part, _, field = quantity.partition(".")
    return _ANSWERS.get(part, derive_cost)(Question(application, subject, quantity, padding_aware, dtype), part, field)
