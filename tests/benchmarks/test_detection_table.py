"""What symconv catches of kernels with one mistake, beside fixed tolerances: a Markdown table, and what it promises."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from oracles.broken_kernels import BROKEN
from oracles.correct_kernels import CORRECT, EVERY
from oracles.exact_bounds import DEFAULT_ACCUMULATION, FORMATS, outside, stored
from oracles.gather import Case, case_of, exact_sums, exact_totals, numbers
from oracles.regimes import REGIMES
from oracles.small_layers import RICH, Layer
from symconv.rounding.acceptance import Judge, Judged, judge_of
from symconv.testing.probes import probes

GROUPS = {
    "read": "wrong reads: shifts, strides, paddings, groups",
    "weight": "wrong weights: dropped, exchanged, one unit off",
    "bias": "wrong bias",
    "arithmetic": "too few bits, lost products",
    "output": "wrong stores: tiles, layouts, clamps",
}
BLAMED = "correct kernels blamed"
RUNS, EXACT, OURS, APART, TORCH, FIXED = range(6)


@dataclass(frozen=True, eq=False)
class Data:
    """A layer on normal numbers of one data type, as a user has them."""

    layer: Layer
    dtype: torch.dtype

    @cached_property
    def tensors(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.layer.draw(REGIMES["normal"], self.dtype, 0)

    @cached_property
    def case(self) -> Case:
        return case_of(*self.tensors, self.layer.arguments)

    @cached_property
    def judge(self) -> Judge:
        return judge_of(*self.tensors, flush=False, **self.layer.arguments.keywords())

    @cached_property
    def reference(self) -> Tensor:
        """The exact result, rounded once."""
        values = torch.tensor(stored(exact_totals(self.case), self.dtype), dtype=torch.float64)
        return values.to(self.dtype).reshape(self.judge.problem.shape)

    @cached_property
    def legal(self) -> list[Any]:
        forms = FORMATS[DEFAULT_ACCUMULATION[self.dtype]], FORMATS[self.dtype]
        return [total.intervals(*forms) for total in exact_sums(self.case)]

    @cached_property
    def probes(self) -> list[tuple[tuple[Tensor, ...], Judge]]:
        made = (problem for _, problem in probes(self.judge.problem, self.judge.arithmetic))
        return [(tuple(map(p.tensors.get, "XWb")), Judge(p, self.judge.arithmetic)) for p in made]

    def verdicts(self, run: Callable[..., Tensor]) -> list[bool]:
        """Whether the kernel is run, and what calls it wrong: see the columns."""
        arguments, output = self.layer.arguments, run(*self.tensors, self.layer.arguments)
        on_probes = any(_blames(judge, run(*tensors, arguments)) for tensors, judge in self.probes)
        values = numbers(output).reshape(-1).tolist()
        apart = any(itertools.starmap(outside, zip(values, self.legal, strict=True)))
        tolerances: tuple[dict[str, float], ...] = ({}, {"rtol": 1e-2, "atol": 1e-2})
        return [True, on_probes, _blames(self.judge, output), apart, *(self._far(output, t) for t in tolerances)]

    def _far(self, output: Tensor, tolerances: dict[str, float]) -> bool:
        try:
            torch.testing.assert_close(output, self.reference, **tolerances)
        except AssertionError:
            return True
        return False


def _blames(judge: Judge, output: Tensor) -> bool:
    return bool((judge.judge(output) == Judged.OUTSIDE).any())


def _runs() -> Iterator[tuple[str, list[bool]]]:
    for layer, dtype in itertools.product(itertools.chain(*RICH.values()), EVERY):
        data = Data(layer, dtype)
        for broken in BROKEN.values():
            if not broken.same(data.case):
                yield GROUPS[broken.kind], data.verdicts(broken)
        for kernel in CORRECT.values():
            if kernel.takes(dtype, layer.arguments) and kernel.acc is None:
                yield BLAMED, data.verdicts(kernel.run)


def _share(part: int, whole: int) -> str:
    """In percent, rounded down: 100 is said of all alone."""
    return f"{1000 * part // whole / 10:g}%"


def _row(name: str, counts: Counter[int]) -> str:
    runs = counts[RUNS]
    ours = _share(counts[OURS], runs)
    if counts[APART]:
        ours += f" ({_share(counts[OURS], counts[APART])} of what the data can tell apart)"
    cells = [f"{runs:,}", _share(counts[EXACT], runs), ours, _share(counts[TORCH], runs), _share(counts[FIXED], runs)]
    return f"| {name} | {' | '.join(cells)} |"


def test_table_of_what_is_caught() -> None:
    """All mistakes on probes, all that the data can tell apart on any data, and no correct kernel."""
    table = {name: Counter[int]() for name in (*GROUPS.values(), BLAMED)}
    for name, verdicts in _runs():
        table[name].update(column for column, verdict in enumerate(verdicts) if verdict)
    columns = (
        "",
        "runs",
        "symconv, exact probes",
        "symconv, bound on normal data",
        "`assert_close`, defaults",
        "`assert_close`, rtol = atol = 1e-2",
    )
    print("\n|", " | ".join(columns), "|\n|", " | ".join(["---"] * len(columns)), "|")
    for name, counts in table.items():
        print(_row(name, counts))
    correct = table.pop(BLAMED)
    assert correct[EXACT] == correct[OURS] == 0
    for counts in table.values():
        assert counts[EXACT] == counts[RUNS]
        assert counts[OURS] == counts[APART]
