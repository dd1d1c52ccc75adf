"""Programs that show counterexamples: every one is run, and prints the two numbers."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from sympy import Abs, And, Eq, Max, Min, Mod, Ne, Not, Or, Piecewise, ceiling, floor

import symconv as sc
from oracles.formulas import message, reference
from oracles.mistakes import FALSE
from oracles.sums import Node, Words, sums
from symconv.errors import StatementError
from symconv.prover.refuting.counterexample import Counterexample
from symconv.prover.refuting.python_text import python_names
from symconv.prover.refuting.refuter import refute
from symconv.statements import Expression, Gcd, Iverson, Range, TapsBelow, Term, count
from symconv.statements.grammar import parse_proposition
from symconv.statements.proposition import Proposition

n, k, m = sc.sizes("n k m")
X = sc.tensor("X")


def found(p: Proposition) -> Counterexample:
    made = refute(p, seconds=20)
    assert made is not None
    return made


def refuted(text: str, **beside: Any) -> Counterexample:
    return found(parse_proposition(text, **beside))


def printed(program: str) -> list[Fraction]:
    """What the program prints, run in a world of its own."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program, {})  # the program is what is tested
    return numbers(out.getvalue())


def numbers(text: str) -> list[Fraction]:
    lines = [re.fullmatch(r"(left|right) = (-?[0-9./]+)", line) for line in text.splitlines()]
    assert [line and line[1] for line in lines] == ["left", "right"]
    return [Fraction(line[2]) for line in lines if line]


def check(made: Counterexample) -> str:
    program = made.snippet()
    assert printed(program) == [made.left, made.right]
    assert made.left != made.right
    return program


@pytest.mark.parametrize("name", FALSE)
def test_programs_of_mistakes_print_two_numbers(name: str) -> None:
    text, beside, _ = FALSE[name]
    check(refuted(text, **beside))


WORDS = Words({"X": 1, "W": 2, "r": 0}, names=("i",))


@given(sums(WORDS, 2), sums(WORDS, 2))
def test_programs_of_random_propositions(one: Node, other: Node) -> None:
    text = f"for i < K: {one.text()} = {other.text()}"
    used = set(re.findall(r"[a-z]", text))
    roles: dict[str, Any] = {role: [x] for role, x in (("counts", "p"), ("integers", "z")) if x in used}
    made = refute(parse_proposition(text, **roles), seconds=0.03)
    assume(made is not None)
    assert made is not None
    check(made)


def test_a_program_runs_by_itself() -> None:
    made = refuted("for y < n: sum(a < k) W[a]*X[y - a] = sum(a < k) W[a]*X[y + a]")
    run = subprocess.run([sys.executable, "-c", made.snippet()], capture_output=True, text=True, check=True)
    assert numbers(run.stdout) == [made.left, made.right]


def test_a_program_can_be_read() -> None:
    assert refuted("for y < n: sum(a < k) W[a]*X[y - a] = sum(a < k) W[a]*X[y + a]").snippet() == (
        """\
import torch

# This is false: for y < n: sum(a < k) W[a]*X[y - a] = sum(a < k) W[a]*X[a + y]
k = 2
n = 1
y = 0

# Tensors are functions on all integers; stored is a window that has the entries which are read.
W = torch.zeros((2,), dtype=torch.float64)
W[1] = 1
X = torch.zeros((3,), dtype=torch.float64)  # its first entry stands for place -1
X[0] = 1

left = sum(W[a] * X[y - a + 1] for a in range(k))
right = sum(W[a] * X[a + y + 1] for a in range(k))
print("left =", float(left))
print("right =", float(right))
"""
    )


def test_a_program_without_tensors_needs_no_torch() -> None:
    program = check(refuted("a//m + b//m = (a + b)//m + 0*a"))
    assert "torch" not in program
    assert "left = (\n    (a // m)\n    + (b // m)\n)\n" in program


def test_long_sums_take_a_line_for_each_part() -> None:
    program = check(
        refuted(
            "for i < first_extent: Z[i] = X[i] - Z[i]",
            where=["Z[i] = sum(alpha < second_extent, beta < third_extent) A[alpha, i]*B[beta, alpha]*[alpha >= i]"],
        )
    )
    assert max(map(len, program.splitlines())) <= 120
    assert "left = sum(\n    A[alpha, i] * B[beta, alpha]\n    for alpha in range(second_extent)\n" in program
    assert "    X[i]\n    - sum(\n        A[alpha, i] * B[beta, alpha]\n" in program


