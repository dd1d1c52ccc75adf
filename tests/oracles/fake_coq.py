"""A Coq that knows no proofs: a file with BAD or with a tuple of nothing is refused, at the first line that has it."""

from __future__ import annotations

from pathlib import Path

from symconv.prover.coq.toolchain import Toolchain

_COQC = """\
#!/bin/sh
case "$1" in
  --print-version) echo "9.9 4.14"; exit 0;;
  -where) echo "{folder}/lib"; exit 0;;
esac
for file in "$@"; do :; done
echo "$file" >> "{folder}/log"
if line=$(grep -n -e BAD -e '(,' "$file"); then
  echo "File \\"$file\\", line ${{line%%:*}}, characters 0-3:" >&2
  echo "Error: no." >&2
  exit 1
fi
if grep -q SILENT "$file"; then echo "Error: no line." >&2; exit 1; fi
touch "${{file%.v}}.vo"
echo "Closed under the global context"
"""
_COQDEP = """\
#!/bin/sh
for file in "$@"; do
  case "$file" in
    *.v) needed=$(sed -n 's/^From Symconv Require Import \\(.*\\)\\.$/\\1/p' "$file")
         printf '%s.vo %s.glob: %s' "${{file%.v}}" "${{file%.v}}" "$file"
         for name in $needed; do printf ' %s/%s.vo' "$(dirname "$file")" "$name"; done
         echo;;
  esac
done
"""


def fake_toolchain(folder: Path, version: str = "9.9") -> Toolchain:
    """Programs in a folder that is new or has them already."""
    folder.mkdir(exist_ok=True)
    for name, text in (("coqc", _COQC), ("coqdep", _COQDEP)):
        (folder / name).write_text(text.format(folder=folder))
        (folder / name).chmod(0o755)
    return Toolchain(str(folder / "coqc"), str(folder / "coqdep"), version)


def compiled_by(folder: Path) -> list[str]:
    """The names of the files that were given to the compiler, in order."""
    log = folder / "log"
    return [Path(line).stem for line in log.read_text().splitlines()] if log.exists() else []
