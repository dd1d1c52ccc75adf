"""Claims about values: a layer's output on the numbers given."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from symconv.claims.context import Context
from symconv.claims.outcome import Correction, Holds, Outcome
from symconv.layers import Application
from symconv.numerics.bindings import bind_sizes
from symconv.numerics.formulas import evaluate
from symconv.numerics.tensors import evaluate_statement

MAX_ENTRIES = 100_000
MAX_PRODUCTS = 10**8


def decide_output(context: Context) -> Outcome:
    """The layer's definition on ``input`` and ``weight`` (and ``bias``) gives ``output``, a batch of one left out."""
    context.only("input", "weight", "bias")
    return compare_arrays(read_array(context, "output"), definition_output(context))


def definition_output(context: Context) -> np.ndarray[Any, Any]:
    """What the layer's definition gives on the claim's numbers, the batch of one left out."""
    tensors = layer_tensors(context)
    statement = _application(context).statement()
    shapes = {name: tensors[name].shape for name in statement.reads}
    numbers = bind_sizes(statement, shapes, {})
    extents = [r.extent for r in (*statement.ranges, *(r for term in statement.terms for r in term.ranges))]
    if prod(max(1, int(evaluate(e, {s.name: n for s, n in numbers.items()}))) for e in extents) > MAX_PRODUCTS:
        raise context.error("input", f"needs more than {MAX_PRODUCTS:,} products", "take smaller sizes")
    result: np.ndarray[Any, Any] = np.squeeze(evaluate_statement(statement, tensors), axis=0)
    return result


def _application(context: Context) -> Application:
    if context.subject.application is None:
        raise context.error("layer", "is missing", "name one of the file's layers")
    return context.subject.application


def compare_arrays(claimed: np.ndarray[Any, Any], computed: np.ndarray[Any, Any]) -> Outcome:
    """Equal entry by entry; the first entry that differs is the counterexample."""
    if claimed.ndim == computed.ndim - 1 and computed.shape[0] == 1:
        computed = computed[0]
    right = str(computed.tolist())
    if claimed.shape != computed.shape:
        detail = f"the claim's shape is {claimed.shape}, the definition's {computed.shape}"
        return Outcome(Holds.NO, {"shape": computed.shape}, lambda: Correction(right), "computed", detail)
    if np.array_equal(claimed, computed):
        return Outcome(Holds.YES, detail="the definition, evaluated exactly, gives these numbers", backing="computed")
    place = tuple(int(v) for v in np.argwhere(claimed != computed)[0])
    detail = f"at {place} the claim gives {claimed[place]}, the definition {computed[place]}"
    return Outcome(Holds.NO, {"at": place}, lambda: Correction(right), "computed", detail)


def layer_tensors(context: Context) -> dict[str, Any]:
    """The tensors of the definition by name: X with a batch of one, W, and b (zeros where it is not given)."""
    statement = _application(context).statement()
    tensors = {"X": read_array(context, "input")[np.newaxis], "W": read_array(context, "weight")}
    if tensors["W"].ndim == len(statement.shape("W")) - 1:
        tensors["W"] = tensors["W"][np.newaxis]
    for name, array in tensors.items():
        if array.ndim != len(statement.shape(name)):
            key = {"X": "input", "W": "weight"}[name]
            raise context.error(key, "has the wrong number of axes", f"{name} has {len(statement.shape(name))}")
    if "b" in statement.reads:
        channels = tensors["W"].shape[0]
        tensors["b"] = read_array(context, "bias") if "bias" in context.check.data else np.zeros(channels, np.int64)
    return tensors


def read_array(context: Context, key: str) -> np.ndarray[Any, Any]:
    """Nested lists of integers as an int64 array; refuses floats, ragged lists, and more than 100,000 entries."""
    value = context.check.data.get(key)
    try:
        array = np.array(value)
    except (ValueError, OverflowError):
        array = np.array(None)
    if array.dtype.kind != "i" or array.size > MAX_ENTRIES:
        raise context.error(key, "is no array of integers", "write nested lists of equal lengths")
    return array.astype(np.int64)
