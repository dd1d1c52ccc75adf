"""What ``symconv derive`` was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symconv.render import Derivation

#: What a document or a JSON answer holds where no quantity is asked for.
STANDARD_QUANTITIES = (
    "output_shape",
    "receptive_field",
    "forward.flops",
    "backward.flops",
    "update.flops",
    "memory.forward",
    "memory.backward",
)


@dataclass(frozen=True)
class Request:
    """A layer on an input, and how its quantities are derived."""

    layer: Any
    shape: tuple[Any, ...] | None
    notation: str
    padding_aware: bool
    dtype: str | None

    def derive(self, quantity: str) -> Derivation:
        """One quantity of the layer."""
        from symconv.layers import derive as derive_quantity

        return derive_quantity(
            self.layer,
            quantity,
            self.shape,
            padding_aware=self.padding_aware,
            dtype=self.dtype,
            notation=self.notation,
        )

    def standard_quantities(self) -> tuple[str, ...]:
        """The quantities that are told where none is asked for; no memory for a layer without a statement."""
        return tuple(q for q in STANDARD_QUANTITIES if self.layer.has_definition or not q.startswith("memory."))
