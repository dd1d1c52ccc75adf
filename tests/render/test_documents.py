"""Whole documents: pdflatex sets them without a complaint, and every symbol in them has a meaning."""

import re
import shutil
import subprocess

import pytest
from sympy import Symbol

import symconv as sc
from oracles.unproved import asserted
from symconv.render.document import document
from symconv.render.latex import all_steps, escape
from symconv.render.legend import meaning
from symconv.statements import Statement
from symconv.statements.writing import tex

pytestmark = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")

LAYERS = {
    "conv1d": sc.Conv1d.symbolic(),
    "conv2d": sc.Conv2d.symbolic(),
    "conv2d_numbers": sc.Conv2d(3, 64, 7, stride=2, padding=3),
    "conv2d_same": sc.Conv2d.symbolic(padding="same", groups=1),
    "conv2d_reflect": sc.Conv2d.symbolic(padding_mode="reflect"),
    "conv2d_circular": sc.Conv2d.symbolic(padding_mode="circular"),
    "conv3d": sc.Conv3d.symbolic(),
    "transposed1d": sc.ConvTranspose1d.symbolic(),
    "transposed2d": sc.ConvTranspose2d.symbolic(),
    "transposed3d": sc.ConvTranspose3d.symbolic(),
    "pool2d": sc.AvgPool2d.symbolic(ceil_mode=True),
    "pool2d_inside": sc.AvgPool2d.symbolic(ceil_mode=True, count_include_pad=False),
    "pool3d": sc.AvgPool3d.symbolic(),
    "linear": sc.Linear.symbolic(),
}
QUANTITIES = ("output_shape", "receptive_field", "forward.flops", "backward.flops", "update.flops", "memory.backward")
#: Both notations and both ways to count, in two documents a layer.
WAYS = {"torch": False, "d2l": True}


@pytest.fixture(autouse=True)
def nothing_is_proved(monkeypatch):
    monkeypatch.setattr("symconv.backing.proving.stands_behind", asserted)


def derivations(name, notation):
    layer = LAYERS[name]
    quantities = [q for q in QUANTITIES if layer.has_definition or not q.startswith("memory")]
    return [sc.derive(layer, q, notation=notation, padding_aware=WAYS[notation]) for q in quantities]


def typeset(source, folder):
    (folder / "d.tex").write_text(source, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "d.tex"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return done.returncode, (folder / "d.log").read_text(errors="replace")


def free_symbols(steps):
    for step in steps:
        if isinstance(step.name, Symbol):
            yield step.name
        yield from step.condition.free_symbols
        e = step.expression
        yield from ({*e.indices(), *e.parameters} if isinstance(e, Statement) else e.free_symbols)


@pytest.mark.parametrize("notation", WAYS)
@pytest.mark.parametrize("name", LAYERS)
def test_documents(name, notation, tmp_path):
    found = derivations(name, notation)
    source = document(found, f"{name}, {notation}")
    status, log = typeset(source, tmp_path)
    assert status == 0, log[-2000:]
    assert "Overfull" not in log
    assert "Missing character" not in log
    for theorem in (t for d in found for t in d.certificates):
        assert f"{theorem.hash[:12]} (" in source
    for symbol in set(free_symbols(s for d in found for s in all_steps(d))):
        assert rf"\item[${tex(symbol)}$] {escape(meaning(symbol))}" in source
        assert meaning(symbol) not in ("a positive integer", "a non-negative integer", "an integer"), symbol


def test_what_was_said_is_not_repeated():
    source = document(derivations("conv2d", "torch"))
    assert len(re.findall(r"\\text\{definition\}", source)) == 1
    assert source.count(r"H_{\mathrm{out}} =") == 1


def test_two_layers_keep_their_own_sizes():
    layers = (sc.Conv1d.symbolic(), sc.AvgPool1d.symbolic(), sc.Conv1d.symbolic())
    source = document([sc.derive(layer, "forward.macs") for layer in layers])
    assert source.count(r"L_{\mathrm{out}} =") == 3


def test_names_of_the_user_are_legible(tmp_path):
    layer = sc.Conv2d("first_channels", "c_2", "Size", padding=("Pa", 0))
    status, log = typeset(sc.derive(layer, "forward.flops", padding_aware=True).document(), tmp_path)
    assert status == 0, log[-2000:]


def test_words_never_become_markup(tmp_path):
    hostile = "\\input{/etc/passwd} % $ & # _ ^ ~ { } < > | \" ' ` \u00d7 \u4e2d \u00e9 \x07\n\u2028"
    status, log = typeset(document([], hostile), tmp_path)
    assert status == 0, log[-2000:]
    assert "passwd" not in re.sub(r"\s", "", log.partition("d.aux")[0])


def test_escape_is_plain():
    assert escape("a_b{c}") == r"a\_b\{c\}"
    assert escape("--tex a-b") == "-{}-tex a-b"
    assert escape("\u4e2d") == "[U+4E2D]"
    assert escape("a\x07b") == "a[U+0007]b"


def test_a_closed_form_that_nobody_could_read_is_named_only():
    short, long = (
        sc.derive(layer, "forward.flops", padding_aware=True)
        for layer in (sc.Conv2d.symbolic(stride=1, dilation=1), sc.AvgPool2d.symbolic(ceil_mode=True))
    )
    assert short.closed_form is not None
    assert long.closed_form is not None
    for shown in (short.document(), short.latex(), str(short)):
        assert "(closed form)" in shown
        assert "too long" not in shown
    for shown in (long.document(), long.latex(), str(long)):
        assert "(closed form)" not in shown
        assert "too long to be shown" in " ".join(shown.split())
