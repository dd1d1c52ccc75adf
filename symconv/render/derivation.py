"""A derivation as its reader meets it: the result, the steps, and their forms as text, LaTeX and a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sympy import Basic

from symconv.backing.claim import Claim, Part, backing_words, certified
from symconv.derivation.closed import ClosedForm
from symconv.derivation.steps import Step
from symconv.statements import Statement

if TYPE_CHECKING:
    from symconv.prover.theorem import Theorem


@dataclass(frozen=True)
class Derivation:
    """How a quantity of a layer follows from its definition.

    subject      the layer, on which input, and how it is counted
    quantity     what was asked for, such as "forward.flops"
    result       the closed form, in the arguments and the input's sizes only
    steps        each with its expression, the rule that gave it and the condition that the rule needs
    shown        the result in the names that the steps define
    closed_form  where ``result`` has sums over taps: a form without them, and the condition under which it holds
    claims       each tells equations that the derivation states; they are proved when the backing is asked for
    """

    subject: str
    quantity: str
    result: Basic
    steps: tuple[Step, ...]
    shown: Basic
    closed_form: ClosedForm | None = None
    claims: tuple[Callable[[Derivation], Iterable[Claim]], ...] = field(default=(), repr=False, compare=False)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What stands behind each of the equations: a theorem, or a word."""
        from symconv.backing.proving import stands_behind

        return tuple(stands_behind(claim) for tell in self.claims for claim in tell(self))

    @property
    def backing(self) -> str:
        """What stands behind it: certificates, each with the lines that it proves, and "derived" for what has none.

        A certificate is named by the first digits of the hash of its statement, and only where the independent checker
        has accepted it; "derived" is what follows by the rules of the steps, unchecked.

        >>> import symconv as sc
        >>> sc.derive(sc.Linear("C", "D", bias=False), "forward.macs").backing
        'certificate ... (macs)'
        """
        return backing_words(self.parts)

    @property
    def certificates(self) -> tuple[Theorem, ...]:
        """The theorems that the backing names; ``says`` of each tells the lines that it proves."""
        return certified(self.parts)

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
