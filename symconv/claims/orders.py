"""Claims that two orders of a floating-point sum differ: a witness, decided in exact fractions that are rounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symconv.claims.backing import hand_proof, joined
from symconv.claims.context import Context
from symconv.claims.file import shown
from symconv.claims.outcome import Holds, Outcome, unknown
from symconv.errors import ClaimError, sentence
from symconv.rounding.formats import FORMATS

#: The formats that NumPy computes in too, and how many products a sum may have.
DTYPES = {name: FORMATS[name] for name in ("float16", "float32", "float64")}
MAX_TERMS = 1_000
_KEYS = ("input", "weight", "first", "second", "dtype")


@dataclass(frozen=True)
class Witness:
    """One output of a 1x1 convolution: its input and weight by channels, and two orders of the channels."""

    dtype: str
    input: tuple[Fraction, ...]
    weight: tuple[Fraction, ...]
    first: tuple[int, ...]
    second: tuple[int, ...]


#: Which witness Coq checks as well, in the theorem of that name.
PROVED_BY_HAND = {
    Witness(
        "float32",
        (Fraction(2**24), Fraction(1), Fraction(-(2**24))),
        (Fraction(1), Fraction(1), Fraction(1)),
        (0, 1, 2),
        (0, 2, 1),
    ): "layer_depends_on_the_order_of_its_sum"
}


def decide_orders(context: Context) -> Outcome:
    """Whether the sums of ``orders.first`` and ``orders.second`` differ, by the rules of IEEE 754 and in NumPy."""
    context.only()
    witness = _read(context)
    orders = (witness.first, witness.second)
    exact = [rounded_sum(witness, order) for order in orders]
    for key, value in zip(("first", "second"), exact, strict=True):
        if isinstance(value, float):
            raise _refused(context, key, f"makes a sum that overflows {witness.dtype}", "take smaller numbers")
    computed = [_computed_sum(witness, order) for order in orders]
    if computed != exact:
        return unknown(
            f"IEEE 754 makes the two {witness.dtype} sums {_both(exact)}, NumPy on this machine {_both(computed)}: "
            "the two must agree"
        )
    backing = joined((hand_proof(PROVED_BY_HAND.get(witness, "")), "computed"))
    if exact[0] == exact[1]:
        values = dict(zip(("first", "second"), map(float, exact), strict=True))
        detail = f"these two orders agree: both {witness.dtype} sums are {_text(exact[0])}"
        return Outcome(Holds.NO, values, backing=backing, detail=detail)
    table = context.check.data["orders"]
    first, second = (f"{_text(v)} in the order {shown(table[k])}" for k, v in zip(_KEYS[2:4], exact, strict=True))
    detail = (
        f"two legal orders can differ: in {witness.dtype} the sum of input {shown(table['input'])} times weight "
        f"{shown(table['weight'])} is {first} and {second} (by exact fractions, rounded; NumPy gives the same)"
    )
    return Outcome(Holds.YES, backing=backing, detail=detail)


def rounded_sum(witness: Witness, order: tuple[int, ...]) -> Fraction | float:
    """The products, each rounded, added one after the other in an order, rounded each time; a float on overflow.

    >>> [witness] = PROVED_BY_HAND
    >>> rounded_sum(witness, witness.first), rounded_sum(witness, witness.second)
    (Fraction(0, 1), Fraction(1, 1))
    """
    nearest = DTYPES[witness.dtype].nearest
    total: Fraction | float = Fraction(0)
    for channel in order:
        product = nearest(witness.input[channel] * witness.weight[channel])
        # an infinity stays one, or becomes NaN: floats follow IEEE 754 there by themselves
        total = total + product
        total = nearest(total) if isinstance(total, Fraction) else total
    return total


def _computed_sum(witness: Witness, order: tuple[int, ...]) -> float:
    """The same by NumPy's arithmetic in that dtype."""
    dtype = np.dtype(witness.dtype).type
    total = dtype(0)
    for channel in order:
        total = total + dtype(float(witness.input[channel])) * dtype(float(witness.weight[channel]))
    return float(total)


def _read(context: Context) -> Witness:
    """The table of the claims file, checked."""
    table = context.check.data["orders"]
    if not isinstance(table, Mapping):
        raise context.error("orders", "is no table", f"write orders = {{ {', '.join(f'{k} = ...' for k in _KEYS)} }}")
    for key in table:
        if key not in _KEYS:
            raise ClaimError(
                sentence(f"claim={context.claim.id!r}: orders.{shown(key)}", "is not known", f"use {', '.join(_KEYS)}")
            )
    dtype = table.get("dtype")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise _refused(context, "dtype", "is no dtype of a witness", f"use one of {', '.join(DTYPES)}")
    values, weight = (_numbers(context, key, dtype) for key in ("input", "weight"))
    if len(values) != len(weight):
        condition = f"has {len(weight)} numbers, and input {len(values)}"
        raise _refused(context, "weight", condition, "write one for each channel")
    first, second = (_order(context, key, len(values)) for key in ("first", "second"))
    return Witness(dtype, values, weight, first, second)


def _numbers(context: Context, key: str, dtype: str) -> tuple[Fraction, ...]:
    given = context.check.data["orders"].get(key)
    if not isinstance(given, list) or not 0 < len(given) <= MAX_TERMS:
        raise _refused(context, key, f"is no list of 1 to {MAX_TERMS:,} numbers", "write one number for each channel")
    for value in given:
        if not _is_number(value, dtype):
            condition = f"has {shown(value)}, which is no number of {dtype}"
            raise _refused(context, key, condition, "write numbers that the dtype holds exactly")
    return tuple(map(Fraction, given))


def _is_number(value: Any, dtype: str) -> bool:
    """Whether a value is a finite number that a dtype holds exactly."""
    # the size is compared first: an integer may have any number of digits, and what is not finite has no fraction
    is_in_range = type(value) in (int, float) and abs(value) < 2 ** DTYPES[dtype].range
    return is_in_range and bool(DTYPES[dtype].nearest(Fraction(value)) == value)


def _order(context: Context, key: str, channels: int) -> tuple[int, ...]:
    given = context.check.data["orders"].get(key)
    is_order = isinstance(given, list) and len(given) == channels and all(type(c) is int for c in given)
    if not is_order or sorted(given) != list(range(channels)):
        raise _refused(context, key, f"is no order of {channels} channels", f"write each of 0 to {channels - 1} once")
    return tuple(given)


def _refused(context: Context, key: str, condition: str, way_out: str) -> ClaimError:
    value = shown(context.check.data["orders"].get(key))
    return ClaimError(sentence(f"claim={context.claim.id!r}: orders.{key}={value}", condition, way_out))


def _both(values: list[Any]) -> str:
    return " and ".join(map(_text, values))


def _text(value: Fraction | float) -> str:
    """A number of a dtype in the fewest digits that tell it from all others of float64."""
    return repr(float(value)).removesuffix(".0")
