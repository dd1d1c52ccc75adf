"""Derivations name their certificates: checked, of the right statements, and gone as soon as a formula is wrong."""

import hashlib
import json
from dataclasses import replace

import pytest
from sympy import Tuple

import symconv as sc
from symconv.backing import proving
from symconv.derivation import rules
from symconv.prover import checker
from symconv.prover.reading import read
from symconv.prover.theorem import Unknown
from symconv.statements import Statement

CONV = sc.Conv1d.symbolic(groups=1)
TRANSPOSED = sc.ConvTranspose1d.symbolic(groups=1)
LINEAR = sc.Linear.symbolic()
#: Quantities every line of which is proved.
CERTIFIED = [
    (LINEAR, "backward.flops", False),
    (LINEAR, "update.flops", False),
    (LINEAR, "memory.backward", False),
    (CONV, "output_shape", False),
    (CONV, "receptive_field", False),
    (CONV, "forward.flops", False),
    (CONV, "forward.flops", True),
    (CONV, "backward_weight.flops", False),
    (CONV, "memory.forward", False),
    (sc.Conv2d.symbolic(), "forward.macs", True),
    (sc.AvgPool2d.symbolic(), "output_shape", False),
    (sc.AvgPool2d.symbolic(), "forward.flops", False),
    (TRANSPOSED, "output_shape", False),
    (TRANSPOSED, "forward.macs", False),
]


def derive(layer, quantity, aware=False):
    return sc.derive(layer, quantity, padding_aware=aware)


def certified(derivation):
    """The names of the lines that have a certificate."""
    return {part.says for part in derivation.parts if part.theorem is not None}


def with_line(derivation, name, change):
    """The derivation with one of its lines changed."""
    steps = tuple(
        replace(s, expression=change(s.expression)) if str(s.name) == name and s.rule != rules.CLOSED_FORM else s
        for s in derivation.steps
    )
    assert steps != derivation.steps
    return replace(derivation, steps=steps)


# ------------------------------------------------------------------ what is cited
@pytest.mark.parametrize(("layer", "quantity", "aware"), CERTIFIED)
def test_every_line_is_certified(layer, quantity, aware):
    derivation = derive(layer, quantity, aware)
    assert derivation.backing.startswith("certificate ")
    assert "derived" not in derivation.backing
    assert "refuted" not in derivation.backing
    assert {str(s.name) for s in derivation.steps if s.rule in (rules.NAMED_SIZE, *rules_that_count())} <= certified(
        derivation
    )


def rules_that_count():
    return (rules.MULTIPLICATIONS, rules.ADDITIONS, rules.PRODUCTS, rules.FLOPS, rules.TOTAL, rules.TAPS_IN_RANGE)


@pytest.mark.parametrize(("layer", "quantity", "aware"), CERTIFIED)
def test_what_is_cited_is_accepted_by_the_checker_and_is_the_hash_of_the_statement(layer, quantity, aware):
    derivation = derive(layer, quantity, aware)
    assert derivation.certificates
    for theorem in derivation.certificates:
        sequent = read(theorem.statement).json()
        text = json.dumps(sequent, sort_keys=True, separators=(",", ":"))
        digits = hashlib.sha256(text.encode()).hexdigest()[:12]
        assert f"{digits} ({theorem.says})" in derivation.backing
        checker.check_text(theorem.certificate_text(), text)
        assert sc.check(theorem.certificate, theorem.statement)


def test_a_certificate_is_about_the_definition():
    (theorem,) = (t for t in derive(CONV, "forward.macs", True).certificates if t.says == "macs")
    taps = "[0 <= S_l*y_l + D_l*u_l - P_l < L_in]"
    left, right = str(theorem.statement).split(" = ")
    assert left == f"sum(n < N, o < C_out, y_l < L_out, i < C_in, u_l < K_l) {taps}"
    assert right == f"sum(y_l < L_out, u_l < K_l) N*C_out*C_in*{taps}"


def test_one_certificate_serves_all_axes():
    by_says = {t.says: str(t.statement) for t in derive(sc.Conv2d.symbolic(groups=1), "output_shape").certificates}
    assert set(by_says) == {"H_out last tap, W_out last tap", "H_out, W_out"}
    assert by_says["H_out, W_out"].startswith("sum(y_l < M) [L_in + 2*P_l - S_l*y_l - D_l*(K_l - 1) - 1 >= 0] = ")


# ------------------------------------------------------------------ what is not certified says so
def test_what_a_sum_cannot_say_is_derived():
    derivation = derive(CONV, "backward_input.additions")
    assert derivation.backing.endswith("; derived: R_l")
    assert {"dX", "T_l", "additions"} <= certified(derivation)


