"""Which worker of pytest-xdist runs what: tests that share what is slow to make go together, the longest first."""

from __future__ import annotations

from typing import Any

#: Files that begin alike go to one worker: the audit of the chapter, the library's certificates and the derivations
#: of all layers are then made once.  In the order in which they begin.
TOGETHER = ("tests/prover/test_", "tests/claims/", "tests/render/", "tests/prover/coq/")
#: Longer than most, and alone.
LONG = (
    "tests/layers/test_against_torch",
    "tests/composition/",
    "tests/prover/",
    "tests/cli/",
    "tests/derivation/",
    "tests/testing/",
)


def unit(nodeid: str) -> str:
    """What goes to one worker as a whole: tests that share, or else those of one file."""
    path = nodeid.split("::", maxsplit=1)[0]
    return next((start for start in TOGETHER if path.startswith(start)), path)


def place(nodeid: str) -> int:
    """Where a test stands in the order of beginning; all others keep theirs, behind."""
    starts = (*TOGETHER, *LONG)
    return next((k for k, start in enumerate(starts) if nodeid.startswith(start)), len(starts))


def scheduler(config: Any, log: Any) -> Any:
    """What hands the units out, one after the other."""
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

    config.option.loadscopereorder = False  # by number of tests
    return Units(config, log)
