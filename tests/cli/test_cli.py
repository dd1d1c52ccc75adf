"""The command line: what it prints, its exit statuses, and how it reads values."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import symconv as sc
from oracles.unproved import asserted
from symconv.cli.app import app
from symconv.cli.values import read_pairs, read_shape
from symconv.layers import QUANTITIES
from symconv.statements.grammar import parse_formula

CLAIMS = """
format = 1
title = "Three claims"
[[claim]]
id = "good"
says = "a sum"
equal = ["a + a", "2*a"]
[[claim]]
id = "bad"
equal = ["a + a", "3*a"]
"""
UNDECIDED = '[[claim]]\nid = "open"\nequal = ["gcd(a, b)", "gcd(b, a)"]\n'


@pytest.fixture(autouse=True)
def nothing_is_proved(monkeypatch):
    monkeypatch.setattr("symconv.backing.proving.stands_behind", asserted)


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def process(*arguments, **options):
    command = [sys.executable, "-c", "from symconv.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)


# ------------------------------------------------------------------ derive: what it prints
def test_overview_holds_all_of_a_layer():
    result = run("derive", "conv2d")
    assert result.exit_code == 0, result.output
    headings = ("Definition", "Output shape", "Receptive field", "Operations (nominal", "Memory (elements)", "where")
    headings += ("Backing",)
    places = [result.stdout.index(f"\n{heading}") for heading in headings]
    assert places == sorted(places)
    for operand in ("dX", "dW", "db"):
        assert f"{operand} multiplications" in result.stdout
    assert result.stdout.count("H_out = floor(") == 1
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_overview_of_numbers_is_the_costs():
    layer = sc.Conv2d(3, 8, 3, padding=1)
    words = ("in_channels=3", "out_channels=8", "kernel_size=3", "padding=1", "stride=1", "dilation=1", "groups=1")
    result = run("derive", "Conv2d", *words, "--input", "1,3,10,10")
    flops = layer.cost((1, 3, 10, 10)).forward.flops
    assert result.exit_code == 0, result.output
    assert f"flops           = {flops}\n" in result.stdout


@pytest.mark.parametrize(
    "kind",
    ["conv1d", "CONV3D", "convtranspose1d", "conv_transpose2d", "ConvTranspose3d", "linear", "avgpool1d", "avg_pool3d"],
)
@pytest.mark.parametrize("options", [(), ("--notation", "d2l", "--padding-aware", "--dtype", "float16")])
def test_every_layer_has_an_overview(kind, options):
    result = run("derive", kind, *options)
    assert result.exit_code == 0, result.output
    assert "None" not in result.stdout


def test_quantities_step_by_step():
    result = run("derive", "linear", "--quantity", "forward.flops", "-q", "memory.forward")
    assert result.exit_code == 0
    expected = [str(sc.derive(sc.Linear.symbolic(), q)) for q in ("forward.flops", "memory.forward")]
    assert result.stdout == "\n\n".join(expected) + "\n"


def test_latex_is_the_aligned_body():
    result = run("derive", "conv1d", "--quantity", "forward.macs", "--latex", "--notation", "d2l")
    assert result.stdout == sc.derive(sc.Conv1d.symbolic(), "forward.macs", notation="d2l").latex() + "\n"


def test_json_is_plain_data_that_the_grammar_reads():
    result = run("derive", "conv2d", "--set", "kernel_size=3", "--json", "--padding-aware")
    data = json.loads(result.stdout)
    assert data["notation"] == "torch"
    assert data["input"] == ["N", "C_in", "H_in", "W_in"]
    assert data["definition"].startswith("for n < N")
    derivation = sc.derive(sc.Conv2d.symbolic(kernel_size=3), "forward.flops", padding_aware=True)
    flops = next(q for q in data["quantities"] if q["quantity"] == "forward.flops")
    assert parse_formula(flops["result"]) == derivation.result
    assert [step["rule"] for step in flops["steps"]] == [step.rule.name for step in derivation.steps]
    assert set(flops) == {"quantity", "result", "shown", "steps", "closed_form", "backing", "certificates"}
    assert [c["says"] for c in flops["certificates"]] == [t.says for t in derivation.certificates]


def test_json_in_the_textbooks_notation():
    data = json.loads(run("derive", "conv1d", "--json", "--notation", "d2l", "-q", "output_shape").stdout)
    assert data["input"] == ["N", "c_i", "n_l"]
    assert "C_in" not in json.dumps(data)


# ------------------------------------------------------------------ reading values
@pytest.mark.parametrize(
    "words",
    [
        ("--set", "in_channels=3", "--set", "kernel_size=3,5"),
        ("--set", "in_channels=3", "kernel_size=3,5"),
        ("in_channels=3", "kernel_size=(3, 5)"),
        ("kernel_size=[3,5]", "--set", "in_channels = 3"),
    ],
)
def test_arguments_in_all_forms(words):
    result = run("derive", "conv2d", *words, "-q", "forward.macs")
    assert result.exit_code == 0, result.output
    expected = sc.derive(sc.Conv2d.symbolic(in_channels=3, kernel_size=(3, 5)), "forward.macs")
    assert result.stdout == f"{expected}\n"


def test_values():
    C = sc.symbol("C")
    read = read_pairs(["a=2*C", "b=((1,2),(0,P))", "padding=same", "bias=False", "stride=none", "c=(3,)", "d=(C+1)*2"])
    assert read == {
        "a": 2 * C,
        "b": ((1, 2), (0, "P")),
        "padding": "same",
        "bias": False,
        "stride": None,
        "c": (3,),
        "d": (C + 1) * 2,
    }
    assert read_pairs(["padding_mode=circular"]) == {"padding_mode": "circular"}
    assert read_shape("(N, 3, max(A, B), W)")[:2] == ("N", 3)
    assert read_shape("5") == (5,)


def test_a_padding_may_be_zero_in_every_formula():
    result = run("derive", "conv1d", "padding=p", "kernel_size=2*p+1", "stride=1", "dilation=1", "-q", "output_shape")
    assert result.exit_code == 0, result.output
    assert "output_shape = (N, C_out, L_in)" in result.stdout
    assert run("derive", "conv1d", "padding=K//2", "kernel_size=K").exit_code == 0


def test_the_input_fixes_the_channels():
    result = run("derive", "conv2d", "--input", "N,3,H,W", "-q", "forward.macs")
    expected = sc.derive(sc.Conv2d.symbolic(in_channels=3), "forward.macs", ("N", 3, "H", "W"))
    assert result.stdout == f"{expected}\n"


# ------------------------------------------------------------------ audit
@pytest.fixture
def claims(tmp_path):
    path = tmp_path / "claims.toml"
    path.write_text(CLAIMS)
    return path


def test_audit(claims):
    result = run("audit", str(claims))
    assert result.exit_code == 0, result.output
    assert "2 claims: 1 PROVED, 1 REFUTED" in result.stdout
    assert result.stderr == ""


def test_strict_says_no_to_a_refuted_claim(claims):
    assert run("audit", str(claims), "--strict").exit_code == 1


def test_undecided_says_no(claims):
    claims.write_text(CLAIMS + UNDECIDED)
    result = run("audit", str(claims), "--json")
    data = json.loads(result.stdout)
    assert data["counts"]["UNDECIDED"] == 1
    assert result.exit_code == 1
    assert [claim["id"] for claim in data["claims"]] == ["good", "bad", "open"]


def test_audit_as_a_document(claims, tmp_path):
    printed = run("audit", str(claims), "--latex")
    assert printed.stdout.startswith("\\documentclass")
    written = run("audit", str(claims), "--tex", str(tmp_path / "r.tex"))
    assert (written.exit_code, written.stdout) == (0, "")
    assert (tmp_path / "r.tex").read_text().strip() == printed.stdout.strip()


# ------------------------------------------------------------------ the program itself
def test_version_and_help():
    assert run("--version").stdout == f"symconv {sc.__version__}\n"
    for arguments in ((), ("--help",), ("derive", "--help"), ("audit", "--help")):
        result = run(*arguments)
        assert result.exit_code == 0
        assert result.stdout.startswith("Usage: symconv")


def test_help_loads_no_sympy_and_no_torch():
    code = "import sys; from symconv.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "print([m for m in ('sympy', 'torch', 'lark', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_completion_offers_quantities_and_layers():
    from symconv.cli.derive import _layers, _quantities

    assert _quantities("") == list(QUANTITIES)
    assert _quantities("memory.f") == ["memory.forward"]
    assert "conv2d" in _layers("conv")


def test_the_program_refuses_without_a_traceback():
    done = process("derive", "conv2d", "--set", "kernel_size=0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("symconv: kernel_size=0: must be at least 1")
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_quiet():
    command = f"{sys.executable} -c 'from symconv.cli import main; main()' derive conv2d -q forward.flops | true"
    command = f"set -o pipefail; {command}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told():
    command = f"{sys.executable} -c 'from symconv.cli import main; main()' derive linear > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "symconv: stdout: cannot be written (No space left on device); send it elsewhere.\n"


def test_characters_that_the_terminal_lacks(claims):
    claims.write_text(CLAIMS.replace("a sum", "a \u4e2d sum"), encoding="utf-8")
    done = process("audit", str(claims), env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "a \\u4e2d sum" in done.stdout


def test_an_interrupt_is_130(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("symconv.cli.derive.read_layer", interrupted)
    result = run("derive", "conv2d")
    assert result.exit_code == 130
    assert result.stdout == ""


def test_the_script_is_installed():
    script = Path(sys.executable).with_name("symconv")
    if not script.exists():
        pytest.skip("symconv is not installed as a script here")
    assert subprocess.run([script, "--version"], capture_output=True, check=False).returncode == 0
