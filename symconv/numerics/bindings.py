"""The sizes of a statement, read off the shapes of the tensors that it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Expr, Symbol

from symconv.errors import ArgumentError, ShapeError, sentence
from symconv.numerics.arguments import checked_integer, parameter
from symconv.numerics.formulas import evaluate
from symconv.statements.language import Statement
from symconv.statements.symbols import symbols_of

Shapes = Mapping[str, tuple[int, ...]]


def bind_sizes(statement: Statement, shapes: Shapes, sizes: Mapping[str, Any]) -> dict[Symbol, int]:
    """A number for every symbol of the statement: a keyword's, a shape's, or what ``where`` says.

    Raises ``ShapeError`` for shapes that contradict one another or the statement, ``ArgumentError`` for a size that
    nothing determines, or one that its symbol excludes.

    >>> from symconv.layers import Conv1d
    >>> bound = bind_sizes(Conv1d(1, 1, 3).definition, {"X": (2, 1, 9), "W": (1, 1, 3), "b": (1,)}, {})
    >>> sorted((symbol.name, number) for symbol, number in bound.items())
    [('L_in', 9), ('N', 2)]
    """
    bound = _keywords(statement, sizes)
    for subject, entry, length in _entries(statement, shapes):
        if entry.is_Symbol and bound.setdefault(entry, length) != length:
            raise _contradiction(subject, length, entry, bound[entry])
    for name, meaning in statement.where:
        _bind_meaning(name, meaning, bound)
    for subject, entry, length in _entries(statement, shapes):
        if entry.free_symbols <= set(bound) and evaluate(entry, _by_name(bound)) != length:
            raise _contradiction(subject, length, entry, evaluate(entry, _by_name(bound)))
    _check_complete(statement, bound)
    return {known: checked_integer(parameter(known), number) for known, number in bound.items()}


def _keywords(statement: Statement, sizes: Mapping[str, Any]) -> dict[Symbol, int]:
    known = {*statement.parameters, *symbols_of(meaning for _, meaning in statement.where)}
    return {s: checked_integer(parameter(s), sizes[s.name]) for s in known if s.name in sizes}


def _entries(statement: Statement, shapes: Shapes) -> Iterator[tuple[str, Expr, int]]:
    for tensor, lengths in shapes.items():
        extents = statement.shape(tensor)
        if len(lengths) != len(extents):
            raise ShapeError(
                sentence(
                    f"{tensor} of shape {lengths}",
                    f"has {len(lengths)} axes, the statement reads {len(extents)}",
                    f"pass a tensor of shape ({', '.join(map(str, extents))})",
                )
            )
        for axis, (entry, length) in enumerate(zip(extents, lengths, strict=True)):
            yield f"{tensor}.shape[{axis}]", entry, length


def _bind_meaning(name: Symbol, meaning: Expr, bound: dict[Symbol, int]) -> None:
    """Compute a named size; one that a shape gives already must agree."""
    if not meaning.free_symbols <= set(bound):
        return
    value = evaluate(meaning, _by_name(bound))
    if value != bound.setdefault(name, value):
        raise _contradiction(name.name, bound[name], meaning, value)
    if not isinstance(value, int) or (name.is_positive and value < 1):
        raise no_size(f"{name} = {meaning}", value)


def target_shape(statement: Statement, numbers: Mapping[str, int]) -> tuple[int, ...]:
    """The shape of the tensor that is defined; raises ``ShapeError`` where it has no entry."""
    target = statement.target.tensor
    extents = statement.shape(target)
    lengths = tuple(evaluate(entry, numbers) for entry in extents)
    for axis, (entry, length) in enumerate(zip(extents, lengths, strict=True)):
        if not isinstance(length, int) or length < 1:
            raise no_size(f"{target}.shape[{axis}] = {entry}", length)
    return lengths


def no_size(subject: str, value: Any) -> ShapeError:
    """The error for a size that is no positive integer."""
    return ShapeError(sentence(subject, f"is {value}, which is no size", "pass larger tensors"))


def _check_complete(statement: Statement, bound: Mapping[Symbol, int]) -> None:
    meanings = dict(statement.where)
    unbound = statement.parameters - set(bound)
    needed = symbols_of(meanings.get(s, s) for s in unbound)  # to know H_out is to know what it stands for
    missing = sorted(s.name for s in needed - set(bound))
    if missing:
        raise ArgumentError(
            sentence(", ".join(missing), "is determined by no shape", f"give it as a keyword, such as {missing[0]}=1")
        )


def _contradiction(subject: str, length: int, entry: Expr, value: Any) -> ShapeError:
    meaning = str(value) if entry.is_number else f"{entry}={value}"
    return ShapeError(sentence(f"{subject}={length}", f"must equal {meaning}", "pass tensors whose shapes agree"))


def _by_name(bound: Mapping[Symbol, int]) -> dict[str, int]:
    return {known.name: number for known, number in bound.items()}
