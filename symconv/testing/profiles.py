"""Hypothesis profiles: quick while one works, the same examples each time in ci, and very many at night."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings

#: A test that draws and convolves tensors may be slow on its first example; that is no fault of the test.  The phase
#: that explains a failure by lines of code takes longest, and names lines of this package.
_PATIENT: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],
    "phases": [phase for phase in Phase if phase is not Phase.explain],
}

PROFILES: dict[str, dict[str, Any]] = {
    "dev": {"max_examples": 50, **_PATIENT},
    "ci": {"max_examples": 100, "derandomize": True, "print_blob": True, **_PATIENT},
    "nightly": {"max_examples": 5_000, "print_blob": True, **_PATIENT},
}


def register_profiles() -> tuple[str, ...]:
    """Register the profiles ``dev``, ``ci`` and ``nightly`` with Hypothesis, and return their names.

    >>> register_profiles()
    ('dev', 'ci', 'nightly')
    """
    for name, options in PROFILES.items():
        settings.register_profile(name, **options)
    return tuple(PROFILES)
