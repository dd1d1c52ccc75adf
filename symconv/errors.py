"""The errors of symconv: one sentence each, with ``name=value``, the condition broken, and a way out."""

from __future__ import annotations


class SymconvError(ValueError):
    """Every error that symconv raises on bad input; a ``ValueError``, so that plain callers need not know it."""


class ArgumentError(SymconvError):
    """A layer's argument, a size, or an option that does not make sense."""


class ShapeError(SymconvError):
    """An input shape that the layer does not accept."""


class StatementError(SymconvError):
    """A statement in index notation that is malformed, or that no rule covers."""


class GrammarError(SymconvError):
    """A text that is not a formula or statement of the grammar."""


class ClaimError(SymconvError):
    """A claims file that is malformed."""


class TheoremError(SymconvError):
    """A theorem file, a statement file or a certificate that is malformed."""


def sentence(subject: str, condition: str, way_out: str) -> str:
    """Join the three parts of a message: what was given, the condition that it breaks, and a way out.

    >>> sentence("groups=3", "does not divide in_channels=8", "choose 1, 2, 4 or 8")
    'groups=3: does not divide in_channels=8; choose 1, 2, 4 or 8.'
    """
    return f"{subject}: {condition}; {way_out}."
