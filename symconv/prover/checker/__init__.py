"""Replays certificates on the standard library alone; it shares no code with the kernel and the search."""

from symconv.prover.checker.replay import Rejected, check, check_text, describe, main, statement_hash

__all__ = ["Rejected", "check", "check_text", "describe", "main", "statement_hash"]
