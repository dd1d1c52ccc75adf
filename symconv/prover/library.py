"""Files of theorems: TOML, checked key by key; their statements are read by the grammar and never run as code."""

from __future__ import annotations

import re
import reprlib
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symconv.errors import SymconvError, TheoremError, sentence
from symconv.shipped import proofs_folder

if TYPE_CHECKING:
    from symconv.statements.outline import Outline
    from symconv.statements.proposition import Proposition

MAX_BYTES = 1_000_000
MAX_FILES = 200
MAX_THEOREMS = 2_000
MAX_TEXTS = 40
MAX_WORDS = 1_000

_NAME = re.compile(r"[a-z0-9_]{1,64}")
_WORDS = ("says", "source")
_LISTS = ("where", "assuming", "counts", "integers")
_KEYS = ("name", "statement", *_WORDS, *_LISTS)
_WAY_OUT = "name a file of theorems in TOML, or a folder of such files"


@dataclass(frozen=True)
class LibraryTheorem:
    """One entry of a file of theorems.

    name, says, source   how it is called, what it says in words, and where it comes from
    text                 the statement, in the grammar of propositions
    where, assuming      definitions that are put in, and conditions, each a text of the grammar
    counts, integers     names that may be 0, and names of any sign; all others are sizes by their role
    file                 the name of the file without ".toml"
    """

    name: str
    says: str
    source: str
    text: str
    where: tuple[str, ...] = ()
    assuming: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()
    file: str = ""

    @property
    def proposition(self) -> Proposition:
        """What the texts say, definitions put in, read anew each time.

        Raises ``TheoremError`` for what the grammar does not have.
        """
        from symconv.statements.grammar import parse_proposition

        try:
            return parse_proposition(
                self.text, where=self.where, assuming=self.assuming, counts=self.counts, integers=self.integers
            )
        except SymconvError as error:
            raise self.refused(error) from None

    @property
    def outline(self) -> Outline:
        """The same with the definitions of tensors beside it; raises as ``proposition`` does."""
        from symconv.statements.grammar import parse_outline

        try:
            return parse_outline(
                self.text, where=self.where, assuming=self.assuming, counts=self.counts, integers=self.integers
            )
        except SymconvError as error:
            raise self.refused(error) from None

    def refused(self, error: SymconvError) -> TheoremError:
        """The error about this entry, with its name."""
        return TheoremError(f"theorem={self.name!r}: {error}" if self.name else str(error))


def shipped_theorems() -> Path:
    """The folder of the theorems that ship with symconv.

    >>> "composition_1d" in {theorem.name for theorem in read_theorems(shipped_theorems())}
    True
    """
    return proofs_folder() / "theorems"


def read_theorems(path: str | Path) -> tuple[LibraryTheorem, ...]:
    """The theorems of a file, or of all ``*.toml`` of a folder in the order of their names; none is proved by that.

    Statements are read by the grammar when ``.proposition`` is asked for.
    Raises ``TheoremError`` for a file that is missing, too large, no TOML or not of the format, and for a name that two
    theorems have.

    >>> theorem = next(t for t in read_theorems(shipped_theorems()) if t.name == "flipped_kernel_and_input")
    >>> theorem.file, str(theorem.proposition).partition(":")[0]
    ('structure', 'for y < n')
    """
    theorems = tuple(theorem for file in _files(path) for theorem in _read_file(file))
    if not 0 < len(theorems) <= MAX_THEOREMS:
        raise TheoremError(
            sentence(f"theorems={len(theorems)}", f"must be from 1 to {MAX_THEOREMS}", "add [[theorem]] or split")
        )
    for name, times in Counter(theorem.name for theorem in theorems).items():
        if times > 1:
            files = sorted({f"{theorem.file}.toml" for theorem in theorems if theorem.name == name})
            raise TheoremError(
                sentence(f"name={name!r}", f"names {times} theorems ({', '.join(files)})", "give each its own name")
            )
    return theorems


def _files(path: str | Path) -> list[Path]:
    try:
        given = Path(path)
        if not given.is_dir():
            return [given]
        found = sorted(given.glob("*.toml"))
    except (OSError, ValueError, TypeError) as error:
        raise _unread(path, error) from None
    if not 0 < len(found) <= MAX_FILES:
        raise TheoremError(
            sentence(f"folder={str(given)!r}", f"has {len(found)} files *.toml of 1 to {MAX_FILES}", _WAY_OUT)
        )
    return found


