"""Reports of an audit: text, LaTeX and plain data, made of verdicts by hand."""

import json
import shutil
import subprocess

import pytest

from symconv.claims import Kind, Report, Verdict

REPORT = Report(
    "50% of $x_1$ & more \u00d7 \u4e2d",
    {
        "C01": Verdict(Kind.PROVED, backing="derived", detail="equal as polynomials"),
        "C02": Verdict(
            Kind.REFUTED,
            counterexample={"k_h": 1, "h": 2, "at": (1, 2)},
            corrected="Max(0, " * 40 + "a_b" + ")" * 40,
            backing="tested",
            detail="the claim gives 1, the definition 2",
        ),
        "C03": Verdict(Kind.HOLDS_WHEN, condition="bias=False and " * 20 + "x=1", backing="derived"),
        "C04": Verdict(Kind.MEASURED, backing="measured", detail="x" * 300 + " " + "a_" * 150),
        "C05": Verdict(Kind.UNDECIDED, detail="missing:\n a rule"),
        "C06": Verdict(Kind.PROVED),
    },
    {"C01": "one \\input{/etc/passwd} is one", "C02": "W[o, i]*X " * 30},
)


def test_text_holds_everything():
    said = " ".join(str(REPORT).split())
    assert "6 claims: 2 PROVED, 1 HOLDS WHEN, 1 MEASURED, 1 REFUTED, 1 UNDECIDED" in said
    assert "C01 PROVED one \\input{/etc/passwd} is one detail equal as polynomials backing derived" in said
    assert "counterexample k_h = 1, h = 2, at = (1, 2)" in said
    assert "missing: a rule" in said


def test_text_fits():
    assert all(
        len(line) <= 100 for line in str(REPORT).splitlines() if "x" * 300 not in line and "a_" * 150 not in line
    )


def test_json_is_plain():
    data = REPORT.json()
    assert json.loads(json.dumps(data)) == data
    assert data["counts"] == {"PROVED": 2, "HOLDS_WHEN": 1, "MEASURED": 1, "REFUTED": 1, "UNDECIDED": 1}
    assert [claim["id"] for claim in data["claims"]] == list(REPORT.verdicts)
    assert data["claims"][1] == {
        "id": "C02",
        "says": REPORT.says["C02"],
        "kind": "REFUTED",
        "condition": None,
        "counterexample": {"k_h": 1, "h": 2, "at": [1, 2]},
        "corrected": REPORT.verdicts["C02"].corrected,
        "backing": "tested",
        "detail": "the claim gives 1, the definition 2",
    }


def test_kinds_are_those_of_verdicts():
    from symconv.render.report import KINDS

    assert set(KINDS) == {str(kind) for kind in Kind}


def test_an_empty_report_is_one_too():
    empty = Report("", {})
    assert str(empty) == "no claims"
    assert empty.json()["claims"] == []


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("report", [REPORT, Report("", {})])
def test_latex_is_clean(report, tmp_path):
    (tmp_path / "r.tex").write_text(report.latex(), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "r.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = (tmp_path / "r.log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert "Overfull" not in log
    assert "passwd" not in log
