"""Factors of convolution kernels: the converse of composing them."""

from symconv.factoring.checker import check_factorisation
from symconv.factoring.factor import factor
from symconv.factoring.result import Factorisation, Irreducible, NoSplit, UndecidedError

__all__ = ["Factorisation", "Irreducible", "NoSplit", "UndecidedError", "check_factorisation", "factor"]
