"""A theorem's statement as it was written, in LaTeX: the equation, then its definitions, which stay what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from symconv.errors import SymconvError
from symconv.render.proposition import proposition_latex
from symconv.statements.grammar import parse_proposition
from symconv.statements.proposition import Proposition

#: How wide a line of the page is, in em, and what "where" and a comma take of it.
LINE = 42.0
_WHERE = r"\text{where } "
_ROOM = 4.0
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DEFINED = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*(?:\[([^]]*)\])?\s*=")


class Written(Protocol):
    """The texts of a theorem, as a file of theorems has them."""

    @property
    def text(self) -> str: ...  # noqa: D102 - see LibraryTheorem
    @property
    def where(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def assuming(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def counts(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def integers(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def proposition(self) -> Proposition: ...  # noqa: D102


def written_latex(theorem: Written) -> tuple[str, ...]:
    """Formulas for mathematics mode, none wider than a page: the statement, then each definition behind "where".

    Where the texts have no meaning by themselves, the statement with its definitions put in.

    >>> from symconv.prover.library import LibraryTheorem
    >>> theorem = LibraryTheorem("", "", "", "for i < n: Z[i] = X[i + T]", where=("T = 2", "Z[y] = X[y + 2]"))
    >>> for formula in written_latex(theorem):
    ...     print(formula)
    Z_{i} = X_{T + i} \\quad \\text{for all } i < n
    \\text{where } T = 2
    \\text{where } Z_{y} = X_{y + 2}
    """
    try:
        return tuple(_formulas(theorem))
    except SymconvError:
        return (proposition_latex(theorem.proposition, LINE),)


def _formulas(theorem: Written) -> Iterator[str]:
    sizes = {found[1] for text in theorem.where if (found := _DEFINED.match(text)) and found[2] is None}
    yield proposition_latex(_read(theorem, theorem.text, theorem.assuming, sizes), LINE)
    for text in theorem.where:
        found = _DEFINED.match(text)
        indices = _NAME.findall(found[2] or "") if found else []
        definition = proposition_latex(_read(theorem, text, (), {*sizes, *indices}), LINE - _ROOM)
        yield _WHERE + definition.replace(r"\begin{aligned}", r"\begin{aligned}[t]", 1)


def _read(theorem: Written, text: str, assuming: Sequence[str], integers: Iterable[str]) -> Proposition:
    """A text by itself: names that other texts define are integers, tensors that they define are tensors."""
    read = {name for part in (text, *assuming) for name in _NAME.findall(part)}
    counts = [name for name in theorem.counts if name in read]
    return parse_proposition(
        text, assuming=assuming, counts=counts, integers=sorted({*theorem.integers, *integers} & read - {*counts})
    )
