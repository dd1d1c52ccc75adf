"""Reports of an audit: text, LaTeX and plain data, made of verdicts by hand."""

import json
from dataclasses import replace

import pytest

import symconv as sc
from oracles.documents import NO_PDFLATEX, typeset
from symconv.claims import Kind, Report, Verdict
from symconv.claims.backing import BACKINGS

THEOREM = replace(sc.prove("sum(u < K) X[u]", "sum(v < K) X[v]"), name="C01.1", says="one sum is the other")
SNIPPET = 'import torch\n\nfor i in range(2):\n    print("{" % i, _, "#&~^\\\\$")  # ' + "long " * 60
REPORT = Report(
    "50% of $x_1$ & more \u00d7 \u4e2d",
    {
        "C01": Verdict(
            Kind.PROVED,
            backing=f"certificate {THEOREM.hash[:12]}, derived",
            detail="equal as polynomials",
            theorems=(THEOREM, replace(THEOREM, says="x" * 200)),
        ),
        "C02": Verdict(
            Kind.REFUTED,
            counterexample={"k_h": 1, "h": 2, "at": (1, 2)},
            corrected="Max(0, " * 40 + "a_b" + ")" * 40,
            backing="tested",
            detail="the claim gives 1, the definition 2",
            snippet=SNIPPET,
            witness={"kernel": [[1]]},
        ),
        "C03": Verdict(Kind.HOLDS_WHEN, condition="bias=False and " * 20 + "x=1", backing="derived"),
        "C04": Verdict(Kind.MEASURED, backing="measured", detail="x" * 300 + " " + "a_" * 150),
        "C05": Verdict(Kind.UNDECIDED, detail="missing:\n a rule"),
        "C06": Verdict(Kind.PROVED),
    },
    {"C01": "one \\input{/etc/passwd} is one", "C02": "W[o, i]*X " * 30},
)


#: What no line can be broken in.
LONG = ("x" * 200, "a_" * 150, "long " * 20)


def test_text_holds_everything():
    said = " ".join(str(REPORT).split())
    assert "6 claims: 2 PROVED, 1 HOLDS WHEN, 1 MEASURED, 1 REFUTED, 1 UNDECIDED" in said
    assert (
        "C01 PROVED one \\input{/etc/passwd} is one detail equal as polynomials proved one sum is the other "
        f"({THEOREM.steps} step, certificate {THEOREM.hash[:12]})"
    ) in said
    assert f"backing certificate {THEOREM.hash[:12]}, derived C02" in said
    assert "counterexample k_h = 1, h = 2, at = (1, 2)" in said
    assert "missing: a rule" in said


def test_text_shows_the_program_as_it_is():
    lines = str(REPORT).splitlines()
    start = lines.index("        import torch")
    assert [line.removeprefix("        ") for line in lines[start : start + 4]] == SNIPPET.rstrip().splitlines()


def test_a_document_shows_the_program_too():
    assert r"~~~~print(\allowbreak{}\char34{}\{\char34{} \% i" in REPORT.latex()


def test_a_legend_for_the_words_that_occur():
    assert REPORT.legend() == {word: BACKINGS[word] for word in ("certificate", "derived", "tested", "measured")}
    *_, last = str(REPORT).split("\n\n")
    title, *rows = last.splitlines()
    assert title == "What stands behind a verdict"
    assert [row.split()[0] for row in rows if not row.startswith(" " * 8)] == list(REPORT.legend())
    for word in REPORT.legend():
        assert f"\\what{{{word}}}" in REPORT.latex()


def test_certificates_are_files_in_pairs():
    files = REPORT.certificates()
    assert list(files) == ["C01.1.certificate.json", "C01.1.statement.json", "C02.kernel.json"]
    assert sc.check(files["C01.1.certificate.json"], files["C01.1.statement.json"])


def test_text_fits():
    breakable = (line for line in str(REPORT).splitlines() if not any(long in line for long in LONG))
    assert all(len(line) <= 100 for line in breakable)


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
        "theorems": [],
        "snippet": SNIPPET,
        "witness": {"kernel": [[1]]},
    }
    assert data["claims"][0]["theorems"][0] == {
        "name": "C01.1",
        "says": "one sum is the other",
        "statement": str(THEOREM.statement),
        "hash": THEOREM.hash,
        "steps": THEOREM.steps,
    }
    assert data["legend"] == REPORT.legend()


def test_kinds_are_those_of_verdicts():
    from symconv.render.report import KINDS

    assert set(KINDS) == {str(kind) for kind in Kind}


def test_an_empty_report_is_one_too():
    empty = Report("", {})
    assert str(empty) == "no claims"
    assert empty.json()["claims"] == []


@pytest.mark.skipif(NO_PDFLATEX, reason="pdflatex is not installed")
@pytest.mark.parametrize("report", [REPORT, Report("", {})])
def test_latex_is_clean(report, tmp_path):
    assert "passwd" not in typeset(report.latex(), tmp_path)
