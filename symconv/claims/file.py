"""Reading a claims file: TOML, checked key by key; its formulas are parsed by the grammar and never run as code."""

from __future__ import annotations

import re
import reprlib
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symconv.errors import ClaimError, sentence

FORMAT = 1
MAX_BYTES = 1_000_000
MAX_CLAIMS = 1_000
MAX_DEPTH = 12

_FILE_KEYS = {"format", "title", "names", "layers", "programs", "claim"}
_CLAIM_KEYS = {"id", "says", "open", "domain", "check", "names"}
_PROGRAMS = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\.py")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Check:
    """One thing to decide: ``kind`` is the key that says what is compared, ``data`` all keys of the entry."""

    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Claim:
    """One entry of a claims file.

    choices   what the claim leaves open, such as bias or operation, each with the values that it may have
    domain    conditions on the sizes, as formulas
    names     abbreviations that its formulas may use, over those of the file
    """

    id: str
    says: str
    checks: tuple[Check, ...]
    choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    domain: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Claims:
    """A whole file: its claims, and the layers that they are about."""

    title: str
    claims: tuple[Claim, ...]
    layers: Mapping[str, Mapping[str, Any]]
    programs: str | None = None
    folder: Path | None = None


def read_claims(path: str | Path, kinds: tuple[str, ...]) -> Claims:
    """Read and check a claims file; ``kinds`` are the keys that make a check.

    Raises ``ClaimError`` for a file that is missing, too large, no TOML, or not of the format.
    """
    try:
        path = Path(path)
        content = _content(path)
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, ClaimError):
            raise
        reason = getattr(error, "strerror", None) or _one_line(error)
        raise ClaimError(
            sentence(f"file={shown(str(path))}", f"cannot be read ({reason})", "name a claims file in TOML")
        ) from None
    try:
        data = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise ClaimError(
            sentence(f"file={str(path)!r}", f"is no TOML ({_one_line(error)})", "see proofs/claims for examples")
        ) from None
    return parse_claims(data, kinds, folder=path.parent)


def _content(path: Path) -> bytes:
    """The bytes of a plain file that is not too large; a device could go on for ever."""
    if path.exists() and not path.is_file():
        raise ClaimError(sentence(f"file={str(path)!r}", "is no plain file", "name a claims file in TOML"))
    with path.open("rb") as source:
        content = source.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ClaimError(
            sentence(f"file={str(path)!r}", f"is larger than {MAX_BYTES:,} bytes", "split it into several files")
        )
    return content


def shown(value: object) -> str:
    """A value of a file, short enough for a message."""
    try:
        return reprlib.repr(value)
    except ValueError:  # an integer with more digits than Python writes
        return "a very large number"


def parse_claims(data: Mapping[str, Any], kinds: tuple[str, ...], folder: Path | None = None) -> Claims:
    """Check the parsed content of a claims file; raises ``ClaimError``."""
    _check_depth(data)
    _check_keys("file", data, _FILE_KEYS)
    if type(data.get("format")) is not int or data["format"] != FORMAT:
        raise ClaimError(sentence(f"format={shown(data.get('format'))}", "is not known", f"write format = {FORMAT}"))
    entries = _list_of_tables("claim", data.get("claim", []))
    if not 0 < len(entries) <= MAX_CLAIMS:
        raise ClaimError(
            sentence(f"claims={len(entries)}", f"must be from 1 to {MAX_CLAIMS}", "add [[claim]] entries or split")
        )
    names = _strings("names", data.get("names", {}))
    claims = tuple(_claim(place, entry, names, kinds) for place, entry in enumerate(entries, start=1))
    for claim_id, times in Counter(c.id for c in claims).items():
        if times > 1:
            raise ClaimError(sentence(f"id={claim_id!r}", "names two claims", "give each claim an id of its own"))
    layers = {name: _table(f"layers.{name}", v) for name, v in _table("layers", data.get("layers", {})).items()}
    programs = data.get("programs")
    if programs is not None and (not isinstance(programs, str) or not _PROGRAMS.fullmatch(programs)):
        raise ClaimError(
            sentence(
                f"programs={shown(programs)}", "is no Python file beside the claims file", "write programs = 'name.py'"
            )
        )
    title = data.get("title", "")
    if not isinstance(title, str):
        raise ClaimError(sentence(f"title={shown(title)}", "is no text", "quote the title"))
    return Claims(title, claims, layers, programs, folder)


