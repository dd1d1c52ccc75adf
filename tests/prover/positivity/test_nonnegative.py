"""What follows from facts is found and proved; what does not is not.  Proofs are expanded by SymPy's rings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sympy import ZZ
from sympy.polys.rings import PolyRing

from symconv.prover.polynomial import ONE, Polynomial, constant, product, variable
from symconv.prover.positivity import Proof, nonnegative, refutation, refutes, zero

Facts = list[Polynomial]

A, B, C, D, G, H, J, K, L, M, N, Q, R, U, V, W, X, Y = map(variable, "ABCDGHJKLMNQRUVWXY")
a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w, x, y, z = map(variable, "abcdefghijkmnopqrstuvwxyz")
d1, d2, d3, k1, k2, k3 = map(variable, ("d1", "d2", "d3", "k1", "k2", "k3"))
p1, p2, p3, s1, s2, s3 = map(variable, ("p1", "p2", "p3", "s1", "s2", "s3"))


def size(*sizes: Polynomial) -> Facts:
    return [n - 1 for n in sizes]


def index(i: Polynomial, n: Polynomial) -> Facts:
    return [i, n - 1 - i]


def equal(a: Polynomial, b: Polynomial) -> Facts:
    return [a - b, b - a]


def floor(q: Polynomial, a: Polynomial, b: Polynomial | int) -> Facts:
    return [a - q * b, q * b + b - 1 - a]


def maximum(m: Polynomial, a: Polynomial, b: Polynomial) -> Facts:
    return [m - a, m - b, -((m - a) * (m - b))]


def radix(digits: Sequence[Polynomial], sizes: Sequence[Polynomial]) -> Polynomial:
    """The number with these digits, the first digit in front; its size is not needed."""
    total = digits[0]
    for digit, n in zip(digits[1:], sizes, strict=True):
        total = total * n + digit
    return total


DIGITS = equal(q * m + r, Q * m + R) + index(r, m) + index(R, m)
TWO = [
    *index(u, k),
    *index(U, k),
    *index(v, L),
    *index(V, L),
    *equal(radix([i, u, v], [k, L]), radix([J, U, V], [k, L])),
]
THREE = [
    *index(i, n), *index(J, n), *index(u, k), *index(U, k), *index(v, L), *index(V, L), *index(w, m), *index(W, m),
    *equal(radix([i, u, v, w], [k, L, m]), radix([J, U, V, W], [k, L, m])),
]  # fmt: skip
SIZES = (n, k, L, m, o)
FIVE = [
    *(fact for digit, n in zip((i, u, v, w, y), SIZES, strict=True) for fact in index(digit, n)),
    *(fact for digit, n in zip((J, U, V, W, Y), SIZES, strict=True) for fact in index(digit, n)),
    *equal(radix((i, u, v, w, y), SIZES[1:]), radix((J, U, V, W, Y), SIZES[1:])),
]
TAPS = [*index(a, k1), *index(u, k2), *size(d1, s1, d2)]
SPAN = d1 * (k1 - 1) + s1 * d2 * (k2 - 1)
ROW = [*index(c, C), *index(a, h), *index(b, w), *floor(q, radix([c, a, b], [h, w]), h * w)]
NESTED = [*size(m, n), *floor(p, a, m), *floor(q, p, n), *floor(r, a, m * n)]
PADDED = [
    *size(h, k1, k2, s1, s2, d1, d2), p1, p2,
    *floor(A, h + 2 * p1 - d1 * (k1 - 1) - 1, s1),
    *floor(B, A + 1 + 2 * p2 - d2 * (k2 - 1) - 1, s2),
    *floor(C, h + 2 * (p1 + s1 * p2) - SPAN - 1, s1 * s2),
]  # fmt: skip
THREE_LAYERS = [
    *PADDED, *size(k3, s3, d3), p3,
    *floor(D, B + 1 + 2 * p3 - d3 * (k3 - 1) - 1, s3),
    *floor(X, h + 2 * (p1 + s1 * p2 + s1 * s2 * p3) - SPAN - s1 * s2 * d3 * (k3 - 1) - 1, s1 * s2 * s3),
]  # fmt: skip
SAME = [*equal(k, 2 * p + 1), p, h - 1, *equal(s, ONE), *floor(q, h + 2 * p - (k - 1) - 1, s)]
MAXIMA = [*maximum(m, a, b), *maximum(M, m, c), *maximum(x, b, c), *maximum(y, a, x)]

TRUE: dict[str, tuple[Facts, Polynomial]] = {
    "mixed radix, lower": (index(i, n) + index(j, m), i * m + j),
    "mixed radix, upper": (index(i, n) + index(j, m), n * m - 1 - (i * m + j)),
    "mixed radix, four digits": (
        index(i, n) + index(j, m) + index(u, k) + index(v, L),
        n * m * k * L - 1 - radix([i, j, u, v], [m, k, L]),
    ),
    "first digit": (DIGITS, q - Q),
    "first digit, other way": (DIGITS, Q - q),
    "last digit, once the first is known": (DIGITS + equal(q, Q), r - R),
    "first of three digits": (TWO, i - J),
    "first of three digits, other way": (TWO, J - i),
    "second of three digits, once the first is known": (TWO + equal(i, J), U - u),
    "first of four digits": (THREE, i - J),
    "first of four digits, other way": (THREE, J - i),
    "first of five digits": (FIVE, i - J),
    "first of five digits, other way": (FIVE, J - i),
    "cancellation": ([s - 1, *equal(s * v, s * e)], v - e),
    "cancellation of two factors": ([s - 1, d - 1, *equal(s * d * (v + w), s * d * e)], e - v - w),
    "even": (equal(2 * a, 2 * b), a - b),
    "tap, lower": (TAPS, d1 * a + s1 * d2 * u),
    "tap, upper": (TAPS, SPAN - (d1 * a + s1 * d2 * u)),
    "position in the image": (
        [*index(u, k), *index(y, Y), *size(d, s), h - (s * (Y - 1) + d * (k - 1) + 1)],
        h - 1 - (s * y + d * u),
    ),
    "position, by a floor": (
        [*size(s, d, k), p, h + 2 * p - (d * (k - 1) + 1), *floor(q, h + 2 * p - d * (k - 1) - 1, s),
         *index(y, q + 1), *index(u, k)],
        h + 2 * p - 1 - (s * y + d * u),
    ),
    "position, backwards": ([s - 1, B - s * (Y - 1), s * Y - 1 - B, B - s * y], Y - 1 - y),
    "equal positions": ([*size(s, d), *index(u, k), *index(v, k), *equal(s * y + d * u, s * y + d * v)], u - v),
    "last row": ([Y - 1 - y, s - 1], s * (Y - 1) - s * y),
    "row of patches, lower": (ROW, q - c),
    "row of patches, upper": (ROW, c - q),
    "row of patches, rest": ([*ROW, *equal(q, c), *floor(p, radix([c, a, b], [h, w]) - h * w * q, w)], a - p),
    "rows of patches": ([*size(C, h, w), *index(r, C * (h * w)), *floor(q, r, h * w)], C - 1 - q),
    "floor of a floor": (NESTED, q - r),
    "floor of a floor, other way": (NESTED, r - q),
    "floor of numbers": (floor(q, a, 2) + floor(p, q, 3) + floor(r, a, 6), p - r),
    "floor and a multiple": ([m - 1, *floor(p, a + m * b, m), *floor(q, a, m)], p - q - b),
    "floor and a multiple, other way": ([m - 1, *floor(p, a + m * b, m), *floor(q, a, m)], q + b - p),
    "floor of a multiple": ([s - 1, *floor(q, s * a, s)], q - a),
    "floors in order": ([s - 1, b - a, *floor(q, a, s), *floor(p, b, s)], p - q),
    "floor is not negative": ([m - 1, a, *floor(q, a, m)], q),
    "floor below": ([m - 1, *index(a, n * m), *floor(q, a, m)], n - 1 - q),
    "ceiling": ([s - 1, n - 1, *floor(q, n + s - 1, s), *floor(p, n - 1, s)], q - p - 1),
    "two padded layers": (PADDED, B - C),
    "two padded layers, other way": (PADDED, C - B),
    "three padded layers": (THREE_LAYERS, D - X),
    "three padded layers, other way": (THREE_LAYERS, X - D),
    "same padding, lower": (SAME, q + 1 - h),
    "same padding, upper": (SAME, h - q - 1),
    "sizes": ([a, b, c, d - 1], a * b * c * d),
    "positive sizes": (size(a, b, c, d), a * b * c * d - 1),
    "differences": ([A - a, A - x, B - b, B - y, C - c, C - z], (A - a) * (B - y) * (C - z)),
    "below numbers": ([5 - x, 6 - y, 7 - z, 8 - w], (5 - x) * (6 - y) * (7 - z) * (8 - w)),
    "unit cube": ([a, 1 - a, b, 1 - b, c, 1 - c], 1 - a * b * c),
    "maximum, lower": ([a, *maximum(m, a, b)], m),
    "maximum, upper": ([c - a, c - b, *maximum(m, a, b)], c - m),
    "maximum, the first": ([a - b, *maximum(m, a, b)], a - m),
    "maximum, scaled": ([s, *maximum(m, a, b), *maximum(M, s * a, s * b)], s * m - M),
    "maxima": (MAXIMA, M - y),
    "polyphase": ([s - 1, k - 1, *floor(K, k + s - 1, s), *index(v, k), *floor(q, v, s)], K - 1 - q),
    "groups": ([*size(G, c), *equal(C, G * c), *index(i, C), *floor(q, i, c)], G - 1 - q),
    "transposed": (
        [*size(s, d, k, n), o, s - 1 - o, *equal(h, s * (n - 1) + d * (k - 1) + 1 + o - 2 * p),
         *floor(q, h + 2 * p - d * (k - 1) - 1, s)],
        n - q - 1,
    ),
    "rational bounds": ([3 * x - 7, 9 - 2 * x], x - 3),
    "a constant": ([], ONE),
    "no facts": ([], x - x),
}  # fmt: skip

ABSURD: dict[str, Facts] = {
    "empty range": [*index(i, n), -n],
    "a negative number": [constant(-2)],
    "two ends": [a - b - 1, b - a],
    "product": [a - 1, b - 1, -a * b],
    "parity": [*equal(2 * a, 2 * b + 1), a - b - 1],
    "concatenation": [*index(c, n), c - n],
    "digits": [*DIGITS, q - Q - 1],
    "three digits": [*TWO, J - i - 1],
    "taps": [*TAPS, *equal(t, d1 * a + s1 * d2 * u), t - SPAN - 1],
    "padded": [*PADDED, C - B - 1],
    "floor": [s - 1, *floor(q, x, s), *index(x, s), q - 1],
    "a name next to an equation": [*floor(q, o, g), *equal(q, constant(0)), o - g, g - 2, o, 2 * g - 1 - o],
    "apart from the rest": [*index(i, n), *size(k, s), x - 1, -x],
}

FALSE: dict[str, tuple[Facts, Polynomial]] = {
    "mixed radix": (index(i, n) + index(j, m), n * m - 2 - (i * m + j)),
    "digits without a bound": (equal(q * m + r, Q * m + R) + index(r, m) + [R, m - 1], Q - q),
    "cancellation of 0": ([s, *equal(s * v, s * e)], v - e),
    "tap": (TAPS, SPAN - 1 - (d1 * a + s1 * d2 * u)),
    "positions": ([*index(u, k), *index(y, Y), *size(d, s), h - (s * (Y - 1) + d * (k - 1))], h - 1 - (s * y + d * u)),
    "floor of a sum": ([m - 1, *floor(p, a + b, m), *floor(q, a, m), *floor(r, b, m)], q + r - p),
    "floor of a floor": (NESTED, q - r - 1),
    "row of patches": (ROW, q - c - 1),
    "padded": (PADDED, B - C - 1),
    "maximum": ([a, *maximum(m, a, b)], a - m),
    "an unknown name": (index(i, n), x),
    "two known, one unknown": (index(i, n) + index(j, m), x + i + j),
    "without facts": ([], a),
    "unequal indices": (index(i, n) + index(j, n), i - j),
    "meeting taps": (
        [*TAPS, *index(A, k1), *index(U, k2), *equal(d1 * a + s1 * d2 * u, d1 * A + s1 * d2 * U)],
        a - A,
    ),
}


def expanded(facts: Sequence[Polynomial], proof: Proof) -> int | None:
    """The constant that a proof adds up to, by SymPy; ``None`` where it is none."""
    names = sorted({name for f in facts for name in f.names} | {"unused"})
    ring = PolyRing(names, ZZ)
    known = dict(zip(names, ring.gens, strict=True))

    def read(f: Polynomial):
        total = ring.zero
        for monomial, c in f.terms.items():
            term = ring(c)
            for name in monomial:
                term *= known[name]
            total += term
        return total

    values = [read(f) for f in facts]
    total = ring.zero
    for c, *positions in proof:
        assert c > 0
        term = ring(c)
        for position in positions:
            term *= values[position]
        total += term
    return int(total.coeff(1)) if total.is_ground else None


def is_proof(facts: Sequence[Polynomial], proof: Proof) -> bool:
    value = expanded(facts, proof)
    return value is not None and value < 0


@pytest.mark.parametrize("name", TRUE)
def test_true(name: str) -> None:
    facts, goal = TRUE[name]
    proof = nonnegative(facts, goal)
    assert proof is not None
    assert is_proof([*facts, -goal - 1], proof)


@pytest.mark.parametrize("name", ABSURD)
def test_absurd(name: str) -> None:
    proof = refutation(ABSURD[name])
    assert proof is not None
    assert is_proof(ABSURD[name], proof)


@pytest.mark.parametrize("name", FALSE)
def test_false(name: str) -> None:
    facts, goal = FALSE[name]
    assert nonnegative(facts, goal) is None
    assert zero(facts, goal) is None
    assert refutation(facts) is None


@pytest.mark.parametrize("name", TRUE)
def test_facts_that_can_hold_are_not_refuted(name: str) -> None:
    assert refutation(TRUE[name][0]) is None


def test_anything_follows_from_a_contradiction_elsewhere() -> None:
    facts = [*index(i, n), x - 1, -x]
    proof = nonnegative(facts, i - n)
    assert proof is not None
    assert is_proof([*facts, n - i - 1], proof)


def test_zero_is_two_proofs() -> None:
    facts = [*NESTED, *index(i, n)]
    pair = zero(facts, q - r)
    assert pair is not None
    assert is_proof([*facts, r - q - 1], pair[0])
    assert is_proof([*facts, q - r - 1], pair[1])
    assert zero(facts, i) is None
    assert zero(facts, -i) is None


def test_two_roundings_need_a_fact_between() -> None:
    assert nonnegative(DIGITS, r - R) is None
    assert nonnegative([*DIGITS, *equal(q, Q)], r - R) is not None


def test_positions_are_those_of_the_list_that_is_given() -> None:
    facts = [*index(j, K), m - 1, *DIGITS, *DIGITS, g]
    proof = nonnegative(facts, q - Q)
    assert proof is not None
    assert is_proof([*facts, Q - q - 1], proof)
    turned = nonnegative(facts[::-1], q - Q)
    assert turned is not None
    assert is_proof([*facts[::-1], Q - q - 1], turned)


def test_a_question_has_one_answer() -> None:
    first = nonnegative(TWO, i - J)
    assert nonnegative(TWO, u - U) is None
    assert nonnegative(TWO, i - J - 1) is None
    assert nonnegative(TWO, i - J) == first


def test_proofs_are_short() -> None:
    assert nonnegative([n - 1 - i, i], n - 1) == ((1, 0), (1, 1), (1, 2))
    lengths = [len(nonnegative(*TRUE[name]) or ()) for name in ("first digit", "floor below", "floor of a floor")]
    assert lengths == [6, 4, 8]


def test_too_long_proofs_are_not_sought() -> None:
    digits = [variable(f"i{place}") for place in range(12)]
    sizes = [variable(f"n{place}") for place in range(12)]
    facts = [fact for i, n in zip(digits, sizes, strict=True) for fact in index(i, n)]
    start = time.process_time()
    assert nonnegative(facts, product(sizes) - 1 - radix(digits, sizes[1:])) is None
    assert time.process_time() - start < 2


def test_refutes_wants_positive_factors_and_a_negative_constant() -> None:
    facts = [a - 1, -a]
    assert refutes(facts, ((1, 0), (1, 1)))
    assert not refutes(facts, ((1, 0), (2, 1)))
    assert not refutes([a + 1, -a], ((1, 0), (1, 1)))
    assert not refutes([ONE], ((-1, 0),))
    assert not refutes([ONE], ())


def test_what_the_search_got_wrong_is_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symconv.prover.positivity.facts.Facts.nonnegative", lambda *_: ((1, 0),))
    assert nonnegative([a, b], a + b) is None


def test_speed() -> None:
    """Far above what is needed, far below what a search that went wrong takes."""
    start = time.process_time()
    for facts, goal in (*TRUE.values(), *FALSE.values()):
        for more in (1, 2, -1000, -2000):
            nonnegative(facts, goal + more)
    assert time.process_time() - start < 20


NAMES = [x, y, z]
SMALL = st.integers(-3, 3)
MONOMIALS = [ONE, *NAMES, *(p * q for p, q in pairwise([*NAMES, x])), x * x, x * y * z]
POLYNOMIALS = st.lists(SMALL, min_size=len(MONOMIALS), max_size=len(MONOMIALS)).map(
    lambda cs: sum((c * m for c, m in zip(cs, MONOMIALS, strict=True)), constant(0))
)
LINEAR = st.lists(SMALL, min_size=4, max_size=4).map(
    lambda cs: sum((c * m for c, m in zip(cs, MONOMIALS[:4], strict=True)), constant(0))
)
POINTS = st.fixed_dictionaries({"x": SMALL, "y": SMALL, "z": SMALL})


@given(st.lists(st.tuples(POLYNOMIALS | LINEAR, st.integers(0, 2)), max_size=5), POINTS, POLYNOMIALS | LINEAR)
def test_nothing_is_proved_that_is_false_at_a_point(
    given_facts: list[tuple[Polynomial, int]], point: dict[str, int], goal: Polynomial
) -> None:
    facts = [f - f.at(point) + more for f, more in given_facts]
    assert refutation(facts) is None
    proof = nonnegative(facts, goal)
    if proof is not None:
        assert goal.at(point) >= 0
        assert is_proof([*facts, -goal - 1], proof)
    if zero(facts, goal) is not None:
        assert goal.at(point) == 0


@given(st.lists(st.tuples(LINEAR, st.integers(0, 3)), min_size=1, max_size=5), st.integers(0, 3))
def test_sums_of_facts_are_found(weighed: list[tuple[Polynomial, int]], more: int) -> None:
    facts = [f for f, _ in weighed]
    goal = sum((c * f for f, c in weighed), constant(more))
    proof = nonnegative(facts, goal)
    assert proof is not None
    assert is_proof([*facts, -goal - 1], proof)


@given(st.lists(LINEAR, min_size=2, max_size=4), st.integers(0, 3), st.integers(1, 3))
@example([2 * x, 2 * x - 1], 0, 1)
def test_products_of_two_facts_are_found(facts: list[Polynomial], more: int, factor: int) -> None:
    assume(not any(-f in facts for f in facts))
    goal = facts[0] * facts[1] * factor + facts[-1] + more
    proof = nonnegative(facts, goal)
    assert proof is not None
    assert is_proof([*facts, -goal - 1], proof)
