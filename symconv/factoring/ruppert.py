"""How many factors over C: the closed forms (g_1 dx_1 + ... + g_d dx_d) / f.

Ruppert ("Reduzibilität ebener Kurven", 1986) and Gao ("Factoring multivariate polynomials via partial differential
equations", 2003): a factor q of f gives the closed form dq/q = (f/q) dq / f, whose g_i has degree at most
deg f - 1 in x_i and deg f in the others. For q^e | f so do dq/q^2, ..., dq/q^e. They are linearly independent, since
dq/q^k has a pole of order k along q in characteristic 0, and no other form has a pole there. So

    the number of factors of f over C, counted as often as they occur, is at most the nullity of the linear system

    f * d g_i/dx_j - g_i * df/dx_j = f * d g_j/dx_i - g_j * df/dx_i   for all i < j,

and the rank modulo a prime bounds the nullity from above. For squarefree f the two are equal (Ruppert, Gao; Kaltofen
and May, "On approximate irreducibility of polynomials in several variables", 2003); the search relies on it, the
checker does not.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
from sympy import QQ
from sympy.polys.matrices import DomainMatrix

from symconv.factoring.modular import PRIMES, pivots
from symconv.factoring.polynomial import Exponent, Terms, degrees

#: An unknown coefficient: of x^exponent in g_axis.
Unknown = tuple[int, Exponent]


def unknowns(degree: Exponent) -> list[Unknown]:
    """The coefficients of g_1, ..., g_d."""
    dims = range(len(degree))
    return [(i, at) for i in dims for at in product(*(range(degree[j] + (i != j)) for j in dims))]


def system(terms: Terms) -> dict[tuple[int, int, Exponent], dict[int, int]]:
    """The linear system, sparse: equation (i, j, exponent) -> {number of the unknown: coefficient}."""
    equations: dict[tuple[int, int, Exponent], dict[int, int]] = {}
    degree = degrees(terms)
    for number, (axis, at) in enumerate(unknowns(degree)):
        for other in range(len(degree)):
            if other == axis:
                continue
            pair, sign = (min(axis, other), max(axis, other)), 1 if axis < other else -1
            for t, value in terms.items():
                weight = sign * value * (at[other] - t[other])
                if weight:
                    place = tuple(a + b - (k == other) for k, (a, b) in enumerate(zip(at, t, strict=True)))
                    row = equations.setdefault((*pair, place), {})
                    row[number] = row.get(number, 0) + weight
    return equations


def nullity(terms: Terms, enough: int = 1) -> tuple[int, int]:
    """The nullity modulo a prime, and the prime; several primes are tried while it exceeds ``enough``."""
    equations = list(system(terms).values())
    count = len(unknowns(degrees(terms)))
    best = (count, PRIMES[0])
    for prime in PRIMES:
        matrix = np.zeros((len(equations), count), np.int64)
        for i, row in enumerate(equations):
            for j, value in row.items():
                matrix[i, j] = value % prime
        best = min(best, (count - len(pivots(matrix, prime)[1]), prime))
        if best[0] <= enough:
            break
    return best


def solutions(terms: Terms) -> list[dict[Exponent, Fraction]]:
    """A basis of the solutions over Q: of each, g_1."""
    equations = system(terms)
    names = unknowns(degrees(terms))
    rows = {i: {j: QQ(v) for j, v in row.items() if v} for i, row in enumerate(equations.values())}
    matrix = DomainMatrix(rows, (len(rows), len(names)), QQ)
    basis = matrix.nullspace().to_Matrix().tolist()
    return [
        {at: Fraction(int(v.p), int(v.q)) for (axis, at), v in zip(names, vector, strict=True) if axis == 0 and v}
        for vector in basis
    ]
