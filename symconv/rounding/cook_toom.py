"""The matrices of Winograd's minimal filtering, derived from points in exact rational arithmetic, and proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from symconv.errors import ArgumentError, sentence

Matrix = tuple[tuple[Fraction, ...], ...]

#: The finite points, in the order in which they are used; infinity is always the last one.
POINTS = (*map(Fraction, (0, 1, -1, 2, -2)), Fraction(1, 2), Fraction(-1, 2))


@dataclass(frozen=True)
class Filtering:
    """F(m, r): m neighbouring outputs of a kernel of r taps from n = m + r - 1 inputs by n products, not m*r.

    The outputs are output @ ((kernel @ g) * (data @ d)), which A. Lavin and S. Gray write A^T [(G g) o (B^T d)].
    Exactly right, and checked: the sum over t of output[i][t]*kernel[t][k]*data[t][j] is 1 where j = i + k, else 0.
    Raises ``ArgumentError`` for matrices of which this does not hold.

    output  m rows of n
    kernel  n rows of r
    data    n rows of n
    """

    output: Matrix
    kernel: Matrix
    data: Matrix

    def __post_init__(self) -> None:
        for i, k, j in product(range(self.outputs), range(self.taps), range(self.inputs)):
            terms = zip(self.output[i], self.kernel, self.data, strict=True)
            if sum(a * g[k] * b[j] for a, g, b in terms) != (j == i + k):
                raise ArgumentError(
                    sentence(
                        f"F({self.outputs}, {self.taps})",
                        f"does not give input {j} times tap {k} its share of output {i}",
                        "derive the matrices with minimal_filtering",
                    )
                )

    @property
    def outputs(self) -> int:
        """How many outputs a tile has: m."""
        return len(self.output)

    @property
    def taps(self) -> int:
        """How many entries a kernel has: r."""
        return len(self.kernel[0])

    @property
    def inputs(self) -> int:
        """How many inputs a tile has: n = m + r - 1."""
        return len(self.data)


def minimal_filtering(outputs: int, taps: int) -> Filtering:
    """F(outputs, taps) by the first points of ``POINTS`` and infinity.

    The product of two polynomials is determined by its values at n points; transposed, that is minimal filtering
    (Cook and Toom; S. Winograd, Arithmetic complexity of computations, 1980).  Up to signs the matrices of F(2, 3) and
    F(4, 3) are those of A. Lavin and S. Gray, and those of F(6, 3) are NNPACK's.

    Raises ``ArgumentError`` where the points do not suffice.

    >>> [[str(entry) for entry in row] for row in minimal_filtering(2, 3).kernel]
    [['-1', '0', '0'], ['1/2', '1/2', '1/2'], ['1/2', '-1/2', '1/2'], ['0', '0', '1']]
    """
    size = outputs + taps - 1
    if outputs < 1 or taps < 1 or size - 1 > len(POINTS):
        raise ArgumentError(
            sentence(
                f"F({outputs}, {taps})",
                f"needs {size} points, and there are {len(POINTS) + 1}",
                f"choose outputs and taps of 1 or more, together at most {len(POINTS) + 2}",
            )
        )
    points = POINTS[: size - 1]
    others = [[q for q in points if q != p] for p in points]
    scales = [_value(rest, p) for p, rest in zip(points, others, strict=True)]
    output = tuple((*(p**i for p in points), Fraction(i == outputs - 1)) for i in range(outputs))
    kernel = tuple(tuple(p**k / scale for k in range(taps)) for p, scale in zip(points, scales, strict=True))
    data = tuple(_coefficients(rest, size) for rest in (*others, points))
    return Filtering(output, (*kernel, tuple(Fraction(k == taps - 1) for k in range(taps))), data)


def _value(roots: Sequence[Fraction], point: Fraction) -> Fraction:
    """The product of point - root."""
    value = Fraction(1)
    for root in roots:
        value *= point - root
    return value


def _coefficients(roots: Sequence[Fraction], size: int) -> tuple[Fraction, ...]:
    """The coefficients of the product of x - root, lowest first, filled up with zeros."""
    coefficients = [Fraction(1)]
    for root in roots:
        above, same = [Fraction(0), *coefficients], [*coefficients, Fraction(0)]
        coefficients = [a - root * s for a, s in zip(above, same, strict=True)]
    return (*coefficients, *[Fraction(0)] * (size - len(coefficients)))
