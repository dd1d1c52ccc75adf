"""Derivations as text and as LaTeX: widths, balance, notebooks."""

import re

import pytest

import symconv as sc
from oracles.unproved import asserted
from symconv.render.text import wrap_formula

LAYERS = [
    sc.Conv1d.symbolic(),
    sc.Conv2d.symbolic(),
    sc.Conv3d.symbolic(padding="same"),
    sc.Conv2d(3, 8, 3, padding=1),
    sc.Conv2d.symbolic(padding_mode="reflect"),
    sc.ConvTranspose2d.symbolic(),
    sc.Linear.symbolic(),
    sc.AvgPool2d.symbolic(ceil_mode=True),
]
QUANTITIES = ["output_shape", "receptive_field", "forward.flops", "backward.flops", "update.macs", "memory.backward"]


def derivations():
    for layer in LAYERS:
        for quantity in QUANTITIES:
            if quantity.startswith("memory") and not layer.has_definition:
                continue
            for notation in ("torch", "d2l"):
                yield sc.derive(layer, quantity, padding_aware=True, notation=notation)


@pytest.fixture(scope="module", autouse=True)
def nothing_is_proved():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("symconv.backing.proving.stands_behind", asserted)
        yield


@pytest.fixture(scope="module")
def all_derivations():
    return list(derivations())


@pytest.fixture(scope="module")
def texts(all_derivations):
    return [str(derivation) for derivation in all_derivations]


@pytest.fixture(scope="module")
def bodies(all_derivations):
    return [derivation.latex() for derivation in all_derivations]


def test_no_line_of_text_is_longer_than_a_line(texts):
    assert not [line for text in texts for line in text.splitlines() if len(line) > 100]


def test_text_says_what_how_and_by_what(all_derivations, texts):
    for derivation, text in zip(all_derivations, texts, strict=True):
        said = " ".join(text.split())
        assert said.startswith(f"{derivation.quantity} of ")
        assert said.endswith(f"backing: {derivation.backing}")
        for step in derivation.steps:
            assert f"[{step.rule.name}]" in said


def test_latex_is_balanced(bodies):
    for latex in bodies:
        assert latex.startswith("\\begin{aligned}")
        assert latex.endswith("\\end{aligned}")
        plain = re.sub(r"\\[{}]", "", latex)
        assert plain.count("{") == plain.count("}")
        for opening, closing in ((r"\left", r"\right"), (r"\bigl", r"\bigr"), (r"\Bigl", r"\Bigr")):
            assert len(re.findall(rf"\{opening}(?![A-Za-z])", latex)) == len(
                re.findall(rf"\{closing}(?![A-Za-z])", latex)
            ), latex


def test_latex_tells_the_backing(all_derivations, bodies):
    for derivation, latex in zip(all_derivations, bodies, strict=True):
        for theorem in derivation.certificates:
            assert theorem.hash[:12] in latex
        assert derivation.certificates or r"\text{backing: derived}" in latex


def test_left_and_right_stand_on_one_line(bodies):
    for latex in bodies:
        for row in latex.split("\\\\\n"):
            assert len(re.findall(r"\\left(?![A-Za-z])", row)) == len(re.findall(r"\\right(?![A-Za-z])", row))


def test_a_notebook_shows_the_aligned_body():
    derivation = sc.derive(sc.Linear.symbolic(), "forward.macs")
    assert derivation._repr_latex_() == f"$\\displaystyle {derivation.latex()}$"


def test_latex_says_for_which_positions_a_statement_is():
    assert r"\text{for } n < N" in sc.derive(sc.Linear.symbolic(), "forward.macs").latex()


@pytest.mark.parametrize(
    ("formula", "width", "lines"),
    [
        ("a + b", 20, ["a + b"]),
        ("f(a + b) + g(c + d)", 14, ["f(a + b)", "  + g(c + d)"]),
        ("W[o, i, u]*X[n, i, y + u]", 18, ["W[o, i, u]*", "  X[n, i, y + u]"]),
        ("unbreakablebutlong", 5, ["unbreakablebutlong"]),
        ("", 5, [""]),
    ],
)
def test_formulas_break_outside_brackets(formula, width, lines):
    assert wrap_formula(formula, width, "", "  ") == lines


def test_wrapping_loses_nothing(all_derivations):
    for derivation in all_derivations:
        for step in derivation.steps:
            formula = str(step.expression)
            for width in (30, 60, 100):
                wrapped = "".join(wrap_formula(formula, width, "", "    "))
                assert "".join(wrapped.split()) == "".join(formula.split())
