"""Claims about programs: what a function gives on the claim's numbers, and what it does and does not call."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy as np

from symconv.claims.context import Context
from symconv.claims.outcome import Correction, Holds, Outcome, unknown
from symconv.claims.values import compare_arrays, definition_output, read_array
from symconv.errors import ClaimError, sentence


def decide_program(context: Context) -> Outcome:
    """The function ``program``, on ``input`` and ``weight``, returns ``gives``, as does the layer's definition.

    With ``exercises`` it must also call that function: what is not called is not checked.
    """
    context.only("input", "weight", "gives", "exercises")
    if context.claims.programs is None or context.claims.folder is None:
        raise context.error("program", "needs a file of programs", "write programs = 'name.py' at the top of the file")
    if not context.run_programs:
        return unknown("the program was not run: it is code; allow it by --run-programs or run_programs=True")
    module = load_programs(context.claims.folder / context.claims.programs)
    function = _function(context, module, "program")
    arguments = [read_array(context, key) for key in ("input", "weight")]
    try:
        result, called = run_traced(function, arguments, module)
        outcome = _against_definition(context, np.asarray(result))
    except ClaimError:
        raise
    except Exception as error:  # the program's own: it can be any
        name = type(error).__name__
        return Outcome(Holds.NO, {"raises": name}, backing="tested", detail=f"the program raises {name}: {error}")
    wanted = context.check.data.get("exercises")
    if outcome.holds is not Holds.YES or wanted is None:
        return replace(outcome, backing="tested")
    if _is_shared(module, _function(context, module, "exercises")):
        return unknown(f"{wanted} shares its code with another function, so nothing tells whether it is called")
    if wanted in called:
        return Outcome(Holds.YES, backing="tested", detail=f"the output is right, and {wanted} is called")
    return Outcome(
        Holds.NO,
        {"calls": ", ".join(sorted(called)) or "none"},
        lambda: Correction(f"a program that calls {wanted}"),
        "tested",
        f"the output is right, but {wanted} is never called: the program says nothing about it",
    )


def _against_definition(context: Context, result: np.ndarray[Any, Any]) -> Outcome:
    """The program's output is the claim's and the definition's."""
    claimed = read_array(context, "gives")
    if context.subject.application is not None:
        outcome = compare_arrays(result, definition_output(context))
        if outcome.holds is not Holds.YES:
            return outcome
    return compare_arrays(claimed, result)


def load_programs(path: Path) -> ModuleType:
    """Import the Python file beside a claims file; only for files that are trusted."""
    spec = importlib.util.spec_from_file_location(f"claims_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ClaimError(sentence(f"programs={path.name!r}", "is not there", "put it beside the claims file"))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # the file's own: it can be any
        condition = f"cannot be imported ({type(error).__name__}: {error})"
        raise ClaimError(sentence(f"programs={path.name!r}", condition, "mend the file")) from error
    return module


def run_traced(function: Callable[..., Any], arguments: list[Any], module: ModuleType) -> tuple[Any, frozenset[str]]:
    """The function's result, and the names of the module's functions that were called on the way."""
    names: dict[Any, set[str]] = {}
    for name, known in vars(module).items():
        names.setdefault(_code(known), set()).add(name)
    called: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in names:
            called.update(names[frame.f_code])

    previous = sys.getprofile()
    sys.setprofile(note)
    try:
        result = function(*arguments)
    finally:
        sys.setprofile(previous)
    return result, frozenset(called - names.get(_code(function), set()))


def _code(function: Any) -> Any:
    """The code that runs where a function is called, under what decorators put around it by ``functools.wraps``."""
    inner = inspect.unwrap(function) if callable(function) else function
    return getattr(inner, "__code__", None)


def _is_shared(module: ModuleType, wanted: Callable[..., Any]) -> bool:
    """Whether another function of the module runs the same code, as a decorator's wrapper does, or code is not seen."""
    code = _code(wanted)
    return code is None or any(_code(known) is code and known is not wanted for known in vars(module).values())


def _function(context: Context, module: ModuleType, key: str) -> Callable[..., Any]:
    name = context.check.data.get(key)
    function = getattr(module, name, None) if isinstance(name, str) and not name.startswith("_") else None
    if not callable(function):
        raise context.error(key, f"is no function of {context.claims.programs}", "name one of its functions")
    return function  # type: ignore[no-any-return]
