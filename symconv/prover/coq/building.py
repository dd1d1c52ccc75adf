"""Compiling a folder of Coq files, each after those it needs, several at a time."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from symconv.errors import TheoremError, sentence
from symconv.prover.coq.toolchain import Toolchain

#: The first part of the names by which the files refer to one another.
PREFIX = "Symconv"
#: Seconds that one file may take.
TIME_LIMIT = 300.0


@dataclass(frozen=True)
class Compiled:
    """What Coq said of one file.

    name      of the file, without ".v"
    seconds   that it took
    output    what was printed, with the time of each sentence
    error     what was wrong; empty where the file is accepted
    """

    name: str
    seconds: float
    output: str
    error: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether Coq accepted all of the file."""
        return not self.error


def compile_folder(toolchain: Toolchain, folder: Path, jobs: int) -> Iterator[Compiled]:
    """Each ``*.v`` of a folder as it is done; what needs a refused file is refused without being tried.

    Raises ``TheoremError`` where Coq does not find out what the files need.
    """
    needed = _dependencies(toolchain, folder)
    order = TopologicalSorter(needed)
    order.prepare()
    refused: set[str] = set()
    running: set[Future[Compiled]] = set()
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        while order.is_active():
            for name in order.get_ready():
                broken = sorted(needed[name] & refused)
                if broken:
                    running.add(pool.submit(Compiled, name, 0.0, "", f"{broken[0]}.v, which it needs, is refused"))
                else:
                    running.add(pool.submit(compile_file, toolchain, folder, (), name))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda f: f.result().name):
                compiled = future.result()
                if not compiled.is_accepted:
                    refused.add(compiled.name)
                order.done(compiled.name)
                yield compiled


def compile_file(toolchain: Toolchain, folder: Path, known: Sequence[Path], name: str) -> Compiled:
    """One file of a folder; it may need files of this folder, and of ``known`` ones, that are compiled already."""
    command = [toolchain.coqc, "-q", "-time", "-w", "none", *_mapped((*known, folder)), str(folder / f"{name}.v")]
    begun = time.perf_counter()
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return Compiled(name, TIME_LIMIT, "", f"not done after {TIME_LIMIT:.0f} seconds")
    error = "" if done.returncode == 0 else done.stderr.strip() or f"exit status {done.returncode}"
    return Compiled(name, time.perf_counter() - begun, done.stdout, error)


def _mapped(folders: Sequence[Path]) -> list[str]:
    return [option for folder in folders for option in ("-Q", str(folder), PREFIX)]


def _dependencies(toolchain: Toolchain, folder: Path) -> dict[str, set[str]]:
    """The files of the folder that each file needs, by name."""
    files = sorted(folder.glob("*.v"))
    command = [toolchain.coqdep, *_mapped((folder,)), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = {}
    for target, sources in re.findall(r"^(\S+)\.vo [^:]*:(.*)$", done.stdout, re.MULTILINE):
        found[Path(target).name] = {Path(s).stem for s in sources.split() if s.endswith(".vo")}
    if done.returncode or found.keys() != {file.stem for file in files}:
        raise TheoremError(
            sentence(
                f"folder={str(folder)!r}", f"has files that coqdep does not read ({done.stderr.strip()[:200]})", ""
            )
        )
    return found
