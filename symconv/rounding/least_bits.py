"""The lowest bit that occurs in a tensor: what all its entries are multiples of."""

from __future__ import annotations

from typing import Any

#: So many entries are looked at first: where they already have low bits, the rest need not be read.
SAMPLE = 64


def least_bit(tensor: Any) -> int | None:
    """The largest e such that every entry is a multiple of 2**e; ``None`` where all are 0.

    >>> import torch
    >>> least_bit(torch.tensor([12.0, -0.5, 0.0])), least_bit(torch.zeros(3))
    (-1, None)
    """
    import torch

    fraction, exponent = torch.frexp(tensor.double())
    significand = (fraction * 2.0**53).to(torch.int64)
    _, place = torch.frexp((significand & -significand).double())
    bits = (exponent.long() + place - 54)[significand != 0]
    return int(bits.min()) if bits.numel() else None


def sums_are_exact(operands: tuple[Any, ...], absolute: Any, precision: int, least: int) -> Any:
    """Where every order of summation is exact: a truth value for each element, or one for all.

    operands   the tensors whose products are summed, and the bias apart: a tuple of tuples, one for each kind of term
    absolute   the sum of the absolute values of the terms of each element, at least
    precision  significant bits of the accumulator, and ``least`` the exponent of its smallest usable number

    All terms are multiples of some 2**bit; sums of multiples that stay below 2**(bit + precision) lose nothing (the
    theorem ``sums_of_multiples_are_exact``, which Coq has checked).
    """
    nonzero = absolute[absolute > 0]
    if not nonzero.numel():
        return absolute == 0
    smallest = float(nonzero.min())
    sample = _bit_of([[factor.reshape(-1)[:SAMPLE] for factor in term] for term in operands])
    if sample is not None and not _holds(smallest, sample, precision, least):
        return absolute == 0
    bit = _bit_of(operands)
    if bit is None or bit < least:
        return absolute == 0
    return absolute <= 2.0 ** min(bit + precision, 1023)


def _bit_of(terms: Any) -> int | None:
    """What all terms are multiples of: the least of the sums of their factors' bits."""
    bits = [[least_bit(factor) for factor in term] for term in terms]
    sums = [sum(bit for bit in term if bit is not None) for term in bits if None not in term]
    return min(sums, default=None)


def _holds(value: float, bit: int, precision: int, least: int) -> bool:
    return bit >= least and value <= 2.0 ** min(bit + precision, 1023)
