"""The product of two kernels of symbols: sparse polynomials, rendered to SymPy only where they are looked at.

An entry is a dictionary from monomials to coefficients; a monomial is the sorted tuple of its generators' numbers, one
entry a power.  Generators are the symbols, and whatever else SymPy cannot expand (``sqrt(2)``, ``1/x``, ``sin(x)``).
Coefficients are Python's ints and Fractions, so that products are associative to the last digit; SymPy's floats where
they were given.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, TypeAlias

from sympy import Add, Expr, Float, ImmutableDenseNDimArray, Integer, Mul, Rational, Tuple, expand, sympify
from sympy.matrices.matrixbase import MatrixBase

from symconv.composition.arrays import flat_entries
from symconv.composition.product import ProductPlan
from symconv.errors import ArgumentError, sentence

Coefficient: TypeAlias = Any
Monomial: TypeAlias = tuple[int, ...]
Polynomial: TypeAlias = dict[Monomial, Coefficient]


class SymbolicKernel(ImmutableDenseNDimArray):  # type: ignore[misc]
    """A SymPy array whose entries are polynomials, rendered when they are asked for.

    It is an ``ImmutableDenseNDimArray`` in all it does: ``shape``, indexing, arithmetic, comparison, printing.  An
    index of one number an axis renders that entry alone; anything else, hashing too, renders all of them, once.  Two
    lazy kernels are equal iff their polynomials are: without rendering, where all generators are symbols.

    generators   SymPy expressions; polynomials: one an entry, in row-major order
    """

    generators: tuple[Expr, ...]
    polynomials: tuple[Polynomial, ...]

    def __new__(cls, iterable: Any, shape: Any = None, **options: Any) -> Any:
        """A plain array: SymPy makes the results of its own operations through this call."""
        return ImmutableDenseNDimArray(iterable, shape, **options)

    @classmethod
    def of(cls, generators: Sequence[Expr], polynomials: Sequence[Polynomial], shape: Sequence[int]) -> SymbolicKernel:
        """The lazy kernel of given polynomials."""
        self: SymbolicKernel = object.__new__(cls)
        self._assumptions = cls.default_assumptions
        self._shape = Tuple(*map(Integer, shape))
        self._rank, self._loop_size = len(shape), math.prod(shape)
        self.generators, self.polynomials = tuple(generators), tuple(polynomials)
        return self

    @cached_property
    def _array(self) -> list[Expr]:
        return [self._rendered(polynomial) for polynomial in self.polynomials]

    @property
    def _args(self) -> tuple[Any, ...]:
        return Tuple(*self._array), self._shape

    @property
    def args(self) -> tuple[Any, ...]:
        """The entries and the shape, as those of every SymPy array."""
        return self._args

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, tuple) and len(index) == self._rank and all(isinstance(i, int) for i in index):
            place = 0
            for i, length in zip(index, map(int, self._shape), strict=True):
                if not -length <= i < length:
                    raise IndexError(f"index {index} lies outside shape {tuple(self._shape)}")
                place = place * length + i % length
            return self._rendered(self.polynomials[place])
        return super().__getitem__(index)

    def _rendered(self, polynomial: Polynomial) -> Expr:
        generators = self.generators
        terms = (Mul(_number(c), *(generators[g] for g in monomial)) for monomial, c in polynomial.items())
        total = Add(*terms)
        # products of such generators may simplify: sqrt(2)*sqrt(2)
        return total if self._symbols_only else expand(total)

    @cached_property
    def _symbols_only(self) -> bool:
        return all(generator.is_Symbol for generator in self.generators)

    def render(self) -> ImmutableDenseNDimArray:
        """All entries, in a plain array."""
        return ImmutableDenseNDimArray(self._array, self._shape)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SymbolicKernel) or not (self._symbols_only and other._symbols_only):
            return bool(super().__eq__(other))
        if self._shape != other._shape:
            return False
        _, renumbered = _joined(self.generators, other)
        return all(mine == theirs for mine, theirs in zip(self.polynomials, renumbered, strict=True))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.render())


def symbolic(array: Any, name: str = "array") -> SymbolicKernel:
    """The lazy kernel of a SymPy or NumPy array or matrix; raises ``ArgumentError`` for what does not commute.

    >>> from sympy.abc import x, y
    >>> symbolic(ImmutableDenseNDimArray([x * (x + y), 2])).polynomials
    ({(0, 0): 1, (0, 1): 1}, {(): 2})
    """
    if isinstance(array, SymbolicKernel):
        return array
    numbers: dict[Expr, int] = {}
    polynomials = [_polynomial(sympify(entry, strict=True), numbers, name) for entry in flat_entries(array)]
    return SymbolicKernel.of(tuple(numbers), polynomials, tuple(map(int, array.shape)))


def _polynomial(entry: Expr, numbers: dict[Expr, int], name: str) -> Polynomial:
    """The polynomial of an entry; new generators are added to ``numbers``."""
    if entry.is_Symbol and entry.is_commutative:
        return {(numbers.setdefault(entry, len(numbers)),): 1}
    if not isinstance(entry, Expr) or not entry.is_commutative:
        raise ArgumentError(sentence(f"{name} with the entry {entry}", "does not commute", "use commutative symbols"))
    found: Polynomial = {}
    for term in Add.make_args(expand(entry)):
        coefficient: Coefficient = 1
        monomial: list[int] = []
        for factor in Mul.make_args(term):
            base, power = factor.as_base_exp()
            if isinstance(factor, (Rational, Float)):
                coefficient = coefficient * _coefficient(factor)
            elif isinstance(power, Integer) and power > 0:
                monomial += [numbers.setdefault(base, len(numbers))] * int(power)
            else:
                monomial.append(numbers.setdefault(factor, len(numbers)))
        _add_to(found, tuple(sorted(monomial)), coefficient)
    return {monomial: coefficient for monomial, coefficient in found.items() if coefficient}


def _add_to(polynomial: Polynomial, monomial: Monomial, coefficient: Coefficient) -> None:
    polynomial[monomial] = polynomial.get(monomial, 0) + coefficient


def _coefficient(number: Expr) -> Coefficient:
    if isinstance(number, Float):
        return number
    return int(number.p) if number.q == 1 else Fraction(int(number.p), int(number.q))


def _number(coefficient: Coefficient) -> Expr:
    if isinstance(coefficient, Fraction):
        return Rational(coefficient.numerator, coefficient.denominator)
    return sympify(coefficient)


def _joined(generators: Sequence[Expr], other: SymbolicKernel) -> tuple[tuple[Expr, ...], tuple[Polynomial, ...]]:
    """One table of generators that begins with those given, and the other kernel's polynomials in its numbers."""
    numbers = {generator: number for number, generator in enumerate(generators)}
    place = [numbers.setdefault(generator, len(numbers)) for generator in other.generators]
    if place == list(range(len(place))):
        return tuple(numbers), other.polynomials
    renumbered = tuple(
        {tuple(sorted([place[g] for g in monomial])): c for monomial, c in polynomial.items()}
        for polynomial in other.polynomials
    )
    return tuple(numbers), renumbered


