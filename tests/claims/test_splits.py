"""Claims that kernels split: the smallest kernel that does not, with a certificate that the checker accepts."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy

from symconv.claims import Kind, Report
from symconv.composition import compose
from symconv.errors import ClaimError
from symconv.factoring import Irreducible, UndecidedError, check_factorisation, factor

EVERY = {"splits": "every", "kernel_size": ["k_h", "k_w"]}
FROM_3 = {**EVERY, "domain": ["k_h >= 3", "k_w >= 3"]}


def test_the_chapters_kernel(chapter: Report) -> None:
    verdict = chapter.verdicts["C15"]
    kernel = [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert verdict.counterexample == {"k_h": 3, "k_w": 3, "kernel": kernel}
    assert verdict.detail == (
        "this 3 x 3 kernel has no two smaller ones over R: irreducible by discriminant, a certificate that an "
        "independent checker accepted"
    )
    result = factor(kernel, field="R")
    assert isinstance(result, Irreducible)
    assert check_factorisation(result, kernel)


def test_no_smaller_kernel_reaches_all_sides(chapter: Report) -> None:
    """Fewer than two taps leave a side empty, and of two it is the first in order: a zero border splits off."""
    kernels = sorted((sum(e), e) for e in product(range(3), repeat=9) if sum(e) <= 2)
    found = np.array((chapter.verdicts["C15"].counterexample or {})["kernel"]).ravel()
    before = [np.reshape(e, (3, 3)) for total, e in kernels if (total, e) < (found.sum(), tuple(found))]
    assert len(before) > 9
    assert all(not all(k.take(p, axis).any() for axis in (0, 1) for p in (0, 2)) for k in before)


def test_it_is_no_composite_of_small_integers(chapter: Report) -> None:
    kernel = np.array((chapter.verdicts["C15"].counterexample or {})["kernel"])
    sizes = [((2, 2), (2, 2)), ((1, 3), (3, 1)), ((1, 2), (3, 2)), ((2, 1), (2, 3))]
    for first, second in sizes:
        for e in product((-1, 0, 1), repeat=int(np.prod(first))):
            if not any(e):
                continue
            unknowns = sympy.symbols(f"e:{int(np.prod(second))}")
            other = sympy.ImmutableDenseNDimArray(unknowns, second)
            whole = compose(sympy.ImmutableDenseNDimArray(e, first), other)
            equations = [a - b for a, b in zip(sympy.flatten(whole.tolist()), kernel.ravel().tolist(), strict=True)]
            assert sympy.linsolve(equations, unknowns) is sympy.S.EmptySet


@pytest.mark.parametrize(
    ("claim", "kernel"),
    [
        ({**FROM_3, "field": "Q"}, [[0, 0, 1], [0, 0, 0], [1, 0, 0]]),
        ({**FROM_3, "field": "C"}, [[0, 0, 1], [0, 0, 0], [1, 0, 1]]),
        ({**FROM_3}, [[0, 0, 1], [0, 0, 0], [1, 0, 0]]),
        (EVERY, [[1]]),
        ({**EVERY, "kernel_size": ["1", "k"], "domain": ["k >= 3"]}, [[1, 0, 1]]),
        ({**EVERY, "kernel_size": ["k"], "domain": ["k >= 3"], "field": "Q"}, [1, 0, 1]),
        ({**EVERY, "kernel_size": ["2", "2", "2"]}, None),
    ],
)
def test_the_smallest_kernel(decide: Any, claim: dict[str, Any], kernel: Any) -> None:
    verdict = decide(**claim)
    found = (verdict.counterexample or {})["kernel"]
    assert verdict.kind is Kind.REFUTED
    assert re.fullmatch("certificate [0-9a-f]{12}", verdict.backing)
    assert verdict.witness is not None
    assert verdict.witness["kernel"] == (verdict.counterexample or {})["kernel"]
    assert kernel is None or found == kernel
    shaped = np.reshape(found, (1, 1, *np.shape(found)))
    assert check_factorisation(factor(shaped, field=claim.get("field", "R")), shaped)


@pytest.mark.parametrize(("least", "field"), [(3, "C"), (4, "R")])
def test_one_axis_splits_to_the_end(decide: Any, least: int, field: str) -> None:
    """The fundamental theorem of algebra is no rule here: nothing is found, and nothing is claimed."""
    verdict = decide(splits="every", kernel_size=["k"], domain=[f"k >= {least}", "k <= 6"], field=field)
    assert verdict.kind is Kind.UNDECIDED
    assert verdict.detail.startswith("none of the ")
    assert verdict.detail.endswith(" smallest kernels is known not to split; missing: a proof that all do")


def test_a_certificate_that_the_checker_refuses_refutes_nothing(decide: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symconv.claims.splits.check_factorisation", lambda *_: False)
    monkeypatch.setattr("symconv.claims.splits.KERNELS", 5)
    assert decide(**FROM_3).kind is Kind.UNDECIDED


def test_a_search_that_gives_up_refutes_nothing(decide: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def undecided(*_: Any, **__: Any) -> Any:
        raise UndecidedError("kernel: is beyond the search; choose sizes.")

    monkeypatch.setattr("symconv.claims.splits.factor", undecided)
    monkeypatch.setattr("symconv.claims.splits.KERNELS", 5)
    verdict = decide(**FROM_3)
    assert (verdict.kind, verdict.detail[:26]) == (Kind.UNDECIDED, "none of the 5 smallest ker")


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"splits": "some"}, "splits='some': is not known; write splits = 'every'."),
        ({"splits": True}, "splits=True: is not known"),
        ({"field": "Z"}, "field='Z': is no field; use one of Q, R, C."),
        ({"field": []}, "field=[]: is no field"),
        ({"kernel_size": []}, "kernel_size=[]: is no list of 1 to 3 sizes; write kernel_size = ['k_h', 'k_w']."),
        ({"kernel_size": ["1"] * 4}, "kernel_size=['1', '1', '1', '1']: is no list of 1 to 3 sizes"),
        ({"kernel_size": [1, 2]}, "kernel_size=[1, 2]: is no formula; write the formula in quotes."),
        ({"kernel": [[1]]}, "kernel: is not known beside 'splits'; use kernel_size, field, layer."),
    ],
)
def test_messages(decide: Any, claim: dict[str, Any], message: str) -> None:
    with pytest.raises(ClaimError) as caught:
        decide(**{**FROM_3, **claim})
    assert message in str(caught.value)
    assert str(caught.value).startswith("claim='a': ")


def test_without_a_size(decide: Any) -> None:
    with pytest.raises(ClaimError, match="kernel_size=None: is no list of 1 to 3 sizes; write kernel_size ="):
        decide(splits="every")
