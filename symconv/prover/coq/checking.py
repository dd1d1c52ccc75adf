"""Having theorems checked by Coq: files written, compiled, and what Coq says of each theorem."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from symconv.errors import TheoremError, sentence
from symconv.prover.coq.building import PREFIX, Compiled, compile_file
from symconv.prover.coq.files import TheoremText, file_texts
from symconv.prover.coq.shipped_files import HandProof, compiled_hand_proofs, hand_proofs
from symconv.prover.coq.toolchain import Toolchain

#: The files that print the axioms of the hand proofs of a file begin like this.
_PRINTED = "AxiomsOf"
_CLOSED = "Closed under the global context"
_TIMED = re.compile(r"^Chars (\d+) - \d+ \[.*?\] ([0-9.]+) secs", re.MULTILINE)
_LINE = re.compile(r'^File "[^"]*", line (\d+)', re.MULTILINE)
_AXIOM = re.compile(r"^([A-Za-z_][\w.']*)(?: *:|$)", re.MULTILINE)


@dataclass(frozen=True)
class CoqVerdict:
    """What Coq says of one theorem.

    name, module   of the theorem and of its file
    is_accepted    whether Coq has checked it
    seconds        that its statement and its proof took, where that was measured
    axioms         on which the theorems of its file rest; none, as a rule
    error          why it is refused
    """

    name: str
    module: str
    is_accepted: bool
    seconds: float | None = None
    axioms: tuple[str, ...] = ()
    error: str = ""


def check_modules(
    toolchain: Toolchain, modules: Mapping[str, Sequence[TheoremText]], folder: Path, *, checker: Path, jobs: int
) -> Iterator[list[CoqVerdict]]:
    """The verdicts on the theorems of each module, in order; the files stay in ``folder``.

    Where Coq refuses a theorem, the others of its module are checked without it.
    """

    def checked(module: str) -> list[CoqVerdict]:
        return _check(toolchain, module, modules[module], folder, checker)

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        yield from pool.map(checked, modules)


def _check(
    toolchain: Toolchain, module: str, theorems: Sequence[TheoremText], folder: Path, checker: Path
) -> list[CoqVerdict]:
    refused: dict[str, CoqVerdict] = {}
    while True:
        left = [t for t in theorems if t.name not in refused]
        if not left:
            return [refused[t.name] for t in theorems]
        texts = file_texts(module, left)
        for name, text in texts.items():
            (folder / f"{name}.v").write_text(text)
        compiled, text = _compiled(toolchain, texts, folder, checker)
        if compiled.is_accepted:
            accepted = {t.name: _accepted(module, t, text, compiled.output) for t in left}
            return [{**refused, **accepted}[t.name] for t in theorems]
        fault = _at_fault(compiled.error, text, left)
        if fault is None:
            told = CoqVerdict("", module, False, error=compiled.error)
            return [refused.get(t.name, replace(told, name=t.name)) for t in theorems]
        refused[fault] = CoqVerdict(fault, module, False, error=compiled.error)


def _compiled(toolchain: Toolchain, texts: Mapping[str, str], folder: Path, checker: Path) -> tuple[Compiled, str]:
    """The first of the files that is refused, or the last, with its text."""
    *first, last = texts
    for name in first:
        compiled = compile_file(toolchain, folder, (checker,), name)
        if not compiled.is_accepted:
            return compiled, texts[name]
    return compile_file(toolchain, folder, (checker,), last), texts[last]


def _at_fault(error: str, text: str, theorems: Sequence[TheoremText]) -> str | None:
    """The theorem in whose lines the error is."""
    found = _LINE.search(error)
    if found is None:
        return None
    end = len("\n".join(text.split("\n")[: int(found[1])]))
    places = {t.name: max(text.find(t.statement), text.find(t.data)) for t in theorems}
    return max((name for name, place in places.items() if 0 <= place < end), key=places.__getitem__, default=None)


def _accepted(module: str, theorem: TheoremText, text: str, output: str) -> CoqVerdict:
    start = text.index(theorem.statement)
    end = start + len(theorem.statement) + len(theorem.proof)
    seconds = sum(float(s) for at, s in _TIMED.findall(output) if start <= int(at) < end)
    return CoqVerdict(theorem.name, module, True, seconds, axioms_in(output))


def check_hand_proofs(
    toolchain: Toolchain, folder: Path, jobs: int, progress: Callable[[Compiled], None]
) -> list[CoqVerdict]:
    """The verdicts on the theorems that are proved by hand; raises ``TheoremError`` where their files are refused."""
    known = compiled_hand_proofs(toolchain, jobs, progress)
    by_file: dict[str, list[HandProof]] = {}
    for proof in hand_proofs():
        by_file.setdefault(proof.file, []).append(proof)

    def printed(file: str) -> list[CoqVerdict]:
        return _with_axioms(toolchain, by_file[file], folder, known)

    # Coq walks through all that a theorem rests on: slow where that is the real numbers
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        return [verdict for verdicts in pool.map(printed, by_file) for verdict in verdicts]


def _with_axioms(toolchain: Toolchain, proofs: Sequence[HandProof], folder: Path, known: Path) -> list[CoqVerdict]:
    """The verdicts on the theorems of one file that Coq has compiled."""
    file = proofs[0].file
    commands = "".join(f"Print Assumptions {file}.{proof.name}.\n" for proof in proofs)
    (folder / f"{_PRINTED}{file}.v").write_text(f"From {PREFIX} Require {file}.\n{commands}")
    compiled = compile_file(toolchain, folder, (known,), f"{_PRINTED}{file}")
    if not compiled.is_accepted:
        return [CoqVerdict(proof.name, proof.file, False, error=compiled.error) for proof in proofs]
    said = re.split(rf"(?={_CLOSED}|^Axioms:)", compiled.output, flags=re.MULTILINE)[1:]
    return [
        CoqVerdict(proof.name, proof.file, True, axioms=axioms_in(each))
        for proof, each in zip(proofs, said, strict=True)
    ]


def axioms_in(output: str) -> tuple[str, ...]:
    """The axioms that ``Print Assumptions`` has printed.

    Raises ``TheoremError`` where it has printed nothing.

    >>> axioms_in("Closed under the global context")
    ()
    >>> axioms_in("Axioms:\\nclassic : forall P : Prop, P \\\\/ ~ P\\nReals.sig_not_dec\\n  : forall P : Prop, ...")
    ('classic', 'Reals.sig_not_dec')
    """
    if "Axioms:" in output:
        return tuple(dict.fromkeys(_AXIOM.findall(output.partition("Axioms:")[2])))
    if _CLOSED in output:
        return ()
    raise TheoremError(sentence("Print Assumptions", "has printed nothing", "see that this version of Coq has it"))
