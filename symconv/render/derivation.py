"""A derivation as its reader meets it: the result, the steps, and their forms as text, LaTeX and a document."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Basic

from symconv.derivation.closed import ClosedForm
from symconv.derivation.steps import Step
from symconv.statements import Statement


@dataclass(frozen=True)
class Derivation:
    """How a quantity of a layer follows from its definition.

    subject      the layer, on which input, and how it is counted
    quantity     what was asked for, such as "forward.flops"
    result       the closed form, in the arguments and the input's sizes only
    steps        each with its expression, the rule that gave it and the condition that the rule needs
    shown        the result in the names that the steps define
    closed_form  where ``result`` has sums over taps: a form without them, and the condition under which it holds
    backing      what stands behind it: "derived" (by the rules of the steps, unchecked), "tested" or "measured"
    """

    subject: str
    quantity: str
    result: Basic
    steps: tuple[Step, ...]
    shown: Basic
    closed_form: ClosedForm | None = None
    backing: str = "derived"

    def __str__(self) -> str:
        from symconv.render.text import derivation_text

        return derivation_text(self)

    def latex(self) -> str:
        """The body of the derivation as an ``aligned`` environment, for mathematics mode; lines fit a page."""
        from symconv.render.latex import aligned

        return aligned(self)

    def document(self) -> str:
        """A whole LaTeX document: the derivation, a legend for every symbol, and the rules in words."""
        from symconv.render.document import document

        return document([self])

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def statements(self) -> tuple[Statement, ...]:
        """The statements among the steps."""
        return tuple(s.expression for s in self.steps if isinstance(s.expression, Statement))
