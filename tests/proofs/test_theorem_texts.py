"""The theorem files: in order, read by the grammar, and true on integer tensors at many small sizes."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

import pytest
import torch

from oracles.index_text import Reader
from oracles.theorems import FOLDER, Entry, Windows, entries, evaluate, samples, theorem
from symconv.statements.grammar import parse_proposition
from symconv.statements.proposition import Proposition

ENTRIES = entries()
KEYS = {"file", "name", "says", "source", "counts", "integers", "where", "assuming", "statement"}

each = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])


@pytest.fixture(scope="module")
def propositions() -> dict[str, Proposition]:
    """What the grammar reads, by name."""
    options: list[dict[str, Any]] = [
        {key: entry[key] for key in ("where", "assuming", "counts", "integers") if key in entry} for entry in ENTRIES
    ]
    return {e["name"]: parse_proposition(e["statement"], **given) for e, given in zip(ENTRIES, options, strict=True)}


def test_the_library_is_in_order() -> None:
    names = [entry["name"] for entry in ENTRIES]
    assert len(names) == len(set(names)) >= 170
    for entry in ENTRIES:
        assert set(entry) <= KEYS
        assert re.fullmatch(r"[a-z0-9_]+", entry["name"])
        assert re.fullmatch(r"[A-Z0-9][^.]*(\.[^. ][^.]*)*\.", entry["says"]), entry["says"]  # one sentence
        assert len(entry["says"]) <= 120
    for file in FOLDER.glob("*.toml"):
        assert file.read_text().startswith("# ")


@each
def test_texts_are_read_with_the_roles_they_give(entry: Entry, propositions: dict[str, Proposition]) -> None:
    proposition, own = propositions[entry["name"]], theorem(entry)
    sizes = next(samples(own, 1))
    assert proposition.tensors == {name: len(window) for name, window in Windows(own, sizes).found.items()}
    parameters = {s.name: s for s in proposition.parameters}
    assert set(parameters) <= set(own.parameters)
    for name, found in parameters.items():
        may_be_0 = name in entry.get("counts", ()) or name.startswith("P_")
        integer = name in entry.get("integers", ())
        assert (found.is_positive, found.is_nonnegative) == (
            None if may_be_0 or integer else True,
            None if integer else True,
        )


@each
def test_theorems_hold_and_say_something(entry: Entry) -> None:
    own, told = theorem(entry), 0
    for seed, sizes in enumerate(samples(own, 40)):
        left, right = evaluate(own, sizes, seed)
        assert torch.equal(left, right), sizes
        told += bool(left.any())
        if told >= 3 and seed >= 5:
            return
    pytest.fail("one side is zero nearly everywhere")


@each
def test_definitions_put_in_mean_the_same(entry: Entry, propositions: dict[str, Proposition]) -> None:
    own = theorem(entry)
    put_in = theorem({**entry, "where": [], "assuming": [], "statement": str(propositions[entry["name"]])})
    for seed, sizes in enumerate(samples(own, 2)):
        read = Windows(own, sizes)
        for name, window in Windows(put_in, sizes).found.items():
            assert all(a <= c <= d <= b for (a, b), (c, d) in zip(read.found[name], window, strict=True))
        for one, other in zip(own.sides(sizes, read.filled(seed)), put_in.sides(sizes, read.filled(seed)), strict=True):
            assert torch.equal(one, other), sizes


#: Common errors, each as a change of a theorem's text.
ERRORS = {
    "composition_1d": ("s1*s2*y", "s1*y"),
    "composition_2d": ("s1w*d2w*v", "d2w*v"),
    "composition_interior": ("s1*p2", "p2"),
    "composition_exact_at_the_border": ("- s1 - p1", "- s1 - p1 - 1"),
    "composition_without_inner_padding": ("//s2 + 1", "//s2 + 2"),
    "im2col_2d": ("q % W_out", "q % H_out"),
    "average_pooling_twice": ("q[]*r[]", "r[]"),
    "batch_norm_before_padding": ("*e[c]*[0 <= s*y + d*u - p < h]", "*e[c]"),
    "parallel_layers": ("p - p1]", "p1]"),
    "gradient_of_the_input_at_stride_one": ("W[k - 1 - a]", "W[a]"),
    "gradient_of_the_kernel": ("d*j + s*y", "s*j + d*y"),
    "output_positions": ("//s + 1", "//s"),
    "macs_grouped": ("g*(sum", "(sum"),
    "doubling_channels": ("4*", "2*"),
    "taps_below_make_a_triangle": ("(p + 1)", "(p - 1)"),
    "shape_of_a_composition": ("s1*p2", "p2"),
    "transposed_shape_round_trip": ("+ q + 1", "+ 1"),
    "grouped_is_block_diagonal": ("o//og", "o//cg"),
    "channel_shuffle_in_the_kernel": ("(c % m)*g + c//m", "(c % g)*m + c//g"),
    "convolution_of_mathematics_commutes": ("X[y - a]", "X[y + a]"),
    "transposed_is_stuffed_and_flipped": ("k - 1 - a", "a"),
    "swapped_operands": ("X[h - 1 - i]", "X[i]"),
    "space_to_depth_2d": ("s*v + z % s", "s*v + z//s % s"),
    "enlarged_kernel": ("d*lo", "lo"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_in_a_theorem_are_found(name: str) -> None:
    (entry,) = (entry for entry in ENTRIES if entry["name"] == name)
    before, after = ERRORS[name]

    def changed(text: str) -> str:
        return text.replace(before, after)

    texts = {key: [changed(text) for text in entry.get(key, ())] for key in ("where", "assuming")}
    wrong = theorem({**entry, **texts, "statement": changed(entry["statement"])})
    assert any(not torch.equal(*evaluate(wrong, sizes)) for sizes in islice(samples(wrong, 200), 200))


def test_another_reading_refuses_what_it_does_not_know() -> None:
    for text in ("X[i] = X[i", "X[i] = 2 X[i]", "X[0] ? X[1]", "for i: X[i] = X[i]"):
        with pytest.raises(ValueError, match=r"expected|\?"):
            Reader(text, {}).proposition()
