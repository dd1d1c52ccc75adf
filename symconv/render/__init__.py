"""Derivations as text, LaTeX, documents and tables; this room renders what others derived."""

from symconv.render.derivation import Derivation

__all__ = ["Derivation"]
