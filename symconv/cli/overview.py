"""All of a layer at a glance: definition, shape, receptive field, operations, memory, names, and what is proved."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sympy import Basic, Symbol, true

from symconv.backing.claim import DIGITS, certified, uncertified
from symconv.derivation import rules
from symconv.derivation.steps import Step
from symconv.layers.cost import FIELDS
from symconv.render import Derivation
from symconv.render.text import wrap_formula
from symconv.statements.functions import TapsBelow
from symconv.statements.writing import text

if TYPE_CHECKING:
    from symconv.cli.request import Request

_WIDTH = 100
#: The parts of the cost, and the quantities whose steps hold all their counts.
_OPERATIONS = {"forward": ("flops", "macs"), "backward": ("flops", "macs"), "update": ("flops",)}


@dataclass(frozen=True)
class _Line:
    words: str
    style: str = ""


def overview(request: Request) -> str:
    """The overview as text, with some colour where stdout is a terminal."""
    terminal = sys.stdout.isatty()
    width = max(60, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns)) if terminal else _WIDTH
    lines = list(_lines(request, width))
    return _coloured(lines) if terminal else "\n".join(line.words for line in lines)


def _lines(request: Request, width: int) -> Iterator[_Line]:
    shape, field = request.derive("output_shape"), request.derive("receptive_field")
    operations = {part: [request.derive(f"{part}.{f}") for f in fields] for part, fields in _OPERATIONS.items()}
    memory = [request.derive(q) for q in request.standard_quantities() if q.startswith("memory.")]
    yield from _wrapped(shape.subject, "", width, "bold")
    yield from _section("Definition", _statements(shape), width)
    yield from _section("Output shape", [text(shape.shown)], width)
    yield from _section("Receptive field", _receptive_field(field, request.layer.labels), width)
    counted = "taps on zero padding left out" if request.padding_aware else "nominal: padding is data"
    yield from _heading(f"Operations ({counted})" if request.layer.labels else "Operations")
    for part, derivations in operations.items():
        yield _Line(f"  {part}", "italic")
        for row in _operation_rows(part, derivations):
            yield from _wrapped(row, "    ", width)
    if memory:
        yield from _heading(f"Memory ({'elements' if request.dtype is None else 'bytes'})")
    for derivation in memory:
        yield _Line(f"  {derivation.quantity.partition('.')[2]}", "italic")
        for row in _memory_rows(derivation):
            yield from _wrapped(row, "    ", width)
    everything = [shape, field, *(d for ds in operations.values() for d in ds), *memory]
    yield from _section("where", _meanings(everything), width)
    yield from _section("Backing", _backing(everything), width)


def _heading(title: str) -> Iterator[_Line]:
    yield _Line("")
    yield _Line(title, "bold cyan")


def _section(title: str, rows: Iterable[str], width: int) -> Iterator[_Line]:
    found = list(rows)
    if found:
        yield from _heading(title)
    for row in found:
        yield from _wrapped(row, "  ", width)


def _wrapped(row: str, indent: str, width: int, style: str = "") -> Iterator[_Line]:
    indent += row[: len(row) - len(row.lstrip())]
    for line in wrap_formula(row, width, indent, indent + "    "):
        yield _Line(line, style)


def _statements(derivation: Derivation) -> Iterator[str]:
    yield from (str(s) for s in derivation.statements())


def _receptive_field(derivation: Derivation, labels: str) -> Iterator[str]:
    for label, axis in zip(labels, derivation.shown.args, strict=True):
        size, jump, start = map(text, axis.args)
        yield f"axis {label}: size {size}, jump {jump}, start {start}"


def _operation_rows(part: str, derivations: Sequence[Derivation]) -> Iterator[str]:
    """The counts of one part, of a backward pass and an update by operand."""
    counts: dict[tuple[str, str], str] = {}
    for derivation in derivations:
        for step in derivation.steps:
            operand, _, field = str(step.name).rpartition(" ")
            if field in FIELDS:
                counts[operand, field] = text(step.expression)
    if part != "forward":
        counts |= {("in all", d.quantity.partition(".")[2]): text(d.shown) for d in derivations}
    operands = list(dict.fromkeys(operand for operand, _ in counts))
    ordered = sorted(counts, key=lambda key: (operands.index(key[0]), FIELDS.index(key[1])))
    return _equations({" ".join(filter(None, key)): counts[key] for key in ordered})


def _memory_rows(derivation: Derivation) -> Iterator[str]:
    named = {step.name: text(step.expression) for step in derivation.steps if isinstance(step.name, str)}
    if derivation.steps[-1].rule == rules.BYTES:
        named["bytes"] = text(derivation.shown)
    return _equations(named)


def _equations(rows: Mapping[str, str]) -> Iterator[str]:
    longest = max(map(len, rows), default=0)
    return (f"{name.ljust(longest)} = {formula}" for name, formula in rows.items())


def _meanings(derivations: Sequence[Derivation]) -> Iterator[str]:
    """What each name stands for, once; a name with two meanings says in which quantity."""
    found: dict[Symbol, dict[Step, str]] = {}
    for derivation in derivations:
        for step in derivation.steps:
            if isinstance(step.name, Symbol) and isinstance(step.expression, Basic):
                plain = Step(step.expression, rules.NAMED_SIZE, step.condition, step.name)
                found.setdefault(step.name, {}).setdefault(plain, derivation.quantity)
    for name, meanings in found.items():
        for step, quantity in meanings.items():
            note = f", in {quantity}" if len(meanings) > 1 else ""
            yield f"{name} = {text(step.expression)}{note}"
            if step.condition != true:
                yield f"    if {text(step.condition)}"
    if any(d.result.has(TapsBelow) for d in derivations):
        yield "TapsBelow(p, s, d, m, k) = how many pairs 0 <= y < m, 0 <= u < k have s*y + d*u < p"


def _backing(derivations: Sequence[Derivation]) -> Iterator[str]:
    """Each certificate with the lines that it proves, then the lines without one."""
    parts = [replace(part, says=_in_all(d.quantity, part.says)) for d in derivations for part in d.parts]
    for theorem in certified(parts):
        yield f"{theorem.hash[:DIGITS]}  {theorem.says}"
    for word, says in uncertified(parts).items():
        yield f"{word}: {says}"


def _in_all(quantity: str, line: str) -> str:
    """A line's name among the lines of all quantities."""
    part, _, _ = quantity.partition(".")
    if part == "memory":
        return f"{quantity} {line}" if line == "elements" else line
    return f"{part} {line}" if line in FIELDS else line


def _coloured(lines: Iterable[_Line]) -> str:
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    console = Console(file=StringIO(), force_terminal=True, width=1_000, soft_wrap=True, highlight=False)
    for line in lines:
        console.print(Text(line.words, line.style))
    written = console.file
    return written.getvalue().rstrip("\n") if isinstance(written, StringIO) else ""
