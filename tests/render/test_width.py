"""The estimate of a formula's width against what TeX measures: never below, and not absurdly above."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import symconv as sc
from symconv.render.latex import all_steps, step_head
from symconv.render.lines import LINE, formula_lines
from symconv.render.width import width

pytestmark = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")

CASES = [
    (sc.Conv2d.symbolic(), "backward.flops", "torch", True),
    (sc.Conv2d.symbolic(), "backward.flops", "d2l", True),
    (sc.Conv3d.symbolic(), "output_shape", "torch", False),
    (sc.ConvTranspose2d.symbolic(), "backward.flops", "d2l", True),
    (sc.AvgPool2d.symbolic(ceil_mode=True, count_include_pad=False), "backward.flops", "torch", True),
    (sc.Conv1d.symbolic(padding="same"), "receptive_field", "torch", False),
]


def lines_of(layer, quantity, notation, padding_aware):
    derivation = sc.derive(layer, quantity, notation=notation, padding_aware=padding_aware)
    return [line for step in all_steps(derivation) for line in formula_lines(step.expression, step_head(step))]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Real widths in em, of every line of the cases, by one run of TeX."""
    lines = list(dict.fromkeys(line for case in CASES for line in lines_of(*case)))
    boxes = "\n".join(rf"\setbox0\hbox{{$\displaystyle {line}$}}\typeout{{width \the\wd0}}" for line in lines)
    head = r"\documentclass[10pt]{article}\usepackage{amsmath,amssymb}\begin{document}"
    source = f"{head}\n{boxes}\n\\end{{document}}\n"
    folder = tmp_path_factory.mktemp("width")
    Path(folder, "w.tex").write_text(source)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "w.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    widths = [float(points) / 10.00002 for points in re.findall(r"width ([0-9.]+)pt", done.stdout)]
    assert len(widths) == len(lines) > 60
    return dict(zip(lines, widths, strict=True))


def test_the_estimate_is_never_below_the_real_width(measured):
    too_low = {line: (width(line), real) for line, real in measured.items() if width(line) < real}
    assert not too_low


def test_the_estimate_is_not_far_above_either(measured):
    wide = {line: (width(line), real) for line, real in measured.items() if real > 5 and width(line) > 1.6 * real}
    assert not wide


def test_no_line_is_wider_than_a_line(measured):
    assert max(measured.values()) <= LINE
