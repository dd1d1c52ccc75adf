"""The verified checker and the hand proofs, which ship as text and are compiled once for each version of Coq."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from symconv.errors import TheoremError, sentence
from symconv.prover.coq.building import Compiled, compile_folder
from symconv.prover.coq.toolchain import Toolchain
from symconv.shipped import proofs_folder

_Progress = Callable[[Compiled], None]


@dataclass(frozen=True)
class HandProof:
    """A theorem that is proved by hand, in a file of ``proofs/coq/hand``."""

    name: str
    file: str
    says: str


def hand_proofs() -> tuple[HandProof, ...]:
    """The theorems that are proved by hand, in their order.

    >>> "two_layers_are_one_layer" in [proof.name for proof in hand_proofs()]
    True
    """
    data = tomllib.loads((proofs_folder() / "coq" / "hand" / "hand.toml").read_text())
    return tuple(HandProof(entry["name"], entry["file"], " ".join(entry["says"].split())) for entry in data["proof"])


def compiled_checker(toolchain: Toolchain, jobs: int, progress: _Progress) -> Path:
    """The folder of the compiled checker."""
    return _compiled(toolchain, proofs_folder() / "coq", "checker", jobs, progress)


def compiled_hand_proofs(toolchain: Toolchain, jobs: int, progress: _Progress) -> Path:
    """The folder of the compiled hand proofs."""
    return _compiled(toolchain, proofs_folder() / "coq" / "hand", "hand", jobs, progress)


def _compiled(toolchain: Toolchain, source: Path, kind: str, jobs: int, progress: _Progress) -> Path:
    """A folder of the cache that bears the hash of what it was made of; it appears when it is whole.

    Raises ``TheoremError`` where Coq refuses a file.
    """
    files = sorted(source.glob("*.v"))
    digest = hashlib.sha256(toolchain.version.encode())
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    target = cache_folder() / f"{kind}-{digest.hexdigest()[:16]}"
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{kind}-") as made:
        work = Path(made) / kind
        work.mkdir()
        for file in files:
            shutil.copyfile(file, work / file.name)
        for compiled in compile_folder(toolchain, work, jobs):
            progress(compiled)
            if not compiled.is_accepted:
                raise TheoremError(
                    sentence(
                        f"file={compiled.name}.v", f"is refused by Coq ({compiled.error[:300]})", "install it anew"
                    )
                )
        try:
            work.rename(target)
        except OSError:  # another process was first
            if not target.is_dir():
                raise
    return target


def cache_folder() -> Path:
    """Where compiled files are kept: below XDG_CACHE_HOME, or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "symconv" / "coq"
