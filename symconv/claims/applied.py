"""Two layers in a row on numbers, and the smallest sizes at which no single convolution does what they do.

One convolution of stride S weighs input x for output y by x - S*y alone, and adds one bias a channel.  Where two layers
weigh two such pairs differently, no kernel, padding or dilation makes one convolution of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sympy import Basic, Integer, Symbol

from symconv.claims.domain import holds_at
from symconv.claims.pairs import Pair
from symconv.claims.search import smallest_points
from symconv.numerics.formulas import evaluate
from symconv.numerics.tensors import evaluate_statement
from symconv.statements import Statement, symbols_of

#: How many small sizes are tried, up to how many pairs of an input and an output cell, and of how many weights.
POINTS = 200
MAX_PAIRS = 10_000
MAX_WEIGHTS = 1_000

Point: TypeAlias = Mapping[str, int]
Integers: TypeAlias = NDArray[np.int64]
#: The batch, whatever the claim says of it: all inputs that are tried go through the layers at once.
_BATCH = Symbol("$batch", integer=True, positive=True)


def smallest_points_of(pair: Pair) -> Iterator[tuple[dict[str, int], tuple[Statement, ...]]]:
    """The smallest sizes at which the layers have an output and are not too large, and both layers in a batch."""
    statements = tuple(a.layer.on((_BATCH, *a.shape[1:])).statement() for a in pair.applications)  # type: ignore[attr-defined]
    parts: list[Basic] = [*pair.conditions]
    for statement in statements:
        parts += [*dict(statement.where).values(), *(statement.parameters - set(dict(statement.where)) - {_BATCH})]
    sizes = sorted(symbols_of(parts), key=lambda s: s.name)
    for point in smallest_points(sizes, POINTS):
        if holds_at(pair.conditions, point):
            layers = tuple(numbered(statement, point) for statement in statements)
            if _fits(layers):
                yield point, layers


def numbered(statement: Statement, point: Point) -> Statement:
    """The statement at those sizes, the named output sizes included; the batch stays open."""
    meanings = dict(statement.where)
    values = {s: Integer(point[s.name]) for s in statement.parameters - set(meanings) - {_BATCH}}
    values.update({name: Integer(evaluate(meaning, point)) for name, meaning in meanings.items()})
    return statement.substitute(values)


def shape_of(statement: Statement, tensor: str, batch: int = 1) -> tuple[int, ...]:
    """The extents of a tensor of a statement in numbers."""
    return tuple(int(e.xreplace({_BATCH: Integer(batch)})) for e in statement.shape(tensor))


def _fits(layers: Sequence[Statement]) -> bool:
    read, *written = (prod(shape_of(s, t)) for s, t in ((layers[0], "X"), *((layer, "Y") for layer in layers)))
    few = all(prod(shape_of(layer, "W")) <= MAX_WEIGHTS for layer in layers)
    return few and read * max(written) <= MAX_PAIRS


def apply_all(layers: Sequence[Statement], weights: Sequence[Mapping[str, Integers]], x: Integers) -> Integers:
    """The layers one after another on an input."""
    for layer, tensors in zip(layers, weights, strict=True):
        x = np.asarray(evaluate_statement(layer, {"X": x, **tensors}))
    return x


def smallest_break(pair: Pair, points: int) -> tuple[dict[str, int] | None, int, str]:
    """(the smallest sizes at which the two are no convolution, or ``None``; how many were tried; what shows it).

    At most so many sizes are tried.
    """
    tried = 0
    for point, layers in islice(smallest_points_of(pair), points):
        tried += 1
        stride = tuple(int(evaluate(pair.in_sizes(axis.stride), point)) for axis in pair.joined.axes)
        if reason := _break(layers, stride):
            return point, tried, reason
    return None, tried, ""


def _break(layers: Sequence[Statement], stride: tuple[int, ...]) -> str | None:
    """What shows, with random weights, that the layers are no convolution of that stride."""
    generator = np.random.default_rng(0)
    weights: list[dict[str, Integers]] = [
        {name: generator.integers(1, 10, shape_of(s, name)) for name in ("W", "b") if name in s.reads} for s in layers
    ]
    shape = shape_of(layers[0], "X")[1:]
    units = np.eye(prod(shape) + 1, prod(shape), dtype=np.int64)  # every cell alone, and none
    *columns, constants = apply_all(layers, weights, units.reshape((-1, *shape)))
    reason = _uneven(constants) or _moved(np.array(columns) - constants, shape, stride)
    given = ", ".join(
        f"{name}{number} = {tensor.tolist()}"
        for number, tensors in enumerate(weights, start=1)
        for name, tensor in tensors.items()
    )
    return reason and f"with {given}: {reason}"


def _uneven(constants: Integers) -> str | None:
    """Whether an input of zeros gives different values in one channel."""
    for channel in constants:
        different = np.argwhere(channel != channel.flat[0])
        if len(different):
            place = tuple(map(int, different[0]))
            first = (0,) * channel.ndim
            return (
                f"an input of zeros gives {channel[first]} at output {first} and {channel[place]} at {place}; one "
                "convolution gives its bias at both"
            )
    return None


def _moved(columns: Integers, shape: tuple[int, ...], stride: tuple[int, ...]) -> str | None:
    """Whether two pairs of cells with one difference x - S*y have two weights; a column is an input cell's."""
    seen: dict[Any, tuple[int, Any, Any]] = {}
    for (i, *x), column in zip(np.ndindex(shape), columns, strict=True):
        for (o, *y), weight in np.ndenumerate(column):
            offset = tuple(a - s * b for a, s, b in zip(x, stride, y, strict=True))
            known, x0, y0 = seen.setdefault((o, i, offset), (int(weight), x, y))
            if known != weight:
                return (
                    f"input {tuple(x0)} goes into output {tuple(y0)} times {known}, and input {tuple(x)} into output "
                    f"{tuple(y)} times {weight}; one convolution of stride {stride} has one weight for both"
                )
    return None
