"""A program on arrays: ranges first, so that no value can wrap around, then the blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.errors import ArgumentError, sentence
from symconv.numerics.arguments import Parameter, check_range, check_tests
from symconv.numerics.blocks import BadIndexError, run
from symconv.numerics.integers import NoValueError
from symconv.numerics.lowering import lower
from symconv.numerics.overflow import Interval
from symconv.numerics.programs import Program


def on_arrays(program: Program, inputs: Sequence[Any]) -> list[NDArray[Any]]:
    """One array for each expression, from ints and int64 arrays, at least one of them an array.

    Raises ``ArgumentError`` for values outside the assumptions, for shapes that do not broadcast and where there is no
    (integer) result; ``IntegerOverflow`` where int64 might not hold a value.
    """
    shape = _common_shape(program.parameters, inputs)
    padded = [_with_axes(value, len(shape)) for value in inputs]
    known = zip(program.parameters, padded, strict=True)
    arguments = [value if isinstance(value, int) else (_checked(one, value), _varies(value)) for one, value in known]
    try:
        lowered = lower(program.plan, arguments, len(shape))
        return run(lowered, [value for value in padded if not isinstance(value, int)], shape)
    except NoValueError:
        point = [value if isinstance(value, int) else int(value.flat[0]) if value.size else 1 for value in padded]
    except BadIndexError as bad:
        point = [value if isinstance(value, int) else _at(value, bad.index) for value in padded]
    program.results(point)  # the same failure, told with the values of the point
    raise ArgumentError(sentence("the values", "have no result", "choose other values"))


def _common_shape(parameters: Sequence[Parameter], inputs: Sequence[Any]) -> tuple[int, ...]:
    arrays = [
        (known.name, value) for known, value in zip(parameters, inputs, strict=True) if not isinstance(value, int)
    ]
    try:
        return np.broadcast_shapes(*(value.shape for _, value in arrays))
    except ValueError:
        shapes = ", ".join(f"{name} of shape {value.shape}" for name, value in arrays)
        raise ArgumentError(
            sentence(shapes, "do not broadcast to one shape", "reshape them as NumPy would need")
        ) from None


def _with_axes(value: Any, dimensions: int) -> Any:
    if isinstance(value, int):
        return value
    return value.reshape((1,) * (dimensions - value.ndim) + value.shape)


def _varies(value: NDArray[Any]) -> tuple[bool, ...]:
    return tuple(length != 1 for length in value.shape)


def _checked(known: Parameter, value: NDArray[Any]) -> Interval:
    """The range of the values, checked against the assumptions; for an empty array the range of any allowed value."""
    if value.size == 0:
        alone = next(end for end in (known.least, known.greatest, 1) if end is not None)
        return alone, alone
    least, greatest = int(value.min()), int(value.max())
    check_range(known, least, greatest)
    check_tests(known, value)
    return least, greatest


def _at(value: NDArray[Any], index: tuple[int, ...]) -> int:
    return int(value[tuple(0 if length == 1 else i for i, length in zip(index, value.shape, strict=True))])
