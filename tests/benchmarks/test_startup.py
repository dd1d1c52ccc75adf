"""How long it takes to import symconv, against SymPy; in fresh interpreters, turn by turn."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 7


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def test_import_takes_at_most_half_more_than_sympy() -> None:
    pairs = [(seconds("import symconv"), seconds("import sympy")) for _ in range(RUNS)]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"import symconv / import sympy = {ratio:.2f}")
    assert ratio <= 1.5


def test_first_layer_takes_at_most_half_more_than_sympy() -> None:
    """Names are imported on first use; with a layer in hand, the whole of the derivation is there."""
    pairs = [(seconds("import symconv; symconv.Conv2d"), seconds("import sympy")) for _ in range(RUNS)]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"symconv.Conv2d / import sympy = {ratio:.2f}")
    assert ratio <= 1.5


def test_neither_loads_torch() -> None:
    code = "import sys, symconv; symconv.Conv2d.symbolic().cost().forward; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
