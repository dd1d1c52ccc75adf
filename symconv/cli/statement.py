"""The options that write a statement on the command line, and the theorem that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from symconv.prover.library import LibraryTheorem

Texts = list[str] | None
Where = Annotated[
    Texts,
    typer.Option(
        metavar="TEXT", help="A definition that is put in, such as 'Z[y] = sum(u < k) W[u]*X[y + u]'; repeat it."
    ),
]
Assuming = Annotated[Texts, typer.Option(metavar="TEXT", help="A condition, such as 'h >= k'; repeat it.")]
Count = Annotated[Texts, typer.Option(metavar="NAME", help="A name that may be 0; repeat it.")]
Integer = Annotated[Texts, typer.Option(metavar="NAME", help="A name of any sign; repeat it.")]


def theorem_of(text: str, where: Texts, assuming: Texts, counts: Texts, integers: Texts) -> LibraryTheorem:
    """The statement with what stands beside it, as a theorem without a name."""
    from symconv.prover.library import LibraryTheorem

    definitions, conditions, zero, signed = (tuple(texts or ()) for texts in (where, assuming, counts, integers))
    return LibraryTheorem("", "", "", text, definitions, conditions, zero, signed)


def shipped_names(incomplete: str) -> list[str]:
    """The names of shipped theorems that begin so, for completion in a shell."""
    from symconv.prover.library import read_theorems, shipped_theorems

    return [t.name for t in read_theorems(shipped_theorems()) if t.name.startswith(incomplete)]
