"""What a layer costs: multiplications, additions, products accumulated; forward, each backward, and the update."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from sympy import Expr, S

from symconv.layers.application import Application, count_statement
from symconv.layers.arguments import Size, as_size, expression

PARTS = ("forward", "backward_input", "backward_weight", "backward_bias", "backward", "update")
FIELDS = ("multiplications", "additions", "macs", "flops")
BACKWARD_PARTS = ("backward_input", "backward_weight", "backward_bias")


@dataclass(frozen=True)
class Ops:
    """Operations: ``macs`` are products accumulated; ``flops`` = multiplications + additions, exactly."""

    multiplications: Size
    additions: Size
    macs: Size

    @property
    def flops(self) -> Size:
        """multiplications + additions."""
        return as_size(expression(self.multiplications) + expression(self.additions))

    def __add__(self, other: Ops) -> Ops:
        return Ops(
            *(
                as_size(expression(getattr(self, f)) + expression(getattr(other, f)))
                for f in ("multiplications", "additions", "macs")
            )
        )


NO_OPS = Ops(0, 0, 0)


@dataclass(frozen=True)
class Cost:
    """The cost of one layer on one input, batch included; each part is an ``Ops``, derived when it is asked for.

    A sum of m terms costs max(m - 1, 0) additions; the bias is one more term.  Nominal: padding is data, and a
    transposed convolution is counted before its crop.  Padding-aware: taps on zero padding are not computed.
    """

    application: Application
    padding_aware: bool = False
    #: What stands behind the numbers: the rules of the derivation; ``derive`` names the certificates of its lines.
    backing: ClassVar[str] = "derived"

    @cached_property
    def forward(self) -> Ops:
        """One evaluation of the definition."""
        return self._part("forward")

    @cached_property
    def backward_input(self) -> Ops:
        """The gradient of the input."""
        return self._part("backward_input")

    @cached_property
    def backward_weight(self) -> Ops:
        """The gradient of the weight; nothing where there is none."""
        return self._part("backward_weight")

    @cached_property
    def backward_bias(self) -> Ops:
        """The gradient of the bias; nothing where there is none."""
        return self._part("backward_bias")

    @cached_property
    def backward(self) -> Ops:
        """All gradients together."""
        return self.backward_input + self.backward_weight + self.backward_bias

    @cached_property
    def update(self) -> Ops:
        """One SGD step: a multiplication and an addition a parameter."""
        return self._part("update")

    def evaluate(self, values: Any = None, /, **names: Any) -> dict[str, Ops]:
        """Every part with numbers put in, by the names of the symbols."""
        from symconv.numerics.formulas import evaluate

        parts = {part: getattr(self, part) for part in PARTS}
        return {
            part: Ops(*evaluate((ops.multiplications, ops.additions, ops.macs), values, **names))
            for part, ops in parts.items()
        }

    def _part(self, part: str) -> Ops:
        total = NO_OPS
        for statement in self.application.counted_statements(part, self.padding_aware):
            count = count_statement(statement)
            where = dict(statement.where)
            total += Ops(
                *(
                    as_size(count.unfold(e).xreplace(where))
                    for e in (count.multiplications, count.additions, _macs(part, count.macs))
                )
            )
        return total

    def __str__(self) -> str:
        from symconv.render.tables import listing, table

        parts = {part: getattr(self, part) for part in PARTS}
        if all(isinstance(getattr(ops, f), int) for ops in parts.values() for f in FIELDS):
            return table(["part", *FIELDS], [[part, *(getattr(ops, f) for f in FIELDS)] for part, ops in parts.items()])
        return listing({f"{part}.{f}": getattr(ops, f) for part, ops in parts.items() for f in FIELDS})


def _macs(part: str, macs: Expr) -> Expr:
    """An update accumulates nothing: its products are scaled gradients."""
    return S.Zero if part == "update" else macs
