"""Proofs in words: what each rule does, told of certificates made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.certificates import bracket, certificate, factor, made, poly, sequent, term
from symconv.errors import TheoremError
from symconv.prover.checker import check
from symconv.prover.checker.rules import RULES
from symconv.prover.polynomial import variable
from symconv.render.notation import Notation
from symconv.render.phrases import PHRASES
from symconv.render.proof import account

#: What is told of each certificate, behind the lines that tell the two sides.
STEPS: dict[str, list[str]] = {
    "one_point": [
        "left: i is determined, i = p (one-point rule), where 0 <= i < n",
        "left and right: are the same sum and cancel",
    ],
    "one_point_of_two": [
        "left: t is determined, t = a + s*y (one-point rule), where 0 <= t < n",
        "left and right: are the same sum and cancel",
    ],
    "matmul": [
        "left: a = 0, a + y = y are put in",
        "left: the sum over a is added up to 1",
        "left and right: are the same sum and cancel",
    ],
    "reversal": [
        "left: the index is changed, i to n - i - 1, with 0 <= i < n",
        "left and right: are the same sum and cancel",
    ],
    "shift": [
        "left: [0 <= i], [i < n] follow as well",
        "left: the index is changed, i to i - a, with 0 <= i < n + k",
        "left and right: are the same sum and cancel",
    ],
    "split": [
        "left: the index has two digits, v = i*m + j, with 0 <= i < n, 0 <= j < m",
        "left and right: are the same sum and cancel",
    ],
    "count": ["left: the sum over i is added up to n", "left and right: are the same sum and cancel"],
    "odd_numbers": ["left: the sum over i is added up to m**2", "left and right: are the same sum and cancel"],
    "im2col": [
        "left: the index has two digits, t = a + c*k, with 0 <= c < C, 0 <= a < k",
        "left: floor((a + c*k)/k) = c is put in",
        "left and right: are the same sum and cancel",
    ],
    "empty": ["left: its conditions contradict one another, so that it is 0"],
    "cases": [
        "left: in two cases, [m <= i] (a) and [i < m] (b)",
        "left b and right 1: are the same sum and cancel",
        "left a and right 2: are the same sum and cancel",
    ],
    "impossible_case": [
        "left: in two cases, [0 <= i + 1] (a) and [i + 1 < 0] (b)",
        "left b: its conditions contradict one another, so that it is 0",
        "left a: [0 <= i + 1] follows from the rest",
        "left a and right: are the same sum and cancel",
    ],
    "swap": ["left and right: are the same sum and cancel"],
    "equation": [
        "left: [m <= i], [i <= m] say the same as [i = m]",
        "left: i = m is put in",
        "left and right: are the same sum and cancel",
    ],
    "numerator": [
        "left: a + i = i is put in",
        "left: the sum over a is added up to 1",
        "left and right: are the same sum and cancel",
    ],
    "maximum": [
        "left: i may as well run over 0 <= i < m",
        "left: the sum over i is added up to m",
        "left and right: are the same sum and cancel",
    ],
    "floor": ["left: the sum over i is added up to q", "left and right: are the same sum and cancel"],
    "nothing": [],
}
#: What is told before the first step.
SIDES = {
    "one_point": ["left: the sum over i < n of X[i]*[i = p]", "right: X[p]*[0 <= p]*[p < n]"],
    "odd_numbers": [
        "left: the sum over a < k, i < n of (2*i + 1)*X[a]*[i < m]",
        "right: the sum over a < k of (m**2)*X[a]",
    ],
    "im2col": [
        "left: the sum over t < C*k of W[t]*X[q, t - k*q], with q = floor(t/k)",
        "right: the sum over a < k, c < C of X[c, a]*W[a + c*k]",
    ],
    "cases": [
        "left: the sum over i < n of X[i]",
        "right 1: the sum over j < n of X[j]*[j < m]",
        "right 2: the sum over j < n of X[j]*[m <= j]",
    ],
    "maximum": ["let: m = max(n, 0)", "left: the sum over i < n of 1", "right: m"],
    "floor": ["let: q = floor(n/k)", "left: the sum over i < q of 1", "right: q"],
}


def told(name: str) -> list[str]:
    statement, proof = made(name)
    return [line.text() for line in account(proof, statement)]


@pytest.mark.parametrize("name", STEPS)
def test_steps_in_words(name: str) -> None:
    statement, _ = made(name)
    sides = sum(len(statement[part]) for part in ("defined", "left", "right"))
    assert told(name)[sides:] == STEPS[name]


@pytest.mark.parametrize("name", SIDES)
def test_both_sides_in_words(name: str) -> None:
    assert told(name)[: len(SIDES[name])] == SIDES[name]


def test_a_complement_a_scale_and_sums_that_stay() -> None:
    left = [term("", "i < n", ["i - m >= 0"]), term("", "i < n", ["m - 1 - i >= 0"])]
    statement = sequent(left, [term("", "i < n")])
    steps = [["complement", 0, 0], ["merge", 0, 3, {"i": "i"}], ["merge", 0, 1, {"i": "i"}]]
    lines = account(certificate(statement, steps) | {"scale": 2}, statement)
    assert [line.text() for line in lines[3:]] == [
        "both sides: are multiplied by 2",
        "left 1: [m <= i] is 1 less [i < m]: the whole sum (a), less that part (b)",
        "left 1b and left 2: are the same sum and cancel",
        "left 1a and right: are the same sum and cancel",
    ]
    steps = [["merge", 0, 1, {"i": "i"}], ["merge", 0, 1, {"i": "i"}]]
    several = sequent([term("X[i]", "i < n")] * 2, [term("X[i]", "i < n", coefficient="2")])
    assert [line.text() for line in account(certificate(several, steps), several)[3:]] == [
        "left 1 and left 2: are the same sum; together they have the coefficient 2",
        "left 1 and right: are the same sum and cancel",
    ]


def test_signs_of_sums() -> None:
    left = [term("X[i]", "i < n", coefficient="0 - 1"), term("X[i]", "i < n", coefficient="0 - 2")]
    statement = sequent(left, [term("X[i]", "i < n", coefficient="0 - 3")])
    steps = [["merge", 0, 1, {"i": "i"}], ["merge", 0, 1, {"i": "i"}]]
    assert [line.text() for line in account(certificate(statement, steps), statement)] == [
        "left 1: the sum over i < n of -X[i]",
        "left 2: the sum over i < n of (-2)*X[i]",
        "right: the sum over i < n of (-3)*X[i]",
        "left 1 and left 2: are the same sum; together they have the coefficient -3",
        "left 1 and right: are the same sum and cancel",
    ]


def test_a_sum_with_coefficient_0_is_not_there() -> None:
    statement = sequent([term("V[i]", "i < n", coefficient="0"), term("X[i]", "i < n")], [term("X[i]", "i < n")])
    lines = account(certificate(statement, [["merge", 0, 1, {"i": "i"}]]), statement)
    assert lines[-1].text() == "left 2 and right: are the same sum and cancel"


def test_a_name_for_a_floor() -> None:
    statement = sequent([term("X[i]", "i < n")], [term("X[i]", "i < n")], ["k - 1"])
    steps = [
        ["define", 0, "q", poly("i + 1"), poly("k"), [[1, 0], [1, 1]]],
        ["quotient", 1, "q", None, None],
        ["merge", 0, 1, {"i": "i"}],
    ]
    assert [line.text() for line in account(certificate(statement, steps), statement)[2:4]] == [
        "left: with the name q = floor((i + 1)/k)",
        "left and right: are the same sum and cancel",
    ]


def test_two_indices_become_one() -> None:
    statement = sequent([term("X[i*m + j]", "i < n, j < m")], [term("X[v]", "v < n*m")], ["n", "m"])
    proofs = [[[1, 4], [1, 0]], [[1, 4], [1, 1]]]
    steps = [["join", 0, "i", "j", "v", *proofs], ["merge", 0, 1, {"v": "v"}]]
    assert [line.text() for line in account(certificate(statement, steps), statement)[2:]] == [
        "left: two indices are one, v = i*m + j, with 0 <= v < m*n",
        "left and right: are the same sum and cancel",
    ]


def test_evidence_in_all_its_forms() -> None:
    """Equations stand where a pair of proofs may, and beside products of facts."""
    left = term("X[i]", "i < n", ["i - m = 0", "i - p >= 0"])
    statement = sequent([left], [term("X[m]", "i < n", ["i - m = 0", "m - p >= 0"])])
    # facts: i, n-1-i, i-m, m-i, i-p
    steps = [
        ["rewrite", 0, poly("1"), [], [factor("X[m]")], [{"equations": [[3, poly("1")]]}]],
        [
            "brackets",
            1,
            [bracket("i - m = 0"), bracket("m - p >= 0")],
            [{"products": [[1, 4], [1, 5]], "equations": [[3, poly("1")]]}],
            [{"products": [[1, 4], [1, 5]], "equations": [[2, poly("1")]]}],
        ],
        ["merge", 0, 1, {"i": "i"}],
    ]
    assert [line.text() for line in account(certificate(statement, steps), statement)[2:]] == [
        "left: i = m is put in",
        "left: [p <= i] says the same as [p <= m]",
        "left and right: are the same sum and cancel",
    ]
    check(certificate(statement, steps) | {"scale": 1}, statement)


def test_every_rule_of_the_checker_is_told() -> None:
    assert set(RULES) == set(PHRASES)


def test_tidying_up_is_not_told() -> None:
    twice = term("X[i]", "i < n", ["i - m >= 0", "i - m >= 0", "3 >= 0"])
    statement = sequent([twice], [term("X[i]", "i < n", ["i - m >= 0"])])
    once = [[">=", poly("i - m")], [">=", poly("3")]]
    steps = [
        ["brackets", 0, once, [], []],
        ["brackets", 1, once[:1], [], [[[1, 4], [1, 2]]]],
        ["merge", 0, 1, {"i": "i"}],
    ]
    steps[1][4] = [[[1, 3]]]  # -3 - 1 >= 0 is false by itself
    assert [line.text() for line in account(certificate(statement, steps), statement)[2:]] == [
        "left and right: are the same sum and cancel"
    ]


def test_many_changes_are_counted() -> None:
    brackets = [f"{x} >= 0" for x in "abcde"]
    inner = ", ".join(f"{x} < n" for x in "abcde")
    statement = sequent([term("X[a]", inner, brackets)], [term("X[a]", inner)])
    proofs = [[[1, 5 + 2 * place - 5], [1, 10]] for place in range(5)]
    steps = [["brackets", 0, [], [], proofs], ["merge", 0, 1, {x: x for x in "abcde"}]]
    assert account(certificate(statement, steps), statement)[2].text() == (
        "left: [0 <= a], [0 <= b], [0 <= c] and 2 more follow from the rest"
    )


@pytest.mark.parametrize("name", STEPS)
def test_latex_has_the_same_words(name: str) -> None:
    statement, proof = made(name)
    for line in account(proof, statement):
        latex = line.latex()
        assert latex.startswith(rf"\emph{{{line.label}:}} ")
        assert latex.count("$") == 2 * sum(not isinstance(w, str) for w in line.words)
        assert latex.count("{") == latex.count("}")
        for words in (w for w in line.words if isinstance(w, str)):
            assert words in latex


def test_names_with_numbers_are_written_without_dots() -> None:
    notation = Notation.of(["u", "u.1", "u.2", "q.1", "W_in"], taken=["q"])
    assert {name: str(s) for name, s in notation.symbols.items()} == {
        "u": "u", "u.1": "u1", "u.2": "u2", "q.1": "q1", "W_in": "W_in",
    }  # fmt: skip
    assert notation.formula(variable("u.1") * variable("u.1") - variable("W_in")).latex == (
        r"u_{1}^{2} - W_{\mathrm{in}}"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": [["point", 0, "i", 5]]}, "there is no bracket 5"),
        ({"steps": [["jump", 0]]}, "'jump'"),
        ({"steps": [["point"]]}, "point() missing"),
        ({"denominators": 3}, "not iterable"),
    ],
)
def test_what_cannot_be_followed(change: dict[str, Any], words: str) -> None:
    statement, proof = made("one_point")
    with pytest.raises(TheoremError) as caught:
        account({**proof, **change}, statement)
    assert str(caught.value).startswith("certificate: cannot be followed (")
    assert words in str(caught.value)
    assert str(caught.value).endswith("; see whether symconv check accepts it.")