def test_nothing_to_prove_is_derived():
    assert derive(LINEAR, "update.macs").backing == "derived"
    assert derive(sc.Linear.symbolic(bias=False), "backward_bias.flops").backing == "derived"


CHANGES = {
    "one more": lambda e: e + 1,
    "another coefficient": lambda e: 2 * e,
    "another sign": lambda e: -e,
    "a term's sign": lambda e: e - 2 * e.as_ordered_terms()[-1],
}
LINES = [
    (LINEAR, "forward.flops", False, "additions"),
    (LINEAR, "forward.flops", False, "flops"),
    (LINEAR, "update.flops", False, "update.flops"),
    (CONV, "forward.macs", False, "macs"),
    (CONV, "forward.macs", False, "L_out"),
    (CONV, "forward.additions", True, "additions"),
    (CONV, "forward.additions", True, "T_l"),
    (CONV, "memory.forward", False, "parameters (W and b)"),
    (CONV, "memory.forward", False, "elements"),
    (CONV, "output_shape", False, "L_out"),
]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize(("layer", "quantity", "aware", "line"), LINES)
def test_a_wrong_line_has_no_certificate(layer, quantity, aware, line, change):
    right = derive(layer, quantity, aware)
    wrong = with_line(right, line, change)
    assert line in certified(right)
    assert line not in certified(wrong)
    unfounded = wrong.backing.partition(";")[2] or wrong.backing
    assert f" {line}" in unfounded
    assert "result" in unfounded or "refuted" in unfounded


@pytest.mark.parametrize(
    ("layer", "quantity"), [(LINEAR, "forward.macs"), (CONV, "output_shape"), (CONV, "memory.input")]
)
def test_a_wrong_result_is_not_certified(layer, quantity):
    right = derive(layer, quantity)
    wrong = replace(right, result=right.result[1:] if isinstance(right.result, Tuple) else 2 * right.result)
    assert wrong.backing.endswith("derived: result")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_wrong_field_is_not_certified(place):
    right = derive(CONV, "receptive_field")
    (axis,) = right.result.args
    wrong = replace(right, result=type(axis)(type(axis)(*(e + int(j == place) for j, e in enumerate(axis)))))
    assert "refuted: " in wrong.backing


@pytest.mark.parametrize(("quantity", "gradient"), [("backward_input.macs", "dX"), ("backward_weight.macs", "dW")])
def test_a_wrong_gradient_is_refuted(quantity, gradient):
    right = derive(CONV, quantity, True)

    def wrong(statement):
        (term,) = statement.terms
        first, *others = term.factors
        return replace(statement, terms=(replace(term, factors=(first.map(lambda e: e + 1), *others)),))

    steps = tuple(
        replace(s, expression=wrong(s.expression))
        if isinstance(s.expression, Statement) and s.expression.target.tensor == gradient
        else s
        for s in right.steps
    )
    assert gradient in certified(right)
    assert f"refuted: {gradient}" in replace(right, steps=steps).backing


# ------------------------------------------------------------------ when, and by whom
@pytest.fixture
def nothing_proved_yet():
    proving._attempt.cache_clear()
    yield
    proving._attempt.cache_clear()


def test_deriving_proves_nothing(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("nobody asked for a proof")

    monkeypatch.setattr(proving, "stands_behind", refuse)
    derivation = derive(CONV, "forward.flops", True)
    assert derivation.result.free_symbols
    assert derivation == derive(CONV, "forward.flops", True)
    with pytest.raises(AssertionError):
        _ = derivation.backing


def test_no_certificate_without_the_checker(monkeypatch, nothing_proved_yet):
    def reject(*_):
        raise checker.Rejected("no")

    monkeypatch.setattr(checker, "check", reject)
    assert derive(LINEAR, "forward.flops").backing == "derived"


def test_what_no_proof_is_found_for_is_derived(monkeypatch, nothing_proved_yet):
    def give_up(statement, *, time_limit):
        raise Unknown(statement, "no time")

    monkeypatch.setattr("symconv.prover.prove.prove", give_up)
    derivation = derive(LINEAR, "forward.flops")
    assert (derivation.backing, derivation.certificates) == ("derived", ())


# ------------------------------------------------------------------ where it is told
def test_every_form_names_the_certificates():
    derivation = derive(CONV, "backward_input.flops")
    digits = [t.hash[:12] for t in derivation.certificates]
    for told in (str(derivation), derivation.latex(), derivation.document()):
        assert [d for d in digits if d not in told] == []
        assert "derived: R" in told
    assert len(derivation.certificates) == len(set(digits))
