"""How long it takes to derive all about an all-symbolic Conv2d, from nothing: a fresh interpreter, imports apart."""

from __future__ import annotations

import statistics
import subprocess
import sys

RUNS = 5
CODE = """
import time
import symconv as sc
sc.Conv2d(1, 1, 1).cost((1, 1, 1, 1)).forward
start = time.perf_counter()
layer = sc.Conv2d.symbolic()
layer.output_shape(), layer.receptive_field(), layer.definition, layer.backward_definitions
for aware in (False, True):
    cost = layer.cost(padding_aware=aware)
    for part in ("forward", "backward_input", "backward_weight", "backward_bias", "backward", "update"):
        getattr(cost, part).flops
memory = layer.memory()
memory.forward, memory.backward
print(time.perf_counter() - start)
"""


def test_all_quantities_of_a_symbolic_convolution_in_a_second() -> None:
    runs = [float(subprocess.check_output([sys.executable, "-c", CODE])) for _ in range(RUNS)]
    print(f"all quantities of Conv2d.symbolic(): {statistics.median(runs):.2f} s")
    assert statistics.median(runs) <= 1
