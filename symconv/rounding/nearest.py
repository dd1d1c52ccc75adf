"""Rounding float64 tensors to narrower dtypes, correctly: PyTorch goes by float32, and so rounds twice."""

from __future__ import annotations

from typing import Any


def to_nearest(values: Any, dtype: Any) -> Any:
    """A float64 tensor rounded to the nearest numbers of ``dtype``, ties to even.

    To float16 and bfloat16 it goes by float32 rounded to odd, which keeps what the second rounding needs.  Source:
    S. Boldo and G. Melquiond, Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd,
    IEEE Transactions on Computers 57(4), 2008.

    >>> import torch
    >>> value = torch.tensor([1 + 2.0**-11 + 2.0**-40], dtype=torch.float64)  # above the middle of 1 and 1 + 2**-10
    >>> value.to(torch.float16).item(), to_nearest(value, torch.float16).item()
    (1.0, 1.0009765625)
    """
    import torch

    if dtype in (torch.float32, torch.float64):
        return values.to(dtype)
    return _to_odd(values).to(dtype)


def _to_odd(values: Any) -> Any:
    """float32 by rounding to odd: exact, or the one of the two neighbours whose last bit is 1."""
    import torch

    near = values.to(torch.float32)
    back = near.double()
    bits = near.view(torch.int32)
    inexact = (back != values) & ~values.isnan()
    # bits of floats count up with the magnitude: one less is the neighbour towards zero, also from infinity
    towards_zero = bits - (back.abs() > values.abs()).to(torch.int32)
    return torch.where(inexact, towards_zero | 1, bits).view(torch.float32)
