"""Functions that the command line names: imported from the user's modules, because the user says so."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from symconv.errors import ArgumentError, sentence

Function = Callable[..., Any]


def read_function(text: str) -> Function:
    """The function that ``module:name`` names, found as ``python -m`` finds modules; it is called by that text.

    Importing a module runs it.  Raises ``ArgumentError``.

    >>> read_function("math:floor").__name__
    'math:floor'
    """
    module_name, colon, name = text.partition(":")
    if not (module_name and colon and name):
        raise _refused(text, "is no MODULE:FUNCTION", "write it like my_kernels:conv2d")
    found = _module(text, module_name)
    for part in name.split("."):
        if not hasattr(found, part):
            raise _refused(text, f"{module_name} has no {name}", f"name a function of {module_name}")
        found = getattr(found, part)
    if not callable(found):
        raise _refused(text, f"is no function but of type {type(found).__name__}", "name what can be called")
    return named(text, found)


def named(name: str, function: Function) -> Function:
    """The same function, by another name in messages."""

    @wraps(function)
    def call(*operands: Any, **arguments: Any) -> Any:
        return function(*operands, **arguments)

    call.__name__ = name
    return call


def _module(text: str, name: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise _failed(text, name, error) from error
        way_out = "name one of this folder, or one that is installed"
        raise _refused(text, f"there is no module {name}", way_out) from None
    except (Exception, SystemExit) as error:  # the module's own: it can be any
        raise _failed(text, name, error) from error


def _failed(text: str, module: str, error: BaseException) -> ArgumentError:
    return _refused(text, f"importing {module} raises {type(error).__name__}: {error}", "mend the module")


def _refused(text: str, condition: str, way_out: str) -> ArgumentError:
    return ArgumentError(sentence(f"function={text[:100]!r}", condition, way_out))


@contextmanager
def stdout_kept() -> Iterator[None]:
    """What the user's modules print goes to stderr: stdout is for the answer."""
    with redirect_stdout(sys.stderr):
        yield
