"""How long a search for counterexamples may go on, and whether it has left anything out."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Effort:
    """When to stop, and whether anything was left out so far."""

    end: float
    complete: bool = True

    @staticmethod
    def of(seconds: float) -> Effort:
        """As many seconds from now on."""
        return Effort(time.monotonic() + seconds)

    @property
    def is_over(self) -> bool:
        """Whether the time is up; what was not looked at by then is left out."""
        return time.monotonic() > self.end
