"""Claims are true, and about what they should be: both sides evaluated by loops, against a walk over every tap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq, Mod, Symbol

import symconv as sc
from oracles.counting import PARTS, count, output_sizes
from oracles.numbers import numbers
from oracles.propositions import evaluate, mixed
from symconv.testing.strategies import input_shapes, layers

FIELDS = ("multiplications", "additions", "macs")


def claims(derivation):
    return {claim.says: claim.proposition for tell in derivation.claims for claim in tell(derivation)}


def values(proposition, at):
    return {evaluate(side, at, mixed) for side in (proposition.left, proposition.right)}


def with_named(derivation, at):
    """Numbers for the names of a derivation's lines too, by SymPy's substitution."""
    for step in derivation.steps:
        if isinstance(step.name, Symbol) and step.name.name not in at:
            put = {s: at[s.name] for s in step.expression.free_symbols}
            at = {**at, step.name.name: int(step.expression.xreplace(put))}
    return at


# ------------------------------------------------------------------ numbers: every claim is a number by itself
@given(st.data())
def test_claims_of_counts_are_the_counts(data):
    layer = data.draw(layers(dims=1, max_size=3))
    shape = data.draw(input_shapes(layer, max_extra=2))
    part, field, aware = (data.draw(st.sampled_from(s)) for s in (PARTS, FIELDS, (False, True)))
    found = claims(sc.derive(layer, f"{part}.{field}", shape, padding_aware=aware))
    expected = getattr(count(numbers(layer, shape), aware)[part], field)
    if field in found:
        assert values(found[field], {}) == {expected}
    else:
        assert expected == 0


@given(st.data())
def test_claims_of_sizes_are_the_sizes(data):
    layer = data.draw(layers(dims=1, max_size=3))
    shape = data.draw(input_shapes(layer))
    found = claims(sc.derive(layer, "output_shape", shape))
    (expected,) = output_sizes(numbers(layer, shape))
    enough = shape[2] + 2 * 3
    assert values(found["L_out"], {"M": enough}) == values(found["L_out"], {"M": 2 * enough}) == {expected}


@given(st.data())
def test_gradients_are_adjoint(data):
    layer = data.draw(layers(dims=1, max_size=2))
    shape = data.draw(input_shapes(layer, max_extra=2))
    quantity = data.draw(st.sampled_from(("backward.macs", "memory.backward")))
    derivation = sc.derive(layer, quantity, shape, padding_aware=data.draw(st.booleans()))
    found = claims(derivation)
    gradients = {s.target.tensor for s in derivation.statements()} - {"Y"}
    assert gradients <= set(found)
    for gradient in gradients:
        assert len(values(found[gradient], {})) == 1


# ------------------------------------------------------------------ symbols: the same, with numbers put in
SYMBOLIC = [
    (sc.Conv1d.symbolic(), {"G": 2, "C_in": 4, "C_out": 2, "L_in": 5, "K_l": 3, "S_l": 2, "P_l": 2, "D_l": 1}),
    (sc.Conv1d.symbolic(), {"G": 1, "C_in": 2, "C_out": 3, "L_in": 6, "K_l": 2, "S_l": 1, "P_l": 1, "D_l": 3}),
    (sc.Conv1d("C_in", "C_out", 3, padding=1), {"C_in": 1, "C_out": 2, "L_in": 4}),
    (sc.ConvTranspose1d.symbolic(groups=1), {"L_in": 3, "K_l": 3, "S_l": 2, "P_l": 1, "D_l": 2, "OP_l": 1}),
    (sc.AvgPool1d.symbolic(), {"L_in": 6, "K_l": 4, "S_l": 3, "P_l": 2}),
]


@pytest.mark.parametrize("field", ["multiplications", "macs"])
@pytest.mark.parametrize("part", ["forward", "backward_input", "backward_weight"])
@pytest.mark.parametrize("aware", [False, True])
@pytest.mark.parametrize(("layer", "at"), SYMBOLIC)
def test_named_results_are_put_in_as_sums(layer, at, aware, part, field):
    derivation = sc.derive(layer, f"{part}.{field}", padding_aware=aware)
    at = with_named(derivation, {"N": 2, "C_in": 2, "C_out": 2, **at})
    found = claims(derivation)
    expected = int(derivation.result.xreplace({s: at[s.name] for s in derivation.result.free_symbols}))
    for name in {field, "T_l"} & set(found):
        put = {s.name: at[s.name] for s in found[name].parameters}
        assert values(found[name], put) == {expected if name == field else at[name]}


# ------------------------------------------------------------------ what is assumed
def test_groups_divide_the_channels():
    found = claims(sc.derive(sc.Conv1d.symbolic(), "forward.macs"))["macs"]
    C_in, C_out, G = map(sc.symbol, ("C_in", "C_out", "G"))
    assert set(found.assuming) == {Eq(Mod(C_in, G), 0), Eq(Mod(C_out, G), 0)}


def test_nothing_is_assumed_where_nothing_is_needed():
    assert claims(sc.derive(sc.Linear.symbolic(), "forward.flops"))["additions"].assuming == ()


def test_what_sums_cannot_say_has_no_proposition():
    found = claims(sc.derive(sc.Conv1d.symbolic(), "backward_input.additions"))
    assert found["R_l"] is None
    assert found["T_l"] is not None
    stepped = claims(sc.derive(sc.Conv1d(1, 1, 1, stride=2), "backward_input.additions", (1, 1, 9)))
    assert stepped["results in additions"] is None


def test_a_witness_shows_that_every_result_receives_a_term():
    found = claims(sc.derive(sc.Conv1d(1, 1, 3, padding=1, bias=False), "forward.additions", padding_aware=True))
    assert str(found["results in additions"]) == "for y_l < L_in: [0 <= y_l < L_in]*[0 <= 1 < 3] = 1"
    found = claims(sc.derive(sc.ConvTranspose1d.symbolic(), "backward_weight.additions"))
    assert str(found["results in additions"]).startswith(
        "for u_l < K_l: sum(y_l < L_full) [D_l*u_l = y_l]*[0 <= 0 < L_in] = 1"
    )


def test_a_scale_that_varies_is_any_tensor():
    layer = sc.AvgPool1d(3, 2, 1, ceil_mode=True, count_include_pad=False)
    for quantity in ("backward_input.macs", "memory.backward"):
        found = claims(sc.derive(layer, quantity, padding_aware=True))["dX"]
        assert found.tensors == {"X": 3, "dY": 3, "r": 1}
        assert {t.coefficient for side in (found.left, found.right) for t in side.terms} == {1}
