"""Programs for PyTorch that show a counterexample: sizes, windows of tensors, two sums, two numbers."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symconv.errors import StatementError, sentence
from symconv.prover.refuting.counterexample import Counterexample
from symconv.prover.refuting.entries import value_at
from symconv.prover.refuting.meaning import side
from symconv.prover.refuting.python_text import PythonText, python_names
from symconv.statements.binding import names
from symconv.statements.expression import Expression
from symconv.statements.language import Bracket, Equal, Term, Within

#: The integers that float64 holds exactly, up to the sign.
EXACT_FLOATS = 2**53
MAX_WINDOW = 10_000_000
#: A window starts at 0 where all its entries are below this.
_NEAR = 16
_WIDTH = 110


@dataclass(frozen=True)
class Window:
    """The box of entries that is stored: ``name[place - first]`` is the entry at ``place``."""

    name: str
    first: tuple[int, ...]
    shape: tuple[int, ...]
    entries: Mapping[tuple[int, ...], int]

    @staticmethod
    def of(tensor: str, name: str, axes: int, entries: Mapping[tuple[int, ...], int]) -> Window:
        """The smallest box, or one from 0 on.  Raises ``StatementError`` where it is too large."""
        if not entries:
            return Window(name, (0,) * axes, (0,) * axes, {})
        ends = [(min(axis), max(axis)) for axis in zip(*entries, strict=True)]
        first = tuple(0 if low >= 0 and high < _NEAR else low for low, high in ends)
        shape = tuple(high - low + 1 for low, (_, high) in zip(first, ends, strict=True))
        if math.prod(shape) > MAX_WINDOW:
            raise StatementError(
                sentence(
                    f"tensor={tensor!r}",
                    f"is read at places that only a window of {math.prod(shape)} entries holds",
                    "write the program by hand, from .sizes and .tensors",
                )
            )
        return Window(name, first, shape, entries)

    def lines(self) -> Iterator[str]:
        """The statements that make the window."""
        ones = bool(self.entries) and set(self.entries.values()) == {1}
        filled = "ones" if ones else "zeros"
        yield f"{self.name} = torch.{filled}({_tuple(self.shape)}, dtype=torch.float64){self._note()}"
        if not ones:
            for place, number in self.entries.items():
                if number:
                    at = tuple(p - f for p, f in zip(place, self.first, strict=True))
                    yield f"{self.name}[{', '.join(map(str, at)) or '()'}] = {number}"

    def _note(self) -> str:
        if not self.entries:
            return "  # no entry is read"
        if not any(self.first):
            return ""
        return f"  # its first entry stands for place {', '.join(map(str, self.first))}"


def program(found: Counterexample) -> str:
    """The program of a counterexample.  Raises ``StatementError`` where a window is too large."""
    return _Writer(found).text()


class _Writer:
    def __init__(self, found: Counterexample) -> None:
        statement = found.statement
        self._found = found
        self._sides = (statement.left, statement.right)
        bound = names(r.index for e in self._sides for t in e.terms for r in t.ranges)
        self._names = python_names({*found.sizes, *bound})
        tensors = python_names(statement.tensors, self._names.values())
        self._windows = {
            t: Window.of(t, name, statement.tensors[t], found.tensors.get(t, {})) for t, name in tensors.items()
        }
        self._python = PythonText(self._names)
        self._in_floats = bool(tensors) and all(map(self._fits_floats, self._sides))

    def _fits_floats(self, expression: Expression) -> bool:
        """Whether float64 is exact for the sum in any order."""
        at = side(expression, self._found.sizes)
        given = {(t, place): abs(n) for t, found in self._found.tensors.items() for place, n in found.items()}
        whole = all(c.denominator == 1 for c in at.values())
        return whole and value_at({m: abs(c) for m, c in at.items()}, given) < EXACT_FLOATS

    def text(self) -> str:
        """All lines."""
        body = [*self._inputs(), "", *self._side("left"), *self._side("right"), *self._prints()]
        said = textwrap.wrap(
            f"This is false: {self._found.statement}", _WIDTH, initial_indent="# ", subsequent_indent="#   "
        )
        written = "\n".join(body)
        needed = {"import math": "math.", "from fractions import Fraction": "Fraction(", "import torch": "torch."}
        imports = [line for line, use in needed.items() if use in written]
        return "\n".join([*imports, *([""] if imports else []), *said, written, ""])

    def _inputs(self) -> Iterator[str]:
        for name, value in self._found.sizes.items():
            yield f"{self._names[name]} = {value}"
        if self._windows:
            yield ""
            yield "# Tensors are functions on all integers; stored is a window that has the entries which are read."
        for window in self._windows.values():
            yield from window.lines()

    def _side(self, which: str) -> Iterator[str]:
        terms = (self._found.statement.left if which == "left" else self._found.statement.right).terms
        if not terms:
            yield f"{which} = 0"
        elif len(terms) == 1:
            sign, parts = self._signed(terms[0])
            yield from _summand(f"{which} = {sign.removeprefix('+')}", parts)
        else:
            yield f"{which} = ("
            for place, (sign, parts) in enumerate(map(self._signed, terms)):
                lead = "" if place == 0 and sign == "+" else f"{sign} "
                yield from (f"    {line}" for line in _summand(lead, parts))
            yield ")"

    def _signed(self, term: Term) -> tuple[str, list[str]]:
        """The sign of a term; its product, and the loops and the condition of a sum, if it is one."""
        negative = term.coefficient.as_coeff_Mul()[0].is_negative
        coefficient = -term.coefficient if negative else term.coefficient
        entries = " * ".join(self._entry(f.tensor, [self._python.integer(e) for e in f.at]) for f in term.factors)
        if entries and not self._in_floats:
            entries = f"int({entries})"
        number = [] if coefficient == 1 and entries else [self._python.factor(coefficient)]
        product = " * ".join([*number, *([entries] if entries else [])])
        chosen = " and ".join(map(self._bracket, term.brackets))
        loops = [f"for {self._names[r.index.name]} in range({self._python.integer(r.extent)})" for r in term.ranges]
        sign = "-" if negative else "+"
        if loops:
            return sign, [product, *loops, *([f"if {chosen}"] if chosen else [])]
        return sign, [f"({product} if {chosen} else 0)" if chosen else product]

    def _entry(self, tensor: str, at: Sequence[str]) -> str:
        window = self._windows[tensor]
        moved = [
            e if not first else f"{e} {'-' if first > 0 else '+'} {abs(first)}"
            for e, first in zip(at, window.first, strict=True)
        ]
        return f"{window.name}[{', '.join(moved) or '()'}]"

    def _bracket(self, bracket: Bracket) -> str:
        if isinstance(bracket, Equal):
            return f"{self._python.number(bracket.left)} == {self._python.number(bracket.right)}"
        value = self._python.number(bracket.value)
        if isinstance(bracket, Within):
            return f"0 <= {value} < {self._python.number(bracket.extent)}"
        return f"{value} >= 0"

    def _prints(self) -> Iterator[str]:
        for which in ("left", "right"):
            yield f'print("{which} =", {f"float({which})" if self._in_floats else which})'


def _summand(lead: str, parts: Sequence[str]) -> Iterator[str]:
    """A product, or a sum: on one line, or where that is too long, a line for each part."""
    if len(parts) == 1:
        yield f"{lead}{parts[0]}"
    elif len(line := f"{lead}sum({' '.join(parts)})") <= _WIDTH:
        yield line
    else:
        yield f"{lead}sum("
        yield from (f"    {part}" for part in parts)
        yield ")"


def _tuple(shape: Sequence[int]) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"
