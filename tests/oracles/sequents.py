"""Formal statements, evaluated by brute force: every point of every sum, with exact integers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

Values = Mapping[str, int]
Tensor = Callable[[str, tuple[int, ...]], int]


def evaluate(sequent: Any, sizes: Values, tensor: Tensor) -> tuple[int, int]:
    """Both sides at these values of the free names, whether the assumptions hold or not."""
    values = with_definitions(sequent, sizes)
    assert values is not None
    left, right = (sum(term_value(term, values, tensor) for term in sequent[side]) for side in ("left", "right"))
    return left, right


def holds_or_is_excluded(sequent: Any, sizes: Values, tensor: Tensor) -> bool:
    """Whether the sides agree, or an assumption is broken."""
    if with_definitions(sequent, sizes) is None:
        return False
    if not assumed(sequent, sizes):
        return True
    left, right = evaluate(sequent, sizes, tensor)
    return left == right


def assumed(sequent: Any, sizes: Values) -> bool:
    """Whether all assumptions hold."""
    values = with_definitions(sequent, sizes)
    return values is not None and all(number(p, values) >= 0 for p in sequent["assume"])


def with_definitions(sequent: Any, sizes: Values) -> dict[str, int] | None:
    """The values of the free and of the defined names; None where a floor is divided by 0 or less."""
    values = dict(sizes)
    for kind, name, a, b in sequent["defined"]:
        first, second = number(a, values), number(b, values)
        if kind == "floor" and second < 1:
            return None
        values[name] = first // second if kind == "floor" else max(first, second)
    return values


def term_value(term: Any, values: Values, tensor: Tensor) -> int:
    """One sum.  A quotient by 0 or less is an error."""
    total = 0
    for point in _points(term, values):
        if all(_true(kind, number(p, point)) for kind, p in term["brackets"]):
            value = number(term["coefficient"], point)
            for name, indices in term["factors"]:
                value *= tensor(name, tuple(number(p, point) for p in indices))
            total += value
    return total


def free_names(sequent: Any) -> list[str]:
    """The names that are neither defined nor bound."""
    names: set[str] = set()
    defined = {name for _, name, _, _ in sequent["defined"]}
    for _, _, a, b in sequent["defined"]:
        names |= _names(a) | _names(b)
    for p in sequent["assume"]:
        names |= _names(p)
    for term in [*sequent["left"], *sequent["right"]]:
        bound = {name for name, *_ in [*term["ranges"], *term["quotients"]]}
        names |= _names([term["coefficient"], *(rest for _, *rest in _parts(term))]) - bound
    return sorted(names - defined)


def number(p: Sequence[Sequence[Any]], values: Values) -> int:
    """The value of a polynomial."""
    return sum(c * prod(values[name] for name in names) for c, *names in p)


def hashed(name: str, indices: tuple[int, ...]) -> int:
    """A tensor without any pattern."""
    digest = hashlib.blake2b(repr((name, indices)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big", signed=True)


def _points(term: Any, values: Values) -> Iterator[dict[str, int]]:
    names = [v for v, _ in term["ranges"]]
    for place in product(*(range(number(n, values)) for _, n in term["ranges"])):
        point = {**values, **dict(zip(names, place, strict=True))}
        for q, a, b in term["quotients"]:
            denominator = number(b, point)
            assert denominator >= 1
            point[q] = number(a, point) // denominator
        yield point


def _true(kind: str, value: int) -> bool:
    return value == 0 if kind == "=" else value >= 0


def _parts(term: Any) -> list[Any]:
    return [*term["ranges"], *term["quotients"], *term["brackets"], *term["factors"]]


def _names(data: Any) -> set[str]:
    """The texts in nested lists; a polynomial's are its names."""
    if isinstance(data, list):
        return {name for entry in data for name in _names(entry)}
    return {data} if isinstance(data, str) else set()
