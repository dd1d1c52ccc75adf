"""``symconv derive --out``: the certificates that a derivation names, as files that ``symconv check`` judges."""

import json

from typer.testing import CliRunner

import symconv as sc
from symconv.cli.app import app


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_what_is_cited_is_written_and_accepted(tmp_path):
    folder = tmp_path / "certificates"
    result = run("derive", "linear", "-q", "forward.flops", "-q", "memory.input", "--out", folder)
    assert result.exit_code == 0, result.output
    derivations = [sc.derive(sc.Linear.symbolic(), q) for q in ("forward.flops", "memory.input")]
    assert result.stdout == "\n\n".join(map(str, derivations)) + "\n"
    digits = {t.hash[:12] for d in derivations for t in d.certificates}
    assert {path.name for path in folder.iterdir()} == {
        f"{d}.{kind}.json" for d in digits for kind in ("certificate", "statement")
    }
    for d in digits:
        certificate, statement = folder / f"{d}.certificate.json", folder / f"{d}.statement.json"
        assert d in result.stdout
        assert json.loads(certificate.read_text())["statement"].startswith(d)
        assert run("check", certificate, statement).exit_code == 0


def test_a_statement_that_was_changed_is_rejected(tmp_path):
    assert run("derive", "linear", "-q", "forward.macs", "--out", tmp_path, "--json").exit_code == 0
    certificate, statement = sorted(tmp_path.iterdir())
    statement.write_text(statement.read_text().replace('"N"', '"M"'))
    assert run("check", certificate, statement).exit_code == 1


def test_the_overview_writes_those_of_all_its_quantities(tmp_path):
    result = run("derive", "linear", "--out", tmp_path)
    written = {path.name.partition(".")[0] for path in tmp_path.iterdir()}
    told = {line.split()[0] for line in result.stdout.partition("\nBacking\n")[2].splitlines()}
    assert written <= told
    assert len(written) > 10


def test_a_folder_that_cannot_be_is_refused_before_anything_is_printed(tmp_path):
    taken = tmp_path / "file"
    taken.write_text("mine")
    for folder, words in ((taken, "is no folder"), (tmp_path / "no" / "where", "does not exist")):
        result = run("derive", "linear", "-q", "forward.macs", "--out", folder)
        assert (result.exit_code, result.stdout) == (2, "")
        assert words in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert taken.read_text() == "mine"
