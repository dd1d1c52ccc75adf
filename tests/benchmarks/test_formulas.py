"""A compiled closed form takes at most twice the time of the same formula written by hand in NumPy, checks included."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from sympy import floor

from symconv.numerics.formulas import compile, evaluate
from symconv.statements.symbols import symbol

POINTS = 1_000_000


def macs() -> Any:
    n, c_in, c_out, g = map(symbol, ("N", "C_in", "C_out", "G"))
    product = n * c_out * (c_in / g)
    for axis in "hw":
        h, k, s, p, d = (symbol(f"{letter}_{axis}") for letter in ("I", "K", "S", "P", "D"))
        product *= k * (floor((h + 2 * p - d * (k - 1) - 1) / s) + 1)
    return product


def macs_by_hand(**v: Any) -> Any:
    rows = (v["I_h"] + 2 * v["P_h"] - v["D_h"] * (v["K_h"] - 1) - 1) // v["S_h"] + 1
    columns = (v["I_w"] + 2 * v["P_w"] - v["D_w"] * (v["K_w"] - 1) - 1) // v["S_w"] + 1
    return v["N"] * v["C_out"] * (v["C_in"] // v["G"]) * v["K_h"] * v["K_w"] * rows * columns


def every_value() -> dict[str, Any]:
    random = np.random.default_rng(0)
    groups = random.integers(1, 9, POINTS)
    values = {"N": random.integers(1, 65, POINTS), "G": groups, "C_in": groups * random.integers(1, 33, POINTS)}
    values["C_out"] = groups * random.integers(1, 33, POINTS)
    bounds = {"I": (64, 257), "K": (1, 8), "S": (1, 4), "P": (0, 4), "D": (1, 3)}
    for axis in "hw":
        values |= {f"{letter}_{axis}": random.integers(*ends, POINTS) for letter, ends in bounds.items()}
    return values


SCALARS = {"C_in": 64, "C_out": 128, "G": 2} | {
    f"{k}_{a}": v for k, v in zip("KSPD", (3, 2, 1, 1), strict=True) for a in "hw"
}
CASES = {"all arrays": every_value(), "N, H, W arrays": every_value() | SCALARS}


def ratio(fast: Callable[[], Any], slow: Callable[[], Any], rounds: int = 11) -> float:
    """Median over median, of runs that take turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for taken, run in zip(times, (fast, slow), strict=True):
            start = time.perf_counter()
            run()
            taken.append(time.perf_counter() - start)
    return statistics.median(times[0]) / statistics.median(times[1])


@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_at_most_twice_the_time_of_numpy_by_hand(benchmark: Any, values: Mapping[str, Any]) -> None:
    formula = compile(macs())
    np.testing.assert_array_equal(formula(**values), macs_by_hand(**values))
    assert ratio(lambda: formula(**values), lambda: macs_by_hand(**values)) <= 2
    benchmark.pedantic(formula, kwargs=dict(values), rounds=5)


def test_evaluate_takes_microseconds(benchmark: Any) -> None:
    expression = macs()
    values = {"N": 8, "I_h": 224, "I_w": 224} | SCALARS
    assert benchmark(evaluate, expression, values) == macs_by_hand(**values)
    assert benchmark.stats.stats.median < 200e-6
