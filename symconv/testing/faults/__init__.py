"""What is likely wrong with a result: hypotheses, each of them held against every element."""

from symconv.testing.faults.fault import Fault
from symconv.testing.faults.search import likely_fault

__all__ = ["Fault", "likely_fault"]
