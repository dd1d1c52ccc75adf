"""What a decider gets: the check, the claim's subject under one choice, and access to derived quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sympy import Expr, Tuple, factor_terms

from symconv.claims.counted import counted
from symconv.claims.file import Check, Claim, Claims, shown
from symconv.claims.subject import Subject
from symconv.derivation.normal import in_names
from symconv.errors import ClaimError, sentence
from symconv.layers import Application, Layer, derive
from symconv.render import Derivation
from symconv.statements import Expression
from symconv.statements.writing import text


@dataclass(frozen=True)
class Context:
    """One check of one claim under one choice.

    run_programs   whether the file's programs may be run; they are code
    """

    claims: Claims
    claim: Claim
    check: Check
    choices: Mapping[str, Any]
    subject: Subject
    run_programs: bool = False

    def error(self, name: str, condition: str, way_out: str) -> ClaimError:
        """An error about one key of the check."""
        return ClaimError(
            sentence(f"claim={self.claim.id!r}: {name}={shown(self.check.data.get(name))}", condition, way_out)
        )

    def only(self, *keys: str) -> None:
        """Refuse keys of the check that its decider does not read: a typing error must not pass unseen."""
        for key in self.check.data:
            if key not in (*keys, "layer", self.check.kind):
                raise ClaimError(
                    sentence(
                        f"claim={self.claim.id!r}: {key}",
                        f"is not known beside {self.check.kind!r}",
                        f"use {', '.join((*keys, 'layer'))}",
                    )
                )

    def formula(self, key: str, default: str | None = None) -> Expr:
        """The formula under ``key``, with the claim's abbreviations put in."""
        value = self.check.data.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise self.error(key, "is no formula", "write the formula in quotes")
        return self.subject.formula(value)

    def formulas(self, key: str) -> tuple[Expr, ...]:
        """One formula, or a list of them."""
        value = self.check.data[key]
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(self.subject.formula(v) for v in value)
        return (self.formula(key),)

    def texts(self, key: str) -> tuple[str, ...]:
        """The same formulas as the claim writes them."""
        value = self.check.data[key]
        return tuple(value) if isinstance(value, list) else (str(value),)

    def divisors(self, key: str) -> tuple[Expr, ...]:
        """What the formulas under ``key`` divide by, before anything cancels."""
        value = self.check.data.get(key)
        texts = value if isinstance(value, list) else [value]
        return tuple(d for text in texts if isinstance(text, str) for d in self.subject.divisors(text))

    def quantity(self) -> tuple[Expr, ...]:
        """The quantity that the check is about, derived; the entries of a shape or a receptive field one by one."""
        return tuple(_flat(self.derivation().result))

    def derivation(self) -> Derivation:
        """How the quantity follows from the layer's definition."""
        name, application, how = self._asked()
        return _derived(self.subject.layer, name, application.shape, **how)

    def counted(self) -> tuple[Expression, ...] | None:
        """The entries of the quantity as sums over the index tuples of the layer's statements, where they are such."""
        name, application, how = self._asked()
        return counted(application, name, **how)

    def _asked(self) -> tuple[str, Application, dict[str, Any]]:
        """The quantity's name, what it is asked of, and how it is counted."""
        name = self.quantity_name()
        if self.subject.application is None:
            raise self.error("quantity", "needs a layer", "name one of the file's layers")
        aware = bool(self.choices.get("padding_aware", self.check.data.get("padding_aware", False)))
        return name, self.subject.application, {"padding_aware": aware, "dtype": self.check.data.get("dtype")}

    def quantity_name(self) -> str:
        """The name of the quantity, with the choices put in: "forward.{operation}" is "forward.macs", say."""
        name = self.check.data.get("quantity")
        if not isinstance(name, str):
            raise self.error("quantity", "is no text", "name a quantity such as 'forward.flops'")
        for choice, value in self.choices.items():
            name = name.replace(f"{{{choice}}}", str(value))
        return name

    def one_quantity(self) -> Expr:
        """The quantity, where it must be a single expression."""
        found = self.quantity()
        if len(found) != 1:
            raise self.error("quantity", f"has {len(found)} entries", "compare a list of formulas")
        return found[0]

    def plain(self, expression: Expr) -> str:
        """An expression as text."""
        return text(expression)

    def in_words(self, expression: Expr) -> str:
        """A derived expression in the claim's own names, as text."""
        return text(factor_terms(in_names(expression, self.subject.names)))


@lru_cache(maxsize=1024)
def _derived(layer: Layer, name: str, shape: tuple[Any, ...], **how: Any) -> Derivation:
    """A memo of ``derive``, as several claims ask the same of a layer."""
    return derive(layer, name, shape, **how)


def _flat(value: Any) -> Any:
    if isinstance(value, Tuple):
        for part in value:
            yield from _flat(part)
    else:
        yield value
