"""The whole library: how long each proof takes, and how long it takes to check all certificates."""

from __future__ import annotations

import statistics
import time
from functools import cache

from symconv.cli.attempts import Attempt, attempts
from symconv.prover import checker
from symconv.prover.library import read_theorems, shipped_theorems

EACH, MEDIAN, CHECKS = 2.0, 0.3, 2.0
#: By how much a busy machine may exceed these.
NOISE = 2.0


@cache
def library() -> list[Attempt]:
    return list(attempts(read_theorems(shipped_theorems()), 1, 20.0))


def test_proofs() -> None:
    seconds = {attempt.name: attempt.seconds for attempt in library()}
    slowest = sorted(seconds, key=lambda name: -seconds[name])[:5]
    median = statistics.median(seconds.values())
    print(f"{len(seconds)} theorems: median {median:.3f} s, in all {sum(seconds.values()):.1f} s")
    print("slowest:", ", ".join(f"{name} {seconds[name]:.2f} s" for name in slowest))
    print("open:", ", ".join(a.name for a in library() if not a.is_done) or "none")
    assert seconds[slowest[0]] <= EACH * NOISE
    assert median <= MEDIAN * NOISE


def test_all_certificates_are_checked_in_two_seconds() -> None:
    proved = [attempt for attempt in library() if attempt.certificate_text]
    begun = time.perf_counter()
    for attempt in proved:
        checker.check_text(attempt.certificate_text, attempt.sequent_text)
    seconds = time.perf_counter() - begun
    print(f"{len(proved)} certificates checked in {seconds:.2f} s")
    assert seconds <= CHECKS * NOISE


def test_certificates_are_small() -> None:
    sizes = [len(attempt.certificate_text) for attempt in library() if attempt.certificate_text]
    print(f"certificates: median {statistics.median(sizes):.0f} bytes, at most {max(sizes):,}")
    assert max(sizes) < 200_000
