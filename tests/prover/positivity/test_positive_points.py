"""Every point that is found satisfies all facts, and one is found for the facts that proofs start from."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from symconv.prover.polynomial import Polynomial, constant, variable
from symconv.prover.positivity.points import Sampler

a, b, c, h, i, k, m, n, q, r, s, u, y = map(variable, "abchikmnqrsuy")
Q, R, S, U = map(variable, "QRSU")
SIZES = (a, b, c, h)
MONOMIALS = [constant(1), a, b, c, a * b, b * c, a * a, a * b * c]
POLYNOMIALS = st.lists(st.integers(-3, 3), min_size=8, max_size=8).map(
    lambda cs: sum((c * m for c, m in zip(cs, MONOMIALS, strict=True)), constant(0))
)


def equal(left: Polynomial, right: Polynomial) -> list[Polynomial]:
    return [left - right, right - left]


SATISFIABLE = {
    "range": [i, n - 1 - i],
    "window": [k - 1, s - 1, h - k, h - k - q * s, q * s + s - 1 - h + k, y, q - y, u, k - 1 - u],
    "digits": [*equal(q * m + r, Q * m + R), r, m - 1 - r, R, m - 1 - R],
    "four digits": [
        *(
            fact
            for digit, n in zip((q, r, s, u, Q, R, S, U), 2 * SIZES, strict=True)
            for fact in (digit, n - 1 - digit)
        ),
        *equal(((q * b + r) * c + s) * h + u, ((Q * b + R) * c + S) * h + U),
    ],
    "maximum": [m - a, m - b, -((m - a) * (m - b))],
    "divisible": [*equal(n, a * b), n - 1, a - 2, b - 3],
    "multiples": [s - 1, *equal(s * a, s * b)],
    "upper bounds only": [7 - a, a - b],
}


@given(st.lists(POLYNOMIALS, max_size=5), st.integers(0, 9))
def test_points_satisfy_the_facts(facts: list[Polynomial], seed: int) -> None:
    sampler, random = Sampler(facts), Random(seed)
    for _ in range(10):
        point = sampler.point(random)
        assert point is None or all(f.at(point) >= 0 for f in facts)


def test_points_are_found() -> None:
    for name, facts in SATISFIABLE.items():
        sampler, random = Sampler(facts), Random(0)
        points = [point for _ in range(40) if (point := sampler.point(random)) is not None]
        assert len(points) >= 30, name
        assert all(f.at(point) >= 0 for point in points for f in facts), name


def test_points_differ() -> None:
    sampler, random = Sampler(SATISFIABLE["window"]), Random(0)
    points = [sampler.point(random) for _ in range(12)]
    assert len({tuple(sorted(point.items())) for point in points if point is not None}) >= 10


def test_no_point_where_a_name_does_not_matter() -> None:
    random = Random(0)
    for facts in ([a * b - 1, b, -b], [a * b - 1, a, -a], [a * b * c - 1, b, -b]):
        assert [Sampler(facts).point(random) for _ in range(20)] == [None] * 20


def test_no_point_of_a_contradiction() -> None:
    assert Sampler([constant(-1)]).point(Random(0)) is None
    assert Sampler([a - b - 1, b - a]).point(Random(0)) is None
    assert Sampler([]).point(Random(0)) == {}