def _claim(place: int, entry: Mapping[str, Any], names: Mapping[str, str], kinds: tuple[str, ...]) -> Claim:
    claim_id = entry.get("id")
    if not isinstance(claim_id, str) or not _ID.fullmatch(claim_id):
        raise ClaimError(
            sentence(
                f"claim {place}: id={shown(claim_id)}", "is no id", "use letters, digits, '_', '.' and '-', as in C01"
            )
        )
    own = {k: v for k, v in entry.items() if k not in _CLAIM_KEYS}
    parts = _list_of_tables(f"{claim_id}.check", entry.get("check", []))
    if bool(parts) == bool(own):
        raise ClaimError(
            sentence(f"claim={claim_id!r}", "has no check, or both its own and a list", "write one, or [[claim.check]]")
        )
    says = entry.get("says", "")
    if not isinstance(says, str):
        raise ClaimError(sentence(f"claim={claim_id!r}: says={shown(says)}", "is no text", "quote the claim's words"))
    choices = _table(f"{claim_id}.open", entry.get("open", {}))
    domain = entry.get("domain", [])
    if not isinstance(domain, list) or not all(isinstance(d, str) for d in domain):
        raise ClaimError(
            sentence(f"claim={claim_id!r}: domain={shown(domain)}", "is no list of conditions", "write ['k_h <= h']")
        )
    own_names = _strings(f"{claim_id}.names", entry.get("names", {}))
    return Claim(
        id=claim_id,
        says=says,
        checks=tuple(_check(claim_id, part, kinds) for part in (parts or [own])),
        choices={name: _choice(claim_id, name, v) for name, v in choices.items()},
        domain=tuple(domain),
        names={**{k: v for k, v in names.items() if k not in own_names}, **own_names},
    )


def _check(claim_id: str, data: Mapping[str, Any], kinds: tuple[str, ...]) -> Check:
    found = [k for k in kinds if k in data]
    if len(found) != 1:
        raise ClaimError(
            sentence(
                f"claim={claim_id!r}",
                f"has {len(found)} of the keys that make a check",
                f"use exactly one of {', '.join(kinds)}",
            )
        )
    return Check(found[0], data)


def _choice(claim_id: str, name: str, values: Any) -> tuple[Any, ...]:
    if not isinstance(values, list) or len(values) < 2 or len(values) > 8:
        raise ClaimError(
            sentence(
                f"claim={claim_id!r}: open.{name}={shown(values)}", "is no list of 2 to 8 values", "list the choices"
            )
        )
    return tuple(values)


def _check_keys(where: str, data: Mapping[str, Any], known: set[str]) -> None:
    for key in data:
        if key not in known:
            raise ClaimError(sentence(f"{where}: {shown(key)}", "is not known", f"use {', '.join(sorted(known))}"))


def _check_depth(data: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ClaimError(sentence("file", f"is nested more than {MAX_DEPTH} deep", "write flat tables"))
    children = data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ()
    for child in children:
        _check_depth(child, depth + 1)


def _table(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ClaimError(sentence(f"{name}={shown(value)}", "is no table", f"write [{name}]"))
    return value


def _list_of_tables(name: str, value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(v, Mapping) for v in value):
        raise ClaimError(sentence(f"{name}={shown(value)}", "is no list of tables", f"write [[{name}]]"))
    return value


def _strings(name: str, value: Any) -> dict[str, str]:
    table = _table(name, value)
    for key, text in table.items():
        if not isinstance(text, str):
            raise ClaimError(sentence(f"{name}.{key}={shown(text)}", "is no formula", "write the formula in quotes"))
    return dict(table)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
