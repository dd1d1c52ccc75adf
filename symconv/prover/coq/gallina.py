"""Statements in Gallina: the data that Coq's checker reads, and the text of the proposition to which it computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from symconv.prover.coq.data import listed
from symconv.prover.coq.integers import Writer, Written
from symconv.prover.coq.names import Names
from symconv.prover.coq.outlined import OutlinedSequent
from symconv.prover.polynomial import ONE, Polynomial
from symconv.prover.sequent import Bracket, Defined, Sequent, Term

NO_BREAK = "\N{NO-BREAK SPACE}"
#: Longer parts of a line may be broken at any space.
MAX_WHOLE = 90
SUM = "\\sum"


@dataclass(frozen=True)
class Told:
    """A statement as Coq has it.

    data          the constructor of the statement and its arguments
    conditions    what is assumed, each as a proposition
    definitions   "let Y i := ... in", one for each tensor that is defined
    left, right   of the equation that is claimed

    Lines may be broken at spaces; those where a reader would not break them are no-break spaces.
    """

    data: str
    conditions: tuple[str, ...]
    definitions: tuple[str, ...]
    left: str
    right: str


def told(outlined: OutlinedSequent, names: Names) -> Told:
    """The statement in both forms."""
    sequent = outlined.sequent
    numbers = outlined.is_about_numbers
    writer = Writer(names, names.identifiers)
    defined, writer = _defined(sequent.defined, writer)
    conditions = [_comparison(writer, kind, p) for kind, p in _conditions(sequent)]
    tensors: list[str] = []
    shown: dict[str, str] = {}
    for d in outlined.definitions:
        at = names.inside(d.parameters)
        inside = _sum(replace(writer, texts={**writer.texts, **at}), d.terms, numbers)
        parameters = listed(str(names.numbers[x]) for x in d.parameters)
        tensors.append(f"Tensor {names.tensors[d.name]} {parameters} {inside.data}")
        heading = " ".join(("let", names.of_tensors[d.name], *at.values(), ":="))
        if d.tensors is None:
            shown.setdefault(d.shown, f"{_whole(heading)} {inside.text} in")
    left, right = (_sum(writer, side, numbers) for side in (outlined.left, outlined.right))
    parts = (listed(defined), listed(c.data for c in conditions), listed(tensors), left.data, right.data)
    return Told(
        "Statement\n  " + "\n  ".join(parts),
        tuple(_whole(f"({c.text})%Z ->") for c in conditions),
        tuple(shown.values()),
        left.text,
        right.text,
    )


def _defined(definitions: Sequence[Defined], writer: Writer) -> tuple[list[str], Writer]:
    """The data of defined names, and a writer that writes their values in their places."""
    data = []
    for d in definitions:
        a, b = writer.polynomial(d.a), writer.polynomial(d.b)
        kind = "Floor" if d.kind == "floor" else "Max"
        data.append(f"({kind}, {writer.names.numbers[d.name]}, {a.data}, {b.data})")
        text = f"({_atom(a)} / {_atom(b)})" if d.kind == "floor" else f"(Z.max {_atom(a)} {_atom(b)})"
        writer = replace(writer, texts={**writer.texts, d.name: text})
    return data, writer


def _atom(written: Written) -> str:
    text = written.text
    return f"({text})" if " " in text and not _is_enclosed(text) else text


def _is_enclosed(text: str) -> bool:
    """Whether one pair of parentheses is around all of the text."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and place < len(text) - 1:
            return False
    return text.startswith("(")


def _conditions(sequent: Sequent) -> list[tuple[str, Polynomial]]:
    """What is assumed; p >= 0 and -p >= 0 next to one another are an equation."""
    found: list[tuple[str, Polynomial]] = []
    for p in sequent.assume:
        if found and found[-1] == (">=", -p):
            found[-1] = ("=", found[-1][1])
        else:
            found.append((">=", p))
    return found


def _comparison(writer: Writer, kind: str, p: Polynomial) -> Written:
    """p >= 0 or p = 0, with positive coefficients on both sides."""
    if kind == "=":
        right, left = writer.sides(p)
        return Written(f"CEq {left.data} {right.data}", f"{left.text} = {right.text}")
    if p.constant_part == -1:
        left, right = writer.sides(p + 1)
        return Written(f"CLt {left.data} {right.data}", f"{left.text} < {right.text}")
    left, right = writer.sides(p)
    return Written(f"CLe {left.data} {right.data}", f"{left.text} <= {right.text}")


def _sum(writer: Writer, terms: Sequence[Term], numbers: bool) -> Written:
    written = [_term(writer, term, numbers) for term in terms]
    return Written(listed(w.data for w in written), f" +{NO_BREAK}".join(w.text for w in written) or "0")


def _term(writer: Writer, term: Term, numbers: bool) -> Written:
    """A sum of products."""
    names = writer.names
    bound = names.inside((v for v, _ in term.ranges), writer.texts.values())
    extents = [(names.numbers[v], bound[v], writer.polynomial(n)) for v, n in term.ranges]
    writer = replace(writer, texts={**writer.texts, **bound})
    floors = []
    for q in term.quotients:
        a, b = writer.polynomial(q.a), writer.polynomial(q.b)
        floors.append(f"({names.numbers[q.name]}, {a.data}, {b.data})")
        writer = replace(writer, texts={**writer.texts, q.name: f"({_atom(a)} / {_atom(b)})"})
    brackets = [_bracket(writer, bracket) for bracket in term.brackets]
    entries = [_entry(writer, tensor, at) for tensor, at in term.factors]
    coefficient = writer.polynomial(term.coefficient)
    factors = [w.text for w in (*brackets, *entries)]
    if term.coefficient != ONE or not factors:
        factors.insert(0, _coefficient(term.coefficient, coefficient, numbers))
    data = (
        coefficient.data,
        listed(f"({v}, {n.data})" for v, _, n in extents),
        listed(floors),
        listed(w.data for w in brackets),
        listed(w.data for w in entries),
    )
    sums = "".join(f"{_whole(f'{SUM}[ {v} < {n.text} ]')} " for _, v, n in extents)
    return Written(f"Sum {' '.join(data)}", sums + f" *{NO_BREAK}".join(map(_whole, factors)))


def _whole(text: str) -> str:
    """A text that is not to be broken, unless it is very long."""
    return text.replace(" ", NO_BREAK) if len(text) <= MAX_WHOLE else text


def _coefficient(p: Polynomial, written: Written, numbers: bool) -> str:
    if numbers:
        return _atom(written)
    return "1" if p == ONE else f"[int {written.text}]"


def _bracket(writer: Writer, bracket: Bracket) -> Written:
    written = _comparison(writer, bracket.kind, bracket.p)
    return replace(written, text=f"[? {written.text} ]")


def _entry(writer: Writer, tensor: str, at: Sequence[Polynomial]) -> Written:
    indices = [writer.polynomial(p) for p in at]
    places = [i.text if i.text.isidentifier() else f"{_atom(i)}%Z" for i in indices]
    number = writer.names.tensors[tensor]
    return Written(
        f"({number}, {listed(i.data for i in indices)})", " ".join((writer.names.of_tensors[tensor], *places))
    )


def tensor_arities(outlined: OutlinedSequent) -> Mapping[str, int]:
    """The tensors that are given, and how many indices each has."""
    copies = {d.name for d in outlined.definitions}
    found = {tensor: len(at) for term in outlined.told for tensor, at in term.factors}
    return {tensor: found[tensor] for tensor in sorted(found.keys() - copies)}
