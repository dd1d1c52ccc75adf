"""The search as a whole: what it proves, in what order it looks, and that it ends in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from math import inf
from typing import Any

import pytest

import symconv as sc
from oracles.certificates import sequent, term
from oracles.pairs import true_pair
from oracles.replay import formal, start
from symconv.prover import kernel
from symconv.prover.kernel import State
from symconv.prover.polynomial import ZERO
from symconv.prover.reading import read
from symconv.prover.searching import guesses as guessing
from symconv.prover.searching.alignment import alignments
from symconv.prover.searching.cancelling import cancelled
from symconv.prover.searching.search import Search
from symconv.prover.sequent import Sequent
from symconv.prover.theorem import Unknown
from symconv.statements.grammar import parse_proposition

#: True statements, each with what is assumed, by what the search has to do.
PROVED = {
    "a new index that grows with two others": ("sum(x < H + 2, y < H, u < 3) [y + u = x] = 3*H", ()),
    "and with a weight": ("sum(x < 2*H + K, y < H, u < K) [2*y + u = x] = K*H", ()),
    "two bounds at a fixed distance": ("sum(x < H + 2, y < H) [x >= y]*[y + 2 >= x] = 3*H", ()),
    "the same where tensors are read": (
        "sum(x < H + K, u < K, y < H) X[x]*W[u]*[x + u = y + K] = sum(u < K, y < H) X[y + K - u]*W[u]",
        (),
    ),
    "equal extents": ("sum(u < K) X[u] = sum(u < L) X[u]", ("K = L",)),
    "equal extents, each by the next": ("sum(u < K) X[u] = sum(u < M) X[u]", ("K = L", "L = M")),
    "what follows from a contradiction": ("sum(u < K) X[u] = sum(u < L) X[u]", ("K >= 2", "K <= 1")),
    "two halves and the whole": ("sum(u < K) X[u]*[u < p] + sum(v < K) X[v]*[v >= p] = sum(w < K) X[w]", ()),
    "digits read as one number": (
        "sum(q < n, r < m) X[q*m + r]*[q*m + r < p] = sum(y < n*m) X[y]*[y < p]",
        (),
    ),
    "digits read backwards": (
        "sum(q < n, r < m) X[q*m + r]*W[p - s*q*m - s*r] = sum(y < n*m) X[n*m - 1 - y]*W[p - s*(n*m - 1 - y)]",
        (),
    ),
    "zeros between": ("sum(t < k*n - k + 1) X[t//k]*[t = k*(t//k)] = sum(u < n) X[u]", ()),
    "floors of floors": ("sum(x < n) X[(x//a + c)//b] = sum(x < n) X[(x + a*c)//(a*b)]", ()),
    "an index below 1": ("for y < n: X[s*y] = X[y]", ("n = 1",)),
    "powers": ("sum(u < n) u**3 = (sum(u < n) u)*(sum(v < n) v)", ()),
    "powers over a bound": ("6*(sum(u < n, v < n) u*[v < u]) = n*(n - 1)*(2*n - 1)", ()),
}


def reversed_axes(number: int) -> str:
    """Counts of taps in range on so many axes: with the taps of each axis backwards, they are as many."""
    ranges = ", ".join(f"y{i} < n{i}, u{i} < k{i}" for i in range(number))
    forwards, backwards = (
        "*".join(f"[0 <= s{i}*y{i} + d{i}*{u} - p{i}]*[s{i}*y{i} + d{i}*{u} - p{i} < h{i}]" for i, u in enumerate(taps))
        for taps in ([f"u{i}" for i in range(number)], [f"(k{i} - 1 - u{i})" for i in range(number)])
    )
    return f"sum({ranges}) {forwards} = sum({ranges}) {backwards}"


#: True, and out of reach; what some are brought to takes long to look at.
OPEN = ("sum(x < n) (x//2) = (n//2)*((n - 1)//2)", reversed_axes(2), reversed_axes(3), reversed_axes(4))
THREE_AXES = (
    "sum(n < N, o < O, y < Y, x < X, z < Z, i < I, u < U, v < V, w < W)"
    " [0 <= a*y + u - p]*[a*y + u - p < H]*[0 <= b*x + v - q]*[b*x + v - q < K]*[0 <= c*z + w - r]*[c*z + w - r < L]"
    " = N*I*O*(sum(y < Y, u < U) [0 <= a*y + u - p]*[a*y + u - p < H])"
    "*(sum(x < X, v < V) [0 <= b*x + v - q]*[b*x + v - q < K])*(sum(z < Z, w < W) [0 <= c*z + w - r]*[c*z + w - r < L])"
)
#: Random true pairs that need several guesses, or guesses of several kinds.
SEEDS = (317, 387, 401, 428, 710, 938, 968, 1141)


def sequent_of(text: str, assuming: Any = ()) -> Sequent:
    return read(parse_proposition(text, assuming=assuming))


@pytest.mark.parametrize("name", PROVED)
def test_proved(name: str) -> None:
    text, assuming = PROVED[name]
    theorem = sc.prove(text, assuming=assuming, time_limit=8)
    assert sc.check(theorem.certificate, parse_proposition(text, assuming=assuming))


@pytest.mark.parametrize("seed", SEEDS)
def test_random_pairs_that_need_guesses(seed: int) -> None:
    pair = true_pair(seed)
    theorem = sc.prove(parse_proposition(pair.text, counts=pair.world.counts), time_limit=8)
    assert sc.check(theorem.certificate, theorem.sequent)


def test_a_product_of_three_counts_takes_a_second() -> None:
    begun = time.process_time()
    assert Search(sequent_of(THREE_AXES)).follow(0) is not None
    assert time.process_time() - begun < 2.5


# ------------------------------------------------------------------ ends
@pytest.mark.parametrize("text", OPEN)
def test_the_time_limit_holds(text: str) -> None:
    begun = time.process_time()  # what others do on the machine meanwhile does not count
    with pytest.raises(Unknown):
        sc.prove(text, time_limit=0.5)
    assert time.process_time() - begun < 1.5


def test_bounds_at_a_fixed_distance_need_no_guess() -> None:
    text, _ = PROVED["two bounds at a fixed distance"]
    assert Search(sequent_of(text)).follow(0) is not None


def test_no_time_is_no_search() -> None:
    statement = sequent_of("sum(u < K) X[u] = sum(v < K) X[K - 1 - v]")
    assert Search(statement, 0.0).follow(200) is None
    assert Search(statement).follow(200) is not None


def test_guesses_are_followed_when_asked_for() -> None:
    seeker = Search(sequent_of("sum(q < n, r < m) X[q*m + r] = sum(y < n*m) X[y]"))
    assert seeker.follow(0) is None
    found = seeker.follow(50)
    assert found is not None
    assert found.is_proved
    assert seeker.follow(0) is found


def test_the_reason_has_the_terms_that_are_left() -> None:
    assert Search(sequent_of("sum(u < K) X[u] = sum(v < L) X[v]")).reason == (
        "2 terms do not cancel: sum(u.1 < K) (1)*X[u.1]; sum(v.1 < L) (-1)*X[v.1]"
    )
    many = Search(sequent_of("A[] + B[] + C[] + D[] = 0")).reason
    assert many == "4 terms do not cancel: (1)*A[]; (1)*B[]; (1)*C[]; ..."


def test_a_divisor_of_unknown_sign_ends_the_search() -> None:
    seeker = Search(formal(sequent([term("X[q]", "i < n", quotients="q = i / z")], [])))
    assert seeker.follow(10) is None
    assert seeker.reason == "a divisor is not known to be at least 1"


# ------------------------------------------------------------------ parts
def test_names_are_told_apart_by_extents() -> None:
    one, other = start([term("", "a < n, b < k"), term("", "c < k, d < n")]).terms
    assert len(list(alignments(one, other))) == 2
    assert list(alignments(one, other, extents=True)) == [{"c": "b", "d": "a"}]


def test_two_halves_are_one_term() -> None:
    halves = [term("X[i]", "i < n", ["i - p >= 0"]), term("X[j]", "j < n", ["p - 1 - j >= 0"])]
    assert [str(t) for t in cancelled(start(halves), inf).terms] == ["sum(i < n) (1)*X[i]"]


@pytest.mark.parametrize("second", ["p - j >= 0", "j - p = 0", "p - 2 - j >= 0"])
def test_two_parts_that_are_no_halves_stay(second: str) -> None:
    parts = [term("X[i]", "i < n", ["i - p >= 0"]), term("X[j]", "j < n", [second])]
    assert not cancelled(start(parts), inf).steps


def test_halves_with_other_coefficients_stay() -> None:
    parts = [term("X[i]", "i < n", ["i - p >= 0"]), term("X[j]", "j < n", ["p - 1 - j >= 0"], coefficient="2")]
    assert not cancelled(start(parts), inf).steps


def test_coefficients_that_are_0_where_they_count() -> None:
    nothing = term("X[i]", "i < n", ["i - k = 0"], coefficient="i - k")
    assert cancelled(start(nothing), inf).is_proved
    assert not cancelled(start(nothing), 0.0).steps


@pytest.mark.parametrize("at", ["X[p + m*q + r]", "X[p - m*q - r]"])
def test_a_range_is_split_like_digits_that_are_read(at: str) -> None:
    parts = [term("X[p + y]", "y < n*m"), term(f"{at} W[q]", "q < n, r < m")]
    (new,) = guessing.splits(start(parts, ["n - 1", "m - 1"]))
    assert str(new.terms[-1]) == "sum(y.0 < n, y.1 < m) (1)*X[m*y.0 + p + y.1]"


def test_a_guess_that_no_rule_allows_ends_its_kind_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(state: State) -> Iterator[State]:
        yield kernel.case(state, 7, ZERO)

    def allowed(state: State) -> Iterator[State]:
        yield kernel.case(state, 0, ZERO)

    monkeypatch.setattr(guessing, "GUESSES", (refused, allowed))
    assert [new.steps[-1] for new in guessing.guesses(start(term("X[i]", "i < n")))] == [["case", 0, []]]
