"""``symconv audit --certificates``: files that ``symconv check`` replays, and nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symconv.cli.app import app

CLAIMS = """
format = 1
[layers.conv]
kind = "Conv1d"
in_channels = "c"
out_channels = 1
kernel_size = "k"
bias = false
input = [1, "c", "h"]
[[claim]]
id = "statement"
layer = "conv"
statement = "for n < 1, o < 1, y < h - k + 1: Y[n, o, y] = sum(u < k, i < c) X[n, i, y + u]*W[o, i, u]"
[[claim]]
id = "count"
layer = "conv"
quantity = "forward.macs"
formula = "c*k*(h - k + 1)"
[[claim]]
id = "wrong"
layer = "conv"
quantity = "memory.parameters"
formula = "c + k"
[[claim]]
id = "kernel"
splits = "every"
kernel_size = ["k"]
domain = ["k >= 3"]
"""


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def claims(tmp_path: Path) -> str:
    (tmp_path / "claims.toml").write_text(CLAIMS)
    return str(tmp_path / "claims.toml")


def test_every_certificate_is_accepted_by_check(claims: str, tmp_path: Path) -> None:
    result = run("audit", claims, "--json", "--certificates", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    theorems = [t for claim in json.loads(result.stdout)["claims"] for t in claim["theorems"]]
    assert {t["name"].partition(".")[0] for t in theorems} == {"statement", "count", "wrong"}
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    pairs = [f"{t['name']}.{part}.json" for t in theorems for part in ("certificate", "statement")]
    assert files == sorted([*pairs, "kernel.kernel.json"])
    for theorem in theorems:
        certificate, statement = (
            str(tmp_path / "out" / f"{theorem['name']}.{part}.json") for part in ("certificate", "statement")
        )
        assert json.loads(Path(certificate).read_text())["statement"] == theorem["hash"]
        assert run("check", certificate, statement).exit_code == 0
        assert run("check", certificate, theorem["statement"]).exit_code == 0
    other = str(tmp_path / "out" / "wrong.1.statement.json")
    assert run("check", str(tmp_path / "out" / "count.1.certificate.json"), other).exit_code == 1


def test_the_report_is_written_all_the_same(claims: str, tmp_path: Path) -> None:
    result = run("audit", claims, "--certificates", str(tmp_path), "--tex", str(tmp_path / "r.tex"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "r.tex").read_text().startswith("\\documentclass")
    assert (tmp_path / "count.1.certificate.json").is_file()


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("claims.toml", "is no folder; name another one."),
        ("missing/out", "does not exist; make it first, or choose another."),
    ],
)
def test_a_folder_that_cannot_be_is_refused_first(claims: str, tmp_path: Path, folder: str, message: str) -> None:
    result = run("audit", claims, "--certificates", str(tmp_path / folder))
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.toml"]
