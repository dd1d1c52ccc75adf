"""A fault that is named, and a hypothesis that names one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symconv.testing.faults.scene import Prediction, Scene

if TYPE_CHECKING:
    from symconv.testing.faults.inspection import Inspection


@dataclass(frozen=True)
class Fault:
    """What is likely wrong.

    kind       one or two words for the sort of fault
    says       what is wrong, in a short phrase
    explained  how many of the elements outside their bounds it explains
    """

    kind: str
    says: str
    explained: int


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A fault and what an implementation with this fault computes, of any tensors.

    fitted   how many numbers in it were taken from the result that it is to explain
    """

    kind: str
    says: str
    predict: Callable[[Scene], Prediction]
    fitted: int = 0


#: Hypotheses of one sort, about the layer and what is seen of the result.
Family = Callable[["Inspection"], Iterator[Hypothesis]]
