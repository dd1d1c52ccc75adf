"""Derive in symbols and put numbers in, or put numbers in and derive: the same, for every quantity."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oracles.numbers import numbers
from symconv import layers
from symconv.numerics.formulas import evaluate
from symconv.testing.strategies import conv_layers, input_shapes
from symconv.testing.strategies import layers as all_layers

PARTS = ("forward", "backward_input", "backward_weight", "backward_bias", "backward", "update")
FIELDS = ("multiplications", "additions", "macs", "flops")
MEMORY = (
    "parameters",
    "input",
    "output",
    "grad_output",
    "grad_input",
    "grad_weight",
    "grad_bias",
    "saved_for_backward",
    "forward",
    "backward",
)
LABELS = {1: "l", 2: "hw", 3: "dhw"}


@lru_cache(maxsize=128)
def quantities(layer: Any, shape: tuple[Any, ...]) -> dict[str, Any]:
    """All that is derived from a layer on an input, by name."""
    found: dict[str, Any] = {"output_shape": layer.output_shape(shape), "receptive_field": layer.receptive_field()}
    for aware in (False, True):
        cost = layer.cost(shape, padding_aware=aware)
        found |= {f"{p}.{f} aware={aware}": getattr(getattr(cost, p), f) for p in PARTS for f in FIELDS}
    memory = layer.memory(shape)
    found |= {f"memory.{f}": getattr(memory, f) for f in MEMORY}
    return found


def arguments(layer: Any) -> dict[str, Any]:
    """The layer's arguments with the padding of each side."""
    names = (
        "in_channels",
        "out_channels",
        "in_features",
        "out_features",
        "groups",
        "kernel_size",
        "stride",
        "dilation",
    )
    options = ("output_padding", "bias", "ceil_mode", "count_include_pad", "padding_mode")
    found = {name: getattr(layer, name) for name in (*names, *options) if hasattr(layer, name)}
    return found if isinstance(layer, layers.Linear) else {**found, "padding": layer.sides}


#: Options that are no numbers, and stay as they are in the symbolic layer.
OPTIONS = ("bias", "ceil_mode", "count_include_pad", "padding_mode")


def symbolic(layer: Any, fixed: frozenset[str] = frozenset()) -> Any:
    """The layer in symbols, but for the options and the arguments named in ``fixed``."""
    given = {name: value for name, value in arguments(layer).items() if name in OPTIONS or name in fixed}
    if "padding" not in given and not isinstance(layer, layers.Linear):
        given["padding"] = tuple((f"P_{a}", f"Q_{a}") for a in LABELS[layer.dims])
    return type(layer).symbolic(**given)


def known_values(layer: Any, shape: tuple[int, ...]) -> dict[str, int]:
    n = numbers(layer, shape)
    known = {"N": n.batch, "C_in": n.inputs, "C_out": n.outputs, "G": n.groups}
    for j, a in enumerate(layer.labels):
        known |= {f"{a.upper()}_in": n.sizes[j], f"K_{a}": n.kernel[j], f"S_{a}": n.stride[j], f"D_{a}": n.dilation[j]}
        known |= {f"P_{a}": n.sides[j][0], f"Q_{a}": n.sides[j][1], f"OP_{a}": n.extra[j]}
    return known


def compare(general: Any, layer: Any, shape: tuple[int, ...]) -> None:
    standard = general.standard_input()
    values = known_values(layer, shape)
    derived, numeric = quantities(general, standard), quantities(layer, shape)
    wrong = {
        name: (evaluate(e, values), numeric[name])
        for name, e in derived.items()
        if evaluate(e, values) != numeric[name]
    }
    assert not wrong


@given(data=st.data())
def test_all_symbols(data: st.DataObject) -> None:
    """Every argument a symbol: output_shape, receptive_field, every cost and every memory entry."""
    layer = data.draw(all_layers(max_size=3))
    shape = data.draw(input_shapes(layer))
    if isinstance(layer, layers.Linear):
        shape = (3, layer.in_features)
    compare(symbolic(layer), layer, shape)


@given(data=st.data())
def test_circular_padding(data: st.DataObject) -> None:
    """The same for circular padding, which is data in both ways of counting."""
    layer = data.draw(conv_layers(dims=1, transposed=False, max_size=3, padding_modes=("circular",)))
    compare(symbolic(layer), layer, data.draw(input_shapes(layer)))


@settings(max_examples=max(10, settings.default.max_examples // 2))
@given(data=st.data())
def test_some_symbols(data: st.DataObject) -> None:
    """Some arguments symbols and some numbers: what is known early must not change what comes out."""
    layer = data.draw(all_layers(dims=data.draw(st.integers(1, 2)), max_size=3))
    numeric = sorted(set(arguments(layer)) - set(OPTIONS))
    fixed = data.draw(st.sets(st.sampled_from(numeric)))
    if "groups" in fixed:  # numbers that groups must divide are known with it
        fixed |= {"in_channels", "out_channels"}
    compare(symbolic(layer, frozenset(fixed)), layer, data.draw(input_shapes(layer)))
