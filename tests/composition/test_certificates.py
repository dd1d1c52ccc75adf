"""What stands behind a composition: the certificates are those of statements that say what the layers compute."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Integer, Or, Symbol, false, true

import symconv as sc
from symconv.composition import (
    BatchNorm,
    Kernel,
    explain_average_pool,
    explain_batch_norm,
    explain_composition,
    explain_parallel,
)
from symconv.composition.border_backing import minimal_cases
from symconv.composition.claims import composite_claims, phase_claims
from symconv.composition.equations import everywhere, inside
from symconv.composition.phased_equations import phased_inside
from symconv.composition.sized import Sized
from symconv.prover.theorem import Theorem
from symconv.render import Derivation
from symconv.statements import Equal, Expression, NonNegative, Proposition, Within

RANDOM = np.random.default_rng(7)


def kernel(*shape: int, bias: bool = False, **arguments: Any) -> Kernel:
    weight = torch.from_numpy(RANDOM.integers(1, 6, shape))
    outputs = shape[1] * arguments.get("groups", 1) if arguments.get("transposed") else shape[0]
    return Kernel(weight, torch.from_numpy(RANDOM.integers(1, 6, (outputs,))) if bias else None, **arguments)


def conv(number: int, **given: Any) -> sc.Conv1d:
    """Conv1d with symbols of that number for what is not given."""
    names = {"kernel_size": f"k{number}", "padding": f"p{number}", "bias": False}
    return sc.Conv1d("c", "c", **{**names, **given})


PAIRS = {
    "valid": (kernel(4, 3, 3, bias=True), kernel(2, 4, 2, bias=True, stride=2)),
    "padded": (kernel(4, 3, 3, 2, bias=True, stride=2), kernel(2, 4, 3, 3, padding=1, dilation=(2, 1))),
    "full": (kernel(4, 3, 3, stride=2, padding=2), kernel(2, 4, 3, padding=((1, 2),))),
    "pointwise first": (kernel(4, 3, 1, 1), kernel(2, 4, 3, 3, padding=1)),
    "volumes": (kernel(2, 1, 3, 1, 2, dilation=2), kernel(1, 2, 2, 2, 2, stride=(1, 2, 1))),
    "depthwise": (kernel(6, 1, 3, bias=True, padding=1, groups=6), kernel(4, 6, 1, bias=True)),
    "groups of 4 and 6": (kernel(24, 2, 2, groups=4), kernel(12, 4, 3, padding=1, groups=6)),
    "around": tuple(kernel(2, 2, 3, bias=True, padding=1, padding_mode="circular") for _ in range(2)),
    "transposed": (kernel(3, 2, 4, transposed=True, stride=2, padding=1), kernel(4, 2, 3, padding=1)),
    "symbols": (conv(1), conv(2)),
    "more symbols": (conv(1, stride="s1", dilation="d1"), conv(2, stride="s2", dilation="d2", bias=True)),
    "groups in symbols": (
        sc.Conv2d("c", "m", 3, stride="s", groups="G"),
        sc.Conv2d("m", "o", ("k", 2), padding=(("p", "q"), 0), groups="G"),
    ),
}


# ------------------------------------------------------------------ certificates
@pytest.mark.parametrize("name", PAIRS)
def test_what_is_cited_is_what_the_checker_accepts(name: str) -> None:
    """Each hash in the text is that of a theorem whose certificate is accepted for its statement, read anew."""
    verdict = explain_composition(*PAIRS[name])
    cited = re.findall(r"\b[0-9a-f]{12}\b", verdict.backing)
    theorems = {theorem.hash[:12]: theorem for theorem in verdict.theorems}
    assert set(cited) == set(theorems)
    for theorem in theorems.values():
        assert theorem.certificate["statement"] == theorem.hash == theorem.sequent.hash
        assert sc.check(theorem.certificate_text(), str(theorem.statement)) or sc.check(theorem, theorem.statement)
    assert verdict.backing.startswith(f"kernel: certificate {cited[0]}")


@pytest.mark.parametrize("name", ["valid", "full", "pointwise first", "volumes", "depthwise", "around"])
def test_exact_for_all_weights_is_a_theorem(name: str) -> None:
    verdict = explain_composition(*PAIRS[name])
    assert verdict.exact is True
    (part,) = verdict.border
    assert part.theorem is not None
    assert part.theorem.hash[:12] in verdict.backing.partition("border: ")[2]


def test_symbolic_verdicts_are_certified_soon() -> None:
    """Under two seconds of the processor; the names are new, so that nothing is remembered."""
    for first, second in (
        (conv(71), conv(72)),
        (conv(73, stride="s73", padding=(("p", "q"),)), conv(74, dilation="d74", bias=True)),
        tuple(sc.Conv2d("c", "c", f"k{n}", padding=f"p{n}", bias=False) for n in (75, 76)),
    ):
        verdict = explain_composition(first, second)
        begun = time.process_time()
        assert verdict.derivation.parts[0].theorem is not None
        assert all(part.theorem is not None or part.word == "tested" for part in verdict.border)
        assert time.process_time() - begun < 2


def test_nothing_is_proved_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a proof was looked for")

    monkeypatch.setattr("symconv.prover.prove.prove", refuse)
    verdict = explain_composition(kernel(1, 1, 7), kernel(1, 1, 5, padding=4), input_size=(11,))
    explain_composition(conv(81), conv(82))
    with pytest.raises(AssertionError, match="looked for"):
        verdict.backing  # noqa: B018 - the property is what is tested


# ------------------------------------------------------------------ what the statements say
def entry(e: Any, values: Mapping[Symbol, int]) -> int:
    found = e.xreplace({s: Integer(v) for s, v in values.items()})
    assert found.is_Integer, found
    return int(found)


def holds(bracket: Any, values: Mapping[Symbol, int]) -> bool:
    value = entry(bracket.value, values)
    if isinstance(bracket, Within):
        return 0 <= value < entry(bracket.extent, values)
    return value == 0 if isinstance(bracket, Equal) else value >= 0 and isinstance(bracket, NonNegative)


def worth(side: Expression, values: Mapping[Symbol, int], tensors: Mapping[str, Any]) -> int:
    """A side of an equation at one place, by loops over all its sums."""
    total = 0
    for term in side.terms:
        indices = [r.index for r in term.ranges]
        for places in product(*(range(entry(r.extent, values)) for r in term.ranges)):
            at = {**values, **dict(zip(indices, places, strict=True))}
            if all(holds(b, at) for b in term.brackets):
                factors = [tensors[f.tensor][tuple(entry(e, at) for e in f.at)] for f in term.factors]
                total += int(np.prod([int(f) for f in factors])) * entry(term.coefficient, at)
    return total


def named(proposition: Proposition, sizes: Mapping[str, int]) -> dict[Symbol, int]:
    return {s: sizes[s.name] for s in proposition.parameters}


SAID = {
    "valid": (kernel(2, 1, 2, bias=True, padding=1), kernel(1, 2, 2, bias=True, stride=2)),
    "padded": (kernel(2, 1, 2, bias=True, stride=2, padding=((1, 0),)), kernel(2, 2, 3, padding=1)),
    "groups": (kernel(6, 1, 1, bias=True, groups=2), kernel(3, 2, 2, groups=3)),
    "groups in a block": (kernel(4, 1, 2, groups=4), kernel(2, 2, 2, groups=2, dilation=2)),
}


@pytest.mark.parametrize("name", SAID)
def test_the_two_sides_are_the_layers_and_the_kernel(name: str) -> None:
    """Both sides by loops, against torch: the layers in a row, and the kernel, at every position that is claimed."""
    first, second = SAID[name]
    verdict = explain_composition(first, second)
    proposition = inside(*map(Sized.of, (first, second, verdict.kernel)))
    assert proposition is not None
    x = torch.from_numpy(RANDOM.integers(-3, 4, (1, first.in_channels, 5)))
    middle = first(x)
    two, at_once = (y[0].reshape(-1, y.shape[-1]) for y in (second(middle), verdict.kernel(x)))
    tensors = {"W1": first.weight, "W2": second.weight, "b1": first.bias, "b2": second.bias, "X": x}
    sizes = named(proposition, {"N": 1, "L_in": 5, "L_mid": middle.shape[-1], "L_out": two.shape[-1]})
    extents = [entry(r.extent, sizes) for r in proposition.ranges]
    assert np.prod(extents) == two.numel()
    seen = 0
    for place, at in zip(product(*map(range, extents)), np.ndindex(*two.shape), strict=True):
        values = {**sizes, **dict(zip(proposition.free_indices, place, strict=True))}
        if all(c.xreplace({s: Integer(v) for s, v in values.items()}) == true for c in proposition.assuming):
            assert worth(proposition.left, values, tensors) == int(two[at])
            assert worth(proposition.right, values, tensors) == int(at_once[at]) == int(two[at])
            seen += 1
    assert seen > 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (kernel(1, 2, 3, transposed=True, stride=2, padding=1), kernel(1, 2, 2, stride=2)),
        (kernel(2, 1, 2), kernel(2, 1, 3, transposed=True, stride=2)),
        (kernel(1, 1, 2, transposed=True, stride=2), kernel(1, 1, 2, transposed=True, stride=3, dilation=2)),
        (kernel(1, 1, 3, transposed=True, stride=2), kernel(1, 1, 2, stride=3)),
    ],
)
def test_the_two_sides_with_a_transposed_layer(first: Kernel, second: Kernel) -> None:
    verdict = explain_composition(first, second)
    proposition = phased_inside(first, second, verdict.kernel)
    assert proposition is not None
    x = torch.from_numpy(RANDOM.integers(-3, 4, (1, first.in_channels, 4)))
    middle = first(x)
    two = second(middle)
    phases = getattr(verdict.kernel, "factor", (1,))[0]
    tensors = {"W1": first.weight, "W2": second.weight, "X": x}
    sizes = named(proposition, {"N": 1, "L_in": 4, "L_mid": middle.shape[-1], "L_out": 1 + two.shape[-1] // phases})
    seen = 0
    for o, z in np.ndindex(two.shape[1], two.shape[2]):
        place = {"n": 0, "o": o, "z_l": z // phases, "r_l": z % phases}
        values = {**sizes, **{s: place[s.name] for s in proposition.free_indices}}
        if all(c.xreplace({s: Integer(v) for s, v in values.items()}) == true for c in proposition.assuming):
            assert worth(proposition.left, values, tensors) == int(two[0, o, z])
            assert worth(proposition.right, values, tensors) == int(two[0, o, z])
            seen += 1
    assert seen > 0


# ------------------------------------------------------------------ what is wrong gets none
def theorem_of(claims: Any) -> Theorem | None:
    """The theorem of the first claim."""
    nothing = Derivation("", "composite", Integer(0), (), Integer(0), claims=(lambda _: claims,))
    return nothing.parts[0].theorem


FIRST, SECOND = kernel(4, 2, 3, bias=True, stride=2, dilation=2, groups=2), kernel(2, 2, 2, padding=1, groups=2)
RIGHT = explain_composition(FIRST, SECOND).kernel


@pytest.mark.parametrize(
    "wrong",
    [
        {"stride": 1},
        {"stride": 4},
        {"padding": 1},
        {"padding": ((3, 2),)},
        {"dilation": 1},
        {"dilation": 4},
        {"groups": 1},
        {"bias": None},
        {"padding_mode": "circular"},
        {"weight": RIGHT.weight[:, :, :-1]},
    ],
    ids=str,
)
def test_another_kernel_gets_no_certificate(wrong: dict[str, Any]) -> None:
    assert theorem_of(composite_claims(None, layers=(FIRST, SECOND), kernel=RIGHT)) is not None  # type: ignore[arg-type]
    other = replace(RIGHT, **wrong)
    assert theorem_of(composite_claims(None, layers=(FIRST, SECOND), kernel=other)) is None  # type: ignore[arg-type]


def test_a_sign_and_a_certificate_for_something_else() -> None:
    layers = tuple(map(Sized.of, (FIRST, SECOND, RIGHT)))
    right, border = inside(*layers), everywhere(*layers)
    assert right is not None
    assert border is not None
    theorem = sc.prove(right)
    minus = replace(right, right=-right.right)
    assert sc.check(theorem, right)
    assert not sc.check(theorem, minus)
    assert not sc.check(theorem, border)
    for false_one in (minus, border):
        with pytest.raises(sc.Refuted):
            sc.prove(false_one)


@pytest.mark.parametrize("wrong", [{"stride": 4}, {"padding": 0}, {"dilation": 3}], ids=str)
def test_another_transposed_kernel_gets_no_certificate(wrong: dict[str, Any]) -> None:
    layers = (kernel(1, 1, 3, transposed=True, stride=2, padding=1), kernel(1, 1, 3, padding=1))
    found = explain_composition(*layers).kernel
    assert theorem_of(phase_claims(None, layers=layers, kernel=found)) is not None  # type: ignore[arg-type]
    assert theorem_of(phase_claims(None, layers=layers, kernel=replace(found, **wrong))) is None  # type: ignore[arg-type]


def test_symbols_of_another_name_in_a_role_of_the_statement() -> None:
    """A kernel size that is called as a size of the statement is no other size for that."""
    for name in ("L_mid", "L_out", "N", "C_mid"):
        verdict = explain_composition(conv(1, kernel_size=name), conv(2))
        assert verdict.derivation.parts[0].theorem is not None


# ------------------------------------------------------------------ words
@pytest.mark.parametrize(
    ("layers", "arguments", "border"),
    [
        (
            (kernel(1, 1, 2), kernel(1, 1, 3, padding=1)),
            {"input_size": (5,)},
            r"computed at every position, a first .*",
        ),
        ((kernel(1, 1, 2), Kernel(torch.tensor([0, 3, 0]), padding=((0, 1),))), {"input_size": (9,)}, "computed at .*"),
        (
            (kernel(1, 1, 2), kernel(1, 1, 3, padding=1)),
            {},
            r"computed at every kind of position .*, a first difference at \(0,\) for an input of size \(2,\)",
        ),
        (
            (kernel(1, 1, 2), Kernel(torch.tensor([0, 3, 0]), padding=1)),
            {},
            "computed at every kind of position that a size has",
        ),
        (
            (torch.nn.Conv1d(1, 1, 2), torch.nn.Conv1d(1, 1, 3, padding=1)),
            {"input_size": (5,)},
            r"computed in floating point at every position, a first difference at \(0,\)",
        ),
        ((kernel(1, 1, 2), kernel(1, 1, 3, padding=1, padding_mode="reflect")), {}, "not decided for every size"),
        ((kernel(1, 1, 1), kernel(1, 1, 3, padding=1, padding_mode="reflect")), {}, "derived"),
        ((conv(1), conv(2)), {}, "certificate .*, .*, tested \\(necessary for generic weights\\)"),
        ((conv(1, stride="s"), conv(2)), {}, "certificate [^()]*"),
        ((conv(1, kernel_size=3, padding=0), conv(2, padding=1)), {}, "refuted"),
        ((conv(1, kernel_size=3, padding=2), conv(2, kernel_size=3, padding=1)), {}, "certificate [0-9a-f]{12}"),
    ],
)
def test_how_the_border_was_decided(layers: Any, arguments: dict[str, Any], border: str) -> None:
    verdict = explain_composition(*layers, **arguments)
    told = verdict.backing.partition("; border: ")[2]
    assert re.fullmatch(border, told), told


def test_a_row_of_layers_is_proved_step_by_step() -> None:
    layers = (kernel(2, 1, 3), kernel(2, 2, 2, stride=2), kernel(1, 2, 2, padding=1))
    verdict = explain_composition(*layers)
    assert [part.says for part in verdict.derivation.parts] == [
        "kernel", "size l", "kernel with layer 3", "size l with layer 3",
    ]  # fmt: skip
    assert all(part.theorem is not None for part in verdict.derivation.parts)
    first, last = verdict.border
    assert first.theorem is not None
    assert (last.says, last.theorem) == ("border with layer 3", None)
    symbolic = explain_composition(conv(1), conv(2, padding=0), conv(3, padding=0))
    assert all(part.theorem is not None for part in (*symbolic.derivation.parts, *symbolic.border))
    assert {part.says for part in symbolic.border} == {"border", "border with layer 3"}


def test_what_the_language_lacks_is_derived() -> None:
    """A common divisor of symbols and numbers, and groups that are two symbols; the kernel without it is proved."""
    verdict = explain_composition(conv(1, dilation=2), conv(2, dilation="d"))
    assert re.match(
        r"kernel: certificate .* \(kernel without dilation\).*, derived \(dilation of the kernel\)", verdict.backing
    )
    groups = explain_composition(sc.Conv1d(12, 12, 3, groups="g"), sc.Conv1d(12, 12, 3, groups="h"))
    assert groups.derivation.parts[0].theorem is None
    strides = explain_composition(kernel(1, 1, 3, stride=2), kernel(1, 1, 4, transposed=True, stride=3))
    assert strides.backing.startswith("kernel: derived")


def test_texts_cite_it() -> None:
    verdict = explain_composition(*PAIRS["symbols"])
    digits = [theorem.hash[:12] for theorem in verdict.theorems]
    assert str(verdict).endswith("\n".join(verdict.backing_lines))
    assert all(found in verdict.latex() for found in digits)
    kernels = [theorem.hash[:12] for theorem in verdict.derivation.certificates]
    assert all(found in text for found in kernels for text in (str(verdict.derivation), verdict.derivation.latex()))
    assert set(kernels) < set(digits)


# ------------------------------------------------------------------ cases
ATOMS = [Symbol(name) > 0 for name in "abcd"]


@given(st.lists(st.lists(st.sampled_from(ATOMS), min_size=1, max_size=3), min_size=1, max_size=4))
def test_the_cases_are_the_condition(clauses: list[list[Any]]) -> None:
    condition = And(*(Or(*clause) for clause in clauses))
    cases = minimal_cases(condition)
    for truth in product((true, false), repeat=len(ATOMS)):
        values = dict(zip(ATOMS, truth, strict=True))
        again = Or(*(And(*(values[atom] for atom in case)) for case in cases))
        assert again == condition.xreplace(values)
    assert not any(set(one) < set(other) for one in cases for other in cases)


# ------------------------------------------------------------------ kernels for other layers
def test_branches_batch_norms_and_pools() -> None:
    norm = BatchNorm(mean=torch.ones(6).long(), var=torch.ones(6).long())
    found = [
        explain_parallel(kernel(6, 6, 3, 3, bias=True, padding=1), kernel(6, 2, 1, 1, groups=3), torch.nn.Identity()),
        explain_parallel(kernel(6, 1, 3, padding=2, dilation=2, groups=2), kernel(6, 1, 3, padding=1, groups=2)),
        explain_batch_norm(kernel(6, 2, 3, bias=True, padding=1, groups=2), replace(norm, var=torch.ones(6))),
        explain_batch_norm(kernel(6, 2, 3, groups=3, transposed=True), replace(norm, var=torch.ones(6))),
        explain_average_pool(torch.nn.AvgPool2d((3, 2), 2, 1), 4),
    ]
    for derivation in found:
        assert derivation.parts[0].theorem is not None
        assert all(sc.check(theorem, theorem.statement) for theorem in derivation.certificates)
        assert "derived" not in derivation.backing
        assert derivation.certificates[0].hash[:12] in str(derivation)
    assert explain_average_pool(torch.nn.AvgPool1d(2), 3).backing.startswith("certificate")
    assert explain_average_pool(torch.nn.AvgPool2d(2, divisor_override=3), 3).backing == "derived"
