"""``factor``: the converse of composing convolution kernels."""

from __future__ import annotations

from typing import Any

from symconv.errors import ArgumentError, sentence
from symconv.factoring.arrays import Kernel, read_kernel
from symconv.factoring.channels import factor_channels
from symconv.factoring.result import FIELDS, Factorisation, Field, Irreducible, NoSplit
from symconv.factoring.single import factor_single
from symconv.factoring.sizes import read_sizes


def factor(
    kernel: Any, sizes: Any = None, field: Field = "Q", middle_channels: int | None = None
) -> Factorisation | Irreducible | NoSplit:
    """Split a kernel of stride 1 into kernels whose composite it is, or prove that it does not split.

    kernel           NumPy, torch or SymPy array, or nested list: one-channel (k) or (k, k), else (out, in, *spatial)
    sizes            the sizes of two kernels, e.g. ((2, 2), (3, 3)), the first applied first
    field            where the taps of the factors are: "Q", "R" or "C"
    middle_channels  how many channels there may be between the two kernels

    Entries are exact: a float is the binary fraction that it is. A single non-zero tap is a shift, not a factor; the
    shift of a kernel and its zero border go into the first factor that has room. One-channel kernels split as their
    polynomials do, into all irreducible factors, or, given sizes, into two kernels in every way that fits.

    >>> factor([[1, 2, 1], [2, 4, 2], [1, 2, 1]], sizes=((2, 2), (2, 2))).factors
    ([[1, 1], [1, 1]], [[1, 1], [1, 1]])
    >>> factor([[1, 1, 1], [1, 2, 1], [1, 1, 1]], field="C")
    Irreducible(over C, by discriminant)
    """
    if field not in FIELDS:
        raise ArgumentError(sentence(f"field={field!r}", "is not 'Q', 'R' or 'C'", "choose one of these"))
    read = read_kernel(kernel)
    _check_middle(middle_channels, sizes, read)
    given = None if sizes is None else read_sizes(sizes, read.spatial)
    if read.shape[:2] == (1, 1) and middle_channels in (None, 1):
        return factor_single(read, given, field)
    return factor_channels(read, given, field, middle_channels)


def _check_middle(middle_channels: int | None, sizes: Any, kernel: Kernel) -> None:
    if middle_channels is None:
        return
    shown = f"middle_channels={middle_channels!r}"
    if isinstance(middle_channels, bool) or not isinstance(middle_channels, int) or middle_channels < 1:
        raise ArgumentError(sentence(shown, "is no number of channels", "give a positive whole number"))
    if sizes is None and (middle_channels > 1 or kernel.shape[:2] != (1, 1)):
        raise ArgumentError(sentence(shown, "means nothing without sizes", "give the sizes of the two kernels"))
    if kernel.plain and middle_channels > 1:
        raise ArgumentError(
            sentence(shown, "needs channels, and the array has the spatial axes only", "reshape it to (1, 1, ...)")
        )
