"""``sc.prove`` and ``sc.check`` as their users meet them: what goes in, and the three things that come out."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest
from sympy import Eq

import symconv as sc
from symconv.backing import proving
from symconv.backing.claim import DERIVED, REFUTED, Claim
from symconv.errors import GrammarError, StatementError
from symconv.prover import prove as proving_module
from symconv.prover.evidence import RuleError
from symconv.prover.theorem import Refuted, Theorem, Unknown
from symconv.statements.grammar import parse_proposition
from symconv.statements.proposition import Proposition

u = sc.indices("u")
K, L = sc.sizes("K L")
X, W = sc.tensor("X"), sc.tensor("W")
FORWARDS = sc.total(W[u] * X[u], (u, K))
BACKWARDS = sc.total(W[K - 1 - u] * X[K - 1 - u], (u, K))
FORWARDS_TEXT = "sum(u < K) W[u]*X[u]"
BACKWARDS_TEXT = "sum(u < K) W[K - 1 - u]*X[K - 1 - u]"
EQUAL_EXTENTS = ("sum(u < K) X[u]", "sum(u < L) X[u]")
#: True, and neither proved nor refuted.
OPEN = "sum(x < n) (x//2) = (n//2)*((n - 1)//2)"
#: Proved at once, after guesses, and by a scale.
STATEMENTS = (
    f"{FORWARDS_TEXT} = {BACKWARDS_TEXT}",
    "sum(q < n, r < m) X[q*m + r]*[q*m + r < p] = sum(y < n*m) X[y]*[y < p]",
    "sum(u < K) X[u]*[u < p] + sum(v < K) X[v]*[v >= p] = sum(w < K) X[K - 1 - w]",
    "sum(a < n, b < m, c < k) [a + b + c >= p]*Y[a, b, c] = sum(c < k, b < m, a < n) [a + b + c >= p]*Y[a, b, c]",
    "6*(sum(u < n, v < n) u*[v < u]) = n*(n - 1)*(2*n - 1)",
)


def conv(**options: Any) -> sc.Statement:
    given = {"groups": 1, "bias": False, "kernel_size": 1} | options
    return sc.Conv1d("C_in", "C_out", **given).definition


@pytest.fixture(scope="module")
def theorem() -> Theorem:
    return sc.prove(FORWARDS, BACKWARDS)


# ------------------------------------------------------------------ sides
@pytest.mark.parametrize(
    ("left", "right"),
    [
        (FORWARDS, BACKWARDS),
        (FORWARDS_TEXT, BACKWARDS_TEXT),
        (FORWARDS, BACKWARDS_TEXT),
        (FORWARDS_TEXT, BACKWARDS),
        (Proposition.of(FORWARDS, BACKWARDS), None),
        (f"{FORWARDS_TEXT} = {BACKWARDS_TEXT}", None),
    ],
)
def test_sides(left: Any, right: Any, theorem: Theorem) -> None:
    found = sc.prove(left, right)
    assert found.statement == theorem.statement
    assert found.certificate == theorem.certificate


def test_formulas() -> None:
    assert str(sc.prove(K * (K - 1) / 2, "sum(u < K) u").statement) == "K*(K - 1)/2 = sum(u < K) u"


def test_statements_of_two_layers() -> None:
    found = sc.prove(conv(dilation="D"), conv())
    assert str(found.statement) == (
        "for n < N, o < C_out, y_l < L_in: sum(i < C_in, u_l < 1) W[o, i, u_l]*X[n, i, y_l + D*u_l]"
        " = sum(i < C_in, u_l < 1) W[o, i, u_l]*X[n, i, y_l + u_l]"
    )
    assert sc.check(found.certificate, found.statement)


def test_statements_of_two_other_layers() -> None:
    with pytest.raises(Refuted) as refuted:
        sc.prove(conv(), conv(bias=True))
    assert refuted.value.counterexample.smallest


def test_statements_of_two_shapes_are_no_proposition() -> None:
    with pytest.raises(StatementError) as caught:
        sc.prove(conv(), conv(kernel_size="K"))
    assert str(caught.value) == (
        "shape=(N, C_out, -K + L_in + 1): of Y is not the shape (N, C_out, L_in) of Y; "
        "put in sizes for which the two are written alike."
    )


# ------------------------------------------------------------------ conditions
@pytest.mark.parametrize(
    "assuming",
    ["K = L", ["K = L"], ("K >= L", "L >= K"), Eq(K, L), [Eq(K, L), "K >= 2"], iter(["K = L"]), [True, "K = L"], False],
)
def test_conditions(assuming: Any) -> None:
    found = sc.prove(*EQUAL_EXTENTS, assuming)
    assert found.statement.assuming
    assert sc.check(found.certificate, found.statement)


@pytest.mark.parametrize("assuming", [(), [], True, "K >= 1", "K = L or L = K + 1"])
def test_too_few_conditions(assuming: Any) -> None:
    error = StatementError if "or" in str(assuming) else Refuted
    with pytest.raises(error):
        sc.prove(*EQUAL_EXTENTS, assuming)


def test_conditions_are_added_to_those_of_a_proposition() -> None:
    text = " = ".join(EQUAL_EXTENTS)
    found = sc.prove(parse_proposition(text, assuming=["K >= L"]), assuming="L >= K")
    assert str(found.statement) == f"{text} if K >= L and L >= K"


def test_a_condition_decides() -> None:
    """The stride is not seen where there is one position only."""
    with pytest.raises(Refuted):
        sc.prove("for y < n: X[s*y] = X[y]", assuming="n = 2")
    found = sc.prove("for y < n: X[s*y] = X[y]", assuming="n = 1")
    assert sc.check(found.certificate, found.statement)


# ------------------------------------------------------------------ a theorem
def test_what_a_theorem_has(theorem: Theorem) -> None:
    assert theorem.statement == Proposition.of(FORWARDS, BACKWARDS)
    assert theorem.hash == theorem.sequent.hash == theorem.certificate["statement"]
    assert theorem.steps == len(theorem.certificate["steps"]) == 2
    assert (theorem.name, theorem.says) == ("", "")
    assert (
        repr(theorem)
        == str(theorem)
        == (
            f"theorem (2 steps, certificate {theorem.hash[:12]}): "
            "sum(u < K) W[u]*X[u] = sum(u < K) W[K - u - 1]*X[K - u - 1]"
        )
    )
    assert theorem._repr_latex_() == f"$\\displaystyle {theorem.latex()}$"
    assert "\\sum" in theorem.latex()


def test_a_theorem_as_data(theorem: Theorem) -> None:
    data = json.loads(json.dumps(theorem.json()))
    assert data == {
        "name": "",
        "statement": str(theorem.statement),
        "sequent": theorem.sequent.json(),
        "certificate": theorem.certificate,
    }
    assert "\n" not in theorem.certificate_text()
    assert json.loads(theorem.certificate_text()) == theorem.certificate


def test_what_check_takes(theorem: Theorem) -> None:
    text = theorem.certificate_text()
    for certificate in (theorem, theorem.certificate, text, text.encode()):
        for statement in (theorem.statement, str(theorem.statement), theorem.sequent, theorem.sequent.json()):
            assert sc.check(certificate, statement)


def test_what_check_refuses(theorem: Theorem) -> None:
    other = parse_proposition(" = ".join(EQUAL_EXTENTS), assuming=["K = L"])
    assert not sc.check(theorem, other)
    steps = list(theorem.certificate["steps"])
    for changed in ({"steps": steps[:-1]}, {"steps": [*steps, steps[-1]]}, {"scale": 2}, {"format": 2}):
        assert not sc.check({**theorem.certificate, **changed}, theorem.statement)
    assert not sc.check("", theorem.statement)
    assert not sc.check("[]", theorem.statement)
    assert not sc.check({}, theorem.statement)
    with pytest.raises(GrammarError):
        sc.check(theorem, "sum(u < K)")
    with pytest.raises(StatementError):
        sc.check(theorem, "X[K/2] = 0")


@pytest.mark.parametrize("number", range(2))
def test_the_same_certificate_in_every_process(number: int) -> None:
    """Whatever the order of sets and dictionaries of names is."""
    program = (
        "import symconv as sc, json, sys; statements = json.loads(sys.argv[1]);"
        "print(json.dumps([sc.prove(s, assuming='p <= 7').certificate for s in statements]))"
    )
    seed = {"PYTHONHASHSEED": str(number + 1)}
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(STATEMENTS)],
        env={**os.environ, **seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [sc.prove(s, assuming="p <= 7").certificate for s in STATEMENTS]


# ------------------------------------------------------------------ a refutation
def test_the_smallest_counterexample() -> None:
    with pytest.raises(Refuted) as refuted:
        sc.prove("for i < n: X[i] = X[i + 1]*[i < 2] + X[i]*[i >= 2]", assuming="n >= 2")
    found = refuted.value.counterexample
    assert (dict(found.sizes), found.left, found.right, found.smallest) == ({"n": 2, "i": 0}, 1, 0, True)
    assert str(refuted.value) == (
        "statement: is false, at the smallest sizes n=2, i=0 with X[0] = 1 and 0 elsewhere: left = 1, right = 0; "
        "see .counterexample.snippet()."
    )
    assert refuted.value.statement == found.statement


def test_a_counterexample_far_out() -> None:
    with pytest.raises(Refuted) as refuted:
        sc.prove("sum(u < n) [u >= 6]*X[u] = 0")
    assert refuted.value.counterexample.sizes == {"n": 7}


def test_the_program_of_a_counterexample_prints_both_sides() -> None:
    pytest.importorskip("torch")
    with pytest.raises(Refuted) as refuted:
        sc.prove("sum(u < K) u = K")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(refuted.value.counterexample.snippet(), {})
    assert printed.getvalue().split("\n")[:2] == ["left = 0", "right = 1"]


def test_false_statements_are_refuted_at_once() -> None:
    """Before any guess is followed, in a small share of the time."""
    begun = time.process_time()
    with pytest.raises(Refuted):
        sc.prove("sum(q < n, r < m) X[q*m + r]*[q*m + r < p] = sum(y < n*m) X[y]*[y <= p]", time_limit=100)
    assert time.process_time() - begun < 1


def test_true_statements_do_not_wait_for_a_refutation() -> None:
    begun = time.process_time()
    sc.prove("sum(q < n, r < m) X[q*m + r]*[q*m + r < p] = sum(y < n*m) X[y]*[y < p]", time_limit=100)
    assert time.process_time() - begun < 1


def test_no_guess_is_followed_before_a_refutation(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []

    class Watched(proving_module.Search):
        def follow(self, number: int) -> Any:
            turns.append(f"follow {number}")
            return super().follow(number)

    refute = proving_module.refute
    monkeypatch.setattr(proving_module, "Search", Watched)
    monkeypatch.setattr(proving_module, "refute", lambda *a, **k: turns.append("refute") or refute(*a, **k))
    with pytest.raises(Refuted):
        sc.prove("for i < n: X[i] = X[i + 1]")
    assert turns == ["follow 0", "refute"]


# ------------------------------------------------------------------ neither
def test_unknown_says_why_and_comes_in_time() -> None:
    begun = time.monotonic()
    with pytest.raises(Unknown) as unknown:
        sc.prove(OPEN, time_limit=0.5)
    assert time.monotonic() - begun < 1.5
    assert unknown.value.statement == parse_proposition(OPEN)
    assert unknown.value.reason == ("2 terms do not cancel: sum(x.1 < n) (2*q) where q = (x.1)//(2); (-2*q.1*q.2)")
    assert str(unknown.value) == (
        f"statement: is neither proved nor refuted, {unknown.value.reason}; prove smaller steps, or assume more."
    )


# ------------------------------------------------------------------ wrong arguments
@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [
        (K, None, "None"),
        (conv(), None, "None"),
        (conv(), K, "K"),
        (K, conv(), "a statement"),
        (conv(), FORWARDS_TEXT, FORWARDS_TEXT),
        (Proposition.of(K, K), K, "K"),
        (K, Proposition.of(K, K), "K = K"),
        (Proposition.of(K, K), Proposition.of(K, K), "K = K"),
    ],
)
def test_sides_that_do_not_go_together(left: Any, right: Any, shown: str) -> None:
    with pytest.raises(StatementError) as caught:
        sc.prove(left, right)
    assert str(caught.value) == (
        f"right={shown}: does not go with the left side; give two expressions, or two statements."
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("sum(u < K) X[u]",), GrammarError, "at column 16, the text ends, where '=' was expected"),
        (("K", "1/0"), GrammarError, "expression='1/0': at column 2, / has the divisor 0"),
        (("K", "K", "K >"), GrammarError, "condition='K >': at column 4, the text ends"),
        ((1.5, K), StatementError, "value=1.5: is no formula of sizes and indices"),
        (("K/2 = X[K/2]",), StatementError, "expression=K/2: is not known to be an integer"),
    ],
)
def test_wrong_arguments(arguments: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sc.prove(*arguments)
    assert message in str(caught.value)


# ------------------------------------------------------------------ behind claims
@pytest.mark.parametrize(
    ("error", "word"),
    [
        (RuleError("a side condition has no proof"), DERIVED),
        (StatementError("no formal statement"), DERIVED),
        (Unknown(Proposition.of(K, K), "why"), DERIVED),
    ],
)
def test_what_goes_wrong_behind_a_claim_leaves_it_derived(
    error: Exception, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Theorem:
        raise error

    monkeypatch.setattr(proving_module, "prove", fail)
    proving._attempt.cache_clear()
    part = proving.stands_behind(Claim("macs", Proposition.of(K, K)))
    proving._attempt.cache_clear()
    assert (part.says, part.theorem, part.word) == ("macs", None, word)


def test_behind_claims() -> None:
    assert proving.stands_behind(Claim("macs", Proposition.of(K, K + 1))).word == REFUTED
    assert proving.stands_behind(Claim("macs")).word == DERIVED
    assert proving.stands_behind(Claim("macs", Proposition.of(K, K))).theorem is not None
