"""Coq accepts what is proved, whatever it is about and whatever its names are, and rests on no axiom."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import symconv as sc
from oracles.certificates import MADE
from oracles.gallina import KEYWORDS
from oracles.replay import formal
from symconv.prover.coq.building import compile_file
from symconv.prover.coq.checking import axioms_in, check_hand_proofs, check_modules
from symconv.prover.coq.exporting import exported
from symconv.prover.coq.files import CoqTheorem, TheoremText, assumptions, theorem_text
from symconv.prover.coq.outlined import OutlinedSequent
from symconv.prover.coq.shipped_files import compiled_hand_proofs, hand_proofs
from symconv.prover.coq.toolchain import Toolchain
from symconv.prover.library import LibraryTheorem, parse_theorems, read_theorems, shipped_theorems
from symconv.prover.polynomial import ONE, constant, variable
from symconv.prover.sequent import Sequent, Term

#: Floors inside sums, definitions of tensors, numbers, divided sizes, channels: theorems that are proved in no time.
CHOSEN = (
    "flipped_kernel_and_input",
    "im2col_1d",
    "composition_1d",
    "nearest_upsampling_is_transposed",
    "window_sum_by_prefix_sums",
    "taps_on_the_input",
    "convolution_undoes_transposed_shape",
    "grouped_composition",
)
WORDS = (
    *KEYWORDS,
    "R",
    "Z",
    "S",
    "O",
    "T",
    "at_",
    "bool",
    "certified",
    "certified_numbers",
    "check_statement",
    "erefl",
    "nth",
    "place",
    "true",
    "tt",
    "theorems",
    "a0",
    "a7",
    "a0_",
    "R_",
    "Some",
    "None",
    "cons",
    "nil",
    "Eq",
    "Ge",
    "pair",
    "ring",
    "seq",
    "subset",
    "linear",
    "iverson",
    "sumZ",
    "zr",
    "x",
    "x_",
    "x_1",
)


def made(name: str) -> TheoremText:
    statement, certificate = MADE[name]
    return theorem_text(CoqTheorem(name, "Made by hand.", OutlinedSequent.plain(formal(statement)), certificate))


def entry(name: str, text: str, *where: str) -> LibraryTheorem:
    (found,) = parse_theorems({"theorem": [{"name": name, "statement": text, "where": list(where)}]})
    return found


def by_hand() -> list[TheoremText]:
    """Each rule, each kind of proof, a scale above 1."""
    assert MADE["twice"][1]["scale"] == 2
    return [made(name) for name in MADE]


def library() -> list[TheoremText]:
    """Theorems as they are exported."""
    known = {t.name: t for t in read_theorems(shipped_theorems())}
    texts = [exported(known[name], sc.prove(known[name].proposition)) for name in CHOSEN]
    assert sum("let " in t.statement for t in texts) >= 4
    assert sum("check_numbers" in t.proof for t in texts) >= 2
    assert sum("/" in t.statement for t in texts) >= 4
    return texts


def definitions() -> list[TheoremText]:
    """One that reads another, one named like a size, one without parameters, one with a word of Coq."""
    given = [
        entry("squares", "for i < m: n[i]*Y[i] = Y[i]*n[i]", "n[y] = sum(u < n) W[u]*X[y + u]", "Y[y] = n[y]*n[2*y]"),
        entry("none", "Z[] + Z[] = 2*Z[]", "Z[] = sum(u < k) X[u]"),
        entry("floors", "for i < m: sum(t < n) Z[t//k, i] = sum(u < n) Z[u//k, i]", "Z[i, j] = X[i]*[i = j] + fun[j]"),
    ]
    texts = [exported(g, sc.prove(g.proposition)) for g in given]
    assert all("let " in t.statement for t in texts)
    return texts


def odd() -> list[TheoremText]:
    """Odd names of theorems, and each word as a size, a tensor, and the index of a sum."""
    one, x = Term(ONE), (("X", ()),)
    statements = {
        "forall": Sequent((), (), (one,), (one,)),
        "theorems": Sequent((), (), (Term(ONE, (), (), (), x), Term(-ONE, (), (), (), x)), ()),
        "tt": Sequent((), (), (), ()),
        "2d": Sequent((), (), (Term(constant(10**60)),), (Term(constant(10**60)),)),
        "a_statement": Sequent((), (), (one,), (one,)),
        "a": Sequent((), (), (one,), (one,)),
        "_": Sequent((), (), (Term(-variable("n")),), (Term(-variable("n")),)),
    }
    says = 'Ends *) and begins (* and "quotes" (*) \N{SNOWMAN}.'
    texts = [
        _text(name, sequent, [["merge", 0, 1, {}]] if sequent.left else [], says)
        for name, sequent in statements.items()
    ]
    return [*texts, *(_of_words(f"words{at}", WORDS[at : at + 16]) for at in range(0, len(WORDS), 16))]


def _of_words(name: str, words: Sequence[str]) -> TheoremText:
    ranges = tuple((f"{w}.1", constant(2)) for w in words)
    factors = tuple((w, (variable(w), variable(f"{w}.1"))) for w in words)
    left = tuple(Term(c, ranges, (), (), factors) for c in (ONE, -ONE))
    return _text(name, Sequent((), (), left, ()), [["merge", 0, 1, {v: v for v, _ in ranges}]])


def _text(name: str, sequent: Sequent, steps: Any, says: str = "") -> TheoremText:
    certificate = {"denominators": [], "scale": 1, "steps": steps}
    return theorem_text(CoqTheorem(name, says, OutlinedSequent.plain(sequent), certificate))


def test_what_is_proved_is_accepted_and_rests_on_no_axiom(toolchain: Toolchain, checker: Path, tmp_path: Path) -> None:
    texts = [*by_hand(), *library(), *definitions(), *odd()]
    (found,) = check_modules(toolchain, {"Some": texts}, tmp_path, checker=checker, jobs=1)
    assert [v.name for v in found] == [t.name for t in texts]
    assert {v.name: v.error for v in found if not v.is_accepted} == {}
    assert {v.axioms for v in found} == {()}
    assert 0 < sum(v.seconds or 0.0 for v in found) < 60


def test_one_file_for_one_theorem(toolchain: Toolchain, checker: Path, tmp_path: Path) -> None:
    theorem = sc.prove("for i < n: sum(u < k) W[u]*X[i + u] = sum(u < k) X[i + k - 1 - u]*W[k - 1 - u]")
    (tmp_path / "One.v").write_text(theorem.coq())
    found = compile_file(toolchain, tmp_path, (checker,), "One")
    assert found.error == ""
    assert axioms_in(found.output) == ()


#: What the standard library of Coq assumes of real numbers, and classical logic, which Flocq uses.
KNOWN = {
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
    "Classical_Prop.classic",
}
#: The hand proofs about real numbers and floats; all others rest on nothing.
WITH_AXIOMS = {
    "three_taps_split_iff_discriminant_nonnegative",
    "kernel_1_0_1_does_not_split",
    "kernel_1_0_minus_2_splits_over_reals",
    "float32_addition_not_associative",
    "layer_depends_on_the_order_of_its_sum",
    "rounded_sums_depend_on_the_order",
    "any_order_bound",
    "short_products_bound",
    "exact_products_bound",
    "zero_adds_nothing",
    "float32_bound",
    "height_bound",
    "any_direction_loses",
    "flush_to_zero_loses",
    "aligned_sum_bound",
    "aligned_adders_bound",
    "additions_bound",
    "adders_bound",
    "sums_of_multiples_are_exact",
    "accepted_interval",
}


@pytest.fixture(scope="module")
def by_hand_folder(toolchain: Toolchain) -> Path:
    return compiled_hand_proofs(toolchain, 2, lambda compiled: None)


def test_which_hand_proofs_rest_on_axioms(toolchain: Toolchain, by_hand_folder: Path, tmp_path: Path) -> None:
    assert {proof.name for proof in hand_proofs()} > WITH_AXIOMS
    closed, real = (
        [f"{proof.file}.{proof.name}" for proof in hand_proofs() if (proof.name in WITH_AXIOMS) == has_axioms]
        for has_axioms in (False, True)
    )
    files = " ".join(sorted({proof.file for proof in hand_proofs()}))
    both = assumptions(closed) + assumptions(real).replace("theorems", "others")
    (tmp_path / "All.v").write_text(f"From Symconv Require {files}.\n{both}")
    found = compile_file(toolchain, tmp_path, (by_hand_folder,), "All")
    assert found.error == ""
    first, second = found.output.split("Axioms:")
    assert axioms_in(first) == ()
    axioms = {*axioms_in(f"Axioms:{second}")}
    assert axioms
    assert axioms <= KNOWN


def test_hand_proofs_are_told_one_by_one(
    toolchain: Toolchain, by_hand_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few, as the axioms of each take their time."""
    chosen = ("groups_are_blocks", "splits_iff_discriminant_is_square", "kernel_1_0_1_does_not_split")
    few = tuple(proof for proof in hand_proofs() if proof.name in chosen)
    monkeypatch.setattr("symconv.prover.coq.checking.hand_proofs", lambda: few)
    found = check_hand_proofs(toolchain, tmp_path, 2, lambda compiled: None)
    assert [(v.name, v.module, v.is_accepted) for v in found] == [(proof.name, proof.file, True) for proof in few]
    assert {v.name for v in found if v.axioms} == {"kernel_1_0_1_does_not_split"}
