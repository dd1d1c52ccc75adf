"""Theorems of the library as functions of their sizes, run by PyTorch on integer tensors with a window of entries."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor

from oracles.index_text import Definition, Environment, Node, Read, Reader

FOLDER = Path(__file__).parents[2] / "proofs" / "theorems"

Entry = Mapping[str, Any]
Sizes = Mapping[str, int]


def entries() -> list[Entry]:
    """The entries of all theorem files, each with the name of its file."""
    files = sorted(FOLDER.glob("*.toml"))
    return [{"file": file.name, **entry} for file in files for entry in tomllib.loads(file.read_text())["theorem"]]


@dataclass(frozen=True)
class Theorem:
    """The texts of a theorem as functions; ``parameters`` are its free names."""

    entry: Entry
    definitions: tuple[Definition, ...]
    assuming: tuple[Node, ...]
    ranges: tuple[tuple[str, Node], ...]
    left: Node
    right: Node
    parameters: tuple[str, ...]

    def allows(self, sizes: Sizes) -> bool:
        """Whether all assumptions hold."""
        outside = self._outside(sizes, lambda tensor, at: torch.zeros(()))
        return all(bool(condition(outside)) for condition in self.assuming)

    def sides(self, sizes: Sizes, read: Read) -> tuple[Tensor, Tensor]:
        """Both sides for all free indices, which are axes in the order of ``for``."""
        outside = inside = self._outside(sizes, read)
        for name, extent in self.ranges:
            inside = inside.bind(name, int(extent(outside)))
        order = tuple(reversed(range(len(self.ranges))))
        left, right = (inside.spread(side(inside), 0).permute(order).double() for side in (self.left, self.right))
        return left, right

    def _outside(self, sizes: Sizes, read: Read) -> Environment:
        e = Environment({name: torch.tensor(value) for name, value in sizes.items()}, read)
        for definition in self.definitions:
            if definition.parameters is None:
                e = replace(e, names={**e.names, definition.name: definition.body(e)})
        return e


def theorem(entry: Entry) -> Theorem:
    """The theorem of one entry."""
    definitions: dict[str, Definition] = {}
    readers: list[Reader] = []
    own: set[str] = set()

    def reader(text: str) -> Reader:
        readers.append(Reader(text, definitions))
        return readers[-1]

    for text in entry.get("where", ()):
        found = reader(text).definition()
        definitions[found.name] = found
        own.update(found.parameters or ())
    assuming = tuple(reader(text).condition() for text in entry.get("assuming", ()))
    ranges, left, right = reader(entry["statement"]).proposition()
    inner = own.union(*(r.bound for r in readers), definitions)
    free = set[str]().union(*(r.seen for r in readers)) - inner
    return Theorem(entry, tuple(definitions.values()), assuming, tuple(ranges), left, right, tuple(sorted(free)))


class Windows:
    """The indices at which a statement reads its tensors: found by a first run, then filled with small integers."""

    def __init__(self, theorem: Theorem, sizes: Sizes) -> None:
        self.found: dict[str, list[tuple[int, int]]] = {}
        theorem.sides(sizes, self._watch)

    def _watch(self, tensor: str, at: tuple[Tensor, ...]) -> Tensor:
        window = self.found.setdefault(tensor, [(0, 0)] * len(at))
        for axis, i in enumerate(at):
            if i.numel():
                low, high = window[axis]
                window[axis] = (min(low, int(i.min())), max(high, int(i.max())))
        return torch.zeros(torch.broadcast_shapes(*(i.shape for i in at)), dtype=torch.float64)

    def filled(self, seed: int, given: Mapping[str, Tensor] | None = None) -> Read:
        """Random entries from -3 to 3, negative indices included; ``given`` tensors stand from index 0 on."""
        random = torch.Generator().manual_seed(seed)
        made = {name: self._fill(name, random, (given or {}).get(name)) for name in sorted(self.found)}

        def read(tensor: str, at: tuple[Tensor, ...]) -> Tensor:
            return made[tensor][tuple(i - low for i, (low, _) in zip(at, self.found[tensor], strict=True))]

        return read

    def _fill(self, name: str, random: torch.Generator, given: Tensor | None) -> Tensor:
        lows, highs = ([bound[side] for bound in self.found[name]] for side in (0, 1))
        if given is not None:
            highs = [max(high, n - 1) for high, n in zip(highs, given.shape, strict=True)]
        shape = [high - low + 1 for low, high in zip(lows, highs, strict=True)]
        made = torch.randint(-3, 4, shape, generator=random).double()
        if given is not None:
            made[tuple(slice(-low, n - low) for low, n in zip(lows, given.shape, strict=True))] = given.double()
        return made


def evaluate(
    theorem: Theorem, sizes: Sizes, seed: int = 0, given: Mapping[str, Tensor] | None = None
) -> tuple[Tensor, Tensor]:
    """Both sides on random tensors, and on the ``given`` ones where they have entries."""
    return theorem.sides(sizes, Windows(theorem, sizes).filled(seed, given))


#: Names of lengths of an input, which are drawn larger than kernels, strides and channels.
_LENGTH = re.compile(r"[hwHWD](\d|_in)?")


def samples(theorem: Theorem, number: int) -> Iterator[dict[str, int]]:
    """Small sizes that the theorem allows, the same in every run."""
    random, small = Random(theorem.entry["name"]), len(theorem.parameters) > 14
    while number:
        sizes = {name: _drawn(name, theorem.entry, random, small) for name in theorem.parameters}
        if theorem.allows(sizes):
            yield sizes
            number -= 1


def _drawn(name: str, entry: Entry, random: Random, small: bool) -> int:
    if name in entry.get("integers", ()):
        return random.randint(-3, 8)
    if name in entry.get("counts", ()) or name.startswith("P_"):
        return random.choice((0, 1, 1, 2) if small else (0, 1, 1, 2, 3))
    if _LENGTH.fullmatch(name):
        return random.randint(1, 4 if small else 8)
    return random.choice((1, 1, 2, 2) if small else (1, 2, 2, 3))
