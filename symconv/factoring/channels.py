"""Splits of a kernel with several channels, and how many channels they need between.

With k1 of size a and k2 of size q: K[o, i, t] = SUM_m SUM_{u+s=t} k2[o, m, u] * k1[m, i, s].

Enough channels. Let k1 shift the input by the points of a lattice of step q, ceil(k/q) on an axis, so that shift + u
reaches every t < k; K is then a matrix of rows (o, u) and columns (shift, i), and a product of two matrices over its
rank r is a split with r channels. The same with the kernels in turn: rows (o, shift), columns (i, s).

Not enough channels. As polynomial matrices K = K2 * K1, so at every point of an axis rank K <= m. On an axis where one
of the kernels has size 1 each t is one u and one s, and these may stay rows or columns. Where this is so on all axes
(a 1x1 kernel, or k x 1 with 1 x k) the bound is the number that suffices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Any

import numpy as np
from sympy import QQ, ZZ
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.normalforms import hermite_normal_form

from symconv.errors import sentence
from symconv.factoring.arrays import Kernel, restore
from symconv.factoring.modular import PRIMES, pivots
from symconv.factoring.polynomial import Exponent, Shape
from symconv.factoring.result import Factorisation, Field, NoSplit, Sizes, UndecidedError
from symconv.factoring.sizes import Splits

#: Where polynomials are evaluated to bound the rank from below; the corner 0 is the first tap alone.
_POINTS = (2, 3, -1, 1, 0)
Entry = tuple[int, int, Exponent]


@dataclass(frozen=True)
class Split:
    """Two factors of the kernel as sparse arrays over (out, in, *spatial), and the channels between them."""

    sizes: Sizes
    channels: int
    first: Mapping[Entry, Fraction]
    second: Mapping[Entry, Fraction]

    def arrays(self, kernel: Kernel) -> tuple[Any, ...]:
        """The factors as arrays of the kernel's kind."""
        shapes = (self.channels, kernel.shape[1], *self.sizes[0]), (kernel.shape[0], self.channels, *self.sizes[1])
        dense = []
        for shape, sparse in zip(shapes, (self.first, self.second), strict=True):
            spots = product(range(shape[0]), range(shape[1]), product(*map(range, shape[2:])))
            dense.append((shape, [sparse.get(spot, Fraction(0)) for spot in spots]))
        return restore(kernel, dense)

    def weights(self, kernel: Kernel) -> int:
        """How many weights both factors have."""
        first, second = map(prod, self.sizes)
        return self.channels * (kernel.shape[1] * first + kernel.shape[0] * second)


def factor_channels(
    kernel: Kernel, sizes: Sizes | None, field: Field, middle_channels: int | None
) -> Factorisation | NoSplit:
    """The split of the given sizes with the fewest channels that the construction finds.

    Without sizes: of those with 1x1 first, 1x1 last, or each axis in one of the kernels, the one with fewest weights.
    """
    tried = [sizes] if sizes is not None else list(dict.fromkeys(_each_axis_once(kernel.spatial)))
    found = [min(_constructions(kernel, given), key=lambda split: split.channels) for given in tried]
    best, *others = sorted(found, key=lambda split: (split.weights(kernel), split.sizes))
    if middle_channels is not None and middle_channels < best.channels:
        return _too_few(kernel, best, field, middle_channels)
    alternatives = Splits([(i,) for i in range(len(others))], lambda chosen: others[chosen[0]].arrays(kernel))
    return Factorisation(best.arrays(kernel), alternatives, field, best.channels)


def _each_axis_once(spatial: Shape) -> Iterator[Sizes]:
    for given in product((False, True), repeat=len(spatial)):
        first = tuple(k if here else 1 for k, here in zip(spatial, given, strict=True))
        second = tuple(1 if here else k for k, here in zip(spatial, given, strict=True))
        yield first, second


def _too_few(kernel: Kernel, best: Split, field: Field, channels: int) -> NoSplit:
    certificate = _lower_bound(kernel, best.sizes, channels)
    if certificate is None:
        raise UndecidedError(
            sentence(
                f"middle_channels={channels}",
                f"is fewer than the {best.channels} of the construction, and no rank shows that it is too few",
                f"allow {best.channels}, or choose sizes of which one is 1 on every axis",
            )
        )
    return NoSplit(best.sizes, certificate, field, channels)


def _constructions(kernel: Kernel, sizes: Sizes) -> list[Split]:
    """Shifts in the first kernel, and shifts in the second one."""
    forward = _split(_taps(kernel), sizes)
    turned = {(i, o, at): e for (o, i, at), e in _taps(kernel).items()}
    backward = _split(turned, (sizes[1], sizes[0]))
    swapped = Split(sizes, backward.channels, _turned(backward.second), _turned(backward.first))
    return [forward, swapped]


def _turned(sparse: Mapping[Entry, Fraction]) -> dict[Entry, Fraction]:
    return {(i, o, at): e for (o, i, at), e in sparse.items()}


