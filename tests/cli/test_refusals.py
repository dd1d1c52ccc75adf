"""Bad input: one message, exit status 2, nothing on stdout, and no file half-written."""

import os
import shutil
import stat

import pytest
from typer.testing import CliRunner

import symconv as sc
from symconv.cli.app import app
from symconv.cli.files import write_atomically


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def refused(*arguments):
    """The message of a refusal: status 2, one line on stderr, nothing on stdout."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("symconv: ")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    return result.stderr


# ------------------------------------------------------------------ refusals
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("derive", "conv4d"), "layer='conv4d': is not known; name one of linear, conv1d"),
        (("derive", "conv2d", "--set", "kernels=3"), "set='kernels': is no argument of Conv2d"),
        (("derive", "conv2d", "--set", "kernel_size"), "set='kernel_size': is no name=value"),
        (("derive", "conv2d", "a=1", "--set", "a=2"), "gives a twice"),
        (("derive", "conv2d", "--set", "kernel_size=0"), "kernel_size=0: must be at least 1"),
        (("derive", "conv2d", "--set", "kernel_size=1,2,3"), "has 3 entries for 2 spatial axes"),
        (("derive", "conv2d", "--set", "groups=3", "in_channels=8"), "does not divide in_channels=8"),
        (("derive", "conv2d", "--set", "bias=maybe"), "bias='maybe'"),
        (("derive", "conv2d", "--set", "padding_mode=mirror"), "padding_mode='mirror': is not known"),
        (("derive", "conv2d", "--set", "kernel_size=__import__('os')"), "is no character of the grammar"),
        (("derive", "conv2d", "--set", "kernel_size=9**9**9"), "the exponent"),
        (("derive", "conv2d", "--set", "kernel_size=" + "(" * 99), "kernel_size"),
        (("derive", "conv2d", "--set", "kernel_size=" + "1," * 5000), "kernel_size"),
        (("derive", "conv2d", "--set", "kernel_size=" + "((((1,2),3),4),5)"), "is nested too deeply"),
        (("derive", "conv2d", "--set", "kernel_size=1.5"), "is a decimal"),
        (("derive", "conv2d", "--set", "kernel_size="), "kernel_size"),
        (("derive", "conv2d", "--quantity", "flops"), "quantity='flops': is not known"),
        (("derive", "conv2d", "--notation", "tf"), "notation='tf': is not known; choose one of torch, d2l"),
        (("derive", "conv2d", "--dtype", "float31"), "dtype='float31': is no data type"),
        (("derive", "conv2d", "--input", "N,3,H"), "has 3 axes, Conv2d needs 4"),
        (("derive", "conv2d", "--input", "N,(3,3),H"), "holds a tuple"),
        (("derive", "conv2d", "--latex", "--json"), "exclude one another"),
        (("derive", "conv2d", "--nonsense"), "--nonsense"),
        (("derive",), "LAYER"),
        (("nonsense",), "nonsense"),
        (("audit", "missing.toml"), "cannot be read (No such file or directory)"),
        (("audit", "--json", "--latex"), "exclude one another"),
    ],
)
def test_refusals(arguments, words):
    assert words in refused(*arguments)


def test_reflected_padding_has_no_memory_of_its_own():
    assert "padding_mode='reflect'" in refused("derive", "conv2d", "padding_mode=reflect", "-q", "memory.forward")
    for options in ((), ("--json",), ("--latex",)):
        result = run("derive", "conv2d", "padding_mode=reflect", *options)
        assert result.exit_code == 0, result.output
        assert "emory" not in result.stdout


# ------------------------------------------------------------------ files
def test_tex_is_a_whole_document(tmp_path):
    target = tmp_path / "d.tex"
    target.write_text("old")
    target.chmod(0o640)
    result = run("derive", "conv1d", "--tex", str(target))
    assert (result.exit_code, result.stdout) == (0, "")
    assert target.read_text().startswith("\\documentclass")
    assert "memory.backward" in target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["d.tex"]


@pytest.mark.parametrize("option", ["--tex", "--pdf"])
@pytest.mark.parametrize(("name", "words"), [("", "is a directory"), ("no/d.tex", "does not exist")])
def test_files_that_cannot_be_written(option, name, words, tmp_path):
    assert words in refused("derive", "linear", option, str(tmp_path / name))
    assert os.listdir(tmp_path) == []


def test_nothing_is_written_on_an_error(tmp_path):
    target = tmp_path / "d.tex"
    target.write_text("old")
    refused("derive", "conv2d", "--set", "kernel_size=0", "--tex", str(target))
    refused("derive", "conv2d", "-q", "output_shape", "-q", "nonsense", "--tex", str(target))
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["d.tex"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "d.tex"
    target.write_text("old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(sc.ArgumentError, match="No space left on device"):
        write_atomically(target, b"new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["d.tex"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_pdf(tmp_path):
    result = run("derive", "conv1d", "--pdf", str(tmp_path / "d.pdf"), "--notation", "d2l")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "d.pdf").read_bytes().startswith(b"%PDF")
    assert os.listdir(tmp_path) == ["d.pdf"]


def test_pdf_without_pdflatex(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs pdflatex, which is not installed" in refused("derive", "linear", "--pdf", str(tmp_path / "d.pdf"))


def test_pdf_where_pdflatex_fails(tmp_path, monkeypatch):
    program = tmp_path / "pdflatex"
    program.write_text("#!/bin/sh\necho '! Undefined control sequence.'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    message = refused("derive", "linear", "--pdf", str(tmp_path / "d.pdf"))
    assert "pdflatex failed (! Undefined control sequence.)" in message
    assert "--tex FILE" in message
    assert not (tmp_path / "d.pdf").exists()


@pytest.mark.parametrize("text", ["format = 2", "not toml [", "format = 1", "\x00"])
def test_audit_refuses_bad_files(tmp_path, text):
    claims = tmp_path / "claims.toml"
    claims.write_text(text)
    refused("audit", str(claims))
