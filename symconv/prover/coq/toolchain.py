"""Where Coq is, and what to do where it is not."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from symconv.errors import ArgumentError, sentence

#: What Debian and Ubuntu call the parts that the files need.
PACKAGES = ("coq", "libcoq-mathcomp", "libcoq-mathcomp-zify", "libcoq-flocq")
#: The folders of Coq's libraries that they bring.
_LIBRARIES = {"mathcomp": "libcoq-mathcomp", "mathcomp/zify": "libcoq-mathcomp-zify", "Flocq": "libcoq-flocq"}
_WAY_OUT = f"run apt-get install {' '.join(PACKAGES)}, or leave out --coq"
_SECONDS = 30.0


@dataclass(frozen=True)
class Toolchain:
    """The programs of one installation of Coq, and its version."""

    coqc: str
    coqdep: str
    version: str


def find_toolchain() -> Toolchain:
    """The installation on this machine.

    Raises ``ArgumentError``, which says how to get it, where a program or a library is missing.
    """
    coqc, coqdep = shutil.which("coqc"), shutil.which("coqdep")
    if coqc is None or coqdep is None:
        raise ArgumentError(sentence("coqc", "is not installed", _WAY_OUT))
    version = _said(coqc, "--print-version").split(maxsplit=1)[0]
    folder = Path(_said(coqc, "-where").strip()) / "user-contrib"
    for name, package in _LIBRARIES.items():
        if not (folder / name).is_dir():
            raise ArgumentError(sentence(f"library={name}", f"of {package} is missing in {folder}", _WAY_OUT))
    return Toolchain(coqc, coqdep, version)


def _said(program: str, option: str) -> str:
    try:
        done = subprocess.run([program, option], capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ArgumentError(sentence(f"coqc={program!r}", f"does not run ({error})"[:300], _WAY_OUT)) from None
    if not done.stdout.strip():
        raise ArgumentError(sentence(f"coqc={program!r}", f"says nothing to {option}", _WAY_OUT))
    return done.stdout