def _taps(kernel: Kernel) -> dict[Entry, Fraction]:
    spots = product(range(kernel.shape[0]), range(kernel.shape[1]), product(*map(range, kernel.spatial)))
    return {spot: e for spot, e in zip(spots, kernel.entries, strict=True) if e}


def _split(taps: Mapping[Entry, Fraction], sizes: Sizes) -> Split:
    """Rows (o, u), columns (shift, i)."""
    cells: dict[tuple[tuple[int, Exponent], tuple[int, Exponent]], Fraction] = {}
    for (o, i, at), value in taps.items():
        shift = tuple(min(t // q * q, a - 1) for t, a, q in zip(at, *sizes, strict=True))
        u = tuple(t - s for t, s in zip(at, shift, strict=True))
        cells[(o, u), (i, shift)] = value
    rows = sorted({row for row, _ in cells})
    columns = sorted({column for _, column in cells})
    left, right = _by_rank([[cells.get((r, c), Fraction(0)) for c in columns] for r in rows])
    first = {(m, i, shift): e for m, line in enumerate(right) for (i, shift), e in zip(columns, line, strict=True) if e}
    second = {(o, m, u): e for (o, u), line in zip(rows, left, strict=True) for m, e in enumerate(line) if e}
    return Split(sizes, len(right), first, second)


def _by_rank(matrix: list[list[Fraction]]) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    """left * right = matrix, with as many columns and rows between as the rank; of integers where the matrix is.

    The rows, at the columns of a largest minor, generate a lattice; with a basis B of it, left * B are these columns.
    """
    height, width = len(matrix), len(matrix[0])
    common = lcm(*(e.denominator for line in matrix for e in line))
    for prime in PRIMES:
        rows, columns = pivots(_residues(matrix, prime), prime)
        if len(columns) == width:
            return matrix, _identity(width)
        if len(rows) == height:
            return _identity(height), matrix
        core = _exact([[line[c] * common for c in columns] for line in matrix])
        square = core.extract(rows, list(range(len(columns))))
        basis = hermite_normal_form(core.transpose().convert_to(ZZ), D=ZZ(abs(int(square.det())))).convert_to(QQ)
        left = basis.lu_solve(core.transpose()).transpose()
        right = basis.transpose() * square.lu_solve(_exact([[e * common for e in matrix[r]] for r in rows]))
        if left * right == _exact(matrix) * QQ(common):
            return [[e / common for e in line] for line in _fractions(left)], _fractions(right)
    raise UndecidedError(sentence("kernel", "has a rank that drops modulo every prime tried", "change its entries"))


def _exact(matrix: Sequence[Sequence[Fraction]]) -> DomainMatrix:
    rows = [[QQ(e.numerator, e.denominator) for e in line] for line in matrix]
    return DomainMatrix(rows, (len(rows), len(rows[0])), QQ)


def _fractions(matrix: DomainMatrix) -> list[list[Fraction]]:
    return [[Fraction(int(e.numerator), int(e.denominator)) for e in line] for line in matrix.to_dense().to_list()]


def _identity(size: int) -> list[list[Fraction]]:
    return [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]


def _residues(matrix: Sequence[Sequence[Fraction]], prime: int) -> np.ndarray[Any, Any]:
    """The matrix modulo the prime, every row freed of denominators (which keeps the rank)."""
    cleared = []
    for line in matrix:
        common = lcm(*(e.denominator for e in line))
        cleared.append([int(e * common) % prime for e in line])
    return np.array(cleared, dtype=np.int64)


def _lower_bound(kernel: Kernel, sizes: Sizes, channels: int) -> dict[str, Any] | None:
    """A point of which the matrix has more than ``channels`` as its rank modulo a prime."""
    free = [1 in (a, q) for a, q in zip(*sizes, strict=True)]
    for value in _POINTS[: 1 if all(free) else None]:
        point = [None if unfolded else value for unfolded in free]
        found = len(pivots(_residues(_matrix_at(kernel, sizes, point), PRIMES[0]), PRIMES[0])[1])
        if found > channels:
            return {"kind": "rank", "point": point, "prime": PRIMES[0], "rank": found}
    return None


def _matrix_at(kernel: Kernel, sizes: Sizes, point: Sequence[int | None]) -> list[list[Fraction]]:
    """Rows (o, u), columns (i, s), with numbers put for the variables of the axes that have a point."""
    cells: dict[tuple[tuple[int, Exponent], tuple[int, Exponent]], Fraction] = {}
    for (o, i, at), value in _taps(kernel).items():
        weight = Fraction(prod(p**t for p, t in zip(point, at, strict=True) if p is not None))
        keys = [0 if p is not None else t for p, t in zip(point, at, strict=True)]
        row = (o, tuple(t if q > 1 else 0 for t, q in zip(keys, sizes[1], strict=True)))
        column = (i, tuple(t if a > 1 else 0 for t, a in zip(keys, sizes[0], strict=True)))
        cells[row, column] = cells.get((row, column), Fraction(0)) + weight * value
    rows, columns = sorted({r for r, _ in cells}), sorted({c for _, c in cells})
    return [[cells.get((r, c), Fraction(0)) for c in columns] for r in rows]
