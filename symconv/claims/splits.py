"""Claims that kernels split: the smallest kernel that provably does not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import islice
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from symconv.claims.backing import certificate
from symconv.claims.context import Context
from symconv.claims.domain import holds_at
from symconv.claims.outcome import Holds, Outcome, unknown
from symconv.claims.search import smallest_points
from symconv.factoring import Irreducible, UndecidedError, check_factorisation, factor
from symconv.factoring.result import FIELDS, Field
from symconv.numerics.formulas import evaluate
from symconv.statements import count, symbols_of

#: How many kernels are tried, how many of one size, and how many taps each may have.
KERNELS = 150
KERNELS_OF_A_SIZE = 50
MAX_TAPS = 64

Kernel: TypeAlias = NDArray[np.int64]


def decide_splits(context: Context) -> Outcome:
    """``splits = "every"``: each kernel of size ``kernel_size`` is a composite of two smaller ones over ``field``."""
    context.only("kernel_size", "field")
    if context.check.data["splits"] != "every":
        raise context.error("splits", "is not known", "write splits = 'every'")
    field = context.check.data.get("field", "R")
    if field not in FIELDS:
        raise context.error("field", "is no field", f"use one of {', '.join(FIELDS)}")
    sizes = context.formulas("kernel_size") if "kernel_size" in context.check.data else ()
    if not 1 <= len(sizes) <= 3:
        raise context.error("kernel_size", "is no list of 1 to 3 sizes", "write kernel_size = ['k_h', 'k_w']")
    tried = 0
    for point, kernel in islice(_kernels(context, sizes), KERNELS):
        tried += 1
        if (found := _certificate(kernel, field)) is not None:
            witness = {"kernel": kernel.tolist(), "field": field, "certificate": found}
            shape = " x ".join(map(str, kernel.shape))
            detail = (
                f"this {shape} kernel has no two smaller ones over {field}: irreducible by {found['kind']}, a "
                "certificate that an independent checker accepted"
            )
            example = {**point, "kernel": kernel.tolist()}
            return Outcome(Holds.NO, example, backing=certificate(_hash(witness)), detail=detail, witness=witness)
    return unknown(f"none of the {tried:,} smallest kernels is known not to split; missing: a proof that all do")


def _hash(data: Mapping[str, Any]) -> str:
    """The sha256 of plain data."""
    return sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _certificate(kernel: Kernel, field: Field) -> dict[str, Any] | None:
    """The certificate that a kernel does not split, as plain data; ``None`` where it does, or none was accepted."""
    kernel = kernel.reshape((1, 1, *kernel.shape))
    try:
        found = factor(kernel, field=field)
    except UndecidedError:
        return None
    accepted = isinstance(found, Irreducible) and check_factorisation(found, kernel)
    return dict(found.certificate) if accepted else None


def _kernels(context: Context, sizes: tuple[Expr, ...]) -> Iterator[tuple[dict[str, int], Kernel]]:
    """Kernels with their sizes: the smallest sizes first, of these the smallest entries by their sum, then in order.

    Only kernels whose first and last slices hold a tap: a zero border splits off as a kernel with a single tap.  Of the
    others, two smaller kernels are two factors with several taps each, which is what ``factor`` looks for.
    """
    symbols = sorted(symbols_of((*sizes, *context.subject.conditions)), key=lambda s: s.name)
    for point in smallest_points(symbols):
        shape = _shape(sizes, point)
        if shape is not None and holds_at(context.subject.conditions, point):
            full = (k for k in _arrays(shape) if _reaches_all_sides(k))
            yield from ((point, k) for k in islice(full, KERNELS_OF_A_SIZE))


def _shape(sizes: tuple[Expr, ...], point: dict[str, int]) -> tuple[int, ...] | None:
    """The kernel's size in numbers; ``None`` where it is none, or too large."""
    shape = tuple(evaluate(size, point) for size in sizes)
    fits = all(isinstance(k, int) and k > 0 for k in shape) and prod(shape) <= MAX_TAPS
    return shape if fits else None


def _arrays(shape: tuple[int, ...]) -> Iterator[Kernel]:
    entries = [count(f"e{place}") for place in range(prod(shape))]
    return (np.array(list(point.values()), np.int64).reshape(shape) for point in smallest_points(entries))


def _reaches_all_sides(kernel: Kernel) -> bool:
    return all(kernel.take(place, axis).any() for axis in range(kernel.ndim) for place in (0, -1))
