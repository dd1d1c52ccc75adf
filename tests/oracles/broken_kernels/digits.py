"""Numbers with fewer bits, and the numbers beside them."""

from __future__ import annotations

import numpy as np
import torch

from oracles.exact_bounds import FORMATS
from oracles.gather import Block


def to_precision(values: Block, bits: int) -> Block:
    """The nearest numbers with so many bits, ties to even, of any exponent."""
    fraction, exponent = np.frexp(values.astype(np.float64))
    return np.ldexp(np.round(np.ldexp(fraction, bits)), exponent - bits)


def next_number(values: Block, dtype: torch.dtype) -> Block:
    """The next number of the data type, away from zero; zeros stay."""
    bits = FORMATS[dtype].precision
    exponent = np.maximum(np.frexp(values)[1], FORMATS[dtype].lowest + 1)
    return values + np.sign(values) * np.ldexp(1.0, exponent - bits)
