"""The theorems about layers as Coq has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symconv.backing.layer_theorems import LayerTheorem, layer_theorems
from symconv.errors import TheoremError, sentence
from symconv.prover.coq.exporting import certificate_of
from symconv.prover.coq.files import CoqTheorem, TheoremText, theorem_text
from symconv.prover.coq.outlining import outlined


def exported_layer_theorems() -> Iterator[TheoremText]:
    """Each theorem with the layers' definitions that it needs; raises ``TheoremError`` where one has no proof."""
    return map(exported, layer_theorems())


def exported(theorem: LayerTheorem) -> TheoremText:
    """One theorem, proved by search, and accepted by the independent checker.

    >>> linear = next(t for t in layer_theorems() if t.name == "linear_is_conv1d")
    >>> print(exported(linear).statement.splitlines()[-2].strip())
    Linear W X b in_features n o
    """
    statement = outlined(theorem.outline, theorem.calls)
    certificate = certificate_of(statement.sequent)
    if certificate is None:
        raise TheoremError(sentence(f"theorem={theorem.name!r}", "has no proof that was found", "assume more"))
    text = theorem_text(CoqTheorem(theorem.name, theorem.says, statement, certificate))
    return replace(text, needs=tuple(d.text() for d in theorem.definitions))
