"""``symconv prove --coq``: what Coq says of theorems and hand proofs, as text and as plain data."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symconv.cli.attempts import Attempt
    from symconv.prover.coq.checking import CoqVerdict
    from symconv.prover.coq.files import TheoremText


@dataclass(frozen=True)
class CoqRun:
    """What Coq said of theorems with certificates and of hand proofs, its version, and the seconds of the whole run."""

    version: str
    theorems: tuple[CoqVerdict, ...]
    hand_proofs: tuple[CoqVerdict, ...]
    seconds: float

    @property
    def is_accepted(self) -> bool:
        """Whether Coq accepted everything."""
        return all(v.is_accepted for v in (*self.theorems, *self.hand_proofs))


def find_coq() -> None:
    """Refuse what needs Coq where it is missing, before any work is done for it; raises ``ArgumentError``."""
    from symconv.prover.coq.toolchain import find_toolchain

    find_toolchain()


def check_in_coq(found: Sequence[Attempt], *, whole: bool, jobs: int | None, out: Path | None) -> CoqRun:
    """Have the theorems that are proved checked by Coq; if ``whole``, those about layers and the hand proofs too.

    The files stay in the folder ``out``, where one is given.  Raises ``ArgumentError`` where Coq is missing.
    """
    from symconv.backing.exported_layers import exported_layer_theorems
    from symconv.cli.attempts import processors
    from symconv.prover.coq.checking import check_hand_proofs, check_modules
    from symconv.prover.coq.shipped_files import compiled_checker
    from symconv.prover.coq.toolchain import find_toolchain

    toolchain, begun, workers = find_toolchain(), time.perf_counter(), jobs or processors()
    modules = _modules(found)
    if whole:
        modules["Layers"] = list(exported_layer_theorems())
    with _folder(out) as folder, _status() as status:
        checker = compiled_checker(toolchain, workers, lambda c: status(f"{c.name}.v"))
        verdicts: list[CoqVerdict] = []
        for checked in check_modules(toolchain, modules, folder, checker=checker, jobs=workers):
            verdicts += checked
            status(f"{len(verdicts)} theorems")
        by_hand = check_hand_proofs(toolchain, folder, workers, lambda c: status(f"{c.name}.v")) if whole else []
    return CoqRun(toolchain.version, tuple(verdicts), tuple(by_hand), time.perf_counter() - begun)


def _modules(found: Sequence[Attempt]) -> dict[str, list[TheoremText]]:
    """The theorems by the files that they come from; a module has the name of its file."""
    texts = [(attempt.theorem.file, attempt.coq) for attempt in found if attempt.is_done and attempt.coq is not None]
    modules: dict[str, list[TheoremText]] = {}
    for file, several in groupby(texts, key=lambda pair: pair[0]):
        taken = {name for module in modules for name in (module, f"{module}Data")}
        modules[_module(file, len(modules), taken)] = [text for _, text in several]
    return modules


def _module(file: str, number: int, taken: Collection[str]) -> str:
    """A name of which neither the module nor its data is there already."""
    words = "".join(word.capitalize() for word in file.replace("-", "_").split("_"))
    name = f"Theorems{words}"
    is_good = words.isidentifier() and words.isascii() and not {name, f"{name}Data"}.intersection(taken)
    return name if is_good else f"Theorems{number}"


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is None:
        with tempfile.TemporaryDirectory(prefix="symconv-coq-") as folder:
            yield Path(folder)
        return
    from symconv.cli.certificates import make_folder

    make_folder(out)
    yield out.resolve()


@contextmanager
def _status() -> Iterator[Any]:
    """What Coq did last, on stderr, while somebody watches."""
    import sys

    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Coq") as shown:
        yield lambda what: shown.update(f"Coq: {what}")


def coq_text(run: CoqRun) -> str:
    """A line for each theorem, the axioms that any rest on, and what it comes to."""
    from symconv.render.tables import table

    told = [(v, "certificate") for v in run.theorems] + [(v, "hand proof") for v in run.hand_proofs]
    axioms = {name: number for number, name in enumerate(dict.fromkeys(a for v, _ in told for a in v.axioms), start=1)}
    rows = [
        (v.name, kind, "accepted" if v.is_accepted else "REFUSED", _time(v.seconds), _numbers(v, axioms))
        for v, kind in told
    ]
    lines = [table(("theorem", "proof", f"Coq {run.version}", "time", "axioms"), rows)]
    lines += [f"axiom {number}: {name}" for name, number in axioms.items()]
    lines += [f"{v.name}: {' '.join(v.error.split())[:600]}" for v, _ in told if v.error]
    return "\n".join((*lines, _summary(run)))


def _numbers(verdict: CoqVerdict, axioms: Mapping[str, int]) -> str:
    if not verdict.is_accepted:
        return ""
    return ", ".join(str(axioms[name]) for name in verdict.axioms) or "none"


def _summary(run: CoqRun) -> str:
    accepted = sum(v.is_accepted for v in run.theorems)
    parts = [f"{accepted} of {len(run.theorems)} certificates"]
    if run.hand_proofs:
        parts.append(f"{sum(v.is_accepted for v in run.hand_proofs)} of {len(run.hand_proofs)} hand proofs")
    closed = sum(v.is_accepted and not v.axioms for v in run.theorems + run.hand_proofs)
    told = f"{' and '.join(parts)} accepted by Coq {run.version} in {run.seconds:.0f} s; {closed} rest on no axiom"
    measured = {v.name: v.seconds for v in run.theorems if v.seconds is not None}
    longest = max(measured, key=measured.__getitem__, default=None)
    return told if longest is None else f"{told}; the longest is {longest}, {measured[longest]:.2f} s"


def _time(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f} s"


def coq_data(run: CoqRun) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "version": run.version,
        "seconds": run.seconds,
        "certificates": [verdict_data(v) for v in run.theorems],
        "hand_proofs": [verdict_data(v) for v in run.hand_proofs],
    }


def verdict_data(verdict: CoqVerdict) -> dict[str, Any]:
    """One verdict as plain data."""
    return {
        "name": verdict.name,
        "file": verdict.module,
        "accepted": verdict.is_accepted,
        "seconds": verdict.seconds,
        "axioms": list(verdict.axioms),
        "error": verdict.error,
    }
