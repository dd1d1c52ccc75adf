"""Claims about layers, read from a file and decided one by one."""

from symconv.claims.audit import audit
from symconv.claims.verdict import Kind, Report, Verdict

__all__ = ["Kind", "Report", "Verdict", "audit"]
