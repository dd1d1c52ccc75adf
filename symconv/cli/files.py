"""Writing results: to stdout in one piece, and to files so that no half-written file is ever seen."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from symconv.errors import ArgumentError, sentence


def emit(text: str) -> None:
    """Print to stdout; a reader that has gone away (``| head``) is no error, and no character is beyond an encoding."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        _discard_stdout()
    except OSError as error:
        _discard_stdout()
        raise ArgumentError(sentence("stdout", f"cannot be written ({error.strerror})", "send it elsewhere")) from None


def _discard_stdout() -> None:
    """What is still buffered must not fail again when the interpreter closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_target(path: Path) -> None:
    """Refuse a file name that cannot be written to, before any work is done for it."""
    if path.is_dir():
        raise _refused(path, "is a directory", "name a file")
    if path.exists() and not path.is_file():
        raise _refused(path, "is no regular file", "name a file")
    if not path.parent.is_dir():
        raise _refused(path, f"the folder {str(path.parent)!r} does not exist", "make it first, or choose another")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a temporary file beside ``path`` and move it there; on failure nothing is left behind."""
    check_target(path)
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(content)
        if path.exists():
            shutil.copymode(path, beside)
        os.replace(beside, path)
    except OSError as error:
        raise _refused(path, f"cannot be written ({error.strerror})", "choose another place") from None
    finally:
        with suppress(OSError):
            beside.unlink()


def _refused(path: Path, condition: str, way_out: str) -> ArgumentError:
    return ArgumentError(sentence(f"file={str(path)!r}", condition, way_out))
