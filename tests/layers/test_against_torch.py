"""Layers against PyTorch: shapes, values and gradients, on integers in float64, where equality is equality."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles.numbers import Numbers, numbers
from oracles.torch_layers import run, transposed_in_one_call
from symconv.layers import Linear
from symconv.numerics.tensors import evaluate_statement
from symconv.testing.strategies import conv_layers, exact_inputs, input_shapes, layers

DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is here")),
]
TENSORS = {"input": "X", "weight": "W", "bias": "b"}


@pytest.fixture(autouse=True)
def plain_convolutions() -> Any:
    """cuDNN may pick algorithms (Winograd, FFT) that are not exact on integers."""
    with torch.backends.cudnn.flags(enabled=False):
        yield


def on(device: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.to(device).requires_grad_() for name, tensor in tensors.items()}


def differs(n: Numbers, got: torch.Tensor, wanted: torch.Tensor) -> bool:
    """An average divides, and may round; all else is exact."""
    if n.kind == "pool":
        return not torch.allclose(got, wanted, rtol=0, atol=1e-12)
    return not torch.equal(got, wanted)


def spatial_sizes(layer: Any, shape: tuple[int, ...]) -> dict[str, int]:
    """What no shape of dY and W determines."""
    return {f"{a.upper()}_in": size for a, size in zip(layer.labels, shape[2:], strict=False)}


@pytest.mark.parametrize("device", DEVICES)
@settings(max_examples=5 * settings.default.max_examples)
@given(data=st.data())
def test_definition_equals_torch(device: str, data: st.DataObject) -> None:
    """output_shape is PyTorch's, and the definition evaluated on tensors equals PyTorch's result."""
    layer = data.draw(layers())
    tensors = on(device, data.draw(exact_inputs(layer)))
    shape = tuple(tensors["X"].shape)
    n = numbers(layer, shape)
    wanted = run(n, tensors)
    if n.kind == "transposed" and (at_once := transposed_in_one_call(n, tensors)) is not None:
        assert torch.equal(wanted, at_once)
    assert layer.output_shape(shape) == tuple(wanted.shape)
    standard = not isinstance(layer, Linear) or len(shape) == 2  # Linear's definition has one leading axis
    statement = layer.definition if standard else layer.on(shape).statement()
    assert not differs(n, evaluate_statement(statement, tensors), wanted)


@pytest.mark.parametrize("device", DEVICES)
@settings(max_examples=5 * settings.default.max_examples)
@given(data=st.data())
def test_backward_definitions_equal_autograd(device: str, data: st.DataObject) -> None:
    """Every derived gradient equals autograd's, for the definition in symbols and for the one in numbers."""
    layer = data.draw(layers())
    tensors = on(device, data.draw(exact_inputs(layer)))
    shape = tuple(tensors["X"].shape)
    n = numbers(layer, shape)
    output = run(n, tensors)
    seed = data.draw(st.integers(0, 2**32 - 1))
    gradient = torch.randint(-4, 5, output.shape, generator=torch.Generator().manual_seed(seed)).double().to(device)
    output.backward(gradient)
    known = {**tensors, "dY": gradient}
    symbolic = not isinstance(layer, Linear) or len(shape) == 2
    for statements in [layer.on(shape).backward_statements(), *([layer.backward_definitions] if symbolic else [])]:
        for role, statement in statements.items():
            got = evaluate_statement(statement, known, **spatial_sizes(layer, shape))
            assert not differs(n, got, tensors[TENSORS[role]].grad), role
        assert {TENSORS[role] for role in statements} == set(tensors)


@given(data=st.data())
def test_padding_modes(data: st.DataObject) -> None:
    """Every padding mode has PyTorch's output shape; circular padding has its values and gradients too."""
    layer = data.draw(conv_layers(transposed=False, padding_modes=("circular", "reflect", "replicate"), max_size=3))
    shape = data.draw(input_shapes(layer))
    tensors = on("cpu", data.draw(exact_inputs(layer, shape)))
    n = numbers(layer, shape)
    wanted = run(n, tensors)
    assert layer.output_shape(shape) == tuple(wanted.shape)
    if layer.padding_mode != "circular":
        return
    assert torch.equal(evaluate_statement(layer.definition, tensors), wanted)
    wanted.sum().backward()
    known = {**tensors, "dY": torch.ones_like(wanted)}
    for role, statement in layer.backward_definitions.items():
        got = evaluate_statement(statement, known, **spatial_sizes(layer, shape))
        assert torch.equal(got, tensors[TENSORS[role]].grad)