def test_names_that_python_has_already() -> None:
    program = check(
        refuted("for i < K: lambda*K[i]*sum(len < range) 1 = K[i + 1]*torch*left".replace("*sum", "*1*sum"))
    )
    assert "lambda_ = 1" in program
    assert "K_ = torch." in program
    assert "for len_ in range(range_)" in program
    assert python_names(["in", "in_", "x"]) == {"in": "in__", "in_": "in_", "x": "x"}
    assert python_names(["x"], ["x"]) == {"x": "x_"}


def test_windows_far_from_the_origin() -> None:
    program = check(refuted("for i < n: X[i + 1000, 0 - i] = X[i + 1001, 2 - i]"))
    assert "torch.zeros((2, 3), dtype=torch.float64)  # its first entry stands for place 1000, 0\n" in program
    assert "left = X[i + 1000 - 1000, -i]" in program.replace("0 - i", "-i")


def test_windows_that_are_too_large() -> None:
    made = refuted("for i < n: X[i] = X[i + 10**8]")
    assert made.sizes == {"n": 1, "i": 0}
    assert message(made.snippet, StatementError) == (
        "tensor='X': is read at places that only a window of 100000001 entries holds; "
        "write the program by hand, from .sizes and .tensors."
    )


def test_tensors_that_are_not_read_at_the_point() -> None:
    program = check(refuted("sum(a < k - 1) V[a, a] + 1 = sum(a < k - 1) r[]"))
    assert "V = torch.zeros((0, 0), dtype=torch.float64)  # no entry is read\n" in program
    assert "r = torch.zeros((), dtype=torch.float64)  # no entry is read\n" in program


def test_scalars() -> None:
    program = check(refuted("r[]*r[] = r[]"))
    assert "r = torch.zeros((), dtype=torch.float64)\nr[()] = 2\n" in program
    assert "left = r[()] * r[()]\n" in program


def test_numbers_that_floats_do_not_hold() -> None:
    program = check(refuted("n*X[0] = (10**16 + 1)*n*X[0]"))
    assert ["right", "n * 10000000000000001 * int(X[0])"][0] in program
    assert "int(X[0])" in program
    assert "float(" not in program
    check(refuted("2**16*2**16*2**16*n*X[0] = (2**16*2**16*2**16 + 1)*n*X[0]"))
    fractions = check(refuted("X[0]/3 = X[0]/n", assuming=["n >= 2", "n != 3"]))
    assert "Fraction(1, 3) * int(X[0])" in fractions
    assert "from fractions import Fraction\nimport torch\n" in fractions


def test_every_function_of_formulas() -> None:
    p, u = count("p"), sc.indices("u")
    for e in (
        floor((n + 1) / 2) + floor(-n / (k + 1)),
        ceiling((n + p) / k) - floor(Max(n / 2, k / 3)) + ceiling(Min(n / 2, k / 3)),
        Max(n, k, m) * Min(n, k + 1),
        Mod(n * k, m + 1) + Mod(-n, 3),
        n * Mod(n, k + 1) // 2,
        TapsBelow(n + p, m, k, n, m) + 1,
        Gcd(2 * n, 3 * k),
        Abs(n - 2 * k),
        Piecewise((n, n > k), (k / 2, And(Ne(k, 2), Or(k < 3, Not(Eq(m, n))))), (m, True)),
        Iverson(n - k) + Iverson(n, m),
        (n + k) / (n * m),
        (n - k) ** 2 / 2 + n / 3,
    ):
        loop = Expression((Term((Range(u, k),), (), (), e),))
        for value in (1, 2, 3):
            sizes = {"k": 4 - value, "m": 2, "n": value, "p": value}
            made = Counterexample(Proposition((), loop, Expression()), sizes, 1, 0, {}, False)
            assert printed(made.snippet()) == [sizes["k"] * reference(e, sizes), 0]


def test_indices_that_are_integers_though_their_parts_are_none() -> None:
    program = check(found(Proposition.of(X[2 * Max(n / 2, k / 2)], X[1], (), n >= 2)))
    assert "X[int(2*max(Fraction(k, 2), Fraction(n, 2)))]" in program
    assert "X[(n*(k + 1)) // 2]" in check(found(Proposition.of(X[n * (k + 1) / 2], X[0])))
    assert "X[(n + 21*k + 20) // (k + 1) - 24]" in check(
        found(Proposition.of(X[(n + k) / (k + 1) + 20], X[24], (), n >= 7 * k))
    )


def test_expressions_of_zero() -> None:
    u = sc.indices("u")
    program = check(found(Proposition.of(sc.total(X[u] - X[u], (u, k)) - 1, 0)))
    assert "right = 0\n" in program