def _read_file(path: Path) -> list[LibraryTheorem]:
    try:
        content = _content(path)
    except (OSError, ValueError) as error:
        if isinstance(error, TheoremError):
            raise
        raise _unread(path, error) from None
    try:
        data = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else _one_line(error)
        raise TheoremError(
            sentence(_named(path), f"is no TOML ({reason})", "see proofs/theorems for examples")
        ) from None
    return parse_theorems(data, path.stem)


def _content(path: Path) -> bytes:
    """The bytes of a plain file that is not too large; a device could go on for ever."""
    if path.exists() and not path.is_file():
        raise TheoremError(sentence(_named(path), "is no plain file", _WAY_OUT))
    with path.open("rb") as source:
        content = source.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TheoremError(sentence(_named(path), f"is larger than {MAX_BYTES:,} bytes", "split it into several files"))
    return content


def parse_theorems(data: Mapping[str, Any], file: str = "") -> list[LibraryTheorem]:
    """The entries of a file that was read as TOML, in their order; raises ``TheoremError``."""
    for key in data:
        if key != "theorem":
            raise TheoremError(sentence(f"file: {_shown(key)}", "is not known", "write [[theorem]] entries only"))
    entries = data.get("theorem", [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise TheoremError(sentence(f"theorem={_shown(entries)}", "is no list of tables", "write [[theorem]]"))
    if len(entries) > MAX_THEOREMS:
        raise TheoremError(
            sentence(f"theorems={len(entries)}", f"must be from 1 to {MAX_THEOREMS}", "split them into several files")
        )
    return [_theorem(place, entry, file) for place, entry in enumerate(entries, start=1)]


def _theorem(place: int, entry: Mapping[str, Any], file: str) -> LibraryTheorem:
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise TheoremError(
            sentence(
                f"theorem {place}: name={_shown(name)}", "is no name", "use letters a to z, digits and '_', at most 64"
            )
        )
    for key in entry:
        if key not in _KEYS:
            raise TheoremError(sentence(f"theorem={name!r}: {_shown(key)}", "is not known", f"use {', '.join(_KEYS)}"))
    text = entry.get("statement")
    if not isinstance(text, str):
        raise TheoremError(
            sentence(f"theorem={name!r}: statement={_shown(text)}", "is no text", "write statement = 'for ...: a = b'")
        )
    says, source = (_words(name, key, entry.get(key, "")) for key in _WORDS)
    where, assuming, counts, integers = (_texts(name, key, entry.get(key, [])) for key in _LISTS)
    return LibraryTheorem(name, says, source, text, where, assuming, counts, integers, file)


def _words(name: str, key: str, value: Any) -> str:
    """Words that are printed: on one line, and without characters that steer a terminal."""
    if not isinstance(value, str):
        raise TheoremError(sentence(f"theorem={name!r}: {key}={_shown(value)}", "is no text", f"quote {key}"))
    words = " ".join(value.split())
    if len(words) > MAX_WORDS or not words.isprintable():
        raise TheoremError(
            sentence(
                f"theorem={name!r}: {key}={_shown(words)}",
                f"has more than {MAX_WORDS} characters, or some that cannot be printed",
                "write one plain sentence",
            )
        )
    return words


def _texts(name: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value) or len(value) > MAX_TEXTS:
        raise TheoremError(
            sentence(
                f"theorem={name!r}: {key}={_shown(value)}",
                f"is no list of at most {MAX_TEXTS} texts",
                f"write {key} = ['...']",
            )
        )
    return tuple(value)


def _unread(path: object, error: Exception) -> TheoremError:
    reason = getattr(error, "strerror", None) or _one_line(error)
    return TheoremError(sentence(_named(path), f"cannot be read ({reason})", _WAY_OUT))


def _named(path: object) -> str:
    return f"file={str(path)[:MAX_WORDS]!r}"


def _shown(value: object) -> str:
    """A value of a file, short enough for a message."""
    try:
        return reprlib.repr(value)
    except ValueError:  # an integer with more digits than Python writes
        return "a very large number"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
