"""Layers as Coq has them: their definitions are what PyTorch computes, and what is claimed of them is what holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
import torch
from sympy import Symbol

import symconv as sc
from oracles.sequents import assumed, evaluate, free_names, hashed
from symconv.backing.exported_layers import exported
from symconv.backing.layer_theorems import LayerTheorem, layer_theorems
from symconv.errors import StatementError
from symconv.prover.checker import check
from symconv.prover.coq.definitions import CoqDefinition
from symconv.prover.coq.exporting import certificate_of
from symconv.prover.coq.outlining import Call, outlined
from symconv.prover.sequent import Sequent
from symconv.statements import Proposition, symbol
from symconv.statements.outline import Outline

THEOREMS = {theorem.name: theorem for theorem in layer_theorems()}
functional = torch.nn.functional
#: Outside of a tensor: it must not be read there, or be multiplied by 0.
OUTSIDE = 10**6

LAYERS: dict[str, tuple[Any, dict[str, int], tuple[int, ...], tuple[int, ...], Any]] = {
    "Conv1d": (
        sc.Conv1d.symbolic(groups=1, bias=False),
        {"C_in": 2, "K_l": 3, "S_l": 2, "P_l": 1, "D_l": 2, "L_in": 7},
        (2, 2, 7),
        (3, 2, 3),
        lambda x, w: functional.conv1d(x, w, stride=2, padding=1, dilation=2),
    ),
    "Conv2d": (
        sc.Conv2d.symbolic(groups=1, bias=False),
        {"C_in": 2, "K_h": 2, "K_w": 3, "S_h": 2, "S_w": 1, "P_h": 1, "P_w": 2, "D_h": 1, "D_w": 2}
        | {"H_in": 4, "W_in": 5},
        (1, 2, 4, 5),
        (2, 2, 2, 3),
        lambda x, w: functional.conv2d(x, w, stride=(2, 1), padding=(1, 2), dilation=(1, 2)),
    ),
    "ConvTranspose2d": (
        sc.ConvTranspose2d.symbolic(groups=1, bias=False),
        {"C_in": 2, "K_h": 2, "K_w": 3, "S_h": 2, "S_w": 1, "P_h": 1, "P_w": 0, "D_h": 1, "D_w": 2}
        | {"H_in": 3, "W_in": 2},
        (1, 2, 3, 2),
        (2, 3, 2, 3),
        lambda x, w: functional.conv_transpose2d(x, w, stride=(2, 1), padding=(1, 0), dilation=(1, 2)),
    ),
    "Linear": (sc.Linear("in_features", "D", bias=False), {"in_features": 3}, (2, 3), (4, 3), functional.linear),
}


def one_entry(definition: CoqDefinition) -> Sequent:
    """One entry of a layer = 0, the definition put in as Coq puts it in."""
    sizes = {name: symbol(name, zero_allowed=name.startswith("P_")) for name in definition.sizes}
    at = [Symbol(name, integer=True) for name in definition.indices]
    outline = Outline(Proposition.of(definition.entry("layer", sizes, at), 0), (("layer", definition.named),))
    return outlined(outline, {"layer": Call(definition.name, definition.tensors)}).sequent


@pytest.mark.parametrize("name", LAYERS)
def test_definitions_are_what_torch_computes(name: str) -> None:
    layer, sizes, input_shape, weight_shape, apply = LAYERS[name]
    definition = CoqDefinition.of(name, layer.definition)
    assert {*definition.sizes} == {*sizes}
    generator = torch.Generator().manual_seed(0)
    x, w = (torch.randint(-4, 5, shape, generator=generator).double() for shape in (input_shape, weight_shape))
    expected, sequent = apply(x, w), one_entry(definition).json()

    def entry(tensor: str, at: tuple[int, ...]) -> int:
        found = {"X": x, "W": w}[tensor]
        inside = all(0 <= i < n for i, n in zip(at, found.shape, strict=True))
        return int(found[at]) if inside else OUTSIDE

    for at in product(*map(range, expected.shape)):
        values = {**sizes, **dict(zip(definition.indices, at, strict=True))}
        assert evaluate(sequent, values, entry) == (int(expected[at]), 0), at


@pytest.mark.parametrize("name", THEOREMS)
def test_each_holds_at_small_sizes(name: str) -> None:
    """At sizes where what is assumed holds; where the checker accepts, so do plain loops."""
    theorem = THEOREMS[name]
    sequent = outlined(theorem.outline, theorem.calls).sequent
    data, indices = sequent.json(), {i.name for i in theorem.outline.proposition.free_indices}
    points = ({x: hashed(f"{x}{seed}", ()) % 2 + (x not in indices) for x in free_names(data)} for seed in range(400))
    admitted = [values for values in points if assumed(data, values)][:3]
    assert admitted
    for values in admitted:
        left, right = evaluate(data, values, hashed)
        assert left == right, values
    certificate = certificate_of(sequent)
    assert certificate is not None
    check(certificate, data)


def test_the_texts_call_the_layers() -> None:
    text = exported(THEOREMS["conv2d_composition"])
    assert text.needs[0].startswith("Definition Conv2d {R : comRingType}")
    *_, left, right = (line.strip() for line in text.statement.split("\n") if "Conv2d " in line)
    assert left.startswith("Conv2d W2 V C_mid")
    assert right.startswith("= Conv2d K X C_in")
    assert {definition.name for definition in THEOREMS["conv3d_adjoint"].definitions} == {"Conv3d", "ConvTranspose3d"}


def test_another_layer_is_another_definition() -> None:
    one = CoqDefinition.of("Conv1d", sc.Conv1d.symbolic(groups=1, bias=False).definition)
    texts = {
        CoqDefinition.of("Conv1d", sc.Conv1d.symbolic(groups=1, bias=False, **changed).definition).text()
        for changed in ({}, {"stride": 2}, {"padding": 0}, {"dilation": 2}, {"kernel_size": 3}, {"in_channels": 4})
    }
    assert len(texts) == 6
    assert one.text() in texts


def test_what_is_false_of_a_layer_has_no_certificate() -> None:
    theorem = THEOREMS["conv1d_composition"]
    assert _certificate(theorem) is not None
    changed = [(n, t) if n != "K" else (n, replace(t, terms=t.terms * 2)) for n, t in theorem.outline.definitions]
    assert _certificate(replace(theorem, outline=replace(theorem.outline, definitions=tuple(changed)))) is None


def _certificate(theorem: LayerTheorem) -> Any:
    return certificate_of(outlined(theorem.outline, theorem.calls).sequent)


def test_groups_have_no_plain_target() -> None:
    with pytest.raises(StatementError) as caught:
        CoqDefinition.of("Conv1d", sc.Conv1d.symbolic().definition)
    assert str(caught.value).endswith(": is no plain index; define the layer without groups.")