def symbolic_product(plan: ProductPlan, k1: Any, k2: Any, shape: tuple[int, ...]) -> Any:
    """K for SymPy's arrays, one of them perhaps NumPy's: a ``SymbolicKernel`` of that shape, of matrices a matrix."""
    first, second = symbolic(k1, "k1"), symbolic(k2, "k2")
    generators, left = _joined(first.generators, second)
    entries = _entries(plan, first.polynomials, left)
    kernel = SymbolicKernel.of(generators, entries, shape)
    return type(k2)(kernel.tomatrix()) if isinstance(k1, MatrixBase) and isinstance(k2, MatrixBase) else kernel


def _entries(plan: ProductPlan, first: Sequence[Polynomial], second: Sequence[Polynomial]) -> list[Polynomial]:
    """The entries of K in row-major order, from those of k1 and k2."""
    outputs, inputs, reads = plan.shape[0], plan.block[2], plan.block[1] * plan.blocks // plan.groups2
    taps1, taps2, size = math.prod(plan.taps1), math.prod(plan.taps2), math.prod(plan.sizes)
    meetings = tuple(_meetings(plan))
    width = plan.shape[1]
    found: list[Polynomial] = [{} for _ in range(outputs * width * size)]
    for o, m2 in product(range(outputs), range(reads)):
        m = o // (outputs // plan.groups2) * reads + m2
        at2, group1 = (o * reads + m2) * taps2, m * plan.groups1 // (plan.block[1] * plan.blocks)
        for i in range(inputs):
            at1, column = (m * inputs + i) * taps1, (group1 * inputs + i) % width
            at = (o * width + column) * size
            for u, a, t in meetings:
                accumulate(found[at + t], second[at2 + u], first[at1 + a])
    return [_without_zeros(polynomial) for polynomial in found]


def _meetings(plan: ProductPlan) -> Iterable[tuple[int, int, int]]:
    """Flat (u, a, t): the taps u of k2 and a of k1 that meet in K's tap t."""
    for u, a in product(product(*map(range, plan.taps2)), product(*map(range, plan.taps1))):
        places = (0, 0, 0)
        for axis, v, b in zip(plan.axes, u, a, strict=True):
            t = axis.step2 * v + axis.step1 * b
            places = places[0] * axis.taps2 + v, places[1] * axis.taps1 + b, places[2] * axis.size + t
        yield places


def accumulate(total: Polynomial, left: Polynomial, right: Polynomial) -> None:
    """Add a product of polynomials to ``total``."""
    for x, p in left.items():
        for y, q in right.items():
            monomial = tuple(sorted(x + y))
            total[monomial] = total.get(monomial, 0) + p * q


def _without_zeros(polynomial: Polynomial) -> Polynomial:
    if all(polynomial.values()):
        return polynomial
    return {monomial: coefficient for monomial, coefficient in polynomial.items() if coefficient}
